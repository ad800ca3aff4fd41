//! What the Cloud API takes at most, checked before the wire.
//!
//! Source: the page of each type below
//! [Messages](https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages).

use crate::error::Fault;

/// Characters of a text.
pub(super) const TEXT: usize = 4096;
/// Characters below a file.
pub(super) const CAPTION: usize = 1024;
/// Characters of an interactive message's text; also of a filled template with a file above.
pub(super) const BODY: usize = 1024;
/// Characters above and below an interactive message's text; also of a template's header.
pub(super) const HEADER: usize = 60;
/// Characters of `biz_opaque_callback_data`.
pub(super) const CALLBACK: usize = 512;
/// Contact cards in one message: the page says 257 and advises few, the specification says 5.
pub(super) const CONTACTS: usize = 5;
/// Reply buttons.
pub(super) const BUTTONS: usize = 3;
/// Characters of a reply button's id.
pub(super) const BUTTON_ID: usize = 256;
/// Characters of a reply button, of what opens a list, and of a link's button.
pub(super) const BUTTON: usize = 20;
/// Rows of a list, in all of its sections.
pub(super) const ROWS: usize = 10;
/// Sections of a list, or of a list of products.
pub(super) const SECTIONS: usize = 10;
/// Characters of a row's id.
pub(super) const ROW_ID: usize = 200;
/// Characters of a row's, or a section's, title.
pub(super) const TITLE: usize = 24;
/// Characters of a row's description.
pub(super) const DESCRIPTION: usize = 72;
/// Products in one message.
pub(super) const PRODUCTS: usize = 30;
/// Characters of what opens a flow.
pub(super) const FLOW: usize = 30;
/// Characters of a template's name.
pub(super) const NAME: usize = 512;
/// Cards of a template's carousel.
pub(super) const CARDS: usize = 10;
/// Characters of a code that a button copies.
pub(super) const COUPON: usize = 20;
/// Characters of a one-time password.
pub(super) const PASSWORD: usize = 15;

/// What is wrong with a message.
#[derive(Default)]
pub(super) struct Faults(pub(super) Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, field: &str, problem: impl Into<String>, remedy: &str) {
        self.0.push(Fault::new(field, problem, remedy));
    }

    /// Refuses a text of more than `most` characters.
    pub(super) fn length(&mut self, field: &str, text: &str, most: usize) {
        let count = text.chars().count();
        if count > most {
            self.add(field, format!("has {count} characters, the limit is {most}"), "shorten it");
        }
    }

    /// Refuses more than `most` of something.
    pub(super) fn count(&mut self, field: &str, count: usize, most: usize) {
        if count > most {
            self.add(field, format!("has {count} entries, the limit is {most}"), "take some away");
        }
    }

    /// Refuses what a template's variable may not hold.
    pub(super) fn value(&mut self, field: &str, text: &str) {
        if text.contains(['\n', '\r', '\t']) {
            self.add(field, "holds a line break or tab", "write it in one line, without tabs");
        }
        if text.contains("     ") {
            self.add(field, "holds more than 4 blanks in a row", "take some away");
        }
        if text.trim().is_empty() {
            self.add(field, "is empty", "write a value");
        }
    }
}

/// Lower-case letters, digits and underscores.
pub(in crate::providers::meta) fn is_template_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=NAME).contains(&name.len()) && name.bytes().all(fits)
}
