//! TwiML that answers a message with another.

use super::wire::too_much;
use crate::{
    error::{Error, Result},
    providers::twilio::{NAME, voice::escape},
    webhook::Reply,
};

/// Answers the webhook of a message with `text`, which goes back by the channel it came by. Hand it
/// to Twilio in place of [`Parsed::reply`](crate::webhook::Parsed::reply), within 15 s. Characters
/// that XML cannot hold, such as NUL, are left out. An empty text is no message: the person gets
/// none.
///
/// ```
/// use dakiya::twilio::sms::reply;
///
/// let answer = reply("Rs 40 & more")?;
/// assert_eq!(
///     answer.body,
///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
///      <Response><Message>Rs 40 &amp; more</Message></Response>"
/// );
/// assert_eq!(answer.headers["content-type"], "text/xml");
/// assert!(reply("x".repeat(1601)).is_err());
/// # Ok::<(), dakiya::Error>(())
/// ```
///
/// # Errors
///
/// [`InvalidMessage`](crate::ErrorKind::InvalidMessage) for more than 1600 characters, which Twilio
/// would not send.
///
/// Source: [TwiML for messages](https://www.twilio.com/docs/messaging/twiml).
pub fn reply(text: impl AsRef<str>) -> Result<Reply> {
    let text = text.as_ref();
    check(text, 0)?;
    let mut xml = String::new();
    escape(&mut xml, text);
    Ok(response(&xml))
}

/// The same with files, by links that anybody can fetch: at most 10 by MMS, one by WhatsApp. An
/// empty text is none.
///
/// ```
/// use dakiya::twilio::sms::reply_with_media;
///
/// let answer = reply_with_media("Your bill", ["https://erp.example.net/bill.pdf?a=1&b=2"])?;
/// assert_eq!(
///     answer.body,
///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Message><Body>Your bill</Body>\
///      <Media>https://erp.example.net/bill.pdf?a=1&amp;b=2</Media></Message></Response>"
/// );
/// # Ok::<(), dakiya::Error>(())
/// ```
///
/// # Errors
///
/// As [`reply`], and for more than 10 files.
pub fn reply_with_media<L: AsRef<str>>(
    text: impl AsRef<str>,
    links: impl IntoIterator<Item = L>,
) -> Result<Reply> {
    let (text, links): (_, Vec<L>) = (text.as_ref(), links.into_iter().collect());
    check(text, links.len())?;
    let mut xml = String::new();
    let mut element = |name: &str, text: &str| {
        if !text.is_empty() {
            xml.extend(["<", name, ">"]);
            escape(&mut xml, text);
            xml.extend(["</", name, ">"]);
        }
    };
    element("Body", text);
    for link in &links {
        element("Media", link.as_ref());
    }
    Ok(response(&xml))
}

fn check(text: &str, files: usize) -> Result<()> {
    let faults: Vec<_> = too_much(text, files).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::invalid(faults).with_provider(NAME)) }
}

/// The response with one message, or with none where it would be empty, which Twilio refuses.
fn response(content: &str) -> Reply {
    let message = match content {
        "" => String::new(),
        content => ["<Message>", content, "</Message>"].concat(),
    };
    let parts = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>", &message, "</Response>"];
    Reply::ok().with_body("text/xml", parts.concat())
}
