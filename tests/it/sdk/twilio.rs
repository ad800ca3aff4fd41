use std::sync::Arc;

use bytes::Bytes;
use dakiya::{
    Call, Channel, Delivery, Envelope, Media, MediaKind, Message, PhoneNumber, ProviderTemplate,
    SenderId, Sms, WhatsApp, WhatsAppAddress,
    http::Request,
    testing::{ManualClock, MockTransport},
    twilio::{
        Twilio, TwilioBuilder, sms,
        voice::{self, Detection, MachineDetection},
    },
};

use super::Official;
use crate::support::specs::checked;

fn phone(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text).unwrap()
}

fn account() -> TwilioBuilder {
    Twilio::builder("AC00000000000000000000000000000001", "token-9f3")
        .clock(ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap()).shared())
}

/// The request of one message through an account.
async fn sent<M: Message>(account: TwilioBuilder, message: M, delivery: Delivery) -> Request<Bytes>
where
    Twilio: Channel<M>,
{
    let answer = r#"{"sid":"SM00000000000000000000000000000001","status":"queued"}"#;
    let mock = MockTransport::answering(201, answer);
    let account = account.transport(checked(mock.shared())).build().unwrap();
    let id = "0190b2f4-6c00-7000-8000-000000000001".parse().unwrap();
    Arc::new(account).send(&Envelope::new(id, message).with_delivery(delivery)).await.unwrap();
    mock.requests().remove(0)
}

#[tokio::test]
async fn twilio_is_asked_what_its_own_sdk_asks() {
    let Some(official) = Official::find() else { return };
    let (to, from) = ("+919845000012", "+14155550100");
    let sender = || account().from(SenderId::parse(from).unwrap());
    let plain = Delivery::default;

    let text = "Order 2041 is ready. ₹4,999 & more";
    let plain_sms = sent(sender(), Sms::to(phone(to)).text(text), plain()).await;

    let mut delivery = plain();
    delivery.send_at = Some("2026-03-14T16:00:00Z".parse().unwrap());
    let options = sms::Options::new().status_callback("https://acme.example/twilio?id=2041");
    delivery.options.set(&options).unwrap();
    let service = account().messaging_service("MG00000000000000000000000000000001");
    let ready = "Order 2041 is ready.";
    let scheduled = sent(service, Sms::to(phone(to)).text(ready), delivery).await;

    let image = |link| Media::new(MediaKind::Image, link);
    let mms = Sms::to(phone("+14155550199"))
        .text("Your frames")
        .media(image("https://acme.example/1.png"))
        .media(image("https://acme.example/2.png?a=b"));
    let mms = sent(sender(), mms, plain()).await;

    let mut delivery = plain();
    let mut template = ProviderTemplate::new("HX00000000000000000000000000000001");
    template.variables.insert("1".into(), "Asha".into());
    template.variables.insert("2".into(), "2041".into());
    delivery.provider_templates.insert("twilio.sms".into(), template);
    let templated = sent(sender(), Sms::to(phone(to)), delivery).await;

    let whatsapp = WhatsApp::to(WhatsAppAddress::from(phone(to))).text(ready);
    let whatsapp = sent(account().whatsapp_from(from), whatsapp, plain()).await;

    let call =
        Call::to(phone(to)).step(dakiya::Step::say_in("en-IN", "Your order is ready.")).hang_up();
    let mut delivery = plain();
    let detection = MachineDetection::new(Detection::DetectMessageEnd);
    let options = voice::Options::new().machine_detection(detection).ring_s(30);
    delivery.options.set(&options).unwrap();
    let call = sent(account().voice_from(phone(from)), call, delivery).await;

    let ours = vec![
        ("sms", plain_sms),
        ("scheduled by a service", scheduled),
        ("media", mms),
        ("content template", templated),
        ("whatsapp", whatsapp),
        ("call", call),
    ];
    official.compare("twilio", 201, ours).await;
}
