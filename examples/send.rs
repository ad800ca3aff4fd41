//! Sends through a provider URL: JSON lines in, a receipt or an error a line out, in order.
//!
//! ```console
//! $ echo '{"channel":"sms","recipient":"+919845000012","content":{"text":"Ready"}}' |
//!     cargo run -q --example send -- --via sandbox://
//! ```
//!
//! Options: `--via URL` (required), `--templates DIR`, `--dlt FILE`, `--region IN`. Lines that are
//! there together go out together, through the provider's bulk form. Without `--templates`, a
//! template is one that is kept at the provider. The README has the format.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "printing is what it is for")]

use std::{
    collections::BTreeMap,
    io::{self, BufRead as _, Write as _},
    process::ExitCode,
    time::Duration,
};

use dakiya::{
    AddressError, ApplePush, ApprovedTemplate, Attachment, Call, DeviceToken, Dlt, Draft, Email,
    Error, Fault, Kind, Mailbox, Media, Message, Messenger, Options, PhoneNumber, ProviderTemplate,
    Purpose, Rcs, Receipt, Region, Result, Routed, SenderId, Sms, Step, Subscription, TemplateRef,
    Timestamp, WebPush, WhatsApp, WhatsAppAddress, WhatsAppContent,
    channel::label,
    compliance::dlt::Registry,
    template::TemplateSet,
    time::{Clock as _, TokioClock},
};
use jiff::{civil::DateTime, tz::TimeZone};
use serde::Deserialize;
use serde_json::{Value, json};

/// How many lines go out as one batch.
const LINES: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    channel: String,
    recipient: Value,
    content: Content,
    scheduling: Option<Scheduling>,
    purpose: Option<Purpose>,
    tags: Option<Vec<String>>,
    idempotency_key: Option<String>,
    callback_data: Option<String>,
    options: Option<Options>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    template_id: Option<String>,
    version: Option<String>,
    locale: Option<String>,
    parameters: Option<serde_json::Map<String, Value>>,
    from: Option<String>,
    subject: Option<String>,
    text: Option<String>,
    html: Option<String>,
    media: Option<Vec<Media>>,
    whatsapp: Option<WhatsAppContent>,
    steps: Option<Vec<Step>>,
    attachments: Option<Vec<Attachment>>,
    dlt: Option<Dlt>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scheduling {
    send_at: String,
    timezone: Option<String>,
}

/// The command line.
struct Arguments {
    via: String,
    templates: Option<String>,
    dlt: Option<String>,
    region: Region,
}

/// What the lines are read by.
struct Reader {
    region: Region,
    /// Without a folder of templates, a template is one kept at one of these providers.
    kept_at: Option<Vec<String>>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}\nsend --via URL [--templates DIR] [--dlt FILE] [--region IN]");
            ExitCode::from(2)
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let options = arguments()?;
    let kept_at = options.templates.is_none().then(|| providers(&options.via));
    let reader = Reader { region: options.region, kept_at };
    let mut builder = Messenger::builder().url(&options.via)?;
    if let Some(folder) = &options.templates {
        builder = builder.templates(TemplateSet::from_dir(folder)?);
    }
    if let Some(file) = &options.dlt {
        builder = builder.dlt(Registry::from_toml(&std::fs::read_to_string(file)?)?);
    }
    let messenger = builder.build()?;

    let (send, mut lines) = tokio::sync::mpsc::unbounded_channel();
    // A thread of its own, so that lines that are there together are seen together.
    std::thread::spawn(move || {
        io::stdin().lock().split(b'\n').map_while(Result::ok).try_for_each(|line| send.send(line))
    });
    while let Some(first) = lines.recv().await {
        let mut wanted = vec![first];
        // What is written at once takes a moment to come in: until a moment brings nothing.
        let mut seen = 0;
        while seen < wanted.len() && wanted.len() < LINES {
            seen = wanted.len();
            TokioClock::default().sleep(Duration::from_millis(2)).await;
            wanted.extend(std::iter::from_fn(|| lines.try_recv().ok()).take(LINES - seen));
        }
        wanted.retain(|line| !line.trim_ascii().is_empty());
        let answers = answer(&messenger, &wanted, &reader).await;
        let mut out = io::stdout().lock();
        for answer in answers {
            let answer = match answer {
                Ok(receipt) => json!({"ok": true, "receipt": receipt}),
                Err(error) => json!({"ok": false, "error": error}),
            };
            writeln!(out, "{answer}")?;
        }
        out.flush()?;
    }
    Ok(())
}

