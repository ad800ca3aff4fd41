//! A mail.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{
    AddressError, EmailAddress, Hidden, Kind, Message, Recipient, Rendered, base64_bytes,
    check_line, check_present,
};
use crate::{
    channel::Features,
    debug::hide,
    error::{Fault, Result},
    event::InboundEmail,
};

/// A mail: one message with one header, to everyone it names.
///
/// People in `to` and `cc` see each other. To write to many who must not, send one mail each with
/// [`send_batch`](crate::Messenger::send_batch).
///
/// ```
/// use dakiya::{Attachment, Email, EmailAddress};
///
/// let mail = Email::to(EmailAddress::parse("asha@example.com")?)
///     .subject("Your invoice")
///     .text("It is attached.")
///     .attach(Attachment::new("INV-2041.pdf", "application/pdf", &b"%PDF-1.7"[..]));
/// # let _ = mail;
/// # Ok::<(), dakiya::AddressError>(())
/// ```
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Email {
    /// Who it comes from; the account's default when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Mailbox>,
    /// Who it goes to.
    pub to: Vec<Mailbox>,
    /// Who gets a copy that the others see.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<Mailbox>,
    /// Who gets a copy that nobody sees.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bcc: Vec<Mailbox>,
    /// Where answers go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reply_to: Vec<Mailbox>,
    /// The subject.
    pub subject: String,
    /// The plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The AMP for Email document, for the clients that show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amp: Option<String>,
    /// Files, inline ones too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Further headers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// How the reader's mail client unsubscribes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsubscribe: Option<Unsubscribe>,
}

impl Email {
    /// An empty mail to one person.
    #[must_use]
    pub fn to(to: impl Into<Mailbox>) -> Self {
        Self { to: vec![to.into()], ..Self::default() }
    }

    /// Adds a person it goes to.
    #[must_use]
    pub fn and_to(mut self, to: impl Into<Mailbox>) -> Self {
        self.to.push(to.into());
        self
    }

    /// Adds a person who gets a copy.
    #[must_use]
    pub fn cc(mut self, cc: impl Into<Mailbox>) -> Self {
        self.cc.push(cc.into());
        self
    }

    /// Adds a person who gets a copy that nobody sees.
    #[must_use]
    pub fn bcc(mut self, bcc: impl Into<Mailbox>) -> Self {
        self.bcc.push(bcc.into());
        self
    }

    /// Sets who it comes from.
    #[must_use]
    pub fn from(mut self, from: impl Into<Mailbox>) -> Self {
        self.from = Some(from.into());
        self
    }

    /// Adds an address that answers go to.
    #[must_use]
    pub fn reply_to(mut self, reply_to: impl Into<Mailbox>) -> Self {
        self.reply_to.push(reply_to.into());
        self
    }

    /// Sets the subject.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// Sets the plain text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Sets the HTML.
    #[must_use]
    pub fn html(mut self, html: impl Into<String>) -> Self {
        self.html = Some(html.into());
        self
    }

    /// Sets the AMP document.
    #[must_use]
    pub fn amp(mut self, amp: impl Into<String>) -> Self {
        self.amp = Some(amp.into());
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn attach(mut self, attachment: Attachment) -> Self {
        self.attachments.push(attachment);
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push(Header { name: name.into(), value: value.into() });
        self
    }

    /// Sets how the reader's mail client unsubscribes.
    #[must_use]
    pub fn unsubscribe(mut self, unsubscribe: Unsubscribe) -> Self {
        self.unsubscribe = Some(unsubscribe);
        self
    }

    /// Answers `mail` in its thread: sets the headers `In-Reply-To` and `References`, and, where
    /// there is no subject yet, that of `mail` with `Re:`. A mail without a `Message-ID` leaves the
    /// headers out.
    #[must_use]
    pub fn in_reply_to(mut self, mail: &InboundEmail) -> Self {
        // A header's line has an end; the first and the nearest say what the thread is.
        const LONGEST: usize = 900;
        if self.subject.is_empty()
            && let Some(subject) = &mail.subject
        {
            let subject = subject.split(['\r', '\n', '\0']).next().unwrap_or_default().trim();
            let again = subject.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("re:"));
            self.subject = if again { subject.to_owned() } else { format!("Re: {subject}") };
        }
        let good = |id: &&String| {
            let allowed = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>');
            (1..=250).contains(&id.len()) && id.chars().all(allowed)
        };
        let Some(id) = mail.message_id.as_ref().filter(good) else { return self };
        let older: Vec<_> = mail.references.iter().filter(good).filter(|old| *old != id).collect();
        let mut chain = vec![id];
        let mut length = id.len() + 3;
        if let Some((first, rest)) = older.split_first() {
            length += first.len() + 3;
            for old in rest.iter().rev() {
                length += old.len() + 3;
                if length > LONGEST {
                    break;
                }
                chain.push(old);
            }
            chain.push(first);
        }
        let references: Vec<_> = chain.iter().rev().map(|id| format!("<{id}>")).collect();
        self.header("In-Reply-To", format!("<{id}>")).header("References", references.join(" "))
    }

