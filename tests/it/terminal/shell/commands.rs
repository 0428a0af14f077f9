//! Each `\command` once, and errors.

use std::os::unix::fs::PermissionsExt;

use super::super::harness::Setup;
use super::Shell;
use crate::workspace::Workspace;

#[test]
fn every_command_does_something() {
    let work = Workspace::new();
    work.write("script.sql", "SELECT 'from ' || 'a file' AS word;");
    let shell = Shell::with(Setup::new(&work).size(160, 50));
    for (line, expected) in [
        ("SELECT 'an' || 'swer' AS word;", "answer"),
        ("\\?", "\\watch"),
        ("\\timing off", "timing is off"),
        ("\\d", "messages"),
        ("\\d messages", "bucket"),
        ("\\df", "percent"),
        ("\\h percent", "percent("),
        ("\\reports", "status_summary"),
        ("\\report status_summary", "delivered"),
        ("\\set to=+447700900123", "to"),
        ("\\set", "to = +447700900123"),
        ("SELECT count(*) AS two FROM events WHERE recipient = $to;", "2"),
        ("\\unset to", "to"),
        ("\\format csv", "results are shown as csv"),
        ("SELECT 3 AS a, 4 AS b;", "3,4"),
        ("\\last json", "{\"a\":3,\"b\":4}"),
        ("\\format table", "results are shown as table"),
        ("\\o out.csv", "out.csv"),
        ("SELECT 5 AS five;", "written to out.csv"),
        ("\\i script.sql", "from a file"),
        ("\\log", "callbacks.txt"),
        ("\\asof 0", "0"),
        ("\\watc", "did you mean `\\watch`"),
    ] {
        let answer = shell.ask(line);
        let (_, result) = answer.split_once('\n').unwrap_or_default();
        // A command that changes something may do so without a word.
        let silent = ["\\set to", "\\unset", "\\asof"].iter().any(|silent| line.starts_with(silent));
        assert!(result.contains(expected) || silent, "{line}: {answer}");
    }
    assert_eq!(work.read("out.csv"), "five\n5\n");
}

#[test]
fn an_error_points_at_its_place() {
    let work = Workspace::new();
    let shell = Shell::open(&work);
    let answer = shell.ask("SELECT buckt FROM messages;");
    let lines: Vec<&str> = answer.lines().collect();
    let at = lines.iter().position(|line| line.contains("^^^^^")).unwrap_or_else(|| panic!("no caret: {answer}"));
    assert_eq!(lines[at].find('^'), lines[at - 1].find("buckt"), "{answer}");
    assert!(answer.contains("did you mean `bucket`"), "{answer}");
    // The session goes on.
    assert!(shell.ask("SELECT 6 AS six;").contains('6'));
    shell.leave();
}

/// An editor that adds a line, as a script.
#[test]
fn the_last_statement_goes_through_the_editor() {
    let work = Workspace::new();
    work.write("editor.sh", "#!/bin/sh\nprintf 'SELECT %s AS edited;\\n' \"'by' || ' hand'\" > \"$2\"\n");
    let script = work.path("editor.sh");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let shell = Shell::with(Setup::new(&work).env("EDITOR", format!("{} --wait", script.display())));
    shell.enter("\\e");
    shell.wait_for_line("SELECT 'by' || ' hand' AS edited;");
    let before = shell.prompts();
    shell.press(super::super::keys::Key::Enter);
    let answer = shell.answer(before);
    assert!(answer.contains("by hand"), "{answer}");
    shell.leave();
}
