//! The end of a line as it was typed before, behind the cursor.

use nu_ansi_term::{Color, Style};
use reedline::{DefaultHinter, Hinter, History};

use crate::output::sanitize::sanitize;

/// Hints from the history. What was pasted once is not obeyed when it is shown again.
#[derive(Default)]
pub struct ShellHinter {
    history: DefaultHinter,
}

impl std::fmt::Debug for ShellHinter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShellHinter").finish_non_exhaustive()
    }
}

impl Hinter for ShellHinter {
    fn handle(&mut self, line: &str, pos: usize, history: &dyn History, use_ansi_coloring: bool, cwd: &str) -> String {
        // The end of a line says nothing in the middle of it. Asked anyway, so that no hint from before can be taken.
        let line = if pos < line.len() { "" } else { line };
        let hint = self.history.handle(line, pos, history, false, cwd);
        let shown: Vec<String> = hint.split('\n').map(|line| sanitize(line).into_owned()).collect();
        let shown = shown.join("\n");
        let style = if use_ansi_coloring { Color::DarkGray.normal() } else { Style::new() };
        if shown.is_empty() { shown } else { style.paint(shown).to_string() }
    }

    fn complete_hint(&self) -> String {
        self.history.complete_hint()
    }

    fn next_hint_token(&self) -> String {
        self.history.next_hint_token()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use reedline::{FileBackedHistory, HistoryItem};

    use super::*;

    #[test]
    fn a_hint_is_the_end_of_the_newest_line_that_begins_so() {
        let mut history = FileBackedHistory::new(10).unwrap();
        history.save(HistoryItem::from_command_line("SELECT 1;")).unwrap();
        history.save(HistoryItem::from_command_line("SELECT '\u{1b}[2J'\nFROM x;")).unwrap();
        let mut hinter = ShellHinter::default();
        assert_eq!(hinter.handle("SELECT ", 7, &history, false, ""), "'\\x1B[2J'\nFROM x;");
        assert_eq!(hinter.complete_hint(), "'\u{1b}[2J'\nFROM x;");
        assert_eq!(hinter.handle("SELECT 1", 8, &history, false, ""), ";");
        for (line, cursor) in [("", 0), ("SELECT 1", 3), ("nothing", 7)] {
            assert_eq!(hinter.handle(line, cursor, &history, false, ""), "", "{line}");
            assert_eq!(hinter.complete_hint(), "");
        }
    }
}
