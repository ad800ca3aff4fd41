//! SendGrid's event webhook.
