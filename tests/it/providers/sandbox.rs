//! The sandbox: what it keeps, and the page that shows it.

use bytes::Bytes;
use dakiya::{
    Attachment, Call, Channel, Delivery, Dlt, Email, EmailAddress, Envelope, Kind, Mailbox,
    Message, MessageId, PhoneNumber, SenderId, Sms, Unsubscribe, WhatsApp, sandbox::Sandbox,
    testing::ManualClock,
};

fn sandbox() -> Sandbox {
    Sandbox::on(ManualClock::at("2026-03-14T15:00:00Z".parse().unwrap()).shared())
}

fn id(number: u128) -> MessageId {
    uuid::Uuid::from_u128(number).into()
}

fn phone() -> PhoneNumber {
    PhoneNumber::parse("+919845000012").unwrap()
}

fn mailbox(name: &str, address: &str) -> Mailbox {
    Mailbox::new(name, EmailAddress::parse(address).unwrap())
}

async fn send<M: Message>(sandbox: &Sandbox, number: u128, message: M) {
    sandbox.send(&Envelope::new(id(number), message)).await.unwrap();
}

/// One message of several kinds, all with markup where a name or text may hold it.
async fn filled() -> Sandbox {
    let sandbox = sandbox();
    let mail = Email::to(mailbox("Asha <script>alert(1)</script>", "asha@example.com"))
        .cc(mailbox("Ravi Menon", "ravi@example.com"))
        .from(mailbox("Acme Billing", "billing@example.com"))
        .subject("Your invoice INV-2041 & receipt")
        .text("Dear Asha,\n\nYour invoice is attached.\n\nAcme")
        .html(
            "<html><body style=\"font-family:sans-serif\"><h1>Invoice INV-2041</h1>\
             <p>Dear Asha, your invoice of <b>₹12,450.00</b> is attached.</p>\
             <script>document.title='\"broken'</script></body></html>",
        )
        .unsubscribe(Unsubscribe::one_click("https://example.com/u/8c1f"))
        .attach(Attachment::new("INV-2041.pdf", "application/pdf", Bytes::from(vec![0; 48_213])));
    send(&sandbox, 1, mail).await;
    let text = "482913 is your Acme login code. It is valid for 10 minutes. Do not share it.";
    let dlt = Dlt::template("1107161234567890123").entity("1101234567890123456").header("ACMEIN");
    let sender = SenderId::parse("ACMEIN").unwrap();
    send(&sandbox, 2, Sms::to(phone()).text(text).from(sender).dlt(dlt)).await;
    send(&sandbox, 3, Sms::to(phone()).text("आपका ऑर्डर तैयार है <b>")).await;
    let name = "order_ready";
    send(&sandbox, 4, WhatsApp::to(phone()).approved(name, "en_IN", ["Asha", "A-77"])).await;
    send(&sandbox, 5, Call::to(phone()).say("Your code is 4, 8, 2, 9, 1, 3.")).await;
    sandbox
}

#[tokio::test]
async fn it_takes_every_kind_and_keeps_it_in_order() {
    let sandbox = filled().await;
    let kinds: Vec<_> = sandbox.messages().iter().map(|any| any.content.kind()).collect();
    assert_eq!(kinds, [Kind::Email, Kind::Sms, Kind::Sms, Kind::WhatsApp, Kind::Voice]);
    assert_eq!(sandbox.emails()[0].message.subject, "Your invoice INV-2041 & receipt");
    assert_eq!(sandbox.sms().len(), 2);
    assert_eq!(sandbox.of_kind(Kind::Voice)[0].id, id(5));
    assert_eq!(sandbox.sent_to("+919845000012").len(), 4);
    assert_eq!(sandbox.sent_to("Ravi@example.com").len(), 1, "copies count");
    sandbox.clear();
    assert!(sandbox.messages().is_empty());
}

#[tokio::test]
async fn the_receipt_names_provider_id_time_and_segments() {
    let sandbox = sandbox();
    let envelope = Envelope::new(id(9), Sms::to(phone()).text("x".repeat(161)));
    let receipt = sandbox.clone().send(&envelope).await.unwrap();
    assert_eq!(receipt.provider, "sandbox.sms");
    assert_eq!(receipt.provider_message_id, Some(format!("sandbox-{}", id(9))));
    assert_eq!(receipt.accepted_at, "2026-03-14T15:00:00Z".parse().unwrap());
    assert_eq!(receipt.segments, Some(2));
    assert_eq!(sandbox.messages().len(), 1, "clones share what they keep");
}

#[tokio::test]
async fn two_sandboxes_never_see_each_others_messages() {
    let (one, other) = (sandbox(), sandbox());
    send(&one, 1, Sms::to(phone()).text("hello")).await;
    assert_eq!((one.messages().len(), other.messages().len()), (1, 0));
}

#[tokio::test]
async fn a_second_send_with_the_same_key_is_recognised() {
    let sandbox = sandbox();
    let mut delivery = Delivery::default();
    delivery.idempotency_key = Some("order-7".into());
    let envelope = |number| {
        Envelope::new(id(number), Sms::to(phone()).text("hello")).with_delivery(delivery.clone())
    };
    let first = sandbox.send(&envelope(1)).await.unwrap();
    let second = sandbox.send_batch(&[&envelope(2)]).await.remove(0).unwrap();
    assert_eq!(first.provider_message_id, second.provider_message_id);
    assert_eq!(second.id, id(2));
    assert_eq!(sandbox.messages().len(), 1);
}

#[tokio::test]
async fn markup_in_a_message_is_inert_on_the_page() {
    let page = filled().await.preview_html();
    assert!(!page.contains("<script"), "no script tag of anyone's");
    assert!(page.contains("Asha &lt;script&gt;alert(1)&lt;/script&gt; &lt;asha@example.com&gt;"));
    assert!(page.contains("<iframe sandbox=\"\""));
    assert!(page.contains("&lt;script&gt;document.title=&#39;&quot;broken&#39;"));
    assert!(page.contains("default-src 'none'"));
}

#[tokio::test]
async fn the_page_shows_what_a_message_costs_and_carries() {
    let page = filled().await.preview_html();
    assert!(page.contains("1 segment, GSM 7-bit, 76 units"));
    assert!(page.contains("UCS-2"));
    for shown in ["1107161234567890123", "1101234567890123456", "INV-2041.pdf", "48 KiB"] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(page.contains("List-Unsubscribe-Post"));
    assert!(page.contains("14 Mar 2026, 15:00:00 UTC"));
}

#[tokio::test]
async fn an_inline_picture_is_shown_where_the_html_names_it() {
    let sandbox = sandbox();
    let logo = Attachment::new("logo.png", "image/png", &b"\x89PNG"[..]).inline("logo");
    let mail = Email::to(mailbox("A", "a@example.com")).subject("s").html("<img src=cid:logo>");
    send(&sandbox, 1, mail.attach(logo)).await;
    assert!(sandbox.preview_html().contains("data:image/png;base64,iVBORw=="));
}

#[tokio::test]
async fn the_page_is_written_with_its_folders() {
    let folder = std::env::temp_dir().join(format!("dakiya-preview-{}", std::process::id()));
    let sandbox = filled().await;
    let path = sandbox.write_preview(folder.join("mail/preview.html")).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), sandbox.preview_html());
    assert!(sandbox.write_preview(&folder).is_err(), "a folder is no file");
    std::fs::remove_dir_all(folder).unwrap();
}
