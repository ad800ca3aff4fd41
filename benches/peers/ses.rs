//! SES beside `reqwest` and AWS's own signer by hand.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use dakiya::{
    Channel as _, Email, Envelope, Mailbox,
    http::{Request, SharedTransport},
    ses::{self, Ses},
};
use reqwest::Client;
use serde::{Deserialize, Serialize};

use super::{
    by_hand::{asked, client},
    mail,
};
use crate::measure::{Load, Table, pair};

const PEER: &str = "reqwest, aws-sigv4 by hand";
const REGION: &str = "ap-south-1";
const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

pub(crate) async fn email(table: &mut Table, port: u16, load: Load) {
    let base = format!("http://127.0.0.1:{port}");
    let account = |transport: Option<SharedTransport>| {
        let builder = Ses::builder(REGION, ses::keys(KEY, SECRET)).endpoint(&*base);
        let builder = transport.into_iter().fold(builder, ses::SesBuilder::transport);
        builder.build().unwrap()
    };
    let envelope = mail();
    let (client, url) = (client(), format!("{base}/v2/email/outbound-emails"));
    let credentials = Credentials::new(KEY, SECRET, None, None, "by-hand");

    let answer = r#"{"MessageId":"1"}"#;
    let asked = asked(&envelope, answer, |transport| account(Some(transport))).await;
    assert_eq!(asked.uri(), &*url);
    assert!(*asked.body() == body(&envelope), "other work");

    let ours = account(None);
    let ours = async || {
        let receipt = ours.send(&envelope).await.unwrap();
        assert!(receipt.provider_message_id.is_some());
    };
    let peer = async || assert!(!send(&client, &url, &credentials, &envelope).await.is_empty());
    table.costs("ses email", PEER, pair(load, ours, peer).await);
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Mail<'a> {
    from_email_address: String,
    destination: Destination,
    content: Content<'a>,
    email_tags: [Tag<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    to_addresses: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Content<'a> {
    simple: Simple<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Simple<'a> {
    subject: Text<'a>,
    body: Body<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    text: Option<Text<'a>>,
    html: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Text<'a> {
    data: &'a str,
    charset: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag<'a> {
    name: &'a str,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    message_id: String,
}

fn text(data: &str) -> Text<'_> {
    Text { data, charset: "UTF-8" }
}

fn address(mailbox: &Mailbox) -> String {
    let name = mailbox.name.as_deref().unwrap_or_default();
    format!("\"{name}\" <{}>", mailbox.email.as_str())
}

fn body(envelope: &Envelope<Email>) -> Vec<u8> {
    let mail = &envelope.message;
    let body = Mail {
        from_email_address: mail.from.as_ref().map(address).unwrap_or_default(),
        destination: Destination { to_addresses: mail.to.iter().map(address).collect() },
        content: Content {
            simple: Simple {
                subject: text(&mail.subject),
                body: Body {
                    text: mail.text.as_deref().map(text),
                    html: mail.html.as_deref().map(text),
                },
            },
        },
        email_tags: [Tag { name: "reference", value: envelope.id.to_string() }],
    };
    serde_json::to_vec(&body).unwrap()
}

/// The provider's id of it.
async fn send(
    client: &Client,
    url: &str,
    credentials: &Credentials,
    envelope: &Envelope<Email>,
) -> String {
    let request = Request::post(url).header("content-type", "application/json");
    let mut request = request.body(body(envelope)).unwrap();
    let identity = credentials.clone().into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name("ses")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let content = SignableBody::Bytes(request.body());
    let signable = SignableRequest::new("POST", url, headers, content).unwrap();
    let (instructions, _) = sign(signable, &params).unwrap().into_parts();
    instructions.apply_to_request_http1x(&mut request);
    let response = client.execute(request.try_into().unwrap()).await.unwrap();
    let response = response.error_for_status().unwrap();
    let answer: Answer = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    answer.message_id
}
