use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use dakiya::{
    AnyEnvelope, Channel, Dispatch, Dlt, Draft, Email, EmailAddress, Error, ErrorKind, Event,
    EventKind, Fate, Kind, Message, Messenger, PhoneNumber, Purpose, Receipt, Recipient, Record,
    Result, Sms, TemplateRef, Timestamp,
    compliance::{
        dlt::{Category, Registration, Registry},
        keywords::{Keywords, Replies},
        suppression::{Query, Reason, Suppression, SuppressionList, Suppressions},
    },
    sandbox::Sandbox,
    template::TemplateSet,
    testing::{ManualClock, SeededEntropy},
    webhook::Proof,
};

const NOW: &str = "2026-03-14T09:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn number() -> PhoneNumber {
    PhoneNumber::parse("+919845000012").unwrap()
}

fn mail() -> Email {
    Email::to(EmailAddress::parse("asha@example.com").unwrap()).subject("Ready").text("It is.")
}

fn messenger(sandbox: &Sandbox) -> dakiya::MessengerBuilder {
    Messenger::builder()
        .email(sandbox.clone())
        .sms(sandbox.clone())
        .clock(ManualClock::at(now()).shared())
        .entropy(Arc::new(SeededEntropy::new(7)))
}

fn templates() -> TemplateSet {
    TemplateSet::builder()
        .file(
            "ready/1/en.toml",
            "[email]\nsubject = \"Order {{id}}\"\nhtml = \"<p>{{name}}</p>\"\n\
             [sms]\ntext = \"Dear {{name}}, order {{id}} is ready. - Drishti Opticals\"\n\
             dlt_template = \"1107000000000000101\"\n",
        )
        .build()
        .unwrap()
}

fn registry() -> Registry {
    let text = "Dear {#var#}, order {#alphanumeric#} is ready. - Drishti Opticals";
    Registry::builder()
        .entity("1101000000000000017")
        .template(
            Registration::new("1107000000000000101", text, Category::ServiceImplicit)
                .header("DRISHT"),
        )
        .build()
        .unwrap()
}

fn ready() -> TemplateRef {
    TemplateRef::new("ready").var("name", "<Asha>").var("id", "2041")
}

#[tokio::test]
async fn a_template_becomes_a_checked_message_and_a_receipt() {
    let sandbox = Sandbox::new();
    let messenger = messenger(&sandbox).templates(templates()).dlt(registry()).build().unwrap();

    let receipt = messenger.send(Sms::to(number()).template(ready())).await.unwrap();

    assert_eq!((receipt.provider.as_str(), receipt.kind), ("sandbox.sms", Kind::Sms));
    let AnyEnvelope { content: dakiya::Content::Sms(sms), template, .. } = &sandbox.messages()[0]
    else {
        panic!("no SMS");
    };
    assert_eq!(sms.text, "Dear <Asha>, order 2041 is ready. - Drishti Opticals");
    let dlt = Dlt::template("1107000000000000101").entity("1101000000000000017").header("DRISHT");
    assert_eq!(sms.dlt.as_ref(), Some(&dlt));
    assert_eq!(template.as_ref().unwrap().version, "1");
}

#[tokio::test]
async fn a_plan_shows_the_text_the_segments_and_all_that_would_refuse_it() {
    let sandbox = Sandbox::new();
    let list = SuppressionList::new();
    let manual = Suppression::new(dakiya::Scope::Address, Reason::Manual);
    list.add(&Recipient::Phone(number()), manual);
    let messenger = messenger(&sandbox)
        .templates(templates())
        .dlt(registry())
        .suppressions(list)
        .build()
        .unwrap();
    let long = ready().var("id", "x".repeat(41));

    let draft = Sms::to(number()).template(long).expires_at(now()).tag("a\nb");
    let plan = messenger.plan(draft.clone()).await.unwrap();

    let kinds: Vec<_> = plan.refusals().iter().map(Error::kind).collect();
    let all = [
        ErrorKind::InvalidMessage,
        ErrorKind::Expired,
        ErrorKind::Suppressed,
        ErrorKind::Compliance,
    ];
    assert_eq!(kinds, all);
    assert_eq!(plan.segments().segments, 1);
    let error = messenger.send(draft).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidMessage);
    let fields: Vec<_> = error.faults().iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["tags[0]", "recipients[0]", "text"]);
    assert!(sandbox.messages().is_empty());
}

#[tokio::test]
async fn a_batch_answers_in_order_and_sends_the_good_ones() {
    let sandbox = Sandbox::new();
    let messenger = messenger(&sandbox).build().unwrap();
    let drafts = vec![
        mail().draft(),
        mail().subject("").draft(),
        mail().template("nothing"),
        mail().draft(),
    ];

    let results = messenger.send_batch(drafts).await;

    let kinds: Vec<_> = results.iter().map(|r| r.as_ref().err().map(Error::kind)).collect();
    assert_eq!(kinds, [None, Some(ErrorKind::InvalidMessage), Some(ErrorKind::Config), None]);
    assert_eq!(sandbox.messages().len(), 2);
}

