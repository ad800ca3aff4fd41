//! Random batches of mails that differ in everything, and what each recipient must see of them.

use std::collections::BTreeMap;

use dakiya::{
    Attachment, Email, EmailAddress, Envelope, ErrorKind, Fate, Mailbox, Receipt, Result,
    TemplateStamp, Timestamp, Unsubscribe,
};
use proptest::{prelude::*, sample::select};

/// What a recipient sees, by name: empty values left out.
pub(crate) type Seen = BTreeMap<&'static str, String>;

/// Now is 15:00.
pub(crate) const PAST: &str = "2026-03-14T14:00:00Z";
pub(crate) const LATER: [&str; 2] = ["2026-03-14T16:00:00Z", "2026-03-14T17:00:00Z"];

const ADDRESSES: [&str; 6] = [
    "c1@customer.example",
    "C1@customer.example",
    "c2@customer.example",
    "c3@b\u{fc}cher.example",
    "c4+x@customer.example",
    "c5@customer.example",
];

/// What texts are made of.
const WORDS: [&str; 12] = [
    "Dear ",
    "\u{906}\u{936}\u{93e} \u{1f600}",
    "c1@customer.example",
    "c2@customer.example ",
    "\n",
    "\r\n",
    "\"q\" \\ <b>",
    "100%",
    "%",
    "-",
    "same",
    "paid 5.",
];

/// Placeholders and tags, and the halves of them.
const TRAPS: [&str; 16] = [
    "%recipient.dakiya_0%",
    "%recipient.dakiya_1%",
    "%RECIPIENT.name%",
    "%recipient_email%",
    "recipient.dakiya_0%",
    "%unsubscribe_url%",
    "-dakiya-body-text-0-",
    "-dakiya-body-html-0-",
    "-dakiya-body-html-1-",
    "-dakiya-",
    "body-html-0-",
    "<%x%>",
    "[%DAKIYA_0%]",
    "[%dakiya_1%]",
    "[%",
    "DAKIYA_2%]",
];

fn words(most: usize) -> impl Strategy<Value = String> {
    let word = prop_oneof![12 => select(&WORDS[..]), 1 => select(&TRAPS[..])];
    prop::collection::vec(word, 0..most).prop_map(|words| words.concat())
}

fn line() -> impl Strategy<Value = String> {
    words(3).prop_map(|text| format!("S{}", text.replace(['\r', '\n'], "")))
}

const NAMES: [&str; 6] =
    ["", "", "Asha", "\u{906}\u{936}\u{93e}", "O'Neil \"Q\"", "%recipient.name%"];

