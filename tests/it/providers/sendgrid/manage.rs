use dakiya::{
    ErrorKind,
    sendgrid::{
        Region, SendGrid,
        manage::{
            Generation, NewDomain, Period, ScheduledSendStatus, StatsQuery, SuppressionKind,
            SuppressionQuery, TemplateVersionDraft,
        },
    },
    testing::MockTransport,
};

use super::{account, address, called};

fn answering(body: &'static str) -> (MockTransport, SendGrid) {
    let mock = MockTransport::answering(200, body);
    let account = account(&mock).build().unwrap();
    (mock, account)
}

#[tokio::test]
async fn suppressions_are_listed_by_page_and_time() {
    let body = r#"[{"created":1773500000,"email":"a@x.example","reason":"550 a@x.example",
        "status":"5.1.1","more":1},{"created":1,"email":"b@x.example"}]"#;
    let (mock, account) = answering(body);
    let query = SuppressionQuery::new()
        .since("2026-03-01T00:00:00Z".parse().unwrap())
        .until("2026-03-02T00:00:00Z".parse().unwrap())
        .email("a+b@x.example")
        .limit(2);
    let list = account.suppressions();
    let page = list.list(SuppressionKind::Bounces, &query).await.unwrap();
    assert_eq!(page.items[0].status.as_deref(), Some("5.1.1"));
    assert_eq!(page.next.as_deref(), Some("2"));
    let shown = format!("{page:?} {query:?}");
    assert!(!shown.contains("x.example"), "{shown}");
    let query = SuppressionQuery::new().limit(3).page("2");
    let page = list.list(SuppressionKind::Blocks, &query).await.unwrap();
    assert_eq!(page.next, None);
    assert_eq!(
        called(&mock),
        [
            "GET /v3/suppression/bounces?start_time=1772323200&end_time=1772409600&limit=2&email=a%2Bb%40x.example",
            "GET /v3/suppression/blocks?limit=3&offset=2",
        ]
    );
}

#[tokio::test]
async fn every_list_of_suppressions_has_its_path() {
    let (mock, account) = answering("[]");
    for kind in [
        SuppressionKind::Blocks,
        SuppressionKind::Bounces,
        SuppressionKind::InvalidEmails,
        SuppressionKind::SpamReports,
        SuppressionKind::Unsubscribes,
    ] {
        account.suppressions().list(kind, &SuppressionQuery::new()).await.unwrap();
    }
    let paths = ["blocks", "bounces", "invalid_emails", "spam_reports", "unsubscribes"];
    let expected = paths.map(|path| format!("GET /v3/suppression/{path}?limit=500"));
    assert_eq!(called(&mock), expected);
}

