//! WhatsApp's Cloud API beside `reqwest` by hand.

use dakiya::{
    Channel as _, Envelope, PhoneNumber, WhatsApp, WhatsAppContent, http::SharedTransport,
    meta::Meta,
};
use reqwest::{Client, header};
use serde::{Deserialize, Serialize};

use super::{
    ORDER,
    by_hand::{PEER, asked, client},
    id,
};
use crate::measure::{Load, Table, pair};

const TOKEN: &str = "EAAG0123456789abcdef0123456789abcdef";
const NUMBER: &str = "305511778840026";

pub(crate) async fn text(table: &mut Table, port: u16, load: Load) {
    let base = format!("http://127.0.0.1:{port}");
    let account = |transport: Option<SharedTransport>| {
        let builder = Meta::builder(TOKEN, NUMBER).version("v25.0").endpoint(&*base);
        let builder = transport.into_iter().fold(builder, dakiya::meta::MetaBuilder::transport);
        builder.build().unwrap()
    };
    let to = PhoneNumber::parse("+919845000012").unwrap();
    let envelope = Envelope::new(id(), WhatsApp::to(to).text(ORDER));
    let (client, url) = (client(), format!("{base}/v25.0/{NUMBER}/messages"));

    let answer = r#"{"messages":[{"id":"wamid.1"}]}"#;
    let asked = asked(&envelope, answer, |transport| account(Some(transport))).await;
    assert_eq!(asked.uri(), &*url);
    assert!(*asked.body() == body(&envelope), "other work");

    let ours = account(None);
    let ours = async || {
        let receipt = ours.send(&envelope).await.unwrap();
        assert!(receipt.provider_message_id.is_some());
    };
    let peer = async || assert!(!send(&client, &url, &envelope).await.is_empty());
    table.costs("meta whatsapp", PEER, pair(load, ours, peer).await);
}

#[derive(Serialize)]
struct Message<'a> {
    biz_opaque_callback_data: String,
    messaging_product: &'a str,
    recipient_type: &'a str,
    text: Text<'a>,
    to: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
}

#[derive(Serialize)]
struct Text<'a> {
    body: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    messages: Vec<Accepted>,
}

#[derive(Deserialize)]
struct Accepted {
    id: String,
}

fn body(envelope: &Envelope<WhatsApp>) -> Vec<u8> {
    let WhatsAppContent::Text { text } = &envelope.message.content else {
        unreachable!("the bench sends texts alone")
    };
    let body = Message {
        biz_opaque_callback_data: envelope.id.to_string(),
        messaging_product: "whatsapp",
        recipient_type: "individual",
        text: Text { body: text },
        to: envelope.message.to.as_str(),
        kind: "text",
    };
    serde_json::to_vec(&body).unwrap()
}

/// The provider's id of it.
async fn send(client: &Client, url: &str, envelope: &Envelope<WhatsApp>) -> String {
    let request = client
        .post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .bearer_auth(TOKEN)
        .body(body(envelope));
    let response = request.send().await.unwrap().error_for_status().unwrap();
    let mut answer: Answer = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    answer.messages.remove(0).id
}
