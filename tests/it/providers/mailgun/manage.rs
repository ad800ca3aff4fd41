use dakiya::{
    ErrorKind,
    mailgun::{
        email::ClickTracking,
        manage::{
            Allowed, AllowedKind, Bounce, Complaint, DomainSettings, DomainState, EventQuery,
            NewVersion, SpamAction, TemplateEngine, Unsubscribed,
        },
    },
};
use serde_json::{Value, json};

use super::*;

fn answering(body: &Value) -> MockTransport {
    MockTransport::answering(200, body.to_string())
}

/// Method and what follows the host.
fn asked(transport: &MockTransport) -> Vec<String> {
    let line = |request: &Request<Bytes>| {
        format!("{} {}", request.method(), request.uri().path_and_query().unwrap())
    };
    transport.requests().iter().map(line).collect()
}

#[tokio::test]
async fn each_list_has_its_path_and_its_entries() {
    let transport = answering(&json!({"items": [
        {"address": "a@x.example", "code": "550", "error": "no such user", "created_at": "Sat, 14 Mar 2026 15:09:26 UTC", "more": 1},
        {"address": "b@x.example", "code": 421},
    ], "paging": {}}));
    let page = account(&transport).bounces().list(100, None).await.unwrap();
    assert_eq!(page.next, None);
    assert_eq!(page.items[0].error, "no such user");
    assert_eq!(page.items[0].created_at, Some("2026-03-14T15:09:26Z".parse().unwrap()));
    assert_eq!(page.items[1].code, "421");
    assert!(!format!("{page:?}").contains("no such user"));

    let transport = answering(&json!({"items": [{"address": "a@x.example", "tags": ["*"]}]}));
    let page = account(&transport).unsubscribes().list(1, None).await.unwrap();
    assert_eq!(page.items[0].tags, ["*"]);
    assert_eq!(asked(&transport), ["GET /v3/mg.acme.example/unsubscribes?limit=1"]);

    let transport = answering(&json!({"items": [{"address": "a@x.example"}]}));
    let page = account(&transport).complaints().list(1000, None).await.unwrap();
    assert_eq!(page.items[0].address, address("a@x.example"));
    assert_eq!(asked(&transport), ["GET /v3/mg.acme.example/complaints?limit=1000"]);

    let transport = answering(&json!({"items": [
        {"type": "domain", "value": "x.example", "reason": "ours", "createdAt": "Sat, 14 Mar 2026 15:09:26 UTC"},
    ]}));
    let page = account(&transport).allowlist().list(5, None).await.unwrap();
    assert_eq!(page.items[0].kind, AllowedKind::Domain);
    assert!(page.items[0].created_at.is_some());
    assert_eq!(asked(&transport), ["GET /v3/mg.acme.example/whitelists?limit=5"]);
}

#[tokio::test]
async fn pages_are_followed_on_the_accounts_own_host_and_show_no_address() {
    let next = "https://elsewhere.example/v3/mg.acme.example/bounces?page=next&address=a%40x.example&limit=1";
    let first = json!({"items": [{"address": "a@x.example"}], "paging": {"next": next}});
    let last = json!({"items": [], "paging": {"next": next}});
    let transport = MockTransport::new().then(200, first.to_string()).then(200, last.to_string());
    let account = account(&transport);
    let page = account.bounces().list(1, None).await.unwrap();
    assert!(!format!("{page:?}").contains("x.example,"));
    let next = page.next.unwrap();
    assert!(!next.contains("x.example") && !next.contains('@'));
    let page = account.bounces().list(1, Some(&next)).await.unwrap();
    assert_eq!((page.items.len(), page.next), (0, None));
    let request = &transport.requests()[1];
    assert_eq!(
        request.uri(),
        "https://api.mailgun.net/v3/mg.acme.example/bounces?page=next&address=a%40x.example&limit=1"
    );

    // A cursor of another list leads nowhere.
    for wrong in [next.as_str(), "", "!", "djMvLi4vLi4"] {
        let error = account.complaints().list(1, Some(wrong)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidMessage);
    }
    assert_eq!(transport.requests().len(), 2);
}

