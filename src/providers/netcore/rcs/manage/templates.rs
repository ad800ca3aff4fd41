//! Templates, to have them approved.

use http::Method;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    super::{Account, LABEL, error::from_response},
    Card, CardHeight, CardWidth, Suggestion,
    suggestion::check,
};
use crate::{
    debug::{hide, show},
    error::{Error, Fault, Result},
    http::connection::read,
    message::check_present,
};

/// Characters of a template's text.
///
/// Source: [RBM, text](https://developers.google.com/business-communications/rcs-business-messaging/guides/build/messages/send).
const TEXT: usize = 3072;
/// Suggestions of a message.
const SUGGESTIONS: usize = 11;
/// Cards of a carousel.
const CARDS: std::ops::RangeInclusive<usize> = 2..=10;

/// Templates, to have them approved. By [`Account::templates`](super::super::Account::templates).
///
/// To edit, list and preview them has no public path.
#[derive(Clone, Copy, Debug)]
pub struct Templates<'a> {
    account: &'a Account,
}

/// A template to be approved.
///
/// ```
/// use dakiya::netcore::rcs::manage::{NewTemplate, Suggestion};
///
/// let template = NewTemplate::text("order_ready", "Your order {{1}} is ready.")
///     .suggestion(Suggestion::reply("Thanks", "thanks"));
/// # let _ = template;
/// ```
///
/// Source: [Sample requests](https://emaildocs.netcorecloud.com/reference/rcs-sample-request).
#[derive(Clone, PartialEq)]
pub struct NewTemplate {
    name: String,
    content: Content,
    suggestions: Vec<Suggestion>,
}

#[derive(Clone, PartialEq)]
enum Content {
    Carousel { width: CardWidth, height: CardHeight, cards: Vec<Card> },
    Raw { kind: String, payload: Map<String, Value> },
    Text(String),
}

/// An answer to a new template, whose form is not documented.
#[non_exhaustive]
#[derive(Clone, PartialEq)]
pub struct CreatedTemplate {
    /// The whole answer.
    pub answer: Value,
}

#[derive(Serialize)]
struct Body<'a> {
    action_type: &'a str,
    payload: Value,
}

impl NewTemplate {
    /// A text.
    #[must_use]
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), content: Content::Text(text.into()), suggestions: Vec::new() }
    }

    /// Two to ten cards.
    #[must_use]
    pub fn carousel(
        name: impl Into<String>,
        width: CardWidth,
        height: CardHeight,
        cards: impl IntoIterator<Item = Card>,
    ) -> Self {
        let cards = cards.into_iter().collect();
        let content = Content::Carousel { width, height, cards };
        Self { name: name.into(), content, suggestions: Vec::new() }
    }

    /// Any other kind in Netcore's own form, such as a single rich card, whose kind's name is not
    /// public. The name and the kind are written into `payload`.
    #[must_use]
    pub fn raw(
        name: impl Into<String>,
        kind: impl Into<String>,
        payload: Map<String, Value>,
    ) -> Self {
        let content = Content::Raw { kind: kind.into(), payload };
        Self { name: name.into(), content, suggestions: Vec::new() }
    }

    /// Adds what can be tapped below it: up to eleven.
    #[must_use]
    pub fn suggestion(mut self, suggestion: Suggestion) -> Self {
        self.suggestions.push(suggestion);
        self
    }

    fn write(&self) -> Result<Body<'_>> {
        let mut faults = Vec::new();
        check_present(&mut faults, "name", &self.name);
        let (kind, mut payload) = match &self.content {
            Content::Carousel { width, height, cards } => {
                if !CARDS.contains(&cards.len()) {
                    let (least, most) = (CARDS.start(), CARDS.end());
                    let problem =
                        format!("has {} entries, RCS takes {least} to {most}", cards.len());
                    faults.push(Fault::new("cards", problem, "write as many"));
                }
                for (index, card) in cards.iter().enumerate() {
                    card.check(&mut faults, index);
                }
                let cards: Vec<_> = cards.iter().map(Card::written).collect();
                let payload = json!({
                    "save_type": "add", "card_width": width, "card_height": height, "cards": cards,
                });
                ("carousel", payload)
            }
            Content::Raw { kind, payload } => {
                check_present(&mut faults, "kind", kind);
                (&**kind, Value::Object(payload.clone()))
            }
            Content::Text(text) => {
                check_present(&mut faults, "text", text);
                check_length(&mut faults, "text", text, TEXT);
                ("text_message", json!({ "template_content": text }))
            }
        };
        check(&mut faults, "suggestions", &self.suggestions, SUGGESTIONS);
        if !faults.is_empty() {
            return Err(Error::invalid(faults));
        }
        if let Some(fields) = payload.as_object_mut() {
            fields.insert("template_name".into(), self.name.as_str().into());
            fields.insert("rcs_type".into(), kind.into());
            if !self.suggestions.is_empty() {
                let list: Vec<_> = self.suggestions.iter().map(Suggestion::written).collect();
                fields.insert("suggestions".into(), json!(list));
            }
        }
        Ok(Body { action_type: kind, payload })
    }
}

/// Refuses a text that is longer than `limit` characters.
pub(super) fn check_length(faults: &mut Vec<Fault>, field: &str, text: &str, limit: usize) {
    let count = text.chars().count();
    if count > limit {
        let problem = format!("has {count} characters, RCS takes {limit}");
        faults.push(Fault::new(field, problem, "shorten it"));
    }
}

impl<'a> Templates<'a> {
    pub(in super::super) fn new(account: &'a Account) -> Self {
        Self { account }
    }

    /// Hands in a template; it is approved later.
    ///
    /// # Errors
    ///
    /// [`InvalidMessage`](crate::ErrorKind::InvalidMessage) with every fault, before anything is
    /// sent; else as for a send.
    pub async fn create(&self, template: &NewTemplate) -> Result<CreatedTemplate> {
        let named = |error: Error| error.with_provider(LABEL);
        let body = template.write().map_err(named)?;
        let connection = &self.account.connection;
        let request = connection.json(Method::POST, "template/create", &body).map_err(named)?;
        let response = self.account.call(request).await?;
        let refused = || Err(named(from_response(&response, self.account.now())));
        if !response.status().is_success() {
            return refused();
        }
        let answer: Value = read(&response).map_err(named)?;
        if super::super::super::answer::is_refusal(&answer) {
            return refused();
        }
        Ok(CreatedTemplate { answer })
    }
}

show!(NewTemplate { name });

hide!(CreatedTemplate);
