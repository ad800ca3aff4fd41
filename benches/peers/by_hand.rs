//! What every provider's peer shares: `reqwest`, as a host would set it up.

use std::time::Duration;

use dakiya::{
    Channel, Envelope, Message,
    http::{Request, SharedTransport},
    testing::MockTransport,
};
use reqwest::Client;

pub(super) const PEER: &str = "reqwest by hand";

/// What our account asks for `envelope`: both ways must do the same work.
pub(super) async fn asked<M: Message, C: Channel<M>>(
    envelope: &Envelope<M>,
    answer: &'static str,
    account: impl FnOnce(SharedTransport) -> C,
) -> Request<bytes::Bytes> {
    let transport = MockTransport::answering(200, answer);
    account(transport.shared()).send(envelope).await.unwrap();
    transport.requests().remove(0)
}

pub(super) fn client() -> Client {
    let none = reqwest::redirect::Policy::none();
    let patience = Duration::from_mins(1); // as ours
    Client::builder().redirect(none).timeout(patience).user_agent("by-hand/0.1.0").build().unwrap()
}
