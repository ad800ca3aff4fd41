use std::sync::Arc;

use dakiya::{
    Call, Envelope, Gather, PhoneNumber, Retries, Shared, Step,
    netcore::voice::{Account, Api},
    testing::{
        conformance::channel::Subject,
        server::{Answer, Received},
    },
    time::SharedClock,
};
use serde_json::json;

use super::super::{KEY, TEXT, id, transport};

fn to(n: usize) -> PhoneNumber {
    PhoneNumber::parse(format!("+9198450000{n:02}")).unwrap()
}

fn call(n: usize) -> Envelope<Call> {
    Envelope::new(id(n), Call::to(to(n)).say(TEXT))
}

fn with(n: usize, call: impl FnOnce(Call) -> Call) -> Envelope<Call> {
    Envelope::new(id(n), call(Call::to(to(n))))
}

fn subject(auth: serde_json::Value, body: serde_json::Value) -> Subject<Call> {
    let make = move |endpoint: &str, clock: SharedClock| -> Shared<Call> {
        let api: Api = serde_json::from_value(json!({
            "base_url": endpoint, "path": "v1/calls", "method": "post",
            "auth": auth, "body": body, "check": {"path": "v1/balance"},
        }))
        .unwrap();
        let account = Account::builder(api).transport(transport(&clock)).clock(clock);
        Arc::new(account.build().unwrap())
    };
    let accepts = |_: &Received| Answer::json(200, r#"{"data":{"id":"c-7f21"}}"#);
    let retries = Retries::new(2, std::time::Duration::from_mins(1));
    Subject::new(make, call, accepts)
        .variants([
            with(0, |call| call.play("https://erp.example.net/a.mp3")),
            with(1, |call| call.say(TEXT).record()),
            with(2, |call| call.say(TEXT).retries(retries)),
            with(3, |call| call.say(TEXT).hang_up()),
            with(4, |call| call.dial(to(9))),
            with(5, |call| {
                call.gather(Gather::digits(1, "https://erp.example.net/k").prompt(Step::say(TEXT)))
            }),
        ])
        .invalid([with(1, |call| call), with(2, |call| call.say(" "))])
        .secrets([KEY])
        .personal([TEXT, "9845000"])
}

#[tokio::test]
async fn netcore_voice_keeps_the_rules_with_a_json_template() {
    let auth = json!({"header": {"name": "x-api-key", "value": KEY}});
    let body = json!({"json": {"to": "{to}", "say": "{text}", "ref": "{client_ref}"}});
    let report = subject(auth, body).check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
    assert!(report.kept.contains(&"what the capabilities exclude is refused unsent"));
    assert!(report.kept.contains(&"one bad message of a batch fails alone"));
}

#[tokio::test]
async fn netcore_voice_keeps_the_rules_with_a_form() {
    let auth = json!({"basic": {"user": "shop", "password": KEY}});
    let body =
        json!({"form": {"to": "{to}", "say": "{text}", "at": "{schedule}", "ref": "{client_ref}"}});
    let report = subject(auth, body).check().await.unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
}
