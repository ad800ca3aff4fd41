//! A fake of each provider: it takes whatever it gets, one or many, and says how many that were.

use dakiya::testing::server::{Answer, Received};
use serde_json::{Value, json};

/// A provider, by its URL, and what stands for it on this machine.
pub(crate) struct Fake {
    /// The provider and kind, as receipts print them.
    pub(crate) label: &'static str,
    /// The kind of its lines.
    pub(crate) channel: &'static str,
    /// Its URL, with `{endpoint}` where the server goes.
    pub(crate) url: &'static str,
    /// The recipients of a request, and the answer that takes them.
    pub(crate) answer: fn(&Received) -> (Vec<String>, Answer),
    /// How many messages of one template that it keeps a request can hold.
    pub(crate) bulk: usize,
    /// How many messages of differing texts a request can hold; none where it takes no text.
    pub(crate) texts: usize,
}

pub(crate) const SID: &str = "AC00112233445566778899aabbccddeeff";

pub(crate) const FAKES: &[Fake] = &[
    Fake {
        label: "sendgrid.email",
        channel: "email",
        url: "sendgrid://SG.key@default?from=shop@example.com&endpoint={endpoint}",
        answer: sendgrid,
        bulk: 1_000,
        texts: 1_000,
    },
    Fake {
        label: "ses.email",
        channel: "email",
        url: "ses://AKIDEXAMPLE:secret@ap-south-1?from=shop@example.com&endpoint={endpoint}",
        answer: ses,
        bulk: 50,
        texts: 50,
    },
    Fake {
        label: "mailgun.email",
        channel: "email",
        url: "mailgun://key@mg.example.com?from=shop@example.com&endpoint={endpoint}",
        answer: mailgun,
        bulk: 1_000,
        texts: 1_000,
    },
    Fake {
        label: "netcore.email",
        channel: "email",
        url: "netcore+email://key@default?from=shop@example.com&whole_texts=true\
              &endpoint={endpoint}",
        answer: netcore_email,
        bulk: 500,
        texts: 500,
    },
    Fake {
        label: "netcore.sms",
        channel: "sms",
        url: "netcore+sms://user:password@390001?sender=ACMEIN&entity=1101360000000000002\
              &endpoint={endpoint}",
        answer: netcore_sms,
        bulk: 1_000,
        texts: 1_000,
    },
    Fake {
        label: "twilio.sms",
        channel: "sms",
        url: "twilio://AC00112233445566778899aabbccddeeff:token@default?from=+15005550006\
              &endpoint={endpoint}",
        answer: twilio,
        bulk: 1,
        texts: 1,
    },
    Fake {
        label: "twilio.whatsapp",
        channel: "whatsapp",
        url: "twilio://AC00112233445566778899aabbccddeeff:token@default?from=+15005550006\
              &endpoint={endpoint}",
        answer: twilio,
        bulk: 1,
        texts: 1,
    },
    Fake {
        label: "twilio.voice",
        channel: "voice",
        url: "twilio://AC00112233445566778899aabbccddeeff:token@default?from=+15005550006\
              &endpoint={endpoint}",
        answer: twilio,
        bulk: 1,
        texts: 1,
    },
    Fake {
        label: "twilio.rcs",
        channel: "rcs",
        url: "twilio://AC00112233445566778899aabbccddeeff:token@default?rcs_from=shop_agent\
              &endpoint={endpoint}",
        answer: twilio,
        bulk: 1,
        texts: 1,
    },
    Fake {
        label: "meta.whatsapp",
        channel: "whatsapp",
        url: "meta://token@106540352242922?endpoint={endpoint}",
        answer: meta,
        bulk: 1,
        texts: 1,
    },
    Fake {
        label: "netcore.whatsapp",
        channel: "whatsapp",
        url: "netcore+whatsapp://token@0b4e6c1a?endpoint={endpoint}",
        answer: netcore_whatsapp,
        bulk: 1,
        texts: 1,
    },
    Fake {
        label: "netcore.voice",
        channel: "voice",
        url: "netcore+voice://key@voice.example.net?path=v1/calls&method=post&auth=bearer\
              &json=%7B%22to%22%3A%22%7Bto%7D%22%2C%22text%22%3A%22%7Btext%7D%22%7D\
              &endpoint={endpoint}",
        answer: netcore_described,
        bulk: 1,
        texts: 1,
    },
    Fake {
        label: "netcore.rcs",
        channel: "rcs",
        url: "netcore+rcs://key@default\
              ?request=%7B%22to%22%3A%22%7Bto%7D%22%2C%22id%22%3A%22%7Btemplate%7D%22%2C%22vars%22%3A%22%7Bvariables%7D%22%7D\
              &endpoint={endpoint}",
        answer: netcore_rcs,
        bulk: 1,
        texts: 0,
    },
    Fake {
        label: "netcore-deflector.whatsapp",
        channel: "whatsapp",
        url: "netcore+deflector://key@default?endpoint={endpoint}",
        answer: netcore_deflector,
        bulk: 1,
        texts: 0,
    },
];

fn json(request: &Received) -> Value {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(|v| v.as_str()).map(str::to_owned).collect()
}

fn emails(value: &Value) -> impl Iterator<Item = String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(|to| to["email"].as_str()).map(str::to_owned)
}

