//! One event.

use std::borrow::Cow;

use serde_json::{Value, value::RawValue};

use super::{
    super::NAME,
    meaning::{self, Details},
    members::{Member, Members, peek, take, take_flag, text, value},
};
use crate::{
    event::{Event, EventKind},
    message::Kind,
    time::Timestamp,
    webhook::{Proof, dedup_key},
};

/// Reads an event, without its source. None when it is no object.
pub(super) fn read(raw: &RawValue, proof: Proof) -> Option<Event> {
    let mut members: Members<'_> = serde_json::from_str(raw.get()).ok()?;
    let word = peek(members.event);
    let name = word.trim().to_ascii_lowercase();
    let (sort, status) = (peek(members.sort), peek(members.status));
    let reason = peek(members.reason);
    let meaning = meaning::of(
        &name,
        Details {
            sort: &sort,
            code: &status,
            reason: &reason,
            grouped: members.asm_group_id.is_some_and(|raw| text(raw).is_some()),
        },
    );

    let mut event = Event::new(meaning.kind, NAME, proof);
    event.dedup_key = key(&members, &name, meaning.kind);
    event.channel = Some(Kind::Email);
    event.status = meaning.status;
    event.bounce = meaning.bounce;
    event.suppress = meaning.suppress;
    event.word = owned(take(&mut members.event));
    event.provider_message_id = message_id(&peek(members.sg_message_id)).map(str::to_owned);
    event.recipient = owned(take(&mut members.email));
    event.sender = owned(take(&mut members.from));
    event.url = owned(take(&mut members.url));
    event.machine = take_flag(&mut members.sg_machine_open);
    event.reason = owned(take(&mut members.reason).or_else(|| take(&mut members.response)));
    event.code = event.reason.as_deref().and_then(reply_code).map(str::to_owned);
    event.timestamp = members.timestamp.and_then(|raw| time(&text(raw)?));
    if event.timestamp.is_some() {
        members.timestamp = None;
    }
    if name.starts_with("group_") {
        event.topic = owned(take(&mut members.asm_group_id));
    }
    let message = members.message_id.and_then(text);
    event.callback_data = owned(take(&mut members.callback_data).or(message));
    let tags = take_tags(&mut members.category);
    event.metadata = members.left();
    if let Some(tags) = tags {
        event.metadata.insert("tags".into(), tags);
    }
    Some(event)
}

fn owned(text: Option<Cow<'_, str>>) -> Option<String> {
    text.map(Cow::into_owned)
}

/// What tells the event from others and stays when SendGrid tries again, which `sg_event_id` does
/// not.
fn key(members: &Members<'_>, name: &str, kind: EventKind) -> String {
    let ids = [members.sg_message_id, members.smtp_id];
    let id = written(ids.into_iter().flatten().find(|raw| text(raw).is_some()));
    let mut parts = vec![NAME, id, name];
    parts.extend(
        [
            members.email,
            members.timestamp,
            members.url,
            members.url_offset,
            members.reason,
            members.response,
            members.attempt,
            members.sort,
            members.asm_group_id,
            members.ip,
            members.message_id,
            members.useragent,
        ]
        .map(written),
    );
    // What has no id, or a name that is not known here, is told apart by all that it says.
    if id.is_empty() || matches!(kind, EventKind::Account | EventKind::Other) {
        parts.extend([written(members.callback_data), written(members.status)]);
        for (name, raw) in &members.rest {
            parts.extend([name, raw.get()]);
        }
    }
    dedup_key(&parts)
}

fn written(member: Member<'_>) -> &str {
    member.map_or("", RawValue::get)
}

/// The `X-Message-Id` in an `sg_message_id`, which is followed by the way that the mail took.
fn message_id(full: &str) -> Option<&str> {
    let id = match [".filter", ".recvd"].iter().filter_map(|mark| find(full, mark)).min() {
        Some(end) => full.get(..end)?,
        // Some drops have the way alone.
        None if find(full, "filter") == Some(0) => return None,
        None => full.split('.').next()?,
    };
    Some(id).filter(|id| !id.is_empty())
}

