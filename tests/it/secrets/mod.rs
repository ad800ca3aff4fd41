//! No address, body or secret shows itself in `Debug` or in an error; storage keeps them all.

mod providers;
mod webhooks;

use std::fmt::Debug;

use dakiya::{
    AnyEnvelope, ApplePush, ApprovedTemplate, Attachment, Call, Contact, ContactField, Delivery,
    DeviceToken, Draft, Email, EmailAddress, Envelope, Error, ErrorKind, Event, EventKind, Fault,
    FlowAction, Interactive, InteractiveAction, ListRow, ListSection, Location, Mailbox, Media,
    MediaKind, Message, MessageId, PhoneNumber, PostalAddress, ProductSection, ProviderTemplate,
    Rcs, Receipt, Recipient, RecipientOutcome, ReplyButton, Sms, Subscription, TemplateButton,
    TemplateCard, TemplateRef, Timestamp, WebPush, WhatsApp, WhatsAppAddress, WhatsAppContent,
    event::{CallOutcome, Inbound, InboundEmail, InboundMedia, InboundSource, Profile},
    testing::MockTransport,
    webhook::{Guard, Proof, ReplayToken, Request},
};
use serde_json::{Value, json};

/// Parts of every address, body and secret below.
const CANARIES: [&str; 9] = [
    "canary",      // texts, names, secrets
    "9845033",     // the phone number's middle
    "ca11ab1e",    // the device token's middle
    "55011223344", // the user id's middle
    "Y2FuYXJ5",    // "canary" in base64
    "push.example",
    "caf\u{e9}",
    "सुरक्षित",
    "482913",
];

#[test]
fn no_debug_of_a_message_shows_whom_it_goes_to_or_what_it_says() {
    silent(&email());
    silent(&sms());
    silent(&whatsapp());
    for message in more_whatsapp() {
        silent(&message);
    }
    silent(&call());
    silent(&call().play("https://canary.example/a.mp3"));
    silent(&apple_push());
    silent(&web_push());
    silent(&rcs());
    silent(&rcs().media(media()));
}

#[test]
fn no_debug_of_what_stands_beside_a_message_shows_its_values() {
    let mut provider_template = ProviderTemplate::new("7");
    provider_template.variables.insert("name".into(), json!("canary"));
    hidden(&provider_template);
    hidden(&template());
    hidden(&media());
    hidden(&Attachment::new("canary.pdf", "application/pdf", &b"canary"[..]));
    hidden(&Mailbox::new("canary", address()));
    hidden(&address());
    hidden(&phone());
    hidden(&RecipientOutcome::accepted(Recipient::Phone(phone())));
    hidden(&subscription());
    for recipient in [
        Recipient::Device(token()),
        Recipient::Email(address()),
        Recipient::Phone(phone()),
        Recipient::Subscription("https://push.example/canary".into()),
        Recipient::WhatsApp(user()),
    ] {
        hidden(&recipient);
        hidden(&recipient.masked());
    }
}

#[test]
fn no_debug_of_what_comes_back_shows_who_wrote_what() {
    let mut event = Event::new(EventKind::Inbound, "example", Proof::Signature);
    event.recipient = Some(phone().as_str().into());
    event.sender = Some(address().as_str().into());
    event.text = Some("canary".into());
    let link = InboundSource::Link("https://canary.example/".into());
    event.media = vec![InboundMedia::new(link, None)];
    hidden(&event.media);
    let mut profile = Profile::default();
    profile.name = Some("canary".into());
    hidden(&profile);
    event.profile = Some(Box::new(profile));
    let mut mail = InboundEmail::default();
    mail.subject = Some("canary".into());
    hidden(&mail);
    event.inbound = Some(Box::new(Inbound::Email(mail)));
    hidden(&event.inbound);
    let mut call = CallOutcome::default();
    call.digits = Some("canary".into());
    call.speech = Some("canary".into());
    hidden(&call);
    event.call = Some(Box::new(call));
    hidden(&ReplayToken::new("canary", "canary", Timestamp::UNIX_EPOCH));
    event.url = Some("https://canary.example/".into());
    event.reason = Some("canary".into());
    event.callback_data = Some("canary".into());
    event.metadata.insert("name".into(), json!("canary"));
    event.source = (&b"canary"[..]).into();
    hidden(&event);

    let mut request = Request::post("https://erp.example/hooks/canary-secret-path", "canary");
    request.headers.insert("authorization", "canary".parse().unwrap());
    hidden(&request);

    let guard = Guard::secret_path("canary-secret-path").unwrap();
    let guard = guard.and(Guard::basic("canary", "canary").unwrap());
    hidden(&guard.and(Guard::header("x-key", "canary").unwrap()));
}

