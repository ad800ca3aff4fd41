//! The members of one event, as they were written.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use super::super::{CALLBACK_DATA, MESSAGE_ID};
use crate::{
    event::Metadata,
    webhook::text::{known, unquoted},
};

/// What else SendGrid says of many events.
const NAMES: [&str; 8] = [
    "bounce_classification",
    "cert_err",
    "marketing_campaign_id",
    "marketing_campaign_name",
    "pool",
    "sg_content_type",
    "sg_template_id",
    "tls",
];

/// A member, if the event has it.
pub(super) type Member<'a> = Option<&'a RawValue>;

/// The members that something is made of by name, and the rest.
macro_rules! members {
    ($($field:ident: $name:pat => $text:expr,)*) => {
        #[derive(Default)]
        pub(super) struct Members<'a> {
            $(pub(super) $field: Member<'a>,)*
            pub(super) rest: Vec<(Cow<'a, str>, &'a RawValue)>,
        }

        impl<'a> Members<'a> {
            /// Of a name that comes twice the last one counts, as everywhere.
            fn set(&mut self, name: Cow<'a, str>, raw: &'a RawValue) {
                match name.as_ref() {
                    $($name => self.$field = Some(raw),)*
                    _ => self.rest.push((name, raw)),
                }
            }

            /// What nobody took, by SendGrid's names, without what is empty.
            pub(super) fn left(self) -> Metadata {
                let mut left = Metadata::new();
                $(if let Some(value) = self.$field.and_then(value) {
                    left.insert($text.into(), value);
                })*
                for (name, raw) in self.rest {
                    if let Some(value) = value(raw) {
                        left.insert(known(name, &NAMES), value);
                    }
                }
                left
            }
        }
    };
}

members! {
    asm_group_id: "asm_group_id" => "asm_group_id",
    attempt: "attempt" => "attempt",
    callback_data: CALLBACK_DATA => CALLBACK_DATA,
    category: "category" => "category",
    email: "email" => "email",
    event: "event" => "event",
    from: "from" => "from",
    ip: "ip" => "ip",
    message_id: MESSAGE_ID => MESSAGE_ID,
    reason: "reason" => "reason",
    response: "response" => "response",
    sg_event_id: "sg_event_id" => "sg_event_id",
    sg_machine_open: "sg_machine_open" => "sg_machine_open",
    sg_message_id: "sg_message_id" => "sg_message_id",
    smtp_id: "smtp-id" => "smtp-id",
    status: "status" => "status",
    timestamp: "timestamp" => "timestamp",
    sort: "type" => "type",
    url: "url" => "url",
    url_offset: "url_offset" => "url_offset",
    useragent: "useragent" => "useragent",
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Members::default();
                while let Some(Name(name)) = map.next_key()? {
                    members.set(name, map.next_value()?);
                }
                Ok(members)
            }
        }

        from.deserialize_map(Object)
    }
}

/// A name, borrowed where nothing in it is escaped.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// A text, or a number as it is written. What is empty or anything else is absent.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let text = match raw.get().bytes().next()? {
        b'"' => unquoted(raw.get())?,
        b'-' | b'0'..=b'9' => Cow::Borrowed(raw.get()),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

/// The text of `member`, which goes from it. What is no text stays.
pub(super) fn take<'a>(member: &mut Member<'a>) -> Option<Cow<'a, str>> {
    let text = text((*member)?)?;
    *member = None;
    Some(text)
}

/// The text of `member`, which stays.
pub(super) fn peek(member: Member<'_>) -> Cow<'_, str> {
    member.and_then(text).unwrap_or_default()
}

/// What `member` says as yes or no, which goes from it.
pub(super) fn take_flag(member: &mut Member<'_>) -> bool {
    let Some(raw) = *member else { return false };
    let flag = match raw.get() {
        "true" | "1" | "\"true\"" | "\"1\"" => true,
        "false" | "0" | "\"false\"" | "\"0\"" => false,
        _ => return false,
    };
    *member = None;
    flag
}

/// A value, unless it is empty. What cannot be read as it is stays as it was written.
pub(super) fn value(raw: &RawValue) -> Option<Value> {
    let raw = raw.get();
    match raw.bytes().next()? {
        b'"' => {
            let text = unquoted(raw).unwrap_or(Cow::Borrowed(raw));
            Some(text).filter(|text| !text.is_empty()).map(|text| text.into_owned().into())
        }
        b'n' => None,
        _ => Some(match serde_json::from_str(raw) {
            // A whole number that only fits a float would come out changed.
            Ok(Value::Number(number)) if number.is_f64() && !raw.contains(['.', 'e', 'E']) => {
                raw.into()
            }
            Ok(value) => value,
            Err(_) => raw.into(),
        }),
    }
}
