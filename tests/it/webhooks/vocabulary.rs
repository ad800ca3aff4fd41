//! Whether the fixtures cover the vocabulary, and are enough.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use dakiya::{
    Status,
    event::{Bounce, EventKind},
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Case, fixture};

/// Every file of cases; the providers' vectors and keys are none.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["keys", "vectors"].contains(&&*name) {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

/// The cases by the folder they are in.
fn cases() -> BTreeMap<String, Vec<Case>> {
    let root = fixture("");
    let mut found = Vec::new();
    files(&root, &mut found);
    let mut cases: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for path in found {
        let read: Vec<Case> = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let names: BTreeSet<_> = read.iter().map(|case| &case.name).collect();
        assert_eq!(names.len(), read.len(), "{}: a name stands twice", path.display());
        let folder = path.parent().unwrap().strip_prefix(&root).unwrap();
        cases.entry(folder.display().to_string()).or_default().extend(read);
    }
    cases
}

/// The words of an enum, as its own error tells them.
fn words<T: DeserializeOwned>() -> BTreeSet<String> {
    let error = serde_json::from_str::<T>("\"?\"").err().expect("no such word").to_string();
    let (_, listed) = error.split_once("expected").expect("a list");
    let words: BTreeSet<_> = listed.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    assert!(words.iter().all(|word| serde_json::from_str::<T>(&format!("{word:?}")).is_ok()));
    words
}

#[test]
fn there_are_enough_cases_good_and_bad() {
    let cases = cases();
    let count: usize = cases.values().map(Vec::len).sum();
    assert!(count >= 700, "{count}");
    for (folder, cases) in &cases {
        assert!(cases.len() >= 5, "{folder}");
        assert!(cases.iter().any(|case| !case.events.is_empty()), "{folder}");
        // What nobody can read is told, by an error or a fault.
        let bad = cases.iter().any(|case| case.error.is_some() || !case.faults.is_empty());
        assert!(bad, "{folder}: no bad case");
    }
}

#[test]
fn every_word_of_the_vocabulary_is_expected_somewhere() {
    let cases = cases();
    let expected = |member: &str| -> BTreeSet<String> {
        let events = cases.values().flatten().flat_map(|case| &case.events);
        events.filter_map(|event| event[member].as_str()).map(str::to_owned).collect()
    };
    assert_eq!(expected("status"), words::<Status>());
    assert_eq!(expected("kind"), words::<EventKind>());
    assert_eq!(expected("bounce"), words::<Bounce>());
    assert_eq!(expected("suppress"), words::<dakiya::Scope>());
    let inbound = |event: &Value| event["inbound"]["type"].as_str().map(str::to_owned);
    let events = cases.values().flatten().flat_map(|case| &case.events);
    let sorts: BTreeSet<_> = events.filter_map(inbound).collect();
    let json = r#"{"type": "?"}"#;
    let error = serde_json::from_str::<dakiya::event::Inbound>(json).err().unwrap().to_string();
    let known: BTreeSet<_> = error.split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert_eq!(sorts, known);
}
