use dakiya::{ErrorKind, Kind, Messenger};

fn kinds(url: &str) -> dakiya::Result<Vec<Kind>> {
    Messenger::builder().url(url)?.build().map(|built| built.kinds())
}

#[tokio::test]
async fn a_url_names_key_domain_and_settings() {
    for url in [
        "mailgun://key-1@mg.acme.example",
        "mailgun://key-1@mg.acme.example?from=Acme%20%3Cbilling@mg.acme.example%3E&region=eu",
        "mailgun://key-1@mg.acme.example?region=us&test=true&whole_texts=false&endpoint=http://127.0.0.1:9",
    ] {
        assert_eq!(kinds(url).unwrap(), [Kind::Email], "{url}");
    }
}

#[tokio::test]
async fn a_wrong_url_names_each_setting_and_quotes_no_key() {
    let rows = [
        ("mailgun://", vec!["api_key", "domain"]),
        ("mailgun://hunter2@localhost", vec!["domain"]),
        ("mailgun://hunter2@mg.acme.example?region=asia&test=perhaps", vec!["region", "test"]),
        ("mailgun://hunter2@mg.acme.example?whole_texts=1", vec!["whole_texts"]),
        ("mailgun://hunter2@mg.acme.example?from=nobody", vec!["from"]),
        ("mailgun://hunter2@mg.acme.example?colour=red", vec!["colour"]),
        ("mailgun://hunter2@mg.acme.example?endpoint=http://x.example", vec!["endpoint"]),
    ];
    for (url, expected) in rows {
        let error = kinds(url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        let fields: Vec<_> = error.faults().iter().map(|fault| &*fault.field).collect();
        assert_eq!(fields, expected, "{url}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
