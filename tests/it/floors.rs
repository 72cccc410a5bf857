//! The house stands: a module imports only from lower floors, a vendor has one home, functions that print have one.

use std::fs;
use std::path::{Path, PathBuf};

use trustrisk::base::finding::CODES;

use crate::support::root;

/// The floor of each module, lowest first; `docs/architecture.md` tells why.
const FLOORS: &[&[&str]] = &[
    &["base"],
    &["stats"],
    &["load"],
    &["features", "train", "calibrate", "score", "explain", "audit", "monitor"],
    &["report", "govern", "config", "init", "sample"],
    &["pipeline"],
    &["cli", "main"],
];

/// Stages that may name `load`.
const MAY_LOAD: &[&str] = &["features", "report", "govern", "config", "init", "sample", "pipeline", "cli"];

/// Where a vendor may be named; a path or the beginning of one.
const HOMES: &[(&str, &[&str])] = &[
    ("polars", &["src/load/", "src/features/", "src/report/tables/", "src/init/"]),
    ("linfa", &["src/train/", "src/explain/cohorts.rs", "src/audit/consistency.rs"]),
    ("linfa_logistic", &["src/train/"]),
    ("linfa_trees", &["src/train/"]),
    ("linfa_ensemble", &["src/train/"]),
    ("linfa_nn", &["src/audit/consistency.rs"]),
    ("linfa_clustering", &["src/explain/cohorts.rs"]),
    ("smartcore", &["src/train/"]),
    ("plotters", &["src/report/chart/"]),
    ("image", &["src/report/chart/"]),
    ("typst", &["src/report/pdf/"]),
    ("typst_pdf", &["src/report/pdf/"]),
    ("calamine", &["src/load/read/"]),
    ("encoding_rs", &["src/load/read/", "src/sample/"]),
    ("rust_xlsxwriter", &["src/sample/", "src/report/workbook/"]),
    ("resvg", &["src/report/chart/", "src/report/fonts.rs"]),
    ("ttf_parser", &["src/report/fonts.rs"]),
    ("base64", &["src/report/html/"]),
    ("clap", &["src/cli/"]),
    ("indicatif", &["src/cli/"]),
    ("console", &["src/cli/"]),
    ("ctrlc", &["src/cli/"]),
];

fn sources() -> Vec<(PathBuf, String)> {
    let root = root();
    let mut folders = vec![root.join("src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    files.sort();
    assert!(files.len() > 50, "the sources were not found");
    files
}

fn module(path: &Path) -> String {
    let name = path.components().nth(1).unwrap().as_os_str().to_string_lossy().into_owned();
    name.trim_end_matches(".rs").to_owned()
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// Lines of code: no comments, nothing from `#[cfg(test)]` on.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line));
    lines
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn code_text(text: &str) -> String {
    code(text).map(|(_, line)| line).collect::<Vec<_>>().join("\n")
}

/// Names that follow `prefix` in a line, `crate::{a, b}` included.
fn named<'a>(line: &'a str, prefix: &str) -> Vec<&'a str> {
    let mut names = Vec::new();
    for (at, _) in line.match_indices(prefix) {
        let rest = &line[at + prefix.len()..];
        let list = rest.strip_prefix('{').map_or(rest, |list| list.split('}').next().unwrap_or(list));
        let items: Vec<&str> = if rest.starts_with('{') { list.split(',').collect() } else { vec![list] };
        names.extend(items.into_iter().map(|item| {
            let item = item.trim();
            item.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or(item)
        }));
    }
    names
}

#[test]
fn modules_import_only_from_lower_floors() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let own = module(&path);
        if own == "lib" {
            continue;
        }
        let own_floor = floor(&own).unwrap_or_else(|| panic!("{}: module `{own}` has no floor", path.display()));
        for (number, line) in code(&text) {
            for name in named(line, "crate::") {
                let Some(other) = floor(name) else { continue };
                let may = name == own || (other < own_floor && (name != "load" || MAY_LOAD.contains(&own.as_str())));
                if !may {
                    broken.push(format!("{}:{number}: `{own}` may not name `{name}`", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn a_vendor_has_one_home() {
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let shown = path.to_string_lossy().into_owned();
        for (number, line) in code(&text) {
            for (vendor, homes) in HOMES {
                let is_named = line.contains(&format!("{vendor}::"))
                    && !line.contains(&format!("_{vendor}::"))
                    && !line.contains(&format!("::{vendor}::"));
                if is_named && !homes.iter().any(|home| shown.starts_with(home)) {
                    broken.push(format!("{shown}:{number}: `{vendor}` belongs in {}", homes.join(", ")));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn files_are_opened_by_those_who_keep_them() {
    let homes = ["src/load/", "src/govern/", "src/cli/"];
    let mut broken = Vec::new();
    for (path, text) in sources() {
        let shown = path.to_string_lossy().into_owned();
        if homes.iter().any(|home| shown.starts_with(home)) {
            continue;
        }
        let opens = code(&text).filter(|(_, line)| line.contains("std::fs"));
        broken.extend(opens.map(|(number, line)| format!("{shown}:{number}: {}", line.trim())));
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_finding_that_is_raised_is_in_the_registry() {
    let mut unknown = Vec::new();
    for (path, text) in sources() {
        let text = code_text(&text);
        for begin in ["Finding::new(", ".finding("] {
            // the code may stand on the next line
            let raised = text.split(begin).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
            for code in raised.filter_map(|rest| rest.split('"').next()) {
                if !CODES.iter().any(|known| known.code == code) {
                    unknown.push(format!("{}: `{code}`", path.display()));
                }
            }
        }
    }
    assert!(unknown.is_empty(), "\n{}", unknown.join("\n"));
}

#[test]
fn every_finding_of_the_registry_is_raised() {
    let registry = Path::new("src/base/finding.rs");
    let sources: Vec<(PathBuf, String)> = sources().into_iter().filter(|(path, _)| path != registry).collect();
    let is_raised = |code: &str| sources.iter().any(|(_, text)| code_text(text).contains(&format!("\"{code}\"")));
    let never: Vec<&str> = CODES.iter().map(|known| known.code).filter(|code| !is_raised(code)).collect();
    assert!(never.is_empty(), "{never:?}");
}

#[test]
fn the_story_fits_one_screen() {
    let text = fs::read_to_string(root().join("src/pipeline.rs")).unwrap();
    let begin = text.find("pub fn run(").unwrap();
    let body = &text[begin..];
    let lines = body[..body.find("\n}").unwrap()].lines().count();
    assert!(lines <= 40, "`pipeline::run` has {lines} lines");
}
