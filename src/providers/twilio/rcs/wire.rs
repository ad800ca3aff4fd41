//! An RCS message as a form.

use bytes::Bytes;
use http::Request;

use super::{CAPABILITIES, LABEL, Options};
use crate::{
    error::Result,
    message::{Envelope, Rcs, RcsContent},
    providers::twilio::{
        Twilio,
        builder::{is_rcs_sender, sender_problem},
        messages::{Content, Draft},
    },
};

pub(super) fn encode(account: &Twilio, envelope: &Envelope<Rcs>) -> Result<Request<Bytes>> {
    CAPABILITIES.admit(LABEL, envelope)?;
    envelope.validate_for(LABEL)?;
    let message = &envelope.message;
    let mut draft = Draft::new::<_, Options>(account, envelope)?;
    let own = message.from.as_deref();
    let own = own.map(|from| from.strip_prefix("rcs:").unwrap_or(from));
    if own.is_some_and(|from| !is_rcs_sender(from)) {
        draft.wrong("from", "is no RCS sender", "write the sender's id from the console");
    }
    let known = own.or_else(|| account.defaults().rcs_from.as_deref());
    let fallback_from = draft.parameters.fallback_from.clone();
    let asked = draft.parameters.fallback;
    let fallback = asked.unwrap_or_else(|| known.is_none() || fallback_from.is_some());
    if fallback && own.is_some() {
        let problem = "cannot stand beside a fallback, which the service chooses senders for";
        draft.wrong("from", problem, "leave it out, or turn the fallback off");
    }
    if let Some(problem) = fallback_from.as_deref().and_then(sender_problem) {
        draft.wrong("options.fallback_from", problem, "write a number of the service");
    }
    if asked == Some(false) && fallback_from.is_some() {
        let problem = "is set while the fallback is off";
        draft.wrong("options.fallback_from", problem, "leave it out");
    }
    let from = known.filter(|_| !fallback).map(|from| format!("rcs:{from}"));
    let service = draft.service().filter(|_| from.is_none() || draft.needs_service());
    if fallback && service.is_none() && (asked.is_some() || fallback_from.is_some()) {
        return Err(
            draft.unsupported("a fallback without a Messaging Service; set `messaging_service`")
        );
    }
    let to = message.to.as_str();
    let to = if fallback { to.to_owned() } else { format!("rcs:{to}") };
    let content = if let Some(template) = draft.template() {
        Content { template: Some(template), ..Content::default() }
    } else {
        match &message.content {
            RcsContent::Media(media) => Content {
                body: media.caption.as_deref().unwrap_or_default().into(),
                media: vec![draft.link(media)?],
                ..Content::default()
            },
            RcsContent::Text { text } => {
                Content { body: text.as_str().into(), ..Content::default() }
            }
        }
    };
    draft.request(&to, from.as_deref(), service.as_deref(), content)
}
