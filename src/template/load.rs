//! Files in memory become templates, or a list of everything wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    engine::{Engine, Problem},
    locale::{Locales, canonical},
    manifest::{self, Mapped, Part, Section, Settings, Source},
    plain::Plain,
    version::Version,
};
use crate::{
    error::{Error, ErrorKind, Fault, Result},
    message::{Dlt, Kind},
};

/// The version of templates that have no version folder.
const ONLY_VERSION: &str = "1";

/// One kind of one template, version and locale.
pub(super) struct Body {
    pub(super) parts: Vec<(Part, Compiled)>,
    pub(super) dlt: Option<Dlt>,
    pub(super) providers: BTreeMap<String, Mapped>,
}

/// A part in the engine.
pub(super) struct Compiled {
    /// Its name there: `order_confirmed/1/en.email.text`.
    pub(super) name: String,
    pub(super) escape: bool,
    pub(super) plain: Option<Plain>,
}

pub(super) type Bodies = BTreeMap<String, BTreeMap<Kind, Body>>;
pub(super) type Versions = BTreeMap<Version, Bodies>;

pub(super) struct Loaded {
    pub(super) engine: Engine,
    pub(super) templates: BTreeMap<String, Versions>,
    pub(super) locales: Locales,
    pub(super) pins: BTreeMap<String, Version>,
}

/// The files of one locale, before they are compiled.
#[derive(Default)]
struct Draft {
    /// Whether the manifest is no TOML.
    broken: bool,
    manifest: Option<BTreeMap<Kind, Section>>,
    files: Vec<(Kind, Part, Source)>,
}

pub(super) fn load(files: &BTreeMap<String, String>, mut faults: Vec<Fault>) -> Result<Loaded> {
    let mut settings = Settings::default();
    let mut partials = BTreeMap::new();
    let mut drafts: BTreeMap<(String, String, String), Draft> = BTreeMap::new();
    for (path, content) in files {
        match path.split('/').collect::<Vec<_>>().as_slice() {
            ["templates.toml"] => settings = manifest::settings(path, content, &mut faults),
            // The DLT registrations, which their registry reads.
            ["dlt.toml"] => {}
            ["partials", file] => match file.strip_suffix(".hbs") {
                Some(name) => drop(partials.insert(name.to_owned(), Source::file(path, content))),
                None => faults.push(misplaced(path)),
            },
            [id, file] if is_name(id) => {
                draft(&mut drafts, id, ONLY_VERSION, file, path, content, &mut faults);
            }
            [id, version, file] if is_name(id) && is_name(version) => {
                draft(&mut drafts, id, version, file, path, content, &mut faults);
            }
            _ => faults.push(misplaced(path)),
        }
    }
    let mut engine = Engine::new();
    let names = compile_partials(&mut engine, &partials, &mut faults);
    let mut templates: BTreeMap<String, Versions> = BTreeMap::new();
    for ((id, version, locale), draft) in drafts {
        let name = format!("{id}/{version}/{locale}");
        let bodies = compile(&mut engine, &name, draft, &names, &mut faults);
        let versions = templates.entry(id).or_default();
        versions.entry(Version::new(&version)).or_default().insert(locale, bodies);
    }
    let mut pins = BTreeMap::new();
    for (id, (version, place)) in settings.pins {
        let version = Version::new(&version);
        if templates.get(&id).is_some_and(|versions| versions.contains_key(&version)) {
            pins.insert(id, version);
        } else {
            faults.push(Fault::new(
                place,
                format!("pins `{id}` to a version that does not exist"),
                "correct the id or the version",
            ));
        }
    }
    if !faults.is_empty() {
        return Err(
            Error::new(ErrorKind::Template, "the templates are not valid").with_faults(faults)
        );
    }
    let default = settings.default_locale.unwrap_or_else(|| "en".to_owned());
    let locales = Locales { default, fallback: settings.fallback };
    Ok(Loaded { engine, templates, locales, pins })
}

fn misplaced(path: &str) -> Fault {
    Fault::new(
        path,
        "is in no place where a template is read",
        "see the folder layout of `TemplateSet`",
    )
}

/// What may name a template or a version.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn draft(
    drafts: &mut BTreeMap<(String, String, String), Draft>,
    id: &str,
    version: &str,
    file: &str,
    path: &str,
    content: &str,
    faults: &mut Vec<Fault>,
) {
    let Some((tag, rest)) = file.split_once('.') else { return faults.push(misplaced(path)) };
    let Some(locale) = canonical(tag) else {
        let remedy = "begin it with one like `en` or `hi-IN`";
        return faults.push(Fault::new(path, format!("`{tag}` is no language tag"), remedy));
    };
    let draft = drafts.entry((id.to_owned(), version.to_owned(), locale)).or_default();
    if rest == "toml" {
        let (sections, intact) = manifest::sections(path, content, faults);
        draft.broken = !intact;
        if draft.manifest.replace(sections).is_some() {
            faults.push(Fault::new(path, "is there twice", "keep one of the two"));
        }
    } else if let Some((kind, part)) = part_of(rest) {
        draft.files.push((kind, part, Source::file(path, content)));
    } else {
        let remedy = "name it like `en.email.html.hbs` or `en.sms.hbs`";
        faults.push(Fault::new(path, "is named like no part of a message", remedy));
    }
}