fn sendgrid(request: &Received) -> (Vec<String>, Answer) {
    let body = json(request);
    let personalizations = body["personalizations"].as_array().into_iter().flatten();
    let to = personalizations.flat_map(|one| emails(&one["to"])).collect();
    (to, Answer::empty(202).header("x-message-id", "14c5d75ce93"))
}

fn ses(request: &Received) -> (Vec<String>, Answer) {
    let body = json(request);
    let Some(entries) = body["BulkEmailEntries"].as_array() else {
        let to = texts(&body["Destination"]["ToAddresses"]);
        return (to, Answer::json(200, json!({"MessageId": "0100018"}).to_string()));
    };
    let to = entries.iter().flat_map(|entry| texts(&entry["Destination"]["ToAddresses"]));
    let results = (0..entries.len())
        .map(|n| json!({"Status": "SUCCESS", "MessageId": format!("0100018-{n}")}));
    let answer = json!({"BulkEmailEntryResults": results.collect::<Vec<_>>()});
    (to.collect(), Answer::json(200, answer.to_string()))
}

/// The values of a form's field, whichever of its two forms it has.
fn fields(request: &Received, name: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(&request.body).into_owned();
    let mark = format!("name=\"{name}\"\r\n\r\n");
    if text.contains("Content-Disposition") {
        let parts = text.split(&mark).skip(1);
        return parts.map(|part| part.split("\r\n").next().unwrap().to_owned()).collect();
    }
    let pairs = url::form_urlencoded::parse(&request.body);
    pairs.filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect()
}

fn mailgun(request: &Received) -> (Vec<String>, Answer) {
    let to = fields(request, "to");
    let to = to.iter().flat_map(|list| list.split(',')).map(|one| one.trim().to_owned());
    let answer = json!({"id": "<20260101.1@mg.example.com>", "message": "Queued. Thank you."});
    (to.collect(), Answer::json(200, answer.to_string()))
}

fn netcore_email(request: &Received) -> (Vec<String>, Answer) {
    let body = json(request);
    let personalizations = body["personalizations"].as_array().into_iter().flatten();
    let to = personalizations.flat_map(|one| emails(&one["to"])).collect();
    let answer = json!({"status": "success", "message": "OK", "data": {"message_id": "3f1c"}});
    (to, Answer::json(202, answer.to_string()))
}

fn netcore_sms(request: &Received) -> (Vec<String>, Answer) {
    let to: Vec<String> = if request.target.ends_with("/UploadCsvFile") {
        let file = fields(request, "FileString").concat();
        let file = if file.is_empty() { fields(request, "filestring").concat() } else { file };
        let rows = file.lines().filter_map(|row| row.split(',').next());
        rows.map(|to| to.trim_matches('"').to_owned()).collect()
    } else {
        let to = fields(request, "To").concat();
        to.split(',').map(str::to_owned).collect()
    };
    let mids = (1..=to.len()).map(|id| format!("<MID ID='{id}' TID = 't{id}'></MID>"));
    let body = format!("<RESULT REQID ='7'>{}</RESULT>", mids.collect::<String>());
    (to, Answer::new(200, "text/xml", body))
}

fn twilio(request: &Received) -> (Vec<String>, Answer) {
    let to = fields(request, "To");
    let (sid, status) = if request.target.contains("/Calls") {
        ("CA00112233445566778899aabbccddeeff", "queued")
    } else {
        ("SM00112233445566778899aabbccddeeff", "queued")
    };
    let answer = json!({
        "sid": sid, "account_sid": SID, "status": status, "num_segments": "1", "price": null,
        "price_unit": "USD", "error_code": null, "error_message": null,
    });
    (to, Answer::json(201, answer.to_string()))
}

fn meta(request: &Received) -> (Vec<String>, Answer) {
    let to = json(request)["to"].as_str().unwrap_or_default().to_owned();
    let answer = json!({
        "messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}],
        "messages": [{"id": "wamid.HBgLMTY1MA=="}],
    });
    (vec![to], Answer::json(200, answer.to_string()))
}

fn netcore_whatsapp(request: &Received) -> (Vec<String>, Answer) {
    let body = json(request);
    let messages = body["message"].as_array().into_iter().flatten();
    let to = messages.filter_map(|one| one["recipient_whatsapp"].as_str()).map(str::to_owned);
    let answer = json!({"status": "success", "message": "ok", "data": {"id": "6f6d2a3e"}});
    (to.collect(), Answer::json(200, answer.to_string()))
}

fn netcore_described(request: &Received) -> (Vec<String>, Answer) {
    let to = json(request)["to"].as_str().unwrap_or_default().to_owned();
    (vec![to], Answer::json(200, json!({"data": {"id": "c-7f21"}}).to_string()))
}

fn netcore_rcs(request: &Received) -> (Vec<String>, Answer) {
    let body = json(request);
    let messages = body["messages"].as_array().into_iter().flatten();
    let to = messages.filter_map(|one| one["to"].as_str()).map(str::to_owned).collect();
    (to, Answer::json(200, json!({"requestid": "5d0a1c2b"}).to_string()))
}

fn netcore_deflector(request: &Received) -> (Vec<String>, Answer) {
    let body = json(request);
    let to = body.as_array().into_iter().flatten().filter_map(|one| one["to"].as_array()).flatten();
    let to = to.filter_map(|to| to["phoneNumber"].as_str()).map(str::to_owned).collect();
    (to, Answer::json(200, json!({"status": "success"}).to_string()))
}
