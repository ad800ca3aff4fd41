//! Events that came before their message was recorded.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use super::{fact::beginning, tracker::Handle};
use crate::{event::Event, time::Timestamp};

/// How many bytes an id, an address or a key may have. No provider has longer ones; an event with
/// one does not wait, so that the number of those that wait bounds what they hold.
const LONGEST: usize = 4096;

/// Events that wait, in the order in which they came.
#[derive(Default)]
pub(super) struct Parked {
    events: BTreeMap<u64, (Timestamp, Event)>,
    by_handle: HashMap<Handle, BTreeSet<u64>>,
    by_key: HashMap<String, u64>,
    next: u64,
}

impl Parked {
    /// Keeps an event that can be matched, without what a state has no use for. One that is here
    /// already is not kept twice. The oldest go where there are more than `most`.
    pub(super) fn put(&mut self, event: &Event, now: Timestamp, most: usize) {
        let handles: Vec<_> = Handle::all(event).collect();
        let key = &event.dedup_key;
        let texts = [&event.provider_message_id, &event.callback_data, &event.recipient];
        let long = texts.into_iter().flatten().chain([key]).any(|text| text.len() > LONGEST);
        if handles.is_empty() || most == 0 || long || self.by_key.contains_key(key) {
            return;
        }
        let number = self.next;
        self.next += 1;
        if !key.is_empty() {
            self.by_key.insert(key.clone(), number);
        }
        for handle in handles {
            self.by_handle.entry(handle).or_default().insert(number);
        }
        self.events.insert(number, (now, trimmed(event)));
        while self.events.len() > most {
            self.drop_oldest();
        }
    }

    /// The events that can be matched by one of these, in the order in which they came.
    pub(super) fn waiting(&self, handles: &[Handle]) -> BTreeSet<u64> {
        handles.iter().filter_map(|handle| self.by_handle.get(handle)).flatten().copied().collect()
    }

    pub(super) fn get(&self, number: u64) -> Option<&Event> {
        self.events.get(&number).map(|(_, event)| event)
    }

    pub(super) fn remove(&mut self, number: u64) {
        let Some((_, event)) = self.events.remove(&number) else { return };
        self.by_key.remove(&event.dedup_key);
        for handle in Handle::all(&event) {
            if let Some(numbers) = self.by_handle.get_mut(&handle) {
                numbers.remove(&number);
                if numbers.is_empty() {
                    self.by_handle.remove(&handle);
                }
            }
        }
    }

    pub(super) fn expire(&mut self, now: Timestamp, wait: Duration) {
        while let Some((at, _)) = self.events.values().next() {
            if Duration::try_from(now.duration_since(*at)).unwrap_or_default() <= wait {
                break;
            }
            self.drop_oldest();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    fn drop_oldest(&mut self) {
        if let Some(number) = self.events.keys().next().copied() {
            self.remove(number);
        }
    }
}

/// What a state, and finding it, has a use for.
fn trimmed(event: &Event) -> Event {
    let Event { status, channel, timestamp, cost, bounce, machine, .. } = *event;
    let mut kept = Event::new(event.kind, event.provider.clone(), event.proof);
    (kept.status, kept.channel, kept.timestamp, kept.cost) = (status, channel, timestamp, cost);
    (kept.bounce, kept.machine) = (bounce, machine);
    kept.provider_message_id.clone_from(&event.provider_message_id);
    kept.callback_data.clone_from(&event.callback_data);
    kept.recipient.clone_from(&event.recipient);
    kept.dedup_key.clone_from(&event.dedup_key);
    kept.word = beginning(event.word.as_deref());
    kept.code = beginning(event.code.as_deref());
    kept.reason = beginning(event.reason.as_deref());
    kept.call.clone_from(&event.call);
    kept
}
