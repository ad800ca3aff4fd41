//! The rules of who may know whom, held over the source text.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The groups of modules: one may name its own group and those before it.
const GROUPS: &[&[&str]] = &[
    &["debug", "docs", "error", "future", "time"],
    &["event", "message"],
    &["channel", "http", "mime", "webhook"],
    &["compliance", "policy", "route", "template", "tracking"],
    &["messenger"],
    &["config"],
];

/// Who names a later group all the same: from, to, and what of it.
const EXCEPTIONS: &[(&str, &str, &[&str])] = &[
    ("event", "channel", &["Money"]),
    ("event", "webhook", &["Proof"]),
    ("message", "channel", &["Features"]),
];

/// What lib.rs re-exports of the providers.
const PROVIDERS: &[&str] =
    &["mailgun", "meta", "netcore", "providers", "sandbox", "sendgrid", "ses", "smtp", "twilio"];

#[test]
fn modules_know_their_own_group_and_those_before() {
    let mut wrong = Vec::new();
    for file in sources() {
        let module = file.module();
        let limit = match module {
            "lib" => continue,
            // They stand on the first three groups, and the tests of a host stand on the fourth.
            "providers" => 2,
            "testing" => 3,
            module => group(module).unwrap_or_else(|| panic!("`{module}` is in no group")),
        };
        for (mut named, mut item) in file.names_in_crate() {
            if named.starts_with(|c: char| c.is_ascii_uppercase()) {
                item = named;
                named = home(&item);
            }
            let excepted = EXCEPTIONS.iter().any(|(from, to, items)| {
                *from == module && *to == named && items.contains(&&*item)
            });
            let own = named == module || excepted;
            let allowed = match group(&named) {
                Some(group) => group <= limit,
                None if PROVIDERS.contains(&&*named) => module == "config",
                None => named == "testing" && module == "config",
            };
            if !own && !allowed {
                wrong.push(format!("{} names crate::{named}::{item}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_config_and_the_root_name_providers() {
    forbid(&["providers::"], |path| {
        // A provider may name itself; that it names no other is a test of its own.
        path.starts_with("config/") || path.starts_with("providers/") || path == "lib.rs"
    });
}

#[test]
fn providers_do_not_name_each_other() {
    let mut wrong = Vec::new();
    for file in sources().into_iter().filter(|file| file.module() == "providers") {
        let own = file.path.split('/').nth(1).unwrap();
        for other in folders("src/providers").iter().filter(|other| *other != own) {
            let named = [
                format!("providers::{other}"),
                format!("crate::{other}"),
                format!("super::{other}::"),
            ];
            if named.iter().any(|name| file.code.contains(name.as_str())) {
                wrong.push(format!("{} names {other}", file.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_time_reads_a_clock_or_waits() {
    let words = [
        "Timestamp::now(",
        "Zoned::now(",
        "Instant::now",
        "SystemTime::now",
        "tokio::time::",
        "getrandom::",
    ];
    forbid(&words, |path| path == "time.rs");
}

#[test]
fn only_http_names_the_http_client_and_only_mime_names_lettre() {
    forbid(&["reqwest::"], |path| path.starts_with("http/"));
    forbid(&["lettre::"], |path| path == "mime.rs");
}

#[test]
fn only_config_reads_the_environment() {
    forbid(&["std::env", "env::var"], |path| path.starts_with("config/"));
}

#[test]
fn nothing_spawns_prints_sleeps_or_ends_the_process() {
    let words = [
        "spawn(",
        "spawn_blocking(",
        "println!",
        "eprintln!",
        "dbg!",
        "thread::sleep",
        "process::exit",
        "Runtime::new",
        "set_global_default",
        "static mut ",
    ];
    forbid(&words, |_| false);
}

#[test]
fn every_leaf_of_a_provider_has_the_same_files() {
    // Their protocol is no HTTP, or there is none: they have lists of their own.
    const OWN_LIST: [&str; 2] = ["sandbox", "smtp"];
    // No leaves, but what stands beside them.
    const BESIDE: [&str; 2] = ["manage", "webhook"];
    for provider in folders("src/providers") {
        let folder = format!("src/providers/{provider}");
        assert!(root().join(&folder).join("mod.rs").exists(), "{folder}");
        // One table of codes for all leaves of an account, or one for each.
        let shared = files_of(&folder);
        // One reader of what an account calls back with, or one for each product.
        let reads = |folder: &str| {
            let webhook = root().join(folder).join("webhook");
            webhook.join("mod.rs").exists() || webhook.with_extension("rs").exists()
        };
        let own_list = OWN_LIST.contains(&&*provider);
        for leaf in folders(&folder).into_iter().filter(|leaf| !BESIDE.contains(&&**leaf)) {
            let names = files_of(&format!("{folder}/{leaf}"));
            let codes = shared.contains("error.rs") || names.contains("error.rs");
            let receives = reads(&folder) || reads(&format!("{folder}/{leaf}"));
            let whole = names.contains("mod.rs") && names.contains("wire.rs") && codes && receives;
            assert!(whole || own_list, "{folder}/{leaf}: {names:?}");
        }
    }
}

#[test]
fn tests_hold_the_requests_of_twilio_sendgrid_and_ses_against_their_schemas() {
    let builders = ["Twilio::builder(", "SendGrid::builder(", "Ses::builder("];
    let unchecked = texts(&root().join("tests/it")).into_iter().filter(|(path, text)| {
        let builds = builders.iter().any(|builder| text.contains(builder));
        builds && !text.contains("checked(") && path != "architecture.rs"
    });
    let unchecked: Vec<_> = unchecked.map(|(path, _)| path).collect();
    assert!(unchecked.is_empty(), "without `support::specs::checked`: {unchecked:?}");
}

#[test]
fn the_reader_of_paths_finds_them() {
    let file = Source {
        path: "policy/retry.rs".into(),
        code: "use crate::{\n channel::{Channel, Receipt as R}, time::Clock,\n};\n\
               fn f() -> crate::error::Result { super::super::messenger::x() }"
            .into(),
    };
    let names: Vec<_> = file.names_in_crate().into_iter().collect();
    let names: Vec<_> = names.iter().map(|(a, b)| format!("{a}::{b}")).collect();
    assert_eq!(
        names,
        ["channel::Channel", "channel::Receipt", "error::Result", "messenger::x", "time::Clock"]
    );
}

/// A file under `src`, without comments and without its tests.
struct Source {
    path: String,
    code: String,
}

impl Source {
    /// The module at the crate's root that it belongs to.
    fn module(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap()
    }

    /// How many `super::` lead to the crate's root.
    fn depth(&self) -> usize {
        let parts = self.path.split('/').count();
        if self.path.ends_with("/mod.rs") { parts - 1 } else { parts }
    }

    /// Every path from the crate's root: its module, and the item where one is named.
    fn names_in_crate(&self) -> BTreeSet<(String, String)> {
        let up = "super::".repeat(self.depth());
        let mut names = BTreeSet::new();
        let from_root =
            self.code.match_indices("crate::").map(|(at, found)| (at + found.len(), false));
        let upwards = self.code.match_indices(&*up).map(|(at, found)| (at + found.len(), true));
        for (at, upwards) in from_root.chain(upwards) {
            for tree in branches(&self.code[at..]) {
                let module = word(tree);
                // A type above: this is a module inside the file, and it is the file's own.
                if upwards && module.starts_with(|c: char| !c.is_ascii_lowercase()) {
                    continue;
                }
                let rest = tree[module.len()..].strip_prefix("::");
                for item in rest.map_or_else(|| vec![""], branches) {
                    names.insert((module.to_owned(), word(item).to_owned()));
                }
            }
        }
        names
    }
}

/// The branches of a `use` tree: one, or those between braces.
fn branches(tree: &str) -> Vec<&str> {
    let Some(inside) = tree.strip_prefix('{') else { return vec![tree] };
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                found.push(inside[start..at].trim());
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found.retain(|branch| !branch.is_empty());
    found
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The module that an item of the crate's root is from.
fn home(item: &str) -> String {
    let root = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let (_, exports) = root.split_once("pub use self::{").unwrap();
    let exports = format!("{{{exports}");
    let tree = branches(&exports).into_iter().find(|tree| {
        let items = tree.split_once("::").map_or_else(Vec::new, |(_, items)| branches(items));
        items.contains(&item)
    });
    // All of `message` is exported by a star.
    tree.map_or("message", word).to_owned()
}

fn group(module: &str) -> Option<usize> {
    GROUPS.iter().position(|group| group.contains(&module))
}

fn forbid(words: &[&str], allowed: impl Fn(&str) -> bool) {
    let mut wrong = Vec::new();
    for file in sources().into_iter().filter(|file| !allowed(&file.path)) {
        for word in words.iter().filter(|word| file.code.contains(**word)) {
            wrong.push(format!("{} names `{word}`", file.path));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn sources() -> Vec<Source> {
    // A file of tests, beside what it tests, is none of them.
    let texts =
        texts(&root().join("src")).into_iter().filter(|(path, _)| !path.ends_with("tests.rs"));
    let found: Vec<_> = texts
        .map(|(path, text)| {
            let text = text.split("#[cfg(test)]\nmod ").next().unwrap();
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            Source { path, code: lines.collect::<Vec<_>>().join("\n") }
        })
        .collect();
    assert!(found.len() > 30, "the source is elsewhere");
    found
}

/// Every file of Rust below a folder: its path from there, and its text.
fn texts(top: &Path) -> Vec<(String, String)> {
    let (mut folders, mut found) = (vec![top.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(top).unwrap().to_str().unwrap().replace('\\', "/");
                found.push((path, text));
            }
        }
    }
    found
}

fn folders(path: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(path)).unwrap().map(Result::unwrap);
    entries.filter(|entry| entry.path().is_dir()).map(|entry| name(&entry.path())).collect()
}

fn files_of(path: &str) -> BTreeSet<String> {
    fs::read_dir(root().join(path)).unwrap().map(|entry| name(&entry.unwrap().path())).collect()
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}
