//! STOP, START and HELP: what people answer to be left alone, to come back, to ask.
//!
//! [`Keywords::matches`] reads a text; [`Keywords::answer`] reads an inbound event and says what
//! follows: the suppression, as an event for a
//! [`SuppressionList`](super::suppression::SuppressionList) or the host's store, and the text to
//! answer.
//!
//! A message counts where it is a keyword and nothing else but courtesies: `STOP`, `stop.`,
//! `Please stop`, `कृपया बंद करें`. `Don't stop` and `Please stop by at 5` do not. Case, accents,
//! punctuation, emoji, full-width letters, joiners and the two ways to write a letter make no
//! difference. With [`loose`](Keywords::loose) sentences count too: `stop texting me`.
//!
//! | language | counts in | stop | start | help |
//! | --- | --- | --- | --- | --- |
//! | `en` | everywhere | STOP, STOPALL, UNSUBSCRIBE, UNSUB, OPTOUT, OPT OUT | START, UNSTOP, SUBSCRIBE, RESUBSCRIBE, OPT IN | HELP |
//! | `en-US` | US, CA | CANCEL, END, QUIT, REVOKE | YES | INFO |
//! | `es` | AR, CL, CO, ES, MX, PE, US | ALTO, BAJA, PARAR, CANCELAR, DETENER | ALTA, INICIO, INICIAR, EMPEZAR | AYUDA |
//! | `fr` | BE, CA, CH, FR, US | ARRÊT, ARRÊTER, ARRÊTEZ, DÉSABONNER | DÉMARRER, REPRENDRE | AIDE |
//! | `pt` | BR, PT | PARAR, PARE, SAIR, CANCELAR | COMEÇAR, INICIAR, VOLTAR | AJUDA |
//! | `de` | AT, BE, CH, DE | STOPP, ABMELDEN, ABBESTELLEN, BEENDEN | ANMELDEN, STARTEN | HILFE |
//! | `it` | CH, IT | FERMA, ANNULLA, DISISCRIVI | INIZIA, ISCRIVI | AIUTO |
//! | `nl` | BE, NL | STOPPEN, AFMELDEN, UITSCHRIJVEN | STARTEN, AANMELDEN | HULP |
//! | `hi` | IN | बंद, बंद करें, रोकें, रोको, रुको, स्टॉप | शुरू, शुरू करें, चालू | मदद, सहायता |
//! | `mr`, `bn`, `ta`, `te`, `kn`, `ml`, `gu`, `pa`, `ur` | IN; BD, PK | the same words of the language | | |
//!
//! Where the country is not known all count but `YES` and `INFO`. The English words are those that
//! the FCC names and that operators act on; the others are the plain words of each language, which
//! nobody prescribes: [add](Keywords::add), [replace](Keywords::replace) and
//! [remove](Keywords::remove) what your operator asks for.
//!
//! Source: [47 CFR 64.1200(a)(10)](https://www.ecfr.gov/current/title-47/section-64.1200),
//! [Twilio: opt-out keywords](https://help.twilio.com/articles/223134027).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use self::answer::{Replies, TwoWay};
use crate::{
    event::{Event, EventKind, Inbound, Scope, Status, party},
    message::{Kind, Region},
    webhook::dedup_key,
};

mod answer;
mod table;
mod text;

/// What a person asks for by a keyword.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keyword {
    /// To be told who writes and how to stop it.
    Help,
    /// To come back.
    Start,
    /// To be left alone.
    Stop,
}

/// A keyword that was found.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What the person asks for.
    pub keyword: Keyword,
    /// The word of the table, as it is compared: lower case, without accents.
    pub word: String,
    /// Its language, as a BCP 47 tag.
    pub language: String,
}

/// The keywords that count, and what they do.
///
/// ```
/// use dakiya::{Region, compliance::keywords::{Keyword, Keywords}};
///
/// let keywords = Keywords::standard();
/// let found = |text| keywords.matches(text, Some(Region::INDIA)).map(|found| found.keyword);
/// assert_eq!(found("Stop!"), Some(Keyword::Stop));
/// assert_eq!(found("कृपया बंद करें"), Some(Keyword::Stop));
/// assert_eq!(found("मदद"), Some(Keyword::Help));
/// assert_eq!(found("Please stop by at 5"), None);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Keywords {
    /// By the words, as they are compared.
    words: BTreeMap<String, Vec<(String, Keyword)>>,
    countries: BTreeMap<String, BTreeSet<String>>,
    courtesies: Vec<Vec<String>>,
    sentences: BTreeSet<String>,
    objects: BTreeSet<String>,
    loose: bool,
    scope: Scope,
    mail_scope: Scope,
}

impl Keywords {
    /// The table of this module.
    pub fn standard() -> Self {
        let mut keywords = Self::empty();
        for table::Row { language, keyword, words } in table::ROWS {
            keywords = keywords.add(language, *keyword, words.iter().copied());
        }
        for (country, languages) in table::COUNTRIES {
            let languages = languages.iter().map(|language| (*language).to_owned());
            keywords.countries.insert((*country).to_owned(), languages.collect());
        }
        keywords
    }