/// Where `mark`, in lower case, begins in `text` of any case.
fn find(text: &str, mark: &str) -> Option<usize> {
    text.as_bytes()
        .windows(mark.len())
        .position(|window| window.eq_ignore_ascii_case(mark.as_bytes()))
}

/// The three digits that begin an answer of a mail server.
fn reply_code(reason: &str) -> Option<&str> {
    let (code, rest) = reason.trim_start().split_at_checked(3)?;
    let is_code = matches!(code.bytes().next()?, b'2'..=b'5')
        && code.bytes().all(|byte| byte.is_ascii_digit())
        && !rest.starts_with(|next: char| next.is_alphanumeric());
    is_code.then_some(code)
}

/// A Unix time in seconds, with or without a fraction, or in milliseconds.
fn time(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let whole: i64 = whole.parse().ok()?;
    if whole > 100_000_000_000 {
        return Timestamp::from_millisecond(whole).ok();
    }
    if fraction.is_empty() {
        return Timestamp::from_second(whole).ok();
    }
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let nanos = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Timestamp::new(whole, nanos).ok()
}

/// The categories as a list, whether there is one or more.
fn take_tags(member: &mut Member<'_>) -> Option<Value> {
    let tags = match value((*member)?)? {
        Value::Array(tags) => Value::Array(tags),
        tag @ (Value::String(_) | Value::Number(_)) => Value::Array(vec![tag]),
        Value::Null | Value::Bool(_) | Value::Object(_) => return None,
    };
    *member = None;
    Some(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_receipts_id_in_every_form_of_the_full_one() {
        for (full, id) in [
            (
                "zQUMPM08HSe8jnPJjoqgA2.recvd-c3885602-kxtq6-1-69B5336A-D4.0",
                "zQUMPM08HSe8jnPJjoqgA2",
            ),
            ("14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0", "14c5d75ce93.dfd.64b469"),
            ("aBc.FilterDrecv-5f9-xv.0", "aBc"),
            ("a.recvd-1.filter2", "a"),
            ("a.filter2.recvd-1", "a"),
            ("aBc-_9.other-way.1", "aBc-_9"),
            ("plain", "plain"),
            ("recvdX.y", "recvdX"),
            ("पत्र.recvd-1", "पत्र"),
        ] {
            assert_eq!(message_id(full), Some(id), "{full}");
        }
        for full in ["", ".", ".filter1", "filter0007p1iad2-2241-69807A10-2.0", "FILTER.recv"] {
            assert_eq!(message_id(full), None, "{full}");
        }
    }

    #[test]
    fn reads_times_in_every_form_and_else_none() {
        for text in ["1770019200", " 1770019200 ", "1770019200.0", "1770019200000"] {
            assert_eq!(time(text), Timestamp::from_second(1_770_019_200).ok(), "{text}");
        }
        for text in ["1770019200.5", "1770019200500", "1770019200.5000000001"] {
            assert_eq!(time(text), Timestamp::from_millisecond(1_770_019_200_500).ok(), "{text}");
        }
        for text in ["", "soon", "1e9", "1.x", "99999999999999999999", "9223372036854775807"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn finds_the_code_that_begins_an_answer() {
        for (reason, code) in [
            ("550 5.1.1 no such user", "550"),
            ("550-5.1.1 no such user", "550"),
            (" 421", "421"),
            ("250", "250"),
            ("452:full", "452"),
        ] {
            assert_eq!(reply_code(reason), Some(code), "{reason}");
        }
        for reason in ["", "55", "5501 x", "550x", "650 x", "पत्र", "no 550", "5é0"] {
            assert_eq!(reply_code(reason), None, "{reason}");
        }
    }
}
