//! India DLT.
