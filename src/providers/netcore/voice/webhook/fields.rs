//! The names under which reports carry their facts.

use crate::providers::netcore::rows::names;

names! {
    /// The field names of reports on calls. Netcore publishes none, so the default ones are likely
    /// names, no documented ones: set those of your document. Each setter replaces the names that
    /// are looked for, in order, in any case; the first with a value is read.
    FieldMap {
        /// The call's id, as in the receipt. Default: `call_id`, `callid`, `uniqueid`, `uuid`, `id`,
        /// `reqid`, `request_id`, `tid`.
        call_id: ["call_id", "callid", "uniqueid", "uuid", "id", "reqid", "request_id", "tid"];
        /// The host's reference. Default: `client_ref`, `callbackdata`, `x-apiheader`, `custom`,
        /// `jobname`, `tag`, `reference`.
        client_ref: ["client_ref", "callbackdata", "x-apiheader", "custom", "jobname", "tag",
            "reference"];
        /// Who was called. Default: `to`, `mobile`, `msisdn`, `called`, `bparty`, `destination`,
        /// `recipient`.
        to: ["to", "mobile", "msisdn", "called", "bparty", "destination", "recipient"];
        /// The number that was shown. Default: `from`, `cli`, `caller_id`, `aparty`, `did`.
        caller_id: ["from", "cli", "caller_id", "aparty", "did"];
        /// What became of the call. Default: `status`, `call_status`, `disposition`, `dial_status`,
        /// `event`.
        status: ["status", "call_status", "disposition", "dial_status", "event"];
        /// Why. Default: `cause`, `hangup_cause`, `reason`, `reasoncode`.
        cause: ["cause", "hangup_cause", "reason", "reasoncode"];
        /// The SIP response code; the cause too where there is no other. Default: `sip_code`.
        sip_code: ["sip_code"];
        /// When this happened. Default: `time`, `timestamp`, `event_time`.
        time: ["time", "timestamp", "event_time"];
        /// When the call began. Default: `start_time`, `starttime`, `call_time`.
        start_time: ["start_time", "starttime", "call_time"];
        /// When it was picked up. Default: `answer_time`, `pickup_time`.
        answer_time: ["answer_time", "pickup_time"];
        /// When it ended. Default: `end_time`, `hangup_time`.
        end_time: ["end_time", "hangup_time"];
        /// How long it was connected, in seconds or as `mm:ss` or `hh:mm:ss`. Default: `duration`,
        /// `billsec`, `talk_time`, `answered_duration`.
        duration: ["duration", "billsec", "talk_time", "answered_duration"];
        /// The keys that were pressed. Default: `dtmf`, `digits`, `key`, `keypress`, `input`.
        digits: ["dtmf", "digits", "key", "keypress", "input"];
        /// The recording: a link, else its id. Default: `recording_url`, `recording`.
        recording: ["recording_url", "recording"];
        /// Which try it was. Default: `attempt`, `retry`, `retry_count`.
        attempt: ["attempt", "retry", "retry_count"];
    }
}
