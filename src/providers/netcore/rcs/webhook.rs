//! What became of RCS messages, and of the SMS that took their place.

use crate::{
    providers::netcore::{NAME, hook, steps},
    webhook::{Parsed, Verified, WebhookError},
};

hook::webhook! {
    /// Reads Netcore's RCS events, and those of the SMS that stood in for a message. Netcore signs
    /// nothing, so a [`Guard`](crate::webhook::Guard) proves where they come from. HEAD, an empty
    /// body and an empty array are answered like a call without events.
    ///
    /// - `provider_message_id` is the request's id, as in receipts; the id of the message on its
    ///   channel is `message_id` in `metadata`. Where an event names no request it is the message's
    ///   id.
    /// - `channel` is the one of this event. `last_channel` in `metadata` is the one before it: an
    ///   event with it says that the message went on there, so a [`Failed`](crate::Status::Failed)
    ///   on RCS may be followed by a delivery on SMS, and the RCS copy may still arrive as well.
    /// - A tap on a suggestion is [`Clicked`](crate::Status::Clicked): its label is the `text`, its
    ///   data `postbackData` in `metadata`, its link the `url` where it has one.
    /// - What a person answers has no documented form. An event without one of the five documented
    ///   words that holds a text or a tap, or whose word speaks of a reply, is an
    ///   [`Inbound`](crate::event::EventKind::Inbound) event; its sender is the number, its
    ///   recipient the bot.
    ///
    /// Source: [RCS webhooks](https://emaildocs.netcorecloud.com/docs/rcs-webhooks), [Fallback to
    /// SMS](https://emaildocs.netcorecloud.com/docs/fallback-to-sms-webhooks).
    pub struct Webhook;

    /// Sets how many minutes times are ahead of UTC that name no zone. Unix seconds, which are what
    /// is documented, need none. Default: 330, Indian standard time.
    pub fn utc_offset_minutes;

    read
}

fn read(verified: &Verified<'_>, offset: i32) -> Result<Parsed, WebhookError> {
    steps::parse(NAME, offset, verified)
}
