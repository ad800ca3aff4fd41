//! An SMS as a form.

use bytes::Bytes;
use http::Request;

use super::{CAPABILITIES, LABEL, Options};
use crate::{
    error::Result,
    message::{Envelope, Sms},
    providers::twilio::{
        Twilio,
        builder::sender_problem,
        messages::{Content, Draft},
    },
};

pub(super) fn encode(account: &Twilio, envelope: &Envelope<Sms>) -> Result<Request<Bytes>> {
    CAPABILITIES.admit(LABEL, envelope)?;
    envelope.validate_for(LABEL)?;
    let sms = &envelope.message;
    let mut draft = Draft::new::<_, Options>(account, envelope)?;
    let service = draft.service();
    let fallback = draft.parameters.fallback_from.is_some();
    if fallback && sms.from.is_some() {
        let problem = "cannot stand beside a fallback sender";
        draft.wrong("from", problem, "leave one of them out");
    }
    let chosen = draft.parameters.fallback_from.clone();
    if let Some(problem) = chosen.as_deref().and_then(sender_problem) {
        let remedy = "write a number, short code, or up to 11 letters and digits";
        draft.wrong("options.fallback_from", problem, remedy);
    }
    // The account's own would be refused beside a fallback.
    let standing = account.defaults().from.as_ref().filter(|_| !fallback);
    let from = sms.from.as_ref().or(standing).map(crate::message::SenderId::as_str);
    if let Some(problem) = from.and_then(sender_problem) {
        let remedy = "write a number, short code, or up to 11 letters and digits";
        draft.wrong("from", problem, remedy);
    }
    let template = draft.template();
    let mut media = Vec::new();
    if template.is_none() {
        for file in &sms.media {
            if file.caption.is_some() {
                return Err(draft.unsupported("captions of files; write them into the text"));
            }
            media.push(draft.link(file)?);
        }
    }
    let content = Content { body: sms.text.as_str().into(), media, action: None, template };
    draft.request(sms.to.as_str(), from, service.as_deref(), content)
}
