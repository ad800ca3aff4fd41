//! Answers of people: keywords, opt-outs, and the one message that confirms them.

use std::sync::Arc;

use dakiya::{
    Email, EmailAddress, ErrorKind, Event, Kind, Messenger, PhoneNumber, Purpose, Recipient, Scope,
    Sms, Status,
    compliance::{
        keywords::{Keyword, Keywords, Replies},
        suppression::{Query, Reason, Suppression, SuppressionList},
    },
    event::{EventKind, Inbound, InboundEmail},
    sandbox::Sandbox,
    testing::{ManualClock, SeededEntropy},
    webhook::Proof,
};
use proptest::prelude::*;

use super::now;

fn wrote(channel: Kind, text: &str) -> Event {
    let mut event = Event::new(EventKind::Inbound, "twilio", Proof::Signature);
    event.channel = Some(channel);
    event.sender = Some("+919845000012".into());
    event.recipient = Some("+12025550100".into());
    event.text = Some(text.into());
    event.provider_message_id = Some("SM9".into());
    event.timestamp = Some(now());
    event.dedup_key = format!("in {text}");
    event
}

fn messenger(sandbox: &Sandbox, list: &SuppressionList) -> Messenger {
    Messenger::builder()
        .sms(sandbox.clone())
        .email(sandbox.clone())
        .suppressions(list.clone())
        .clock(ManualClock::at(now()).shared())
        .entropy(Arc::new(SeededEntropy::new(7)))
        .build()
        .unwrap()
}

fn asha() -> PhoneNumber {
    PhoneNumber::parse("+919845000012").unwrap()
}

#[test]
fn a_stop_becomes_a_suppression_and_an_answer_in_their_language() {
    let replies = Replies::standard("Drishti Opticals");
    let answer = |text: &str| Keywords::standard().answer(&wrote(Kind::Sms, text), &replies);
    let stop = answer("कृपया बंद करें").unwrap();
    assert_eq!((stop.found.keyword, &*stop.found.language), (Keyword::Stop, "hi"));
    let event = stop.event.clone().unwrap();
    assert_eq!((event.kind, event.status), (EventKind::Suppression, Some(Status::Unsubscribed)));
    assert_eq!((event.suppress, event.channel), (Some(Scope::Sender), Some(Kind::Sms)));
    assert_eq!(event.recipient.as_deref(), Some("+919845000012"));
    assert_eq!(event.sender.as_deref(), Some("+12025550100"));
    assert_eq!(event.dedup_key.len(), 32);
    assert_eq!(event.dedup_key, answer("कृपया बंद करें").unwrap().event.unwrap().dedup_key);
    let draft = stop.sms().unwrap();
    assert!(draft.delivery.confirms_opt_out && draft.message.text.contains("Drishti Opticals"));
    assert_eq!((draft.message.to, draft.message.from.unwrap().as_str()), (asha(), "+12025550100"));

    let start = answer("START").unwrap();
    let event = start.event.clone().unwrap();
    assert_eq!((event.status, event.suppress), (Some(Status::Resubscribed), None));
    assert!(!start.sms().unwrap().delivery.confirms_opt_out);
    let help = answer("मदद").unwrap();
    assert!(help.event.is_none() && help.reply.is_some());
    assert!(help.sms().unwrap().delivery.confirms_opt_out);
    assert!(answer("Don't stop").is_none());
    assert!(help.whatsapp().is_none(), "they wrote by SMS");
    for hidden in ["9845000012", "Drishti"] {
        assert!(!format!("{stop:?} {replies:?}").contains(hidden));
    }
}

#[test]
fn what_the_provider_answered_is_not_answered_again() {
    let replies = Replies::standard("Drishti");
    let mut event = wrote(Kind::Sms, "Halt");
    event.metadata.insert("OptOutType".into(), "STOP".into());
    let stop = Keywords::standard().answer(&event, &replies).unwrap();
    assert_eq!(stop.found.keyword, Keyword::Stop);
    assert!(stop.event.is_some() && stop.reply.is_none() && stop.sms().is_none());
}

