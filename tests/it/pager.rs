//! The pager: who gets what, when it starts, and what happens when its reader leaves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono_tz::Tz;
use smsql::output::{RenderOptions, is_broken_pipe};
use smsql::repl::{Console, Paged, Pager, Paging, Screen};
use smsql::{Error, Result};

use super::output::fixtures::Written;

/// A terminal that remembers.
#[derive(Default)]
struct Terminal {
    written: Written,
    said: Mutex<Vec<String>>,
    is_file: bool,
}

impl Terminal {
    fn screen(&self) -> String {
        String::from_utf8(self.written.0.lock().unwrap().clone()).unwrap()
    }
}

impl Console for Terminal {
    fn is_interactive(&self) -> bool {
        true
    }

    fn output_is_terminal(&self) -> bool {
        !self.is_file
    }

    fn output(&self) -> Box<dyn Write + Send> {
        Box::new(self.written.clone())
    }

    fn rendering(&self, time_zone: Tz) -> RenderOptions {
        RenderOptions { terminal: true, width: Some(20), time_zone, ..RenderOptions::default() }
    }

    fn messages_are_watched(&self) -> bool {
        true
    }

    fn is_styled(&self) -> bool {
        false
    }

    fn text(&self, text: &str) -> Result<()> {
        self.output().write_all(text.as_bytes()).map_err(|error| Error::storage("writing", error))
    }

    fn note(&self, text: &str) {
        self.said.lock().unwrap().push(text.to_owned());
    }

    fn error(&self, error: &Error) {
        self.said.lock().unwrap().push(error.to_string());
    }
}

const SCREEN: Screen = Screen { width: 20, height: 5 };

/// A pager that keeps what it reads in a file.
fn keeps(file: &Path) -> Option<Pager> {
    Pager::of_command(&format!("sh -c 'cat > {}'", file.display())).unwrap()
}

/// Writes the pieces; gives what was on the screen and what was in the pager.
fn paged(paging: Paging, pieces: &[&str]) -> (String, Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("read");
    let terminal = Terminal::default();
    let paged = Paged::new(&terminal, paging, keeps(&file), Some(SCREEN));
    let mut out = paged.output();
    for piece in pieces {
        match *piece {
            "FLUSH" => out.flush().unwrap(),
            piece => out.write_all(piece.as_bytes()).unwrap(),
        }
    }
    paged.finish().unwrap();
    assert!(terminal.said.lock().unwrap().is_empty());
    (terminal.screen(), std::fs::read_to_string(file).ok())
}

#[test]
fn what_fits_the_screen_is_written_there() {
    let fits = ["1\n2\n", "3\n", "4\n"];
    assert_eq!(paged(Paging::Auto, &fits), ("1\n2\n3\n4\n".to_owned(), None));
    // One more line and the next prompt would push the first one out.
    let long = ["1\n2\n", "3\n", "4\n5\n", "6\n"];
    assert_eq!(paged(Paging::Auto, &long), (String::new(), Some("1\n2\n3\n4\n5\n6\n".to_owned())));
    assert_eq!(paged(Paging::Off, &long), ("1\n2\n3\n4\n5\n6\n".to_owned(), None));
    assert_eq!(paged(Paging::On, &fits), (String::new(), Some("1\n2\n3\n4\n".to_owned())));
    assert_eq!(paged(Paging::Auto, &[]), (String::new(), None));
    assert_eq!(paged(Paging::On, &[]), (String::new(), None));
}

#[test]
fn a_line_that_wraps_counts_as_the_lines_it_takes() {
    // This pager does not scroll sideways, so a wide line alone is no reason.
    let wide = "x".repeat(21) + "\n";
    assert_eq!(paged(Paging::Auto, &[&wide, "2\n", "3\n"]), (format!("{wide}2\n3\n") + "", None));
    assert!(paged(Paging::Auto, &[&wide, "2\n", "3\n", "4\n"]).1.is_some());
    // Twenty columns of three bytes each, and escapes that take none.
    let full = "你".repeat(10) + "\n" + "\x1b[1mbold and twenty wide\x1b[0m\n";
    assert_eq!(paged(Paging::Auto, &[&full, "3\n4\n"]).1, None);
}

