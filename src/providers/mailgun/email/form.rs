//! A request's form: what it says once, and what it says for each mail.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    hash::{Hash, Hasher},
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use serde_json::{Map, Value};

use super::{
    LABEL,
    limits::{OWN, REQUEST},
};
use crate::{
    error::{Error, ErrorKind, Fault, Result},
    http::{
        connection::{Connection, segment},
        multipart::Form,
    },
    message::{Attachment, Mailbox, TemplateStamp},
};

/// Over this a form goes as multipart, where no byte becomes three.
const LONG: usize = 1 << 20;

/// A field of the form.
pub(super) type Field<'a> = (Cow<'a, str>, Cow<'a, str>);

/// What one request says for all of its mails. Mails in which it is equal share a request.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Shared<'a> {
    /// The local template, where its texts may differ by mail.
    pub(super) template: Option<&'a TemplateStamp>,
    pub(super) fields: Vec<Field<'a>>,
    /// The names of the fields that may differ by mail.
    pub(super) names: Vec<String>,
    /// The template's variables that may not, as JSON.
    pub(super) fixed: Vec<(&'a str, String)>,
    /// The names of those that may.
    pub(super) variables: Vec<&'a str>,
    pub(super) files: Vec<File<'a>>,
}

/// What it says for each mail.
pub(super) struct Own<'a> {
    pub(super) to: &'a [Mailbox],
    pub(super) cc: &'a [Mailbox],
    pub(super) bcc: &'a [Mailbox],
    /// By [`Shared::names`].
    pub(super) values: Vec<Cow<'a, str>>,
    /// By [`Shared::variables`].
    pub(super) variables: Vec<&'a str>,
    pub(super) recipient_variables: BTreeMap<String, Value>,
    /// Whether it may share a request at all.
    pub(super) shareable: bool,
}

impl Own<'_> {
    /// The address that recipient variables go by.
    pub(super) fn address(&self) -> Cow<'_, str> {
        self.to.first().map_or(Cow::Borrowed(""), |to| to.email.to_ascii_domain())
    }

    /// About how many bytes it adds to a request, of whose values those that `differ` are variables.
    pub(super) fn size(&self, differ: &[bool]) -> usize {
        let texts = self.values.iter().zip(differ).filter(|(_, differs)| **differs);
        let texts = texts.map(|(value, _)| escaped(value));
        let variables = self.variables.iter().map(|value| escaped(value));
        let own = self.recipient_variables.iter();
        let own = own.map(|(name, value)| name.len() + value.to_string().len() + 8);
        let names: usize =
            self.to.iter().map(|to| to.name.as_ref().map_or(0, |name| 2 * name.len())).sum();
        let each = texts.chain(variables).map(|size| size + 24).chain(own).sum::<usize>();
        200 + names + 2 * self.address().len() + each
    }
}

/// How many bytes the text has inside JSON.
fn escaped(text: &str) -> usize {
    let bytes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
        0..=31 => 6,
        _ => 1,
    });
    bytes.sum()
}

/// A file, compared by its bytes last of all: they are many, and mostly the same memory.
pub(super) struct File<'a>(pub(super) &'a Attachment);

impl PartialEq for File<'_> {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.0, other.0);
        let same = a.content.as_ptr() == b.content.as_ptr();
        a.filename == b.filename
            && a.content_type == b.content_type
            && a.content_id == b.content_id
            && a.content.len() == b.content.len()
            && (same || a.content == b.content)
    }
}

impl Eq for File<'_> {}

impl Hash for File<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.0.filename, &self.0.content_id, self.0.content.len()).hash(state);
    }
}

impl Shared<'_> {
    /// About how many bytes it adds to a request.
    pub(super) fn size(&self) -> usize {
        let fields: usize =
            self.fields.iter().map(|(name, value)| name.len() + value.len() + 80).sum();
        let fixed: usize = self.fixed.iter().map(|(name, json)| name.len() + json.len()).sum();
        let files: usize = self.files.iter().map(|file| file.0.content.len() + 400).sum();
        fields + fixed + files + 4096
    }
}