#[test]
fn only_words_of_a_person_count() {
    let answer = |event: &Event| Keywords::standard().answer(event, &Replies::none());
    let mut status = wrote(Kind::Sms, "stop");
    status.kind = EventKind::Status;
    assert!(answer(&status).is_none());
    let mut nobody = wrote(Kind::Sms, "stop");
    nobody.sender = None;
    assert!(answer(&nobody).is_none());
    let mut reaction = wrote(Kind::WhatsApp, "stop");
    let json = serde_json::json!({"type": "reaction", "message_id": "wamid.1"});
    reaction.inbound = Some(Box::new(serde_json::from_value::<Inbound>(json).unwrap()));
    assert!(answer(&reaction).is_none());
    // `yes` brings back in the United States alone.
    let mut yes = wrote(Kind::Sms, "Yes");
    assert!(answer(&yes).is_none());
    yes.sender = Some("12025550123".into());
    assert_eq!(answer(&yes).unwrap().found.keyword, Keyword::Start);
}

#[test]
fn whatsapp_and_mail_are_answered_in_their_thread() {
    let replies = Replies::standard("Drishti");
    let mut event = wrote(Kind::WhatsApp, "stop");
    event.sender = Some("whatsapp:+919845000012".into());
    let draft = Keywords::standard().answer(&event, &replies).unwrap().whatsapp().unwrap();
    assert_eq!(draft.message.reply_to.as_deref(), Some("SM9"));
    assert_eq!(draft.message.to.as_str(), "+919845000012");

    let mut theirs = InboundEmail::default();
    theirs.subject = Some("Re: Offers".into());
    theirs.message_id = Some("b@mail.example.com".into());
    theirs.references = vec!["a@erp.example.com".into(), "bad id".into()];
    let mut event = wrote(Kind::Email, "Unsubscribe please\n\nOn Monday Drishti wrote:\n> Offers");
    event.sender = Some("asha@example.com".into());
    event.recipient = Some("hello@drishti.example".into());
    event.inbound = Some(Box::new(Inbound::Email(theirs)));
    let stop = Keywords::standard().answer(&event, &replies).unwrap();
    assert_eq!(stop.event.as_ref().unwrap().suppress, Some(Scope::Marketing));
    let mail = stop.email().unwrap().message;
    assert_eq!(mail.subject, "Re: Offers");
    let headers: Vec<_> = mail.headers.iter().map(|h| (&*h.name, &*h.value)).collect();
    let references = "<a@erp.example.com> <b@mail.example.com>";
    assert_eq!(headers, [("In-Reply-To", "<b@mail.example.com>"), ("References", references)]);

    event.text = Some("Unsubscribe \r\n\r\nSent from my phone".into());
    assert!(Keywords::standard().answer(&event, &replies).is_some());
    event.text = Some("Please send the invoice again, and stop by.".into());
    assert!(Keywords::standard().answer(&event, &replies).is_none());
    event.text = Some("cancel".into());
    assert!(Keywords::standard().answer(&event, &replies).is_none(), "an order, perhaps");
}

#[test]
fn a_long_thread_keeps_its_first_and_its_nearest_mails() {
    let mut theirs = InboundEmail::default();
    theirs.message_id = Some("last@example.com".into());
    theirs.references = (0..500).map(|index| format!("{index}@example.com")).collect();
    let mail = Email::to(EmailAddress::parse("a@example.com").unwrap()).in_reply_to(&theirs);
    let references = &mail.headers[1].value;
    assert!(references.len() <= 998 && references.starts_with("<0@example.com> <"));
    assert!(references.ends_with("<499@example.com> <last@example.com>"));
}

#[tokio::test]
async fn the_answer_to_a_stop_passes_once() {
    let (sandbox, list) = (Sandbox::new(), SuppressionList::new());
    let messenger = messenger(&sandbox, &list);
    let replies = Replies::standard("Drishti");
    let stop = Keywords::standard().answer(&wrote(Kind::Sms, "STOP"), &replies).unwrap();
    let event = stop.event.clone().unwrap();
    assert!(list.apply(&event));

    // A plan takes no permission, however often it is made.
    for _ in 0..3 {
        assert!(messenger.plan(stop.sms().unwrap()).await.unwrap().is_ready());
    }
    let plain = Sms::to(asha()).text("Your order is ready.");
    let refused = messenger.send(plain.clone()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Suppressed);
    messenger.send(stop.sms().unwrap()).await.unwrap();
    let again = messenger.send(stop.sms().unwrap()).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Suppressed);
    // The provider delivers its event again.
    list.apply(&event);
    assert!(messenger.send(stop.sms().unwrap()).await.is_err());
    // Another number of ours was not refused.
    let other = plain.from(PhoneNumber::parse("+12025550111").unwrap());
    messenger.send(other).await.unwrap();
    assert_eq!(sandbox.messages().len(), 2);
    // They come back, and stop again.
    let start = Keywords::standard().answer(&wrote(Kind::Sms, "START"), &replies).unwrap();
    assert!(list.apply(&start.event.unwrap()));
    let stop = Keywords::standard().answer(&wrote(Kind::Sms, "stop"), &replies).unwrap();
    assert!(list.apply(&stop.event.clone().unwrap()));
    let results = messenger.send_batch([stop.sms().unwrap(), stop.sms().unwrap()]).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
}

