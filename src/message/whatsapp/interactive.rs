//! Messages that the person answers by a tap.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    debug::hide,
    error::Fault,
    message::{Media, check_https, check_present},
};

/// A message that the person answers by a tap: buttons, a list, a link, a flow.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Interactive {
    /// What stands above the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<InteractiveHeader>,
    /// The text.
    #[serde(default)]
    pub body: String,
    /// The small text below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// What can be tapped.
    pub action: InteractiveAction,
}

/// What stands above an interactive message's text.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InteractiveHeader {
    /// A document, image or video.
    Media(Media),
    /// A line of text.
    Text(String),
}

/// What can be tapped.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum InteractiveAction {
    /// Up to three buttons, each of which sends its id back.
    Buttons {
        /// The buttons.
        buttons: Vec<ReplyButton>,
    },
    /// The whole catalogue.
    Catalog {
        /// The product whose picture is shown, by the retailer's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thumbnail: Option<String>,
    },
    /// A form inside WhatsApp.
    Flow(FlowAction),
    /// A menu, of which one row sends its id back.
    List {
        /// What the button says that opens it.
        button: String,
        /// The rows, by section.
        sections: Vec<ListSection>,
    },
    /// A request for the person's location.
    LocationRequest,
    /// One product of a catalogue.
    Product {
        /// The catalogue.
        catalog_id: String,
        /// The product, by the retailer's id.
        product: String,
    },
    /// Several products of a catalogue.
    Products {
        /// The catalogue.
        catalog_id: String,
        /// The products, by section.
        sections: Vec<ProductSection>,
    },
    /// A button that opens a page.
    Url {
        /// What the button says.
        text: String,
        /// The page.
        url: String,
    },
}

/// A button that sends its id back.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyButton {
    /// What comes back by webhook.
    pub id: String,
    /// What it says.
    pub title: String,
}

/// A part of a list.
#[non_exhaustive]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListSection {
    /// What stands above it; needed where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its rows.
    pub rows: Vec<ListRow>,
}

/// A row of a list, which sends its id back.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    /// What comes back by webhook.
    pub id: String,
    /// What it says.
    pub title: String,
    /// The small text below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A part of a list of products.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductSection {
    /// What stands above it.
    pub title: String,
    /// The products, by the retailer's ids.
    pub products: Vec<String>,
}

/// A form inside WhatsApp.
#[non_exhaustive]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowAction {
    /// The flow's id.
    pub flow_id: String,
    /// What the button says that opens it.
    pub button: String,
    /// What comes back with the answers, to know them by.
    pub token: String,
    /// The first screen; what is absent is asked of the flow's own endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<String>,
    /// What the first screen is given: an object.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub data: Value,
    /// Whether it is the draft that is opened, for tests.
    #[serde(default)]
    pub draft: bool,
}

impl Interactive {
    /// A text with what can be tapped below it.
    #[must_use]
    pub fn new(body: impl Into<String>, action: InteractiveAction) -> Self {
        Self { header: None, body: body.into(), footer: None, action }
    }

    /// A text with reply buttons, each an id and what it says.
    #[must_use]
    pub fn buttons<I: Into<String>, T: Into<String>>(
        body: impl Into<String>,
        buttons: impl IntoIterator<Item = (I, T)>,
    ) -> Self {
        let buttons = buttons.into_iter().map(|(id, title)| ReplyButton::new(id, title)).collect();
        Self::new(body, InteractiveAction::Buttons { buttons })
    }

    /// A text with a menu that `button` opens.
    #[must_use]
    pub fn list(
        body: impl Into<String>,
        button: impl Into<String>,
        sections: impl IntoIterator<Item = ListSection>,
    ) -> Self {
        let sections = sections.into_iter().collect();
        Self::new(body, InteractiveAction::List { button: button.into(), sections })
    }

    /// A text with a button that opens a page.
    #[must_use]
    pub fn url(body: impl Into<String>, text: impl Into<String>, url: impl Into<String>) -> Self {
        Self::new(body, InteractiveAction::Url { text: text.into(), url: url.into() })
    }

    /// Sets what stands above the text.
    #[must_use]
    pub fn header(mut self, header: impl Into<InteractiveHeader>) -> Self {
        self.header = Some(header.into());
        self
    }

    /// Sets the small text below.
    #[must_use]
    pub fn footer(mut self, footer: impl Into<String>) -> Self {
        self.footer = Some(footer.into());
        self
    }

