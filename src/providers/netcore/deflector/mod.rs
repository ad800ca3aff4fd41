//! Netcore's deflector: one call, several channels.
