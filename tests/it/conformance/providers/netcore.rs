use std::sync::Arc;

use dakiya::{
    Attachment, Dlt, Email, Envelope, Shared, Sms,
    netcore::{
        email::{self, Auth, Version},
        sms::{self, Form},
    },
    testing::{
        conformance::channel::Subject,
        server::{Answer, Received},
    },
    time::SharedClock,
};

use super::super::{KEY, TEXT, broken_mail, envelope, mail, transport, wordless};
use super::shop;

const PASSWORD: &str = "canary-password-9f3";
const TEMPLATE: &str = "1107160000000000001";

/// An account at the scripted server.
pub(crate) fn netcore_email(endpoint: &str, clock: SharedClock) -> email::AccountBuilder {
    email::Account::builder(KEY)
        .endpoint(endpoint)
        .from(shop())
        .transport(transport(&clock))
        .clock(clock)
}

/// What Netcore answers to any number of mails.
pub(crate) fn netcore_accepts(_: &Received) -> Answer {
    let body = r#"{"status":"success","message":"OK","data":{"message_id":"3f1c"}}"#;
    Answer::json(202, body)
}

/// A subject over such an account, in whatever layers `make` puts around it.
pub(crate) fn email_subject(
    make: impl Fn(&str, SharedClock) -> Shared<Email> + Send + Sync + 'static,
) -> Subject<Email> {
    let (mut inline, mut many) = (mail(0), mail(1));
    let file = Attachment::new("a.png", "image/png", &b"png"[..]);
    inline.message = inline.message.html("<img src='cid:a'>").attach(file.inline("a"));
    many.message = many.message.amp("<html amp4email></html>");
    many.delivery.send_at = Some("2026-03-15T15:00:00Z".parse().unwrap());
    Subject::new(make, mail, netcore_accepts)
        .variants([inline, many])
        .invalid([broken_mail()])
        .secrets([KEY])
        .personal([TEXT, "canary-0@", "canary-1@"])
}

#[tokio::test]
async fn netcore_email_keeps_the_rules() {
    let account = |endpoint: &str, clock| -> Shared<Email> {
        Arc::new(netcore_email(endpoint, clock).build().unwrap())
    };
    let report = email_subject(account).check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
    assert!(report.kept.contains(&"what the capabilities exclude is refused unsent"));
    assert!(report.kept.contains(&"one bad message of a batch fails alone"));
}

#[tokio::test]
async fn netcore_email_keeps_the_rules_in_the_old_version() {
    let account = |endpoint: &str, clock| -> Shared<Email> {
        let account = netcore_email(endpoint, clock).version(Version::V51);
        Arc::new(account.auth(Auth::ApiKeyHeader).batch(2).build().unwrap())
    };
    let report = email_subject(account).check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
}

fn netcore_sms(
    form: Form,
    envelope: impl Fn(usize) -> Envelope<Sms> + Send + Sync + 'static,
) -> Subject<Sms> {
    let account = move |endpoint: &str, clock: SharedClock| -> Shared<Sms> {
        let account = sms::Account::builder("390001", KEY, PASSWORD)
            .entity("1101360000000000002")
            .endpoint(endpoint)
            .form(form)
            .transport(transport(&clock))
            .clock(clock);
        Arc::new(account.build().unwrap())
    };
    Subject::new(account, envelope, sms_accepted)
        .invalid([wordless(), super::super::envelope(0)])
        .secrets([KEY, PASSWORD])
        .personal([TEXT, "9845000"])
}

/// What Netcore answers to however many messages are in the request.
fn sms_accepted(request: &Received) -> Answer {
    if request.target.ends_with("/JsonSingleApi") {
        return Answer::json(200, r#"{"REQID": 7, "MID": {"ID": "1", "TID": "t1"}}"#);
    }
    // A comma before each further number, a line end after each row.
    let count = if request.target.ends_with("/UploadCsvFile") {
        request.text().matches("%0A").count()
    } else {
        request.text().split("&Text=").next().unwrap().matches("%2C").count() + 1
    };
    let mids = (1..=count).map(|id| format!("<MID ID='{id}' TID = 't{id}'></MID>"));
    let body = format!("<RESULT REQID ='7'>{}</RESULT>", mids.collect::<String>());
    Answer::new(200, "text/xml", body)
}

/// To India, so under a registration.
fn registered(n: usize) -> Envelope<Sms> {
    let Envelope { id, message, .. } = envelope(n);
    Envelope::new(id, message.dlt(Dlt::template(TEMPLATE)))
}

#[tokio::test]
async fn netcore_sms_keeps_the_rules_in_both_of_its_forms() {
    for form in [Form::Single, Form::Json] {
        let report = netcore_sms(form, registered).check().await.unwrap();
        assert!(report.kept.len() >= 25, "{form:?}: {report:#?}");
        assert!(report.kept.contains(&"one bad message of a batch fails alone"));
    }
}

#[tokio::test]
async fn netcore_sms_keeps_the_rules_with_a_text_for_each() {
    let personal = |n| {
        let Envelope { id, message, .. } = registered(n);
        Envelope::new(id, message.text(format!("{TEXT} {n}")))
    };
    let report = netcore_sms(Form::Single, personal).check().await.unwrap();
    assert!(report.kept.contains(&"a batch takes no more requests than it must"));
}
