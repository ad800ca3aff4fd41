//! What follows from a keyword.

use std::{collections::BTreeMap, fmt};

use super::{Found, Keyword};
use crate::{
    event::{Event, EventKind, Inbound, party::bare},
    message::{
        Draft, Email, EmailAddress, Kind, Mailbox, Message, PhoneNumber, Rcs, SenderId, Sms,
        WhatsApp, WhatsAppAddress,
    },
};

/// The texts to answer with, by keyword and language.
///
/// They are suggestions in plain words. In India an SMS must be a registered template: set the
/// registered texts, or none.
#[derive(Clone)]
#[must_use]
pub struct Replies {
    texts: BTreeMap<(Keyword, String), String>,
}

impl Replies {
    /// Texts in the name of `brand`, in English, Hindi, Spanish, French, German and Portuguese.
    /// Another language is answered in English.
    pub fn standard(brand: &str) -> Self {
        use Keyword::{Help, Start, Stop};
        let mut replies = Self::none();
        let texts = [
            (
                Stop,
                "en",
                "You are unsubscribed and will get no more messages from us here. Reply START to come back.",
            ),
            (Start, "en", "You are subscribed again. Reply HELP for help, STOP to unsubscribe."),
            (Help, "en", "Reply STOP to get no more messages from us here."),
            (Stop, "hi", "अब आपको यहाँ हमारे संदेश नहीं मिलेंगे। फिर से पाने के लिए START लिखें।"),
            (Start, "hi", "अब आपको हमारे संदेश फिर से मिलेंगे। बंद करने के लिए STOP लिखें।"),
            (Help, "hi", "हमारे संदेश बंद करने के लिए STOP लिखें।"),
            (
                Stop,
                "es",
                "Se ha dado de baja y no recibirá más mensajes nuestros aquí. Responda START para volver.",
            ),
            (Start, "es", "Está suscrito de nuevo. Responda STOP para darse de baja."),
            (Help, "es", "Responda STOP para no recibir más mensajes nuestros aquí."),
            (
                Stop,
                "fr",
                "Vous êtes désabonné et ne recevrez plus nos messages ici. Répondez START pour revenir.",
            ),
            (Start, "fr", "Vous êtes de nouveau abonné. Répondez STOP pour vous désabonner."),
            (Help, "fr", "Répondez STOP pour ne plus recevoir nos messages ici."),
            (
                Stop,
                "de",
                "Sie sind abgemeldet und erhalten hier keine Nachrichten mehr von uns. Mit START melden Sie sich wieder an.",
            ),
            (Start, "de", "Sie sind wieder angemeldet. Mit STOP melden Sie sich ab."),
            (Help, "de", "Antworten Sie STOP, um hier keine Nachrichten mehr von uns zu erhalten."),
            (
                Stop,
                "pt",
                "Você cancelou a inscrição e não receberá mais mensagens nossas aqui. Responda START para voltar.",
            ),
            (Start, "pt", "Você está inscrito novamente. Responda STOP para cancelar."),
            (Help, "pt", "Responda STOP para não receber mais mensagens nossas aqui."),
        ];
        for (keyword, language, text) in texts {
            replies = replies.set(keyword, language, format!("{brand}: {text}"));
        }
        replies
    }

    /// No texts: nothing is answered.
    pub fn none() -> Self {
        Self { texts: BTreeMap::new() }
    }

    /// Sets a text. That of `en` answers in every language without one.
    pub fn set(mut self, keyword: Keyword, language: &str, text: impl Into<String>) -> Self {
        self.texts.insert((keyword, language.to_owned()), text.into());
        self
    }

    /// Removes the texts of a keyword, which is not answered then.
    pub fn silent(mut self, keyword: Keyword) -> Self {
        self.texts.retain(|(own, _), _| *own != keyword);
        self
    }

    /// The text for a keyword in a language.
    #[must_use]
    pub fn text(&self, keyword: Keyword, language: &str) -> Option<&str> {
        let get = |language: &str| self.texts.get(&(keyword, language.to_owned()));
        get(language).or_else(|| get("en")).map(String::as_str)
    }
}

impl fmt::Debug for Replies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.texts.keys()).finish()
    }
}

