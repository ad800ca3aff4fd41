//! Netcore email.
