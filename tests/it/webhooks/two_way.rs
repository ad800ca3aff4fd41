//! Keywords, replies and opt-outs.