    /// Without words, to be filled with your own.
    pub fn empty() -> Self {
        let joined = |list: &[&str]| -> BTreeSet<String> {
            list.iter().filter_map(|text| text::words(text)).map(|words| words.join(" ")).collect()
        };
        let mut courtesies: Vec<_> =
            table::COURTESIES.iter().filter_map(|text| text::words(text)).collect();
        courtesies.sort_by_key(|words| std::cmp::Reverse(words.len()));
        Self {
            words: BTreeMap::new(),
            countries: BTreeMap::new(),
            courtesies,
            sentences: joined(table::SENTENCES),
            objects: joined(table::OBJECTS),
            loose: false,
            scope: Scope::Sender,
            mail_scope: Scope::Marketing,
        }
    }

    /// Adds words of a language. The language must be one of a [country](Self::country), or `en`,
    /// to count where the country is known.
    pub fn add<'w>(
        mut self,
        language: &str,
        keyword: Keyword,
        words: impl IntoIterator<Item = &'w str>,
    ) -> Self {
        for words in words.into_iter().filter_map(text::words) {
            let meanings = self.words.entry(words.join(" ")).or_default();
            meanings.retain(|(own, _)| own != language);
            meanings.push((language.to_owned(), keyword));
        }
        self
    }

    /// Replaces the words of a language for one keyword.
    pub fn replace<'w>(
        self,
        language: &str,
        keyword: Keyword,
        words: impl IntoIterator<Item = &'w str>,
    ) -> Self {
        let mut cleared = self;
        for meanings in cleared.words.values_mut() {
            meanings.retain(|(own, meaning)| own != language || *meaning != keyword);
        }
        cleared.add(language, keyword, words)
    }

    /// Removes a word from every language.
    pub fn remove(mut self, word: &str) -> Self {
        if let Some(words) = text::words(word) {
            self.words.remove(&words.join(" "));
        }
        self
    }

    /// Sets the languages of a country, beside `en`.
    pub fn country<'l>(
        mut self,
        country: Region,
        languages: impl IntoIterator<Item = &'l str>,
    ) -> Self {
        let languages = languages.into_iter().map(str::to_owned).collect();
        self.countries.insert(country.as_str().to_owned(), languages);
        self
    }

    /// Takes sentences for a stop too: `stop texting me`, `remove me from your list`. The FCC asks
    /// to honour any reasonable way to say so.
    pub fn loose(mut self) -> Self {
        self.loose = true;
        self
    }

    /// Sets how far a stop goes, but for mail. Default: [`Scope::Sender`].
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Sets how far a stop goes that came by mail. Default: [`Scope::Marketing`], for the invoice
    /// must still go out.
    pub fn mail_scope(mut self, scope: Scope) -> Self {
        self.mail_scope = scope;
        self
    }

    /// The keyword that `text` is, for a person in `country`. A country without languages of its
    /// own is one that is not known.
    #[must_use]
    pub fn matches(&self, text: &str, country: Option<Region>) -> Option<Found> {
        let words = text::words(text)?;
        let words = self.without_courtesies(&words);
        let text = words.join(" ");
        if let Some(found) = self.meaning(&text, country) {
            return Some(found);
        }
        let (first, rest) = words.split_first()?;
        let stop = || self.meaning(first, country).filter(|found| found.keyword == Keyword::Stop);
        if !self.loose {
            return None;
        }
        if self.sentences.contains(&text) {
            return Some(Found { keyword: Keyword::Stop, word: text, language: "en".into() });
        }
        if rest.iter().all(|word| self.objects.contains(word)) { stop() } else { None }
    }

    fn meaning(&self, text: &str, country: Option<Region>) -> Option<Found> {
        let languages = country.and_then(|country| self.countries.get(country.as_str()));
        let counts = |language: &str, keyword: Keyword| match languages {
            Some(languages) => language == "en" || languages.contains(language),
            // Where `yes` answers a question it must bring nobody back.
            None => language != "en-US" || keyword == Keyword::Stop,
        };
        let meanings = self.words.get(text)?;
        let (language, keyword) =
            meanings.iter().find(|(language, keyword)| counts(language, *keyword))?;
        let (word, language) = (text.to_owned(), language.clone());
        Some(Found { keyword: *keyword, word, language })
    }

    /// The words without the courtesies before and after them; one word stays.
    fn without_courtesies<'w>(&self, words: &'w [String]) -> &'w [String] {
        let mut rest = words;
        while let Some(shorter) = self.courtesies.iter().find_map(|courtesy| {
            let shorter = rest.strip_prefix(&**courtesy).or_else(|| rest.strip_suffix(&**courtesy));
            shorter.filter(|shorter| !shorter.is_empty())
        }) {
            rest = shorter;
        }
        rest
    }

    /// What follows from an inbound message: `None` where it is no keyword, or does not say who
    /// wrote. `replies` has the texts to answer with.
    ///
    /// The country is that of the person's number. Of a mail the subject counts, and what stands
    /// above the quoted mail or in its first paragraph; only a stop does, and none of the words of
    /// `en-US`.
    ///
    /// Where the provider has acted on it already (Twilio's `OptOutType`) no answer is suggested:
    /// the person has one.
    #[must_use]
    pub fn answer(&self, event: &Event, replies: &Replies) -> Option<TwoWay> {
        if event.kind != EventKind::Inbound {
            return None;
        }
        let person = event.sender.as_deref().filter(|sender| !sender.trim().is_empty())?;
        let handled = event.metadata.get("OptOutType").and_then(serde_json::Value::as_str);
        let found = self.read(event, person).or_else(|| provider_says(handled?))?;
        let reply = match handled {
            Some(_) => None,
            None => replies.text(found.keyword, &found.language),
        };
        let said = self.said(event, &found);
        Some(TwoWay::new(event, found, said, reply))
    }

    fn read(&self, event: &Event, person: &str) -> Option<Found> {
        if event.channel == Some(Kind::Email) {
            let subject = match event.inbound.as_deref() {
                Some(Inbound::Email(mail)) => mail.subject.as_deref(),
                _ => None,
            };
            let own = event.text.as_deref().map(above_the_quote);
            // A signature or a greeting may follow it.
            let first = own.as_deref().and_then(|own| own.trim_start().split("\n\n").next());
            let mut texts = [subject, own.as_deref(), first].into_iter().flatten();
            return texts.find_map(|text| {
                let found = self.matches(text, None)?;
                let counts = found.keyword == Keyword::Stop && found.language != "en-US";
                counts.then_some(found)
            });
        }
        let says = event.inbound.as_deref().is_none_or(|inbound| {
            !matches!(
                inbound,
                Inbound::Reaction { .. } | Inbound::Revoke { .. } | Inbound::System { .. }
            )
        });
        if !says {
            return None;
        }
        let country = country_of(person, event.channel);
        self.matches(event.text.as_deref()?, country)
    }

    /// From the view of what we send: to the person, from the number they wrote to.
    fn said(&self, inbound: &Event, found: &Found) -> Event {
        let (provider, proof) = (inbound.provider.clone(), inbound.proof);
        let mut event = match found.keyword {
            Keyword::Stop => Event::of_status(Status::Unsubscribed, provider, proof),
            Keyword::Start => Event::of_status(Status::Resubscribed, provider, proof),
            Keyword::Help => Event::new(EventKind::Inbound, provider, proof),
        };
        let mail = inbound.channel == Some(Kind::Email);
        let scope = if mail { self.mail_scope } else { self.scope };
        event.channel = inbound.channel;
        event.recipient.clone_from(&inbound.sender);
        event.sender.clone_from(&inbound.recipient);
        event.word = Some(found.word.clone());
        event.reply_to.clone_from(&inbound.provider_message_id);
        event.timestamp = inbound.timestamp;
        event.suppress = (found.keyword == Keyword::Stop).then_some(scope);
        event.dedup_key = dedup_key(&["keyword", &inbound.dedup_key]);
        event.source = inbound.source.clone();
        event
    }
}

