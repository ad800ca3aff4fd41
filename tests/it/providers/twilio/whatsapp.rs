//! WhatsApp through Twilio on the wire.

use dakiya::{
    ApprovedTemplate, Channel as _, Contact, Envelope, Error, ErrorKind, Interactive, Location,
    Media, MediaKind, ProviderTemplate, SenderId, WhatsApp, WhatsAppAddress, WhatsAppContent,
    testing::MockTransport,
    twilio::{TwilioBuilder, whatsapp::Options},
};

use super::{CONTENT, MESSAGE, SERVICE, accepting, bare, body, envelope, has, number};

fn builder(mock: &MockTransport) -> TwilioBuilder {
    bare(mock).whatsapp_from("whatsapp:+14155550107")
}

async fn sent(message: WhatsApp) -> String {
    let mock = accepting();
    let receipt = builder(&mock).build().unwrap().send(&envelope(message)).await.unwrap();
    assert_eq!(receipt.provider, "twilio.whatsapp");
    assert_eq!(receipt.provider_message_id.as_deref(), Some(MESSAGE));
    body(&mock)
}

async fn refused(envelope: &Envelope<WhatsApp>) -> Error {
    let mock = accepting();
    let error = builder(&mock).build().unwrap().send(envelope).await.unwrap_err();
    assert_eq!(error.provider(), Some("twilio.whatsapp"));
    assert!(mock.requests().is_empty());
    error
}

const HEAD: &str = "To=whatsapp%3A%2B15035550117&From=whatsapp%3A%2B14155550107";

#[tokio::test]
async fn both_addresses_carry_the_prefix() {
    assert_eq!(sent(WhatsApp::to(number()).text("hi")).await, format!("{HEAD}&Body=hi"));
    let own = WhatsApp::to(number()).text("hi").from("+447700900118");
    assert!(has(&sent(own).await, "From=whatsapp%3A%2B447700900118"));
    let own = WhatsApp::to(number()).text("hi").from("whatsapp:+447700900118");
    assert!(has(&sent(own).await, "From=whatsapp%3A%2B447700900118"));
}

#[tokio::test]
async fn the_number_of_sms_stands_in_where_there_is_neither_sender_nor_service() {
    let message = || envelope(WhatsApp::to(number()).text("hi"));
    let sms = || SenderId::parse("+15005550006").unwrap();
    let mock = accepting();
    bare(&mock).from(sms()).build().unwrap().send(&message()).await.unwrap();
    assert!(has(&body(&mock), "From=whatsapp%3A%2B15005550006"));
    let mock = accepting();
    builder(&mock).from(sms()).build().unwrap().send(&message()).await.unwrap();
    assert_eq!(body(&mock), format!("{HEAD}&Body=hi"));
    let mock = accepting();
    let service = bare(&mock).from(sms()).messaging_service(SERVICE).build().unwrap();
    service.send(&message()).await.unwrap();
    assert!(has(&body(&mock), &format!("MessagingServiceSid={SERVICE}")));
    assert!(!body(&mock).contains("From="));
    let mock = accepting();
    let account = bare(&mock).from(SenderId::parse("Northwind").unwrap()).build().unwrap();
    assert_eq!(account.send(&message()).await.unwrap_err().faults()[0].field, "from");
}

#[tokio::test]
async fn a_user_without_a_number_is_addressed_by_id() {
    let id = WhatsAppAddress::parse("GB.5501122334455667").unwrap();
    let body = sent(WhatsApp::to(id).text("hi")).await;
    assert!(has(&body, "To=whatsapp%3AGB.5501122334455667"), "{body}");
    let long = format!("GB.{}", "5".repeat(129));
    for wrong in ["15035550117", "gb.55", "GB.", "GBR.55", "GB.5-5", &long] {
        let Ok(to) = WhatsAppAddress::parse(wrong) else { continue };
        let error = refused(&envelope(WhatsApp::to(to).text("hi"))).await;
        assert_eq!(error.kind(), ErrorKind::InvalidMessage, "{wrong}");
        assert_eq!(error.faults()[0].field, "to");
    }
}