fn at(text: &str, second: i64) -> Event {
    let mut event = wrote(Kind::Sms, text);
    event.timestamp = Some(dakiya::Timestamp::from_second(1_790_000_000 + second).unwrap());
    event.dedup_key = format!("in {text} {second}");
    event
}

#[tokio::test]
async fn help_is_answered_once_to_who_opted_out() {
    let (sandbox, list) = (Sandbox::new(), SuppressionList::new());
    let messenger = messenger(&sandbox, &list);
    let replies = Replies::standard("Drishti");
    let heard = |event: &Event| Keywords::standard().answer(event, &replies).unwrap();
    // Who did not opt out is answered as anybody is.
    let help = heard(&at("HELP", 1));
    assert!(list.heard(&help) && help.event.is_none());
    messenger.send(help.sms().unwrap()).await.unwrap();

    let stop = heard(&at("STOP", 2));
    assert!(list.heard(&stop) && !list.heard(&stop), "the same message again is no new one");
    messenger.send(stop.sms().unwrap()).await.unwrap();
    for second in [3, 4] {
        let help = heard(&at("HELP", second));
        let unasked = messenger.send(help.sms().unwrap()).await.unwrap_err();
        assert_eq!(unasked.kind(), ErrorKind::Suppressed);
        assert!(list.heard(&help));
        assert!(messenger.send(Sms::to(asha()).text("Your order is ready.")).await.is_err());
        messenger.send(help.sms().unwrap()).await.unwrap();
        assert!(messenger.send(help.sms().unwrap()).await.is_err());
        assert!(!list.heard(&help) && messenger.send(help.sms().unwrap()).await.is_err());
    }
    assert!(!list.heard(&heard(&at("HELP", 3))), "an older one that comes late");
    // To another number of ours, or by another kind, it asks about nothing that was refused here.
    let mut other = at("HELP", 9);
    other.recipient = Some("+12025550111".into());
    assert!(list.heard(&heard(&other)));
    assert!(messenger.send(heard(&at("HELP", 9)).sms().unwrap()).await.is_err());
    // A complaint is no opt-out that could be answered.
    list.add(&Recipient::Phone(asha()), Suppression::new(Scope::Sender, Reason::Complaint));
    let help = heard(&at("HELP", 10));
    list.heard(&help);
    assert!(messenger.send(help.sms().unwrap()).await.is_err());
    assert_eq!(sandbox.messages().len(), 4);
}

#[test]
fn a_late_or_repeated_stop_undoes_no_start() {
    let person = Recipient::Phone(asha());
    let query = Query::new(&person, Kind::Sms, Purpose::Transactional);
    let replies = Replies::none();
    let heard = |event: &Event| Keywords::standard().answer(event, &replies).unwrap();
    let [stop, start, again] =
        [at("STOP", 1), at("START", 2), at("STOP", 3)].map(|event| heard(&event));
    // Whatever the order, and however often each comes, the last word holds.
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let (two, three) = (SuppressionList::new(), SuppressionList::new());
        for index in order.into_iter().chain(order) {
            let said = [&stop, &start, &again][index];
            three.heard(said);
            if index < 2 {
                two.heard(said);
            }
        }
        assert!(two.get(&query).is_none(), "{order:?}");
        assert!(three.get(&query).is_some(), "{order:?}");
    }
    // Without times the event itself is known again.
    let untimed = |text| {
        let mut event = wrote(Kind::Sms, text);
        event.timestamp = None;
        heard(&event)
    };
    let list = SuppressionList::new();
    assert!(list.heard(&untimed("STOP")) && list.heard(&untimed("START")));
    assert!(!list.heard(&untimed("STOP")) && list.get(&query).is_none());
    assert!(list.heard(&untimed("stop")), "another message is another stop");
    // Who had not stopped is not welcomed back.
    let list = SuppressionList::new();
    assert!(!list.heard(&start));
    // It was to one number of ours.
    let mut other = at("STOP", 1);
    other.recipient = Some("+12025550111".into());
    assert!(list.heard(&heard(&other)));
    // A hard bounce from before is no opt-out.
    let mut dead = Event::of_status(Status::BouncedHard, "twilio", Proof::Signature);
    (dead.channel, dead.suppress) = (Some(Kind::Sms), Some(Scope::Address));
    (dead.recipient, dead.timestamp) = (Some("+919845000012".into()), at("", 0).timestamp);
    assert!(list.apply(&dead));
}