/// One request for `mails`.
pub(super) fn write(
    connection: &Connection,
    domain: &str,
    shared: &Shared<'_>,
    mails: &[&Own<'_>],
) -> Result<Request<Bytes>> {
    let path = format!("v3/{}/messages", segment(domain));
    post(connection, &path, fields(shared, mails), &shared.files)
}

/// All fields, those of one recipient as variables where mails differ in them.
fn fields<'a>(shared: &'a Shared<'a>, mails: &'a [&'a Own<'a>]) -> Vec<Field<'a>> {
    let mut fields: Vec<Field<'a>> = Vec::new();
    for mail in mails {
        for (name, mailboxes) in [("to", mail.to), ("cc", mail.cc), ("bcc", mail.bcc)] {
            fields.extend(mailboxes.iter().map(|one| (name.into(), mailbox(one).into())));
        }
    }
    let borrowed = |text: &'a Cow<'_, str>| Cow::Borrowed(&**text);
    fields.extend(shared.fields.iter().map(|(name, value)| (borrowed(name), borrowed(value))));

    let mut people: Vec<Map<String, Value>> = mails
        .iter()
        .map(|mail| mail.recipient_variables.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
        .collect();
    // The value where all say the same, else the variable that stands for it.
    let mut one = |key: String, values: Vec<&'a str>| -> Cow<'a, str> {
        match values.first() {
            Some(first) if values.iter().all(|value| value == first) => Cow::Borrowed(*first),
            _ => {
                for (person, value) in people.iter_mut().zip(values) {
                    person.insert(key.clone(), value.into());
                }
                format!("%recipient.{key}%").into()
            }
        }
    };
    for (index, name) in shared.names.iter().enumerate() {
        let values = mails.iter().filter_map(|mail| mail.values.get(index).map(|text| &**text));
        let value = one(format!("{OWN}{index}"), values.collect());
        fields.push((name.as_str().into(), value));
    }
    let mut variables: BTreeMap<&str, String> =
        shared.fixed.iter().map(|(name, json)| (*name, json.clone())).collect();
    for (index, name) in shared.variables.iter().enumerate() {
        let values = mails.iter().filter_map(|mail| mail.variables.get(index).copied());
        let value = one(format!("{OWN}t{index}"), values.collect());
        variables.insert(name, Value::from(value).to_string());
    }
    if !variables.is_empty() {
        let pairs = variables.iter().map(|(name, json)| format!("{}:{json}", Value::from(*name)));
        let object = format!("{{{}}}", pairs.collect::<Vec<_>>().join(","));
        fields.push(("t:variables".into(), object.into()));
    }
    if mails.len() > 1 || people.iter().any(|person| !person.is_empty()) {
        let people = mails.iter().zip(people);
        let people: Map<String, Value> =
            people.map(|(mail, own)| (mail.address().into_owned(), own.into())).collect();
        fields.push(("recipient-variables".into(), Value::from(people).to_string().into()));
    }
    fields
}

