use dakiya::{
    Channel as _, Envelope, Error, ErrorKind, Fate, Media, MediaKind, PhoneNumber, Provider as _,
    ProviderTemplate, Rcs,
    netcore::rcs::{
        Account, AccountBuilder, Options,
        manage::{Card, CardHeight, CardWidth, NewTemplate, Suggestion},
    },
    testing::MockTransport,
};
use serde_json::{Value, json};

const KEY: &str = "k3y-3f1c9c0e";
const ID: &str = "0190b2f4-6c00-7000-8000-000000000001";
const REQUEST: &str = r#"{"recipient":"{to}","template":{"id":"{template}",
    "params":"{variables}"},"callbackdata":"{client_ref}","tags":"{tags}"}"#;
const ACCEPTED: &str = r#"{"requestid":"5d0a1c2b3e4f5061728394a5b6c7d8e9"}"#;

fn builder(mock: &MockTransport) -> AccountBuilder {
    Account::builder(KEY).request(REQUEST).transport(mock.shared())
}

fn asha() -> PhoneNumber {
    PhoneNumber::parse("+919812345678").unwrap()
}

fn envelope() -> Envelope<Rcs> {
    let mut envelope = Envelope::new(ID.parse().unwrap(), Rcs::to(asha()));
    let mut template = ProviderTemplate::new("t7");
    template.variables.insert("name".into(), json!("Asha"));
    envelope.delivery.provider_templates.insert("netcore.rcs".into(), template);
    envelope
}

fn body(mock: &MockTransport, index: usize) -> Value {
    serde_json::from_slice(mock.requests()[index].body()).unwrap()
}

fn fields(error: &Error) -> Vec<&str> {
    error.faults().iter().map(|fault| &*fault.field).collect()
}

async fn answered(status: u16, body: &str) -> Result<Option<String>, Error> {
    let mock = MockTransport::answering(status, body.to_owned());
    let receipt = builder(&mock).build().unwrap().send(&envelope()).await;
    receipt.map(|receipt| receipt.provider_message_id)
}

#[tokio::test]
async fn a_message_is_what_the_request_template_makes_of_it() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let account = builder(&mock).bot_id("512").build().unwrap();
    let mut envelope = envelope();
    envelope.message = envelope.message.text("for the others");
    envelope.message.from = Some("513".into());
    envelope.delivery.callback_data = Some("inv-1".into());
    envelope.delivery.tags = vec!["bills".into()];
    let options = Options::new().fallback(json!({"channel": "SMS"}));
    envelope.delivery.options.set(&options).unwrap();
    let receipt = account.send(&envelope).await.unwrap();
    let id = receipt.provider_message_id.as_deref();
    assert_eq!(id, Some("5d0a1c2b3e4f5061728394a5b6c7d8e9"));
    assert_eq!(receipt.provider, "netcore.rcs");
    let request = &mock.requests()[0];
    assert_eq!(request.uri(), "https://soipapi.netcorecloud.com/soip/rcs/v2/message");
    let headers = request.headers();
    assert_eq!(headers["api-key"], KEY);
    assert!(headers["api-key"].is_sensitive());
    assert_eq!(
        (&headers["nc_bot_id"], &headers["content-type"]),
        (
            &"513".parse::<http::HeaderValue>().unwrap(),
            &"application/json".parse::<http::HeaderValue>().unwrap(),
        )
    );
    assert_eq!(
        body(&mock, 0),
        json!({
            "messages": [{
                "recipient": "919812345678", "template": {"id": "t7", "params": {"name": "Asha"}},
                "callbackdata": "inv-1", "tags": ["bills"],
            }],
            "fallbackchain": [{"channel": "SMS"}],
        })
    );
}

#[tokio::test]
async fn what_is_not_set_is_not_written() {
    let mock = MockTransport::answering(200, ACCEPTED);
    builder(&mock).build().unwrap().send(&envelope()).await.unwrap();
    assert!(!mock.requests()[0].headers().contains_key("nc_bot_id"));
    assert!(body(&mock, 0).get("fallbackchain").is_none());
    assert_eq!(body(&mock, 0)["messages"][0]["callbackdata"], ID);
}

