//! Steps as TwiML.

use crate::{
    error::{Error, Fault, Result},
    message::{Gather, Input, Recording, Step},
    webhook::Reply,
};

/// The most bytes that Twilio reads of an answer.
///
/// Source: [Error 11750](https://www.twilio.com/docs/api/errors/11750).
const MOST: usize = 64 * 1024;

/// Writes steps as TwiML: for the answer to a request of Twilio's, with the content type `text/xml`
/// and within 15 s.
///
/// A [`Gather`] or [`Recording`] without an `action` goes to the URL that Twilio asked. No step at
/// all is an empty response, which ends the call.
///
/// ```
/// use dakiya::{Step, twilio::voice::twiml};
///
/// assert_eq!(
///     twiml(&[Step::say("Rs 40 & more")])?,
///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
///      <Response><Say>Rs 40 &amp; more</Say></Response>"
/// );
/// # Ok::<(), dakiya::Error>(())
/// ```
///
/// # Errors
///
/// - [`InvalidMessage`](crate::ErrorKind::InvalidMessage) for a character that XML cannot hold,
///   such as NUL, a time of no whole second, a hint with a comma, or more than 64 kB.
/// - [`Unsupported`](crate::ErrorKind::Unsupported) for a step that cannot stand in a prompt.
///
/// Source: [TwiML](https://www.twilio.com/docs/voice/twiml).
pub fn twiml(steps: &[Step]) -> Result<String> {
    let mut writer = Writer {
        xml: String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>"),
        faults: Vec::new(),
    };
    for (index, step) in steps.iter().enumerate() {
        writer.step(&format!("steps[{index}]"), step)?;
    }
    writer.xml.push_str("</Response>");
    if writer.xml.len() > MOST {
        let problem = format!("are {} bytes of TwiML", writer.xml.len());
        let remedy = format!("write at most {MOST}, or redirect to the rest");
        writer.faults.push(Fault::new("steps", problem, remedy));
    }
    if writer.faults.is_empty() {
        Ok(writer.xml)
    } else {
        Err(Error::invalid(writer.faults).with_provider(super::LABEL))
    }
}

/// Answers a request of a call: what happens next in it, such as after a [`Gather`]. Hand it to
/// Twilio in place of [`Parsed::reply`](crate::webhook::Parsed::reply), within 15 s; no step at all
/// ends the call.
///
/// ```
/// use dakiya::{Step, twilio::voice::answer};
///
/// let reply = answer(&[Step::say("Thank you."), Step::HangUp])?;
/// assert_eq!(
///     reply.body,
///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
///      <Response><Say>Thank you.</Say><Hangup/></Response>"
/// );
/// assert_eq!(reply.headers["content-type"], "text/xml");
/// # Ok::<(), dakiya::Error>(())
/// ```
///
/// # Errors
///
/// As [`twiml`].
pub fn answer(steps: &[Step]) -> Result<Reply> {
    Ok(Reply::ok().with_body("text/xml", twiml(steps)?))
}

struct Writer {
    xml: String,
    faults: Vec<Fault>,
}

impl Writer {
    fn step(&mut self, field: &str, step: &Step) -> Result<()> {
        match step {
            Step::Dial { number, timeout } => {
                self.open("Dial");
                self.seconds(field, "timeout", *timeout);
                self.content("Dial", field, number.as_str());
            }
            Step::Gather(gather) => self.gather(field, gather)?,
            Step::HangUp => self.xml.push_str("<Hangup/>"),
            Step::Pause { .. } | Step::Play { .. } | Step::Say { .. } => self.heard(field, step)?,
            Step::Record(recording) => self.record(field, recording),
            Step::Redirect { link } => {
                self.open("Redirect");
                self.content("Redirect", &format!("{field}.link"), link);
            }
        }
        Ok(())
    }

    /// What may stand in a prompt, too.
    fn heard(&mut self, field: &str, step: &Step) -> Result<()> {
        match step {
            Step::Say { text, language, voice } => {
                self.open("Say");
                self.optional(field, "voice", voice.as_deref());
                self.optional(field, "language", language.as_deref());
                self.content("Say", &format!("{field}.text"), text);
            }
            Step::Play { link, times } => {
                self.open("Play");
                match times {
                    // Twilio would play it again and again.
                    Some(0) => self.wrong(&format!("{field}.times"), "is 0", "write 1 or more"),
                    Some(times) => self.attribute(field, "loop", &times.to_string()),
                    None => {}
                }
                self.content("Play", &format!("{field}.link"), link);
            }
            Step::Pause { length } => {
                self.open("Pause");
                self.seconds(field, "length", Some(*length));
                self.xml.push_str("/>");
            }
            Step::Dial { .. }
            | Step::Gather(_)
            | Step::HangUp
            | Step::Record(_)
            | Step::Redirect { .. } => {
                let feature = format!("`{field}` in a prompt; say, play or pause");
                return Err(Error::unsupported(super::LABEL, feature));
            }
        }
        Ok(())
    }