#[tokio::test]
async fn entries_are_looked_up_added_and_removed() {
    let done = json!({"message": "done"});
    let transport = answering(&done);
    let account = account(&transport);
    let who = || address("a+b/c@x.example");
    account.bounces().remove("a+b/c@x.example").await.unwrap();
    account.complaints().add(&Complaint::new(who())).await.unwrap();
    account.unsubscribes().add(&Unsubscribed::new(who()).tag("news")).await.unwrap();
    let allowed = [Allowed::domain("x.example").reason("ours"), Allowed::address(&who())];
    account.allowlist().add_many(&allowed).await.unwrap();
    account.bounces().remove_all().await.unwrap();
    account.bounces().import("address,code\na@x.example,550\n").await.unwrap();
    assert_eq!(
        asked(&transport),
        [
            "DELETE /v3/mg.acme.example/bounces/a%2Bb%2Fc%40x.example",
            "POST /v3/mg.acme.example/complaints",
            "POST /v3/mg.acme.example/unsubscribes",
            "POST /v3/mg.acme.example/whitelists",
            "DELETE /v3/mg.acme.example/bounces",
            "POST /v3/mg.acme.example/bounces/import",
        ]
    );
    let requests = transport.requests();
    assert_eq!(requests[1].headers()["content-type"], "application/json");
    assert_eq!(requests[1].body(), r#"[{"address":"a+b/c@x.example"}]"#);
    assert_eq!(requests[2].body(), r#"[{"address":"a+b/c@x.example","tags":["news"]}]"#);
    assert_eq!(
        requests[3].body(),
        r#"[{"domain":"x.example","reason":"ours"},{"address":"a+b/c@x.example"}]"#
    );
    let import = String::from_utf8(requests[5].body().to_vec()).unwrap();
    assert!(import.contains("name=\"file\"; filename=\"import.csv\"\r\nContent-Type: text/csv"));
}

#[tokio::test]
async fn who_is_not_on_a_list_is_none_and_an_unknown_domain_is_an_error() {
    let transport = MockTransport::new()
        .then(404, r#"{"message":"Address not found in bounces table"}"#)
        .then(404, r#"{"message":"Domain not found: mg.acme.example"}"#)
        .then(200, r#"{"address":"a@x.example","code":"550"}"#)
        .then(401, "Forbidden")
        .then(404, r#"{"message":"Address/Domain not found in whitelists table"}"#);
    let account = account(&transport);
    assert_eq!(account.bounces().get("a@x.example").await.unwrap(), None);
    let unknown = account.bounces().get("a@x.example").await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Config);
    assert_eq!(account.bounces().get("a@x.example").await.unwrap().unwrap().code, "550");
    let wrong = account.bounces().get("a@x.example").await.unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Unauthorized);
    assert_eq!(account.allowlist().get("x.example").await.unwrap(), None);
}

#[tokio::test]
async fn what_would_reach_a_whole_list_or_a_limit_is_refused_unsent() {
    let transport = answering(&json!({}));
    let account = account(&transport);
    let crowd = vec![Bounce::new(address("a@x.example")); 1001];
    let errors = [
        account.bounces().remove("").await.unwrap_err(),
        account.bounces().get("").await.unwrap_err(),
        account.bounces().list(0, None).await.unwrap_err(),
        account.bounces().list(1001, None).await.unwrap_err(),
        account.bounces().add_many(&crowd).await.unwrap_err(),
        account.bounces().add_many(&[]).await.unwrap_err(),
        account.bounces().import("").await.unwrap_err(),
        account.domains().delete("").await.unwrap_err(),
        account.domains().get("").await.unwrap_err(),
        account.templates().delete("").await.unwrap_err(),
        account.templates().delete_version("a", "").await.unwrap_err(),
        account
            .templates()
            .create_version("a", &NewVersion::new("v1", "x".repeat(100_001)))
            .await
            .unwrap_err(),
        account.events().list(&EventQuery::new().limit(301)).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidMessage, "{error}");
        assert_eq!(error.provider(), Some("mailgun.email"));
    }
    assert!(transport.requests().is_empty());
}

fn domain() -> Value {
    json!({
        "domain": {"id": "1", "name": "mg2.acme.example", "state": "unverified", "smtp_login": "postmaster@mg2.acme.example", "wildcard": false, "created_at": "Sat, 14 Mar 2026 15:09:26 GMT"},
        "sending_dns_records": [{"record_type": "TXT", "name": "mg2.acme.example", "value": "v=spf1 include:mailgun.org ~all", "valid": "unknown", "is_active": true, "cached": []}],
        "receiving_dns_records": [{"record_type": "MX", "value": "mxa.mailgun.org", "priority": "10", "valid": "valid"}],
    })
}

#[tokio::test]
async fn domains_are_created_read_verified_and_deleted() {
    let transport = answering(&domain());
    let account = account(&transport);
    let mut settings = DomainSettings::new();
    settings.spam_action = Some(SpamAction::Tag);
    settings.dkim_key_size = Some(2048);
    settings.require_tls = Some(true);
    settings.ips = vec!["192.0.2.7".into(), "192.0.2.8".into()];
    settings.smtp_password = Some("hunter2-hunter2".into());
    assert!(!format!("{settings:?}").contains("hunter2"));
    let created = account.domains().create("mg2.acme.example", &settings).await.unwrap();
    assert_eq!(created.domain.state, DomainState::Unverified);
    assert!(!created.sending_dns_records[0].is_valid());
    assert!(created.receiving_dns_records[0].is_valid());
    assert_eq!(created.receiving_dns_records[0].priority, "10");
    account.domains().get("mg2.acme.example").await.unwrap();
    account.domains().verify("mg2.acme.example").await.unwrap();
    account.domains().update("mg2.acme.example", &settings).await.unwrap();
    account.domains().delete("mg2.acme.example").await.unwrap();
    assert_eq!(
        asked(&transport),
        [
            "POST /v4/domains",
            "GET /v4/domains/mg2.acme.example",
            "PUT /v4/domains/mg2.acme.example/verify",
            "PUT /v4/domains/mg2.acme.example",
            "DELETE /v3/domains/mg2.acme.example",
        ]
    );
    assert_eq!(
        fields(&transport.requests()[0]),
        pairs(&[
            ("name", "mg2.acme.example"),
            ("smtp_password", "hunter2-hunter2"),
            ("spam_action", "tag"),
            ("dkim_key_size", "2048"),
            ("ips", "192.0.2.7,192.0.2.8"),
            ("require_tls", "true"),
        ])
    );
}

#[tokio::test]
async fn domains_are_listed_by_skipping() {
    let transport = answering(
        &json!({"total_count": 2, "items": [{"name": "a.example", "state": "active"}, {"name": "b.example", "state": "new"}]}),
    );
    let account = account(&transport);
    let page = account.domains().list(2, Some("4"), Some(DomainState::Active)).await.unwrap();
    assert_eq!(page.items[0].state, DomainState::Active);
    assert_eq!(page.items[1].state, DomainState::Unknown);
    assert_eq!(page.next.as_deref(), Some("6"));
    assert_eq!(account.domains().list(3, None, None).await.unwrap().next, None);
    let error = account.domains().list(3, Some("a.example"), None).await.unwrap_err();
    assert_eq!((error.kind(), &*error.faults()[0].field), (ErrorKind::InvalidMessage, "next"));
    assert_eq!(
        asked(&transport),
        ["GET /v4/domains?limit=2&skip=4&state=active", "GET /v4/domains?limit=3&skip=0"]
    );
}

#[tokio::test]
async fn tracking_is_read_and_set() {
    let transport = answering(
        &json!({"tracking": {"click": {"active": "htmlonly"}, "open": {"active": true}, "unsubscribe": {"active": false, "html_footer": "<a>"}}}),
    );
    let account = account(&transport);
    let tracking = account.domains().tracking("mg.acme.example").await.unwrap();
    assert_eq!((&*tracking.click.active, &*tracking.open.active), ("htmlonly", "true"));
    assert_eq!(tracking.unsubscribe.html_footer.as_deref(), Some("<a>"));
    account.domains().set_click_tracking("mg.acme.example", ClickTracking::HtmlOnly).await.unwrap();
    account.domains().set_open_tracking("mg.acme.example", false).await.unwrap();
    account
        .domains()
        .set_unsubscribe_tracking("mg.acme.example", true, Some("<p>"), Some("t"))
        .await
        .unwrap();
    assert_eq!(
        asked(&transport)[1..],
        [
            "PUT /v3/domains/mg.acme.example/tracking/click",
            "PUT /v3/domains/mg.acme.example/tracking/open",
            "PUT /v3/domains/mg.acme.example/tracking/unsubscribe",
        ]
    );
    let requests = transport.requests();
    assert_eq!(requests[1].body(), "active=htmlonly");
    assert_eq!(requests[2].body(), "active=no");
    assert_eq!(requests[3].body(), "active=yes&html_footer=%3Cp%3E&text_footer=t");
}

#[tokio::test]
async fn templates_and_versions_are_kept() {
    let transport = answering(&json!({"message": "ok", "template": {
        "name": "invoice", "description": "d", "id": "1", "createdAt": "Sat, 14 Mar 2026 15:09:26 UTC",
        "version": {"tag": "v1", "template": "<p>{{name}}</p>", "engine": "handlebars", "active": true},
        "versions": [{"tag": "v1", "engine": "go"}, {"tag": "v2", "engine": "mustache"}],
    }}));
    let account = account(&transport);
    let templates = account.templates();
    let version = NewVersion::new("v1", "<p>{{name}}</p>").comment("c").header("Subject", "Hi");
    let created = templates.create("invoice", "d", Some(&version)).await.unwrap();
    assert_eq!(created.name, "invoice");
    let got = templates.get("invoice").await.unwrap();
    assert_eq!(got.version.as_ref().unwrap().content, "<p>{{name}}</p>");
    templates.update("invoice", "new").await.unwrap();
    templates.create_version("invoice", &version.clone().active(false)).await.unwrap();
    let versions = templates.versions("invoice", 10).await.unwrap();
    assert_eq!(versions[0].engine, TemplateEngine::Go);
    assert_eq!(templates.version("invoice", "v1").await.unwrap().template.name, "invoice");
    templates.update_version("invoice", &version).await.unwrap();
    templates.delete_version("invoice", "v1").await.unwrap();
    templates.delete("invoice").await.unwrap();
    let path = "/v3/mg.acme.example/templates";
    assert_eq!(
        asked(&transport),
        [
            format!("POST {path}"),
            format!("GET {path}/invoice?active=yes"),
            format!("PUT {path}/invoice"),
            format!("POST {path}/invoice/versions"),
            format!("GET {path}/invoice/versions?limit=10"),
            format!("GET {path}/invoice/versions/v1"),
            format!("PUT {path}/invoice/versions/v1"),
            format!("DELETE {path}/invoice/versions/v1"),
            format!("DELETE {path}/invoice"),
        ]
    );
    let requests = transport.requests();
    assert_eq!(
        fields(&requests[0]),
        pairs(&[
            ("name", "invoice"),
            ("description", "d"),
            ("template", "<p>{{name}}</p>"),
            ("tag", "v1"),
            ("engine", "handlebars"),
            ("comment", "c"),
            ("headers", r#"{"Subject":"Hi"}"#),
        ])
    );
    assert_eq!(value(&requests[3], "active"), None);
    assert_eq!(value(&requests[6], "active").as_deref(), Some("yes"));
    assert_eq!(value(&requests[6], "tag"), None);
}

#[tokio::test]
async fn templates_are_listed_by_pages_and_a_missing_one_is_named() {
    let next = "https://api.mailgun.net/v3/mg.acme.example/templates?page=next&p=invoice";
    let list = json!({"items": [{"name": "invoice"}], "paging": {"next": next}});
    let transport = MockTransport::answering(200, list.to_string())
        .then(200, list.to_string())
        .then(200, list.to_string())
        .then(404, r#"{"message":"template not found"}"#)
        .then(409, r#"{"message":"template with name invoice already exists"}"#);
    let account = account(&transport);
    let page = account.templates().list(1, None).await.unwrap();
    account.templates().list(1, page.next.as_deref()).await.unwrap();
    assert_eq!(asked(&transport)[1], "GET /v3/mg.acme.example/templates?page=next&p=invoice");
    let missing = account.templates().get("other").await.unwrap_err();
    assert_eq!((missing.kind(), missing.status()), (ErrorKind::Rejected, Some(404)));
    let taken = account.templates().create("invoice", "", None).await.unwrap_err();
    assert_eq!((taken.kind(), taken.status()), (ErrorKind::Rejected, Some(409)));
}

#[tokio::test]
async fn events_are_asked_for_and_read() {
    let next = "https://api.mailgun.net/v3/mg.acme.example/events/W3siYSI6";
    let list = json!({"items": [
        {"id": "e1", "event": "Failed", "timestamp": 1_773_500_969.25, "recipient": "a@x.example",
         "severity": "permanent", "reason": "bounce",
         "message": {"headers": {"message-id": "<1@mg.acme.example>"}},
         "user-variables": {"message-id": ID}},
        {"event": "stored", "timestamp": 1_773_500_969},
        {"timestamp": null}, 7,
    ], "paging": {"next": next}});
    let transport = answering(&list);
    let account = account(&transport);
    let query = EventQuery::new()
        .between("2026-03-14T00:00:00Z".parse().unwrap(), "2026-03-14T12:00:00Z".parse().unwrap())
        .limit(300)
        .event("failed OR delivered")
        .recipient("a@x.example")
        .message_id("1@mg.acme.example")
        .filter("severity", "permanent");
    let page = account.events().list(&query).await.unwrap();
    let event = &page.items[0];
    assert_eq!((&*event.id, &*event.event), ("e1", "failed"));
    assert_eq!(event.at, Some("2026-03-14T15:09:29.25Z".parse().unwrap()));
    assert_eq!(event.message_id, "1@mg.acme.example");
    assert_eq!(event.our_id(), Some(ID));
    assert_eq!(event.severity.as_deref(), Some("permanent"));
    assert_eq!(page.items[1].at, Some("2026-03-14T15:09:29Z".parse().unwrap()));
    assert_eq!(page.items[3].event, "");
    assert!(!format!("{event:?} {query:?}").contains("x.example"));
    account.events().list(&query.page(page.next.unwrap())).await.unwrap();
    assert_eq!(
        asked(&transport),
        [
            "GET /v3/mg.acme.example/events?begin=Sat%2C%2014%20Mar%202026%2000%3A00%3A00%20%2B0000\
             &end=Sat%2C%2014%20Mar%202026%2012%3A00%3A00%20%2B0000&limit=300\
             &event=failed%20OR%20delivered&recipient=a%40x.example\
             &message-id=1%40mg.acme.example&severity=permanent",
            "GET /v3/mg.acme.example/events/W3siYSI6",
        ]
    );
    let since = EventQuery::new().since("2026-03-14T00:00:00Z".parse().unwrap());
    account.events().list(&since).await.unwrap();
    assert!(asked(&transport)[2].ends_with("&ascending=yes"));
}

#[tokio::test]
async fn a_management_answer_that_cannot_be_read_or_redirects_is_an_error() {
    let rows = [
        (200, "<html>", ErrorKind::Response),
        (302, "", ErrorKind::Config),
        (500, "", ErrorKind::Unavailable),
        (429, "", ErrorKind::RateLimited),
    ];
    for (status, body, kind) in rows {
        let transport = MockTransport::answering(status, body);
        assert_eq!(account(&transport).bounces().list(1, None).await.unwrap_err().kind(), kind);
        assert_eq!(
            account(&transport).bounces().get("a@x.example").await.unwrap_err().kind(),
            kind
        );
    }
}
