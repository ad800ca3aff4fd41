//! Mail to request, response to id.

use bytes::Bytes;
use http::{Method, Request, Response};
use serde::Deserialize;

use super::{
    BYTES, LABEL,
    body::{
        Content, Destination, File, Inline, List, Overrides, Pair, Raw, Shared, Simple, Single,
        Source, Template, Text,
    },
    options::{Form, Options},
    parts,
};
use crate::{
    channel::Receipt,
    error::{Error, Fault, Result},
    http::connection::read,
    message::{Email, Envelope, ProviderTemplate},
    mime::{self, Senders},
    providers::ses::{Ses, error},
};

/// How many characters the variables of one mail may have as JSON.
///
/// Source: [`Template`](https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Template.html).
pub(super) const DATA: usize = 262_144;

/// How many recipients a mail for a contact list may have.
///
/// Source: [subscription management](https://docs.aws.amazon.com/ses/latest/dg/sending-email-subscription-management.html).
const LIST_RECIPIENTS: usize = 1;

/// What SES puts a contact list's link in the place of, and how often. The same page.
const LINK: &str = "{{amazonSESUnsubscribeUrl}}";
const LINKS: usize = 2;

/// A mail taken apart.
pub(super) struct Prepared<'a> {
    pub(super) shared: Shared,
    pub(super) destination: Destination,
    pub(super) tags: Vec<Pair>,
    pub(super) list: Option<List>,
    pub(super) form: Prepare<'a>,
}

/// The form it goes in.
pub(super) enum Prepare<'a> {
    Raw,
    Simple { mail: &'a Email, headers: Vec<Pair>, files: Vec<File<'a>> },
    Template { source: Source<'a>, data: String, headers: Vec<Pair>, files: Vec<File<'a>> },
}

pub(super) fn encode(account: &Ses, envelope: &Envelope<Email>) -> Result<Request<Bytes>> {
    let prepared = prepare(account, envelope)?;
    let raw;
    let content = match &prepared.form {
        Prepare::Raw => {
            let senders = Senders { from: account.from.clone(), ..Senders::default() };
            let now = account.connection.now();
            raw = mime::encode(LABEL, &senders, envelope, now, |_| Vec::new())?.content;
            Content::Raw(Raw { data: &raw })
        }
        Prepare::Simple { mail, headers, files } => Content::Simple(Simple {
            subject: Text::from(&*mail.subject),
            body: super::body::Body {
                text: mail.text.as_deref().map(Text::from),
                html: mail.html.as_deref().map(Text::from),
            },
            headers,
            attachments: files,
        }),
        Prepare::Template { source, data, headers, files } => {
            Content::Template(Template { source, template_data: data, headers, attachments: files })
        }
    };
    let mime_bytes = if let Content::Raw(raw) = &content { Some(raw.data.len()) } else { None };
    let body = Single {
        shared: &prepared.shared,
        destination: &prepared.destination,
        content,
        email_tags: &prepared.tags,
        list_management_options: prepared.list,
    };
    let request = account.connection.json(Method::POST, "v2/email/outbound-emails", &body);
    let request = request.map_err(|error| error.with_provider(LABEL))?;
    // The fields as JSON are about as long as the MIME that SES makes of them.
    let bytes = mime_bytes.unwrap_or_else(|| request.body().len());
    if bytes > BYTES {
        let problem = format!("make the mail {bytes} bytes as it is sent, and SES takes {BYTES}");
        let fault = Fault::new("attachments", problem, "send links instead");
        return Err(Error::invalid(vec![fault]).with_provider(LABEL));
    }
    Ok(request)
}

/// Everything that is checked before the wire, and what goes over it but for raw MIME.
pub(super) fn prepare<'a>(account: &'a Ses, envelope: &'a Envelope<Email>) -> Result<Prepared<'a>> {
    account.limits.admit(LABEL, envelope)?;
    let (mail, delivery) = (&envelope.message, &envelope.delivery);
    let options: Options = delivery.options.read()?.unwrap_or_default();
    let options = options.over(&account.defaults);
    if options.endpoint_id.is_some() {
        let feature = "multi-region endpoints (`endpoint_id`), which need Signature Version 4A";
        return Err(Error::unsupported(LABEL, feature));
    }
    let invalid = envelope.validate_for(LABEL).err();
    let mut faults = invalid.map(|error| error.faults().to_vec()).unwrap_or_default();
    options.check_settings(&mut faults);

    let from = mail.from.as_ref().or(account.from.as_ref());
    let from = if let Some(from) = from {
        parts::address(from, || "from".into(), &mut faults)
    } else {
        let remedy = "name a sender, or set the account's";
        faults.push(Fault::new("from", "is missing", remedy));
        String::new()
    };
    let destination = parts::destination(mail, &mut faults);
    let mut reply_to = Vec::new();
    for (index, mailbox) in mail.reply_to.iter().enumerate() {
        reply_to.push(parts::address(mailbox, || format!("reply_to[{index}]"), &mut faults));
    }
    if options.list.is_some() && destination.count() > LIST_RECIPIENTS {
        let problem = format!("has more than {LIST_RECIPIENTS} recipient for a contact list");
        faults.push(Fault::new("to", problem, "send one mail each"));
    }
    if options.list.is_some() {
        faults.extend(unsubscribe_links(mail));
    }
    let tags = parts::tags(envelope, &options, &mut faults);
    let template = delivery.provider_templates.get(LABEL);
    let form = match template {
        Some(template) => templated(mail, template, &options, &mut faults)?,
        None => plain(mail, &options, &mut faults),
    };
    if !faults.is_empty() {
        return Err(Error::invalid(faults).with_provider(LABEL));
    }
    Ok(Prepared {
        shared: Shared {
            from_email_address: from,
            from_email_address_identity_arn: options.identity_arn.clone(),
            reply_to_addresses: reply_to,
            feedback_forwarding_email_address: options
                .feedback_address
                .as_ref()
                .map(|address| address.to_ascii_domain().into_owned()),
            feedback_forwarding_email_address_identity_arn: options.feedback_identity_arn.clone(),
            configuration_set_name: options.configuration_set.clone(),
            tenant_name: options.tenant.clone(),
            configuration_overrides: Overrides::of(&options),
        },
        destination,
        tags,
        list: options
            .list
            .map(|list| List { contact_list_name: list.contact_list, topic_name: list.topic }),
        form,
    })
}

