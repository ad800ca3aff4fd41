//! India's DLT rules through the public API.

use std::{error::Error as _, time::Duration};

use dakiya::{
    Delivery, Dlt, Envelope, Error, ErrorKind, MessageId, PhoneNumber, Purpose, SenderId, Sms,
    Timestamp,
    compliance::dlt::{Category, Mismatch, Registration, Registry},
    testing::SeededEntropy,
};

const ENTITY: &str = "1101234567890123456";
const CODE: &str = "1107161234567890123";
const OFFER: &str = "1107161234567890124";
const NOON: &str = "2026-03-14T12:00:00+05:30";

fn registry() -> Registry {
    let code = "Dear {#alphanumeric#}, {#numeric#} is your code for Drishti Optics.";
    let offer = "{#numeric#} % off all frames at Drishti Optics until Sunday.";
    Registry::builder()
        .entity(ENTITY)
        .template(
            Registration::new(CODE, code, Category::ServiceImplicit)
                .header("DRISHT")
                .header("DRSHTI"),
        )
        .template(Registration::new(OFFER, offer, Category::Promotional).header("512345"))
        .build()
        .unwrap()
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn envelope(to: &str, text: &str, dlt: Option<Dlt>) -> Envelope<Sms> {
    let mut sms = Sms::to(PhoneNumber::parse(to).unwrap()).text(text);
    sms.dlt = dlt;
    Envelope::new(MessageId::new(at(NOON), &SeededEntropy::new(1)), sms)
}

fn offer() -> Envelope<Sms> {
    let text = "20 % off all frames at Drishti Optics until Sunday.";
    let mut delivery = Delivery::default();
    delivery.purpose = Purpose::Marketing;
    envelope("+919845000012", text, Some(Dlt::template(OFFER))).with_delivery(delivery)
}

fn fields(error: &Error) -> Vec<&str> {
    error.faults().iter().map(|fault| fault.field.as_str()).collect()
}

#[test]
fn absent_ids_are_filled_from_the_registration() {
    let text = "Dear Asha, 4711 is your code for Drishti Optics.";
    let mut envelope = envelope("+919845000012", text, Some(Dlt::template(CODE)));
    registry().comply(&mut envelope, at(NOON)).unwrap();
    assert_eq!(envelope.message.dlt, Some(Dlt::template(CODE).entity(ENTITY).header("DRISHT")));

    let mut chosen = envelope.clone();
    chosen.message.dlt = Some(Dlt::template(CODE));
    chosen.message.from = Some(SenderId::parse("DRSHTI").unwrap());
    registry().comply(&mut chosen, at(NOON)).unwrap();
    assert_eq!(chosen.message.dlt.unwrap().header.as_deref(), Some("DRSHTI"));
}

#[test]
fn all_faults_are_reported_at_once_and_the_envelope_is_left_alone() {
    let dlt = Dlt::template(CODE).entity("12").header("AD-DRISHT");
    let mut delivery = Delivery::default();
    delivery.purpose = Purpose::Marketing;
    let mut envelope = envelope("+919845000012", "Dear Asha", Some(dlt)).with_delivery(delivery);
    let before = envelope.clone();
    let error = registry().comply(&mut envelope, at(NOON)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Compliance);
    assert_eq!(fields(&error), ["dlt.entity", "dlt.header", "text", "purpose"]);
    assert!(!format!("{error} {error:?}").contains("Asha"));
    assert_eq!(envelope, before);
}

#[test]
fn a_template_must_be_named_and_known() {
    for (dlt, problem) in [
        (None, "is absent"),
        (Some(Dlt::template("12")), "is not 19 digits"),
        (Some(Dlt::template("1107161234567890999")), "is not in the registry"),
    ] {
        let mut envelope = envelope("+919845000012", "Dear Asha", dlt);
        let error = registry().comply(&mut envelope, at(NOON)).unwrap_err();
        assert_eq!(fields(&error), ["dlt.template"]);
        assert_eq!(error.faults()[0].problem, problem);
    }
}

#[test]
fn a_header_must_be_bound_to_the_template_case_and_all() {
    let text = "Dear Asha, 4711 is your code for Drishti Optics.";
    for header in ["OTHERS", "drisht"] {
        let dlt = Dlt::template(CODE).header(header);
        let mut envelope = envelope("+919845000012", text, Some(dlt));
        let error = registry().comply(&mut envelope, at(NOON)).unwrap_err();
        assert_eq!(fields(&error), ["dlt.header"], "{header}");
    }
}

#[test]
fn a_text_that_differs_is_refused_with_the_first_place() {
    let text = "Dear Asha, 4711 is your c\u{43e}de for Drishti Optics.";
    let mut envelope = envelope("+919845000012", text, Some(Dlt::template(CODE)));
    let error = registry().comply(&mut envelope, at(NOON)).unwrap_err();
    assert_eq!(
        error.faults()[0].problem,
        "differs at character 25, where the registration has \"ode for Drishti Optics.\" (a \
         letter of another script)"
    );
    let mismatch = error.source().unwrap().downcast_ref::<Mismatch>().unwrap();
    assert_eq!((mismatch.text_index(), mismatch.rendered()), (25, text));
}

#[test]
fn marketing_keeps_to_the_hours() {
    for (time, allowed) in [
        ("2026-03-14T09:59:59.999+05:30", false),
        ("2026-03-14T10:00:00+05:30", true),
        ("2026-03-14T20:59:59.999+05:30", true),
        ("2026-03-14T21:00:00+05:30", false),
    ] {
        let result = registry().comply(&mut offer(), at(time));
        assert_eq!(result.is_ok(), allowed, "{time}: {result:?}");
    }
    let error = registry().comply(&mut offer(), at("2026-03-14T21:00:00+05:30")).unwrap_err();
    assert_eq!(fields(&error), ["send_at"]);
    assert_eq!(error.retry_after(), Some(Duration::from_hours(13)));
}

#[test]
fn the_hours_are_those_of_the_time_that_the_provider_is_to_send_at() {
    let mut later = offer();
    later.delivery.send_at = Some(at("2026-03-14T12:00:00+05:30"));
    registry().comply(&mut later, at("2026-03-14T08:00:00+05:30")).unwrap();
    later.delivery.send_at = Some(at("2026-03-14T22:00:00+05:30"));
    assert!(registry().comply(&mut later, at(NOON)).is_err());
}

#[test]
fn waiting_is_not_offered_where_it_does_not_help() {
    let mut wrong = offer();
    wrong.message.text.push('!');
    let error = registry().comply(&mut wrong, at("2026-03-14T23:00:00+05:30")).unwrap_err();
    assert_eq!(fields(&error), ["text", "send_at"]);
    assert_eq!(error.retry_after(), None);
}

#[test]
fn category_and_purpose_must_agree() {
    let mut offer = offer();
    offer.delivery.purpose = Purpose::Transactional;
    assert_eq!(fields(&registry().comply(&mut offer, at(NOON)).unwrap_err()), ["purpose"]);
}

#[test]
fn numbers_that_are_no_indian_mobile_are_left_alone() {
    for number in ["+14155550100", "+912212345678", "+9180012345678"] {
        let mut envelope = envelope(number, "anything", None);
        registry().comply(&mut envelope, at(NOON)).unwrap();
        assert_eq!(envelope.message.dlt, None, "{number}");
    }
}

#[test]
fn a_registry_reports_all_its_faults_at_once() {
    let error = Registry::builder()
        .entity("1")
        .url("drishti.in")
        .template(Registration::new("2", "{#Var#}", Category::ServiceImplicit).header("AD-DRISHT"))
        .template(
            Registration::new(CODE, "See https://other.example/ {#var#}", Category::Promotional)
                .tag("url")
                .tag("url"),
        )
        .template(Registration::new(CODE, "", Category::Promotional).header("DRISHT"))
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(
        fields(&error),
        [
            "entity",
            "template[0].id",
            "template[0].header",
            "template[0].text",
            "template[1].header",
            "template[1].tags",
            "template[1].text",
            "template[2].text",
            "template[2].id",
        ]
    );
}

#[test]
fn what_operators_may_object_to_is_a_warning() {
    let text = "{#var#} {#numeric#}, {#date#} {#numeric#}";
    let registry = Registry::builder()
        .entity(CODE)
        .template(Registration::new(ENTITY, text, Category::ServiceExplicit).header("DRISHT"))
        .build()
        .unwrap();
    let problems: Vec<_> = registry.warnings().iter().map(|fault| &*fault.problem).collect();
    assert_eq!(
        problems,
        [
            "looks like the id of a content template",
            "looks like the id of a principal entity",
            "was given up on 6 May 2025",
            "has an unknown tag at variable 3",
            "has 4 variables",
            "has no tag at variable 1",
            "has contiguous variables",
            "is less than 30 % fixed",
        ]
    );
}

#[test]
fn a_registry_is_read_from_toml() {
    let toml = r#"
        entity = "1101234567890123456"
        [window]
        open = "09:00"
        close = "20:50"
        [[template]]
        id = "1107161234567890123"
        category = "promotional"
        headers = ["512345"]
        text = "{#var#} % off at Drishti"
        tags = ["numeric"]
    "#;
    let registry = Registry::from_toml(toml).unwrap();
    assert!(registry.window().contains(at("2026-03-14T09:00:00+05:30")));
    assert!(registry.get(CODE).unwrap().pattern().matches("20 % off at Drishti").is_ok());
    assert!(registry.get(CODE).unwrap().pattern().matches("big % off at Drishti").is_err());

    let error = Registry::from_toml("entity = \"1\"\ncolour = 1").unwrap_err();
    assert_eq!(error.faults()[0].field, "line 2");
    let error = Registry::from_toml("entity = \"1\"\nwindow = { open = \"9\", close = \"8\" }");
    assert_eq!(fields(&error.unwrap_err()), ["window", "entity"]);
}
