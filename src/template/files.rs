//! Reads a template folder into memory.

use std::{collections::BTreeMap, fs, io::Read as _, path::Path};

use crate::error::Fault;

/// No template needs more.
const MAX_BYTES: u64 = 1024 * 1024;

/// Folders below the top one: `<id>/<version>`.
const MAX_DEPTH: usize = 2;

/// The `.toml` and `.hbs` files below `root` by their path in it, with `/` between the names.
pub(super) fn read(root: &Path, faults: &mut Vec<Fault>) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    match root.canonicalize() {
        Ok(real) => folder(&real, &real, "", 0, &mut files, faults),
        Err(error) => faults.push(unreadable(&root.display().to_string(), &error)),
    }
    files
}

fn folder(
    root: &Path,
    folder_path: &Path,
    name: &str,
    depth: usize,
    files: &mut BTreeMap<String, String>,
    faults: &mut Vec<Fault>,
) {
    let entries = match fs::read_dir(folder_path) {
        Ok(entries) => entries,
        Err(error) => return faults.push(unreadable(name, &error)),
    };
    let mut names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    for file_name in names {
        let Some(entry) = file_name.to_str().filter(|entry| !entry.starts_with('.')) else {
            continue;
        };
        let path = if name.is_empty() { entry.to_owned() } else { format!("{name}/{entry}") };
        let real = match folder_path.join(entry).canonicalize() {
            Ok(real) => real,
            Err(error) => {
                faults.push(unreadable(&path, &error));
                continue;
            }
        };
        if !real.starts_with(root) {
            faults.push(Fault::new(path, "leads out of the folder", "copy the file here"));
        } else if real.is_dir() {
            if depth < MAX_DEPTH {
                folder(root, &real, &path, depth + 1, files, faults);
            } else {
                faults.push(Fault::new(path, "is nested too deep", "keep to <id>/<version>"));
            }
        } else if Path::new(entry).extension().is_some_and(|e| e == "toml" || e == "hbs") {
            match file(&real) {
                Ok(Ok(content)) => drop(files.insert(path, content)),
                Ok(Err(fault)) => faults.push(Fault::new(path, fault.0, fault.1)),
                Err(error) => faults.push(unreadable(&path, &error)),
            }
        }
    }
}

type Refusal = (&'static str, &'static str);

fn file(path: &Path) -> std::io::Result<Result<String, Refusal>> {
    let mut bytes = Vec::new();
    // One byte more than allowed tells a full file from one that is too long.
    fs::File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
        return Ok(Err(("is larger than 1 MiB", "make it smaller")));
    }
    Ok(String::from_utf8(bytes).map_err(|_| ("is not UTF-8", "save it as UTF-8")))
}

fn unreadable(path: &str, error: &std::io::Error) -> Fault {
    Fault::new(path, format!("cannot be read: {}", error.kind()), "check the file and its rights")
}
