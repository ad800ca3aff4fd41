//! The matcher at its edges.

use proptest::prelude::*;

use super::*;
use crate::compliance::dlt::{Contact, Matching};

fn pattern_with(text: &str, checks: Checks) -> Pattern {
    let (mut faults, mut warnings) = (Vec::new(), Vec::new());
    let pattern = Pattern::parse(text, &[], Arc::new(checks), &mut faults, &mut warnings);
    assert!(faults.is_empty(), "{faults:?}");
    pattern
}

fn pattern(text: &str) -> Pattern {
    pattern_with(text, Checks::default())
}

fn part(registered: &str, text: &str) -> Mismatch {
    pattern(registered).matches(text).unwrap_err()
}

fn said(registered: &str, text: &str) -> String {
    part(registered, text).to_string()
}

#[test]
fn values_are_found_where_a_greedy_or_a_lazy_reading_would_miss_them() {
    for (registered, text, values) in [
        ("Dear {#var#}, hi", "Dear A, hi, hi", vec!["A, hi"]),
        ("{#var#}a{#var#}a", "aaaa", vec!["a", "a"]),
        ("{#numeric#}{#var#}7", "1277", vec!["1", "27"]),
        ("{#var#}", "आशा", vec!["आशा"]),
        ("{#alphanumeric#} जी", "श्रीमती आशा जी", vec!["श्रीमती आशा"]),
        ("no variables", "no variables", vec![]),
        ("{#unknown_tag#}!", "x!", vec!["x"]),
    ] {
        assert_eq!(pattern(registered).matches(text).unwrap(), values, "{registered}");
    }
}

#[test]
fn each_tag_takes_its_kind_alone() {
    for (tag, good, bad) in [
        ("numeric", vec!["1", "0012"], vec!["1.5", "१२", "a", "-1"]),
        ("alphanumeric", vec!["A-1, B/2 (c) & d's #1", "ज्योति"], vec!["a_b", "₹5", "a\nb", "😀"]),
        ("url", vec!["https://drishti.in/a?b=1", "drishti.in"], vec!["drishti", "https://a@b.in"]),
        ("cbn", vec!["+911204567890", "18001234567"], vec!["1800-123", "1+2", "+"]),
        ("email", vec!["asha@example.com"], vec!["asha@", "asha"]),
        ("var", vec!["a_b ₹5 😀"], vec!["a\u{7}b"]),
    ] {
        let pattern = pattern(&format!("<{{#{tag}#}}>"));
        for value in good {
            assert_eq!(pattern.matches(&format!("<{value}>")).unwrap(), [value], "{tag}");
        }
        for value in bad {
            let mismatch = pattern.matches(&format!("<{value}>")).unwrap_err();
            assert!(
                matches!(mismatch.reason(), Reason::WrongClass { .. }),
                "{tag} {value:?}: {mismatch}"
            );
        }
    }
    let strict = Matching::default().strict_alphanumeric(true).decimals(true);
    let strict = pattern_with(
        "{#alphanumeric#}; {#numeric#}",
        Checks { matching: strict, ..Checks::default() },
    );
    assert!(strict.matches("A 1; 1,499.00").is_ok());
    assert!(strict.matches("A-1; 1").is_err());
}

#[test]
fn a_value_one_character_too_long_is_named_by_its_variable() {
    let registered = "Dear {#alphanumeric#}, order {#numeric#}: {#alphanumeric#} is ready.";
    let product = "Frame is ready-made in acetate, matt, 140";
    assert_eq!(product.chars().count(), 41);
    let mismatch = part(registered, &format!("Dear Asha, order 7: {product} is ready."));
    assert_eq!(
        mismatch.to_string(),
        "variable 3 ({#alphanumeric#}) is 41 characters, 40 are registered"
    );
    assert_eq!((mismatch.text_index(), mismatch.registered_index()), (60, 42));
    let fits: String = product.chars().take(40).collect();
    assert!(pattern(registered).matches(&format!("Dear Asha, order 7: {fits} is ready.")).is_ok());
    // Characters, not bytes.
    assert!(pattern("{#var#}!").matches(&format!("{}!", "आ".repeat(30))).is_ok());
    assert!(said("{#var#}!", &format!("{}!", "आ".repeat(31))).contains("31 characters, 30"));
}