    fn gather(&mut self, field: &str, gather: &Gather) -> Result<()> {
        self.open("Gather");
        let input = match gather.input {
            Input::Keys => "dtmf",
            Input::KeysOrSpeech => "dtmf speech",
            Input::Speech => "speech",
        };
        self.attribute(field, "input", input);
        self.optional(field, "action", gather.action.as_deref());
        self.seconds(field, "timeout", gather.timeout);
        if let Some(digits) = gather.digits {
            self.attribute(field, "numDigits", &digits.to_string());
        }
        if let Some(key) = gather.finish_on {
            self.attribute(field, "finishOnKey", key.encode_utf8(&mut [0; 4]));
        }
        self.optional(field, "language", gather.language.as_deref());
        if gather.hints.iter().any(|hint| hint.contains(',')) {
            self.wrong(&format!("{field}.hints"), "hold a comma", "write two hints");
        }
        if !gather.hints.is_empty() {
            self.attribute(field, "hints", &gather.hints.join(", "));
        }
        self.xml.push('>');
        for (index, step) in gather.prompt.iter().enumerate() {
            self.heard(&format!("{field}.prompt[{index}]"), step)?;
        }
        self.xml.push_str("</Gather>");
        Ok(())
    }

    fn record(&mut self, field: &str, recording: &Recording) {
        self.open("Record");
        self.optional(field, "action", recording.action.as_deref());
        self.seconds(field, "timeout", recording.silence);
        self.seconds(field, "maxLength", recording.max_length);
        if let Some(beep) = recording.beep {
            self.attribute(field, "playBeep", if beep { "true" } else { "false" });
        }
        if recording.transcribe {
            self.attribute(field, "transcribe", "true");
        }
        self.xml.push_str("/>");
    }

    fn open(&mut self, verb: &str) {
        self.xml.push('<');
        self.xml.push_str(verb);
    }

    fn attribute(&mut self, field: &str, name: &str, value: &str) {
        self.xml.push(' ');
        self.xml.push_str(name);
        self.xml.push_str("=\"");
        self.escape(&format!("{field}.{name}"), value);
        self.xml.push('"');
    }

    fn optional(&mut self, field: &str, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.attribute(field, name, value);
        }
    }

    fn seconds(&mut self, field: &str, name: &str, length: Option<std::time::Duration>) {
        let Some(length) = length else { return };
        if length.as_secs() == 0 || length.subsec_nanos() > 0 {
            let remedy = "write 1 second or more, whole seconds";
            self.wrong(&format!("{field}.{name}"), "is no number of seconds", remedy);
        }
        self.attribute(field, name, &length.as_secs().to_string());
    }

    fn content(&mut self, verb: &str, field: &str, text: &str) {
        self.xml.push('>');
        self.escape(field, text);
        self.xml.push_str("</");
        self.xml.push_str(verb);
        self.xml.push('>');
    }

    fn wrong(&mut self, field: &str, problem: &str, remedy: &str) {
        self.faults.push(Fault::new(field, problem, remedy));
    }

    fn escape(&mut self, field: &str, text: &str) {
        if !escape(&mut self.xml, text) {
            self.wrong(field, "holds a character that XML cannot", "remove control characters");
        }
    }
}

/// Writes `text` to `xml`. Returns whether XML can hold all of it; it leaves out what XML cannot.
pub(in crate::providers::twilio) fn escape(xml: &mut String, text: &str) -> bool {
    let mut whole = true;
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\'' => xml.push_str("&apos;"),
            // A reader would make spaces and line feeds of them.
            '\t' => xml.push_str("&#9;"),
            '\n' => xml.push_str("&#10;"),
            '\r' => xml.push_str("&#13;"),
            // Not even a reference may stand for these.
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => whole = false,
            c => xml.push(c),
        }
    }
    whole
}