#[tokio::test]
async fn a_kind_without_a_channel_is_a_config_error() {
    let messenger = messenger(&Sandbox::new()).build().unwrap();
    let to = dakiya::WhatsAppAddress::parse("+919845000012").unwrap();
    let error = messenger.send(dakiya::WhatsApp::to(to).text("hi")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[tokio::test]
async fn what_was_rendered_is_checked_again_when_it_is_dispatched() {
    let sandbox = Sandbox::new();
    let list = SuppressionList::new();
    let messenger = messenger(&sandbox).suppressions(list.clone()).build().unwrap();
    let plan = messenger.plan(mail().draft().purpose(Purpose::Utility)).await.unwrap();
    let stored = serde_json::to_string(&AnyEnvelope::from(plan.into_envelope())).unwrap();
    let read = || serde_json::from_str::<AnyEnvelope>(&stored).unwrap();

    assert!(messenger.dispatch(read()).await.is_ok());
    let to = Recipient::Email(EmailAddress::parse("asha@example.com").unwrap());
    list.add(&to, Suppression::new(dakiya::Scope::Address, Reason::HardBounce));
    let results = messenger.dispatch_batch(vec![read(), read()]).await;
    assert!(results.iter().all(|r| r.as_ref().unwrap_err().kind() == ErrorKind::Suppressed));

    let mut newer = read();
    newer.schema = AnyEnvelope::SCHEMA + 1;
    assert_eq!(messenger.dispatch(newer).await.unwrap_err().kind(), ErrorKind::Config);
}

#[derive(Default)]
struct Book {
    kept: Mutex<Vec<bool>>,
    broken: bool,
}

#[async_trait]
impl Record for Book {
    async fn record(&self, _: &AnyEnvelope, outcome: &Result<Receipt>) -> Result<()> {
        self.kept.lock().unwrap().push(outcome.is_ok());
        if self.broken { Err(Error::config("the disk is full")) } else { Ok(()) }
    }
}

struct Shared(Arc<Book>);
#[async_trait]
impl Record for Shared {
    async fn record(&self, envelope: &AnyEnvelope, outcome: &Result<Receipt>) -> Result<()> {
        self.0.record(envelope, outcome).await
    }
}

#[tokio::test]
async fn each_outcome_is_recorded_and_a_broken_record_undoes_no_send() {
    let book = Arc::new(Book::default());
    let built = messenger(&Sandbox::new()).record(Shared(Arc::clone(&book))).build().unwrap();
    built.send(mail()).await.unwrap();
    built.send(mail().subject("")).await.unwrap_err();
    assert_eq!(*book.kept.lock().unwrap(), [true, false]);

    let broken = Book { broken: true, ..Book::default() };
    let built = messenger(&Sandbox::new()).record(broken).build().unwrap();
    assert!(built.send(mail()).await.unwrap().unrecorded.is_some());
}

#[test]
fn the_compiler_keeps_kinds_apart() {
    fn takes_sms(_: &dyn Channel<Sms>) {}
    takes_sms(&Sandbox::new());
    drop(Draft::<Email>::from(mail()));
}

#[tokio::test]
async fn a_suppression_list_that_does_not_answer_holds_the_message_back_unsent() {
    struct Broken;
    #[async_trait]
    impl Suppressions for Broken {
        async fn find(&self, _: &Query<'_>) -> Result<Option<Suppression>> {
            Err(Error::new(ErrorKind::Network, "the store is away"))
        }
    }
    let sandbox = Sandbox::new();
    let messenger = messenger(&sandbox).suppressions(Broken).build().unwrap();
    let error = messenger.send(mail()).await.unwrap_err();
    assert_eq!((error.kind(), error.fate()), (ErrorKind::Network, Fate::NotSent));
    assert!(error.is_retryable());
    assert!(sandbox.messages().is_empty());
}

#[tokio::test]
async fn a_keyword_is_answered_by_the_channel_it_came_by_and_an_opt_out_confirmed_once() {
    let (sandbox, list) = (Sandbox::new(), SuppressionList::new());
    let messenger = messenger(&sandbox).suppressions(list.clone()).build().unwrap();
    let (keywords, replies) = (Keywords::standard(), Replies::standard("Drishti"));
    let event = |channel: Kind, text: &str| {
        let mut event = Event::new(EventKind::Inbound, "twilio", Proof::Signature);
        (event.channel, event.text) = (Some(channel), Some(text.into()));
        event.sender = Some("+919845000012".into());
        event.recipient = Some("+12025550100".into());
        event.dedup_key = text.into();
        event
    };
    let wrote =
        |channel: Kind, text: &str| keywords.answer(&event(channel, text), &replies).unwrap();
    assert!(messenger.reply(&wrote(Kind::Sms, "help")).await.unwrap().is_some());

    let stop = wrote(Kind::Sms, "stop");
    list.apply(stop.event.as_ref().unwrap());
    assert_eq!(messenger.reply(&stop).await.unwrap().unwrap().kind, Kind::Sms);
    let again = messenger.reply(&stop).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::Suppressed);
    assert_eq!(sandbox.sms().len(), 2);

    let mute = keywords.answer(&event(Kind::Sms, "help"), &Replies::none()).unwrap();
    assert!(messenger.reply(&mute).await.unwrap().is_none());
    let elsewhere = messenger.reply(&wrote(Kind::WhatsApp, "help")).await.unwrap_err();
    assert_eq!(elsewhere.kind(), ErrorKind::Config, "it has no channel for WhatsApp");
}
