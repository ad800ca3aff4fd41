use dakiya::{
    ApprovedTemplate, Channel as _, Contact, Delivery, Envelope, Error, ErrorKind, Fate,
    Interactive, InteractiveAction, ListRow, ListSection, Location, Media, MediaKind, PhoneNumber,
    ProviderTemplate, Purpose, TemplateButton, TemplateCard, WhatsApp, WhatsAppAddress,
    WhatsAppContent,
    netcore::whatsapp::{Account, AccountBuilder, Options},
    testing::{ManualClock, MockTransport},
};
use serde_json::{Value, json};

const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln";
const ID: &str = "0190b2f4-6c00-7000-8000-000000000001";
const SOURCE: &str = "0b4e6c1a-5a0e-4f0e-9a57-7b3d3f1a2c44";
pub(super) const ACCEPTED: &str = r#"{"status":"success","message":"Request received successfully.",
    "data":{"id":"6f6d2a3e-1d0b-4a43-9d9e-2f6b8a1c7e55"}}"#;

fn builder(mock: &MockTransport) -> AccountBuilder {
    Account::builder(TOKEN)
        .source(SOURCE)
        .transport(mock.shared())
        .clock(ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap()).shared())
}

pub(super) fn account(mock: &MockTransport) -> Account {
    builder(mock).build().unwrap()
}

pub(super) fn asha() -> PhoneNumber {
    PhoneNumber::parse("+919812345678").unwrap()
}

fn envelope(content: impl Into<WhatsAppContent>) -> Envelope<WhatsApp> {
    Envelope::new(ID.parse().unwrap(), WhatsApp::to(asha()).content(content))
}

fn text(text: &str) -> Envelope<WhatsApp> {
    envelope(WhatsAppContent::Text { text: text.into() })
}

fn with(mut envelope: Envelope<WhatsApp>, options: &Options) -> Envelope<WhatsApp> {
    envelope.delivery.options.set(options).unwrap();
    envelope
}

pub(super) fn body(mock: &MockTransport, index: usize) -> Value {
    serde_json::from_slice(mock.requests()[index].body()).unwrap()
}

/// What goes out beside the fields that every message has.
async fn sent(envelope: &Envelope<WhatsApp>) -> Value {
    let mock = MockTransport::answering(200, ACCEPTED);
    account(&mock).send(envelope).await.unwrap();
    let mut message = body(&mock, 0)["message"][0].take();
    let fields = message.as_object_mut().unwrap();
    for (name, value) in [
        ("recipient_whatsapp", "919812345678"),
        ("recipient_type", "individual"),
        ("source", SOURCE),
        ("x-apiheader", ID),
    ] {
        assert_eq!(fields.remove(name).unwrap(), value, "{name}");
    }
    message
}

/// What is refused before anything goes out.
async fn refused(envelope: &Envelope<WhatsApp>) -> Error {
    let mock = MockTransport::answering(200, ACCEPTED);
    let error = account(&mock).send(envelope).await.unwrap_err();
    assert!(mock.requests().is_empty(), "{error}");
    assert_eq!((error.provider(), error.fate()), (Some("netcore.whatsapp"), Fate::NotSent));
    error
}

pub(super) fn fields(error: &Error) -> Vec<&str> {
    error.faults().iter().map(|fault| &*fault.field).collect()
}

#[tokio::test]
async fn a_text_is_written_as_the_api_takes_it() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let mut delivery = Delivery::default();
    delivery.callback_data = Some("msg_01HZX".into());
    delivery.options.set(&Options::new().link_preview(false)).unwrap();
    let receipt =
        account(&mock).send(&text("Your ticket is closed.").with_delivery(delivery)).await.unwrap();
    assert_eq!(receipt.provider, "netcore.whatsapp");
    let id = receipt.provider_message_id.as_deref();
    assert_eq!(id, Some("6f6d2a3e-1d0b-4a43-9d9e-2f6b8a1c7e55"));
    assert_eq!(receipt.accepted_at, "2026-03-14T15:00:00Z".parse().unwrap());
    let request = &mock.requests()[0];
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "https://cpaaswa.netcorecloud.net/api/v2/message/nc");
    let headers = request.headers();
    assert_eq!(headers["authorization"], format!("Bearer {TOKEN}"));
    assert!(headers["authorization"].is_sensitive());
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(
        body(&mock, 0),
        json!({"message": [{
            "recipient_whatsapp": "919812345678", "recipient_type": "individual",
            "message_type": "text", "source": SOURCE, "x-apiheader": "msg_01HZX",
            "type_text": [{"preview_url": "false", "content": "Your ticket is closed."}],
        }]})
    );
}

