//! Mail that people send: SendGrid, Mailgun, SES.
