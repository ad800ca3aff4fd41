use std::sync::Arc;

use dakiya::{
    Email, Shared,
    smtp::{Smtp, Tls},
    testing::conformance::channel::Subject,
};

use super::super::{TEXT, broken_mail, mail};
use super::shop;
use crate::support::smtp::{Action, Options, Server};

const PASSWORD: &str = "canary-password-9f3";

#[tokio::test]
async fn smtp_keeps_the_rules() {
    for extensions in [&["PIPELINING", "AUTH PLAIN"][..], &["AUTH LOGIN PLAIN"]] {
        let options = Options { implicit_tls: true, ..Options::of(extensions) };
        let server = Server::start(options, |_| Action::Default).await;
        let account = Smtp::builder("127.0.0.1")
            .port(server.address.port())
            .tls(Tls::Implicit)
            .root_certificate(server.root.clone())
            .password("user@example.org", PASSWORD)
            .from(shop());
        let make = move || -> Shared<Email> { Arc::new(account.clone().build().unwrap()) };
        let mut amp = mail(0);
        amp.message = amp.message.html("<p>hi").amp("<html amp4email></html>");
        let mut later = mail(1);
        later.delivery.send_at = Some("2099-03-15T15:00:00Z".parse().unwrap());
        let subject = Subject::without_http(make, mail)
            .variants([amp, later])
            .invalid([broken_mail()])
            .secrets([PASSWORD])
            .personal([TEXT, "canary-0@", "canary-1@"]);
        let report = subject.check().await.unwrap();
        for rule in [
            "what the capabilities exclude is refused unsent",
            "one bad message of a batch fails alone",
            "dropping a send leaves the channel usable",
        ] {
            assert!(report.kept.contains(&rule), "{rule}: {report:#?}");
        }
    }
}
