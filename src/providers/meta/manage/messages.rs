//! What is said of messages that came in.

use serde_json::json;

use super::Meta;
use crate::error::{Fault, Result};

/// Messages that came in: [`Meta::messages`].
#[derive(Clone, Copy, Debug)]
pub struct Messages<'a> {
    pub(super) account: &'a Meta,
}

impl Messages<'_> {
    /// Marks a message, and all before it in the chat, as read. Within 30 days of its arrival.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`](crate::ErrorKind::InvalidMessage) for an empty or unknown id.
    ///
    /// Source: [Mark messages as read](https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/mark-message-as-read).
    pub async fn mark_read(&self, message_id: &str) -> Result<()> {
        self.read(message_id, false).await
    }

    /// The same, and shows that an answer is being typed, until it comes or for about 25 seconds.
    ///
    /// # Errors
    ///
    /// As [`mark_read`](Self::mark_read).
    ///
    /// Source: [Typing indicators](https://developers.facebook.com/documentation/business-messaging/whatsapp/typing-indicators).
    pub async fn typing(&self, message_id: &str) -> Result<()> {
        self.read(message_id, true).await
    }

    async fn read(&self, message_id: &str, typing: bool) -> Result<()> {
        if message_id.trim().is_empty() {
            let fault = Fault::new("message_id", "is empty", "write the id that came in");
            super::invalid(vec![fault])?;
        }
        let mut body = json!({
            "messaging_product": "whatsapp", "status": "read", "message_id": message_id,
        });
        if let Some(body) = body.as_object_mut().filter(|_| typing) {
            body.insert("typing_indicator".into(), json!({ "type": "text" }));
        }
        self.account.act(&self.account.number_path("messages"), &body).await
    }
}
