//! SMS and MMS on the wire.

use dakiya::{
    Channel as _, Delivery, Envelope, ErrorKind, Fate, Media, MediaKind, ProviderTemplate,
    SenderId, Sms,
    testing::MockTransport,
    twilio::{TwilioBuilder, sms::Options},
};

use super::{
    ACCEPTED, CONTENT, MESSAGE, SERVICE, SID, Set, accepting, bare, body, envelope, has, number,
    text,
};

fn sender() -> SenderId {
    SenderId::parse("+15035550106").unwrap()
}

fn builder(mock: &MockTransport) -> TwilioBuilder {
    bare(mock).from(sender())
}

fn with(set: impl FnOnce(&mut Delivery)) -> Envelope<Sms> {
    let mut envelope = text("hi");
    set(&mut envelope.delivery);
    envelope
}

fn asking(options: &Options) -> Envelope<Sms> {
    with(|delivery| delivery.options.set(options).unwrap())
}

/// The faults' fields, nothing sent.
async fn refused(builder: TwilioBuilder, mock: &MockTransport, envelope: &Envelope<Sms>) -> String {
    let error = builder.build().unwrap().send(envelope).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidMessage, "{error}");
    assert_eq!(error.provider(), Some("twilio.sms"));
    assert!(mock.requests().is_empty());
    let fields: Vec<_> = error.faults().iter().map(|fault| &*fault.field).collect();
    fields.join(" ")
}

#[tokio::test]
async fn a_text_is_a_form_with_basic_authentication() {
    let mock = accepting();
    let account = builder(&mock).build().unwrap();
    let receipt = account.send(&text("Your parts & 1+1 = “two”")).await.unwrap();
    assert_eq!(receipt.provider, "twilio.sms");
    assert_eq!(receipt.provider_message_id.as_deref(), Some(MESSAGE));
    assert_eq!(receipt.segments, Some(2));
    let cost = receipt.cost.unwrap();
    assert_eq!((cost.micros, cost.currency.as_str()), (15_800, "USD"));
    let request = &mock.requests()[0];
    assert_eq!(request.method(), "POST");
    let uri = format!("https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json");
    assert_eq!(request.uri().to_string(), uri);
    assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(
        body(&mock),
        "To=%2B15035550117&From=%2B15035550106\
         &Body=Your%20parts%20%26%201%2B1%20%3D%20%E2%80%9Ctwo%E2%80%9D"
    );
}

