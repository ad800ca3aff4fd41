//! What became of each message: pure folds over events.
//!
//! Events come late, twice, and in any order. [`MessageState`] folds them so that none of that
//! matters: whatever the order and however often each comes, the state in the end is the same.
//! A store keeps one state for each message and person, as JSON, and applies each event to it.
//!
//! [`StatusTracker`] finds the state that an event is about. It works in memory, for one process,
//! and is the reference for what a store does: events are matched by the provider's id and the
//! person, or by the reference that the host handed over, and wait where they come before the
//! send was recorded.
//!
//! ```
//! use dakiya::{Event, Status, tracking::{Applied, MessageState}, webhook::Proof};
//!
//! let event = |status| Event::of_status(status, "twilio", Proof::Signature);
//! let mut state = MessageState::new();
//! assert_eq!(state.apply(&event(Status::Delivered)), Applied::Advanced);
//! assert_eq!(state.apply(&event(Status::Sent)), Applied::Noted);
//! assert_eq!(state.apply(&event(Status::Sent)), Applied::Unchanged);
//! assert_eq!(state.status(), Some(Status::Delivered));
//! ```

pub use self::{
    fact::{Cause, Fact, rank},
    state::{Applied, MessageState},
    tracker::{Capacity, Sent, StatusTracker, Update},
};

mod call;
mod fact;
mod parked;
mod state;
mod tracker;
