use std::{fs, path::PathBuf};

use dakiya::{Error, ErrorKind, Kind, TemplateRef, template::TemplateSet};

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = std::env::temp_dir().join(format!("dakiya-{name}-{}", std::process::id()));
        for (path, content) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        Self(root)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn fields(error: &Error) -> Vec<&str> {
    error.faults().iter().map(|fault| fault.field.as_str()).collect()
}

fn set(files: &[(&str, &str)]) -> TemplateSet {
    let builder = files.iter().fold(TemplateSet::builder(), |b, (path, text)| b.file(*path, *text));
    builder.build().unwrap()
}

fn text(set: &TemplateSet, reference: &TemplateRef) -> String {
    set.render(reference, Kind::Sms).unwrap().text.unwrap()
}

#[test]
fn the_sample_folder_renders_in_each_language_as_it_is_registered() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/templates");
    let set = TemplateSet::from_dir(root).unwrap();
    assert_eq!(set.ids(), ["order_confirmed", "order_confirmed_abroad"]);
    assert_eq!(set.kinds("order_confirmed"), [Kind::Email, Kind::Sms]);
    for (locale, dlt, sms) in [
        (
            "en-IN",
            "1107000000000000101",
            "Dear Ravi, your order DO-7 for Aviator of Rs. 124999.00 is confirmed. - Drishti Opticals",
        ),
        (
            "hi-IN",
            "1107000000000000102",
            "प्रिय Ravi, Aviator के लिए आपका ऑर्डर DO-7, राशि रु. 124999.00, पक्का हो गया है। - दृष्टि ऑप्टिकल्स",
        ),
        (
            "ta",
            "1107000000000000103",
            "அன்புள்ள Ravi, Aviator வாங்கிய உங்கள் ஆர்டர் DO-7, தொகை ரூ. 124999.00, உறுதியானது. - திருஷ்டி ஆப்டிகல்ஸ்",
        ),
    ] {
        let reference = TemplateRef::new("order_confirmed")
            .locale(locale)
            .var("name", "Ravi")
            .var("order_id", "DO-7")
            .var("product", "Aviator")
            .var("amount", 124_999);
        let rendered = set.render(&reference, Kind::Sms).unwrap();
        assert_eq!(rendered.text.as_deref(), Some(sms));
        assert_eq!(rendered.dlt.unwrap().template.as_deref(), Some(dlt));
        let mail = set.render(&reference, Kind::Email).unwrap();
        assert!(mail.subject.unwrap().contains("DO-7"));
        assert!(mail.text.unwrap().contains("₹1,24,999.00"));
        let html = mail.html.unwrap();
        assert!(html.contains("₹1,24,999.00") && html.contains("care@drishti.example"), "{html}");
    }
}

#[test]
fn loading_reports_every_fault_with_its_place() {
    let folder = Folder::new(
        "faults",
        &[
            ("templates.toml", "default_locale = \"english!\"\ncolour = 1\n[pin]\nghost = \"1\"\n"),
            ("README.md", "{{#if"),
            ("dlt.toml", "entity = \"none of ours\""),
            ("partials/loop.hbs", "{{> loop}}"),
            ("a/1/en.toml", "[sms]\ntext = \"\"\ndlt_template = \"123\"\nfrom = \"x\"\n[fax]\n"),
            ("a/1/en.email.html.hbs", "<p>\n  {{#if a}}x{{/each}}</p>"),
            ("a/1/en.email.subject.hbs", "Hi {{shout name}}\n"),
            ("a/1/e.toml", ""),
            ("a/1/hi.sms.hbs", "no manifest"),
            ("a/1/en.fax.hbs", "no kind"),
            ("b/en.toml", "[voice]\n[sms]\ntext = '''\none\n {{> nowhere}}'''\n"),
            ("c/en.toml", "[sms\n"),
            ("d/1/en.toml", "[sms]\ntext = \"one\"\n"),
            ("d/1/en.sms.hbs", "two"),
            ("stray.toml", ""),
        ],
    );
    let error = TemplateSet::from_dir(&folder.0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Template);
    let mut found = fields(&error);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "a/1/e.toml",
            "a/1/en.email.html.hbs:2:13",
            "a/1/en.email.subject.hbs:1:4",
            "a/1/en.fax.hbs",
            "a/1/en.toml:2:9",
            "a/1/en.toml:3:16",
            "a/1/en.toml:4:1",
            "a/1/en.toml:5:2",
            "a/1/hi.sms.hbs",
            "b/en.toml:1:2",
            "b/en.toml:5:2",
            "c/en.toml:1:5",
            "d/1/en.sms.hbs:1:1",
            "partials/loop.hbs:1:1",
            "stray.toml",
            "templates.toml:1:18",
            "templates.toml:2:1",
            "templates.toml:4:9",
        ],
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_folder_and_a_large_file_are_faults() {
    let outside = Folder::new("outside", &[("secret.toml", "[sms]\ntext = 'secret'")]);
    let large = "x".repeat(1024 * 1024 + 1);
    let folder = Folder::new("inside", &[("a/1/en.sms.hbs", &large), ("a/1/en.toml", "")]);
    std::os::unix::fs::symlink(outside.0.join("secret.toml"), folder.0.join("a/1/hi.toml"))
        .unwrap();
    let error = TemplateSet::from_dir(&folder.0).unwrap_err();
    assert_eq!(fields(&error), ["a/1/en.sms.hbs", "a/1/hi.toml"]);
}