fn arguments() -> Result<Arguments, Box<dyn std::error::Error>> {
    let mut given = BTreeMap::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        given.insert(name, value);
    }
    let options = Arguments {
        via: given.remove("--via").ok_or("--via <provider URL> is required")?,
        templates: given.remove("--templates"),
        dlt: given.remove("--dlt"),
        region: given.remove("--region").map_or(Ok(Region::INDIA), |text| Region::parse(&text))?,
    };
    match given.into_keys().next() {
        Some(name) => Err(format!("no option {name}").into()),
        None => Ok(options),
    }
}

/// The names of the providers in a URL: `twilio`, and `netcore` of `netcore+email`.
fn providers(via: &str) -> Vec<String> {
    let before = via.match_indices("://").filter_map(|(at, _)| via.get(..at));
    let schemes = before.filter_map(|text| text.rsplit([' ', '(']).next());
    schemes.filter_map(|scheme| scheme.split('+').next()).map(str::to_owned).collect()
}

/// One answer a line: the lines of each kind go out as one batch.
async fn answer(messenger: &Messenger, lines: &[Vec<u8>], reader: &Reader) -> Vec<Result<Receipt>> {
    let mut answers: Vec<Option<Result<Receipt>>> = vec![None; lines.len()];
    let mut sorted = Sorted::default();
    for (index, line) in lines.iter().enumerate() {
        if let Err(error) = sorted.sort(index, line, reader)
            && let Some(answer) = answers.get_mut(index)
        {
            *answer = Some(Err(error));
        }
    }
    let Sorted { apple_push, email, rcs, sms, voice, web_push, whatsapp } = sorted;
    flush(messenger, apple_push, &mut answers).await;
    flush(messenger, email, &mut answers).await;
    flush(messenger, rcs, &mut answers).await;
    flush(messenger, sms, &mut answers).await;
    flush(messenger, voice, &mut answers).await;
    flush(messenger, web_push, &mut answers).await;
    flush(messenger, whatsapp, &mut answers).await;
    answers.into_iter().flatten().collect()
}

async fn flush<M: Routed>(
    messenger: &Messenger,
    drafts: Vec<(usize, Draft<M>)>,
    answers: &mut [Option<Result<Receipt>>],
) {
    let (places, drafts): (Vec<_>, Vec<_>) = drafts.into_iter().unzip();
    for (place, answer) in places.into_iter().zip(messenger.send_batch(drafts).await) {
        if let Some(slot) = answers.get_mut(place) {
            *slot = Some(answer);
        }
    }
}

#[derive(Default)]
struct Sorted {
    apple_push: Vec<(usize, Draft<ApplePush>)>,
    email: Vec<(usize, Draft<Email>)>,
    rcs: Vec<(usize, Draft<Rcs>)>,
    sms: Vec<(usize, Draft<Sms>)>,
    voice: Vec<(usize, Draft<Call>)>,
    web_push: Vec<(usize, Draft<WebPush>)>,
    whatsapp: Vec<(usize, Draft<WhatsApp>)>,
}