fn people(most: usize) -> impl Strategy<Value = Vec<Mailbox>> {
    let one = (select(&ADDRESSES[..]), select(&NAMES[..]));
    prop::collection::vec(one, 0..most).prop_map(|people| {
        let mut people = people;
        people.sort_unstable_by_key(|(address, _)| address.to_lowercase());
        people.dedup_by_key(|(address, _)| address.to_lowercase());
        let mailbox = |(address, name): (&str, &str)| {
            let address = EmailAddress::parse(address).unwrap();
            if name.is_empty() { address.into() } else { Mailbox::new(name, address) }
        };
        people.into_iter().map(mailbox).collect()
    })
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

prop_compose! {
    fn envelope()(
        id in prop_oneof![Just(1_u64), any::<u64>()],
        to in prop_oneof![4 => select(&ADDRESSES[..]).prop_map(|one| {
            vec![EmailAddress::parse(one).unwrap().into()]
        }), 1 => people(3)],
        others in prop_oneof![6 => Just(Vec::new()), 1 => people(2)],
        blind in any::<bool>(),
        subject in line(),
        texts in (prop::option::of(words(4)), prop::option::weighted(0.7, words(6))),
        reply in prop::option::weighted(0.2, select(&ADDRESSES[..])),
        unsubscribe in prop::option::weighted(0.3, "[a-c]{1,2}"),
        callback in prop::option::weighted(0.3, words(3)),
        template in prop_oneof![Just(None), Just(Some("1")), Just(Some("1")), Just(Some("2"))],
        times in (0..8_usize, 0..8_usize),
        file in 0..10_u8,
    ) -> Envelope<Email> {
        let mut mail = Email::default().subject(subject);
        mail.to = to;
        // Nobody twice in one mail, which is another matter.
        let known = |one: &Mailbox| {
            let same = |other: &Mailbox| {
                other.email.as_str().to_lowercase() == one.email.as_str().to_lowercase()
            };
            mail.to.iter().any(same)
        };
        let others: Vec<_> = others.into_iter().filter(|one| !known(one)).collect();
        if blind { mail.bcc = others } else { mail.cc = others }
        (mail.text, mail.html) = texts;
        mail.reply_to.extend(reply.map(|one| EmailAddress::parse(one).unwrap().into()));
        mail.unsubscribe =
            unsubscribe.map(|token| Unsubscribe::one_click(format!("https://x.example/{token}")));
        if file < 3 {
            let content = if file == 0 { "one" } else { "two" };
            mail.attachments.push(Attachment::new("a.txt", "text/plain", content.as_bytes()));
        }
        let id = format!("00000000-0000-7000-8000-{:012}", id % 1_000_000_000_000);
        let mut envelope = Envelope::new(id.parse().unwrap(), mail);
        envelope.template = template.map(|version| TemplateStamp::new("invoice", version, "en"));
        envelope.delivery.callback_data = callback;
        envelope.delivery.send_at = LATER.get(times.0).map(|time| at(time));
        envelope.delivery.deadline =
            [LATER[0], LATER[1], PAST].get(times.1).map(|time| at(time));
        envelope
    }
}

/// Up to 16 mails; of most batches those that could share a request if their texts and recipients
/// were all that differs.
pub(crate) fn batches() -> impl Strategy<Value = Vec<Envelope<Email>>> {
    let mails = prop::collection::vec(envelope(), 0..16);
    (mails, prop::bool::weighted(0.7)).prop_map(|(mut mails, alike)| {
        for envelope in mails.iter_mut().filter(|_| alike) {
            envelope.template = Some(TemplateStamp::new("invoice", "1", "en"));
            envelope.delivery.send_at = None;
            let mail = &mut envelope.message;
            mail.to.truncate(1);
            mail.text.get_or_insert_default();
            mail.html.get_or_insert_default().push('.');
            (mail.cc, mail.bcc, mail.reply_to) = Default::default();
            mail.attachments.clear();
            mail.unsubscribe = None;
        }
        mails
    })
}

fn addresses(people: &[Mailbox]) -> String {
    let one = |one: &Mailbox| {
        format!("{}<{}>", one.name.as_deref().unwrap_or_default(), one.email.to_ascii_domain())
    };
    people.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// What was to be seen of a mail.
pub(crate) fn expected(envelope: &Envelope<Email>) -> Seen {
    let (mail, delivery) = (&envelope.message, &envelope.delivery);
    let headers: Vec<_> =
        mail.all_headers().map(|one| format!("{}: {}", one.name, one.value)).collect();
    let files: Vec<_> = mail.attachments.iter().map(|file| &file.content[..]).collect();
    let at = delivery.send_at.map(|at| at.as_second().to_string());
    filled([
        ("to", addresses(&mail.to)),
        ("cc", addresses(&mail.cc)),
        ("bcc", addresses(&mail.bcc)),
        ("reply", addresses(&mail.reply_to)),
        ("subject", mail.subject.clone()),
        ("text", mail.text.clone().unwrap_or_default()),
        ("html", mail.html.clone().unwrap_or_default()),
        ("headers", headers.join("\n")),
        ("id", envelope.id.to_string()),
        ("callback", delivery.callback_data.clone().unwrap_or_default()),
        ("at", at.unwrap_or_default()),
        ("files", String::from_utf8(files.concat()).unwrap()),
    ])
}

pub(crate) fn filled(values: impl IntoIterator<Item = (&'static str, String)>) -> Seen {
    values.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// Each mail that was accepted was seen once, as it was written, and nothing else was. A mail is
/// refused where it is alone too, or where nobody waits for it any more.
pub(crate) fn compare(
    envelopes: &[Envelope<Email>],
    results: &[Result<Receipt>],
    singly: &[Result<Receipt>],
    mut seen: Vec<Seen>,
) -> std::result::Result<(), TestCaseError> {
    prop_assert_eq!(results.len(), envelopes.len());
    let mut wanted = Vec::new();
    for ((envelope, result), alone) in envelopes.iter().zip(results).zip(singly) {
        match result {
            Ok(receipt) => {
                prop_assert_eq!(receipt.id, envelope.id);
                wanted.push(expected(envelope));
            }
            Err(error) => {
                prop_assert_eq!(error.fate(), Fate::NotSent);
                let late = envelope.delivery.deadline == Some(at(PAST));
                let kind = alone.as_ref().err().map(dakiya::Error::kind);
                prop_assert!(
                    kind == Some(error.kind()) || late && error.kind() == ErrorKind::Timeout
                );
            }
        }
    }
    wanted.sort();
    seen.sort();
    prop_assert_eq!(seen, wanted);
    Ok(())
}