#[tokio::test]
async fn no_error_shows_what_was_refused() {
    let wrong = ["canary", "canary@", "canary@example\r\n.com", "+canary", "+98450339845033984503"];
    for text in wrong {
        hidden(&EmailAddress::parse(text).unwrap_err());
        hidden(&PhoneNumber::parse(text).unwrap_err());
        hidden(&Mailbox::parse(&format!("canary <{text}>")).unwrap_err());
        hidden(&DeviceToken::parse(text).unwrap_err());
        hidden(&PhoneNumber::parse_in(text, dakiya::Region::INDIA).unwrap_err());
        hidden(&text.parse::<MessageId>().unwrap_err());
    }
    hidden(&WhatsAppAddress::parse("canary canary").unwrap_err());

    let mut bad = envelope(email().subject("canary\r\nBcc: canary@example.com"));
    bad.delivery.tags = vec!["canary\n".into()];
    bad.message = bad.message.header("X-Canary\r\n", "canary\r\n");
    let error = bad.validate().unwrap_err();
    assert!(error.faults().len() >= 3, "{error}");
    assert!(!error.to_string().contains("canary"), "{error}");

    let error = Error::invalid(vec![Fault::new("to", "is empty", "name one")])
        .with_provider("example.sms")
        .with_source(Error::new(ErrorKind::Network, "cut"));
    hidden(&error);
}

#[tokio::test]
async fn a_mock_transport_shows_no_request() {
    use dakiya::http::Transport as _;
    let transport = MockTransport::answering(200, "");
    let request = dakiya::http::Request::get("https://api.example/canary");
    transport.execute(request.body("canary".into()).unwrap(), None).await.unwrap();
    assert_eq!(transport.requests().len(), 1);
    hidden(&transport);
}

#[test]
fn storage_keeps_every_kind_whole() {
    kept(email());
    kept(sms());
    kept(whatsapp());
    for message in more_whatsapp() {
        kept(message);
    }
    kept(call());
    kept(apple_push());
    kept(web_push());
    kept(rcs());
}

#[test]
fn a_stored_address_that_is_none_is_refused_without_being_shown() {
    refused(email(), &["message", "to", "0", "email"]);
    refused(sms(), &["message", "to"]);
    refused(whatsapp(), &["message", "to"]);
    refused(call(), &["message", "to"]);
    refused(apple_push(), &["message", "to"]);
    refused(rcs(), &["message", "to"]);
}

#[test]
fn a_deadline_is_not_stored() {
    let mut delivery = Delivery::default();
    delivery.deadline = Some(Timestamp::UNIX_EPOCH);
    let json = serde_json::to_value(&delivery).unwrap();
    assert_eq!(json.get("deadline"), None::<&Value>);
}

fn silent<M: Message>(message: &M) {
    hidden(message);
    hidden(&message.recipients());
    hidden(&message.clone().draft().with_template(template()));
    let envelope = envelope(message.clone());
    hidden(&envelope);
    hidden(&Receipt::new("example.sms", &envelope, Timestamp::UNIX_EPOCH));
    hidden(&AnyEnvelope::from(envelope.clone()).content);
    hidden(&AnyEnvelope::from(envelope));
}

fn kept<M: Message + PartialEq>(message: M) {
    let envelope = envelope(message.clone());
    let json = serde_json::to_string(&envelope).unwrap();
    assert!(CANARIES.iter().any(|canary| json.contains(canary)), "{json}");
    assert!(serde_json::from_str::<Envelope<M>>(&json).unwrap() == envelope, "{json}");

    let any = AnyEnvelope::from(envelope);
    assert_eq!(any.content.kind(), M::KIND);
    let json = serde_json::to_value(&any).unwrap();
    assert_eq!(json["content"]["kind"], M::KIND.as_str());
    assert_eq!(json["schema"], AnyEnvelope::SCHEMA);
    let back: AnyEnvelope = serde_json::from_value(json).unwrap();
    assert!(back == any);
    assert!(back.content.recipients() == message.recipients());

    let draft = message.draft().with_template(template());
    let json = serde_json::to_string(&draft).unwrap();
    assert!(json.contains("482913"));
    assert!(serde_json::from_str::<Draft<M>>(&json).unwrap() == draft);
}

fn refused<M: Message>(message: M, path: &[&str]) {
    let mut json = serde_json::to_value(envelope(message)).unwrap();
    let place = json.pointer_mut(&format!("/{}", path.join("/"))).unwrap();
    *place = json!("+canary 482913\r\n");
    let error = serde_json::from_value::<Envelope<M>>(json).unwrap_err();
    hidden(&error);
}

#[track_caller]
fn hidden(value: &impl Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        for canary in CANARIES {
            assert!(!text.contains(canary), "`{canary}` in {text}");
        }
    }
}

fn envelope<M: Message>(message: M) -> Envelope<M> {
    let id: MessageId = "01890000-0000-7000-8000-000000000001".parse().unwrap();
    let mut delivery = Delivery::default();
    let mut provider_template = ProviderTemplate::new("7");
    provider_template.variables.insert("code".into(), json!("482913"));
    delivery.provider_templates.insert("example.sms".into(), provider_template);
    Envelope::new(id, message).with_delivery(delivery)
}

fn template() -> TemplateRef {
    TemplateRef::new("otp").var("code", "482913").var("name", "canary")
}