/// The part that `email.html.hbs` or `sms.hbs` holds.
fn part_of(rest: &str) -> Option<(Kind, Part)> {
    let name = rest.strip_suffix(".hbs")?;
    let (kind, part) = match name.split_once('.') {
        Some((kind, "txt")) => (kind, Part::Text),
        Some((kind, "html")) => (kind, Part::Html),
        Some((kind, "subject")) => (kind, Part::Subject),
        Some(_) => return None,
        None if name == Kind::Email.as_str() => return None,
        None => (name, Part::Text),
    };
    let kind = kind.parse().ok()?;
    part.is_of(kind).then_some((kind, part))
}

fn compile_partials(
    engine: &mut Engine,
    partials: &BTreeMap<String, Source>,
    faults: &mut Vec<Fault>,
) -> BTreeSet<String> {
    let names: BTreeSet<String> = partials.keys().cloned().collect();
    let mut includes = BTreeMap::new();
    for (name, source) in partials {
        match engine.add_partial(name, &source.text, &names) {
            Ok(found) => drop(includes.insert(name, found)),
            Err(problems) => report(source, problems, faults),
        }
    }
    // One that includes itself, at whatever remove, would never end.
    for (name, source) in partials {
        let mut seen: BTreeSet<&String> = BTreeSet::new();
        let mut open: Vec<&String> = includes.get(name).into_iter().flatten().collect();
        while let Some(next) = open.pop() {
            if seen.insert(next) {
                open.extend(includes.get(next).into_iter().flatten());
            }
        }
        if seen.contains(name) {
            let problem = "includes itself, directly or through another partial";
            faults.push(Fault::new(source.place(1, 1), problem, "break the circle"));
        }
    }
    names
}

fn report(source: &Source, problems: Vec<Problem>, faults: &mut Vec<Fault>) {
    faults.extend(
        problems.into_iter().map(|found| {
            Fault::new(source.place(found.line, found.column), found.what, found.remedy)
        }),
    );
}

fn compile(
    engine: &mut Engine,
    name: &str,
    draft: Draft,
    partials: &BTreeSet<String>,
    faults: &mut Vec<Fault>,
) -> BTreeMap<Kind, Body> {
    let mut bodies = BTreeMap::new();
    let Some(mut sections) = draft.manifest else {
        for (_, _, source) in draft.files {
            let problem = "has no `.toml` of its language beside it";
            faults.push(Fault::new(source.path, problem, "add one, be it empty"));
        }
        return bodies;
    };
    for (kind, part, source) in draft.files {
        let section = sections.entry(kind).or_insert_with(|| Section {
            place: source.place(1, 1),
            parts: BTreeMap::new(),
            dlt: None,
            providers: BTreeMap::new(),
        });
        if let Some(inline) = section.parts.get(&part) {
            let problem = format!("is written in {} too", inline.path);
            faults.push(Fault::new(source.place(1, 1), problem, "keep one of the two"));
        } else {
            section.parts.insert(part, source);
        }
    }
    for (kind, section) in sections {
        if !draft.broken {
            check_parts(kind, &section, faults);
        }
        let mut parts = Vec::new();
        for (part, source) in section.parts {
            let name = format!("{name}.{kind}.{}", part.as_str());
            let escape = part == Part::Html;
            match engine.add_part(&name, &source.text, escape, partials) {
                Ok(plain) => parts.push((part, Compiled { name, escape, plain })),
                Err(problems) => report(&source, problems, faults),
            }
        }
        bodies.insert(kind, Body { parts, dlt: section.dlt, providers: section.providers });
    }
    bodies
}

/// A kind needs a content, here or at a provider; a mail's content needs a subject.
fn check_parts(kind: Kind, section: &Section, faults: &mut Vec<Fault>) {
    let has = |part| section.parts.contains_key(&part);
    let content = has(Part::Text) || has(Part::Html);
    let title = kind == Kind::ApplePush && has(Part::Subject);
    if !(content || title) && section.providers.is_empty() {
        let problem = format!("has no text for {kind}");
        let remedy = "write `text`, or add the file of the part";
        faults.push(Fault::new(section.place.clone(), problem, remedy));
    }
    if kind == Kind::Email && content && !has(Part::Subject) {
        let remedy = "write `subject`";
        faults.push(Fault::new(section.place.clone(), "has no subject for email", remedy));
    }
    for (part, source) in &section.parts {
        if source.text.trim().is_empty() {
            let problem = format!("the {} of {kind} is empty", part.as_str());
            faults.push(Fault::new(source.place(1, 1), problem, "write it, or remove it"));
        }
        if *part == Part::Subject && source.text.contains(['\r', '\n']) {
            let problem = "the subject holds a line break";
            faults.push(Fault::new(source.place(1, 1), problem, "write it on one line"));
        }
    }
}