#[tokio::test]
async fn the_service_stands_in_for_a_sender_and_stays_out_beside_one() {
    let message = || envelope(WhatsApp::to(number()).text("hi"));
    let mock = accepting();
    bare(&mock).messaging_service(SERVICE).build().unwrap().send(&message()).await.unwrap();
    let only = format!("To=whatsapp%3A%2B15035550117&MessagingServiceSid={SERVICE}&Body=hi");
    assert_eq!(body(&mock), only);
    let mock = accepting();
    builder(&mock).messaging_service(SERVICE).build().unwrap().send(&message()).await.unwrap();
    assert_eq!(body(&mock), format!("{HEAD}&Body=hi"));
    let mock = accepting();
    let mut later = message();
    later.delivery.send_at = Some("2026-11-11T08:15:00Z".parse().unwrap());
    builder(&mock).messaging_service(SERVICE).build().unwrap().send(&later).await.unwrap();
    assert!(has(&body(&mock), &format!("MessagingServiceSid={SERVICE}")));
    assert!(has(&body(&mock), "SendAt=2026-11-11T08%3A15%3A00Z"));
    let mock = accepting();
    let error = bare(&mock).build().unwrap().send(&message()).await.unwrap_err();
    assert_eq!(error.faults()[0].field, "from");
    let error = refused(&envelope(WhatsApp::to(number()).text("hi").from("shop"))).await;
    assert_eq!(error.faults()[0].field, "from");
}

#[tokio::test]
async fn a_file_has_its_caption_as_text() {
    let file = Media::new(MediaKind::Document, "https://erp.example.net/f/INV%207.pdf?x=1");
    let message = WhatsApp::to(number()).media(file.caption("Your invoice").filename("INV 7.pdf"));
    let link = "MediaUrl=https%3A%2F%2Ferp.example.net%2Ff%2FINV%25207.pdf%3Fx%3D1";
    assert_eq!(sent(message).await, format!("{HEAD}&Body=Your%20invoice&{link}"));
    let uploaded = WhatsApp::to(number()).media(Media::uploaded(MediaKind::Image, "7"));
    assert_eq!(refused(&envelope(uploaded)).await.kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_place_is_an_action_with_a_text() {
    let place = |location: Location| WhatsApp::to(number()).content(location);
    let named = Location::new(51.5, -0.12).named("Depot", "1 High|Street");
    assert_eq!(
        sent(place(named)).await,
        format!("{HEAD}&Body=Depot&PersistentAction=geo%3A51.5%2C-0.12%7C1%20High%20Street")
    );
    assert_eq!(
        sent(place(Location::new(51.5, -0.12))).await,
        format!("{HEAD}&Body=51.5%2C-0.12&PersistentAction=geo%3A51.5%2C-0.12")
    );
}

#[tokio::test]
async fn an_approved_template_goes_by_its_content_sid() {
    let in_order = ApprovedTemplate::new(CONTENT, "en").parameters(["Ana", "INV-7"]);
    assert_eq!(
        sent(WhatsApp::to(number()).content(in_order)).await,
        format!(
            "{HEAD}&ContentSid={CONTENT}\
             &ContentVariables=%7B%221%22%3A%22Ana%22%2C%222%22%3A%22INV-7%22%7D"
        )
    );
    let named = ApprovedTemplate::new(CONTENT, "en").named_parameters([("name", "Ana")]);
    let body = sent(WhatsApp::to(number()).content(named)).await;
    assert!(has(&body, "ContentVariables=%7B%22name%22%3A%22Ana%22%7D"), "{body}");
    let body = sent(WhatsApp::to(number()).content(ApprovedTemplate::new(CONTENT, "en"))).await;
    assert_eq!(body, format!("{HEAD}&ContentSid={CONTENT}"));
}

#[tokio::test]
async fn the_deliverys_template_goes_before_the_one_by_metas_name() {
    let mock = accepting();
    let mut message = envelope(WhatsApp::to(number()).approved("order_ready", "en", ["Ana"]));
    message
        .delivery
        .provider_templates
        .insert("twilio.whatsapp".into(), ProviderTemplate::new(CONTENT));
    builder(&mock).build().unwrap().send(&message).await.unwrap();
    assert_eq!(body(&mock), format!("{HEAD}&ContentSid={CONTENT}"));
}

#[tokio::test]
async fn templates_that_twilio_cannot_fill_so_are_unsupported_with_the_way_out() {
    let bare = || ApprovedTemplate::new(CONTENT, "en");
    for (template, hint) in [
        (ApprovedTemplate::new("order_ready", "en"), "ContentSid"),
        (bare().header("INV-7"), "among the parameters"),
        (bare().url_button(0, "INV-7"), "among the parameters"),
    ] {
        let error = refused(&envelope(WhatsApp::to(number()).content(template))).await;
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.message().contains(hint), "{error}");
    }
}

#[tokio::test]
async fn four_blanks_in_a_variable_are_refused() {
    let template = ApprovedTemplate::new(CONTENT, "en").parameters(["a    b"]);
    let error = refused(&envelope(WhatsApp::to(number()).content(template))).await;
    assert_eq!(error.faults()[0].field, "variables");
    let mut message = envelope(WhatsApp::to(number()));
    let mut template = ProviderTemplate::new(CONTENT);
    template.variables.insert("1".into(), "a     b".into());
    message.delivery.provider_templates.insert("twilio.whatsapp".into(), template);
    assert_eq!(refused(&message).await.faults()[0].field, "variables");
}

#[tokio::test]
async fn what_the_api_cannot_carry_is_unsupported() {
    let to = || WhatsApp::to(number());
    let reaction = WhatsAppContent::Reaction { message_id: "SM1".into(), emoji: "👍".into() };
    let contacts = WhatsAppContent::Contacts { contacts: vec![Contact::new("Ana")] };
    for (message, hint) in [
        (to().interactive(Interactive::buttons("When?", [("am", "Morning")])), "content template"),
        (to().content(reaction), "reactions"),
        (to().content(contacts), "contact cards"),
        (to().text("yes").reply_to("SM1"), "reply_to"),
    ] {
        let error = refused(&envelope(message)).await;
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.message().contains(hint), "{error}");
    }
}

