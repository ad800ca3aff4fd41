//! The tools of `examples/`, driven as another program would drive them.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::method};

use super::support::smtp;

const SECRET: &str = "8e0f9c1d2b7a4465";
const URL: &str = "https://erp.example.net/hooks/8e0f9c1d2b7a4465";
const SENT: &str =
    r#"[{"EVENT":"sent","TRANSID":"1","EMAIL":"asha@example.com","TIMESTAMP":1726000201}]"#;

/// The examples lie beside the folder of the test's executable: `cargo test` builds both.
fn tool(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(|deps| deps.parent()).unwrap().join("examples");
    let path: PathBuf = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "build the examples: cargo build --all-features --examples");
    let mut command = Command::new(path);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(name: &str, arguments: &[&str], input: impl Into<Vec<u8>>) -> Output {
    let mut child = tool(name).args(arguments).spawn().unwrap();
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.into());
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

pub(crate) fn answers(name: &str, arguments: &[&str], input: impl Into<Vec<u8>>) -> Vec<Value> {
    let output = run(name, arguments, input);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(crate) fn lines(values: &[Value]) -> String {
    values.iter().fold(String::new(), |all, value| all + &value.to_string() + "\n")
}

async fn send(arguments: &[&str], input: &str) -> Vec<Value> {
    let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    let input = input.to_owned();
    let work = move || {
        let arguments: Vec<_> = arguments.iter().map(|argument| &**argument).collect();
        answers("send", &arguments, input)
    };
    tokio::task::spawn_blocking(work).await.unwrap()
}

fn sms(text: &str) -> Value {
    json!({"channel": "sms", "recipient": "98450 00012", "content": {"text": text}})
}

/// The field of an error's first fault.
fn field(answer: &Value) -> &str {
    answer["error"]["faults"][0]["field"].as_str().unwrap_or_default()
}

#[test]
fn a_template_goes_out_on_each_channel_it_has_a_text_for() {
    let content = json!({"template_id": "order_confirmed", "parameters": {
        "name": "Asha", "order_id": "SO-2041", "product": "Lens", "amount": "4999.00"}});
    let input = [
        json!({"channel": "sms", "recipient": "98450 00012", "content": content}),
        json!({"channel": "email", "recipient": "Asha <asha@example.com>", "content": content}),
    ];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/templates");
    let arguments = ["--via", "sandbox://", "--templates", folder];
    let answers = answers("send", &arguments, lines(&input));
    let receipt = &answers[0]["receipt"];
    assert_eq!(answers[0]["ok"], true);
    assert_eq!(receipt["provider"], "sandbox.sms");
    assert_eq!(receipt["kind"], "sms");
    assert_eq!(receipt["segments"], 1);
    assert_eq!(receipt["recipients"], json!([{"recipient": {"phone": "+919845000012"}}]));
    for key in ["id", "provider_message_id", "accepted_at"] {
        assert!(receipt[key].is_string(), "{key}");
    }
    assert_eq!(answers[1]["receipt"]["provider"], "sandbox.email");
}

#[test]
fn every_channel_has_its_receipt_in_the_order_of_the_lines() {
    let token = "0123456789abcdef".repeat(4);
    let web = json!({"endpoint": "https://push.example.net/1", "p256dh": "x", "auth": "y"});
    let recipients = [
        ("web_push", web),
        ("whatsapp", json!("98450 00012")),
        ("email", json!("asha@example.com")),
        ("apple_push", json!(token)),
        ("sms", json!("098450-00012")),
        ("rcs", json!("+91 98450 00012")),
        ("voice", json!("9845000012")),
    ];
    let input = recipients.clone().map(|(channel, recipient)| {
        json!({"channel": channel, "recipient": recipient, "content": {"text": "Ready"},
               "tags": null, "purpose": "otp", "callback_data": "7"})
    });
    let mut input = input;
    input[2]["content"]["subject"] = "Order 2041".into(); // no mail goes without one
    let answers = answers("send", &["--via", "sandbox://"], lines(&input));
    let kinds: Vec<_> = answers.iter().map(|answer| &answer["receipt"]["kind"]).collect();
    assert_eq!(kinds, recipients.iter().map(|(channel, _)| channel).collect::<Vec<_>>());
}

#[test]
fn a_bad_line_is_an_error_in_its_place_and_quotes_nothing_of_it() {
    let mut unknown = sms("secret text");
    unknown["colour"] = 1.into();
    let mut subject = sms("secret text");
    subject["content"]["subject"] = "secret text".into();
    let mut sender = sms("secret text");
    sender["content"]["from"] = "no such sender!".into();
    let mut input = lines(&[
        sms("one"),
        unknown,
        json!({"channel": "fax", "recipient": "1", "content": {}}),
        json!({"channel": "sms", "content": {"text": "secret text"}}),
        json!({"channel": "sms", "recipient": "98450 00012", "content": "secret text"}),
        json!({"channel": "sms", "recipient": "12", "content": {"text": "x"}}),
        subject,
        sender,
        sms(""),
    ])
    .into_bytes();
    input.extend_from_slice(b"garbage\n\n\xff\xfe\n");
    input.extend_from_slice(sms("last").to_string().as_bytes()); // and no line end
    let answers = answers("send", &["--via", "sandbox://"], input);
    let oks: Vec<_> = answers.iter().map(|answer| answer["ok"] == true).collect();
    let mut expected = [false; 12];
    (expected[0], expected[11]) = (true, true);
    assert_eq!(oks, expected);
    let fields: Vec<_> = answers[1..11].iter().map(field).collect();
    let line = "line";
    assert_eq!(
        fields,
        [
            line,
            "channel",
            line,
            line,
            "recipient",
            "content.subject",
            "content.from",
            "text",
            line,
            line
        ]
    );
    for answer in &answers[1..11] {
        assert_eq!(answer["error"]["kind"], "invalid_message");
        assert_eq!(answer["error"]["fate"], "not_sent");
        assert_eq!(answer["error"]["retryable"], false);
        assert!(!answer.to_string().contains("secret text"), "{answer}");
    }
    assert!(answers[1].to_string().contains("`colour`"));
    assert!(answers[3].to_string().contains("`recipient`"));
}

#[tokio::test]
async fn a_local_time_needs_its_zone_and_goes_out_as_the_moment_it_is() {
    let server = MockServer::start().await;
    let answer = "<RESULT REQID='7'><MID ID='1' TID='9'></MID></RESULT>";
    let answer = ResponseTemplate::new(200).set_body_string(answer);
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    let at = |at: &str, zone: Option<&str>| {
        let mut line = sms("Later");
        line["content"]["dlt"] = json!({"template": "1107000000000000101"});
        line["scheduling"] = json!({"send_at": at, "timezone": zone});
        line
    };
    let input = lines(&[
        at("2099-12-01T10:00:00", None),
        at("2099-12-01T10:00:00", Some("Mars/Olympus")),
        at("tomorrow", Some("Asia/Kolkata")),
        at("2099-12-01T10:00:00", Some("America/New_York")),
    ]);
    let answers = send(&["--via", &netcore(&server)], &input).await;
    assert_eq!(
        answers[..3].iter().map(field).collect::<Vec<_>>(),
        ["scheduling.timezone", "scheduling.timezone", "scheduling.send_at"]
    );
    assert_eq!(answers[3]["ok"], true, "{}", answers[3]);
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    // Netcore reads Indian time: 10:00 in New York is 20:30 there.
    let body = String::from_utf8_lossy(&requests[0].body).into_owned();
    assert!(body.contains("20%3A30") || body.contains("20:30") || body.contains("2030"), "{body}");
}

fn netcore(server: &MockServer) -> String {
    let endpoint = server.uri();
    format!(
        "netcore+sms://user:password@390001?sender=DRISHT&entity=1101000000000000017&endpoint={endpoint}"
    )
}

#[tokio::test]
async fn a_thousand_lines_of_one_text_are_a_few_requests() {
    let server = MockServer::start().await;
    let answer = |request: &Request| {
        let body = String::from_utf8_lossy(&request.body);
        let numbers = body.split("919845").count() - 1;
        let mids: Vec<_> =
            (1..=numbers).map(|id| format!("<MID ID='{id}' TID='t{id}'></MID>")).collect();
        let mids = mids.concat();
        ResponseTemplate::new(200).set_body_string(format!("<RESULT REQID='7'>{mids}</RESULT>"))
    };
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    let many: Vec<_> = (0..1000)
        .map(|n| {
            json!({"channel": "sms", "recipient": format!("+919845{n:06}"), "content": {
                "text": "Your order is ready", "dlt": {"template": "1107000000000000101"}}})
        })
        .collect();
    let answers = send(&["--via", &netcore(&server)], &lines(&many)).await;
    assert_eq!(answers.len(), 1000);
    for (n, answer) in answers.iter().enumerate() {
        let recipient = &answer["receipt"]["recipients"][0]["recipient"]["phone"];
        assert_eq!(recipient, &json!(format!("+919845{n:06}")), "{answer}");
        assert!(answer["receipt"]["provider_message_id"].is_string(), "{answer}");
    }
    let requests = server.received_requests().await.unwrap().len();
    assert!(requests <= 10, "{requests} requests");
}

#[tokio::test]
async fn mail_goes_out_over_smtp_and_a_refusal_keeps_its_code() {
    let server = smtp::Server::start(smtp::Options::default(), |said| {
        if said.verb == "RCPT" && said.line.contains("nobody") {
            smtp::reply("550 5.1.1 no such user")
        } else {
            smtp::Action::Default
        }
    })
    .await;
    let url = format!("smtp://{}?tls=none&from=shop@example.com", server.address);
    let mail = |to: &str| {
        json!({"channel": "email", "recipient": to, "content": {
            "subject": "Order 2041", "text": "It is ready.", "attachments": [
                {"filename": "a.txt", "content_type": "text/plain", "content": "aGVsbG8="}]}})
    };
    let input = lines(&[mail("asha@example.com"), mail("nobody@example.com")]);
    let answers = send(&["--via", &url], &input).await;
    assert_eq!(answers[0]["receipt"]["provider"], "smtp.email", "{}", answers[0]);
    let error = &answers[1]["error"];
    assert_eq!(error["kind"], "invalid_recipient", "{error}");
    assert_eq!(error["status"], 550);
    assert_eq!(error["code"], "5.1.1");
    let messages = server.messages();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].contains("Subject: Order 2041"));
    assert!(messages[0].contains("a.txt"));
}

