//! One real confirmation to one's own address, through the providers that the environment names.
//!
//! The ids in `examples/templates` are made up: for SMS to India put your own DLT registrations
//! there, and for Netcore your own template ids, or none.

use std::{
    error::Error,
    io::{self, Write as _},
};

use dakiya::{
    Draft, Email, EmailAddress, Kind, Message as _, Messenger, PhoneNumber, Receipt, Result, Sms,
    TemplateRef, compliance::dlt::Registry, template::TemplateSet,
};

/// Sends it by each channel that the address fits.
pub(crate) async fn run(
    to: &str,
    templates: TemplateSet,
    registry: Registry,
) -> Result<bool, Box<dyn Error>> {
    let messenger = Messenger::builder().from_env()?.templates(templates).dlt(registry).build()?;
    let confirmation = TemplateRef::new("order_confirmed")
        .var("name", "Asha")
        .var("order_id", "SO-2610-00001")
        .var("product", "Reading glasses +1.50")
        .var("amount", "799.00");
    let kind = if to.contains('@') { Kind::Email } else { Kind::Sms };
    if !messenger.kinds().contains(&kind) {
        return Err(format!("the environment configures no provider of {kind}").into());
    }
    writeln!(io::stdout(), "sending one order confirmation by {kind}, for real")?;
    let result = if kind == Kind::Email {
        let mail: Draft<Email> = Email::to(EmailAddress::parse(to)?).template(confirmation);
        messenger.send(mail).await
    } else {
        let sms: Draft<Sms> = Sms::to(PhoneNumber::parse(to)?).template(confirmation);
        messenger.send(sms).await
    };
    tell(kind, &result)?;
    Ok(result.is_ok())
}

fn tell(kind: Kind, result: &Result<Receipt>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match result {
        Ok(receipt) => {
            let id = receipt.provider_message_id.as_deref().unwrap_or("none given");
            writeln!(out, "{kind}: accepted by {}, provider's id: {id}", receipt.provider)
        }
        Err(error) => writeln!(out, "{kind}: not sent: {error}"),
    }
}
