//! The checker itself: it takes what is right and names what is wrong.

use dakiya::testing::MockTransport;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::{Value, json};

use super::{check, checked, count, present};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const ACCOUNT: &str = "AC00000000000000000000000000000001";

fn headers(authorization: &'static str, media_type: &'static str) -> HeaderMap {
    let entry = |name: HeaderName, value| (name, HeaderValue::from_static(value));
    [entry(header::AUTHORIZATION, authorization), entry(header::CONTENT_TYPE, media_type)]
        .into_iter()
        .collect()
}

fn twilio(resource: &str, body: &str) -> Result<(), String> {
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/{resource}.json");
    check("POST", &path, &headers("Basic x", FORM), body.as_bytes())
}

fn sendgrid(body: &Value) -> Result<(), String> {
    check("POST", "/v3/mail/send", &headers("Bearer x", JSON), body.to_string().as_bytes())
}

fn ses(path: &str, body: &Value) -> Result<(), String> {
    let headers = headers("AWS4-HMAC-SHA256 Credential=x", JSON);
    check("POST", &format!("/v2/email/{path}"), &headers, body.to_string().as_bytes())
}

/// `good` with one member changed, or taken out.
fn with(good: &Value, pointer: &str, value: Option<Value>) -> Value {
    let mut body = good.clone();
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => drop(parent.insert(member.to_owned(), value)),
        None => drop(parent.remove(member)),
    }
    body
}

fn refused(result: Result<(), String>, naming: &str) {
    let wrong = result.expect_err(naming);
    assert!(wrong.contains(naming), "{wrong}\ndoes not name {naming}");
}

#[test]
fn forms_to_twilio_are_told_apart() {
    if !present() {
        return;
    }
    let good = "To=%2B919845000012&From=DRISHT&Body=Hi&MediaUrl=https%3A%2F%2Fa.example%2F1.png\
                &MediaUrl=https%3A%2F%2Fa.example%2F2.png&ValidityPeriod=60&SmartEncoded=true";
    twilio("Messages", good).unwrap();
    twilio("Calls", "To=%2B14155550100&From=%2B14155550101&Twiml=%3CResponse%2F%3E").unwrap();
    assert_eq!(count(), 2);

    let bad = [
        ("From=DRISHT&Body=Hi", "\"To\" is a required property"),
        ("To=%2B919845000012&Body=Hi", "none of From, MessagingServiceSid"),
        ("To=%2B919845000012&From=DRISHT", "none of Body, MediaUrl, ContentSid"),
        ("To=1&To=2&From=DRISHT&Body=Hi", "/To: is there twice"),
        ("To=1&From=DRISHT&Body=Hi&Bodi=1", "'Bodi' was unexpected"),
        ("To=1&From=DRISHT&Body=Hi&ValidityPeriod=1.5", "/ValidityPeriod"),
        ("To=1&From=DRISHT&Body=Hi&SmartEncoded=yes", "/SmartEncoded"),
        ("To=1&From=DRISHT&Body=Hi&ContentRetention=keep", "/ContentRetention"),
        ("To=1&MessagingServiceSid=MG1&Body=Hi", "/MessagingServiceSid"),
        ("To=1&From=DRISHT&Body=Hi&StatusCallback=nowhere", "/StatusCallback"),
        (
            "To=1&MessagingServiceSid=MG00000000000000000000000000000001&Body=Hi\
             &ScheduleType=fixed&SendAt=tomorrow",
            "/SendAt",
        ),
        ("To=1&From=DRISHT&Body=Hi&SendAt=2026-03-14T16%3A00%3A00Z", "only a messaging service"),
    ];
    for (body, naming) in bad {
        refused(twilio("Messages", body), naming);
    }
    refused(twilio("Calls", "To=%2B1&From=%2B2"), "none of Url, Twiml, ApplicationSid");
    let body = good.as_bytes();
    let path = "/2010-04-01/Accounts/AC1/Messages.json";
    refused(check("POST", path, &headers("Basic x", FORM), body), "path {AccountSid}");
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    refused(check("POST", &path, &headers("Bearer x", FORM), body), "authorization");
    refused(check("POST", &path, &headers("Basic x", JSON), body), "content-type");
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages/XX1.json");
    refused(check("GET", &path, &headers("Basic x", FORM), b""), "path {Sid}");
}

