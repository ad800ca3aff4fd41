mod deflector;
mod email;
mod rcs;
mod sms;
mod voice;
mod whatsapp;
mod whatsapp_errors;
