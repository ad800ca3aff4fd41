//! Template folders: what loads renders or says why not.
//!
//! The input is a manifest, the HTML part and a partial, with a record separator (0x1E) between.
#![no_main]

use dakiya::{Kind, TemplateRef, template::TemplateSet};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let mut files = input.splitn(3, '\u{1e}');
    let mut file = || files.next().unwrap_or_default();
    let set = TemplateSet::builder()
        .file("t/1/en.toml", file())
        .file("t/1/en.email.html.hbs", file())
        .file("partials/footer.hbs", file())
        .build();
    let Ok(set) = set else { return };
    let reference = TemplateRef::new("t")
        .var("name", "Asha")
        .var("order_id", "ORD-1001")
        .var("product", "Lens")
        .var("amount", "1499.5")
        .var("list", vec![1, 2]);
    for kind in [Kind::Email, Kind::Sms, Kind::ApplePush] {
        if let Ok(rendered) = set.render(&reference, kind) {
            assert!(!rendered.subject.is_some_and(|subject| subject.contains(['\r', '\n'])));
        }
    }
});