#[tokio::test]
async fn a_template_beside_a_message_makes_the_content_whatever_is_in_it() {
    let contents = [
        to_interactive(),
        WhatsApp::to(number())
            .content(ApprovedTemplate::new("order_ready", "en").parameters(["a    b"])),
        WhatsApp::to(number())
            .content(WhatsAppContent::Contacts { contacts: vec![Contact::new("Ana")] }),
    ];
    for message in contents {
        let mut message = envelope(message);
        let template = ProviderTemplate::new(CONTENT);
        message.delivery.provider_templates.insert("twilio.whatsapp".into(), template);
        let mock = accepting();
        builder(&mock).build().unwrap().send(&message).await.unwrap();
        assert_eq!(body(&mock), format!("{HEAD}&ContentSid={CONTENT}"));
        message.message.reply_to = Some("SM1".into());
        assert!(refused(&message).await.message().contains("reply_to"));
    }
}

fn to_interactive() -> WhatsApp {
    WhatsApp::to(number()).interactive(Interactive::buttons("When?", [("am", "Morning")]))
}

#[tokio::test]
async fn options_are_of_the_kind() {
    let mock = accepting();
    let mut message = envelope(WhatsApp::to(number()).text("hi"));
    let options = Options::new().messaging_service(SERVICE).discard_content(true);
    message.delivery.options.set(&options).unwrap();
    builder(&mock).build().unwrap().send(&message).await.unwrap();
    let body = body(&mock);
    assert!(has(&body, &format!("MessagingServiceSid={SERVICE}")), "{body}");
    assert!(has(&body, "ContentRetention=discard"), "{body}");
    let stray = serde_json::from_value::<Options>(serde_json::json!({ "send_as_mms": true }));
    assert!(stray.is_err());
}
