//! Template folders: what loads renders or says why not.
#![no_main]

use dakiya::{Kind, TemplateRef, template::TemplateSet};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (String, String)| {
    let (manifest, text) = input;
    let set = TemplateSet::builder()
        .file("t/1/en.toml", manifest)
        .file("t/1/en.email.html.hbs", text)
        .build();
    if let Ok(set) = set {
        let _ = set.render(&TemplateRef::new("t").var("name", "Asha"), Kind::Email);
    }
});
