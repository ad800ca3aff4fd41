//! What a person changed of what they want to be sent.

use std::{borrow::Cow, collections::HashSet};

use super::fields::Fields;
use crate::event::{Scope, Status};

/// SES has 20 topics at most.
const TOPICS: usize = 64;

/// What a person turned on or off.
#[derive(Clone)]
pub(super) struct Turn<'a> {
    pub(super) status: Status,
    pub(super) suppress: Option<Scope>,
    pub(super) topic: Option<Cow<'a, str>>,
}

struct Preferences<'a> {
    nothing: bool,
    topics: Vec<(Cow<'a, str>, Choice)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Choice {
    In,
    Out,
}

/// What changed from `oldTopicPreferences` to `newTopicPreferences`: everything was turned off, or
/// some topics were, or some or all came back. Without a change, nothing.
pub(super) fn turns<'a>(fields: &Fields<'a>) -> Vec<Turn<'a>> {
    let read = |name: &str| Preferences::read(fields.peek_object(name).unwrap_or_default());
    let (old, new) = (read("oldTopicPreferences"), read("newTopicPreferences"));
    if new.nothing {
        return vec![Turn {
            status: Status::Unsubscribed,
            suppress: Some(Scope::Marketing),
            topic: None,
        }];
    }
    let mut turns = Vec::new();
    if old.nothing {
        turns.push(Turn { status: Status::Resubscribed, suppress: None, topic: None });
    }
    let before: HashSet<_> = old.topics.iter().map(|(name, choice)| (&**name, *choice)).collect();
    let changed = new.topics.iter().filter(|(name, choice)| !before.contains(&(&**name, *choice)));
    let (out, back): (Vec<_>, Vec<_>) = changed.partition(|(_, choice)| *choice == Choice::Out);
    // Who leaves one topic and joins another has unsubscribed, and who came back to all came back
    // to these too.
    let (names, status, suppress) = if out.is_empty() && turns.is_empty() {
        (back, Status::Resubscribed, None)
    } else {
        (out, Status::Unsubscribed, Some(Scope::Topic))
    };
    let turn = |name: &Cow<'a, str>| Turn { status, suppress, topic: Some(name.clone()) };
    turns.extend(names.into_iter().take(TOPICS).map(|(name, _)| turn(name)));
    turns
}

impl<'a> Preferences<'a> {
    fn read(mut fields: Fields<'a>) -> Self {
        let nothing = fields.take("unsubscribeAll").is_some_and(|all| all.get() == "true");
        let mut list = fields.list("topicSubscriptionStatus");
        list.extend(fields.list("topicDefaultSubscriptionStatus"));
        let topics = list.into_iter().filter_map(|raw| {
            let mut topic = Fields::read(raw.get())?;
            let choice = match &*topic.text("subscriptionStatus")? {
                "OptIn" => Choice::In,
                "OptOut" => Choice::Out,
                _ => return None,
            };
            Some((topic.text("topicName")?, choice))
        });
        Self { nothing, topics: topics.collect() }
    }
}
