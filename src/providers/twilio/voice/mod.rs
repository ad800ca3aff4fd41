//! Calls through Twilio.
//!
//! - What happens in a call is its [steps](crate::Call::steps), which go along as TwiML of at most
//!   4000 characters. Where they are kept elsewhere, the
//!   [provider template](crate::Delivery::provider_templates) `twilio.voice` names the place and
//!   the call has no steps: `https://…`, which Twilio asks once the call is answered (variables
//!   become parameters of its query), or a TwiML application, `AP…`.
//! - [`answer`] makes steps the answer to Twilio's own requests, such as those of a
//!   [`Gather`](crate::Gather); [`twiml()`] is its body alone.
//! - What the person keys or says goes to the step's `action`, and to no event: a question or a
//!   recording without one is refused.
//! - `Ok` means that the call is queued: one a second goes out by default. Whether anybody, or a
//!   machine, took it comes by the status callback, or by [`get`](super::manage::Calls::get).
//! - Twilio neither schedules calls nor tries again those that nobody took.
//!
//! Source: [Calls](https://www.twilio.com/docs/voice/api/call-resource).

use async_trait::async_trait;

pub(super) use self::{limits::TWIML, twiml::escape};
pub use self::{
    options::{
        AsyncDetection, CallEvent, Channels, Detection, MachineDetection, Method, Options,
        RecordingEvent, RecordingSettings, Track, Trim,
    },
    twiml::{answer, twiml},
};
use super::{Twilio, error};
use crate::{
    channel::{Capabilities, Channel, Features, Receipt},
    error::Result,
    message::{Call, Envelope},
};

mod limits;
mod options;
mod twiml;
mod wire;

/// What a call can carry.
const CAPABILITIES: Capabilities = Capabilities::new(
    Features::CALL_CONTROL
        .union(Features::DIALING)
        .union(Features::INPUT)
        .union(Features::MEDIA)
        .union(Features::PROVIDER_TEMPLATES)
        .union(Features::RECORDING)
        .union(Features::TEXT),
)
.recipients(1);

/// The provider and kind, as receipts and errors print them.
const LABEL: &str = "twilio.voice";

#[async_trait]
impl Channel<Call> for Twilio {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn send(&self, envelope: &Envelope<Call>) -> Result<Receipt> {
        let sent = async {
            let request = wire::encode(self, envelope)?;
            let response = self.execute(request, envelope.delivery.deadline).await?;
            if !response.status().is_success() {
                return Err(error::from_response(&response, self.now()));
            }
            wire::decode(&response)
        };
        let sid = sent.await.map_err(|error| error.with_provider(LABEL))?;
        Ok(Receipt::new(LABEL, envelope, self.now()).with_provider_message_id(Some(sid)))
    }
}
