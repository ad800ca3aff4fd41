//! What people write, and what the business writes in the phone app.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    NAME, Origin, Read, content, failure,
    json::{Raw, Rest, keep, members},
};
use crate::{
    event::{Event, EventKind, Profile},
    webhook::dedup_key,
};

members!(
    /// A message, or the one inside an edit.
    Message {
        id,
        timestamp,
        kind = "type",
        from,
        from_user_id,
        from_parent_user_id,
        to,
        to_user_id,
        to_parent_user_id,
        group_id,
        context,
        referral,
        errors,
        identity,
        audio,
        button,
        contacts,
        document,
        edit,
        image,
        interactive,
        location,
        order,
        reaction,
        revoke,
        sticker,
        system,
        text,
        unsupported,
        video
    }
);
members!(Context { id, from, from_user_id, forwarded, frequently_forwarded, referred_product });

/// Reads one of `messages`.
///
/// Source: [Messages](https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages).
pub(super) fn inbound(origin: &Origin<'_>, people: &mut People<'_>, raw: Raw<'_>) -> Read {
    let fields = read(raw)?;
    let mut event = origin.event(EventKind::Inbound);
    event.word = fields.kind.owned();
    let (number, user) = (fields.from.text(), fields.from_user_id.text());
    let parent = fields.from_parent_user_id.text();
    event.profile = people.profile(number.as_deref(), user.as_deref(), parent.as_deref());
    if let Some(hash) = people.identity(number.as_deref(), user.as_deref()) {
        event.metadata.insert("identity_key_hash".into(), hash.into());
    }
    event.recipient = origin.number.as_deref().map(str::to_owned);
    event.sender = number.or(user).map(Into::into);
    fill(&mut event, origin, &fields, raw, "message");
    Ok(event)
}

/// Reads one of `message_echoes`: what the business wrote in the phone app.
///
/// Source: [`smb_message_echoes`](https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/smb_message_echoes).
pub(super) fn echo(origin: &Origin<'_>, people: &mut People<'_>, raw: Raw<'_>) -> Read {
    let fields = read(raw)?;
    let mut event = origin.event(EventKind::Other);
    event.word = Some("echo".to_owned());
    keep(&mut event.metadata, "type", fields.kind);
    let (number, user) = (fields.to.text(), fields.to_user_id.text());
    let parent = fields.to_parent_user_id.text();
    event.profile = people.profile(number.as_deref(), user.as_deref(), parent.as_deref());
    event.sender = fields.from.owned().or_else(|| origin.number.as_deref().map(str::to_owned));
    event.recipient = number.or(user).map(Into::into);
    fill(&mut event, origin, &fields, raw, "echo");
    Ok(event)
}

fn read(raw: Raw<'_>) -> Result<Message<'_>, &'static str> {
    let fields: Message<'_> = raw.members();
    if fields.is_object { Ok(fields) } else { Err("the message is no object") }
}

/// What messages of both directions have.
fn fill(event: &mut Event, origin: &Origin<'_>, fields: &Message<'_>, raw: Raw<'_>, sort: &str) {
    let id = fields.id.text();
    let kind = fields.kind.text().unwrap_or_default();
    // Without an id, all it says tells it from others.
    let name = id.as_deref().unwrap_or_else(|| raw.get());
    event.dedup_key = dedup_key(&[NAME, sort, name, &kind]);
    event.provider_message_id = id.map(Into::into);
    event.timestamp = fields.timestamp.time().or_else(|| origin.time.time());
    let mut content = content::read(&kind, fields);
    event.metadata.append(&mut content.metadata);
    event.text = content.text;
    event.media = content.media;
    event.inbound = Some(Box::new(content.inbound));
    failure(event, fields.errors);
    context(event, fields.context);
    for (name, raw) in [("group_id", fields.group_id), ("referral", fields.referral)] {
        keep(&mut event.metadata, name, raw);
    }
    if content.unknown && !kind.is_empty() {
        // Its object has the type's name.
        let own = Rest::read(raw).peek(&kind);
        keep(&mut event.metadata, kind.into_owned(), own);
    }
}

fn context(event: &mut Event, raw: Raw<'_>) {
    if !raw.is_some() {
        return;
    }
    let context: Context<'_> = raw.members();
    event.reply_to = context.id.owned();
    let metadata = &mut event.metadata;
    for (name, flag) in
        [("forwarded", context.forwarded), ("frequently_forwarded", context.frequently_forwarded)]
    {
        if flag.is_true() {
            metadata.insert(name.into(), true.into());
        }
    }
    for (name, raw) in [
        // Who wrote what is quoted: in a group, or where a product is asked for.
        ("context_from", context.from),
        ("context_from_user_id", context.from_user_id),
        ("referred_product", context.referred_product),
    ] {
        keep(metadata, name, raw);
    }
}

members!(Person { profile, wa_id, user_id, parent_user_id, identity_key_hash });
members!(Names { name, username });

/// Where each id stands in the list.
type Places<'a> = BTreeMap<Cow<'a, str>, usize>;

/// The people of a change, by number and by id. Read when the first one is asked for.
pub(super) struct People<'a> {
    raw: Raw<'a>,
    read: Option<(Vec<Person<'a>>, Places<'a>)>,
}

impl<'a> People<'a> {
    pub(super) fn new(raw: Raw<'a>) -> Self {
        Self { raw, read: None }
    }

    fn find(&mut self, number: Option<&str>, user: Option<&str>) -> Option<&Person<'a>> {
        if !self.raw.is_some() {
            return None;
        }
        let (all, index) = self.read.get_or_insert_with(|| {
            let all: Vec<Person<'a>> = self.raw.list().into_iter().map(Raw::members).collect();
            let mut index = Places::new();
            for (place, person) in all.iter().enumerate() {
                for id in [person.wa_id, person.user_id].into_iter().filter_map(Raw::text) {
                    index.entry(id).or_insert(place);
                }
            }
            (all, index)
        });
        let place = [number, user].into_iter().flatten().find_map(|id| index.get(id))?;
        all.get(*place)
    }

    /// What is known of the person: by the message itself, else by the list beside it.
    pub(super) fn profile(
        &mut self,
        number: Option<&str>,
        user: Option<&str>,
        parent: Option<&str>,
    ) -> Option<Box<Profile>> {
        let mut profile = Profile {
            user_id: user.map(str::to_owned),
            parent_user_id: parent.map(str::to_owned),
            ..Profile::default()
        };
        if let Some(person) = self.find(number, user) {
            let names: Names<'_> = person.profile.members();
            profile.name = names.name.owned();
            profile.username = names.username.owned();
            profile.user_id = profile.user_id.or_else(|| person.user_id.owned());
            profile.parent_user_id =
                profile.parent_user_id.or_else(|| person.parent_user_id.owned());
        }
        (profile != Profile::default()).then(|| Box::new(profile))
    }

    /// The hash of the person's identity, where the check of identities is on.
    fn identity(&mut self, number: Option<&str>, user: Option<&str>) -> Option<String> {
        self.find(number, user)?.identity_key_hash.owned()
    }
}
