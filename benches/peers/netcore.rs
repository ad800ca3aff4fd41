//! Netcore beside `reqwest` by hand: the same request, the same facts read from the answer.

use dakiya::{Channel as _, Email, Envelope, Mailbox, Sms, http::SharedTransport, netcore};
use quick_xml::{Reader, events::Event};
use reqwest::{Client, header};
use serde::{Deserialize, Serialize};

use super::{
    by_hand::{PEER, asked, client},
    mail, text_message,
};
use crate::measure::{Load, Table, pair};

const KEY: &str = "3f1c9c0e5b7a4d2f3f1c9c0e5b7a4d2f";
const FEED: &str = "390001";
const USER: &str = "9800000001";
const PASSWORD: &str = "secret";

pub(crate) async fn email(table: &mut Table, port: u16, load: Load) {
    let base = format!("http://127.0.0.1:{port}");
    let account = |transport: Option<SharedTransport>| {
        let builder = netcore::email::Account::builder(KEY).endpoint(&*base);
        transport
            .into_iter()
            .fold(builder, netcore::email::AccountBuilder::transport)
            .build()
            .unwrap()
    };
    let envelope = mail();
    let (client, url) = (client(), format!("{base}/v6/mail/send"));

    let answer = r#"{"status":"success","data":{"message_id":"1"}}"#;
    let asked = asked(&envelope, answer, |transport| account(Some(transport))).await;
    assert_eq!(asked.uri(), &*url);
    assert!(*asked.body() == mail_body(&envelope), "other work");

    let ours = account(None);
    let ours = async || {
        let receipt = ours.send(&envelope).await.unwrap();
        assert!(receipt.provider_message_id.is_some());
    };
    let peer = async || assert!(!send_mail(&client, &url, &envelope).await.is_empty());
    table.costs("netcore email", PEER, pair(load, ours, peer).await);
}

pub(crate) async fn sms(table: &mut Table, port: u16, load: Load) {
    let base = format!("http://127.0.0.1:{port}/BulkSms/");
    let account = |transport: Option<SharedTransport>| {
        let builder = netcore::sms::Account::builder(FEED, USER, PASSWORD).endpoint(&*base);
        transport
            .into_iter()
            .fold(builder, netcore::sms::AccountBuilder::transport)
            .build()
            .unwrap()
    };
    let envelope = text_message();
    let (client, url) = (client(), format!("{base}SingleMsgApi"));

    let answer = "<RESULT REQID='1'><MID ID='1' TID='2'></MID></RESULT>";
    let asked = asked(&envelope, answer, |transport| account(Some(transport))).await;
    assert_eq!(asked.uri(), &*url);
    assert!(*asked.body() == sms_body(&envelope.message).replace('+', "%20"), "other work");

    let ours = account(None);
    let ours = async || {
        let receipt = ours.send(&envelope).await.unwrap();
        assert!(receipt.provider_message_id.is_some());
    };
    let peer = async || assert!(!send_sms(&client, &url, &envelope.message).await.is_empty());
    table.costs("netcore sms", PEER, pair(load, ours, peer).await);
}

#[derive(Serialize)]
struct Mail<'a> {
    from: Option<Address<'a>>,
    subject: &'a str,
    content: [Content<'a>; 1],
    priorityflag: u8,
    personalizations: [Personalization<'a>; 1],
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

#[derive(Serialize)]
struct Personalization<'a> {
    to: Vec<Address<'a>>,
    token_to: String,
}

#[derive(Deserialize)]
struct Answer {
    status: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    message_id: String,
}

fn mail_body(envelope: &Envelope<Email>) -> Vec<u8> {
    let mail = &envelope.message;
    let html = mail.html.as_deref().unwrap_or_default();
    let body = Mail {
        from: mail.from.as_ref().map(Into::into),
        subject: &mail.subject,
        content: [Content { kind: "html", value: html }],
        priorityflag: 1,
        personalizations: [Personalization {
            to: mail.to.iter().map(Into::into).collect(),
            token_to: envelope.id.to_string(),
        }],
    };
    serde_json::to_vec(&body).unwrap()
}

/// The provider's id of it.
async fn send_mail(client: &Client, url: &str, envelope: &Envelope<Email>) -> String {
    let request = client
        .post(url)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/json")
        .bearer_auth(KEY)
        .body(mail_body(envelope));
    let response = request.send().await.unwrap().error_for_status().unwrap();
    let answer: Answer = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert_eq!(answer.status, "success");
    answer.data.message_id
}

fn sms_body(sms: &Sms) -> String {
    let dlt = sms.dlt.as_ref().unwrap();
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("feedid", FEED)
        .append_pair("username", USER)
        .append_pair("password", PASSWORD)
        .append_pair("To", sms.to.digits())
        .append_pair("Text", &sms.text)
        .append_pair("templateid", dlt.template.as_deref().unwrap_or_default())
        .append_pair("entityid", dlt.entity.as_deref().unwrap_or_default())
        .append_pair("async", "0")
        .append_pair("senderid", dlt.header.as_deref().unwrap_or_default())
        .finish()
}

/// The provider's id of it.
async fn send_sms(client: &Client, url: &str, sms: &Sms) -> String {
    let form = "application/x-www-form-urlencoded";
    let request = client.post(url).header(header::CONTENT_TYPE, form).body(sms_body(sms));
    let response = request.send().await.unwrap().error_for_status().unwrap();
    let answer = response.bytes().await.unwrap();
    let mut reader = Reader::from_str(std::str::from_utf8(&answer).unwrap());
    let (mut id, mut refused) = (String::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) if tag.name().as_ref() == b"MID" => {
                let transaction = tag.try_get_attribute("TID").unwrap().unwrap();
                id = transaction.unescape_value().unwrap().into_owned();
            }
            Event::Start(tag) => refused |= tag.name().as_ref() == b"ERROR",
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(!refused);
    id
}