/// A POST of `fields` and `files`, in the form that fits.
pub(super) fn post(
    connection: &Connection,
    path: &str,
    fields: Vec<Field<'_>>,
    files: &[File<'_>],
) -> Result<Request<Bytes>> {
    let length: usize = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    let request = if files.is_empty() && length <= LONG {
        let pairs: Vec<(&str, Cow<'_, str>)> =
            fields.iter().map(|(name, value)| (&**name, Cow::Borrowed(&**value))).collect();
        connection.form(path, pairs)
    } else {
        let mut form = Form::default();
        for (name, value) in fields {
            form.text(&name, value.into_owned());
        }
        for File(file) in files {
            let (name, filename) = match &file.content_id {
                Some(id) => ("inline", id),
                None => ("attachment", &file.filename),
            };
            form.file(name, filename, &file.content_type, file.content.clone());
        }
        multipart(connection, path, form)
    };
    let request = request.map_err(|error| error.with_provider(LABEL))?;
    if request.body().len() > REQUEST {
        let problem =
            format!("is {} bytes as it is sent, Mailgun takes {REQUEST}", request.body().len());
        let fault = Fault::new("attachments", problem, "send less");
        return Err(Error::invalid(vec![fault]).with_provider(LABEL));
    }
    Ok(request)
}

/// A POST of a multipart form.
pub(super) fn multipart(connection: &Connection, path: &str, form: Form) -> Result<Request<Bytes>> {
    let (content_type, body) = form.finish();
    let mut request = connection.request(Method::POST, path, body)?;
    let content_type = HeaderValue::from_str(&content_type)
        .map_err(|_| Error::new(ErrorKind::InvalidMessage, "the form has no boundary"))?;
    request.headers_mut().insert(header::CONTENT_TYPE, content_type);
    Ok(request)
}

/// `Name <local@domain>`, the name quoted where it must be.
pub(super) fn mailbox(mailbox: &Mailbox) -> String {
    let address = mailbox.email.to_ascii_domain();
    let Some(name) = mailbox.name.as_deref().filter(|name| !name.trim().is_empty()) else {
        return address.into_owned();
    };
    let atom = |c: char| c.is_ascii_alphanumeric() || " !#$&'*+-/=?^_`{|}~".contains(c);
    if name.chars().all(atom) {
        return format!("{name} <{address}>");
    }
    let escaped = name.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\" <{address}>")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_request_is_longer_than_its_parts_are_thought_to_be() {
        for (name, value) in [("", ""), ("A \"quoted\" name", "x"), ("आशा", "सत्य")] {
            let to: Vec<Vec<Mailbox>> = (0..50)
                .map(|n| format!("a{n}@customer.example").parse().unwrap())
                .map(|address| vec![Mailbox::new(name, address)])
                .collect();
            let shared = Shared {
                template: None,
                fields: vec![("text".into(), "x".repeat(LONG).into())],
                names: vec!["v:message-id".into(), "h:List-Unsubscribe".into()],
                fixed: vec![("total", "12.5".into())],
                variables: vec!["name"],
                files: Vec::new(),
            };
            let texts: Vec<_> = (0..50).map(|n| format!("{value}{n}")).collect();
            let mails = to.iter().zip(&texts).map(|(to, text)| Own {
                to,
                cc: &[],
                bcc: &[],
                values: vec![text.into(), text.into()],
                variables: vec![text],
                recipient_variables: [("own".to_owned(), Value::from("\n\"".repeat(40)))].into(),
                shareable: true,
            });
            let mails: Vec<_> = mails.collect();
            let written: usize = fields(&shared, &mails.iter().collect::<Vec<_>>())
                .iter()
                .map(|(name, value)| 120 + name.len() + value.len())
                .sum();
            let thought =
                shared.size() + mails.iter().map(|mail| mail.size(&[true; 2])).sum::<usize>();
            assert!(written <= thought, "{written} > {thought}");
        }
    }

    proptest! {
        #[test]
        fn a_name_is_read_back_as_it_was_and_adds_no_recipient(name in "[ -~]{1,30}") {
            let one = Mailbox::new(&*name, "asha@customer.example".parse().unwrap());
            let written = mailbox(&one);
            let shown = written.strip_suffix("<asha@customer.example>");
            let Some(shown) = shown.map(str::trim_end) else {
                prop_assert!(name.trim().is_empty());
                return Ok(());
            };
            // What could begin another mailbox or a comment stands between quotation marks.
            let inner = shown.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            match inner {
                Some(inner) => {
                    let read = inner.replace("\\\"", "\"").replace("\\\\", "\\");
                    if !name.contains('\\') {
                        prop_assert_eq!(read, name);
                    }
                }
                None => prop_assert!(!shown.contains([',', ';', ':', '<', '>', '@', '"', '(', ')'])),
            }
        }
    }
}
