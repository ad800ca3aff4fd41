use super::{Keyword::*, *};

fn found(text: &str, country: &str) -> Option<Keyword> {
    let country = Region::parse(country).ok();
    Keywords::standard().matches(text, country).map(|found| found.keyword)
}

#[test]
fn what_says_stop_start_and_help() {
    let table = [
        (
            Stop,
            "US",
            "stop!!!|S T O P|STOP\u{200f}|STOP|stop|Stop.|\"STOP\"|  stop!! |ＳＴＯＰ|S.T.O.P|s t o p|st\u{200d}op|STOP 🛑|StopAll|stop all|UNSUBSCRIBE|cancel|End|quit|revoke|optout|Opt-Out|opt out|please stop|STOP please|stop, thank you|Stop now pls|alto|ARRÊT",
        ),
        (
            Stop,
            "IN",
            "स्टाप|स्\u{200d}टॉप|स्टॉप!|ஸ்டாப்|స్టాప్|ಸ್ಟಾಪ್|സ്റ്റോപ്പ്|સ્ટોપ|ਸਟਾਪ|اسٹاپ|\u{202b}بند کریں\u{202c}۔|\u{61c}بند\u{61c}|بند كريں|STOP|बंद|बंद करें|कृपया बंद करें|रोकें|रोको|रुको।|स्टॉप|बन्द|থামুন|বন্ধ করুন|நிறுத்து|ఆపండి|ನಿಲ್ಲಿಸಿ|നിർത്തുക|બંધ કરો|ਬੰਦ ਕਰੋ|بند کریں|थांबा|Stop ji",
        ),
        (Stop, "FR", "ARRET|Arre\u{302}t|arrêt svp|stop s'il vous plaît|arrêtez"),
        (Stop, "DE", "Stopp|Abmelden bitte|STOP"),
        (Stop, "ES", "Alto|BAJA|parar|Baja, por favor"),
        (Stop, "BR", "Parar|SAIR|pare"),
        (Start, "US", "START|yes|Unstop|Start please"),
        (Start, "IN", "शुरू|शुरू करें|START|শুরু করুন|தொடங்கு|ਸ਼ੁਰੂ|ਸ\u{a3c}ੁਰੂ"),
        (Start, "FR", "Démarrer"),
        (Start, "BR", "começar"),
        (Help, "US", "HELP|info|help?|ayuda"),
        (Help, "IN", "मदद|सहायता|HELP|உதவி|సహాయం|مدد"),
        (Stop, "ZZ", "stop|cancel|arrêt|बंद"),
        (Start, "ZZ", "start|शुरू"),
    ];
    for (keyword, country, texts) in table {
        for text in texts.split('|') {
            assert_eq!(found(text, country), Some(keyword), "{text:?} in {country}");
        }
    }
}

#[test]
fn what_only_holds_a_keyword_is_none() {
    let texts = "don't stop|Don’t stop!|Please stop by at 5|I can't stop laughing|non-stop|stops|\
        bus stop|the end|cancel my order|help me find the shop|start at 9|Stop it, I love it|please|\
        thank you||🛑|...|\u{200d}|yes please come|start stop|बंद दुकान|दुकान कब बंद होगी|HELPLINE|\
        unstoppable|Help me choose|please start my order|Stop by|न रुकें दोस्त|end of month|info about order 2041|STOP 2041";
    for text in texts.split('|') {
        assert_eq!(found(text.trim_start(), "US"), None, "{text:?}");
    }
    for text in ["yes", "cancel", "end", "info", "baja", "arrêt"] {
        assert_eq!(found(text, "IN"), None, "{text:?}");
    }
    assert_eq!(found("yes", "ZZ"), None);
}

#[test]
fn sentences_count_where_the_host_says_so() {
    let loose = Keywords::standard().loose();
    let country = Region::parse("US").ok();
    for text in [
        "stop texting me",
        "Please stop sending me these messages!",
        "Remove me from your list",
        "don't text me",
        "take me off",
        "STOP ALL MESSAGES",
        "cancel all texts",
    ] {
        assert_eq!(loose.matches(text, country).map(|found| found.keyword), Some(Stop), "{text}");
        assert_eq!(found(text, "US"), None, "{text}");
    }
    for text in ["don't stop", "please stop by at 5", "stop at the shop", "help me"] {
        assert_eq!(loose.matches(text, country), None, "{text}");
    }
}

#[test]
fn a_host_has_words_of_its_own() {
    let own = Keywords::standard()
        .remove("unsub")
        .replace("hi", Help, ["पूछताछ"])
        .add("sv", Stop, ["Sluta"])
        .country(Region::parse("SE").unwrap(), ["sv"]);
    let read = |text, country| {
        own.matches(text, Region::parse(country).ok()).map(|found| (found.keyword, found.language))
    };
    assert_eq!(read("unsub", "IN"), None);
    assert_eq!(read("मदद", "IN"), None);
    assert_eq!(read("पूछताछ", "IN"), Some((Help, "hi".into())));
    assert_eq!(read("sluta!", "SE"), Some((Stop, "sv".into())));
    assert_eq!(read("sluta!", "IN"), None);
    assert_eq!(Keywords::empty().matches("stop", None), None);
}

#[test]
fn every_word_of_the_table_is_found_as_it_is_written() {
    let all = Keywords::standard();
    let mut count = 0;
    for row in table::ROWS {
        for word in row.words {
            let countries = table::COUNTRIES.iter().filter(|(_, own)| own.contains(&row.language));
            for (country, _) in countries {
                let found = all.matches(word, Region::parse(country).ok());
                assert_eq!(found.map(|found| found.keyword), Some(row.keyword), "{word} {country}");
                count += 1;
            }
        }
    }
    assert!(count > 150, "{count}");
}

#[test]
fn ten_digits_without_a_plus_tell_no_country() {
    let wrote = |person: &str| {
        let mut event = Event::new(EventKind::Inbound, "netcore", crate::webhook::Proof::Shared);
        event.channel = Some(Kind::Sms);
        (event.sender, event.text) = (Some(person.to_owned()), Some("बंद".to_owned()));
        Keywords::standard().answer(&event, &Replies::none()).is_some()
    };
    // Indian numbers within India, which begin as those of Pakistan and Bangladesh do.
    assert!(wrote("9212345678") && wrote("8801234567") && wrote("919212345678"));
    assert!(!wrote("923001234567"), "in Pakistan it is no word");
}
