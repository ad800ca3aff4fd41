//! Netcore SMS.
