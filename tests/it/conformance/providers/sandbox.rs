use std::sync::Arc;

use dakiya::{Email, Shared, Sms, sandbox::Sandbox, testing::conformance::channel::Subject};

use super::super::{TEXT, envelope, mail};

#[tokio::test]
async fn the_sandbox_keeps_the_rules() {
    let sandbox = || -> Shared<Email> { Arc::new(Sandbox::new()) };
    let subject = Subject::without_http(sandbox, mail).personal([TEXT, "canary-0@"]);
    let report = subject.check().await.unwrap();
    assert!(report.kept.contains(&"a batch has one result each, in order"), "{report:#?}");

    let sandbox = || -> Shared<Sms> { Arc::new(Sandbox::new()) };
    let subject = Subject::without_http(sandbox, envelope).personal([TEXT, "9845000"]);
    subject.check().await.unwrap();
}
