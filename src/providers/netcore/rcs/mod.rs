//! Netcore's RCS API.