#[test]
fn an_absent_language_falls_back_for_each_kind_on_its_own() {
    let set = set(&[
        ("templates.toml", "[fallback]\nta = [\"en-IN\", \"en\"]"),
        ("t/en.toml", "[sms]\ntext = 'en'\n[voice]\ntext = 'en'"),
        ("t/en-IN.toml", "[sms]\ntext = 'en-IN'"),
        ("t/hi.toml", "[sms]\ntext = 'hi'"),
    ]);
    for (asked, kind, found) in [
        (Some("en"), Kind::Sms, "en"),
        (Some("hi-IN"), Kind::Sms, "hi"),
        (Some("hi_in"), Kind::Sms, "hi"),
        (Some("hi-IN"), Kind::Voice, "en"),
        (Some("ta"), Kind::Sms, "en-IN"),
        (Some("ta-LK"), Kind::Sms, "en-IN"),
        (Some("ta"), Kind::Voice, "en"),
        (Some("fr-CA"), Kind::Sms, "en"),
        (None, Kind::Sms, "en"),
    ] {
        let mut reference = TemplateRef::new("t");
        reference.locale = asked.map(str::to_owned);
        let rendered = set.render(&reference, kind).unwrap();
        assert_eq!(rendered.text.as_deref(), Some(found), "{asked:?} {kind}");
        assert_eq!(rendered.stamp.unwrap().locale, found);
    }
}

#[test]
fn the_newest_version_is_the_default_until_one_is_pinned() {
    let files: Vec<_> = ["1", "2", "10"]
        .map(|version| (format!("t/{version}/en.toml"), format!("[sms]\ntext = '{version}'")))
        .into();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let set = set(&files);
    let latest = TemplateRef::new("t");
    assert_eq!(set.versions("t"), ["1", "2", "10"]);
    assert_eq!(text(&set, &latest), "10");
    let clone = set.clone();
    assert_eq!(set.rollback("t").unwrap(), "2");
    assert_eq!(text(&clone, &latest), "2", "a clone shares the pins");
    assert_eq!(text(&set, &latest.clone().version("10")), "10", "a named version wins");
    assert_eq!(set.rollback("t").unwrap(), "1");
    assert_eq!(set.rollback("t").unwrap_err().kind(), ErrorKind::Template);
    set.unpin("t");
    assert_eq!(text(&set, &latest), "10");
    set.pin("t", "2").unwrap();
    assert_eq!(text(&set, &latest), "2");
    assert!(set.pin("t", "3").unwrap_err().to_string().contains("one of 1, 2, 10"));
    assert!(set.pin("u", "1").unwrap_err().to_string().contains("one of t"));
}

#[test]
fn html_is_escaped_and_text_is_not() {
    let set = set(&[(
        "t/en.toml",
        "[email]\nsubject = 'For {{name}}'\ntext = 'Dear {{name}}'\nhtml = '<p>{{name}} {{upper name}}</p>'",
    )]);
    let rendered =
        set.render(&TemplateRef::new("t").var("name", "<b>Ravi</b>"), Kind::Email).unwrap();
    assert_eq!(rendered.subject.as_deref(), Some("For <b>Ravi</b>"));
    assert_eq!(rendered.text.as_deref(), Some("Dear <b>Ravi</b>"));
    assert_eq!(
        rendered.html.as_deref(),
        Some("<p>&lt;b&gt;Ravi&lt;/b&gt; &lt;B&gt;RAVI&lt;/B&gt;</p>")
    );
}

#[test]
fn a_template_in_a_value_is_only_text() {
    let set = set(&[
        ("t/en.toml", "[sms]\ntext = '{{name}}, {{upper name}}'\n[voice]\ntext = '{{name}}'"),
        ("partials/p.hbs", "partial"),
    ]);
    let reference = TemplateRef::new("t").var("name", "{{> p}}{{code}}").var("code", "s3cret");
    assert_eq!(text(&set, &reference), "{{> p}}{{code}}, {{> P}}{{CODE}}");
    let call = set.render(&reference, Kind::Voice).unwrap();
    assert_eq!(call.text.as_deref(), Some("{{> p}}{{code}}"));
}