/// What follows from a keyword that a person sent.
#[non_exhaustive]
#[derive(Clone, PartialEq)]
pub struct TwoWay {
    /// The keyword.
    pub found: Found,
    /// The opt-out, or that the person is back, for the host's store; absent for
    /// [`Keyword::Help`]. Its recipient is the person, its sender the number of ours that they
    /// wrote to. A [`SuppressionList`] takes all of this by its [`heard`]; another store keeps when
    /// somebody came back, since a STOP from before may be told late, or again.
    ///
    /// [`SuppressionList`]: crate::compliance::suppression::SuppressionList
    /// [`heard`]: crate::compliance::suppression::SuppressionList::heard
    pub event: Option<Event>,
    /// The text to answer with; absent where there is none, or the provider has answered.
    pub reply: Option<String>,
    /// The kind of channel it came by.
    pub channel: Option<Kind>,
    /// What they said, from the view of what we send.
    said: Event,
    inbound: Option<Box<Inbound>>,
}

crate::debug::show!(TwoWay { found, channel });

impl TwoWay {
    /// `said` is of the [kind](EventKind::Suppression) that a list takes, but for a HELP.
    pub(super) fn new(inbound: &Event, found: Found, said: Event, reply: Option<&str>) -> Self {
        let mail = matches!(inbound.inbound.as_deref(), Some(Inbound::Email(_)));
        Self {
            found,
            event: Some(said.clone()).filter(|said| said.kind == EventKind::Suppression),
            reply: reply.map(str::to_owned),
            channel: inbound.channel,
            said,
            inbound: inbound.inbound.clone().filter(|_| mail),
        }
    }

    /// What they said, from the view of what we send: its recipient is the person.
    pub(crate) fn said(&self) -> &Event {
        &self.said
    }

    fn person(&self) -> &str {
        self.said.recipient.as_deref().unwrap_or_default()
    }

    /// The answer as an SMS from the number they wrote to; `None` where there is none, or they
    /// wrote by something else.
    ///
    /// The answer to a stop [confirms it](crate::Delivery::confirms_opt_out), and passes the
    /// suppression once. So does the answer to a help of somebody who opted out.
    #[must_use]
    pub fn sms(&self) -> Option<Draft<Sms>> {
        let reply = self.reply_by(Kind::Sms)?;
        let mut sms = Sms::to(number(self.person())?).text(reply);
        sms.from = self.said.sender.as_deref().and_then(sender);
        Some(self.draft(sms))
    }

    /// The answer as a WhatsApp message that quotes theirs, from the account's default number.
    #[must_use]
    pub fn whatsapp(&self) -> Option<Draft<WhatsApp>> {
        let reply = self.reply_by(Kind::WhatsApp)?;
        let to = match number(self.person()) {
            Some(number) => number.into(),
            None => WhatsAppAddress::parse(bare(self.person())).ok()?,
        };
        let mut message = WhatsApp::to(to).text(reply);
        message.reply_to.clone_from(&self.said.reply_to);
        Some(self.draft(message))
    }

    /// The answer as an RCS message, from the account's default agent.
    #[must_use]
    pub fn rcs(&self) -> Option<Draft<Rcs>> {
        let reply = self.reply_by(Kind::Rcs)?;
        Some(self.draft(Rcs::to(number(self.person())?).text(reply)))
    }

    /// The answer as a mail in the same thread, from the address they wrote to.
    #[must_use]
    pub fn email(&self) -> Option<Draft<Email>> {
        let reply = self.reply_by(Kind::Email)?;
        let mut mail = Email::to(EmailAddress::parse(self.person().trim()).ok()?).text(reply);
        mail.from = self.said.sender.as_deref().and_then(|own| Mailbox::parse(own).ok());
        if let Some(Inbound::Email(theirs)) = self.inbound.as_deref() {
            mail = mail.in_reply_to(theirs);
        }
        Some(self.draft(mail))
    }

    fn reply_by(&self, kind: Kind) -> Option<&str> {
        self.reply.as_deref().filter(|_| self.channel == Some(kind))
    }

    fn draft<M: Message>(&self, message: M) -> Draft<M> {
        let draft = Draft::new(message);
        if self.found.keyword == Keyword::Start { draft } else { draft.confirms_opt_out() }
    }
}

/// A number as a provider writes it: with a scheme, or without its plus.
fn number(text: &str) -> Option<PhoneNumber> {
    let text = bare(text);
    let plus = if text.starts_with('+') { "" } else { "+" };
    PhoneNumber::parse(format!("{plus}{text}")).ok()
}

/// Our number, short code or header. What is as long as a number with its country code is one.
fn sender(text: &str) -> Option<SenderId> {
    let text = bare(text);
    let whole = text.len() >= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if whole { number(text).map(Into::into) } else { None };
    number.or_else(|| SenderId::parse(text).ok())
}
