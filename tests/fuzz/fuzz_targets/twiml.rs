//! TwiML: any steps give well-formed XML that holds their texts, or say why not.
//!
//! The input is the steps' JSON.
#![no_main]

use dakiya::{Step, twilio::voice::twiml};
use libfuzzer_sys::fuzz_target;
use quick_xml::{Reader, events::Event};

fuzz_target!(|input: &[u8]| {
    let Ok(steps) = serde_json::from_slice::<Vec<Step>>(input) else { return };
    let Ok(xml) = twiml(&steps) else { return };
    let (mut depth, mut texts) = (0_usize, String::new());
    let mut reader = Reader::from_str(&xml);
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(tag) => {
                attributes(tag.attributes());
                depth += 1;
            }
            Event::Empty(tag) => attributes(tag.attributes()),
            Event::End(_) => depth -= 1,
            Event::Text(text) => texts.push_str(&text.decode().expect("UTF-8")),
            Event::GeneralRef(name) => match &*name.decode().expect("UTF-8") {
                "amp" => texts.push('&'),
                "apos" => texts.push('\''),
                "gt" => texts.push('>'),
                "lt" => texts.push('<'),
                "quot" => texts.push('"'),
                _ => {
                    let resolved = name.resolve_char_ref().expect("a character");
                    texts.push(resolved.expect("a reference to a character"));
                }
            },
            Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("{other:?} in {xml}"),
        }
    }
    assert_eq!(depth, 0);
    for step in &steps {
        if let Step::Say { text, .. } = step {
            assert!(texts.contains(text.as_str()), "{text:?} is not in {xml}");
        }
    }
});

fn attributes(attributes: quick_xml::events::attributes::Attributes<'_>) {
    for attribute in attributes {
        let _ = attribute.expect("an attribute").unescape_value().expect("its value");
    }
}