#[test]
fn the_first_place_where_they_part_is_named() {
    let registered = "Dear {#var#}, your order {#numeric#} is confirmed.";
    for (text, expected) in [
        (
            "Hear Asha, your order 7 is confirmed.",
            "differs at character 0, where the registration has \"Dear {#var#}, your order\"",
        ),
        (
            "Dear Asha; your order 7 is confirmed.",
            "differs at character 9, where the registration has \", your order {#numeric#}\"",
        ),
        (
            "Dear Asha, your order 7 is confirmd.",
            "differs at character 34, where the registration has \"ed.\"",
        ),
        (
            "Dear Asha, your order 7 is confir",
            "ends at character 33, where the registration has \"med.\"",
        ),
        (
            "Dear Asha, your order 7 is confirmed. Bye",
            "goes on at character 37, where the registration ends",
        ),
        ("Dear , your order 7 is confirmed.", "variable 1 ({#var#}) is empty at character 5"),
        (
            "Dear Asha, your order 7b is confirmed.",
            "variable 2 ({#numeric#}) holds what it may not hold at character 23",
        ),
        (
            "Dear {#var#}, your order 7 is confirmed.",
            "variable 1 ({#var#}) holds a placeholder's braces at character 5",
        ),
        (
            "Dear 98450 00012, your order 7 is confirmed.",
            "variable 1 ({#var#}) holds a phone number and is not tagged for it",
        ),
        (
            "Dear asha@example.com, your order 7 is confirmed.",
            "variable 1 ({#var#}) holds a mail address and is not tagged for it",
        ),
        (
            "Dear bit.ly/x, your order 7 is confirmed.",
            "variable 1 ({#var#}) holds a link and is not tagged for it",
        ),
        ("", "ends at character 0, where the registration has \"Dear {#var#}, your order\""),
    ] {
        let said = said(registered, text);
        assert!(said.starts_with(expected), "{text}\n{said}\n{expected}");
    }
    let contact = part(registered, "Dear bit.ly/x, your order 7 is confirmed.");
    assert!(matches!(contact.reason(), Reason::Contact { contact: Contact::Url, .. }));
}

#[test]
fn what_an_editor_did_is_hinted_at() {
    for (registered, text, hint) in [
        ("It's here", "It\u{2019}s here", Hint::SmartQuote),
        ("It's here", "It's\u{a0}here", Hint::Space),
        ("It's here", "It's \u{200b}here", Hint::ZeroWidth),
        ("It's here", "It's h\u{435}re", Hint::Script),
        ("It's here", "it's here", Hint::Case),
        ("10-12", "10\u{2013}12", Hint::Dash),
        ("a\nb", "a\r\nb", Hint::LineBreak),
        ("Hi {#alphanumeric#}!", "Hi A\u{a0}B!", Hint::Space),
    ] {
        assert_eq!(part(registered, text).hint(), Some(hint), "{text:?}");
    }
}

#[test]
fn a_mismatch_shows_the_text_to_whoever_asks_and_to_no_log() {
    let mismatch = part("Dear {#numeric#}.", "Dear Asha.");
    assert_eq!(mismatch.rendered(), "Dear Asha.");
    assert_eq!(mismatch.registered(), "Dear {#numeric#}.");
    assert!(!format!("{mismatch} {mismatch:?}").contains("Asha"));
}

#[test]
fn line_breaks_are_normalised_where_the_host_says_so() {
    let matching = Matching::default().normalise_line_breaks(true);
    let pattern = pattern_with("a\r\n{#var#}\nc", Checks { matching, ..Checks::default() });
    assert_eq!(pattern.matches("a\nb\r\nc").unwrap(), ["b"]);
    assert_eq!(pattern.matches("a\r\nb\r\nb\nc").unwrap(), ["b\r\nb"]);
}

#[test]
fn a_whitelist_is_held_against_links_and_numbers() {
    let checks = || Checks {
        urls: vec!["drishti.in".into()],
        callback_numbers: vec!["18001234567".into()],
        ..Checks::default()
    };
    let pattern = pattern_with("{#url#} {#cbn#}", checks());
    assert!(pattern.matches("https://drishti.in/a 18001234567").is_ok());
    for text in ["https://drishti.in.evil.example/ 18001234567", "drishti.in 18001234568"] {
        let mismatch = pattern.matches(text).unwrap_err();
        assert!(matches!(mismatch.reason(), Reason::NotWhitelisted { .. }), "{mismatch}");
    }
}