impl Sorted {
    fn sort(&mut self, index: usize, line: &[u8], reader: &Reader) -> Result<()> {
        let line: Line = serde_json::from_slice(line).map_err(|error| unread(&error))?;
        let kind = line.channel.parse::<Kind>().map_err(|error| {
            let known = error.message().rsplit("; ").next().unwrap_or_default().to_owned();
            fault("channel", "is none", known)
        })?;
        line.content.fits(kind)?;
        let phone = || phone(&line.recipient, reader.region);
        let draft = Shared { line: &line, reader };
        let text = line.content.text.clone().unwrap_or_default();
        let media = line.content.media.iter().flatten().next().cloned();
        match kind {
            Kind::ApplePush => {
                let to =
                    DeviceToken::parse(string(&line.recipient)?).map_err(wrong("recipient"))?;
                let mut push = ApplePush::to(to);
                push.title.clone_from(&line.content.subject);
                push.body.clone_from(&line.content.text);
                self.apple_push.push((index, draft.of(push)?));
            }
            Kind::Email => self.email.push((index, draft.of(mail(&line)?)?)),
            Kind::Rcs => {
                let rcs = Rcs::to(phone()?).text(text);
                let rcs = media.map_or_else(|| rcs.clone(), |media| rcs.clone().media(media));
                self.rcs.push((index, draft.of(rcs)?));
            }
            Kind::Sms => {
                let mut sms = Sms::to(phone()?).text(text);
                sms.dlt.clone_from(&line.content.dlt);
                let from = line.content.from.clone().map(SenderId::parse).transpose();
                sms.from = from.map_err(wrong("content.from"))?;
                self.sms.push((index, draft.of(sms)?));
            }
            Kind::Voice => {
                let mut call = Call::to(phone()?);
                call.steps = line.content.steps.clone().unwrap_or_default();
                if call.steps.is_empty() && !text.is_empty() {
                    call = call.say(text);
                }
                self.voice.push((index, draft.of(call)?));
            }
            Kind::WebPush => {
                let to: Subscription =
                    serde_json::from_value(line.recipient.clone()).map_err(|_| {
                        fault("recipient", "is no subscription", "write endpoint, p256dh, auth")
                    })?;
                self.web_push.push((index, draft.of(WebPush::to(to).payload(text))?));
            }
            Kind::WhatsApp => {
                let raw = string(&line.recipient)?;
                let to = match phone() {
                    Ok(number) => number.into(),
                    Err(_) => WhatsAppAddress::parse(raw).map_err(wrong("recipient"))?,
                };
                let mut message = WhatsApp::to(to).text(text);
                if let Some(content) = line.content.whatsapp.clone() {
                    message = message.content(content);
                } else if let Some(media) = media {
                    message = message.media(media);
                } else if let Some(template) = reader.approved(&line.content) {
                    message = message.content(template);
                }
                self.whatsapp.push((index, draft.of(message)?));
            }
        }
        Ok(())
    }
}

fn mail(line: &Line) -> Result<Email> {
    let to = Mailbox::parse(&string(&line.recipient)?).map_err(wrong("recipient"))?;
    let content = &line.content;
    let mut mail = Email::to(to).subject(content.subject.clone().unwrap_or_default());
    let from = content.from.as_deref().map(Mailbox::parse).transpose();
    mail.from = from.map_err(wrong("content.from"))?;
    mail.text.clone_from(&content.text);
    mail.html.clone_from(&content.html);
    mail.attachments = content.attachments.clone().unwrap_or_default();
    Ok(mail)
}

/// What every kind shares.
struct Shared<'a> {
    line: &'a Line,
    reader: &'a Reader,
}

impl Shared<'_> {
    fn of<M: Message>(&self, message: M) -> Result<Draft<M>> {
        let line = self.line;
        let mut draft = message.draft().purpose(line.purpose.unwrap_or_default());
        if let Some(id) = &line.content.template_id {
            let parameters = line.content.parameters.clone().unwrap_or_default();
            match &self.reader.kept_at {
                None => {
                    let mut template = TemplateRef::new(id).vars(&parameters);
                    template.version.clone_from(&line.content.version);
                    template.locale.clone_from(&line.content.locale);
                    draft = draft.with_template(template);
                }
                Some(_) if M::KIND == Kind::WhatsApp => {} // its content names the template
                Some(providers) => {
                    let mut template = ProviderTemplate::new(id);
                    template.variables = parameters.into_iter().collect();
                    for provider in providers {
                        draft = draft
                            .with_provider_template(label(provider, M::KIND), template.clone());
                    }
                }
            }
        }
        if let Some(scheduling) = &line.scheduling {
            draft = draft.send_at(scheduling.at()?);
        }
        draft.delivery.tags = line.tags.clone().unwrap_or_default();
        draft.delivery.idempotency_key.clone_from(&line.idempotency_key);
        draft.delivery.callback_data.clone_from(&line.callback_data);
        draft.delivery.options = line.options.clone().unwrap_or_default();
        Ok(draft)
    }
}