#[test]
fn a_wide_line_starts_a_pager_that_scrolls_sideways() {
    let folder = tempfile::tempdir().unwrap();
    let (less, read) = (folder.path().join("less"), folder.path().join("read"));
    std::fs::write(&less, format!("#!/bin/sh\ncat > {}\n", read.display())).unwrap();
    std::fs::set_permissions(&less, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let pager = || Pager::of_command(&format!("{} -S", less.display())).unwrap();
    for (line, starts) in [("x".repeat(20), false), ("x".repeat(21), true), ("你".repeat(11), true)] {
        let terminal = Terminal::default();
        let paged = Paged::new(&terminal, Paging::Auto, pager(), Some(SCREEN));
        assert!(paged.rendering(Tz::UTC).scrolls_sideways);
        paged.text(&format!("{line}\n")).unwrap();
        assert_eq!(paged.is_paging(), starts);
        paged.finish().unwrap();
        assert_eq!(terminal.screen().is_empty(), starts, "{line}");
    }
    assert_eq!(std::fs::read_to_string(read).unwrap(), "你".repeat(11) + "\n");
    for paging in [Paging::Auto, Paging::On] {
        let file = Terminal { is_file: true, ..Terminal::default() };
        let paged = Paged::new(&file, paging, pager(), Some(SCREEN));
        assert!(!paged.rendering(Tz::UTC).scrolls_sideways);
        paged.text(&"x\n".repeat(100)).unwrap();
        assert_eq!(file.screen().len(), 200, "only what a person sees is paged");
    }
}

#[test]
fn what_is_shown_early_is_in_the_pager_too() {
    assert_eq!(paged(Paging::Auto, &["1\n", "FLUSH", "2\n", "FLUSH", "FLUSH"]).0, "1\n2\n");
    let (screen, read) = paged(Paging::Auto, &["1\n", "FLUSH", "2\n3\n4\n5\n"]);
    assert_eq!((screen.as_str(), read.as_deref()), ("1\n", Some("1\n2\n3\n4\n5\n")));
}

#[test]
fn a_reader_who_leaves_ends_the_statement_quietly() {
    let terminal = Terminal::default();
    let pager = Pager::of_command("sh -c 'head -n 1 > /dev/null'").unwrap();
    let paged = Paged::new(&terminal, Paging::Auto, pager, Some(SCREEN));
    let line = "a line of the result\n".repeat(1000);
    let mut written = 0_usize;
    // No end of rows: only the reader ends this.
    let error = loop {
        match paged.text(&line) {
            Ok(()) => written += line.len(),
            Err(error) => break error,
        }
    };
    assert!(is_broken_pipe(&error), "{error}");
    assert!(written < 10 << 20, "{written} bytes were taken from who had left");
    assert!(!paged.is_paging());
    assert!(is_broken_pipe(&paged.text("more").unwrap_err()));
    paged.finish().unwrap();
    assert_eq!(terminal.screen(), "");
}

#[test]
fn a_reader_who_leaves_while_nothing_comes_is_noticed() {
    let terminal = Terminal::default();
    let paged = Paged::new(&terminal, Paging::On, Pager::of_command("true").unwrap(), Some(SCREEN));
    let _ = paged.text("1\n");
    for _ in 0..500 {
        if !paged.is_paging() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("the pager has ended, and nobody noticed");
}

#[test]
fn nobody_writes_while_the_screen_is_the_pagers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("read");
    let terminal = Terminal::default();
    let paged = Paged::new(&terminal, Paging::On, keeps(&file), Some(SCREEN));
    paged.note("before");
    assert!(paged.messages_are_watched());
    paged.text("1\n").unwrap();
    assert!(paged.is_paging());
    assert!(!paged.messages_are_watched());
    paged.note("while");
    assert_eq!(*terminal.said.lock().unwrap(), ["before"]);
    paged.error(&Error::Cancelled);
    assert_eq!(*terminal.said.lock().unwrap(), ["before", "while", "cancelled"]);
    assert!(!paged.is_paging());
    assert_eq!(std::fs::read_to_string(file).unwrap(), "1\n");
}

#[test]
fn without_its_pager_a_result_is_written_as_it_is() {
    let terminal = Terminal::default();
    let pager = Pager::of_command("no-such-pager --here").unwrap();
    let paged = Paged::new(&terminal, Paging::Auto, pager, Some(SCREEN));
    let text = "1\n2\n3\n4\n5\n6\n";
    paged.text(text).unwrap();
    paged.text("7\n").unwrap();
    paged.finish().unwrap();
    assert_eq!(terminal.screen(), format!("{text}7\n"));
    let said = terminal.said.lock().unwrap();
    assert!(said[0].starts_with("cannot start the pager `no-such-pager`: "), "{said:?}");
    assert!(said[0].ends_with("; \\pager off does without"), "{said:?}");
    assert_eq!(said.len(), 1);
}

#[test]
fn a_result_of_any_size_is_held_a_screen_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("count");
    let terminal = Arc::new(Terminal::default());
    let pager = Pager::of_command(&format!("sh -c 'wc -c > {}'", file.display())).unwrap();
    let paged = Paged::new(&*terminal, Paging::Auto, pager, Some(SCREEN));
    let piece = "0123456789abcdefghi\n".repeat(5_000);
    for _ in 0..300 {
        paged.text(&piece).unwrap();
    }
    paged.finish().unwrap();
    assert_eq!(std::fs::read_to_string(file).unwrap().trim(), "30000000");
    assert_eq!(terminal.screen(), "");
}