#[tokio::test]
async fn one_suppression_is_found_and_removed() {
    let (mock, account) = answering("[]");
    let asha = address("asha+1@x.example");
    let list = account.suppressions();
    assert_eq!(list.get(SuppressionKind::Bounces, &asha).await.unwrap(), None);
    list.remove(SuppressionKind::SpamReports, &asha).await.unwrap();
    list.remove(SuppressionKind::Unsubscribes, &asha).await.unwrap();
    list.remove_many(SuppressionKind::Blocks, std::slice::from_ref(&asha)).await.unwrap();
    list.remove_many(SuppressionKind::Blocks, &[]).await.unwrap();
    list.remove_many(SuppressionKind::Unsubscribes, std::slice::from_ref(&asha)).await.unwrap();
    list.remove_all(SuppressionKind::Bounces).await.unwrap();
    list.unsubscribe(&[asha]).await.unwrap();
    assert_eq!(
        called(&mock),
        [
            "GET /v3/suppression/bounces/asha%2B1%40x.example",
            "DELETE /v3/suppression/spam_reports/asha%2B1%40x.example",
            "DELETE /v3/asm/suppressions/global/asha%2B1%40x.example",
            r#"DELETE /v3/suppression/blocks {"emails":["asha+1@x.example"]}"#,
            "DELETE /v3/asm/suppressions/global/asha%2B1%40x.example",
            r#"DELETE /v3/suppression/bounces {"delete_all":true}"#,
            r#"POST /v3/asm/suppressions/global {"recipient_emails":["asha+1@x.example"]}"#,
        ]
    );
    let error = account.suppressions().remove_all(SuppressionKind::Unsubscribes).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_global_unsubscribe_is_found_or_is_an_empty_object() {
    let (_, account) = answering(r#"{"recipient_email":"asha@x.example"}"#);
    let find = SuppressionKind::Unsubscribes;
    let found = account.suppressions().get(find, &address("asha@x.example")).await.unwrap();
    assert_eq!(found.unwrap().email, "asha@x.example");
    let (_, account) = answering("{}");
    let found = account.suppressions().get(find, &address("asha@x.example")).await.unwrap();
    assert_eq!(found, None);
}

#[tokio::test]
async fn bounces_are_counted_by_class() {
    let body =
        r#"{"result":[{"date":"2026-03-01","stats":[{"classification":"Reputation","count":3}]}]}"#;
    let (mock, account) = answering(body);
    let counts = account.suppressions().bounce_counts(Some("Invalid Address")).await.unwrap();
    assert_eq!((counts[0].date.as_deref(), counts[0].count), (Some("2026-03-01"), 3));
    let path = "GET /v3/suppression/bounces/classifications/Invalid%20Address";
    assert_eq!(called(&mock), [path]);
}

#[tokio::test]
async fn pages_and_limits_that_are_none_are_refused_unsent() {
    let (mock, account) = answering("[]");
    let list = account.suppressions();
    for query in [SuppressionQuery::new().limit(0), SuppressionQuery::new().limit(501)] {
        let error = list.list(SuppressionKind::Bounces, &query).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidMessage);
    }
    let query = SuppressionQuery::new().page("asha@x.example");
    let error = list.list(SuppressionKind::Bounces, &query).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(account.templates().list(None, 201, None).await.is_err());
    assert!(account.domains().list(0, None).await.is_err());
    assert!(mock.requests().is_empty());
}

#[tokio::test]
async fn groups_are_kept() {
    let group = r#"{"id":118,"name":"Bills","description":"All bills","is_default":true}"#;
    let (mock, account) = answering(group);
    let groups = account.unsubscribe_groups();
    assert_eq!(groups.create("Bills", "All bills", true).await.unwrap().id, 118);
    assert_eq!(groups.get(118).await.unwrap().name, "Bills");
    groups.update(118, Some("Invoices"), None, None).await.unwrap();
    groups.delete(118).await.unwrap();
    assert_eq!(
        called(&mock),
        [
            r#"POST /v3/asm/groups {"name":"Bills","description":"All bills","is_default":true}"#,
            "GET /v3/asm/groups/118",
            r#"PATCH /v3/asm/groups/118 {"name":"Invoices"}"#,
            "DELETE /v3/asm/groups/118",
        ]
    );
    let error = groups.create(&"x".repeat(31), "d", false).await.unwrap_err();
    assert_eq!(error.faults()[0].field, "name");
    let error = groups.create("x", &"d".repeat(101), false).await.unwrap_err();
    assert_eq!(error.faults()[0].field, "description");
}

#[tokio::test]
async fn the_members_of_a_group_are_kept() {
    let (mock, account) = answering(r#"["asha@x.example"]"#);
    let groups = account.unsubscribe_groups();
    let asha = [address("asha@x.example")];
    assert_eq!(groups.members(7).await.unwrap(), ["asha@x.example"]);
    groups.add(7, &asha).await.unwrap();
    assert_eq!(groups.search(7, &asha).await.unwrap().len(), 1);
    groups.remove(7, &asha[0]).await.unwrap();
    let emails = r#"{"recipient_emails":["asha@x.example"]}"#;
    assert_eq!(
        called(&mock),
        [
            "GET /v3/asm/groups/7/suppressions".to_owned(),
            format!("POST /v3/asm/groups/7/suppressions {emails}"),
            format!("POST /v3/asm/groups/7/suppressions/search {emails}"),
            "DELETE /v3/asm/groups/7/suppressions/asha%40x.example".to_owned(),
        ]
    );
    let (mock, account) = answering(r#"{"suppressions":[{"id":7,"name":"B","suppressed":true}]}"#);
    assert!(account.unsubscribe_groups().of(&asha[0]).await.unwrap()[0].suppressed);
    assert_eq!(called(&mock), ["GET /v3/asm/suppressions/asha%40x.example"]);
    let (mock, account) = answering(r#"[{"email":"asha@x.example","group_id":7,"created_at":1}]"#);
    let all = account.unsubscribe_groups().all_members().await.unwrap();
    assert!(!format!("{all:?}").contains("asha"));
    account.unsubscribe_groups().list(&[]).await.unwrap_err();
    assert_eq!(called(&mock), ["GET /v3/asm/suppressions", "GET /v3/asm/groups"]);
    let (mock, account) = answering("[]");
    account.unsubscribe_groups().list(&[1, 2]).await.unwrap();
    assert_eq!(called(&mock), ["GET /v3/asm/groups?id=1&id=2"]);
}

const DOMAIN: &str = r#"{"id":302,"user_id":7,"domain":"example.com","subdomain":"mail",
    "ips":[],"custom_spf":false,"default":true,"legacy":false,"automatic_security":true,
    "valid":false,"dns":{"dkim1":{"valid":false,"type":"cname","host":"s1._domainkey.example.com",
    "data":"s1.domainkey.u7.wl.sendgrid.net"}}}"#;

#[tokio::test]
async fn a_domain_is_made_and_its_records_are_read() {
    let (mock, account) = answering(DOMAIN);
    let new = NewDomain::new("example.com").subdomain("mail").dkim_selector("abc");
    let new = new.region(Region::Eu).automatic_security(true);
    let domain = account.domains().create(&new).await.unwrap();
    assert_eq!((domain.id.as_str(), domain.default), ("302", true));
    assert_eq!(domain.dns["dkim1"].kind, "cname");
    assert_eq!(account.domains().get(&domain.id).await.unwrap(), domain);
    account.domains().default_domain().await.unwrap();
    account.domains().update("302", Some(true), None).await.unwrap();
    account.domains().delete("302").await.unwrap();
    assert_eq!(
        called(&mock),
        [
            r#"POST /v3/whitelabel/domains {"domain":"example.com","subdomain":"mail","automatic_security":true,"custom_dkim_selector":"abc","region":"eu"}"#,
            "GET /v3/whitelabel/domains/302",
            "GET /v3/whitelabel/domains/default",
            r#"PATCH /v3/whitelabel/domains/302 {"default":true}"#,
            "DELETE /v3/whitelabel/domains/302",
        ]
    );
    let long = NewDomain::new("example.com").dkim_selector("abcd");
    assert!(account.domains().create(&long).await.is_err());
}

#[tokio::test]
async fn a_domain_is_validated_and_says_which_record_is_missing() {
    let body = r#"{"id":302,"valid":false,"validation_results":{"dkim1":{"valid":true,
        "reason":null},"dkim2":{"valid":false,"reason":"Expected CNAME"}}}"#;
    let (mock, account) = answering(body);
    let found = account.domains().verify("302").await.unwrap();
    assert!(!found.valid && found.records["dkim1"].valid);
    assert_eq!(found.records["dkim2"].reason.as_deref(), Some("Expected CNAME"));
    assert_eq!(called(&mock), ["POST /v3/whitelabel/domains/302/validate {}"]);
}

