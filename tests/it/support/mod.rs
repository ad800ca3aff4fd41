pub(crate) mod fakes;
pub(crate) mod smtp;
pub(crate) mod specs;
