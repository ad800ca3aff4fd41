mod mailgun;
mod meta;
mod netcore;
mod sandbox;
mod sendgrid;
mod ses;
mod smtp;
mod twilio;