#[tokio::test]
async fn an_answer_without_sender_segments_and_price_is_a_good_one() {
    let answer =
        format!(r#"{{"sid":"{MESSAGE}","from":null,"num_segments":"0","status":"accepted"}}"#);
    let mock = MockTransport::answering(201, answer);
    let account = bare(&mock).messaging_service(SERVICE).build().unwrap();
    let receipt = account.send(&text("hi")).await.unwrap();
    assert_eq!((receipt.segments, receipt.cost), (None, None));
    assert_eq!(body(&mock), format!("To=%2B15035550117&MessagingServiceSid={SERVICE}&Body=hi"));
}

#[tokio::test]
async fn senders_are_the_messages_then_the_accounts_beside_the_service() {
    let own = envelope(Sms::to(number()).text("hi").from(SenderId::parse("55512").unwrap()));
    let table: [(&str, Envelope<Sms>, Set, &[&str]); 3] = [
        ("own", own, |account| account, &["From=55512"]),
        (
            "both",
            text("hi"),
            |account| account.messaging_service(SERVICE),
            &["From=%2B15035550106", "MessagingServiceSid=MG00112233445566778899aabbccddeeff"],
        ),
        (
            "alphanumeric",
            text("hi"),
            |account| account.from(SenderId::parse("Northwind").unwrap()),
            &["From=Northwind"],
        ),
    ];
    for (name, envelope, set, pairs) in table {
        let mock = accepting();
        set(builder(&mock)).build().unwrap().send(&envelope).await.unwrap();
        let body = body(&mock);
        assert!(pairs.iter().all(|pair| has(&body, pair)), "{name}: {body}");
    }
}

#[tokio::test]
async fn a_message_without_any_sender_is_refused() {
    let mock = accepting();
    assert_eq!(refused(bare(&mock), &mock, &text("hi")).await, "from");
    let long =
        envelope(Sms::to(number()).text("hi").from(SenderId::parse("Northwind Ltd").unwrap()));
    assert_eq!(refused(bare(&mock), &mock, &long).await, "from");
    let digits = envelope(Sms::to(number()).text("hi").from(SenderId::parse("12 34").unwrap()));
    assert_eq!(refused(bare(&mock), &mock, &digits).await, "from");
}

#[tokio::test]
async fn files_repeat_their_key() {
    let mock = accepting();
    let file = |name: &str| Media::new(MediaKind::Image, format!("https://erp.example.net/{name}"));
    let sms =
        Sms::to(number()).text("see").media(file("a.png")).media(file("b.png").filename("b.png"));
    builder(&mock).build().unwrap().send(&envelope(sms)).await.unwrap();
    assert!(body(&mock).ends_with(
        "&Body=see&MediaUrl=https%3A%2F%2Ferp.example.net%2Fa.png\
         &MediaUrl=https%3A%2F%2Ferp.example.net%2Fb.png"
    ));
}

#[tokio::test]
async fn limits_of_text_and_files_are_held_before_the_wire() {
    let mock = accepting();
    assert_eq!(refused(builder(&mock), &mock, &text(&"é".repeat(1601))).await, "text");
    let mut sms = Sms::to(number());
    for _ in 0..11 {
        sms = sms.media(Media::new(MediaKind::Image, "https://erp.example.net/a.png"));
    }
    assert_eq!(refused(builder(&mock), &mock, &envelope(sms)).await, "media");
    builder(&mock).build().unwrap().send(&text(&"é".repeat(1600))).await.unwrap();
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn what_files_cannot_be_is_unsupported() {
    let mock = accepting();
    let link = || Media::new(MediaKind::Document, "https://erp.example.net/f/7.pdf");
    for media in [
        Media::uploaded(MediaKind::Image, "5512"),
        link().caption("Your invoice"),
        link().filename("INV-7.pdf"),
    ] {
        let sms = envelope(Sms::to(number()).text("hi").media(media));
        let error = builder(&mock).build().unwrap().send(&sms).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert_eq!(error.provider(), Some("twilio.sms"));
    }
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn a_template_takes_the_place_of_the_text() {
    let mock = accepting();
    let envelope = with(|delivery| {
        let mut template = ProviderTemplate::new(CONTENT);
        template.variables.insert("1".into(), "Ana".into());
        template.variables.insert("2".into(), 7.into());
        delivery.provider_templates.insert("twilio.sms".into(), template);
    });
    builder(&mock).build().unwrap().send(&envelope).await.unwrap();
    assert_eq!(
        body(&mock),
        format!(
            "To=%2B15035550117&From=%2B15035550106&ContentSid={CONTENT}\
             &ContentVariables=%7B%221%22%3A%22Ana%22%2C%222%22%3A%227%22%7D"
        )
    );
}

#[tokio::test]
async fn a_template_that_is_none_is_refused() {
    let mock = accepting();
    let envelope = with(|delivery| {
        let mut template = ProviderTemplate::new("order_ready");
        template.variables.insert("1".into(), serde_json::json!(["a"]));
        delivery.provider_templates.insert("twilio.sms".into(), template);
    });
    let fields = refused(builder(&mock), &mock, &envelope).await;
    assert_eq!(fields, "provider_templates.id provider_templates.variables");
}

#[tokio::test]
async fn another_leafs_template_does_not_stand_in_for_a_text() {
    let mock = accepting();
    let mut envelope = text("");
    let template = ProviderTemplate::new(CONTENT);
    envelope.delivery.provider_templates.insert("twilio.whatsapp".into(), template);
    assert_eq!(refused(builder(&mock), &mock, &envelope).await, "text");
}

#[tokio::test]
async fn a_later_time_is_scheduled_through_the_service() {
    let mock = accepting();
    let later = with(|delivery| delivery.send_at = Some("2026-11-30T08:15:00.7Z".parse().unwrap()));
    let account = builder(&mock).messaging_service(SERVICE).build().unwrap();
    account.send(&later).await.unwrap();
    assert!(body(&mock).ends_with("&ScheduleType=fixed&SendAt=2026-11-30T08%3A15%3A00Z"));
}

#[tokio::test]
async fn a_time_in_the_past_is_now() {
    let mock = accepting();
    let past = with(|delivery| delivery.send_at = Some("2026-11-10T08:14:59Z".parse().unwrap()));
    builder(&mock).build().unwrap().send(&past).await.unwrap();
    assert!(!body(&mock).contains("SendAt"));
}

#[tokio::test]
async fn scheduling_keeps_to_its_window_and_needs_a_service() {
    let mock = accepting();
    for at in ["2026-11-10T08:20:00Z", "2026-12-15T08:15:01Z"] {
        let soon = with(|delivery| delivery.send_at = Some(at.parse().unwrap()));
        let account = builder(&mock).messaging_service(SERVICE);
        assert_eq!(refused(account, &mock, &soon).await, "send_at", "{at}");
    }
    let later = with(|delivery| delivery.send_at = Some("2026-11-10T08:20:01Z".parse().unwrap()));
    let error = builder(&mock).build().unwrap().send(&later).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("messaging_service"));
    assert!(mock.requests().is_empty());
    let account = builder(&mock).messaging_service(SERVICE).build().unwrap();
    account.send(&later).await.unwrap();
}

#[tokio::test]
async fn expiry_is_the_validity_period() {
    for (expires, seconds) in [("08:16:30", "90"), ("23:59:59", "36000")] {
        let mock = accepting();
        let at = format!("2026-11-10T{expires}Z").parse().unwrap();
        let envelope = with(|delivery| delivery.expires_at = Some(at));
        builder(&mock).build().unwrap().send(&envelope).await.unwrap();
        assert!(has(&body(&mock), &format!("ValidityPeriod={seconds}")));
    }
    let mock = accepting();
    let late = with(|delivery| delivery.expires_at = Some("2026-11-10T08:15:00Z".parse().unwrap()));
    let error = builder(&mock).build().unwrap().send(&late).await.unwrap_err();
    assert_eq!((error.kind(), error.provider()), (ErrorKind::Expired, Some("twilio.sms")));
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn every_option_is_a_parameter() {
    let application = "AP00112233445566778899aabbccddeeff";
    let service = "MGffeeddccbbaa99887766554433221100";
    let table = [
        (Options::new().application(application), format!("ApplicationSid={application}")),
        (Options::new().attempt(3_u32), "Attempt=3".into()),
        (Options::new().discard_content(true), "ContentRetention=discard".into()),
        (Options::new().discard_content(false), "ContentRetention=retain".into()),
        (Options::new().fallback_from("+15035550109"), "FallbackFrom=%2B15035550109".into()),
        (Options::new().force_delivery(true), "ForceDelivery=true".into()),
        (Options::new().free_traffic(true), "TrafficType=free".into()),
        (Options::new().messaging_service(service), format!("MessagingServiceSid={service}")),
        (Options::new().obfuscate_addresses(true), "AddressRetention=obfuscate".into()),
        (Options::new().obfuscate_addresses(false), "AddressRetention=retain".into()),
        (
            Options::new().persistent_action(vec!["geo:1,2".into()]),
            "PersistentAction=geo%3A1%2C2".into(),
        ),
        (Options::new().provide_feedback(true), "ProvideFeedback=true".into()),
        (Options::new().risk_check(false), "RiskCheck=disable".into()),
        (Options::new().risk_check(true), "RiskCheck=enable".into()),
        (Options::new().send_as_mms(true), "SendAsMms=true".into()),
        (Options::new().shorten_urls(true), "ShortenUrls=true".into()),
        (Options::new().smart_encoded(false), "SmartEncoded=false".into()),
        (
            Options::new().status_callback("http://h.example/x"),
            "StatusCallback=http%3A%2F%2Fh.example%2Fx".into(),
        ),
        (Options::new().validity_period(60_u32), "ValidityPeriod=60".into()),
    ];
    for (options, pair) in table {
        let mock = accepting();
        let account = bare(&mock).messaging_service(SERVICE).build().unwrap();
        account.send(&asking(&options)).await.unwrap();
        let body = body(&mock);
        assert!(has(&body, &pair), "{pair}: {body}");
    }
    let stored = serde_json::to_value(Options::new().send_as_mms(true)).unwrap();
    assert_eq!(stored, serde_json::json!({ "send_as_mms": true }));
}

#[tokio::test]
async fn options_that_are_none_are_refused() {
    let table = [
        (Options::new().application("AP1"), "options.application"),
        (Options::new().messaging_service("1"), "options.messaging_service"),
        (Options::new().status_callback("mailto:x"), "options.status_callback"),
        (Options::new().validity_period(0_u32), "options.validity_period"),
        (Options::new().validity_period(36_001_u32), "options.validity_period"),
        (
            Options::new()
                .application("AP00112233445566778899aabbccddeeff")
                .status_callback("https://h.example"),
            "options.application",
        ),
    ];
    for (options, field) in table {
        let mock = accepting();
        let account = builder(&mock).messaging_service(SERVICE);
        assert_eq!(refused(account, &mock, &asking(&options)).await, field);
    }
    for options in [Options::new().shorten_urls(true), Options::new().fallback_from("+15035550109")]
    {
        let mock = accepting();
        let error = builder(&mock).build().unwrap().send(&asking(&options)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(mock.requests().is_empty());
    }
}

#[tokio::test]
async fn a_fallback_sender_stands_beside_no_other() {
    let mock = accepting();
    let options = Options::new().fallback_from("+15035550109");
    let account = || builder(&mock).messaging_service(SERVICE);
    account().build().unwrap().send(&asking(&options)).await.unwrap();
    assert!(!body(&mock).contains("&From="));
    let mock = accepting();
    let mut own = asking(&options);
    own.message.from = Some(sender());
    assert_eq!(refused(bare(&mock).messaging_service(SERVICE), &mock, &own).await, "from");
    for wrong in ["", "a name too long", "+1"] {
        let asked = asking(&Options::new().fallback_from(wrong));
        let field = refused(bare(&mock).messaging_service(SERVICE), &mock, &asked).await;
        assert_eq!(field, "options.fallback_from", "{wrong}");
    }
}

#[tokio::test]
async fn the_status_callback_carries_the_hosts_reference_only_where_it_asked() {
    let account = |mock: &MockTransport| {
        builder(mock).status_callback("https://erp.example.net/hook?a=b%2F#rc=2")
    };
    let mock = accepting();
    let data = with(|delivery| delivery.callback_data = Some("inv 7&8".into()));
    account(&mock).build().unwrap().send(&data).await.unwrap();
    let plain = "StatusCallback=https%3A%2F%2Ferp.example.net%2Fhook%3Fa%3Db%252F%23rc%3D2";
    assert!(has(&body(&mock), plain));
    let mock = accepting();
    account(&mock).callback_parameter("ref").build().unwrap().send(&data).await.unwrap();
    let with = "StatusCallback=https%3A%2F%2Ferp.example.net%2Fhook\
                %3Fa%3Db%252F%26ref%3Dinv%2B7%25268%23rc%3D2";
    assert!(has(&body(&mock), with), "{}", body(&mock));
    let mock = accepting();
    account(&mock).callback_parameter("ref").build().unwrap().send(&text("hi")).await.unwrap();
    assert!(body(&mock).contains("ref%3D01890000-0000-7000-8000-000000000000"));
    // An application would be ignored beside it.
    let mock = accepting();
    let options = Options::new().application("AP00112233445566778899aabbccddeeff");
    account(&mock).build().unwrap().send(&asking(&options)).await.unwrap();
    assert!(!body(&mock).contains("StatusCallback"));
}

#[tokio::test]
async fn a_batch_sends_singly_in_order_and_one_bad_message_fails_alone() {
    let answer = |sid: &str| ACCEPTED.replace(MESSAGE, sid);
    let mock = MockTransport::new()
        .then(201, answer("SM1"))
        .then(400, r#"{"code":21610,"message":"+15035550117 STOP","status":400}"#)
        .then(201, answer("SM3"));
    let account = builder(&mock).build().unwrap();
    let all = [text("1"), text("2"), text(""), text("3")];
    let results = account.send_batch(&all.iter().collect::<Vec<_>>()).await;
    let outcomes: Vec<_> = results
        .iter()
        .map(|result| match result {
            Ok(receipt) => receipt.provider_message_id.clone().unwrap(),
            Err(error) => error.kind().to_string(),
        })
        .collect();
    assert_eq!(outcomes, ["SM1", "suppressed", "invalid_message", "SM3"]);
    assert_eq!(mock.requests().len(), 3);
    assert_eq!(results[1].as_ref().unwrap_err().fate(), Fate::NotSent);
}