#[tokio::test]
async fn templates_of_text_are_positional() {
    let template = ApprovedTemplate::new("order_shipped", "en").parameters([
        json!("Asha"),
        json!(1187),
        json!(true),
    ]);
    assert_eq!(
        sent(&envelope(template)).await,
        json!({"message_type": "template", "type_template": [{
            "name": "order_shipped", "attributes": ["Asha", "1187", "true"],
            "language": {"locale": "en", "policy": "deterministic"},
        }]})
    );
    let bare = sent(&envelope(ApprovedTemplate::new("hello", "en_GB"))).await;
    let language = json!({"locale": "en_GB", "policy": "deterministic"});
    assert_eq!(bare["type_template"], json!([{"name": "hello", "language": language}]));
}

#[tokio::test]
async fn templates_with_a_file_or_buttons_are_media_templates() {
    let invoice = Media::new(MediaKind::Document, "https://files.acme.example/inv-2041.pdf")
        .filename("INV-2041.pdf");
    let template = ApprovedTemplate::new("invoice_ready", "en")
        .header(invoice)
        .parameters(["Asha"])
        .url_button(0, "https://acme.example/pay/2041")
        .quick_reply(1, "later");
    let type_template = json!([{
        "name": "invoice_ready", "attributes": ["Asha"],
        "language": {"locale": "en", "policy": "deterministic"},
    }]);
    let tracked = with(envelope(template), &Options::new().link_tracking(true));
    assert_eq!(
        sent(&tracked).await,
        json!({
            "message_type": "media_template", "cta_link_track": "1",
            "type_media_template": {
                "type": "document", "url": "https://files.acme.example/inv-2041.pdf",
                "filename": "INV-2041.pdf",
                "button": [
                    {"index": "0", "payload": "https://acme.example/pay/2041"},
                    {"index": "1", "payload": "later"},
                ],
            },
            "type_template": type_template,
        })
    );
    for (kind, name) in [(MediaKind::Image, "image"), (MediaKind::Video, "video")] {
        let header = Media::uploaded(kind, "m-1");
        let sent = sent(&envelope(ApprovedTemplate::new("t", "en").header(header))).await;
        assert_eq!(sent["type_media_template"], json!({"type": name, "media_id": "m-1"}));
    }
}

#[tokio::test]
async fn a_one_time_password_stands_in_body_and_button() {
    let otp = ApprovedTemplate::one_time_password("login_otp", "en", "482913");
    let media = json!({"type": "text", "button": [{"index": "0", "payload": "482913"}]});
    let message = sent(&envelope(otp.clone())).await;
    assert_eq!(message["type_media_template"], media);
    assert_eq!(message["type_template"][0]["attributes"], json!(["482913"]));

    let mock = MockTransport::answering(200, ACCEPTED);
    let account = builder(&mock).first_button(1).build().unwrap();
    account.send(&envelope(otp)).await.unwrap();
    let button = &body(&mock, 0)["message"][0]["type_media_template"]["button"][0]["index"];
    assert_eq!(button, "1");
}

#[tokio::test]
async fn fixed_buttons_are_a_media_template_without_media() {
    let plain = envelope(ApprovedTemplate::new("menu", "en"));
    let message = sent(&with(plain, &Options::new().fixed_buttons())).await;
    assert_eq!(message["message_type"], "media_template");
    assert!(message.get("type_media_template").is_none());
}