    pub(super) fn validate(&self, faults: &mut Vec<Fault>) {
        use InteractiveAction as A;
        if let Some(InteractiveHeader::Media(media)) = &self.header {
            media.validate(faults, "content.header");
        }
        // Products and catalogues show themselves.
        if !matches!(self.action, A::Product { .. } | A::Catalog { .. }) {
            check_present(faults, "content.body", &self.body);
        }
        let mut present = |field: &str, value: &str| check_present(faults, field, value);
        match &self.action {
            A::Buttons { buttons } => {
                for button in buttons {
                    present("content.action.buttons.id", &button.id);
                    present("content.action.buttons.title", &button.title);
                }
                let ids: Vec<_> = buttons.iter().map(|button| &button.id).collect();
                check_ids(faults, "content.action.buttons", &ids);
            }
            A::List { button, sections } => {
                present("content.action.button", button);
                let rows: Vec<_> = sections.iter().flat_map(|section| &section.rows).collect();
                for row in &rows {
                    present("content.action.sections.rows.id", &row.id);
                    present("content.action.sections.rows.title", &row.title);
                }
                let ids: Vec<_> = rows.iter().map(|row| &row.id).collect();
                check_ids(faults, "content.action.sections", &ids);
            }
            A::Flow(flow) => {
                present("content.action.flow_id", &flow.flow_id);
                present("content.action.button", &flow.button);
                present("content.action.token", &flow.token);
            }
            A::Product { catalog_id, product } => {
                present("content.action.catalog_id", catalog_id);
                present("content.action.product", product);
            }
            A::Products { catalog_id, sections } => {
                present("content.action.catalog_id", catalog_id);
                if sections.iter().all(|section| section.products.is_empty()) {
                    let fault = Fault::new("content.action.sections", "is empty", "add a product");
                    faults.push(fault);
                }
            }
            A::Url { text, url } => {
                present("content.action.text", text);
                check_https(faults, "content.action.url", url);
            }
            A::Catalog { .. } | A::LocationRequest => {}
        }
    }
}

/// Each answer must be known by an id of its own.
fn check_ids(faults: &mut Vec<Fault>, field: &str, ids: &[&String]) {
    if ids.is_empty() {
        faults.push(Fault::new(field, "is empty", "add what can be tapped"));
    }
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    if sorted.len() < ids.len() {
        faults.push(Fault::new(field, "has an id twice", "write each id once"));
    }
}

impl ReplyButton {
    /// A button that sends `id` back.
    #[must_use]
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into() }
    }
}

impl ListSection {
    /// Rows without a title above them.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = ListRow>) -> Self {
        Self { title: None, rows: rows.into_iter().collect() }
    }

    /// Rows below a title.
    #[must_use]
    pub fn titled(title: impl Into<String>, rows: impl IntoIterator<Item = ListRow>) -> Self {
        Self { title: Some(title.into()), rows: rows.into_iter().collect() }
    }
}

impl ListRow {
    /// A row that sends `id` back.
    #[must_use]
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self { id: id.into(), title: title.into(), description: None }
    }

    /// Sets the small text below.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

impl ProductSection {
    /// Products, by the retailer's ids, below a title.
    #[must_use]
    pub fn new<S: Into<String>>(
        title: impl Into<String>,
        products: impl IntoIterator<Item = S>,
    ) -> Self {
        Self { title: title.into(), products: products.into_iter().map(Into::into).collect() }
    }
}

impl FlowAction {
    /// The published flow `flow_id`, opened by `button`; `token` comes back with the answers.
    #[must_use]
    pub fn new(
        flow_id: impl Into<String>,
        button: impl Into<String>,
        token: impl Into<String>,
    ) -> Self {
        Self {
            flow_id: flow_id.into(),
            button: button.into(),
            token: token.into(),
            screen: None,
            data: Value::Null,
            draft: false,
        }
    }

    /// Opens at `screen`, with `data` for it.
    #[must_use]
    pub fn screen(mut self, screen: impl Into<String>, data: Value) -> Self {
        self.screen = Some(screen.into());
        self.data = data;
        self
    }
}

impl From<Media> for InteractiveHeader {
    fn from(media: Media) -> Self {
        Self::Media(media)
    }
}

impl From<&str> for InteractiveHeader {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for InteractiveHeader {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

// All of it is text that a person reads.
hide!(FlowAction, InteractiveHeader, ListRow, ListSection, ProductSection, ReplyButton);

impl fmt::Debug for InteractiveAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Buttons { .. } => "Buttons",
            Self::Catalog { .. } => "Catalog",
            Self::Flow(_) => "Flow",
            Self::List { .. } => "List",
            Self::LocationRequest => "LocationRequest",
            Self::Product { .. } => "Product",
            Self::Products { .. } => "Products",
            Self::Url { .. } => "Url",
        })
    }
}

impl fmt::Debug for Interactive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Interactive({:?})", self.action)
    }
}
