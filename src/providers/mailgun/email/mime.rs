//! Mails that the host wrote as MIME itself.

use bytes::Bytes;

use super::{LABEL, Options, form, limits, wire};
use crate::{
    error::{Error, Fault, Result},
    http::{connection::segment, multipart::Form},
    message::EmailAddress,
    providers::mailgun::Mailgun,
    time::Timestamp,
};

impl Mailgun {
    /// Sends a finished MIME message to `to`, whatever its header says, until `deadline`. Returns
    /// Mailgun's id of it, without angle brackets.
    ///
    /// Of `options` what belongs to a template is left out. The account's defaults hold here too.
    ///
    /// Source: [Send an email in MIME
    /// format](https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages).
    ///
    /// # Errors
    ///
    /// As for a send; [`InvalidMessage`](crate::ErrorKind::InvalidMessage) over a limit.
    pub async fn send_mime(
        &self,
        to: &[EmailAddress],
        mime: impl Into<Bytes> + Send,
        options: &Options,
        deadline: Option<Timestamp>,
    ) -> Result<String> {
        let mime = mime.into();
        let options = options.clone().over(&self.defaults);
        let mut faults = Vec::new();
        if to.is_empty() || to.len() > limits::RECIPIENTS {
            let problem = format!("has {} recipients, Mailgun takes 1 to 1000", to.len());
            faults.push(Fault::new("to", problem, "send it in parts"));
        }
        if mime.is_empty() || mime.len() > limits::MESSAGE {
            let problem = format!("has {} bytes, Mailgun takes {}", mime.len(), limits::MESSAGE);
            faults.push(Fault::new("mime", problem, "send less, but something"));
        }
        let tags: Vec<&str> = options.tags.iter().map(String::as_str).collect();
        limits::tags(&tags, &mut faults);
        limits::options(&options, &mut faults);
        if !options.recipient_variables.is_empty() {
            let problem = "are not documented for MIME";
            faults.push(Fault::new("options.recipient_variables", problem, "leave them out"));
        }
        if !faults.is_empty() {
            return Err(Error::invalid(faults).with_provider(LABEL));
        }
        let mut fields = Vec::new();
        options.fields(&mut fields);
        let mut form = Form::default();
        for address in to {
            form.text("to", address.to_ascii_domain().into_owned());
        }
        for tag in tags {
            form.text("o:tag", tag.to_owned());
        }
        for (name, value) in fields {
            form.text(&name, value.into_owned());
        }
        for (name, value) in options.variable_fields() {
            form.text(&name, value.into_owned());
        }
        form.file("message", "message.eml", "message/rfc822", mime);
        let path = format!("v3/{}/messages.mime", segment(&self.domain));
        let request = form::multipart(&self.connection, &path, form);
        let request = request.map_err(|error| error.with_provider(LABEL))?;
        let response = self.execute(request, deadline).await?;
        wire::decode(self, &response)
    }
}
