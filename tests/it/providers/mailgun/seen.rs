//! What each recipient would see, put together from the requests as Mailgun would.

use dakiya::Channel as _;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::providers::mixed::{Seen, batches, compare, filled};

/// The fields of either form, files as fields.
fn parts(request: &Request<Bytes>) -> Vec<(String, String)> {
    let kind = request.headers()["content-type"].to_str().unwrap();
    let Some((_, boundary)) = kind.split_once("boundary=") else { return fields(request) };
    let boundary = format!("\r\n--{}", boundary.trim_matches('"'));
    let body = format!("\r\n{}", String::from_utf8(request.body().to_vec()).unwrap());
    let parts = body.split(&boundary).skip(1).filter(|part| *part != "--\r\n");
    let part = |part: &str| {
        let (head, value) = part.split_once("\r\n\r\n").unwrap();
        let name = head.split("name=\"").nth(1).unwrap().split('"').next().unwrap();
        (name.to_owned(), value.to_owned())
    };
    parts.map(part).collect()
}

/// A mailbox as it is compared: the name without its quotation marks.
fn read(mailbox: &str) -> (String, String) {
    let Some((name, address)) = mailbox.strip_suffix('>').and_then(|one| one.rsplit_once('<'))
    else {
        return (format!("<{mailbox}>"), mailbox.to_owned());
    };
    let name = name.trim_end();
    let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    let name = name.replace("\\\"", "\"").replace("\\\\", "\\");
    (format!("{name}<{address}>"), address.to_owned())
}

/// Replaces once, whatever the case of `recipient`.
fn replaced(text: &str, address: &str, variables: &Value) -> String {
    let mut text = text.replace("%recipient_email%", address);
    let mut from = 0;
    while let Some(start) = text[from..].to_ascii_lowercase().find("%recipient.") {
        let start = from + start;
        let Some(end) = text[start + 11..].find('%').map(|end| start + 11 + end) else { break };
        let value = match &variables[&text[start + 11..end]] {
            Value::String(value) => value.clone(),
            _ => "nothing".to_owned(),
        };
        text.replace_range(start..=end, &value);
        from = start + value.len();
    }
    text
}

/// What all recipients of a request see, where Mailgun looks `times` into what it put in.
fn seen(request: &Request<Bytes>, times: usize) -> Vec<Seen> {
    let parts = parts(request);
    let all = |name: &str| -> Vec<&str> {
        let named = parts.iter().filter(|(own, _)| own == name);
        named.map(|(_, value)| value.as_str()).collect()
    };
    let people = |name: &str| -> Vec<_> { all(name).into_iter().map(read).collect() };
    let one = |name: &str| all(name).first().copied().unwrap_or_default();
    let shown = |people: &[(String, String)]| {
        people.iter().map(|(shown, _)| shown.clone()).collect::<Vec<_>>().join(" ")
    };
    let headers = |show: &dyn Fn(&str) -> String| {
        let own = parts.iter().filter_map(|(name, value)| Some((name.strip_prefix("h:")?, value)));
        let own = own.filter(|(name, _)| *name != "Reply-To");
        own.map(|(name, value)| format!("{name}: {}", show(value))).collect::<Vec<_>>().join("\n")
    };
    let at = one("o:deliverytime").split(' ').nth(4).map(|time| {
        let hour: i64 = time[..2].parse().unwrap();
        (1_773_504_000 + (hour - 16) * 3600).to_string()
    });
    let mail = |to: String, show: &dyn Fn(&str) -> String| {
        // Its own variables Mailgun replaces in what is written, and perhaps not in what is put in.
        let text = |name| show(&one(name).replace("%unsubscribe_url%", "[link]"));
        let reply = show(one("h:Reply-To"));
        filled([
            ("to", to),
            ("cc", shown(&people("cc"))),
            ("bcc", shown(&people("bcc"))),
            ("reply", if reply.is_empty() { reply } else { read(&reply).0 }),
            ("subject", text("subject")),
            ("text", text("text")),
            ("html", text("html")),
            ("headers", headers(show)),
            ("id", show(one("v:message-id"))),
            ("callback", show(&one("v:callback-data").replace("%unsubscribe_url%", "[link]"))),
            ("at", at.clone().unwrap_or_default()),
            ("files", all("attachment").concat()),
        ])
    };
    let to = people("to");
    if one("recipient-variables").is_empty() {
        return vec![mail(shown(&to), &str::to_owned)];
    }
    assert!(all("cc").is_empty() && all("bcc").is_empty());
    let variables: Value = serde_json::from_str(one("recipient-variables")).unwrap();
    let mut known: Vec<_> = to.iter().map(|(_, address)| address.to_lowercase()).collect();
    known.sort();
    known.dedup();
    assert_eq!(known.len(), to.len(), "Mailgun drops one of two");
    let each = to.iter().map(|(shown, address)| {
        let own = &variables[address];
        assert!(own.is_object(), "every recipient has variables");
        let show = |text: &str| {
            let text = (0..times).fold(text.to_owned(), |text, _| replaced(&text, address, own));
            text.replace("%unsubscribe_url%", "not replaced")
        };
        mail(replaced(shown, address, own), &show)
    });
    each.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_recipient_sees_the_mail_that_was_written_to_it_and_no_other(
        envelopes in batches(),
        whole in prop::bool::weighted(0.9),
        times in 1..3_usize,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let transport = accepting();
        let account = builder(&transport).whole_texts(whole).build().unwrap();
        let all: Vec<_> = envelopes.iter().collect();
        let results = runtime.block_on(account.send_batch(&all));
        let requests = transport.requests();
        let alone = super::account(&accepting());
        let singly: Vec<_> =
            all.iter().map(|envelope| runtime.block_on(alone.send(envelope))).collect();
        let seen: Vec<_> = requests.iter().flat_map(|request| seen(request, times)).collect();
        let mut linked = envelopes.clone();
        for envelope in &mut linked {
            let link = |text: &mut String| *text = text.replace("%unsubscribe_url%", "[link]");
            link(&mut envelope.message.subject);
            envelope.message.text.as_mut().map(link);
            envelope.message.html.as_mut().map(link);
            envelope.delivery.callback_data.as_mut().map(link);
        }
        compare(&linked, &results, &singly, seen)?;
    }
}
