//! Who must not be written to.
