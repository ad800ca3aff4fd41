//! Events that came before their message was recorded.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::Duration,
};

use bytes::Bytes;

use super::tracker::Handle;
use crate::{event::Event, time::Timestamp};

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
        if handles.is_empty() || most == 0 || self.by_key.contains_key(key) {
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
        let mut event = event.clone();
        // A slice of a body keeps all of the body.
        event.source = Bytes::new();
        (event.text, event.url, event.profile, event.inbound) = (None, None, None, None);
        event.metadata.clear();
        event.media.clear();
        self.events.insert(number, (now, event));
        while self.events.len() > most {
            self.drop_oldest();
        }
    }

    /// The events that can be matched by one of these, in the order in which they came.
    pub(super) fn waiting(&self, handles: &[Handle]) -> Vec<(u64, Event)> {
        let numbers: BTreeSet<u64> = handles
            .iter()
            .filter_map(|handle| self.by_handle.get(handle))
            .flatten()
            .copied()
            .collect();
        let event =
            |number: u64| self.events.get(&number).map(|(_, event)| (number, event.clone()));
        numbers.into_iter().filter_map(event).collect()
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
