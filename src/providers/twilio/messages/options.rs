//! What a single message may ask of the Messages API beside what every message has.

/// The options of all three kinds; each kind's `Options` has those that mean something to it.
#[derive(Clone, Default)]
pub(in crate::providers::twilio) struct Parameters {
    pub(in crate::providers::twilio) application: Option<String>,
    pub(in crate::providers::twilio) attempt: Option<u32>,
    pub(in crate::providers::twilio) discard_content: Option<bool>,
    pub(in crate::providers::twilio) fallback: Option<bool>,
    pub(in crate::providers::twilio) fallback_from: Option<String>,
    pub(in crate::providers::twilio) force_delivery: Option<bool>,
    pub(in crate::providers::twilio) free_traffic: Option<bool>,
    pub(in crate::providers::twilio) messaging_service: Option<String>,
    pub(in crate::providers::twilio) obfuscate_addresses: Option<bool>,
    pub(in crate::providers::twilio) persistent_action: Option<Vec<String>>,
    pub(in crate::providers::twilio) provide_feedback: Option<bool>,
    pub(in crate::providers::twilio) risk_check: Option<bool>,
    pub(in crate::providers::twilio) send_as_mms: Option<bool>,
    pub(in crate::providers::twilio) shorten_urls: Option<bool>,
    pub(in crate::providers::twilio) smart_encoded: Option<bool>,
    pub(in crate::providers::twilio) status_callback: Option<String>,
    pub(in crate::providers::twilio) validity_period: Option<u32>,
}

/// Defines the `Options` of a kind: those that all kinds have, and its own.
macro_rules! define_options {
    ($(#[$outer:meta])* for $label:expr; $($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        define_options!(@build [$(#[$outer])*] $label;
            /// The TwiML application (`AP…`) whose callback is told of the message:
            /// `ApplicationSid`. Takes the place of the account's status callback.
            application: String,
            /// Which try of the host's this is: `Attempt`. Informative.
            attempt: u32,
            /// Whether Twilio drops the text once it is sent: `ContentRetention`. Default: it is
            /// kept.
            discard_content: bool,
            /// `ForceDelivery`, which the vendor reserves.
            force_delivery: bool,
            /// Whether it is free traffic: `TrafficType`. For accounts that have such.
            free_traffic: bool,
            /// The Messaging Service (`MG…`) to send through. Default: the account's.
            messaging_service: String,
            /// Whether Twilio hides the recipient's address once it is sent: `AddressRetention`.
            /// Default: it is kept.
            obfuscate_addresses: bool,
            /// Actions of the channel, such as `geo:51.5,-0.12|Depot`: `PersistentAction`.
            persistent_action: Vec<String>,
            /// Whether [feedback](crate::twilio::manage::Messages::feedback) will be given.
            /// Default: no.
            provide_feedback: bool,
            /// Whether the check for fraud is made: `RiskCheck`. Default: as the account is set up.
            risk_check: bool,
            /// Whether links in the text are shortened; needs a Messaging Service that is set up for
            /// it: `ShortenUrls`. Default: as the service is set up.
            shorten_urls: bool,
            /// Where Twilio reports what becomes of the message. Default: the account's.
            status_callback: String,
            /// For how many seconds it may wait in the queue, 1 to 36000; above 5 is recommended.
            /// Default: until `expires_at`, at most 36000.
            validity_period: u32,
            $($(#[$doc])* $name: $type,)*
        );
    };
    (@build [$(#[$outer:meta])*] $label:expr; $($(#[$doc:meta])* $name:ident: $type:ty,)*) => {
        $(#[$outer])*
        #[non_exhaustive]
        #[derive(Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Options {
            $(
                $(#[$doc])*
                #[serde(skip_serializing_if = "Option::is_none")]
                pub $name: Option<$type>,
            )*
        }

        impl Options {
            /// No options.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name(mut self, value: impl Into<$type>) -> Self {
                    self.$name = Some(value.into());
                    self
                }
            )*
        }

        impl crate::message::ProviderOptions for Options {
            const PROVIDER: &'static str = $label;
        }

        impl std::fmt::Debug for Options {
            // Callbacks may hold a secret, actions a place.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct("Options").finish_non_exhaustive()
            }
        }

        impl From<Options> for crate::providers::twilio::messages::Parameters {
            fn from(options: Options) -> Self {
                let mut own = Self::default();
                $(own.$name = options.$name;)*
                own
            }
        }
    };
}

pub(in crate::providers::twilio) use define_options;