#[tokio::test]
async fn the_keys_header_can_be_another() {
    let mock = MockTransport::answering(200, ACCEPTED);
    for (name, value) in [("apikey", KEY.to_owned()), ("Authorization", format!("Bearer {KEY}"))] {
        let account = builder(&mock).auth_header(name).endpoint("https://r.example/x");
        account.build().unwrap().send(&envelope()).await.unwrap();
        let last = mock.requests().pop().unwrap();
        assert_eq!(last.headers()[name], value);
        assert!(!last.headers().contains_key("api-key"));
        assert_eq!(last.uri(), "https://r.example/x/soip/rcs/v2/message");
    }
}

#[tokio::test]
async fn without_a_request_template_the_error_says_what_to_set() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let account = Account::builder(KEY).transport(mock.shared()).build().unwrap();
    let error = account.send(&envelope()).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Config, Fate::NotSent));
    assert_eq!(fields(&error), ["request"]);
    assert!(error.to_string().contains("{template}"), "{error}");
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn what_is_no_template_is_refused_unsent() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let account = builder(&mock).build().unwrap();
    let media = Media::new(MediaKind::Image, "https://acme.example/a.png");
    let bare = |rcs| Envelope::new(ID.parse().unwrap(), rcs);
    for rcs in [Rcs::to(asha()).text("hi"), Rcs::to(asha()).media(media)] {
        let error = account.send(&bare(rcs)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("provider_templates"), "{error}");
    }
    let error = account.send(&bare(Rcs::to(asha()))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidMessage);
    let mut wrong = envelope();
    wrong.message.from = Some("a b".into());
    wrong.delivery.provider_templates.insert("netcore.rcs".into(), ProviderTemplate::new(" "));
    let error = account.send(&wrong).await.unwrap_err();
    assert_eq!(fields(&error), ["from", "provider_templates.netcore.rcs.id"]);
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn variables_without_a_place_are_a_templates_error() {
    let mock = MockTransport::answering(200, ACCEPTED);
    let account = builder(&mock).request(r#"{"a":"{to}","b":"{template}"}"#).build().unwrap();
    let error = account.send(&envelope()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Template);
    assert_eq!(fields(&error), ["provider_templates.variables.name"]);
    assert!(mock.requests().is_empty());
}

#[test]
fn every_fault_of_the_settings_is_named_and_no_secret() {
    let error = Account::builder("two words")
        .auth_header("a b")
        .bot_id("")
        .request("{}")
        .endpoint("http://h.example")
        .build()
        .unwrap_err();
    assert_eq!(fields(&error), ["auth_header", "api_key", "bot_id", "request", "endpoint"]);
    assert!(!error.to_string().contains("two words"));
    let account = builder(&MockTransport::new()).build().unwrap();
    assert!(!format!("{account:?}{:?}", Account::builder(KEY)).contains(KEY));
}

#[tokio::test]
async fn the_id_is_found_in_every_known_place() {
    for (body, id) in [
        (r#"{"message_id":"a","requestid":"r"}"#, Some("r")),
        (r#"{"messageId":7}"#, Some("7")),
        (r#"{"messages":[{"message_id":"m"}]}"#, Some("m")),
        (r#"{"data":[{"requestid":"m"}]}"#, Some("m")),
        (r#"[{"message_id":"m"}]"#, Some("m")),
        (r#"{"status":"success","error":null}"#, None),
    ] {
        assert_eq!(answered(202, body).await.unwrap().as_deref(), id, "{body}");
    }
}

#[tokio::test]
async fn each_refusal_has_its_kind_and_says_what_to_do() {
    use ErrorKind as K;
    let said = |text: &str, errors: Value| {
        json!({"requestError": {"serviceException": {
            "messageId": "0c1d", "text": text, "validationErrors": errors,
        }}})
        .to_string()
    };
    let unknown = said("Unauthenticated: apikey not found", json!(["apikey not valid"]));
    for (status, body, kind, says) in [
        (401, unknown.clone(), K::Unauthorized, "auth_header"),
        (200, unknown, K::Unauthorized, "auth_header"),
        (401, said("key not linked to feed", Value::Null), K::Unauthorized, "feed"),
        (401, String::new(), K::Unauthorized, "refused"),
        (403, String::new(), K::Unauthorized, "bot"),
        (400, said("Unsupported Content-Type", Value::Null), K::Config, "content type"),
        (400, said("Bad", json!(["template t7 not approved"])), K::Template, "template"),
        (400, said("Bad", json!(["mobile 919812345678"])), K::InvalidRecipient, "recipient"),
        (400, said("Bad", json!(["field x"])), K::InvalidMessage, "`request`"),
        (400, String::new(), K::Rejected, "refused"),
        (404, String::new(), K::Config, "endpoint"),
        (302, String::new(), K::Config, "redirects"),
        (429, String::new(), K::RateLimited, "too many"),
        (503, String::new(), K::Unavailable, "unavailable"),
    ] {
        let error = answered(status, &body).await.unwrap_err();
        assert_eq!((error.kind(), error.fate()), (kind, Fate::NotSent), "{status} {body}");
        assert!(error.to_string().contains(says), "{error}");
        assert!(!format!("{error:?}").contains("12345678"), "{error:?}");
        assert_eq!((error.provider(), error.status()), (Some("netcore.rcs"), Some(status)));
    }
}

#[tokio::test]
async fn what_says_neither_yes_nor_no_may_be_out() {
    let huge = "x".repeat(10 << 20);
    for (status, body) in [
        (200, ""),
        (200, "<html>"),
        (200, "{\"requ"),
        (200, "[]"),
        (200, "7"),
        (200, &*huge),
        (500, ""),
        (502, ""),
        (504, ""),
    ] {
        let error = answered(status, body).await.unwrap_err();
        assert_eq!(error.fate(), Fate::Unknown, "{status}");
    }
}

#[tokio::test]
async fn a_check_sends_to_nobody() {
    let no = r#"{"requestError":{"serviceException":{"text":"messages is empty"}}}"#;
    for (status, body, wrong) in [
        (400, no, None),
        (200, "{}", None),
        (400, "<html>", Some(ErrorKind::Rejected)),
        (401, "", Some(ErrorKind::Unauthorized)),
        (404, "", Some(ErrorKind::Config)),
    ] {
        let mock = MockTransport::answering(status, body);
        let outcome = builder(&mock).build().unwrap().check().await;
        assert_eq!(outcome.err().map(|error| error.kind()), wrong, "{status} {body}");
        assert_eq!(mock.requests()[0].body(), r#"{"messages":[]}"#);
    }
}

#[tokio::test]
async fn a_template_of_text_is_handed_in() {
    let mock = MockTransport::answering(200, r#"{"status":"success","id":9}"#);
    let account = builder(&mock).build().unwrap();
    let url = "https://acme.example";
    let template = NewTemplate::text("order_ready", "Ready.")
        .suggestion(Suggestion::reply("Thanks", "thanks"))
        .suggestion(Suggestion::webview("Open", "open", url, "Full"))
        .suggestion(Suggestion::dial("Call", "call", asha()));
    let created = account.templates().create(&template).await.unwrap();
    assert_eq!(created.answer["id"], 9);
    assert_eq!(mock.requests()[0].uri(), "https://soipapi.netcorecloud.com/template/create");
    assert_eq!(
        body(&mock, 0),
        json!({"action_type": "text_message", "payload": {
            "template_name": "order_ready", "rcs_type": "text_message",
            "template_content": "Ready.",
            "suggestions": [
                {"suggestionType": "reply", "displayText": "Thanks", "postback": "thanks"},
                {"suggestionType": "url_action", "displayText": "Open", "postback": "open",
                    "url": url, "webview": "Full"},
                {"suggestionType": "dialer_action", "displayText": "Call", "postback": "call",
                    "phoneNumber": "+919812345678"},
            ],
        }})
    );
}

#[tokio::test]
async fn a_carousel_and_a_raw_template_are_handed_in() {
    let mock = MockTransport::answering(200, "{}");
    let account = builder(&mock).build().unwrap();
    let url = "https://acme.example/a.png";
    let cards = [
        Card::new("A", "first").url(url).suggestion(Suggestion::url("Buy", "buy", url)),
        Card::new("B", "second").image_file("data:image/png;base64,AA==").kind(2),
    ];
    let carousel = NewTemplate::carousel("sale", CardWidth::Small, CardHeight::Short, cards);
    account.templates().create(&carousel).await.unwrap();
    assert_eq!(
        body(&mock, 0),
        json!({"action_type": "carousel", "payload": {
            "template_name": "sale", "rcs_type": "carousel", "save_type": "add",
            "card_width": "SMALL_WIDTH", "card_height": "SHORT_HEIGHT",
            "cards": [
                {"type": 1, "url": url, "title": "A", "description": "first", "is_button": true,
                    "suggestions": [{"suggestionType": "url_action", "displayText": "Buy",
                        "postback": "buy", "url": url}]},
                {"type": 2, "image_file": "data:image/png;base64,AA==", "title": "B",
                    "description": "second", "is_button": false},
            ],
        }})
    );
    let Value::Object(payload) = json!({"x": 1}) else { panic!() };
    account.templates().create(&NewTemplate::raw("n", "rich", payload)).await.unwrap();
    let payload = json!({"x": 1, "template_name": "n", "rcs_type": "rich"});
    assert_eq!(body(&mock, 1), json!({"action_type": "rich", "payload": payload}));
}

#[tokio::test]
async fn a_template_over_the_limits_is_refused_unsent_and_a_refusal_is_an_error() {
    let long = |count| "x".repeat(count);
    let carousel =
        |cards: Vec<Card>| NewTemplate::carousel("n", CardWidth::Medium, CardHeight::Tall, cards);
    let two = |card: Card| carousel(vec![card, Card::new("b", "b")]);
    let replies = |count: usize| (0..count).map(|n| Suggestion::reply(n.to_string(), "p"));
    let many = replies(12).fold(NewTemplate::text("n", "t"), NewTemplate::suggestion);
    let five = replies(5).fold(Card::new("a", "b"), Card::suggestion);
    let link = Suggestion::url("x", "p", "http://h");
    let mock = MockTransport::answering(400, "");
    let account = builder(&mock).build().unwrap();
    for (template, field) in [
        (NewTemplate::text("", "t"), "name"),
        (NewTemplate::text("n", long(3073)), "text"),
        (many, "suggestions"),
        (
            NewTemplate::text("n", "t").suggestion(Suggestion::reply(long(26), "p")),
            "suggestions[0].text",
        ),
        (NewTemplate::text("n", "t").suggestion(link), "suggestions[0].url"),
        (carousel(vec![Card::new("a", "b")]), "cards"),
        (carousel(vec![Card::new("a", "b"); 11]), "cards"),
        (two(Card::new(long(201), "b")), "cards[0].title"),
        (two(Card::new("a", long(2001))), "cards[0].description"),
        (two(five), "cards[0].suggestions"),
        (two(Card::new("a", "b").url("http://h")), "cards[0].url"),
        (two(Card::new("a", "b").thumbnail_file("AA==")), "cards[0].thumbnail_file"),
    ] {
        let error = account.templates().create(&template).await.unwrap_err();
        assert_eq!(fields(&error), [field]);
    }
    assert!(mock.requests().is_empty());
    let error = account.templates().create(&NewTemplate::text("n", "t")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
}