#[test]
fn hostile_text_costs_no_more_than_its_length_times_the_registration() {
    // That it ends at all is the test: tried one by one, the divisions outlast the sun.
    let adjacent = "{#var#}{#alphanumeric#}".repeat(20);
    let spaced = "{#var#} a{#alphanumeric#} a{#url#}".repeat(10);
    for registered in [format!("{adjacent}b"), format!("{spaced}b")] {
        let pattern = pattern(&registered);
        for text in ["a".repeat(2_000), " a".repeat(1_000), "http://a.in".repeat(180)] {
            assert!(pattern.matches(&text).is_err());
        }
    }
    assert!(pattern("{#var#}").matches(&"a".repeat(5_000_000)).is_err());
}

fn tag_and_value() -> impl Strategy<Value = (&'static str, String)> {
    prop_oneof![
        "[a-zA-Z0-9₹ ]{1,6}[x-z]".prop_map(|value| ("var", value)),
        "[a-z आ-ह]{1,39}z".prop_map(|value| ("alphanumeric", value)),
        "[0-9]{1,40}".prop_map(|value| ("numeric", value)),
        "https://drishti\\.in/[a-z0-9]{0,30}".prop_map(|value| ("url", value)),
        "\\+91[0-9]{10}".prop_map(|value| ("cbn", value)),
        "[a-z]{1,10}@example\\.com".prop_map(|value| ("email", value)),
    ]
}

/// Fixed parts, in characters that no value has, so that none can take one in.
fn parts() -> impl Strategy<Value = Vec<(String, (&'static str, String))>> {
    prop::collection::vec(("[A-Z]?[;!?\\[\\]]{1,8}", tag_and_value()), 1..5)
}

fn written(parts: &[(String, (&'static str, String))]) -> (String, String, Vec<String>) {
    let (mut registered, mut text, mut values) = (String::new(), String::new(), Vec::new());
    for (literal, (tag, value)) in parts {
        registered.extend([literal.as_str(), "{#", tag, "#}"]);
        text.extend([literal.as_str(), value]);
        values.push(value.clone());
    }
    (registered + "];", text + "];", values)
}

proptest! {
    #[test]
    fn what_is_rendered_from_values_of_their_kind_matches(
        parts in prop::collection::vec(("[a-z ,:.]{0,6}", tag_and_value()), 1..6),
    ) {
        let mut registered = String::new();
        let mut text = String::new();
        for (literal, (tag, value)) in &parts {
            registered.extend([literal.as_str(), "{#", tag, "#}"]);
            text.extend([literal.as_str(), value]);
        }
        // A text may divide in several ways; each gives back the text.
        let pattern = pattern(&registered);
        let mut values = pattern.matches(&text).unwrap().into_iter();
        let mut again = String::new();
        for segment in pattern.segments() {
            match segment {
                Segment::Literal(literal) => again += literal.as_str(),
                Segment::Variable(_) => again += values.next().unwrap(),
            }
        }
        prop_assert_eq!(again, text);
    }

    #[test]
    fn no_character_of_the_fixed_text_can_be_lost_added_or_replaced(
        parts in parts(), at in any::<prop::sample::Index>(), change in 0..3,
    ) {
        let (registered, text, values) = written(&parts);
        let pattern = pattern(&registered);
        prop_assert_eq!(pattern.matches(&text).unwrap(), values);
        let fixed: Vec<usize> = text
            .char_indices()
            .filter(|(_, c)| ";!?[]".contains(*c))
            .map(|(at, _)| at)
            .collect();
        let place = fixed[at.index(fixed.len())];
        let mut broken = text;
        match change {
            0 => drop(broken.remove(place)),
            1 => broken.insert(place, '€'),
            _ => broken.replace_range(place..=place, "€"),
        }
        // `€` is of no kind but `var`, which takes it in when it stands beside it.
        let absorbed = change != 0 && registered.contains("{#var#}");
        if !absorbed {
            prop_assert!(pattern.matches(&broken).is_err(), "{}", broken);
        }
    }

    #[test]
    fn no_text_makes_it_panic(
        registered in "([a-c ]{0,3}(\\{#(var|numeric|url|x)#\\})?){0,6}", text in "[a-c0-9 .:/@{#}\r\n]{0,80}|\\PC{0,60}",
    ) {
        let (mut faults, mut warnings) = (Vec::new(), Vec::new());
        let pattern =
            Pattern::parse(&registered, &[], Arc::default(), &mut faults, &mut warnings);
        if let Err(mismatch) = pattern.matches(&text) {
            prop_assert!(mismatch.text_index() <= text.chars().count());
            prop_assert!(mismatch.registered_index() <= registered.chars().count());
            prop_assert!(!mismatch.to_string().is_empty());
        }
    }
}
