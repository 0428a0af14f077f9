//! The commands on a terminal: tables, Ctrl-C, pipes, progress.

use std::io::Write;

use super::harness::{Setup, Terminal};
use super::hostile::assert_harmless;
use super::keys::Key;
use crate::workspace::Workspace;

const SLOW: &str = "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 100000000) b";
const BUCKETS: &str = "SELECT message_id, bucket FROM messages ORDER BY message_id";

#[test]
fn a_table_fits_the_terminal() {
    let work = Workspace::new();
    for (cols, rows) in [(100, 30), (40, 10), (20, 5), (8, 3), (1, 1)] {
        let mut terminal = Terminal::start(&work, &["sql", BUCKETS], (cols, rows));
        assert_eq!(terminal.exit_code(), 0, "{}", terminal.screen());
        assert_harmless(&terminal);
        terminal.assert_sane();
        let text = terminal.scrollback();
        if cols >= 40 {
            for words in ["message_id", "delivered", "hard_bounce", "(2 rows)"] {
                assert!(text.contains(words), "{words}: {text}");
            }
            // A line that is longer than the terminal is wide would stand under other columns.
            assert!(!(0..rows).any(|row| terminal.wraps(row)), "{cols} columns:\n{text}");
        }
    }
}

#[test]
fn no_color_means_none() {
    let work = Workspace::new();
    let styles = |env: &str, args: &[&str]| {
        let mut terminal = Setup::new(&work).env("NO_COLOR", env).smsql(args);
        terminal.exit_code();
        assert_harmless(&terminal);
        String::from_utf8(terminal.raw()).unwrap().contains("\x1b[")
    };
    assert!(styles("", &["sql", "SELECT nope"]), "an error is coloured on a terminal");
    assert!(!styles("1", &["sql", "SELECT nope"]));
    assert!(!styles("1", &["sql", BUCKETS]));
    assert!(!styles("1", &["report", "status_summary"]));
}

#[test]
fn ctrl_c_ends_a_query_and_leaves_the_terminal_as_it_was() {
    let work = Workspace::new();
    let script = format!("SELECT 'running' AS state; {SLOW}");
    let mut terminal = Terminal::start(&work, &["sql", &script], (100, 30));
    // The first statement's row tells that it runs, and so listens.
    terminal.wait_for_text("running");
    terminal.press(Key::Ctrl('c'));
    assert_eq!(terminal.exit_code(), 130, "{}", terminal.screen());
    assert!(terminal.screen().contains("error: cancelled"), "{}", terminal.screen());
    terminal.assert_sane();
}

#[test]
fn a_terminal_that_changes_its_size_does_no_harm() {
    let work = Workspace::new();
    let script = format!("SELECT 'running' AS state; {SLOW}");
    let mut terminal = Terminal::start(&work, &["sql", &script], (100, 30));
    terminal.wait_for_text("running");
    for (cols, rows) in [(40, 10), (1, 1), (300, 100), (80, 24)] {
        terminal.resize(cols, rows);
    }
    terminal.press(Key::Ctrl('c'));
    assert_eq!(terminal.exit_code(), 130, "{}", terminal.screen());
    terminal.assert_sane();
}

/// `| head` is no failure, of a result of any size, and ends the query.
#[test]
fn a_reader_that_stops_ends_the_query() {
    let work = Workspace::new();
    let endless = "SELECT value, repeat('x', 50) FROM generate_series(1, 1000000000)";
    for format in ["csv", "ndjson", "json"] {
        let script = format!(
            "{{ smsql sql \"{endless}\" --format {format}; echo \"code $?\" >&2; }} | head -n 2; echo \"head $?\""
        );
        let mut terminal = Setup::new(&work).script(&script);
        assert_eq!(terminal.exit_code(), 0, "{}", terminal.screen());
        let screen = terminal.screen();
        assert!(screen.contains("code 0") && screen.contains("head 0"), "{format}: {screen}");
        assert!(!screen.contains("error"), "{format}: {screen}");
        terminal.assert_sane();
    }
}

/// Standard output in a pipe, standard error on the terminal: the table is the plain one, the error is styled.
#[test]
fn each_stream_is_styled_for_where_it_goes() {
    let work = Workspace::new();
    let script = format!("smsql sql \"{BUCKETS}; SELECT nope\" | cat");
    let mut terminal = Setup::new(&work).script(&script);
    assert_eq!(terminal.exit_code(), 0, "{}", terminal.screen());
    terminal.assert_unstyled("hard_bounce");
    assert!(String::from_utf8(terminal.raw()).unwrap().contains("\x1b[1;31merror"), "{}", terminal.screen());
}

/// The bar is there while bytes may still come, and gone when the landing says what it did.
#[test]
fn progress_of_a_landing_shows_and_goes() {
    let work = Workspace::empty();
    let line = |id: u32| {
        let time = "2025-03-04T09:00:00Z";
        format!("{{\"provider\":\"acme\",\"message_id\":\"{id}\",\"status\":\"sent\",\"event_time\":\"{time}\"}}\n")
    };
    let pipe = work.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut terminal = Setup::new(&work).script("smsql land smsql/event - < pipe");
    let mut feed = std::fs::File::options().write(true).open(&pipe).unwrap();
    feed.write_all(line(1).as_bytes()).unwrap();
    terminal.wait_for_text("rows of -");
    feed.write_all(line(2).as_bytes()).unwrap();
    drop(feed);
    assert_eq!(terminal.exit_code(), 0, "{}", terminal.screen());
    let screen = terminal.screen();
    assert!(screen.starts_with("-: 2 rows read, 2 landed, 0 duplicate, 0 rejected"), "{screen}");
    assert!(!screen.contains("rows of") && !screen.contains("left"), "{screen}");
    assert_eq!(screen.lines().count(), 1, "{screen}");
    terminal.assert_sane();
}
