//! Runs the `console` blocks of the README, one after the other in one shell, and compares what they print.
//!
//! A line that starts with `$ ` is a command, `> ` continues it, and the lines up to the next command are what it
//! prints. `...` stands for anything within a line; a line that is only `...` stands for any number of lines.

use std::fmt::Write as _;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{blocks, readme, root, smsql};

/// Stands in the output behind that of every command.
const MARK: &str = "---- end of command ----\n";

#[derive(Debug)]
struct Example<'r> {
    /// The line of the README it is on.
    line: usize,
    command: String,
    shown: Vec<&'r str>,
}

fn examples(readme: &str) -> Vec<Example<'_>> {
    let mut examples: Vec<Example<'_>> = Vec::new();
    for (start, lines) in blocks(readme, "console") {
        assert!(lines[0].starts_with("$ "), "README.md:{start}: a console block starts with a command");
        for (number, line) in (start..).zip(lines) {
            if let Some(command) = line.strip_prefix("$ ") {
                examples.push(Example { line: number, command: command.to_owned(), shown: Vec::new() });
                continue;
            }
            let example = examples.last_mut().unwrap();
            match line.strip_prefix("> ") {
                Some(more) if example.shown.is_empty() => example.command.extend(["\n", more]),
                _ => example.shown.push(line),
            }
        }
    }
    examples
}

#[test]
fn the_tour_prints_what_it_shows() {
    let readme = readme();
    let examples = examples(&readme);
    assert!(examples.len() > 10, "the tour has only {} commands", examples.len());
    let folder = tempfile::tempdir().unwrap();
    symlink(root().join("data"), folder.path().join("data")).unwrap();
    // The exit code of a command is there for the next, as in a shell that a person uses.
    let script = examples.iter().fold("set --\n".to_owned(), |mut script, example| {
        write!(script, "{}\nset -- $?\necho '{}'\n(exit $1)\n", example.command, MARK.trim_end()).unwrap();
        script
    });
    let printed = run(&script, folder.path());
    let mut printed = printed.split(MARK);
    let mut differences = String::new();
    for example in &examples {
        let printed: Vec<&str> = printed.next().unwrap_or("(nothing: the shell ended)").lines().collect();
        if !matches(&example.shown, &printed) {
            let Example { line, command, shown } = example;
            let (shown, printed) = (shown.join("\n"), printed.join("\n"));
            let _ = write!(differences, "\nREADME.md:{line}: {command}\nshows\n{shown}\nbut it prints\n{printed}\n");
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

/// What a shell prints, to both of its outputs, while it runs a script in a folder.
fn run(script: &str, folder: &Path) -> String {
    let tools = tempfile::tempdir().unwrap();
    symlink(smsql(), tools.path().join("smsql")).unwrap();
    if Command::new("zstd").arg("--version").stdout(Stdio::null()).status().is_err() {
        stand_in_for_zstd(tools.path());
    }
    let path = std::env::join_paths(
        [tools.path().to_owned()].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 2>&1\n{script}")]).current_dir(folder).stdin(Stdio::null());
    // Settings of whoever runs the tests are none of a reader's.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SMSQL_")) {
        shell.env_remove(name);
    }
    shell.env("XDG_CONFIG_HOME", tools.path()).env("XDG_STATE_HOME", tools.path());
    let output = shell.env("PATH", path.unwrap()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// `zstd -dc FILE` for machines without that tool, by way of this binary and [`zstd_dc`].
fn stand_in_for_zstd(tools: &Path) {
    let tool = tools.join("zstd");
    let this = std::env::current_exe().unwrap();
    let (this, out) = (this.display(), tools.join("zstd.out"));
    let script = format!(
        "#!/bin/sh\nZSTD_IN=\"$2\" ZSTD_OUT='{out}' '{this}' --exact --ignored readme::console::zstd_dc >/dev/null && cat '{out}'\n",
        out = out.display()
    );
    std::fs::write(&tool, script).unwrap();
    std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
#[ignore = "run by the script of `stand_in_for_zstd`"]
fn zstd_dc() {
    let packed = std::fs::File::open(std::env::var_os("ZSTD_IN").unwrap()).unwrap();
    zstd::stream::copy_decode(packed, std::fs::File::create(std::env::var_os("ZSTD_OUT").unwrap()).unwrap()).unwrap();
}

/// Whether the lines shown describe the lines printed.
pub(super) fn matches(shown: &[&str], printed: &[&str]) -> bool {
    match (shown, printed) {
        ([], []) => true,
        (["..."], _) => true,
        (["...", rest @ ..], _) => (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..])),
        ([first, shown @ ..], [line, printed @ ..]) => line_matches(first, line) && matches(shown, printed),
        _ => false,
    }
}

fn line_matches(shown: &str, printed: &str) -> bool {
    match shown.split_once("...") {
        None => shown.trim_end() == printed.trim_end(),
        Some((before, after)) => printed.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| line_matches(after, &rest[at..]))
        }),
    }
}

#[test]
fn dots_stand_for_what_varies_and_nothing_else() {
    assert!(matches(&["1 row in ... s, ... MB/s)"], &["1 row in 0.1 s, 2 MB/s)"]));
    assert!(!matches(&["1 row in ... s, ... MB/s)"], &["2 row in 0.1 s, 2 MB/s)"]));
    assert!(matches(&["a", "...", "d"], &["a", "b", "c", "d"]));
    assert!(!matches(&["a", "...", "d"], &["a", "b", "c"]));
    assert!(!matches(&["a"], &["a", "b"]));
    assert!(!matches(&["a", "b"], &["a"]));
    assert!(!matches(&[], &["a"]));
}
