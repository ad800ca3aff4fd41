//! Templates: made, looked at, changed, deleted.

use dakiya::{
    ErrorKind,
    meta::{
        Meta,
        manage::{
            CarouselCard, Category, Component, LimitedTimeOffer, NewOtpTemplates, NewTemplate,
            TemplateButton, TemplateQuery, TemplateStatus, TemplateUpdate,
        },
    },
    testing::MockTransport,
};
use serde_json::json;

use super::{NUMBER, TOKEN, WABA, account, answered, asked, refused};

fn new() -> NewTemplate {
    NewTemplate::new("order_ready", "en_GB", Category::Utility)
}

#[tokio::test]
async fn a_template_is_made_of_every_part() {
    let (account, mock) = answered(&json!({"id": "1", "status": "PENDING", "category": "UTILITY"}));
    let template = new()
        .component(Component::header("Order {{1}}", Some("2041")))
        .component(Component::body("Dear {{1}}, it is {{2}}.", ["Asha", "ready"]))
        .component(Component::footer("Acme"))
        .component(Component::buttons([
            TemplateButton::quick_reply("On my way"),
            TemplateButton::url("Track", "https://a.example/{{1}}", Some("https://a.example/7")),
            TemplateButton::PhoneNumber {
                text: "Call".into(),
                phone_number: "+919845000012".into(),
            },
            TemplateButton::CopyCode { example: "SAVE10".into() },
        ]))
        .allow_category_change(true)
        .message_send_ttl_seconds(600);
    let made = account.templates().create(&template).await.unwrap();
    assert_eq!(made.status, Some(TemplateStatus::Pending));
    let (method, path, body) = asked(&mock);
    assert_eq!((&*method, path), ("POST", format!("/v26.0/{WABA}/message_templates")));
    let expected = json!({
        "name": "order_ready", "language": "en_GB", "category": "UTILITY",
        "allow_category_change": true, "message_send_ttl_seconds": 600,
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}", "example": {"header_text": ["2041"]}},
            {"type": "BODY", "text": "Dear {{1}}, it is {{2}}.", "example": {"body_text": [["Asha", "ready"]]}},
            {"type": "FOOTER", "text": "Acme"},
            {"type": "BUTTONS", "buttons": [
                {"type": "QUICK_REPLY", "text": "On my way"},
                {"type": "URL", "text": "Track", "url": "https://a.example/{{1}}", "example": ["https://a.example/7"]},
                {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+919845000012"},
                {"type": "COPY_CODE", "example": "SAVE10"}]},
        ],
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn rarer_parts_are_written_as_documented() {
    let (account, mock) = answered(&json!({"id": "1"}));
    let card = CarouselCard::new([
        Component::header_file("IMAGE", "4:h"),
        Component::body("Tea", ["x"; 0]),
    ]);
    let flow = TemplateButton::Flow {
        text: "Book".into(),
        flow_id: Some("9".into()),
        flow_name: None,
        flow_json: None,
        flow_action: Some("navigate".into()),
        navigate_screen: Some("START".into()),
    };
    let template = NewTemplate::new("sale", "en", Category::Marketing)
        .named()
        .component(Component::header_location())
        .component(Component::body_named("Dear {{name}}, hello.", [("name", "Asha")]))
        .component(Component::LimitedTimeOffer {
            limited_time_offer: LimitedTimeOffer::new("Ends", true),
        })
        .component(Component::Carousel { cards: vec![card] })
        .component(Component::buttons([flow, TemplateButton::Catalog { text: "Shop".into() }]))
        .component(Component::Other(json!({"type": "NEW", "x": 1})));
    account.templates().create(&template).await.unwrap();
    let body = asked(&mock).2;
    assert_eq!(body["parameter_format"], "NAMED");
    let expected = json!([
        {"type": "HEADER", "format": "LOCATION"},
        {"type": "BODY", "text": "Dear {{name}}, hello.", "example": {"body_text_named_params":
            [{"param_name": "name", "example": "Asha"}]}},
        {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Ends", "has_expiration": true}},
        {"type": "CAROUSEL", "cards": [{"components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4:h"]}},
            {"type": "BODY", "text": "Tea"}]}]},
        {"type": "BUTTONS", "buttons": [
            {"type": "FLOW", "text": "Book", "flow_id": "9", "flow_action": "navigate", "navigate_screen": "START"},
            {"type": "CATALOG", "text": "Shop"}]},
        {"type": "NEW", "x": 1},
    ]);
    assert_eq!(body["components"], expected);
}