    /// Further headers, those of [`unsubscribe`](Self::unsubscribe) among them.
    pub fn all_headers(&self) -> impl Iterator<Item = Header> + '_ {
        let unsubscribe = self.unsubscribe.iter().flat_map(Unsubscribe::headers);
        self.headers.iter().cloned().chain(unsubscribe)
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email")
            .field("from", &self.from)
            .field("to", &self.to)
            .field("cc", &self.cc)
            .field("bcc", &self.bcc)
            .field("subject", &Hidden(&self.subject))
            .field("text", &self.text.as_deref().map(Hidden))
            .field("html", &self.html.as_deref().map(Hidden))
            .field("attachments", &self.attachments)
            .finish_non_exhaustive()
    }
}

impl Message for Email {
    const KIND: Kind = Kind::Email;

    fn recipients(&self) -> Vec<Recipient> {
        let everyone = self.to.iter().chain(&self.cc).chain(&self.bcc);
        everyone.map(|mailbox| Recipient::Email(mailbox.email.clone())).collect()
    }

    fn sender(&self) -> Option<&str> {
        self.from.as_ref().map(|from| from.email.as_str())
    }

    fn features(&self) -> Features {
        let copies = self.to.len() + self.cc.len() + self.bcc.len() > 1;
        Features::NONE
            .and_if(self.text.is_some(), Features::TEXT)
            .and_if(self.html.is_some(), Features::HTML)
            .and_if(self.amp.is_some(), Features::AMP)
            .and_if(copies, Features::MANY_RECIPIENTS)
            .and_if(self.attachments.iter().any(|a| a.content_id.is_none()), Features::ATTACHMENTS)
            .and_if(self.attachments.iter().any(|a| a.content_id.is_some()), Features::INLINE)
            .and_if(!self.headers.is_empty() || self.unsubscribe.is_some(), Features::HEADERS)
    }

    fn validate(&self, faults: &mut Vec<Fault>) {
        if self.to.is_empty() {
            faults.push(Fault::new("to", "is empty", "name a recipient"));
        }
        let lists = [("to", &self.to), ("cc", &self.cc), ("bcc", &self.bcc)];
        for (field, mailboxes) in lists.into_iter().chain([("reply_to", &self.reply_to)]) {
            for (index, mailbox) in mailboxes.iter().enumerate() {
                mailbox.validate(faults, || format!("{field}[{index}].name"));
            }
        }
        if let Some(from) = &self.from {
            from.validate(faults, || "from.name".into());
        }
        check_line(faults, || "subject".into(), &self.subject);
        for (index, attachment) in self.attachments.iter().enumerate() {
            attachment.validate(faults, index);
        }
        for (index, header) in self.headers.iter().enumerate() {
            header.validate(faults, index);
        }
        if let Some(unsubscribe) = &self.unsubscribe {
            unsubscribe.validate(faults);
        }
    }

    fn validate_text(&self, faults: &mut Vec<Fault>) {
        check_present(faults, "subject", &self.subject);
    }

    fn fill(&mut self, rendered: Rendered) -> Result<()> {
        self.subject = rendered.subject.unwrap_or_else(|| std::mem::take(&mut self.subject));
        self.text = rendered.text.or_else(|| self.text.take());
        self.html = rendered.html.or_else(|| self.html.take());
        Ok(())
    }
}

/// A mail address and the name shown for it.
///
/// ```
/// use dakiya::{EmailAddress, Mailbox};
///
/// let asha = Mailbox::new("Asha Rao", EmailAddress::parse("asha@example.com")?);
/// let same = Mailbox::parse("Asha Rao <asha@example.com>")?;
/// assert_eq!(asha, same);
/// # Ok::<(), dakiya::AddressError>(())
/// ```
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mailbox {
    /// The name shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address.
    pub email: EmailAddress,
}

impl Mailbox {
    /// An address with a name.
    #[must_use]
    pub fn new(name: impl Into<String>, email: EmailAddress) -> Self {
        Self { name: Some(name.into()), email }
    }

    /// Parses `name@domain` or `Name <name@domain>`, the name plain or in double quotes.
    ///
    /// # Errors
    ///
    /// When the address is none.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let Some((name, rest)) = text.rsplit_once('<') else {
            return EmailAddress::parse(text).map(Into::into);
        };
        let Some(address) = rest.strip_suffix('>') else {
            return Err(AddressError::new("has no closing >", "write Name <name@domain>"));
        };
        let name = name.trim();
        let unquoted = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
        let name = unquoted.map_or_else(|| name.to_owned(), |name| name.replace("\\\"", "\""));
        let email = EmailAddress::parse(address)?;
        Ok(if name.is_empty() { email.into() } else { Self::new(name, email) })
    }

    fn validate(&self, faults: &mut Vec<Fault>, field: impl FnOnce() -> String) {
        if let Some(name) = &self.name {
            check_line(faults, field, name);
        }
    }
}

impl From<EmailAddress> for Mailbox {
    fn from(email: EmailAddress) -> Self {
        Self { name: None, email }
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.email.fmt(f)
    }
}