#[test]
fn a_missing_variable_is_named_with_its_place_and_no_value() {
    let set = set(&[
        ("partials/foot.hbs", "\n{{shop.phone}}"),
        (
            "t/2/en.toml",
            "[email]\nsubject = 'Hi {{name}}'\ntext = \"\"\"\nDear {{name}},\n{{#if code}}{{shop.city}}{{/if}}\"\"\"\nhtml = '{{> foot}}'\n\
             [email.provider.'netcore.email']\nid = '1'\nvariables = { N = 'customer.name' }",
        ),
    ]);
    let reference = TemplateRef::new("t").var("code", "s3cret-482913").var("shop", "s3cret-shop");
    let error = set.render(&reference, Kind::Email).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Template);
    assert_eq!(
        fields(&error),
        [
            "t/2/en.email.subject:1:4",
            "t/2/en.email.text:1:6",
            "partials/foot:2:1",
            "t/2/en.email.provider.netcore.email",
        ]
    );
    let problems: Vec<_> = error.faults().iter().map(|f| f.problem.as_str()).collect();
    assert_eq!(
        problems,
        [
            "the variable `name` is missing",
            "the variable `name` is missing",
            "the variable `shop.phone` is missing, in t/2/en.email.html",
            "the variable `customer.name` is missing",
        ]
    );
    assert!(!format!("{error} {error:?}").contains("s3cret"));
    let named = reference.var("name", "Asha");
    let error = set.render(&named, Kind::Email).unwrap_err();
    assert_eq!(fields(&error)[0], "t/2/en.email.text:2:13");
}

#[test]
fn the_last_line_break_of_a_file_or_multi_line_string_does_not_count() {
    let set = set(&[
        ("t/en.toml", "[voice]\ntext = \"\"\"\none\ntwo\n\"\"\"\n"),
        ("t/en.sms.hbs", "\u{feff}one\r\n\r\n"),
    ]);
    assert_eq!(text(&set, &TemplateRef::new("t")), "one\r\n");
    let call = set.render(&TemplateRef::new("t"), Kind::Voice).unwrap();
    assert_eq!(call.text.as_deref(), Some("one\ntwo"));
}

#[test]
fn partials_that_include_each_other_and_inline_ones_are_faults() {
    let error = TemplateSet::builder()
        .file("partials/a.hbs", "{{> b}}")
        .file("partials/b.hbs", "{{#if x}}{{> a}}{{/if}}")
        .file("partials/c.hbs", "{{> a}}")
        .file(
            "t/en.toml",
            "[sms]\ntext = '{{#*inline \"d\"}}x{{/inline}}{{upper}} {{log x}} {{lower (nope x)}}'",
        )
        .build()
        .unwrap_err();
    assert_eq!(
        fields(&error),
        [
            "partials/a.hbs:1:1",
            "partials/b.hbs:1:1",
            "t/en.toml:2:9",
            "t/en.toml:2:37",
            "t/en.toml:2:47",
            "t/en.toml:2:57",
        ],
        "{error}"
    );
}

#[test]
fn a_line_break_in_a_subject_is_an_error() {
    let set = set(&[("t/en.toml", "[email]\nsubject = 'Hi {{name}}'\ntext = 'x'")]);
    for name in ["a\nBcc: x@example.com", "a\rb"] {
        let error = set.render(&TemplateRef::new("t").var("name", name), Kind::Email).unwrap_err();
        assert_eq!(fields(&error), ["t/1/en.email.subject"]);
        assert!(!error.to_string().contains("Bcc"));
    }
}

#[test]
fn what_is_unknown_is_answered_with_what_there_is() {
    let set = set(&[("t/1/en.toml", "[sms]\ntext = 'x'"), ("u/3/hi.toml", "[voice]\ntext = 'x'")]);
    for (reference, kind, answer) in [
        (TemplateRef::new("v"), Kind::Sms, "one of t, u"),
        (TemplateRef::new("t").version("9"), Kind::Sms, "one of 1"),
        (TemplateRef::new("t"), Kind::Email, "there is sms in en"),
        (TemplateRef::new("u"), Kind::Voice, "there is voice in hi"),
        (TemplateRef::new("t").locale("!"), Kind::Sms, "is no language tag"),
        (TemplateRef::new("t").vars(&7), Kind::Sms, "is no object"),
    ] {
        let error = set.render(&reference, kind).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Template);
        assert!(error.to_string().contains(answer), "{error}");
    }
}
