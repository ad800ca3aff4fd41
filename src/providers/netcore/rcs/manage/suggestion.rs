//! What can be tapped below a message or on a card.

use std::fmt;

use serde::Serialize;

use crate::{
    debug::hide,
    error::Fault,
    message::{PhoneNumber, check_https, check_present},
};

/// Characters of what a suggestion says.
///
/// Source: [RBM, suggestions](https://developers.google.com/business-communications/rcs-business-messaging/guides/build/messages/send).
const DISPLAY: usize = 25;

/// What can be tapped below a message or on a card.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What it says: 1 to 25 characters.
    pub text: String,
    /// What comes back by webhook.
    pub postback: String,
    /// What a tap does.
    pub action: SuggestionAction,
}

/// What a tap on a suggestion does. Those about places exist in a form that is not public.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
pub enum SuggestionAction {
    /// Calls a number.
    Dial(PhoneNumber),
    /// Opens a page, `https://…`, inside the app where `webview` is set, such as `Full`.
    OpenUrl {
        /// The page.
        url: String,
        /// How much of the screen it takes.
        webview: Option<String>,
    },
    /// Answers.
    Reply,
}

impl Suggestion {
    /// One that answers with `postback`.
    #[must_use]
    pub fn reply(text: impl Into<String>, postback: impl Into<String>) -> Self {
        Self { text: text.into(), postback: postback.into(), action: SuggestionAction::Reply }
    }

    /// One that opens a page.
    #[must_use]
    pub fn url(
        text: impl Into<String>,
        postback: impl Into<String>,
        url: impl Into<String>,
    ) -> Self {
        let action = SuggestionAction::OpenUrl { url: url.into(), webview: None };
        Self { text: text.into(), postback: postback.into(), action }
    }

    /// One that opens a page inside the app, at a size such as `Full`.
    #[must_use]
    pub fn webview(
        text: impl Into<String>,
        postback: impl Into<String>,
        url: impl Into<String>,
        size: impl Into<String>,
    ) -> Self {
        let action = SuggestionAction::OpenUrl { url: url.into(), webview: Some(size.into()) };
        Self { text: text.into(), postback: postback.into(), action }
    }

    /// One that calls a number.
    #[must_use]
    pub fn dial(text: impl Into<String>, postback: impl Into<String>, number: PhoneNumber) -> Self {
        let action = SuggestionAction::Dial(number);
        Self { text: text.into(), postback: postback.into(), action }
    }

    pub(super) fn written(&self) -> Written<'_> {
        let (kind, url, webview, number) = match &self.action {
            SuggestionAction::Dial(number) => ("dialer_action", None, None, Some(number.as_str())),
            SuggestionAction::OpenUrl { url, webview } => {
                ("url_action", Some(&**url), webview.as_deref(), None)
            }
            SuggestionAction::Reply => ("reply", None, None, None),
        };
        Written {
            suggestion_type: kind,
            display_text: &self.text,
            postback: &self.postback,
            url,
            webview,
            phone_number: number,
        }
    }
}

/// Refuses more than `most`, and those that are wrong in themselves.
pub(super) fn check(faults: &mut Vec<Fault>, field: &str, list: &[Suggestion], most: usize) {
    if list.len() > most {
        let problem = format!("has {} entries, RCS takes {most}", list.len());
        faults.push(Fault::new(field, problem, "offer fewer"));
    }
    for (index, suggestion) in list.iter().enumerate() {
        let field = |name: &str| format!("{field}[{index}].{name}");
        check_present(faults, &field("text"), &suggestion.text);
        super::templates::check_length(faults, &field("text"), &suggestion.text, DISPLAY);
        if let SuggestionAction::OpenUrl { url, .. } = &suggestion.action {
            check_https(faults, &field("url"), url);
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Written<'a> {
    suggestion_type: &'static str,
    display_text: &'a str,
    postback: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webview: Option<&'a str>,
    /// E.164 with its `+`.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone_number: Option<&'a str>,
}

hide!(Suggestion);

impl fmt::Debug for SuggestionAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dial(_) => "Dial(***)",
            Self::OpenUrl { .. } => "OpenUrl(***)",
            Self::Reply => "Reply",
        })
    }
}
