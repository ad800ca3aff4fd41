use dakiya::{
    ErrorKind, Provider as _,
    ses::manage::{
        BehaviorOnMxFailure, ByoDkim, DkimKeyLength, IdentityKind, NewIdentity, ResourceTag,
        SuppressionQuery, SuppressionReason, TemplateContent, VerificationStatus,
    },
    testing::MockTransport,
};
use serde_json::json;

use super::{account, address, bodies, paths};

#[tokio::test]
async fn the_account_tells_quota_sandbox_and_pause() {
    let body = json!({
        "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 30.0},
        "ProductionAccessEnabled": false, "SendingEnabled": true,
        "EnforcementStatus": "HEALTHY", "Details": {"New": 1},
        "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "NEW"]},
    });
    let mock = MockTransport::answering(200, body.to_string());
    let account = account(&mock).build().unwrap();
    let state = account.details().await.unwrap();
    assert_eq!(paths(&mock), ["GET /v2/email/account"]);
    assert_eq!(state.send_quota.unwrap().remaining(), Some(170.0));
    assert!(state.is_sandboxed());
    assert_eq!(state.suppressed_reasons(), [SuppressionReason::Bounce, SuppressionReason::Other]);
    account.check().await.unwrap();
    account.suppress_automatically(&[SuppressionReason::Complaint]).await.unwrap();
    assert_eq!(paths(&mock)[2], "PUT /v2/email/account/suppression");
    let requests = mock.requests();
    assert_eq!(requests[2].body(), r#"{"SuppressedReasons":["COMPLAINT"]}"#);
}

#[tokio::test]
async fn a_check_says_when_nothing_would_go_out() {
    for (body, words) in [
        (json!({"SendingEnabled": false}), "paused"),
        (json!({"EnforcementStatus": "SHUTDOWN"}), "suspended"),
    ] {
        let mock = MockTransport::answering(200, body.to_string());
        let error = account(&mock).build().unwrap().check().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn identities_are_made_read_listed_changed_and_removed() {
    let made = json!({
        "IdentityType": "DOMAIN", "VerifiedForSendingStatus": false,
        "DkimAttributes": {
            "SigningEnabled": true, "Status": "PENDING", "Tokens": ["t1", "t2"],
            "SigningHostedZone": "dkim.ap-south-2.amazonses.com",
            "LastKeyGenerationTimestamp": 1_773_500_966.5, "CurrentSigningKeyLength": "RSA_9",
        },
        "VerificationStatus": "PENDING", "Policies": {},
        "MailFromAttributes": {"MailFromDomain": "m.acme.example",
            "MailFromDomainStatus": "SUCCESS", "BehaviorOnMxFailure": "REJECT_MESSAGE"},
    });
    let mut read = made.clone();
    read["Policies"] = json!({"other": "{}"});
    read["Tags"] = json!([{"Key": "team", "Value": ""}]);
    read["VerificationInfo"] = json!({
        "LastCheckedTimestamp": 1_773_500_966, "ErrorType": "HOST_NOT_FOUND",
        "SOARecord": {"PrimaryNameServer": "ns", "AdminEmail": "canary@x", "SerialNumber": 2_024},
    });
    let listed = json!({"EmailIdentities": [
        {"IdentityName": "canary@acme.example", "IdentityType": "EMAIL_ADDRESS",
         "SendingEnabled": true, "VerificationStatus": "SUCCESS"},
    ], "NextToken": "n+1"});
    let mock = MockTransport::answering(200, "{}")
        .then(200, made.to_string())
        .then(200, read.to_string())
        .then(200, listed.to_string());
    let account = account(&mock).build().unwrap();
    let identities = account.identities();
    let new = NewIdentity::new("acme.example").configuration_set("erp");
    let new = new.own_dkim(ByoDkim::new("sel", "a2V5")).tag("team", "erp");
    let identity = identities.create(&new).await.unwrap();
    assert_eq!(identity.kind, Some(IdentityKind::Domain));
    let records = identity.dkim_records();
    assert_eq!(records[1].name, "t2._domainkey.acme.example");
    assert_eq!(records[1].value, "t2.dkim.ap-south-2.amazonses.com");
    let read = identities.get("acme.example").await.unwrap();
    assert_eq!(read.verification_status, Some(VerificationStatus::Pending));
    let verification = read.verification.as_ref().unwrap();
    assert_eq!(verification.error_type.as_deref(), Some("HOST_NOT_FOUND"));
    assert!(verification.last_checked_timestamp.is_some());
    assert_eq!(verification.soa_record.as_ref().unwrap().serial_number, Some(2_024));
    assert_eq!((read.policies["other"].as_str(), &*read.tags[0].key), ("{}", "team"));
    assert!(!format!("{verification:?}").contains("canary"));
    assert!(read.dkim.unwrap().last_key_generation_timestamp.is_some());
    assert_eq!(
        read.mail_from.unwrap().behavior_on_mx_failure,
        Some(BehaviorOnMxFailure::RejectMessage)
    );
    let page = identities.list(Some(10), Some("a=")).await.unwrap();
    assert_eq!(
        (page.next.as_deref(), page.items[0].kind),
        (Some("n+1"), Some(IdentityKind::EmailAddress))
    );
    assert!(!format!("{page:?} {identity:?} {new:?}").contains("canary"));
    identities.set_dkim_signing("acme.example", false).await.unwrap();
    identities.use_aws_dkim("acme.example", DkimKeyLength::Rsa2048).await.unwrap();
    identities.use_own_dkim("acme.example", &ByoDkim::new("sel", "a2V5")).await.unwrap();
    let mx = BehaviorOnMxFailure::UseDefaultValue;
    identities.set_mail_from("acme.example", Some("m.acme.example"), mx).await.unwrap();
    identities.delete("a+b@acme.example").await.unwrap();
    assert_eq!(
        paths(&mock),
        [
            "POST /v2/email/identities",
            "GET /v2/email/identities/acme.example",
            "POST /v2/email/list-identities",
            "PUT /v2/email/identities/acme.example/dkim",
            "PUT /v2/email/identities/acme.example/dkim/signing",
            "PUT /v2/email/identities/acme.example/dkim/signing",
            "PUT /v2/email/identities/acme.example/mail-from",
            "DELETE /v2/email/identities/a%2Bb%40acme.example",
        ]
    );
    let body =
        |n: usize| serde_json::from_slice::<serde_json::Value>(mock.requests()[n].body()).unwrap();
    let own = json!({"DomainSigningSelector": "sel", "DomainSigningPrivateKey": "a2V5"});
    assert_eq!(
        body(0),
        json!({"EmailIdentity": "acme.example", "ConfigurationSetName": "erp",
               "DkimSigningAttributes": own, "Tags": [{"Key": "team", "Value": "erp"}]})
    );
    assert_eq!(body(2), json!({"PageSize": 10, "NextToken": "a="}));
    assert_eq!(body(3), json!({"SigningEnabled": false}));
    assert_eq!(
        body(4),
        json!({"SigningAttributesOrigin": "AWS_SES",
               "SigningAttributes": {"NextSigningKeyLength": "RSA_2048_BIT"}})
    );
    assert_eq!(body(5), json!({"SigningAttributesOrigin": "EXTERNAL", "SigningAttributes": own}));
    assert_eq!(
        body(6),
        json!({"MailFromDomain": "m.acme.example", "BehaviorOnMxFailure": "USE_DEFAULT_VALUE"})
    );
}

#[tokio::test]
async fn a_member_that_is_null_is_one_that_is_absent() {
    let body = r#"{
        "VerifiedForSendingStatus": null, "Policies": null, "Tags": null, "IdentityType": null,
        "DkimAttributes": {"Tokens": null, "SigningEnabled": null}, "VerificationInfo": null,
        "EmailIdentities": null, "SuppressedDestinationSummaries": null, "TemplatesMetadata": null,
        "SendQuota": {"MaxSendRate": null}, "SuppressionAttributes": {"SuppressedReasons": null},
        "Details": null, "NextToken": null
    }"#;
    let account = account(&MockTransport::answering(200, body)).build().unwrap();
    let identity = account.identities().get("acme.example").await.unwrap();
    assert!(!identity.verified && identity.dkim_records().is_empty());
    assert!(account.identities().list(None, None).await.unwrap().items.is_empty());
    assert!(account.templates().list(None, None).await.unwrap().items.is_empty());
    let page = account.suppressions().list(&SuppressionQuery::new()).await.unwrap();
    assert_eq!((page.items.len(), page.next), (0, None));
    let state = account.details().await.unwrap();
    assert!(state.suppressed_reasons().is_empty() && state.review().is_none());
}

#[tokio::test]
async fn what_speaks_an_older_model_lists_its_identities_too() {
    let listed = r#"{"EmailIdentities": [{"IdentityName": "acme.example"}]}"#;
    for (status, body) in [
        (404, r#"{"__type":"UnknownOperationException"}"#),
        (404, "<UnknownOperationException/>"),
        (405, ""),
    ] {
        let mock = MockTransport::answering(200, listed).then(status, body);
        let account = account(&mock).build().unwrap();
        let page = account.identities().list(Some(5), Some("n")).await.unwrap();
        assert_eq!(page.items[0].name, "acme.example");
        assert_eq!(
            paths(&mock),
            ["POST /v2/email/list-identities", "GET /v2/email/identities?PageSize=5&NextToken=n"]
        );
    }
    let mock = MockTransport::answering(403, r#"{"__type":"AccessDeniedException"}"#);
    let error = account(&mock).build().unwrap().identities().list(None, None).await.unwrap_err();
    assert_eq!((error.kind(), mock.requests().len()), (ErrorKind::Unauthorized, 1));
}

#[tokio::test]
async fn the_list_of_a_tenant_is_the_tenants() {
    let mock = MockTransport::answering(200, "{}");
    let account = account(&mock).build().unwrap();
    let list = account.suppressions().tenant("acme & co");
    list.list(&SuppressionQuery::new().reason(SuppressionReason::Bounce)).await.unwrap();
    let path = "GET /v2/email/suppression/addresses?Reason=BOUNCE&TenantName=acme%20%26%20co";
    assert_eq!(paths(&mock), [path]);
}

#[tokio::test]
async fn the_account_tells_how_far_its_review_is() {
    let body = r#"{"Details": {"ReviewDetails": {"Status": "PENDING", "CaseId": "c1"}}}"#;
    let mock = MockTransport::answering(200, body);
    let state = account(&mock).build().unwrap().details().await.unwrap();
    let review = state.review().unwrap();
    assert_eq!(
        (review.status.as_deref(), review.case_id.as_deref()),
        (Some("PENDING"), Some("c1"))
    );
}

#[tokio::test]
async fn suppressions_are_added_read_listed_and_removed() {
    let found = json!({"SuppressedDestination": {
        "EmailAddress": "canary@example.com", "Reason": "BOUNCE", "LastUpdateTime": 1_773_500_966,
        "Attributes": {"MessageId": "01", "FeedbackId": "f1"},
    }});
    let listed = json!({"SuppressedDestinationSummaries": [
        {"EmailAddress": "canary@example.com", "Reason": "COMPLAINT",
         "LastUpdateTime": "2026-03-14T15:09:26Z"}], "NextToken": "2"});
    let absent = r#"{"__type":"NotFoundException","message":"canary@example.com"}"#;
    let mock = MockTransport::answering(200, "{}")
        .then(200, "{}")
        .then(200, found.to_string())
        .then(404, absent)
        .then(200, listed.to_string())
        .then(200, "{}")
        .then(404, absent);
    let account = account(&mock).build().unwrap();
    let (list, to) = (account.suppressions(), address("a+b@example.com"));
    list.add(&to, SuppressionReason::Bounce).await.unwrap();
    let one = list.get(&to).await.unwrap().unwrap();
    assert_eq!((one.message_id(), one.feedback_id()), (Some("01"), Some("f1")));
    assert_eq!(one.last_update_time, Some("2026-03-14T15:09:26Z".parse().unwrap()));
    assert_eq!(list.get(&to).await.unwrap(), None);
    let query = SuppressionQuery::new()
        .reason(SuppressionReason::Bounce)
        .since("2026-03-01T00:00:00Z".parse().unwrap())
        .until("2026-04-01T00:00:00Z".parse().unwrap());
    let page = list.list(&query.page("1")).await.unwrap();
    assert_eq!((page.items.len(), page.next.as_deref()), (1, Some("2")));
    assert_eq!(page.items[0].last_update_time, one.last_update_time);
    assert!(!format!("{page:?} {one:?}").contains("canary"));
    assert!(list.remove(&to).await.unwrap());
    assert!(!list.clone().tenant("acme").remove(&to).await.unwrap());
    let path = "/v2/email/suppression/addresses";
    assert_eq!(
        paths(&mock),
        [
            format!("PUT {path}"),
            format!("GET {path}/a%2Bb%40example.com"),
            format!("GET {path}/a%2Bb%40example.com"),
            format!(
                "GET {path}?Reason=BOUNCE&StartDate=2026-03-01T00%3A00%3A00Z&EndDate=2026-04-01T00%3A00%3A00Z&NextToken=1"
            ),
            format!("DELETE {path}/a%2Bb%40example.com"),
            format!("DELETE {path}/a%2Bb%40example.com?TenantName=acme"),
        ]
    );
    let body = mock.requests()[0].body().clone();
    assert_eq!(body, r#"{"EmailAddress":"a+b@example.com","Reason":"BOUNCE"}"#);
}

#[tokio::test]
async fn templates_are_kept_read_listed_changed_filled_and_removed() {
    let kept = json!({"TemplateName": "w/1", "TemplateContent": {"Subject": "s"},
                       "Tags": [{"Key": "k", "Value": "v"}]});
    let listed = json!({"TemplatesMetadata": [{"TemplateName": "w", "CreatedTimestamp": 1.5}]});
    let mock = MockTransport::new()
        .then(200, "{}")
        .then(200, "{}")
        .then(200, kept.to_string())
        .then(200, listed.to_string())
        .then(200, r#"{"RenderedTemplate":"Subject: s"}"#)
        .then(200, "{}");
    let account = account(&mock).build().unwrap();
    let templates = account.templates();
    let content = TemplateContent::new("s").text("t").html("<p>");
    templates.create_tagged("w/1", &content, &[ResourceTag::new("k", "v")]).await.unwrap();
    templates.update("w/1", &TemplateContent::new("s2")).await.unwrap();
    let template = templates.get("w/1").await.unwrap();
    assert_eq!(template.template_content, TemplateContent::new("s"));
    assert_eq!(template.tags, [ResourceTag::new("k", "v")]);
    let page = templates.list(None, None).await.unwrap();
    assert!(page.items[0].created_timestamp.is_some() && page.next.is_none());
    let mime = templates.render("w/1", &json!({"n": 1})).await.unwrap();
    assert_eq!(mime, "Subject: s");
    templates.delete("w/1").await.unwrap();
    assert_eq!(
        paths(&mock),
        [
            "POST /v2/email/templates",
            "PUT /v2/email/templates/w%2F1",
            "GET /v2/email/templates/w%2F1",
            "GET /v2/email/templates",
            "POST /v2/email/templates/w%2F1/render",
            "DELETE /v2/email/templates/w%2F1",
        ]
    );
    let body =
        |n: usize| serde_json::from_slice::<serde_json::Value>(mock.requests()[n].body()).unwrap();
    let content = json!({"Subject": "s", "Text": "t", "Html": "<p>"});
    let tags = json!([{"Key": "k", "Value": "v"}]);
    assert_eq!(body(0), json!({"TemplateName": "w/1", "TemplateContent": content, "Tags": tags}));
    assert_eq!(body(1), json!({"TemplateContent": {"Subject": "s2"}}));
    assert_eq!(body(4), json!({"TemplateData": "{\"n\":1}"}));
}

#[tokio::test]
async fn calls_that_fail_say_why() {
    let answer = |status, code: &str| {
        let body = json!({"__type": code, "message": "canary@example.com"});
        let mock = MockTransport::answering(status, body.to_string());
        account(&mock).build().unwrap()
    };
    let error = answer(400, "LimitExceededException")
        .templates()
        .create("w", &TemplateContent::new("s"))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Quota, Some("LimitExceededException")));
    let error = answer(404, "NotFoundException").templates().get("w").await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Template, Some(404)));
    let error = answer(400, "BadRequestException").templates().render("w", &json!({})).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Template);
    let error = answer(400, "AlreadyExistsException")
        .identities()
        .create(&NewIdentity::new("acme.example"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
    assert!(!format!("{error:?}").contains("canary"));
    let error = answer(403, "AccessDeniedException").details().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    let error = answer(400, "InvalidNextTokenException");
    let error = error.suppressions().list(&SuppressionQuery::new().page("x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn calls_that_name_nothing_or_too_much_are_refused_unsent() {
    let mock = MockTransport::answering(200, "{}");
    let account = account(&mock).build().unwrap();
    let long = TemplateContent::new("s").html("x".repeat(500_001));
    let errors = [
        account.templates().create("w", &long).await.unwrap_err(),
        account.templates().delete(" ").await.unwrap_err(),
        account.identities().get("").await.unwrap_err(),
        account.identities().delete("..").await.unwrap_err(),
        account.templates().delete(".").await.unwrap_err(),
        account.templates().render("..", &json!({})).await.unwrap_err(),
    ];
    assert!(errors.iter().all(|error| error.kind() == ErrorKind::InvalidMessage));
    assert_eq!(bodies(&mock).len(), 0);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_an_error() {
    for body in ["<html>", "", "[]"] {
        let mock = MockTransport::answering(200, body);
        let error = account(&mock).build().unwrap().templates().get("w").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Response);
    }
}
