//! Twilio.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dakiya::twilio;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

use super::{SECRET, URL, compare, mac, request};
use crate::measure::{Load, Table};

pub(super) async fn status(table: &mut Table, load: Load) {
    #[allow(dead_code, reason = "a host would read them")]
    struct Status {
        message_sid: String,
        message_status: String,
        to: String,
        from: String,
        error_code: Option<String>,
        error_message: Option<String>,
        account_sid: String,
        api_version: String,
    }

    let body = "SmsSid=SM1bced67d9fec68ace0ef83b3f4ef8336&SmsStatus=delivered&\
                MessageStatus=delivered&To=%2B919845000012&\
                MessageSid=SM1bced67d9fec68ace0ef83b3f4ef8336&\
                AccountSid=AC47be4cea47180c6b5827707b796b0d22&From=%2B15005550006&\
                ApiVersion=2010-04-01";
    let mut pairs: Vec<(String, String)> =
        url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    pairs.sort();
    let mut text = URL.to_owned();
    text.extend(pairs.iter().flat_map(|(name, value)| [name.as_str(), value]));
    let signature = STANDARD.encode(mac::<Hmac<Sha1>>(text.as_bytes()).finalize().into_bytes());
    let request = request(
        body.into(),
        "application/x-www-form-urlencoded",
        &[("x-twilio-signature", &signature)],
    );
    let webhook = twilio::Webhook::new(SECRET).unwrap();
    let peer = || {
        let mut pairs: Vec<_> = url::form_urlencoded::parse(&request.body).collect();
        pairs.sort();
        let mut mac = mac::<Hmac<Sha1>>(request.url.as_bytes());
        for (name, value) in &pairs {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
        let sent = STANDARD.decode(request.header("x-twilio-signature").unwrap()).unwrap();
        mac.verify_slice(&sent).unwrap();
        let of = |wanted: &str| {
            let found = pairs.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.clone().into_owned())
        };
        Status {
            message_sid: of("MessageSid").unwrap(),
            message_status: of("MessageStatus").unwrap(),
            to: of("To").unwrap(),
            from: of("From").unwrap(),
            error_code: of("ErrorCode"),
            error_message: of("ErrorMessage"),
            account_sid: of("AccountSid").unwrap(),
            api_version: of("ApiVersion").unwrap(),
        }
    };
    compare(table, load, "twilio status", &webhook, &request, 1, peer).await;
}
