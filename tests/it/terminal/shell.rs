//! The shell, as somebody at a terminal has it.

mod commands;
mod interrupts;
mod lines;
mod menus;
mod pagers;
mod strangers;
mod trial;

use std::ops::{Deref, DerefMut};

use vt100::Screen;

use super::harness::{Setup, Terminal};
use super::keys::Key;
use crate::workspace::Workspace;

/// What every prompt begins with: `smsql> `, or `smsql (as of 17)> ` where the past is read.
const PROMPTS: [&str; 2] = ["smsql>", "smsql ("];

/// A shell that waits for a line.
pub(super) struct Shell(Terminal);

impl Deref for Shell {
    type Target = Terminal;

    fn deref(&self) -> &Terminal {
        &self.0
    }
}

impl DerefMut for Shell {
    fn deref_mut(&mut self) -> &mut Terminal {
        &mut self.0
    }
}

/// The prompt that a line begins with.
fn prompt_of(line: &str) -> Option<&str> {
    PROMPTS.iter().any(|start| line.starts_with(start)).then(|| line.split_inclusive('>').next()).flatten()
}

/// How many prompts there have been.
fn prompts(text: &str) -> usize {
    text.lines().filter(|line| prompt_of(line).is_some()).count()
}

/// The line the cursor is in.
fn line_at_cursor(screen: &Screen) -> String {
    let row = usize::from(screen.cursor_position().0);
    screen.rows(0, screen.size().1.get()).nth(row).unwrap_or_default().trim_end().to_owned()
}

impl Shell {
    /// On the store of a workspace, with a pager that waits for nobody.
    #[track_caller]
    pub(super) fn open(work: &Workspace) -> Self {
        Self::with(Setup::new(work).env("PAGER", "cat"))
    }

    /// On a terminal that is set up otherwise.
    #[track_caller]
    pub(super) fn with(setup: Setup<'_>) -> Self {
        let shell = Self(setup.smsql(&[]));
        shell.wait_for_prompt(1);
        shell
    }

    /// How many prompts there have been so far.
    pub(super) fn prompts(&self) -> usize {
        prompts(&self.scrollback())
    }

    /// Waits until there have been so many prompts, and nothing stands behind the last.
    #[track_caller]
    pub(super) fn wait_for_prompt(&self, count: usize) {
        self.wait_for_all(&format!("prompt number {count}"), |text, screen| {
            let line = line_at_cursor(screen);
            let is_empty = prompt_of(&line) == Some(&line) && usize::from(screen.cursor_position().1) == line.len() + 1;
            is_empty && prompts(text) >= count
        });
    }

    /// Waits until the line that is being typed is this one.
    #[track_caller]
    pub(super) fn wait_for_line(&self, line: &str) {
        let line = format!("{} {line}", PROMPTS[0]);
        self.wait_for(&format!("the line `{line}`"), |screen| line_at_cursor(screen) == line);
    }

    /// Types a line and waits for what comes of it: all from that line on, and before the next prompt.
    #[track_caller]
    pub(super) fn ask(&self, line: &str) -> String {
        let before = self.prompts();
        self.type_keys(line);
        self.press(Key::Enter);
        self.answer(before)
    }

    /// Waits for a prompt after so many: all from the last of these on.
    #[track_caller]
    pub(super) fn answer(&self, before: usize) -> String {
        self.wait_for_prompt(before + 1);
        let text = self.scrollback();
        let lines: Vec<&str> = text.lines().collect();
        let prompts: Vec<usize> = (0..lines.len()).filter(|at| prompt_of(lines[*at]).is_some()).collect();
        let (start, end) = (prompts[before - 1], prompts[prompts.len() - 1]);
        lines[start..end].join("\n")
    }

    /// Leaves the shell, which must end well and leave the terminal as it was.
    #[track_caller]
    pub(super) fn leave(mut self) {
        self.press(Key::Ctrl('d'));
        assert_eq!(self.0.exit_code(), 0, "{}", self.screen());
        self.assert_sane();
    }
}
