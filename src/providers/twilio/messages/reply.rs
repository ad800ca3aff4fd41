//! TwiML that answers a message with another.

use crate::{providers::twilio::voice::escape, webhook::Reply};

/// Answers the webhook of a message with `text`, which goes back by the channel it came by, at most
/// 1600 characters. Hand it to Twilio in place of [`Parsed::reply`](crate::webhook::Parsed::reply),
/// within 15 s. Characters that XML cannot hold, such as NUL, are left out.
///
/// ```
/// use dakiya::twilio::sms::reply;
///
/// let answer = reply("Rs 40 & more");
/// assert_eq!(
///     answer.body,
///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
///      <Response><Message>Rs 40 &amp; more</Message></Response>"
/// );
/// assert_eq!(answer.headers["content-type"], "text/xml");
/// ```
///
/// Source: [TwiML for messages](https://www.twilio.com/docs/messaging/twiml).
#[must_use]
pub fn reply(text: impl AsRef<str>) -> Reply {
    let mut xml = String::from("<Message>");
    escape(&mut xml, text.as_ref());
    xml.push_str("</Message>");
    response(&xml)
}

/// The same with files, by links that anybody can fetch: at most 10 by MMS, one by WhatsApp. An
/// empty text is none.
///
/// ```
/// use dakiya::twilio::sms::reply_with_media;
///
/// let answer = reply_with_media("Your bill", ["https://erp.example.net/bill.pdf?a=1&b=2"]);
/// assert_eq!(
///     answer.body,
///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Message><Body>Your bill</Body>\
///      <Media>https://erp.example.net/bill.pdf?a=1&amp;b=2</Media></Message></Response>"
/// );
/// ```
#[must_use]
pub fn reply_with_media<L: AsRef<str>>(
    text: impl AsRef<str>,
    links: impl IntoIterator<Item = L>,
) -> Reply {
    let mut xml = String::from("<Message>");
    let mut element = |name: &str, text: &str| {
        xml.extend(["<", name, ">"]);
        escape(&mut xml, text);
        xml.extend(["</", name, ">"]);
    };
    if !text.as_ref().is_empty() {
        element("Body", text.as_ref());
    }
    for link in links {
        element("Media", link.as_ref());
    }
    xml.push_str("</Message>");
    response(&xml)
}

fn response(message: &str) -> Reply {
    let parts = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>", message, "</Response>"];
    Reply::ok().with_body("text/xml", parts.concat())
}
