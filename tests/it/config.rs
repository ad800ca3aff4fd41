use dakiya::{ErrorKind, Kind, Messenger};

fn vars(text: &str) -> Vec<(String, String)> {
    let pairs = text.split_whitespace().map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, value)| (name.into(), value.into())).collect()
}

fn kinds(text: &str) -> Vec<Kind> {
    Messenger::builder().from_vars(vars(text)).unwrap().build().unwrap().kinds()
}

fn faults(text: &str) -> Vec<String> {
    let error = Messenger::builder().from_vars(vars(text)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(!format!("{error:?}{error}").contains("hunter2"), "{error}");
    error.faults().iter().map(|fault| fault.field.clone()).collect()
}

#[tokio::test]
async fn common_env_files_work_as_they_are() {
    let from = "EMAIL_FROM_ADDRESS=shop@example.com EMAIL_FROM_NAME=Shop";
    let smtp = "SMTP_HOST=mail.example.com SMTP_PORT=587 SMTP_PASSWORD=hunter2";
    for user in ["SMTP_USER=u", "SMTP_USERNAME=u"] {
        for tls in ["", "SMTP_SECURE=false", "SMTP_USE_TLS=true", "SMTP_USE_TLS=True SMTP_SECURE=0"]
        {
            assert_eq!(
                kinds(&format!("EMAIL_PROVIDER=smtp {smtp} {user} {tls} {from}")),
                [Kind::Email]
            );
        }
    }
    assert_eq!(
        kinds(&format!("{smtp} SMTP_USER=u SMTP_FROM_EMAIL=shop@example.com")),
        [Kind::Email]
    );
    assert_eq!(kinds(&format!("SENDGRID_API_KEY=SG.x {from}")), [Kind::Email]);
    assert_eq!(kinds(&format!("EMAIL_PROVIDER=netcore NETCORE_API_KEY=k {from}")), [Kind::Email]);
    let sms = "NETCORE_FEED_ID=390001 NETCORE_USERNAME=u NETCORE_PASSWORD=hunter2 \
               NETCORE_SENDER_ID=DRISHT NETCORE_ENTITY_ID=1101000000000000017";
    assert_eq!(kinds(&format!("SMS_PROVIDER=netcore {sms}")), [Kind::Sms]);
    assert_eq!(kinds("SMS_PROVIDER=sandbox").len(), 7);
    assert_eq!(kinds("EMAIL_PROVIDER= SMTP_HOST="), []);
}

#[test]
fn all_that_is_missing_or_contradictory_is_named_at_once() {
    assert_eq!(
        faults(
            "EMAIL_PROVIDER=smtp SMTP_PORT=x SMTP_PASSWORD=hunter2 SMTP_SECURE=maybe SMS_PROVIDER=netcore"
        ),
        [
            "SMTP_HOST",
            "SMTP_PORT",
            "SMTP_USER",
            "SMTP_SECURE",
            "EMAIL_FROM_ADDRESS",
            "NETCORE_SMS_FEED_ID",
            "NETCORE_SMS_USERNAME",
            "NETCORE_SMS_PASSWORD",
        ]
    );
    let from = "EMAIL_FROM_ADDRESS=shop@example.com";
    let smtp = format!("SMTP_HOST=mail.example.com {from}");
    assert_eq!(faults(&format!("{smtp} SMTP_SECURE=true SMTP_USE_TLS=true")), ["SMTP_SECURE"]);
    assert_eq!(faults(&format!("{smtp} SMTP_USE_TLS=false")), ["SMTP_USE_TLS"]);
    assert_eq!(
        faults(&format!("{smtp} SMTP_USER=a SMTP_USERNAME=b SMTP_PASSWORD=hunter2")),
        ["SMTP_USERNAME"]
    );
    assert_eq!(faults(&format!("{smtp} SENDGRID_API_KEY=hunter2")), ["EMAIL_PROVIDER"]);
    assert_eq!(faults("EMAIL_URL=sandbox:// EMAIL_PROVIDER=smtp"), ["EMAIL_PROVIDER"]);
}

#[test]
fn a_provider_that_this_build_lacks_is_named_with_those_it_has() {
    let error = Messenger::builder().from_vars(vars("SMS_PROVIDER=pigeon")).unwrap_err();
    let fault = &error.faults()[0];
    assert_eq!(fault.field, "SMS_PROVIDER");
    assert!(fault.problem.contains("`pigeon`") && fault.remedy.contains("twilio"), "{fault}");
}

#[test]
fn what_the_new_providers_lack_is_named_by_variable() {
    assert_eq!(faults("SMS_PROVIDER=twilio"), ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"]);
    assert_eq!(
        faults("TWILIO_ACCOUNT_SID=AC1 TWILIO_API_KEY=SK1"),
        ["TWILIO_API_SECRET"],
        "an API key takes the place of the token"
    );
    assert_eq!(faults("WHATSAPP_TOKEN=hunter2"), ["WHATSAPP_PHONE_NUMBER_ID"]);
    assert_eq!(
        faults("EMAIL_PROVIDER=ses AWS_ACCESS_KEY_ID=hunter2"),
        ["AWS_SECRET_ACCESS_KEY", "AWS_REGION", "EMAIL_FROM_ADDRESS"]
    );
    assert_eq!(faults("MAILGUN_API_KEY=hunter2"), ["MAILGUN_DOMAIN", "EMAIL_FROM_ADDRESS"]);
}

#[tokio::test]
async fn every_provider_is_built_from_the_variables_of_its_guides() {
    let from = "EMAIL_FROM_ADDRESS=shop@example.com";
    let sid = "AC00112233445566778899aabbccddeeff";
    let emails = [
        "EMAIL_PROVIDER=ses AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=hunter2 AWS_REGION=ap-south-1",
        "MAILGUN_API_KEY=hunter2 MAILGUN_DOMAIN=mg.example.com MAILGUN_REGION=eu",
        "SENDGRID_API_KEY=SG.hunter2 SENDGRID_REGION=eu",
    ];
    for settings in emails {
        assert_eq!(kinds(&format!("{settings} {from}")), [Kind::Email], "{settings}");
    }
    let twilio = format!(
        "TWILIO_ACCOUNT_SID={sid} TWILIO_AUTH_TOKEN=hunter2 TWILIO_PHONE_NUMBER=+15005550006"
    );
    assert!(kinds(&twilio).contains(&Kind::Sms));
    let meta = "WHATSAPP_ACCESS_TOKEN=hunter2 WHATSAPP_PHONE_NUMBER_ID=106540352242922";
    assert_eq!(kinds(meta), [Kind::WhatsApp]);
    // Each kind by the provider that is named for it, whatever else an account could send.
    let both = format!("SMS_PROVIDER=twilio {twilio} {meta} TWILIO_WHATSAPP_NUMBER=+15005550006");
    assert_eq!(
        faults(&both),
        ["WHATSAPP_PROVIDER"],
        "two providers of one kind must be told apart"
    );
    let kinds = kinds(&format!("{both} WHATSAPP_PROVIDER=meta"));
    assert!(kinds.contains(&Kind::Sms) && kinds.contains(&Kind::WhatsApp));
}

#[tokio::test]
async fn provider_urls_name_channels() {
    let built = |url: &str| Messenger::builder().url(url)?.build().map(|built| built.kinds());
    assert_eq!(built("smtp://u:p@mail.example.com?from=shop@example.com").unwrap(), [Kind::Email]);
    assert_eq!(
        built("smtp://127.0.0.1:2525?tls=none&from=shop@example.com").unwrap(),
        [Kind::Email]
    );
    assert_eq!(
        built("netcore+email://KEY@default?from=Shop%20%3Cshop@example.com%3E&whole_texts=true")
            .unwrap(),
        [Kind::Email]
    );
    assert_eq!(
        built("netcore+sms://u:p@390001?sender=DRISHT&entity=1101000000000000017").unwrap(),
        [Kind::Sms]
    );
    assert_eq!(
        built(
            "failover(sandbox:// netcore+sms://u:p@390001?sender=DRISHT&entity=1101000000000000017)"
        )
        .unwrap(),
        [Kind::Sms]
    );
}

#[tokio::test]
async fn a_wrong_url_names_each_setting_and_quotes_no_secret() {
    let wrong = |url: &str| {
        let error = Messenger::builder().url(url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{url}");
        assert!(!format!("{error:?}{error}").contains("hunter2"), "{error}");
        let fields: Vec<_> = error.faults().iter().map(|fault| fault.field.clone()).collect();
        fields
    };
    assert_eq!(
        wrong(
            "netcore+email://default?from=nobody&version=v9&whole_texts=1&colour=red&endpoint=http://127.0.0.1:1"
        ),
        ["api_key", "from", "version", "whole_texts", "colour"]
    );
    assert!(wrong("pigeon://SID:hunter2@default").is_empty());
    assert!(wrong("roundrobin(sandbox:// sandbox://)").is_empty());
    assert!(wrong("failover(smtp://hunter2:hunter2@a.example.com netcore+sms://u:hunter2@390001?sender=DRISHT&entity=1101000000000000017)").is_empty());
    assert_eq!(wrong("smtp://hunter2@mail.example.com"), ["password"]);
}
