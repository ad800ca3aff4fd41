//! Twilio beside `reqwest` by hand.

use dakiya::{Channel as _, PhoneNumber, Sms, http::SharedTransport, twilio::Twilio};
use reqwest::{Client, header};
use serde::Deserialize;

use super::{
    by_hand::{PEER, asked, client},
    plain_text_message,
};
use crate::measure::{Load, Table, pair};

const SID: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const FROM: &str = "+14155550100";

pub(crate) async fn sms(table: &mut Table, port: u16, load: Load) {
    let base = format!("http://127.0.0.1:{port}");
    let account = |transport: Option<SharedTransport>| {
        let builder =
            Twilio::builder(SID, TOKEN).from(PhoneNumber::parse(FROM).unwrap()).endpoint(&*base);
        let builder = transport.into_iter().fold(builder, dakiya::twilio::TwilioBuilder::transport);
        builder.build().unwrap()
    };
    let envelope = plain_text_message();
    let (client, url) = (client(), format!("{base}/2010-04-01/Accounts/{SID}/Messages.json"));

    let asked = asked(&envelope, r#"{"sid":"SM1"}"#, |transport| account(Some(transport))).await;
    assert_eq!(asked.uri(), &*url);
    assert!(*asked.body() == body(&envelope.message).replace('+', "%20"), "other work");

    let ours = account(None);
    let ours = async || {
        let receipt = ours.send(&envelope).await.unwrap();
        assert!(receipt.provider_message_id.is_some() && receipt.segments == Some(1));
    };
    let peer = async || {
        let answer = send(&client, &url, &envelope.message).await;
        assert!(!answer.sid.is_empty() && answer.num_segments.parse() == Ok(1_u32));
    };
    table.costs("twilio sms", PEER, pair(load, ours, peer).await);
}

#[derive(Deserialize)]
struct Answer {
    sid: String,
    status: String,
    num_segments: String,
    price: Option<String>,
}

fn body(sms: &Sms) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("To", sms.to.as_str())
        .append_pair("From", FROM)
        .append_pair("Body", &sms.text)
        .finish()
}

async fn send(client: &Client, url: &str, sms: &Sms) -> Answer {
    let form = "application/x-www-form-urlencoded";
    let request = client
        .post(url)
        .basic_auth(SID, Some(TOKEN))
        .header(header::CONTENT_TYPE, form)
        .body(body(sms));
    let response = request.send().await.unwrap().error_for_status().unwrap();
    let answer: Answer = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
    assert!(answer.status == "queued" && answer.price.is_none());
    answer
}
