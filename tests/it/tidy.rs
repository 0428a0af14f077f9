//! The rules of the code as a test: layers, who may print, who reads the clock, how long a file may be.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder of the project, with their path in it and their text.
fn files(folder: &str, suffix: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(suffix) {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The lines of a file that are code: no comments, no tests at its end.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    let lines = text[..end].lines().enumerate().map(|(at, line)| (at + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Fails with every breach there is, one per line.
#[track_caller]
fn none(breaches: Vec<String>) {
    assert!(breaches.is_empty(), "\n{}", breaches.join("\n"));
}

/// The modules in the direction of flow: each uses only what stands before it.
const LAYERS: [&str; 8] = ["source", "event", "store", "session", "report", "output", "repl", "cli"];

/// What stands beside the layers and is used by all.
const COMMON: [&str; 5] = ["clock", "error", "limits", "Error", "Result"];

#[test]
fn modules_use_only_what_stands_before_them() {
    let rank = |module: &str| LAYERS.iter().position(|layer| *layer == module);
    let mut breaches = Vec::new();
    for (path, text) in files("src", ".rs") {
        let module = path.trim_start_matches("src/").split(['/', '.']).next().unwrap().to_owned();
        // Comments become empty lines, so that the numbers stay.
        let mut lines = vec![""; text.lines().count()];
        code(&text).for_each(|(line, code)| lines[line - 1] = code);
        for (line, used) in uses(&lines.join("\n")) {
            let allowed = match (rank(&module), rank(&used)) {
                _ if module == used || COMMON.contains(&used.as_str()) || module == "lib" || module == "main" => true,
                // What is beside the layers knows none of them, but for the limits it states.
                (None, _) => false,
                // Bytes of a result need nothing but the bytes: `output` stands alone.
                (Some(_), Some(_)) if module == "output" => false,
                // A feed is read into canonical columns: `source` and `event` are one step.
                (Some(_), Some(_)) if module == "source" && used == "event" => true,
                (Some(own), Some(other)) => other < own,
                (Some(_), None) => false,
            };
            if !allowed {
                breaches.push(format!("{path}:{line}: {module} uses {used}"));
            }
        }
    }
    none(breaches);
}

/// The modules of this crate that code names behind `crate::`, each with its line.
fn uses(code: &str) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        // `$crate::` and `some_crate::` are others.
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let names = match rest.strip_prefix('{') {
            None => vec![rest],
            Some(group) => top_level(group),
        };
        let line = code[..at].matches('\n').count() + 1;
        for name in names {
            let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !name.is_empty() {
                used.push((line, name));
            }
        }
    }
    used
}

/// The parts of a `{...}` group, without what is nested in them.
fn top_level(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&group[start..at]);
                return parts;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[start..]);
    parts
}

#[test]
fn imports_are_read_as_rust_reads_them() {
    let names = |code| uses(code).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
    assert_eq!(names("use crate::event::schema::Column;"), ["event"]);
    assert_eq!(names("use crate::{Error, Result, store::{AsOf, Record}};"), ["Error", "Result", "store"]);
    assert_eq!(names("use crate::{\n    Error,\n    store::{AsOf, Record},\n    cli,\n};"), ["Error", "store", "cli"]);
    assert_eq!(uses("\n    crate::cli::main()"), [(2, "cli".to_owned())]);
    assert!(uses("use other_crate::store; $crate::cli::x").is_empty());
}

/// Code that only some files may hold.
fn confined(words: &[&str], allowed: impl Fn(&str) -> bool) {
    let mut breaches = Vec::new();
    for (path, text) in files("src", ".rs").into_iter().filter(|(path, _)| !allowed(path)) {
        for (line, code) in code(&text) {
            breaches.extend(words.iter().filter(|w| code.contains(**w)).map(|w| format!("{path}:{line}: {w}")));
        }
    }
    none(breaches);
}

#[test]
fn only_the_command_line_prints() {
    let words = ["println!", "print!(", "eprintln!", "eprint!(", "dbg!(", "io::stdout()", "io::stderr()"];
    confined(&words, |path| path.starts_with("src/cli/") || path == "src/main.rs");
}

#[test]
fn one_place_reads_the_clock() {
    confined(&["Utc::now", "Local::now", "SystemTime::now", "Instant::now"], |path| path == "src/clock.rs");
}

#[test]
fn only_the_store_writes_to_object_storage() {
    let words = [".put(", ".put_opts(", ".put_multipart", "BufWriter::new(store"];
    confined(&words, |path| path.starts_with("src/store/"));
}

#[test]
fn only_the_session_plans_sql() {
    let words = ["SessionContext::new", "statement_to_plan", ".create_logical_plan(", "execute_logical_plan"];
    confined(&words, |path| path.starts_with("src/session/"));
}

