//! Types the session of the README into the shell, on a terminal, and compares what it shows.
//!
//! A line behind `smsql> ` (or `smsql (as of ...)> `) is typed, `  ...> ` continues it, and the lines up to the next
//! prompt are what the shell shows. `...` stands for anything within a line.

use super::console::matches;
use super::{blocks, readme};
use crate::terminal::{Key, Setup};
use crate::workspace::Workspace;

/// What is typed behind a prompt, if a line has one.
fn typed(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("smsql")?;
    let rest = rest.strip_prefix(" (as of ").and_then(|rest| rest.split_once(')')).map_or(rest, |(_, rest)| rest);
    rest.strip_prefix("> ")
}

fn is_continued(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("...> ")
}

/// Whether nothing stands behind the prompt of a line on the screen, if it has one.
fn is_prompt(line: &str) -> Option<bool> {
    let line = format!("{} ", line.trim_end());
    let words = typed(&line).or_else(|| is_continued(&line))?;
    Some(words.trim().is_empty())
}

#[test]
fn the_session_shows_what_it_shows() {
    let readme = readme();
    let sessions = blocks(&readme, "smsql");
    assert!(!sessions.is_empty());
    for (line, session) in sessions {
        let work = Workspace::demo();
        let terminal = Setup::new(&work).size(100, 60).smsql(&[]);
        let mut shown = 0;
        for said in &session {
            let Some(words) = typed(said).or_else(|| is_continued(said)) else { continue };
            terminal.wait_for_all("an empty prompt", |text, screen| {
                let row = usize::from(screen.cursor_position().0);
                let line = screen.rows(0, screen.size().1.get()).nth(row).unwrap_or_default();
                is_prompt(&line) == Some(true) && text.lines().filter(|line| is_prompt(line).is_some()).count() > shown
            });
            shown += 1;
            terminal.type_keys(words);
            terminal.press(Key::Enter);
        }
        terminal.wait_for_text("the store at version 8");
        let text = terminal.scrollback();
        let printed: Vec<&str> = text.lines().map(str::trim_end).skip_while(|line| typed(line).is_none()).collect();
        let wanted: Vec<&str> = session.iter().map(|line| line.trim_end()).collect();
        assert!(
            matches(&wanted, &printed[..wanted.len().min(printed.len())]),
            "README.md:{line}:\n{}",
            printed.join("\n")
        );
    }
}
