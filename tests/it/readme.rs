//! README.md is true: its commands print what it shows, its tables are those of the program, its names exist.
//!
//! What stands between `<!-- generated: NAME -->` and `<!-- end -->` is written by
//! `UPDATE_README=1 cargo test --test it readme::`, from the definitions in the code; without that variable the test
//! compares.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod console;
mod reference;
mod shell;

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// The binary under test.
fn smsql() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_smsql"))
}

/// The contents of the fenced blocks of a kind, such as `console`, with the number of the line each starts on.
fn blocks<'r>(readme: &'r str, kind: &str) -> Vec<(usize, Vec<&'r str>)> {
    let mut blocks = Vec::new();
    let mut lines = readme.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let content = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
            if info == kind {
                blocks.push((number + 2, content));
            }
        }
    }
    blocks
}

/// A fresh machine needs two commands: one for the main job, one for the tests, and CI runs the latter.
#[test]
fn two_commands_set_up() {
    let readme = readme();
    let commands = |kind| blocks(&readme, kind).into_iter().flat_map(|(_, lines)| lines).collect::<Vec<_>>();
    assert_eq!(commands("sh main"), ["cargo run --release -- demo"]);
    assert_eq!(commands("sh test"), ["cargo test"]);
    let ci = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(ci.contains("/^```sh test$/"), ".ci/run takes the test command from the README");
}