/// A mail whose template SES fills.
fn templated<'a>(
    mail: &'a Email,
    template: &'a ProviderTemplate,
    options: &Options,
    faults: &mut Vec<Fault>,
) -> Result<Prepare<'a>> {
    if mail.amp.is_some() {
        return Err(Error::unsupported(LABEL, "an AMP document with a template"));
    }
    let source = if options.inline_template {
        texts(mail, faults);
        Source::Inline(Inline {
            subject: &mail.subject,
            text: mail.text.as_deref(),
            html: mail.html.as_deref(),
        })
    } else if template.id.starts_with("arn:") {
        Source::Arn(&template.id)
    } else {
        Source::Name(&template.id)
    };
    if !options.inline_template && template.id.trim().is_empty() {
        let remedy = "write the template's name or ARN";
        faults.push(Fault::new("provider_templates.id", "is empty", remedy));
    }
    // A map of JSON values is written as JSON.
    let data = serde_json::to_string(&template.variables).unwrap_or_default();
    if data.chars().count() > DATA {
        let problem = format!("are more than {DATA} characters as JSON");
        faults.push(Fault::new("provider_templates.variables", problem, "send less"));
    }
    let headers = parts::headers(mail).map_err(|fault| faults.push(no_mime(fault)));
    for (index, attachment) in mail.attachments.iter().enumerate() {
        faults.extend(parts::file(attachment, index).map(no_mime));
    }
    let files = mail.attachments.iter().map(File::from).collect();
    Ok(Prepare::Template { source, data, headers: headers.unwrap_or_default(), files })
}

/// A template cannot go as MIME.
fn no_mime(fault: Fault) -> Fault {
    Fault::new(fault.field, fault.problem, "change it, or send without SES's template")
}

fn plain<'a>(mail: &'a Email, options: &Options, faults: &mut Vec<Fault>) -> Prepare<'a> {
    texts(mail, faults);
    if options.inline_template {
        let remedy = "set `provider_templates[\"ses.email\"]`, whose id is not used";
        faults.push(Fault::new("options.inline_template", "has no variables", remedy));
    }
    let headers = parts::headers(mail);
    let files = mail.attachments.iter().enumerate();
    let mut unfit: Vec<_> = files.filter_map(|(index, file)| parts::file(file, index)).collect();
    if mail.amp.is_some() {
        unfit.push(Fault::new("amp", "has no field in the API", "send it as raw MIME"));
    }
    match (options.form, headers) {
        (None | Some(Form::Simple), Ok(headers)) if unfit.is_empty() => {
            let files = mail.attachments.iter().map(File::from).collect();
            Prepare::Simple { mail, headers, files }
        }
        (None | Some(Form::Raw), _) => Prepare::Raw,
        (Some(Form::Simple), headers) => {
            faults.extend(headers.err());
            faults.extend(unfit);
            Prepare::Raw
        }
    }
}

/// More places for a contact list's link than SES fills.
fn unsubscribe_links(mail: &Email) -> Option<Fault> {
    let texts = [("text", mail.text.as_deref()), ("html", mail.html.as_deref())];
    let many = |text: Option<&str>| text.is_some_and(|text| text.matches(LINK).count() > LINKS);
    let (field, _) = texts.into_iter().find(|(_, text)| many(*text))?;
    Some(Fault::new(field, format!("has {LINK} more than {LINKS} times"), "write it once"))
}

fn texts(mail: &Email, faults: &mut Vec<Fault>) {
    if mail.text.is_none() && mail.html.is_none() && mail.amp.is_none() {
        faults.push(Fault::new("text", "is missing, and so is HTML", "write one of them"));
    }
}

#[derive(Deserialize)]
struct Accepted {
    #[serde(rename = "MessageId")]
    message_id: Option<String>,
}

pub(super) fn decode(
    account: &Ses,
    response: &Response<Bytes>,
    envelope: &Envelope<Email>,
) -> Result<Receipt> {
    if !response.status().is_success() {
        return Err(error::from_response(response, account.connection.now()));
    }
    let accepted: Accepted = read(response).map_err(|error| error.with_provider(LABEL))?;
    Ok(receipt(account, envelope, accepted.message_id))
}

pub(super) fn receipt(account: &Ses, envelope: &Envelope<Email>, id: Option<String>) -> Receipt {
    let id = id.filter(|id| !id.is_empty());
    Receipt::new(LABEL, envelope, account.connection.now()).with_provider_message_id(id)
}