impl Default for Keywords {
    fn default() -> Self {
        Self::standard()
    }
}

/// What the provider took a message for.
fn provider_says(word: &str) -> Option<Found> {
    let keyword = match word {
        "STOP" => Keyword::Stop,
        "START" => Keyword::Start,
        "HELP" => Keyword::Help,
        _ => return None,
    };
    Some(Found { keyword, word: word.to_ascii_lowercase(), language: "en".into() })
}

/// The country of a number in international form.
fn country_of(person: &str, channel: Option<Kind>) -> Option<Region> {
    let party::Party::Number(digits) = party::Party::reported(person, channel) else {
        return None;
    };
    // Shorter ones are short codes. Ten digits without a plus are a number within its country, as
    // Indian ones often come: 92 and 880 begin some of those, and are no country there.
    let whole = party::bare(person).starts_with('+');
    if digits.len() < 10 || (digits.len() == 10 && !whole) {
        return None;
    }
    let known = table::PREFIXES.iter().find(|(prefix, _)| digits.starts_with(prefix));
    known.and_then(|(_, country)| Region::parse(country).ok())
}

/// What a person wrote in a mail, above the mail that they answer and their signature.
fn above_the_quote(text: &str) -> String {
    let below = |line: &str| {
        let line = line.trim_end();
        line.starts_with('>')
            || line == "--"
            || line.starts_with("-----")
            || line.starts_with("_____")
            || (line.starts_with("On ") && line.ends_with("wrote:"))
    };
    let mut own = String::new();
    for line in text.lines().take_while(|line| !below(line)) {
        own.push_str(line.trim_end());
        own.push('\n');
        if own.len() > 1000 {
            break;
        }
    }
    own
}

#[cfg(test)]
mod keyword_tests;
