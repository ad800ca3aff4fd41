//! Who came back.

use std::collections::{HashMap, VecDeque};

use super::{Suppression, list::other_sender};
use crate::{
    event::{Event, party::Party},
    message::Kind,
    time::Timestamp,
};

/// How many addresses are remembered; the one that came back first goes.
const ADDRESSES: usize = 10_000;
/// How much is remembered of one address.
const EACH: usize = 16;

/// Who came back, and when: an opt-out from before that arrives late, or again, undoes nothing.
#[derive(Default)]
pub(super) struct Returns {
    by_address: HashMap<Party, Vec<Return>>,
    order: VecDeque<Party>,
}

struct Return {
    kind: Option<Kind>,
    /// The sender of ours that they came back to; all when absent.
    sender: Option<String>,
    at: Option<Timestamp>,
    /// The keys of the events whose opt-outs it took back.
    undone: VecDeque<String>,
}

impl Returns {
    /// Notes that the person `key` came back by `event`, which took back what the events of the
    /// keys `undone` said.
    pub(super) fn note(&mut self, key: &Party, event: &Event, undone: Vec<String>) {
        let (kind, at) = (event.channel, event.timestamp);
        if at.is_none() && undone.is_empty() {
            return;
        }
        if !self.by_address.contains_key(key) {
            self.order.push_back(key.clone());
            if self.order.len() > ADDRESSES
                && let Some(first) = self.order.pop_front()
            {
                self.by_address.remove(&first);
            }
        }
        let own = self.by_address.entry(key.clone()).or_default();
        let known = own.iter().position(|known| known.kind == kind && known.sender == event.sender);
        let mut new = match known {
            Some(index) => own.remove(index),
            None => Return { kind, sender: event.sender.clone(), at, undone: VecDeque::new() },
        };
        new.at = new.at.max(at);
        new.undone.extend(undone);
        new.undone.drain(..new.undone.len().saturating_sub(EACH));
        own.push(new);
        own.drain(..own.len().saturating_sub(EACH));
    }

    /// Whether the person came back after the opt-out `suppression`, which the event of the key
    /// `event` told.
    pub(super) fn undo(&self, key: &Party, suppression: &Suppression, event: &str) -> bool {
        let own = self.by_address.get(key).map_or(&[][..], Vec::as_slice);
        own.iter().any(|back| {
            let same = back.kind == suppression.kind
                && !other_sender(back.kind, back.sender.as_deref(), suppression.sender.as_deref());
            let before = suppression.since.zip(back.at).is_some_and(|(out, back)| out < back);
            same && (before || back.undone.iter().any(|undone| undone == event))
        })
    }
}
