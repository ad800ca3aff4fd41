pub(crate) mod smtp;
pub(crate) mod specs;
