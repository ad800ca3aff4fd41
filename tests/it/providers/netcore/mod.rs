mod email;
mod sms;