#[test]
fn coming_back_to_one_topic_is_no_coming_back_to_all() {
    let list = SuppressionList::new();
    let person = Recipient::Email(EmailAddress::parse("asha@example.com").unwrap());
    let told = |status, suppress, topic: Option<&str>| {
        let mut event = Event::of_status(status, "sendgrid", Proof::Signature);
        (event.channel, event.suppress) = (Some(Kind::Email), suppress);
        (event.recipient, event.topic) = (Some("asha@example.com".into()), topic.map(Into::into));
        event
    };
    list.apply(&told(Status::Unsubscribed, Some(Scope::Marketing), None));
    list.apply(&told(Status::Unsubscribed, Some(Scope::Topic), Some("7")));
    assert!(list.apply(&told(Status::Resubscribed, None, Some("7"))));
    let query = Query::new(&person, Kind::Email, Purpose::Marketing);
    assert!(list.get(&query).is_some());
    assert!(list.apply(&told(Status::Resubscribed, None, None)));
    assert!(list.get(&query).is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_one_confirms() {
    let (sandbox, list) = (Sandbox::new(), SuppressionList::new());
    let messenger = messenger(&sandbox, &list);
    let person = Recipient::Phone(asha());
    list.add(&person, Suppression::new(Scope::Sender, Reason::OptOut));
    let sends = (0..64).map(|_| {
        let messenger = messenger.clone();
        let draft = dakiya::Draft::new(Sms::to(asha()).text("You are out.")).confirms_opt_out();
        tokio::spawn(async move { messenger.send(draft).await.is_ok() })
    });
    let mut passed = 0;
    for send in sends.collect::<Vec<_>>() {
        passed += usize::from(send.await.unwrap());
    }
    assert_eq!((passed, sandbox.messages().len()), (1, 1));
    assert!(list.get(&Query::new(&person, Kind::Sms, Purpose::Utility)).is_some());
}

#[tokio::test]
async fn nothing_else_passes_as_a_confirmation() {
    let (sandbox, list) = (Sandbox::new(), SuppressionList::new());
    let messenger = messenger(&sandbox, &list);
    list.add(&Recipient::Phone(asha()), Suppression::new(Scope::Sender, Reason::Complaint));
    let draft = dakiya::Draft::new(Sms::to(asha()).text("You are out.")).confirms_opt_out();
    assert_eq!(messenger.send(draft).await.unwrap_err().kind(), ErrorKind::Suppressed);
    // A mail to two confirms to none.
    let [a, b] = ["a@example.com", "b@example.com"].map(|text| EmailAddress::parse(text).unwrap());
    list.add(&Recipient::Email(a.clone()), Suppression::new(Scope::Sender, Reason::OptOut));
    let mail = Email::to(a).and_to(b).subject("You are out").text("You are.");
    let draft = dakiya::Draft::new(mail).confirms_opt_out();
    assert_eq!(messenger.send(draft).await.unwrap_err().kind(), ErrorKind::Suppressed);
    assert!(sandbox.messages().is_empty());
}

proptest! {
    #[test]
    fn any_text_is_read_without_a_panic_and_padding_changes_nothing(
        text in "\\PC{0,40}|[\\s\\S]{0,60}", sign in "[ .!?\u{200b}🛑]{0,9}",
    ) {
        let keywords = Keywords::standard().loose();
        let plain = keywords.matches(&text, None);
        prop_assert_eq!(keywords.matches(&format!(" {sign} {text} {sign}"), None), plain);
        let stop = format!("{sign}sToP{sign}");
        prop_assert!(keywords.matches(&stop, None).is_some());
    }
}
