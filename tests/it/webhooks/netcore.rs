//! Netcore.