#[test]
fn there_is_no_unfinished_code() {
    let words = ["todo!(", "unimplemented!(", "FIXME", "#[ignore"];
    confined(&words, |_| false);
}

/// The longest a file of code may be, in lines; a longer one is two things.
const FILE_LINES_MAX: usize = 450;

#[test]
fn files_are_short() {
    let long = files("src", ".rs").into_iter().map(|(path, text)| (path, text.lines().count()));
    none(long.filter(|(_, n)| *n > FILE_LINES_MAX).map(|(path, n)| format!("{path} has {n} lines")).collect());
}

#[test]
fn every_file_says_what_it_is() {
    let silent =
        files("src", ".rs").into_iter().chain(files("tests", ".rs")).filter(|(_, text)| !text.starts_with("//!"));
    none(silent.map(|(path, _)| path).collect());
}

#[test]
fn every_function_has_its_documentation() {
    for (folder, kind) in
        [("src/session/functions", "impl ScalarUDFImpl"), ("src/session/aggregates", "impl AggregateUDFImpl")]
    {
        let undocumented = files(folder, ".rs").into_iter().filter(|(_, text)| {
            text.contains(kind) && !text.contains("#[user_doc") && !text.contains("Documentation::builder")
        });
        none(undocumented.map(|(path, _)| format!("{path} has no documentation for people who write SQL")).collect());
    }
}

#[test]
fn every_feed_has_a_sample_and_what_it_must_become() {
    let has = |folder: &str, feed: &str| {
        let (parent, name) = feed.split_once('/').unwrap();
        let entries = std::fs::read_dir(root().join(folder).join(parent)).into_iter().flatten();
        entries.filter_map(Result::ok).any(|entry| {
            let file = entry.file_name().to_string_lossy().into_owned();
            file == name || file.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', '-', '_']))
        })
    };
    let mut breaches = Vec::new();
    for (path, text) in files("queries/providers", ".sql") {
        let feed = path.trim_start_matches("queries/providers/").trim_end_matches(".sql");
        if !text.starts_with(&format!("-- feed: {feed}\n")) {
            breaches.push(format!("{path} does not begin with `-- feed: {feed}`"));
        }
        for folder in ["data/feeds", "data/expected"] {
            if !has(folder, feed) {
                breaches.push(format!("{folder} has nothing for {feed}"));
            }
        }
    }
    none(breaches);
}

#[test]
fn every_view_has_a_header() {
    let mut breaches = Vec::new();
    for (path, text) in files("queries/views", ".sql") {
        let name = path.trim_start_matches("queries/views/").trim_end_matches(".sql");
        for (at, start) in
            [(0, format!("-- view: {name}")), (1, "-- title: ".to_owned()), (2, "-- columns:".to_owned())]
        {
            if !text.lines().nth(at).is_some_and(|line| line.starts_with(&start)) {
                breaches.push(format!("{path}:{}: must begin with `{start}`", at + 1));
            }
        }
    }
    none(breaches);
}

#[test]
fn no_file_names_a_place_of_somebodys_machine() {
    let this = "tests/it/tidy.rs";
    let mut breaches = Vec::new();
    // This checkout, the home of who runs the test, and where systems keep homes.
    let home = std::env::var("HOME").ok().filter(|home| home.len() > 1).map(|home| home + "/");
    let homes: Vec<&str> =
        [env!("CARGO_MANIFEST_DIR"), "/home/", "/Users/", "C:\\Users"].into_iter().chain(home.as_deref()).collect();
    let folders = [("src", ".rs"), ("tests", ".rs"), ("tests", ".slt"), ("queries", ".sql"), ("benches", ".rs")];
    for (path, text) in folders.iter().flat_map(|(folder, suffix)| files(folder, suffix)).filter(|(p, _)| p != this) {
        for (at, line) in text.lines().enumerate() {
            breaches.extend(homes.iter().filter(|h| line.contains(**h)).map(|h| format!("{path}:{}: {h}", at + 1)));
        }
    }
    none(breaches);
}

#[test]
fn there_is_one_engine() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for name in ["datafusion", "arrow", "arrow-schema", "parquet", "object_store", "sqlparser"] {
        let count = lock.lines().filter(|line| *line == format!("name = \"{name}\"")).count();
        assert_eq!(count, 1, "Cargo.lock holds {count} versions of {name}");
    }
}

#[test]
fn every_limit_is_used_and_named_in_capitals() {
    let limits = std::fs::read_to_string(root().join("src/limits.rs")).unwrap();
    let names: BTreeSet<&str> =
        limits.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(':').next()).collect();
    let elsewhere: Vec<(String, String)> =
        files("src", ".rs").into_iter().filter(|(path, _)| path != "src/limits.rs").collect();
    let unused = names.iter().filter(|name| !elsewhere.iter().any(|(_, text)| text.contains(**name)));
    none(unused.map(|name| format!("{name} limits nothing")).collect());
}