fn phone() -> PhoneNumber {
    PhoneNumber::parse("+919845033312").unwrap()
}

fn user() -> WhatsAppAddress {
    WhatsAppAddress::parse("IN.5501122334455667").unwrap()
}

fn address() -> EmailAddress {
    EmailAddress::parse("canary@example.com").unwrap()
}

fn token() -> DeviceToken {
    DeviceToken::parse("0000ca11ab1eca11ab1e0000").unwrap()
}

fn subscription() -> Subscription {
    Subscription::new("https://push.example/canary", "canary", "canary")
}

fn media() -> Media {
    let mut media = Media::new(MediaKind::Image, "https://canary.example/a.png");
    media.caption = Some("canary".into());
    media.filename = Some("canary.png".into());
    media
}

fn email() -> Email {
    Email::to(Mailbox::new("canary", address()))
        .cc(address())
        .bcc(address())
        .reply_to(address())
        .from(Mailbox::new("canary", address()))
        .subject("canary")
        .text("canary सुरक्षित")
        .html("<p>canary")
        .amp("<p>canary")
        .header("X-Note", "canary")
        .attach(Attachment::new("canary.pdf", "application/pdf", &b"canary"[..]))
}

fn sms() -> Sms {
    Sms::to(phone()).text("canary 482913")
}

fn whatsapp() -> WhatsApp {
    WhatsApp::to(phone()).text("canary caf\u{e9}")
}

fn more_whatsapp() -> Vec<WhatsApp> {
    let to = || WhatsApp::to(phone());
    let rows = || [ListRow::new("canary", "canary").description("canary")];
    let actions = [
        InteractiveAction::Buttons { buttons: vec![ReplyButton::new("canary", "canary")] },
        InteractiveAction::Catalog { thumbnail: Some("canary".into()) },
        InteractiveAction::Flow(
            FlowAction::new("canary", "canary", "canary").screen("canary", json!({"a": "canary"})),
        ),
        InteractiveAction::List {
            button: "canary".into(),
            sections: vec![ListSection::titled("canary", rows())],
        },
        InteractiveAction::LocationRequest,
        InteractiveAction::Product { catalog_id: "canary".into(), product: "canary".into() },
        InteractiveAction::Products {
            catalog_id: "canary".into(),
            sections: vec![ProductSection::new("canary", ["canary"])],
        },
        InteractiveAction::Url { text: "canary".into(), url: "https://canary.example/".into() },
    ];
    let mut messages = vec![
        WhatsApp::to(user()).text("canary"),
        to().approved("order", "en_US", ["canary", "482913"]),
        to().media(media()),
        to().content(Location::new(1.0, 2.0).named("canary", "canary")),
        to().content(WhatsAppContent::Contacts { contacts: vec![contact()] }),
        to().content(WhatsAppContent::Reaction {
            message_id: "wamid.canary".into(),
            emoji: "canary".into(),
        }),
        to().content(ApprovedTemplate::one_time_password("otp", "en", "482913")),
        to().content(template_with_everything()),
        to().interactive(Interactive::buttons("canary", [("a", "b")]).header(media())),
    ];
    messages.extend(actions.map(|action| {
        to().interactive(Interactive::new("canary", action).header("canary").footer("canary"))
    }));
    messages
}

fn contact() -> Contact {
    let mut parts = PostalAddress::default();
    parts.street = Some("canary".into());
    parts.city = Some("canary".into());
    let mut contact = Contact::new("canary").phone(phone().as_str(), "canary");
    contact = contact.email("canary@example.com", "canary");
    contact.first_name = Some("canary".into());
    contact.company = Some("canary".into());
    contact.birthday = Some("canary".into());
    contact.urls = vec![ContactField::new("https://canary.example/", "canary")];
    contact.addresses = vec![ContactField::new("canary", "canary").parts(parts)];
    contact
}

fn template_with_everything() -> ApprovedTemplate {
    let buttons = [
        TemplateButton::Catalog { index: 0, thumbnail: "canary".into() },
        TemplateButton::CopyCode { index: 1, code: "canary".into() },
        TemplateButton::Flow { index: 2, token: "canary".into(), data: json!({"a": "canary"}) },
        TemplateButton::QuickReply { index: 3, payload: "canary".into() },
        TemplateButton::Url { index: 4, suffix: "canary".into() },
    ];
    let mut card = TemplateCard::new(media());
    card.parameters = json!(["canary"]);
    card.buttons = buttons.to_vec();
    let template = ApprovedTemplate::new("order", "en").header(media()).card(card);
    buttons
        .into_iter()
        .fold(template.named_parameters([("name", "canary")]), ApprovedTemplate::button)
}

fn call() -> Call {
    Call::to(phone()).from(phone()).say("canary")
}

fn apple_push() -> ApplePush {
    let mut push = ApplePush::to(token()).title("canary").body("canary").badge(3);
    push.data = json!({ "name": "canary" });
    push
}

fn web_push() -> WebPush {
    WebPush::to(subscription()).payload("canary")
}

fn rcs() -> Rcs {
    Rcs::to(phone()).text("canary")
}
