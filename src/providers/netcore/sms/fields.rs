//! The names under which callbacks carry their facts. They are agreed with the vendor's support
//! when a webhook is set up, so each can be set.

use std::collections::BTreeMap;

/// A callback's fields by lower-cased name.
pub(super) type Row = BTreeMap<String, String>;

macro_rules! names {
    ($(#[$meta:meta])* $map:ident { $($(#[$doc:meta])* $field:ident: [$($default:literal),+];)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $map { $(pub(super) $field: Vec<String>,)+ }

        impl Default for $map {
            fn default() -> Self {
                Self { $($field: vec![$($default.into()),+],)+ }
            }
        }

        impl $map {
            /// The default names.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            $(
                $(#[$doc])*
                #[must_use]
                pub fn $field<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
                    self.$field = lower(names);
                    self
                }
            )+
        }
    };
}

names! {
    /// The field names of delivery reports. Each setter replaces the names that are looked for, in
    /// order, in any case; the first with a value is read.
    FieldMap {
        /// The request's id. Default: `reqid`, `request_id`, `requestid`.
        request_id: ["reqid", "request_id", "requestid"];
        /// The message's transaction id, which the receipt holds. Default: `tid`, `transactionid`,
        /// `txnid`, `messageid`, `msgid`, `mid`.
        message_id: ["tid", "transactionid", "txnid", "messageid", "msgid", "mid"];
        /// The message's place in its request. Default: `index`, `indexid`.
        index: ["index", "indexid"];
        /// The number. Default: `mobile`, `msisdn`, `to`, `mobileno`.
        recipient: ["mobile", "msisdn", "to", "mobileno"];
        /// The status. Default: `status`, `dlr_status`, `statusdesc`, `event`.
        status: ["status", "dlr_status", "statusdesc", "event"];
        /// The reason's code. Default: `reasoncode`, `errorcode`, `code`, `error_code`.
        code: ["reasoncode", "errorcode", "code", "error_code"];
        /// The reason in words. Default: `statusdesc`, `reason`, `description`.
        reason: ["statusdesc", "reason", "description"];
        /// When it happened. Default: `deliveredtime`, `dlr_time`, `delivered_time`, `time`.
        time: ["deliveredtime", "dlr_time", "delivered_time", "time"];
        /// When it was sent. Default: `senttime`, `submitdate`.
        sent_time: ["senttime", "submitdate"];
        /// The sender. Default: `senderid`, `sender`.
        sender: ["senderid", "sender"];
        /// The job name. Default: `tag`, `jobname`.
        tag: ["tag", "jobname"];
        /// How many segments it was. Default: `noofsms`, `sms_count`.
        segments: ["noofsms", "sms_count"];
    }
}

names! {
    /// The field names of inbound messages, which the vendor does not publish. Each setter replaces
    /// the names that are looked for, as in [`FieldMap`].
    InboundFields {
        /// Who wrote. Default: `from`, `sender`, `msisdn`, `mobile`, `mobileno`.
        from: ["from", "sender", "msisdn", "mobile", "mobileno"];
        /// The number or keyword written to. Default: `to`, `shortcode`, `longcode`, `keyword`.
        to: ["to", "shortcode", "longcode", "keyword"];
        /// What was written. Default: `text`, `message`, `msg`, `content`.
        text: ["text", "message", "msg", "content"];
        /// When it came. Default: `time`, `timestamp`, `receivedtime`, `received_at`.
        time: ["time", "timestamp", "receivedtime", "received_at"];
        /// Its id. Default: `id`, `messageid`, `msgid`, `tid`.
        id: ["id", "messageid", "msgid", "tid"];
    }
}

fn lower<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Vec<String> {
    names.into_iter().map(|name| name.as_ref().to_lowercase()).collect()
}

/// The first of `names` that `row` has a value for.
pub(super) fn find<'a>(row: &'a Row, names: &[String]) -> Option<&'a str> {
    names.iter().find_map(|name| row.get(name)).map(|value| &**value)
}
