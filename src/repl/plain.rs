//! The shell where results or messages go to a file and only the keys come from a terminal. An editor draws on standard
//! error and asks for the cursor through standard output: it would write into the file, and nobody would see the line.

use std::io::{self, Write};

use super::commands::Flow;
use super::input::{Part, parts};
use super::shell::{Shell, TYPED};
use crate::limits::STATEMENT_BYTES_MAX;
use crate::{Error, Result};

/// Reads lines, until the end of the input or `\q`.
pub(super) async fn read(shell: &mut Shell<'_>) -> Result<()> {
    shell.console.note(&shell.greeting());
    let mut text = String::new();
    loop {
        prompt(shell, if text.is_empty() { "smsql> " } else { "  ...> " });
        let before = text.len();
        let read = io::stdin().read_line(&mut text);
        let is_end = read.map_err(|error| Error::storage("cannot read from the terminal", error))? == 0;
        if is_end && before == 0 {
            return Ok(());
        }
        if !is_end && text.len() <= STATEMENT_BYTES_MAX && is_open(&text) {
            continue;
        }
        match shell.input(TYPED, &std::mem::take(&mut text)).await {
            Flow::Next | Flow::Failed => {}
            Flow::Edit(_) => shell.console.note("nothing can be edited here: what it would be shown on is a file"),
            Flow::Quit => return Ok(()),
        }
    }
}

/// Whether a statement goes on in the next line.
fn is_open(text: &str) -> bool {
    parts(text).last().is_some_and(|part| matches!(part, Part::Statement { is_complete: false, .. }))
}

/// Asks for a line on the terminal. Where that cannot be written, nobody reads it.
fn prompt(shell: &Shell<'_>, text: &str) {
    if shell.console.messages_are_watched() {
        return shell.console.note(text.trim_end());
    }
    let mut out = shell.console.output();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
