//! Twilio.

mod events;
mod refusals;
mod replies;
mod signature;
mod vectors;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::{
    ErrorKind, Event, Kind, PhoneNumber, Purpose, Recipient,
    compliance::suppression::{Query, SuppressionList},
    event::{AnsweredBy, Inbound, InboundSource},
    twilio::{Webhook, rcs, sms, voice, whatsapp},
    webhook::{Enforcement, Proof, Receiver, Request, WebhookErrorKind},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderValue, Method};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::{URL, fixture, holds, now, walk};

pub(crate) const TOKEN: &str = "5d1f0c8be23a49779c64aa01e7d2b3f4";
const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) fn receiver() -> Webhook {
    Webhook::new(TOKEN).unwrap().callback_parameter("ref")
}

/// Signs as Twilio does; a body that is no form gets its digest into the URL.
pub(crate) fn sign(request: Request) -> Request {
    sign_with(TOKEN, request)
}

fn sign_with(token: &str, mut request: Request) -> Request {
    let form = request.header("content-type").is_some_and(|kind| kind.starts_with(FORM));
    let mut pairs: Vec<(String, String)> = Vec::new();
    if request.method != Method::GET {
        if form {
            pairs = url::form_urlencoded::parse(&request.body).into_owned().collect();
        } else {
            let joint = if request.url.contains('?') { '&' } else { '?' };
            let digest = hex::encode(Sha256::digest(&request.body));
            request.url = format!("{}{joint}bodySHA256={digest}", request.url);
        }
    }
    let signature = signature(token, &request.url, &pairs);
    request.headers.insert("x-twilio-signature", HeaderValue::from_str(&signature).unwrap());
    request
}

fn signature(token: &str, url: &str, pairs: &[(String, String)]) -> String {
    let sorted: std::collections::BTreeSet<_> = pairs.iter().collect();
    let text = sorted.into_iter().fold(url.to_owned(), |text, (name, value)| text + name + value);
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn typed(mut request: Request, kind: &'static str) -> Request {
    request.headers.insert("content-type", HeaderValue::from_static(kind));
    request
}

fn form(url: &str, body: &str) -> Request {
    typed(Request::post(url, body.to_owned()), FORM)
}

fn signed(mut request: Request, signature: &str) -> Request {
    request.headers.insert("x-twilio-signature", HeaderValue::from_str(signature).unwrap());
    request
}

fn refusal(request: &Request) -> (WebhookErrorKind, String) {
    let error = receiver().receive(request, now()).unwrap_err();
    (error.kind(), error.to_string())
}

#[test]
fn every_fixture_comes_out_as_it_stands_beside_it() {
    assert_eq!(walk("twilio", &receiver(), Proof::Signature, sign), 127);
}
