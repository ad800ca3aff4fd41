//! Where the well-known providers listen and how they name their users.

use super::config::Tls;

/// A provider's published settings, as data.
///
/// The pages they come from are listed at [`ALL`](Self::ALL).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preset {
    /// The name, as in `PROVIDER=gmail`.
    pub name: &'static str,
    /// The host; `{region}` stands for the region.
    pub host: &'static str,
    /// The preferred port.
    pub port: u16,
    /// The mode of that port.
    pub tls: Tls,
    /// Every other port the provider listens on, with its mode.
    pub other_ports: &'static [(u16, Tls)],
    /// What the user name is.
    pub user: User,
    /// How to prove who one is.
    pub login: Login,
    /// Connections at once, where the provider or experience says so.
    pub connections: Option<usize>,
    /// Messages per connection.
    pub messages: Option<usize>,
    /// Recipients of one message.
    pub recipients: Option<usize>,
    /// Bytes of one message.
    pub size: Option<usize>,
    /// The headers that the provider's webhooks echo.
    pub echo: Option<Echo>,
}

/// Headers by which the provider's webhooks tell which message an event is of. It removes them
/// before it sends the mail on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Echo {
    /// Takes the host's reference, or else our id: `X-APIHEADER`.
    pub reference: &'static str,
    /// The most characters of it.
    pub reference_limit: usize,
    /// Takes the tags, between commas: `X-TAGS`.
    pub tags: &'static str,
}

/// What a provider wants as user name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum User {
    /// The full address of the mailbox.
    Address,
    /// This very word.
    Literal(&'static str),
    /// A name that the provider's console shows.
    Named,
}

/// How a provider wants to be convinced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Login {
    /// By a token of this OAuth scope only.
    OAuth(&'static str),
    /// By a password or key.
    Password,
    /// By a password, or by a token of this OAuth scope.
    PasswordOrOAuth(&'static str),
}

impl Preset {
    /// The preset of this name, in any case.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|preset| preset.name.eq_ignore_ascii_case(name))
    }

    /// The host in `region`, for those that have regions.
    #[must_use]
    pub fn host_in(&self, region: &str) -> String {
        self.host.replace("{region}", region)
    }

    /// All presets, by name.
    ///
    /// Sources: Gmail [limits](https://support.google.com/a/answer/166852) and
    /// [relay](https://support.google.com/a/answer/2956491),
    /// [Microsoft 365](https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission),
    /// [SendGrid](https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api),
    /// [Amazon SES](https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html),
    /// [Mailgun](https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-smtp).
    pub const ALL: &'static [Self] = &[
        Self {
            name: "gmail",
            host: "smtp.gmail.com",
            other_ports: &[(587, Tls::StartTls)],
            login: Login::PasswordOrOAuth(GMAIL_SCOPE),
            connections: Some(5),
            recipients: Some(100),
            size: Some(25_000_000),
            ..IMPLICIT
        },
        Self {
            name: "gmail_relay",
            host: "smtp-relay.gmail.com",
            other_ports: &[(587, Tls::StartTls), (25, Tls::StartTls)],
            login: Login::PasswordOrOAuth(GMAIL_SCOPE),
            connections: Some(5),
            recipients: Some(100),
            size: Some(25_000_000),
            ..IMPLICIT
        },
        Self { name: "mailgun", host: "smtp.mailgun.org", user: User::Named, ..RELAY },
        Self { name: "mailgun_eu", host: "smtp.eu.mailgun.org", user: User::Named, ..RELAY },
        Self {
            name: "netcore",
            host: "smtp.netcorecloud.net",
            user: User::Named,
            echo: Some(NETCORE),
            ..RELAY
        },
        Self {
            name: "office365",
            host: "smtp.office365.com",
            login: Login::PasswordOrOAuth(MICROSOFT_SCOPE),
            connections: Some(3),
            recipients: Some(500),
            ..STARTTLS
        },
        Self {
            name: "outlook",
            host: "smtp-mail.outlook.com",
            login: Login::OAuth(MICROSOFT_SCOPE),
            connections: Some(3),
            ..STARTTLS
        },
        Self {
            name: "sendgrid",
            host: "smtp.sendgrid.net",
            user: User::Literal("apikey"),
            messages: Some(5_000),
            size: Some(20_000_000),
            ..RELAY
        },
        Self {
            name: "ses",
            host: "email-smtp.{region}.amazonaws.com",
            other_ports: &[
                (587, Tls::StartTls),
                (2587, Tls::StartTls),
                (25, Tls::StartTls),
                (2465, Tls::Implicit),
            ],
            user: User::Named,
            ..IMPLICIT
        },
    ];
}

const IMPLICIT: Preset = Preset {
    name: "",
    host: "",
    port: 465,
    tls: Tls::Implicit,
    other_ports: &[],
    user: User::Address,
    login: Login::Password,
    connections: None,
    messages: None,
    recipients: None,
    size: None,
    echo: None,
};

const STARTTLS: Preset = Preset { port: 587, tls: Tls::StartTls, ..IMPLICIT };

const RELAY: Preset = Preset {
    other_ports: &[(587, Tls::StartTls), (2525, Tls::StartTls), (25, Tls::StartTls)],
    ..IMPLICIT
};

/// Source: [X-APIHEADER](https://netcore.freshdesk.com/support/solutions/articles/17000065675).
const NETCORE: Echo = Echo { reference: "X-APIHEADER", reference_limit: 255, tags: "X-TAGS" };

const GMAIL_SCOPE: &str = "https://mail.google.com/";
const MICROSOFT_SCOPE: &str = "https://outlook.office.com/SMTP.Send";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_no_preset_is_in_clear_text() {
        assert!(Preset::ALL.is_sorted_by_key(|preset| preset.name));
        for preset in Preset::ALL {
            assert!(Preset::named(&preset.name.to_uppercase()) == Some(preset));
            let others = preset.other_ports.iter().map(|(_, tls)| *tls);
            assert!(others.chain([preset.tls]).all(|mode| mode != Tls::None));
        }
        assert_eq!(
            Preset::named("ses").unwrap().host_in("ap-south-1"),
            "email-smtp.ap-south-1.amazonaws.com"
        );
    }
}