#[tokio::test]
async fn one_time_passwords_are_made_in_several_languages() {
    let answer = json!({"data": [{"id": "1", "status": "APPROVED", "language": "en_US"}]});
    let (account, mock) = answered(&answer);
    let parts = [
        Component::authentication_body(true),
        Component::code_expiration(10),
        Component::buttons([TemplateButton::copy_password()]),
    ];
    let made = NewOtpTemplates::new("login", ["en_US", "hi"], parts);
    let made = account.templates().upsert_otp(&made).await.unwrap();
    assert_eq!(made[0].language.as_deref(), Some("en_US"));
    let (method, path, body) = asked(&mock);
    assert_eq!((&*method, path), ("POST", format!("/v26.0/{WABA}/upsert_message_templates")));
    let expected = json!({"name": "login", "languages": ["en_US", "hi"],
        "category": "AUTHENTICATION", "components": [
            {"type": "BODY", "add_security_recommendation": true},
            {"type": "FOOTER", "code_expiration_minutes": 10},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}]});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn templates_are_listed_by_page_and_filter() {
    let answer = json!({
        "data": [
            {"id": "1", "name": "a", "status": "IN_APPEAL", "category": "utility", "language": "en",
             "quality_score": {"score": "GREEN", "date": 1}, "rejected_reason": "NONE",
             "parameter_format": "positional", "components": [
                {"type": "BODY", "text": "Hi {{1}}.", "example": {"body_text": [["x"]]}},
                {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copy", "example": ["X1"]}]},
                {"type": "NEW_PART", "x": 1}]},
            {"id": "2", "status": "SOMETHING_NEW"}],
        "paging": {"cursors": {"before": "B", "after": "A"}, "next": "https://graph.facebook.com/x"},
    });
    let (account, mock) = answered(&answer);
    let query = TemplateQuery::new()
        .name("a")
        .status(TemplateStatus::Approved)
        .language("en")
        .category(Category::Utility)
        .limit(2)
        .page("Z=");
    let page = account.templates().list(&query).await.unwrap();
    assert_eq!(page.next.as_deref(), Some("A"));
    let [one, two] = &page.items[..] else { panic!("two") };
    assert_eq!(one.status, Some(TemplateStatus::InAppeal));
    assert_eq!(one.category, Some(Category::Utility));
    assert_eq!(one.quality_score.as_ref().unwrap().score, "GREEN");
    assert!(
        matches!(&one.components[0], Component::Body { text: Some(text), .. } if text == "Hi {{1}}.")
    );
    assert!(matches!(&one.components[2], Component::Other(_)));
    assert_eq!(two.status, Some(TemplateStatus::Other("SOMETHING_NEW".into())));
    let path = asked(&mock).1;
    let (path, query) = path.split_once('?').unwrap();
    assert_eq!(path, format!("/v26.0/{WABA}/message_templates"));
    assert!(
        query.ends_with("&name=a&status=APPROVED&language=en&category=UTILITY&limit=2&after=Z%3D"),
        "{query}"
    );
    let last = json!({"data": [], "paging": {"cursors": {"before": "B", "after": "A"}}});
    let (account, _) = answered(&last);
    assert_eq!(account.templates().list(&TemplateQuery::new()).await.unwrap().next, None);
}

#[tokio::test]
async fn a_template_is_changed_deleted_and_sent_again() {
    let (account, mock) = answered(&json!({"id": "7", "name": "a"}));
    assert_eq!(account.templates().get("7").await.unwrap().name.as_deref(), Some("a"));
    assert!(asked(&mock).1.starts_with("/v26.0/7?fields=id%2Cname"));

    let done = json!({"success": true});
    let (account, mock) = answered(&done);
    let edit =
        TemplateUpdate::new().category(Category::Marketing).components([Component::footer("x")]);
    account.templates().update("7", &edit).await.unwrap();
    let expected =
        json!({"category": "MARKETING", "components": [{"type": "FOOTER", "text": "x"}]});
    assert_eq!(asked(&mock), ("POST".into(), "/v26.0/7".into(), expected));

    let (account, mock) = answered(&done);
    account.templates().delete("order_ready").await.unwrap();
    let path = format!("/v26.0/{WABA}/message_templates?name=order_ready");
    assert_eq!(asked(&mock), ("DELETE".into(), path, json!(null)));

    let (account, mock) = answered(&done);
    account.templates().delete_language("order_ready", "7").await.unwrap();
    let path = format!("/v26.0/{WABA}/message_templates?hsm_id=7&name=order_ready");
    assert_eq!(asked(&mock).1, path);

    let (account, mock) = answered(&done);
    account.templates().unpause("7").await.unwrap();
    assert_eq!(asked(&mock), ("POST".into(), "/v26.0/7/unpause".into(), json!(null)));
    let (account, _) = answered(&json!({"success": false, "reason": "x"}));
    assert_eq!(account.templates().unpause("7").await.unwrap_err().kind(), ErrorKind::Template);
}

#[tokio::test]
async fn what_a_template_cannot_be_is_refused_unsent() {
    let long = |count: usize| "x".repeat(count);
    let body = |text: &str| new().component(Component::body(text, ["x"; 0]));
    let quick = || TemplateButton::quick_reply("q");
    let link = |url: &str| TemplateButton::url("t", url, None);
    let buttons = |list: Vec<TemplateButton>| new().component(Component::buttons(list));
    let phone = || TemplateButton::PhoneNumber { text: "t".into(), phone_number: "+1".into() };
    let copy = |code: &str| TemplateButton::CopyCode { example: code.into() };
    let part = "components[0]";
    let table = [
        (NewTemplate::new("Order", "en", Category::Utility), "name"),
        (NewTemplate::new("order", "en-GB", Category::Utility), "language"),
        (new().component(Component::header(long(61), None)), part),
        (new().component(Component::header("{{1}} and {{2}}", None)), part),
        (new().component(Component::header("", None)), part),
        (new().component(Component::header_file("GIF", "h")), part),
        (body(&long(1025)), part),
        (body("{{1}} is ready."), part),
        (body("Ready is {{1}}"), part),
        (body("A {{1}} {{2}} b"), part),
        (body("A {{1}} and {{3}} b"), part),
        (body(""), part),
        (new().component(Component::footer(long(61))), part),
        (new().component(Component::footer("By {{1}} of us")), part),
        (new().component(Component::code_expiration(0)), part),
        (new().component(Component::code_expiration(91)), part),
        (buttons((0..11).map(|_| quick()).collect()), part),
        (buttons(vec![TemplateButton::quick_reply(long(26))]), part),
        (buttons(vec![quick(), link("https://a.example"), quick()]), part),
        (buttons(vec![link("https://a.example"); 3]), part),
        (buttons(vec![link(&long(2001))]), part),
        (buttons(vec![link("https://a.example/{{1}}/x")]), part),
        (buttons(vec![phone(), phone()]), part),
        (buttons(vec![copy("a"), copy("b")]), part),
        (buttons(vec![copy(&long(21))]), part),
        (new().component(Component::Carousel { cards: vec![CarouselCard::new([]); 11] }), part),
    ];
    let mock = MockTransport::new();
    for (template, field) in table {
        refused(account(&mock).templates().create(&template).await, &mock, field);
    }
    refused(
        account(&mock).templates().update("7", &TemplateUpdate::new()).await,
        &mock,
        "components",
    );
    refused(account(&mock).templates().get("x").await, &mock, "template_id");
    refused(account(&mock).templates().delete("a&b").await, &mock, "name");
    let none = NewOtpTemplates::new("login", ["x"; 0], []);
    refused(account(&mock).templates().upsert_otp(&none).await, &mock, "languages");
}

#[tokio::test]
async fn a_refused_template_says_why() {
    let answer = json!({"error": {"message": "Invalid parameter", "code": 100,
        "error_subcode": 2_388_299, "error_user_title": "canary", "error_user_msg": "canary"}});
    let mock = MockTransport::answering(400, answer.to_string());
    let error = account(&mock).templates().create(&new()).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Template, Some("2388299")));
    assert!(!format!("{error:?}").contains("canary"));
}

#[tokio::test]
async fn templates_need_a_business_account() {
    let mock = MockTransport::new();
    let bare = Meta::builder(TOKEN, NUMBER).transport(mock.shared()).build().unwrap();
    refused(bare.templates().create(&new()).await, &mock, "business_account");
    refused(bare.templates().list(&TemplateQuery::new()).await, &mock, "business_account");
    let error = bare.numbers().list(None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[test]
fn what_is_printed_of_a_template_holds_no_example_and_no_number() {
    let call = json!({"type": "PHONE_NUMBER", "text": "canary", "phone_number": "+15035550117"});
    let template = new()
        .component(Component::header("canary {{1}}", Some("canary")))
        .component(Component::body_named("canary {{name}}", [("name", "canary")]))
        .component(Component::footer("canary"))
        .component(Component::buttons([serde_json::from_value(call).unwrap()]));
    let shown = format!("{template:?}");
    assert!(!shown.contains("canary") && !shown.contains("5035550117"), "{shown}");
    assert!(shown.contains("order_ready") && shown.contains("PhoneNumber"), "{shown}");
}