/// A file in a mail. With a `content_id` it is shown inside the HTML, as `cid:…`.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its name, without a path.
    pub filename: String,
    /// Its media type, such as `application/pdf`.
    pub content_type: String,
    /// Its bytes; base64 in JSON.
    #[serde(with = "base64_bytes")]
    pub content: Bytes,
    /// Its id inside the HTML, without angle brackets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
}

impl Attachment {
    /// A file beside the text.
    #[must_use]
    pub fn new(
        filename: impl Into<String>,
        content_type: impl Into<String>,
        content: impl Into<Bytes>,
    ) -> Self {
        Self {
            filename: filename.into(),
            content_type: content_type.into(),
            content: content.into(),
            content_id: None,
        }
    }

    /// The same file, shown inside the HTML where it says `cid:` and this id.
    #[must_use]
    pub fn inline(mut self, content_id: impl Into<String>) -> Self {
        self.content_id = Some(content_id.into());
        self
    }

    fn validate(&self, faults: &mut Vec<Fault>, index: usize) {
        let field = |name: &str| format!("attachments[{index}].{name}");
        check_present(faults, &field("filename"), &self.filename);
        check_line(faults, || field("filename"), &self.filename);
        if self.filename.contains(['/', '\\']) {
            faults.push(Fault::new(field("filename"), "holds a path", "write the name alone"));
        }
        let (kind, subtype) = self.content_type.split_once('/').unwrap_or_default();
        let token = |c: char| c.is_ascii_graphic() || c == ' ';
        if kind.is_empty() || subtype.is_empty() || !self.content_type.chars().all(token) {
            let remedy = "write type/subtype, such as application/pdf";
            faults.push(Fault::new(field("content_type"), "is no media type", remedy));
        }
        let graphic = |id: &String| !id.is_empty() && id.chars().all(|c| c.is_ascii_graphic());
        if self.content_id.as_ref().is_some_and(|id| !graphic(id) || id.contains(['<', '>'])) {
            let remedy = "write it in ASCII, without spaces and angle brackets";
            faults.push(Fault::new(field("content_id"), "is no content id", remedy));
        }
    }
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attachment({}, {} bytes)", self.content_type, self.content.len())
    }
}

/// A header of a mail.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name: printable ASCII without space and colon.
    pub name: String,
    /// Its value, one line.
    pub value: String,
}

impl Header {
    fn validate(&self, faults: &mut Vec<Fault>, index: usize) {
        // What the message's own fields make, so that it stands once.
        const OWN: [&str; 14] = [
            "from",
            "to",
            "cc",
            "bcc",
            "reply-to",
            "subject",
            "date",
            "sender",
            "mime-version",
            "content-type",
            "content-transfer-encoding",
            "content-disposition",
            "content-id",
            "return-path",
        ];
        let field = |name: &str| format!("headers[{index}].{name}");
        let allowed = |c: char| c.is_ascii_graphic() && c != ':';
        if self.name.is_empty() || self.name.len() > 76 || !self.name.chars().all(allowed) {
            let remedy = "write printable ASCII without space and colon, 76 characters at most";
            faults.push(Fault::new(field("name"), "is no header name", remedy));
        }
        if OWN.iter().any(|own| self.name.eq_ignore_ascii_case(own)) {
            let remedy = "use the field of the mail instead";
            faults.push(Fault::new(field("name"), "is made from the mail itself", remedy));
        }
        check_line(faults, || field("value"), &self.value);
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Header({})", self.name)
    }
}

/// How a reader's mail client unsubscribes with one click.
///
/// The address must hold an opaque token, answer POST without login, and not act on GET.
///
/// Source: [RFC 8058](https://www.rfc-editor.org/rfc/rfc8058),
/// [RFC 2369](https://www.rfc-editor.org/rfc/rfc2369).
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsubscribe {
    /// Where the client posts: `https://…`.
    pub url: String,
    /// A mailbox that unsubscribes too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailto: Option<EmailAddress>,
}

impl Unsubscribe {
    /// One click posts to `url`.
    #[must_use]
    pub fn one_click(url: impl Into<String>) -> Self {
        Self { url: url.into(), mailto: None }
    }

    /// Adds a mailbox that unsubscribes too.
    #[must_use]
    pub fn mailto(mut self, address: EmailAddress) -> Self {
        self.mailto = Some(address);
        self
    }

    fn headers(&self) -> [Header; 2] {
        let mailto = self.mailto.as_ref().map(|to| format!(", <mailto:{}>", to.to_ascii_domain()));
        let value = format!("<{}>{}", self.url, mailto.unwrap_or_default());
        [
            Header { name: "List-Unsubscribe".into(), value },
            Header {
                name: "List-Unsubscribe-Post".into(),
                value: "List-Unsubscribe=One-Click".into(),
            },
        ]
    }

    fn validate(&self, faults: &mut Vec<Fault>) {
        let clean = self.url.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>' | ','));
        if !clean || !url::Url::parse(&self.url).is_ok_and(|url| url.scheme() == "https") {
            let remedy = "write one https URL, percent-encoded";
            faults.push(Fault::new("unsubscribe.url", "is no https URL", remedy));
        }
    }
}

hide!(Unsubscribe);
