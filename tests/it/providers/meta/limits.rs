//! What is over a limit is refused before the wire, by its field.

use dakiya::{
    ApprovedTemplate, Contact, ErrorKind, FlowAction, Interactive, InteractiveAction, ListRow,
    ListSection, Location, Media, MediaKind, ProductSection, TemplateButton, TemplateCard,
    WhatsApp, WhatsAppAddress, WhatsAppContent,
};
use serde_json::json;

use super::{content, envelope, fields, to, unsent, user};

fn long(count: usize) -> String {
    "é".repeat(count)
}

fn image() -> Media {
    Media::uploaded(MediaKind::Image, "7")
}

fn template() -> ApprovedTemplate {
    ApprovedTemplate::new("order", "en")
}

fn rows(count: usize) -> Vec<ListRow> {
    (0..count).map(|n| ListRow::new(n.to_string(), format!("Row {n}"))).collect()
}

fn flow(form: FlowAction) -> WhatsApp {
    to().interactive(Interactive::new("b", InteractiveAction::Flow(form)))
}

fn buttons(count: usize) -> Interactive {
    Interactive::buttons("b", (0..count).map(|n| (n.to_string(), format!("B{n}"))))
}

fn products(sections: Vec<ProductSection>) -> Interactive {
    Interactive::new("b", InteractiveAction::Products { catalog_id: "5".into(), sections })
        .header("h")
}

#[tokio::test]
async fn a_message_at_the_limit_is_taken() {
    let row = ListRow::new("i".repeat(200), long(24)).description(long(72));
    for message in [
        to().text(long(4096)),
        to().media(image().caption(long(1024))),
        to().interactive(
            Interactive::buttons(long(1024), [("i".repeat(256), long(20))])
                .header(long(60))
                .footer(long(60)),
        ),
        to().interactive(Interactive::list("b", long(20), [ListSection::titled(long(24), [row])])),
        to().interactive(Interactive::list("b", "l", [ListSection::new(rows(10))])),
        to().interactive(Interactive::url("b", long(20), "https://a.example")),
        to().content(WhatsAppContent::Contacts { contacts: vec![Contact::new("A"); 5] }),
        to().content(template().parameters(["a    b"])),
        to().content(ApprovedTemplate::new("a".repeat(512), "en")),
        to().content(ApprovedTemplate::one_time_password("login", "en", "1".repeat(15))),
        to().interactive(products(vec![ProductSection::new("", (0..30).map(|n| n.to_string()))])),
        flow(FlowAction::new("1", long(30), "t")),
    ] {
        content(message).await;
    }
}

