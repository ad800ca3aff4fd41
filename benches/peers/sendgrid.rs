//! `SendGrid` beside `reqwest` by hand.

use dakiya::{Channel as _, Email, Envelope, Mailbox, http::SharedTransport, sendgrid::SendGrid};
use reqwest::{Client, header};
use serde::Serialize;

use super::{
    by_hand::{PEER, asked, client},
    mail,
};
use crate::measure::{Load, Table, pair};

const KEY: &str = "SG.0123456789abcdefghijkl.0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

pub(crate) async fn email(table: &mut Table, port: u16, load: Load) {
    let base = format!("http://127.0.0.1:{port}");
    let account = |transport: Option<SharedTransport>| {
        let builder = SendGrid::builder(KEY).endpoint(&*base);
        let builder =
            transport.into_iter().fold(builder, dakiya::sendgrid::SendGridBuilder::transport);
        builder.build().unwrap()
    };
    let envelope = mail();
    let (client, url) = (client(), format!("{base}/v3/mail/send"));

    let asked = asked(&envelope, "", |transport| account(Some(transport))).await;
    assert_eq!(asked.uri(), &*url);
    assert!(*asked.body() == body(&envelope), "other work");

    let ours = account(None);
    let ours = async || {
        let receipt = ours.send(&envelope).await.unwrap();
        assert!(receipt.provider_message_id.is_some());
    };
    let peer = async || assert!(!send(&client, &url, &envelope).await.is_empty());
    table.costs("sendgrid email", PEER, pair(load, ours, peer).await);
}

#[derive(Serialize)]
struct Mail<'a> {
    personalizations: [Personalization<'a>; 1],
    from: Option<Address<'a>>,
    content: [Content<'a>; 2],
}

#[derive(Serialize)]
struct Personalization<'a> {
    to: Vec<Address<'a>>,
    subject: &'a str,
    custom_args: Arguments,
}

#[derive(Serialize)]
struct Arguments {
    dakiya_id: String,
}

#[derive(Serialize)]
struct Address<'a> {
    email: &'a str,
    name: Option<&'a str>,
}

impl<'a> From<&'a Mailbox> for Address<'a> {
    fn from(mailbox: &'a Mailbox) -> Self {
        Self { email: mailbox.email.as_str(), name: mailbox.name.as_deref() }
    }
}

#[derive(Serialize)]
struct Content<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    value: &'a str,
}

fn body(envelope: &Envelope<Email>) -> Vec<u8> {
    let mail = &envelope.message;
    let content = [("text/plain", &mail.text), ("text/html", &mail.html)];
    let body = Mail {
        personalizations: [Personalization {
            to: mail.to.iter().map(Into::into).collect(),
            subject: &mail.subject,
            custom_args: Arguments { dakiya_id: envelope.id.to_string() },
        }],
        from: mail.from.as_ref().map(Into::into),
        content: content
            .map(|(kind, text)| Content { kind, value: text.as_deref().unwrap_or_default() }),
    };
    serde_json::to_vec(&body).unwrap()
}

/// The provider's id of it.
async fn send(client: &Client, url: &str, envelope: &Envelope<Email>) -> String {
    let request = client
        .post(url)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/json")
        .bearer_auth(KEY)
        .body(body(envelope));
    let response = request.send().await.unwrap().error_for_status().unwrap();
    let id = response.headers()["x-message-id"].to_str().unwrap().to_owned();
    assert!(response.bytes().await.unwrap().is_empty());
    id
}