#[tokio::test]
async fn a_template_of_provider_templates_goes_by_number() {
    let mut kept = text("");
    let mut template = ProviderTemplate::new("order_shipped");
    for (name, value) in [("2", json!(7)), ("1", json!("Asha"))] {
        template.variables.insert(name.into(), value);
    }
    kept.delivery.provider_templates.insert("netcore.whatsapp".into(), template.clone());
    let language = Options::new().language("hi");
    assert_eq!(
        sent(&with(kept.clone(), &language)).await["type_template"],
        json!([{"name": "order_shipped", "attributes": ["Asha", "7"],
            "language": {"locale": "hi", "policy": "deterministic"}}])
    );
    template.variables.insert("name".into(), json!("x"));
    kept.delivery.provider_templates.insert("netcore.whatsapp".into(), template);
    let error = refused(&kept).await;
    assert_eq!(fields(&error), ["provider_templates.netcore.whatsapp.variables"]);

    // What is in the message is for other providers.
    let template = ProviderTemplate::new("order_shipped");
    kept.delivery.provider_templates.insert("netcore.whatsapp".into(), template);
    kept.message.content = WhatsAppContent::Contacts { contacts: vec![Contact::new("Ana")] };
    assert_eq!(sent(&kept).await["type_template"][0]["name"], "order_shipped");
    kept.message.reply_to = Some("wamid.1".into());
    assert_eq!(refused(&kept).await.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn files_go_by_link_and_by_id() {
    for (kind, name) in [
        (MediaKind::Audio, "audio"),
        (MediaKind::Document, "document"),
        (MediaKind::Image, "image"),
        (MediaKind::Sticker, "sticker"),
        (MediaKind::Video, "video"),
    ] {
        let message = sent(&envelope(Media::new(kind, "https://acme.example/f"))).await;
        assert_eq!(
            message,
            json!({"message_type": "media", "type_media": [{"attachments": [
                {"attachment_url": "https://acme.example/f", "attachment_type": name},
            ]}]})
        );
    }
    let uploaded = Media::uploaded(MediaKind::Image, "m-1").caption("Map");
    assert_eq!(
        sent(&envelope(uploaded)).await["type_media"],
        json!([{"attachments": [{"attachment_id": "m-1", "caption": "Map"}]}])
    );
}

#[tokio::test]
async fn a_place_is_written_with_its_name() {
    let place = Location::new(12.97, 77.59).named("Office", "MG Road");
    assert_eq!(
        sent(&envelope(place)).await,
        json!({"message_type": "location", "type_location": [
            {"longitude": 77.59, "latitude": 12.97, "name": "Office", "address": "MG Road"},
        ]})
    );
}

#[tokio::test]
async fn buttons_and_lists_have_the_vendors_own_form() {
    let buttons = Interactive::buttons("Today?", [("yes", "Yes"), ("no", "Later")]).footer("Acme");
    assert_eq!(
        sent(&envelope(buttons)).await,
        json!({"message_type": "interactive", "type_interactive": [{
            "type": "button", "body": "Today?", "footer": "Acme", "action": [{"buttons": [
                {"type": "reply", "reply": {"id": "yes", "title": "Yes"}},
                {"type": "reply", "reply": {"id": "no", "title": "Later"}},
            ]}],
        }]})
    );
    let rows = [ListRow::new("a", "Morning").description("8 to 12"), ListRow::new("b", "Evening")];
    let list = Interactive::list("When?", "Slots", [ListSection::titled("Today", rows)]);
    assert_eq!(
        sent(&envelope(list)).await["type_interactive"],
        json!([{"type": "list", "body": "When?", "action": [{"button": "Slots", "sections": [
            {"title": "Today", "rows": [
                {"id": "a", "title": "Morning", "description": "8 to 12"},
                {"id": "b", "title": "Evening"},
            ]},
        ]}]}])
    );
}

#[tokio::test]
async fn what_has_no_public_form_goes_raw_or_not_at_all() {
    let url = Interactive::url("See", "Open", "https://acme.example");
    let request = Interactive::new("Where?", InteractiveAction::LocationRequest);
    let catalog = Interactive::new("All", InteractiveAction::Catalog { thumbnail: None });
    let headed = Interactive::buttons("Today?", [("y", "Yes")]).header("News");
    let card = TemplateCard::new(Media::uploaded(MediaKind::Image, "m"));
    let template = || ApprovedTemplate::new("t", "en");
    let mut offer = template();
    offer.offer_ends_at = Some("2026-04-01T00:00:00Z".parse().unwrap());
    let copy = TemplateButton::CopyCode { index: 0, code: "X".into() };
    let flow = TemplateButton::Flow { index: 0, token: "t".into(), data: Value::Null };
    let all: Vec<Envelope<WhatsApp>> = vec![
        envelope(url.clone()),
        envelope(request),
        envelope(catalog),
        envelope(headed),
        envelope(template().card(card)),
        envelope(offer),
        envelope(template().button(copy)),
        envelope(template().button(flow)),
        envelope(template().header("Asha")),
        envelope(template().header(Location::new(1.0, 2.0))),
        envelope(template().header(Media::uploaded(MediaKind::Audio, "m"))),
        envelope(template().named_parameters([("name", "Asha")])),
        envelope(template().parameters([json!({"type": "currency"})])),
        envelope(Media::uploaded(MediaKind::Voice, "m")),
        envelope(Media::uploaded(MediaKind::Document, "m").filename("a.pdf")),
        envelope(WhatsAppContent::Contacts { contacts: vec![Contact::new("Asha")] }),
        envelope(WhatsAppContent::Reaction { message_id: "m".into(), emoji: "👍".into() }),
        Envelope::new(ID.parse().unwrap(), WhatsApp::to(asha()).text("x").reply_to("wamid.1")),
        Envelope::new(
            ID.parse().unwrap(),
            WhatsApp::to(WhatsAppAddress::parse("IN.123").unwrap()).text("x"),
        ),
    ];
    for envelope in &all {
        let error = refused(envelope).await;
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{:?}", envelope.message.content);
    }
    let Value::Object(raw) = json!({
        "message_type": "interactive", "type_interactive": [{"type": "cta_url", "body": "See"}],
    }) else {
        panic!()
    };
    let expected = Value::Object(raw.clone());
    let options = Options::new().raw(raw);
    assert_eq!(sent(&with(envelope(url), &options)).await, expected);
    assert_eq!(sent(&with(text(""), &options)).await, expected);
    assert_eq!(sent(&with(all[15].clone(), &options)).await, expected);
    let mut later = with(text(""), &options);
    later.delivery.send_at = Some("2026-03-15T00:00:00Z".parse().unwrap());
    assert_eq!(refused(&later).await.kind(), ErrorKind::Unsupported);
    let Value::Object(raw) = json!({"recipient_whatsapp": "1", "source": "x"}) else { panic!() };
    let error = refused(&with(text(""), &Options::new().raw(raw))).await;
    let names = ["message_type", "recipient_whatsapp", "source"];
    assert_eq!(fields(&error), names.map(|name| format!("options.raw.{name}")));
}

#[tokio::test]
async fn every_limit_of_whatsapp_is_kept_before_the_wire() {
    let long = |count| "x".repeat(count);
    let image = || Media::uploaded(MediaKind::Image, "m");
    let button = |id: usize, title: usize| Interactive::buttons("b", [(long(id), long(title))]);
    let list = |menu: usize, rows: Vec<ListRow>| {
        Interactive::list("b", long(menu), [ListSection::new(rows)])
    };
    let numbered =
        |count: usize| (0..count).map(|n| ListRow::new(n.to_string(), "t")).collect::<Vec<_>>();
    let row = |id: usize, title: usize, more: usize| {
        list(1, vec![ListRow::new(long(id), long(title)).description(long(more))])
    };
    let titled = |count| {
        let section = ListSection::titled(long(count), numbered(1));
        Interactive::list("b", "m", [section])
    };
    let four = Interactive::buttons("b", (0..4).map(|n| (n.to_string(), "t")));
    let untitled =
        [ListSection::new(numbered(1)), ListSection::titled("b", [ListRow::new("x", "t")])];
    let table: Vec<(WhatsAppContent, &str)> = vec![
        (WhatsAppContent::Text { text: long(4097) }, "content.text"),
        (image().caption(long(1025)).into(), "content.caption"),
        (Media::uploaded(MediaKind::Sticker, "m").caption("x").into(), "content.caption"),
        (Interactive::buttons(long(1025), [("y", "Y")]).into(), "content.body"),
        (button(1, 1).footer(long(61)).into(), "content.footer"),
        (four.into(), "content.action.buttons"),
        (button(257, 1).into(), "content.action.buttons[0].id"),
        (button(1, 21).into(), "content.action.buttons[0].title"),
        (list(21, numbered(1)).into(), "content.action.button"),
        (list(1, numbered(11)).into(), "content.action.sections"),
        (titled(25).into(), "content.action.sections[0].title"),
        (Interactive::list("b", "m", untitled).into(), "content.action.sections[0].title"),
        (row(201, 1, 1).into(), "content.action.sections[0].rows[0].id"),
        (row(1, 25, 1).into(), "content.action.sections[0].rows[0].title"),
        (row(1, 1, 73).into(), "content.action.sections[0].rows[0].description"),
        (ApprovedTemplate::new("a b", "en").into(), "content.name"),
        (ApprovedTemplate::new(long(256), "en").into(), "content.name"),
        (ApprovedTemplate::new("t", "en").parameters([""]).into(), "content.parameters[0]"),
        (
            ApprovedTemplate::new("t", "en").header(image().caption("c")).into(),
            "content.header.caption",
        ),
        (
            ApprovedTemplate::new("t", "en").header(image().filename("c")).into(),
            "content.header.filename",
        ),
    ];
    for (content, field) in table {
        let error = refused(&envelope(content)).await;
        assert_eq!((error.kind(), fields(&error)), (ErrorKind::InvalidMessage, vec![field]));
    }
    // At the limits all of them go.
    for content in [
        WhatsAppContent::Text { text: "é".repeat(4096) },
        image().caption(long(1024)).into(),
        button(256, 20).footer(long(60)).into(),
        list(20, numbered(10)).into(),
        row(200, 24, 72).into(),
    ] {
        sent(&envelope(content)).await;
    }
}

#[tokio::test]
async fn places_and_files_by_id_need_a_source() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let bare = Account::builder(TOKEN).transport(mock.shared()).build().unwrap();
    for content in [
        WhatsAppContent::from(Location::new(1.0, 2.0)),
        Media::uploaded(MediaKind::Image, "m").into(),
    ] {
        let mut envelope = envelope(content);
        assert_eq!(fields(&bare.send(&envelope).await.unwrap_err()), ["from"]);
        envelope.message = envelope.message.from("own");
        bare.send(&envelope).await.unwrap();
    }
    bare.send(&text("hi")).await.unwrap();
    assert_eq!(body(&mock, 0)["message"][0]["source"], "own");
    assert!(body(&mock, 2)["message"][0].get("source").is_none());
}

#[tokio::test]
async fn numbers_have_ten_to_fifteen_digits() {
    let short = WhatsApp::to(PhoneNumber::parse("+29012345").unwrap()).text("hi");
    let error = refused(&Envelope::new(ID.parse().unwrap(), short)).await;
    assert_eq!(fields(&error), ["to"]);
}

#[tokio::test]
async fn the_queue_follows_purpose_account_and_message() {
    let mut otp = text("1");
    otp.delivery.purpose = Purpose::Otp;
    let (on, off) = (Options::new().priority(true), Options::new().priority(false));
    for (account, envelope, priority) in [
        (None, text("1"), false),
        (None, otp.clone(), true),
        (Some(false), otp.clone(), false),
        (Some(true), text("1"), true),
        (Some(true), with(text("1"), &off), false),
        (None, with(text("1"), &on), true),
        (None, with(otp, &off), false),
    ] {
        let mock = MockTransport::answering(200, ACCEPTED);
        let mut builder = builder(&mock);
        if let Some(on) = account {
            builder = builder.priority(on);
        }
        builder.build().unwrap().send(&envelope).await.unwrap();
        let path = mock.requests()[0].uri().path().to_owned();
        assert_eq!(path.ends_with("/message/nc/priority"), priority, "{account:?} {path}");
    }
}

#[tokio::test]
async fn the_older_call_and_both_hosts_can_be_set() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let old = builder(&mock).legacy_send(true).build().unwrap();
    old.send(&text("hi")).await.unwrap();
    let moved = builder(&mock).endpoint("https://wa.example/v9");
    moved.build().unwrap().templates().status("t").await.unwrap();
    let apart = builder(&mock)
        .endpoint("https://wa.example/v9")
        .legacy_endpoint("https://old.example/")
        .build()
        .unwrap();
    apart.templates().status("t").await.unwrap();
    apart.send(&text("hi")).await.unwrap();
    let urls: Vec<_> = mock.requests().iter().map(|one| one.uri().to_string()).collect();
    assert_eq!(
        urls,
        [
            "https://waapi.pepipost.com/api/v2/message/",
            "https://wa.example/v9/metainfo/template/status?templatename=t",
            "https://old.example/metainfo/template/status?templatename=t",
            "https://wa.example/v9/message/nc",
        ]
    );
}

#[test]
fn every_fault_of_the_settings_is_named_and_no_secret() {
    for token in ["", "Bearer abc", "a\nb"] {
        let error = Account::builder(token)
            .source(" ")
            .endpoint("http://h.example")
            .legacy_endpoint("ftp://h")
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert_eq!(fields(&error), ["token", "source", "legacy_endpoint", "endpoint"]);
        assert!(token.is_empty() || !error.to_string().contains(token));
    }
    let account = account(&MockTransport::new());
    let builder = Account::builder(TOKEN);
    assert!(!format!("{account:?}{:?}{builder:?}", account.consent()).contains("eyJ"));
}
