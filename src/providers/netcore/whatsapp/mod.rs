//! Netcore's WhatsApp API.
