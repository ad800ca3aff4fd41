//! The state that events fold into.