#[tokio::test]
async fn domains_are_listed_by_page_name_and_subuser() {
    let (mock, account) = answering("[]");
    let domains = account.domains();
    assert_eq!(domains.list(50, Some("50")).await.unwrap().next, None);
    domains.named("example.com").await.unwrap();
    domains.of_subuser("shop 7").await.unwrap();
    assert_eq!(
        called(&mock),
        [
            "GET /v3/whitelabel/domains?limit=50&offset=50",
            "GET /v3/whitelabel/domains?domain=example.com&exclude_subusers=true",
            "GET /v3/whitelabel/domains?username=shop%207",
        ]
    );
}

#[tokio::test]
async fn the_domain_that_a_subuser_was_given_is_found_or_is_none() {
    let (mock, account) = answering(DOMAIN);
    let domain = account.domains().given_to(Some("shop 7")).await.unwrap().unwrap();
    assert_eq!(domain.id, "302");
    account.domains().given_to(None).await.unwrap();
    let path = "GET /v3/whitelabel/domains/subuser";
    assert_eq!(called(&mock), [format!("{path}?username=shop%207"), path.to_owned()]);
    let mock = MockTransport::answering(404, r#"{"errors":[{"message":"none"}]}"#);
    let account = super::account(&mock).build().unwrap();
    assert_eq!(account.domains().given_to(None).await.unwrap(), None);
}

#[tokio::test]
async fn a_member_that_is_null_is_one_that_is_absent() {
    let (_, account) = answering(r#"{"id":3,"domain":"a.example","ips":null,"dns":null}"#);
    let domain = account.domains().get("3").await.unwrap();
    assert!(domain.ips.is_empty() && domain.dns.is_empty());
    let (_, account) =
        answering(r#"{"id":"d-1","name":"n","generation":"dynamic","versions":null}"#);
    assert!(account.templates().get("d-1").await.unwrap().versions.is_empty());
    let (_, account) = answering(r#"[{"date":"2026-03-01","stats":[{"metrics":null}]}]"#);
    let page = account.stats().list(&StatsQuery::since("2026-03-01")).await.unwrap();
    assert!(page.items[0].stats[0].metrics.is_empty());
}

#[tokio::test]
async fn suppressions_are_of_the_domain_that_mails_go_to() {
    let (mock, account) = answering("[]");
    let asha = address("asha@bücher.example");
    let list = account.suppressions();
    list.get(SuppressionKind::Bounces, &asha).await.unwrap();
    list.remove_many(SuppressionKind::Bounces, std::slice::from_ref(&asha)).await.unwrap();
    account.unsubscribe_groups().add(7, &[asha]).await.unwrap();
    assert_eq!(
        called(&mock),
        [
            "GET /v3/suppression/bounces/asha%40xn--bcher-kva.example",
            r#"DELETE /v3/suppression/bounces {"emails":["asha@xn--bcher-kva.example"]}"#,
            r#"POST /v3/asm/groups/7/suppressions {"recipient_emails":["asha@xn--bcher-kva.example"]}"#,
        ]
    );
}

#[tokio::test]
async fn templates_are_listed_by_page() {
    let body = r#"{"result":[{"id":"d-1","name":"Invoice","generation":"dynamic",
        "versions":[{"id":"v1","name":"one","active":1}]}],
        "_metadata":{"next":"https://api.sendgrid.com/v3/templates?page_size=1&page_token=t%2B2","count":2}}"#;
    let (mock, account) = answering(body);
    let templates = account.templates();
    let page = templates.list(Some(Generation::Dynamic), 1, None).await.unwrap();
    assert!(page.items[0].versions[0].is_active());
    assert_eq!(page.next.as_deref(), Some("t+2"));
    templates.list(None, 1, page.next.as_deref()).await.unwrap();
    assert_eq!(
        called(&mock),
        [
            "GET /v3/templates?generations=dynamic&page_size=1",
            "GET /v3/templates?generations=legacy%2Cdynamic&page_size=1&page_token=t%2B2",
        ]
    );
}

#[tokio::test]
async fn a_template_is_kept() {
    let (mock, account) = answering(r#"{"id":"d-1","name":"Invoice","generation":"dynamic"}"#);
    let templates = account.templates();
    templates.create("Invoice", Generation::Dynamic).await.unwrap();
    assert_eq!(templates.get("d-1").await.unwrap().generation, Generation::Dynamic);
    templates.rename("d-1", "Bill").await.unwrap();
    templates.duplicate("d-1", "Copy").await.unwrap();
    templates.delete("d-1").await.unwrap();
    assert_eq!(
        called(&mock),
        [
            r#"POST /v3/templates {"generation":"dynamic","name":"Invoice"}"#,
            "GET /v3/templates/d-1",
            r#"PATCH /v3/templates/d-1 {"name":"Bill"}"#,
            r#"POST /v3/templates/d-1 {"name":"Copy"}"#,
            "DELETE /v3/templates/d-1",
        ]
    );
    assert!(templates.create(&"x".repeat(101), Generation::Legacy).await.is_err());
}

#[tokio::test]
async fn versions_of_a_template_are_kept() {
    let (mock, account) = answering(r#"{"id":"v1","name":"one","active":1,"subject":"s"}"#);
    let templates = account.templates();
    let draft = TemplateVersionDraft::new("one", "Invoice {{n}}").html("<p>").active(true);
    templates.create_version("d-1", &draft).await.unwrap();
    templates.version("d-1", "v1").await.unwrap();
    let changes = TemplateVersionDraft::default().text("Hi");
    templates.update_version("d-1", "v1", &changes).await.unwrap();
    assert!(templates.activate_version("d-1", "v1").await.unwrap().is_active());
    templates.delete_version("d-1", "v1").await.unwrap();
    assert_eq!(
        called(&mock),
        [
            r#"POST /v3/templates/d-1/versions {"name":"one","subject":"Invoice {{n}}","active":1,"html_content":"<p>"}"#,
            "GET /v3/templates/d-1/versions/v1",
            r#"PATCH /v3/templates/d-1/versions/v1 {"plain_content":"Hi","generate_plain_content":false}"#,
            "POST /v3/templates/d-1/versions/v1/activate {}",
            "DELETE /v3/templates/d-1/versions/v1",
        ]
    );
    let nameless = TemplateVersionDraft::default();
    assert!(templates.create_version("d-1", &nameless).await.is_err());
    let long = TemplateVersionDraft::new("x", "s".repeat(256));
    assert!(templates.create_version("d-1", &long).await.is_err());
    let big = TemplateVersionDraft::new("x", "s").html("x".repeat((1 << 20) + 1));
    let error = templates.create_version("d-1", &big).await.unwrap_err();
    assert_eq!(error.faults()[0].field, "html_content");
}

#[tokio::test]
async fn batches_are_made_cancelled_paused_and_resumed() {
    let (mock, account) = answering(r#"{"batch_id":"b/1"}"#);
    let sends = account.scheduled_sends();
    assert_eq!(sends.create().await.unwrap(), "b/1");
    assert!(sends.exists("b/1").await.unwrap());
    sends.cancel("b/1").await.unwrap();
    sends.pause("b/1").await.unwrap();
    sends.update("b/1", ScheduledSendStatus::Cancel).await.unwrap();
    sends.resume("b/1").await.unwrap();
    assert_eq!(
        called(&mock),
        [
            "POST /v3/mail/batch {}",
            "GET /v3/mail/batch/b%2F1",
            r#"POST /v3/user/scheduled_sends {"batch_id":"b/1","status":"cancel"}"#,
            r#"POST /v3/user/scheduled_sends {"batch_id":"b/1","status":"pause"}"#,
            r#"PATCH /v3/user/scheduled_sends/b%2F1 {"status":"cancel"}"#,
            "DELETE /v3/user/scheduled_sends/b%2F1",
        ]
    );
    let (_, account) = answering(r#"[{"batch_id":"b","status":"pause"}]"#);
    let sends = account.scheduled_sends();
    assert_eq!(sends.list().await.unwrap()[0].status, ScheduledSendStatus::Pause);
    assert_eq!(sends.get("b").await.unwrap().unwrap().batch_id, "b");
    let mock = MockTransport::answering(400, r#"{"errors":[{"message":"invalid batch id"}]}"#);
    let account = super::account(&mock).build().unwrap();
    assert!(!account.scheduled_sends().exists("b").await.unwrap());
    let mock = MockTransport::answering(404, "");
    let account = super::account(&mock).build().unwrap();
    assert_eq!(account.scheduled_sends().get("b").await.unwrap(), None);
}

#[tokio::test]
async fn stats_are_read() {
    let body = r#"[{"date":"2026-03-01","stats":[{"name":"invoice","type":"category",
        "metrics":{"requests":5,"delivered":4,"new_one":1}}]}]"#;
    let (mock, account) = answering(body);
    let query = StatsQuery::since("2026-03-01").until("2026-03-31").by(Period::Week).limit(1);
    let page = account.stats().list(&query).await.unwrap();
    assert_eq!(page.items[0].stats[0].metrics["delivered"], 4);
    assert_eq!(page.next.as_deref(), Some("1"));
    let query = StatsQuery::since("2026-03-01");
    account.stats().of_categories(&["a b", "c"], &query).await.unwrap();
    account.stats().of_subusers(&["shop"], &query).await.unwrap();
    assert_eq!(
        called(&mock),
        [
            "GET /v3/stats?start_date=2026-03-01&end_date=2026-03-31&aggregated_by=week&limit=1",
            "GET /v3/categories/stats?categories=a%20b&categories=c&start_date=2026-03-01",
            "GET /v3/subusers/stats?subusers=shop&start_date=2026-03-01",
        ]
    );
    let (mock, account) = answering(r#"{"date":"2026-03-01","stats":[]}"#);
    account.stats().sums_of_categories(&query).await.unwrap();
    assert_eq!(called(&mock), ["GET /v3/categories/stats/sums?start_date=2026-03-01"]);
}

#[tokio::test]
async fn management_acts_for_the_subuser() {
    let mock = MockTransport::answering(200, r#"{"scopes":["mail.send"]}"#);
    let account = account(&mock).on_behalf_of("shop-7").build().unwrap();
    assert!(account.scopes().await.unwrap().has("mail.send"));
    assert_eq!(mock.requests()[0].headers()["on-behalf-of"], "shop-7");
    assert_eq!(mock.requests()[0].headers()["accept"], "application/json");
}

#[tokio::test]
async fn a_management_call_fails_as_a_send_does() {
    let rows = [
        (
            400,
            r#"{"errors":[{"message":"x","field":"name","error_id":"E1"}]}"#,
            ErrorKind::InvalidMessage,
        ),
        (400, r#"{"error":"asha@x.example"}"#, ErrorKind::Rejected),
        (401, "", ErrorKind::Unauthorized),
        (403, "", ErrorKind::Unauthorized),
        (404, "", ErrorKind::Rejected),
        (429, "", ErrorKind::RateLimited),
        (500, "<html>", ErrorKind::Unavailable),
        (200, "<html>", ErrorKind::Response),
        (200, "", ErrorKind::Response),
    ];
    for (status, body, kind) in rows {
        let mock = MockTransport::answering(status, body);
        let account = account(&mock).build().unwrap();
        let error = account.templates().get("d-1").await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {body}");
        assert_eq!(error.provider(), Some("sendgrid.email"));
        assert!(!format!("{error:?}").contains("asha"));
    }
}