impl Reader {
    /// A template that Meta approved, filled by place where the parameters are numbered.
    fn approved(&self, content: &Content) -> Option<ApprovedTemplate> {
        let (id, _) = content.template_id.as_ref().zip(self.kept_at.as_ref())?;
        let template = ApprovedTemplate::new(id, content.locale.as_deref().unwrap_or("en"));
        let parameters = content.parameters.clone().unwrap_or_default();
        let mut numbered: Vec<(u16, Value)> = Vec::new();
        for (name, value) in &parameters {
            let Ok(place) = name.parse() else {
                return Some(template.named_parameters(parameters));
            };
            numbered.push((place, value.clone()));
        }
        numbered.sort_by_key(|(place, _)| *place);
        Some(template.parameters(numbered.into_iter().map(|(_, value)| value)))
    }
}

impl Content {
    /// Nothing that the kind cannot carry is dropped in silence.
    fn fits(&self, kind: Kind) -> Result<()> {
        let files = |list: Option<usize>| list.unwrap_or_default();
        let media = files(self.media.as_ref().map(Vec::len));
        let most = usize::from(matches!(kind, Kind::Rcs | Kind::WhatsApp));
        let mail = kind == Kind::Email;
        let given = [
            ("dlt", self.dlt.is_some(), kind == Kind::Sms),
            ("from", self.from.is_some(), mail || kind == Kind::Sms),
            ("subject", self.subject.is_some(), mail || kind == Kind::ApplePush),
            ("html", self.html.is_some(), mail),
            ("attachments", files(self.attachments.as_ref().map(Vec::len)) > 0, mail),
            ("media", media > 0, media <= most),
            ("whatsapp", self.whatsapp.is_some(), kind == Kind::WhatsApp),
            ("steps", self.steps.is_some(), kind == Kind::Voice),
        ];
        let unfit = given.iter().filter(|(_, given, fits)| *given && !fits).map(|(name, ..)| {
            let problem =
                if most == 1 && *name == "media" { "is more than one" } else { "has no place" };
            Fault::new(format!("content.{name}"), format!("{problem} in {kind}"), "leave it out")
        });
        let unfit: Vec<_> = unfit.collect();
        if unfit.is_empty() { Ok(()) } else { Err(Error::invalid(unfit)) }
    }
}

impl Scheduling {
    /// A moment with an offset, or a local time in a zone.
    fn at(&self) -> Result<Timestamp> {
        if let Ok(at) = self.send_at.parse::<Timestamp>() {
            return Ok(at);
        }
        let wrong = || fault("scheduling.send_at", "is no time", "write 2026-12-01T10:00:00+05:30");
        let local: DateTime = self.send_at.parse().map_err(|_| wrong())?;
        let zone = self.timezone.as_deref().ok_or_else(|| {
            fault("scheduling.timezone", "is missing", "write one, such as Asia/Kolkata")
        })?;
        let zone = TimeZone::get(zone).map_err(|_| {
            fault("scheduling.timezone", "is no time zone", "write one, such as Asia/Kolkata")
        })?;
        Ok(local.to_zoned(zone).map_err(|_| wrong())?.timestamp())
    }
}

fn phone(recipient: &Value, region: Region) -> Result<PhoneNumber> {
    PhoneNumber::parse_in(&string(recipient)?, region).map_err(wrong("recipient"))
}

fn string(recipient: &Value) -> Result<String> {
    let text = recipient.as_str().map(str::to_owned);
    text.ok_or_else(|| fault("recipient", "is no text", "write an address"))
}

fn wrong(field: &str) -> impl Fn(AddressError) -> Error {
    move |error| fault(field, error.problem, error.remedy)
}

/// Names the key that is wrong; the parser's other words may quote the line.
fn unread(error: &serde_json::Error) -> Error {
    let words = error.to_string();
    let key = ["unknown field", "missing field", "duplicate field"];
    let problem = match words.rsplit_once(" at line ") {
        Some((words, _)) if key.iter().any(|key| words.starts_with(key)) => words.to_owned(),
        _ if error.is_data() => format!("has a wrong value before column {}", error.column()),
        _ => format!("is no JSON from column {}", error.column()),
    };
    fault("line", problem, "write the format of the README")
}

fn fault(field: &str, problem: impl Into<String>, remedy: impl Into<String>) -> Error {
    Error::invalid(vec![Fault::new(field, problem, remedy)])
}