#[test]
fn a_line_is_answered_before_the_next_one_comes() {
    for (name, arguments, line) in [
        ("send", &["--via", "sandbox://"][..], sms("Ready")),
        ("inspect", &[][..], json!({"sms": "Ready"})),
        ("webhook", &[][..], json!({"provider": "netcore", "url": URL})),
    ] {
        let mut child = tool(name).args(arguments).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        for _ in 0..3 {
            writeln!(stdin, "{line}").unwrap();
            let mut answer = String::new();
            stdout.read_line(&mut answer).unwrap();
            serde_json::from_str::<Value>(&answer).unwrap();
        }
        drop(stdin);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn a_wrong_command_line_ends_with_two_and_says_how_it_goes() {
    for arguments in
        [&[][..], &["--via"], &["--via", "foo://"], &["--via", "sandbox://", "-x", "y"]]
    {
        let output = run("send", arguments, "");
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        assert!(String::from_utf8_lossy(&output.stderr).contains("--via URL"));
    }
}

fn call(body: &str, secrets: &Value) -> Value {
    json!({"provider": "netcore", "product": "email", "method": "POST", "url": URL,
           "headers": {"X-Key": "k3y", "Authorization": "Basic dTpw"}, "peer": "202.162.224.9",
           "body_base64": STANDARD.encode(body), "secrets": secrets,
           "now": "2024-09-10T20:31:00Z"})
}

fn webhook(input: &[Value]) -> Vec<Value> {
    answers("webhook", &[], lines(input))
}

#[test]
fn each_kind_of_secret_opens_and_each_wrong_one_closes() {
    let good = [
        json!({"path_secret": SECRET}),
        json!({"header": ["x-key", "k3y"]}),
        json!({"basic": ["u", "p"]}),
        json!({"addresses": ["202.162.224.0/19"]}),
        json!({"path_secret": SECRET, "basic": ["u", "p"]}),
    ];
    for answer in webhook(&good.map(|secrets| call(SENT, &secrets))) {
        assert_eq!(answer["ok"], true, "{answer}");
        let event = &answer["events"][0];
        assert_eq!(event["proof"], "shared");
        assert_eq!(event["provider_message_id"], "1");
        assert_eq!(event["recipient"], "asha@example.com");
        assert_eq!(answer["faults"], json!([]));
        assert_eq!(answer["reply"], json!({"status": 200, "headers": {}, "body": ""}));
    }
    let wrong = [
        json!({"path_secret": "8e0f9c1d2b7a4466"}),
        json!({"header": ["x-key", "key"]}),
        json!({"basic": ["u", "q"]}),
        json!({"addresses": ["10.0.0.0/8"]}),
        json!({"path_secret": SECRET, "basic": ["u", "q"]}),
        json!({"unverified": true, "path_secret": "8e0f9c1d2b7a4466"}),
    ];
    for answer in webhook(&wrong.map(|secrets| call(SENT, &secrets))) {
        assert_eq!(answer["ok"], false);
        assert_eq!(answer["error"]["kind"], "signature");
        assert!(answer["error"]["message"].is_string());
    }
    let none = [json!({}), json!({"path_secret": "short"}), json!({"pathsecret": SECRET})];
    for answer in webhook(&none.map(|secrets| call(SENT, &secrets))) {
        assert_eq!(answer["error"]["kind"], "config", "{answer}");
    }
    let answer = &webhook(&[call(SENT, &json!({"unverified": true}))])[0];
    assert_eq!(answer["events"][0]["proof"], "unverified");
}

#[test]
fn handshakes_are_answered_and_give_no_event() {
    let secrets = json!({"path_secret": SECRET});
    for product in ["email", "sms"] {
        let mut head = call("", &secrets);
        head["method"] = "HEAD".into();
        let mut input = [head, call("[]", &secrets)];
        for line in &mut input {
            line["product"] = product.into();
        }
        for answer in webhook(&input) {
            assert_eq!(answer["ok"], true, "{answer}");
            assert_eq!(answer["events"], json!([]));
            assert_eq!(answer["reply"]["status"], 200);
        }
        input[0]["secrets"] = json!({"path_secret": "8e0f9c1d2b7a4466"});
        assert_eq!(webhook(&input[..1])[0]["error"]["kind"], "signature");
    }
}

#[test]
fn an_sms_report_by_get_is_an_event() {
    let query = include_str!("../fixtures/netcore/sms/delivered.query").trim();
    let mut line = call("", &json!({"path_secret": SECRET}));
    line["product"] = "sms".into();
    line["method"] = "GET".into();
    line["url"] = format!("{URL}?{query}").into();
    line["now"] = 1_739_170_000.into();
    let answer = &webhook(&[line])[0];
    assert_eq!(answer["events"][0]["status"], "failed", "{answer}");
    assert_eq!(answer["events"][0]["channel"], "sms");
}

#[test]
fn what_is_no_request_is_an_error_that_shows_no_secret() {
    let mut base64 = call("", &json!({"path_secret": SECRET}));
    base64["body_base64"] = "!".into();
    let mut product = call("", &json!({"path_secret": SECRET}));
    product["product"] = Value::Null;
    let mut provider = call("", &json!({"path_secret": SECRET}));
    provider["provider"] = "pigeon".into();
    let input = [base64, product, provider, call("", &SECRET.into()), json!("garbage")];
    let answers = webhook(&input);
    assert_eq!(answers.len(), input.len());
    for answer in answers {
        assert_eq!(answer["error"]["kind"], "config", "{answer}");
        assert!(!answer.to_string().contains(SECRET), "{answer}");
    }
    let body = call("no json", &json!({"path_secret": SECRET}));
    assert_eq!(webhook(&[body])[0]["error"]["kind"], "payload");
}

#[test]
fn only_a_providers_own_secrets_make_its_receiver() {
    let topic = "arn:aws:sns:eu-west-1:123456789012:erp-mail-events";
    let good = [
        ("mailgun", None, json!({"signing_key": SECRET})),
        ("mailgun", Some("email"), json!({"signing_key": SECRET})),
        ("meta", None, json!({"app_secret": SECRET, "verify_token": SECRET})),
        ("netcore", Some("whatsapp"), json!({"header": ["x-key", SECRET]})),
        ("ses", None, json!({"topics": [topic]})),
        ("sendgrid", Some("inbound"), json!({"path_secret": "another-path-secret"})),
        ("ses", None, json!({"path_secret": "another-path-secret"})),
        ("twilio", None, json!({"auth_tokens": [SECRET, "another"]})),
        ("twilio", Some("voice"), json!({"auth_tokens": [SECRET]})),
    ];
    let wrong = [
        ("mailgun", None, json!({"signing_key": ""})),
        ("mailgun", None, json!({"signingkey": SECRET})),
        ("mailgun", None, json!({"signing_key": SECRET, "path_secret": SECRET})),
        ("mailgun", Some("sms"), json!({"signing_key": SECRET})),
        ("meta", None, json!({"app_secret": SECRET})),
        ("meta", None, json!({"app_secret": [SECRET], "verify_token": SECRET})),
        ("netcore", Some("fax"), json!({"path_secret": SECRET})),
        ("netcore", Some("email"), json!({"signing_key": SECRET})),
        ("ses", None, json!({"topics": []})),
        ("ses", None, json!({"topics": [topic], "path_secret": SECRET})),
        ("sendgrid", None, json!({"public_key": SECRET})),
        ("twilio", None, json!({"auth_tokens": []})),
        ("twilio", None, json!({"auth_tokens": [SECRET, ""]})),
    ];
    let ask = |(provider, product, secrets): &(&str, Option<&str>, Value)| {
        let mut line = call("not signed by anyone", secrets);
        line["provider"] = (*provider).into();
        line["product"] = (*product).into();
        line
    };
    for (case, answer) in good.iter().zip(webhook(&good.each_ref().map(ask))) {
        let kind = &answer["error"]["kind"];
        assert!(kind == "signature" || kind == "payload", "{}: {answer}", case.0);
    }
    for (case, answer) in wrong.iter().zip(webhook(&wrong.each_ref().map(ask))) {
        assert_eq!(answer["error"]["kind"], "config", "{}: {answer}", case.0);
        assert!(!answer.to_string().contains(SECRET), "{answer}");
    }
}

#[test]
fn inspect_counts_segments_and_reads_numbers_as_the_fixtures_say() {
    let cases = include_str!("../fixtures/sms-segments/cases.json");
    let cases: Vec<Value> = serde_json::from_str(cases).unwrap();
    let input: Vec<_> = cases.iter().map(|case| json!({"sms": case["text"]})).collect();
    for (case, answer) in cases.iter().zip(answers("inspect", &[], lines(&input))) {
        let wanted = json!({"encoding": case["encoding"], "units": case["units"],
                            "segments": case["segments"]});
        assert_eq!(answer, wanted, "{}", case["id"]);
    }
    let cases = include_str!("../fixtures/e164/cases.json");
    let cases: Vec<Value> = serde_json::from_str(cases).unwrap();
    let input: Vec<_> = cases
        .iter()
        .map(|case| json!({"phone": case["raw"], "region": case["default_region"]}))
        .collect();
    let answers = answers("inspect", &[], lines(&input));
    assert_eq!(answers.len(), cases.len());
    for (case, answer) in cases.iter().zip(answers) {
        match case["e164"].as_str() {
            Some(number) => assert_eq!(answer, json!({"e164": number}), "{}", case["id"]),
            None => assert!(answer["error"].is_string(), "{}: {answer}", case["id"]),
        }
    }
}

#[test]
fn inspect_answers_garbage_in_its_place() {
    let input = b"garbage\n\xff\n{\"sms\":\"a\",\"x\":1}\n{\"phone\":\"1\",\"region\":\"XX9\"}\n";
    let answers = answers("inspect", &[], input);
    assert_eq!(answers.len(), 4);
    assert!(answers.iter().all(|answer| answer["error"].is_string()));
}