#[test]
fn mails_to_sendgrid_are_told_apart() {
    if !present() {
        return;
    }
    let good = json!({
        "personalizations": [{"to": [{"email": "asha@customer.example", "name": "Asha"}]}],
        "from": {"email": "billing@acme.example"},
        "subject": "Invoice",
        "content": [
            {"type": "text/plain", "value": "Attached."},
            {"type": "text/html", "value": "<p>Attached.</p>"},
        ],
    });
    sendgrid(&good).unwrap();
    assert_eq!(count(), 1);

    let html = json!([
        {"type": "text/html", "value": "<p>a</p>"},
        {"type": "text/plain", "value": "a"},
    ]);
    let many: Vec<_> =
        (0..=500).map(|n| json!({"email": format!("p{n}@customer.example")})).collect();
    let bad = [
        ("/from", None, "\"from\" is a required property"),
        ("/subject", None, "/subject: is missing"),
        ("/content", None, "body"),
        ("/content", Some(html), "/content: not in the order"),
        ("/subjet", Some(json!("a")), "'subjet' was unexpected"),
        ("/send_at", Some(json!("2026-03-14")), "/send_at"),
        ("/from/email", Some(json!("nobody")), "/from/email"),
        ("/custom_args", Some(json!({"a": 1})), "/custom_args/a"),
        ("/custom_args", Some(json!({"a": "x".repeat(10_000)})), "/custom_args: "),
        ("/categories", Some(json!(["a", "a"])), "/categories"),
        ("/headers", Some(json!({"Reply-To": "a@b.example"})), "/headers/Reply-To"),
        ("/personalizations/0/cc", Some(json!([{"email": "Asha@customer.example"}])), "twice"),
        (
            "/personalizations",
            Some(json!([{"to": many}, {"to": many}])),
            "/personalizations: 1002 recipients",
        ),
    ];
    for (pointer, value, naming) in bad {
        let naming = if naming == "body" { "breaks the schema" } else { naming };
        refused(sendgrid(&with(&good, pointer, value)), naming);
    }
    let body = good.to_string();
    refused(check("POST", "/v3/mail/send", &headers("Basic x", JSON), body.as_bytes()), "author");
}

#[test]
fn requests_to_ses_are_told_apart() {
    if !present() {
        return;
    }
    let good = json!({
        "FromEmailAddress": "Acme <billing@acme.example>",
        "Destination": {"ToAddresses": ["asha@customer.example"]},
        "Content": {"Simple": {
            "Subject": {"Data": "Invoice", "Charset": "UTF-8"},
            "Body": {"Text": {"Data": "Attached."}},
            "Headers": [{"Name": "X-Ledger", "Value": "2041"}],
            "Attachments": [{"RawContent": "JVBERi0xLjcK", "FileName": "a.pdf"}],
        }},
    });
    ses("outbound-emails", &good).unwrap();
    let path = "/v2/email/templates?PageSize=10";
    let signed = headers("AWS4-HMAC-SHA256 Credential=x", JSON);
    check("GET", path, &signed, b"").unwrap();
    assert_eq!(count(), 2);
    refused(check("GET", "/v2/email/templates?Page=10", &signed, b""), "query: Page is unknown");

    let simple = "/Content/Simple";
    let fifty_one: Vec<_> = (0..51).map(|n| format!("p{n}@customer.example")).collect();
    let bad = [
        ("/Content", None, "lacks \"Content\""),
        ("/Content/Raw", Some(json!({"Data": "AAAA"})), "/Content: has 2 of Simple"),
        ("/Content/Simple", None, "/Content: has 0 of Simple"),
        ("/From", Some(json!("a@b.example")), "/From: is unknown"),
        ("/Destination/ToAddresses", Some(json!("a@b.example")), "is no \"list\""),
        ("/Destination/CcAddresses", Some(json!(fifty_one)), "/Destination: 52 recipients"),
        (&format!("{simple}/Subject"), None, "lacks \"Subject\""),
        (&format!("{simple}/Subject/Data"), Some(json!(1)), "is no \"string\""),
        (&format!("{simple}/Headers"), Some(json!([{"Name": "a b", "Value": "c"}])), "not match"),
        (&format!("{simple}/Headers"), Some(json!([{"Name": "a", "Value": "é"}])), "not match"),
        (
            &format!("{simple}/Attachments"),
            Some(json!([{"RawContent": "JVBERi0xLjcK\n", "FileName": "a.pdf"}])),
            "is no Base64",
        ),
        (
            &format!("{simple}/Attachments"),
            Some(json!([{"RawContent": "AAAA", "FileName": "a", "ContentDisposition": "INSIDE"}])),
            "is none of",
        ),
    ];
    for (pointer, value, naming) in bad {
        refused(ses("outbound-emails", &with(&good, pointer, value)), naming);
    }
    let bulk = json!({
        "DefaultContent": {"Template": {"TemplateName": "a", "TemplateArn": "arn:b"}},
        "BulkEmailEntries": [],
    });
    refused(ses("outbound-bulk-emails", &bulk), "has 2 of TemplateName");
}

#[tokio::test]
async fn a_transport_checks_what_the_schemas_have_and_passes_the_rest() {
    let transport = MockTransport::answering(200, "{}");
    let request = |path: &str| {
        let uri = format!("https://api.sendgrid.com{path}");
        http::Request::post(uri).body("{}".into()).unwrap()
    };
    checked(transport.shared()).execute(request("/v3/templates"), None).await.unwrap();
    assert_eq!((transport.requests().len(), count()), (1, 0));
    if present() {
        let sent = checked(transport.shared());
        let sent = tokio::spawn(async move { sent.execute(request("/v3/mail/send"), None).await });
        let panicked = sent.await.unwrap_err().into_panic();
        assert!(panicked.downcast::<String>().unwrap().contains("authorization: "));
        assert_eq!(transport.requests().len(), 1);
    }
}
