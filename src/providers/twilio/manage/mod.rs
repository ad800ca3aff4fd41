//! What an account holds beside what it sends: messages and calls that went out, recordings,
//! content templates, itself.
//!
//! Each call ends after 30 s, and its errors name `twilio`.
//!
//! ```no_run
//! # async fn f(account: dakiya::twilio::Twilio) -> dakiya::Result<()> {
//! use dakiya::twilio::manage::MessageQuery;
//!
//! let mut query = MessageQuery::new().to("+15035550117").limit(100);
//! loop {
//!     let page = account.messages().list(&query).await?;
//!     for message in page.items {
//!         println!("{} {}", message.sid, message.status);
//!     }
//!     let Some(next) = page.next else { break };
//!     query = query.page(next);
//! }
//! # Ok(())
//! # }
//! ```

pub use self::{
    account::AccountDetails,
    calls::{CallQuery, CallRecord, Calls},
    content::{Approval, Category, Content, ContentTemplate, NewContent},
    messages::{Feedback, MediaFile, MessageQuery, MessageRecord, Messages},
    recordings::{RecordingQuery, RecordingRecord, Recordings},
};
use super::{NAME, builder::is_sid};
use crate::error::{Error, Fault, Result};

mod account;
mod calls;
mod content;
mod list;
mod messages;
mod recordings;

/// Refuses what is no SID of one of `prefixes`: an empty one would name all there are.
pub(super) fn check_sid(text: &str, prefixes: &[&str]) -> Result<()> {
    if prefixes.iter().any(|prefix| is_sid(text, prefix)) {
        return Ok(());
    }
    let remedy = format!("write {} and 32 hexadecimal digits", prefixes.join(" or "));
    let error = Error::config("the call's settings are not valid").with_provider(NAME);
    Err(error.with_faults(vec![Fault::new("sid", "is no SID", remedy)]))
}
