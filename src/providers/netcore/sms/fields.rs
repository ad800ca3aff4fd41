//! The names under which callbacks carry their facts. They are agreed with the vendor's support
//! when a webhook is set up, so each can be set.

use crate::providers::netcore::rows::names;

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
