use std::sync::Arc;

use dakiya::{
    Call, Envelope, PhoneNumber, Retries, Shared,
    testing::{
        conformance::channel::Subject,
        server::{Answer, Received},
    },
    time::SharedClock,
    twilio::Twilio,
};

use super::super::{KEY, TEXT, id, transport};
use crate::support::specs::checked;

fn call(n: usize) -> Envelope<Call> {
    with(n, |call| call.say(TEXT))
}

fn with(n: usize, steps: impl FnOnce(Call) -> Call) -> Envelope<Call> {
    let to = PhoneNumber::parse(format!("+9198450000{n:02}")).unwrap();
    Envelope::new(id(n), steps(Call::to(to)))
}

#[tokio::test]
async fn twilio_voice_keeps_the_rules() {
    let account = |endpoint: &str, clock: SharedClock| -> Shared<Call> {
        let account = Twilio::builder("AC00112233445566778899aabbccddeeff", KEY)
            .voice_from(PhoneNumber::parse("+15035550106").unwrap())
            .endpoint(endpoint)
            .transport(checked(transport(&clock)))
            .clock(clock);
        Arc::new(account.build().unwrap())
    };
    let accepts = |_: &Received| {
        let body = r#"{"sid":"CA00112233445566778899aabbccddeeff","status":"queued"}"#;
        Answer::json(201, body)
    };
    let retries = Retries::new(1, std::time::Duration::from_mins(1));
    let report = Subject::new(account, call, accepts)
        .variants([with(1, |call| call.say(TEXT).retries(retries))])
        .invalid([with(1, |call| call), with(2, |call| call.play("http://plain.example"))])
        .secrets([KEY])
        .personal([TEXT, "9845000"])
        .check()
        .await
        .unwrap();
    assert!(report.kept.len() >= 25, "{report:#?}");
    assert!(report.kept.contains(&"what the capabilities exclude is refused unsent"));
    assert!(report.kept.contains(&"one bad message of a batch fails alone"));
}