#[tokio::test]
async fn every_limit_is_kept_unsent() {
    let a = "content.action";
    let twice = Interactive::buttons("b", [("1", "Same"), ("2", "Same")]);
    let same_id = Interactive::buttons("b", [("1", "A"), ("1", "B")]);
    let sections: Vec<_> =
        (0..11).map(|n| ListSection::titled("t", [ListRow::new(n.to_string(), "r")])).collect();
    let untitled = [ListSection::new(rows(1)), ListSection::titled("t", [ListRow::new("x", "y")])];
    let catalog = InteractiveAction::Catalog { thumbnail: None };
    let offline = InteractiveAction::LocationRequest;
    let mut birthday = Contact::new("A");
    birthday.birthday = Some("28.2.1990".into());
    let contacts = |contacts| to().content(WhatsAppContent::Contacts { contacts });
    let mut nameless = Location::new(1.0, 1.0);
    nameless.address = Some("MG Road".into());
    let interactive = |message| to().interactive(message);
    let voice = Media::uploaded(MediaKind::Voice, "7");
    let card = || TemplateCard::new(image());
    let many_cards = (0..11).fold(template(), |template, _| template.card(card()));
    let table: Vec<(WhatsApp, String)> = vec![
        (to().text(long(4097)), "content.text".into()),
        (to().text(" "), "content.text".into()),
        (to().media(image().caption(long(1025))), "content.caption".into()),
        (to().media(voice.clone().caption("c")), "content.caption".into()),
        (
            to().media(Media::uploaded(MediaKind::Sticker, "7").caption("c")),
            "content.caption".into(),
        ),
        (to().media(Media::new(MediaKind::Image, "http://a.example")), "content.link".into()),
        (to().content(nameless), "content.name".into()),
        (to().content(Location::new(91.0, 0.0)), "content.latitude".into()),
        (contacts(vec![Contact::new("A"); 6]), "content.contacts".into()),
        (contacts(vec![birthday]), "content.contacts[0].birthday".into()),
        (
            to().content(WhatsAppContent::Reaction { message_id: "w".into(), emoji: long(17) }),
            "content.emoji".into(),
        ),
        (interactive(buttons(4)), format!("{a}.buttons")),
        (interactive(buttons(0)), format!("{a}.buttons")),
        (interactive(twice), format!("{a}.buttons")),
        (interactive(same_id), format!("{a}.buttons")),
        (
            interactive(Interactive::buttons("b", [("i".repeat(257), "A")])),
            format!("{a}.buttons.id"),
        ),
        (interactive(Interactive::buttons("b", [("i", long(21))])), format!("{a}.buttons.title")),
        (interactive(buttons(1).header(long(61))), "content.header".into()),
        (interactive(buttons(1).header(voice.clone())), "content.header".into()),
        (interactive(buttons(1).header(image().caption("c"))), "content.header".into()),
        (interactive(buttons(1).footer(long(61))), "content.footer".into()),
        (interactive(Interactive::buttons(long(1025), [("1", "A")])), "content.body".into()),
        (interactive(Interactive::buttons("", [("1", "A")])), "content.body".into()),
        (
            interactive(Interactive::list("b", "l", [ListSection::new(rows(1))]).header(image())),
            "content.header".into(),
        ),
        (
            interactive(Interactive::list("b", long(21), [ListSection::new(rows(1))])),
            format!("{a}.button"),
        ),
        (
            interactive(Interactive::list("b", "l", [ListSection::new(rows(11))])),
            format!("{a}.sections.rows"),
        ),
        (interactive(Interactive::list("b", "l", sections)), format!("{a}.sections")),
        (interactive(Interactive::list("b", "l", untitled)), format!("{a}.sections.title")),
        (
            interactive(Interactive::list("b", "l", [ListSection::titled(long(25), rows(1))])),
            format!("{a}.sections.title"),
        ),
        (
            interactive(Interactive::list(
                "b",
                "l",
                [ListSection::new(rows(1)), ListSection::titled("t", [])],
            )),
            format!("{a}.sections"),
        ),
        (
            interactive(Interactive::list(
                "b",
                "l",
                [ListSection::new([ListRow::new("i".repeat(201), "t")])],
            )),
            format!("{a}.sections.rows.id"),
        ),
        (
            interactive(Interactive::list(
                "b",
                "l",
                [ListSection::new([ListRow::new("i", long(25))])],
            )),
            format!("{a}.sections.rows.title"),
        ),
        (
            interactive(Interactive::list(
                "b",
                "l",
                [ListSection::new([ListRow::new("i", "t").description(long(73))])],
            )),
            format!("{a}.sections.rows.description"),
        ),
        (interactive(Interactive::url("b", long(21), "https://a.example")), format!("{a}.text")),
        (interactive(Interactive::url("b", "Open", "javascript:x")), format!("{a}.url")),
        (interactive(Interactive::new("", catalog)), "content.body".into()),
        (interactive(Interactive::new("b", offline).header("h")), "content.header".into()),
        (
            interactive(products(vec![ProductSection::new("t", (0..31).map(|n| n.to_string()))])),
            format!("{a}.sections.products"),
        ),
        (
            interactive(products((0..11).map(|_| ProductSection::new("t", ["1"])).collect())),
            format!("{a}.sections"),
        ),
        (
            interactive(products(vec![
                ProductSection::new("", ["1"]),
                ProductSection::new("t", ["2"]),
            ])),
            format!("{a}.sections.title"),
        ),
        (
            interactive(Interactive::new(
                "b",
                InteractiveAction::Products {
                    catalog_id: "5".into(),
                    sections: vec![ProductSection::new("t", ["1"])],
                },
            )),
            "content.header".into(),
        ),
        (flow(FlowAction::new("1", long(31), "t")), format!("{a}.button")),
        (flow(FlowAction::new("1", "b", "t").screen("S", json!({}))), format!("{a}.data")),
        (flow(FlowAction::new("1", "b", "t").screen("S", json!([1]))), format!("{a}.data")),
        (to().content(ApprovedTemplate::new("Order", "en")), "content.name".into()),
        (to().content(ApprovedTemplate::new("a".repeat(513), "en")), "content.name".into()),
        (to().content(ApprovedTemplate::new("order", "en-GB")), "content.language".into()),
        (to().content(template().parameters(["a\nb"])), "content.parameters[0]".into()),
        (to().content(template().parameters(["x", "a\tb"])), "content.parameters[1]".into()),
        (to().content(template().parameters(["a     b"])), "content.parameters[0]".into()),
        (to().content(template().parameters([""])), "content.parameters[0]".into()),
        (
            to().content(template().named_parameters([("total", "a\r\nb")])),
            "content.parameters.total".into(),
        ),
        (to().content(template().parameters([json!(null)])), "content.parameters[0]".into()),
        (
            to().content(
                template().parameters([json!({"type": "currency", "currency": {"code": "eur"}})]),
            ),
            "content.parameters[0]".into(),
        ),
        (
            to().content(template().parameters([json!({"type": "image", "image": {"id": "1"}})])),
            "content.parameters[0]".into(),
        ),
        (
            to().content(template().parameters([
                json!({"type": "date_time", "date_time": {"fallback_value": "a\nb"}}),
            ])),
            "content.parameters[0]".into(),
        ),
        (to().content(template().header("a\nb")), "content.header".into()),
        (to().content(template().header(&*long(61))), "content.header".into()),
        (to().content(template().header(voice)), "content.header".into()),
        (
            to().content(template().header(image()).parameters([long(1025)])),
            "content.parameters".into(),
        ),
        (to().content(template().url_button(10, "x")), "content.buttons".into()),
        (to().content(template().url_button(0, "a b\n")), "content.buttons".into()),
        (
            to().content(template().button(TemplateButton::CopyCode { index: 0, code: long(21) })),
            "content.buttons".into(),
        ),
        (to().content(many_cards), "content.cards".into()),
        (
            to().content(ApprovedTemplate::one_time_password("login", "en", "1".repeat(16))),
            "content.parameters".into(),
        ),
        (
            WhatsApp::to(user())
                .content(ApprovedTemplate::one_time_password("login", "en", "123456")),
            "to".into(),
        ),
        (WhatsApp::to(WhatsAppAddress::parse("919845000012").unwrap()).text("x"), "to".into()),
        (WhatsApp::to(WhatsAppAddress::parse("in.55").unwrap()).text("x"), "to".into()),
        (to().text("x").from("+919845000012"), "from".into()),
    ];
    for (message, field) in table {
        let error = unsent(&envelope(message)).await;
        assert_eq!(error.kind(), ErrorKind::InvalidMessage, "{field}: {error}");
        assert!(fields(&error).contains(&&*field), "{field}: {error}");
    }
}

#[tokio::test]
async fn a_reference_over_512_characters_is_refused() {
    let mut message = envelope(to().text("x"));
    message.delivery.callback_data = Some(long(513));
    assert_eq!(fields(&unsent(&message).await), ["callback_data"]);
}

#[tokio::test]
async fn every_fault_is_named_at_once_with_limit_and_value() {
    let message = buttons(4).header(long(61)).footer(long(61));
    let error = unsent(&envelope(to().interactive(message))).await;
    assert_eq!(fields(&error).len(), 3, "{error}");
    assert!(error.to_string().contains("has 4 entries, the limit is 3"), "{error}");
    assert!(error.to_string().contains("has 61 characters, the limit is 60"), "{error}");
}
