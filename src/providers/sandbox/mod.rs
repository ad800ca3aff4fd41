//! A provider that sends nothing.
