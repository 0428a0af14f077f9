//! The line editor and the loop around it.

use std::sync::Arc;

use reedline::{EditCommand, Reedline, Signal};

use super::commands::Flow;
use super::complete::{SharedKnowledge, ShellCompleter};
use super::prompt::ShellPrompt;
use super::shell::Shell;
use super::validate::InputValidator;
use super::{Config, Console};
use super::{history, knowing};
use crate::{Error, Result};

/// Opens the shell and reads lines until it is left.
///
/// # Errors
/// Where the store cannot be opened. What fails later is told, and the shell goes on.
pub async fn run(console: &dyn Console, config: Config) -> Result<()> {
    let mut shell = Shell::open(console, config).await?;
    // From the first time somebody listens, the signal no longer ends the process: here it ends a statement.
    tokio::spawn(async { drop(tokio::signal::ctrl_c().await) });
    let knowledge = knowing::new();
    let mut editor = assemble(&shell, &knowledge);
    console.note(&shell.greeting());
    let mut known = None;
    loop {
        known = knowing::update(&knowledge, &shell, known);
        let prompt = ShellPrompt::new(shell.settings().as_of.as_deref());
        let line = match editor.read_line(&prompt) {
            Ok(Signal::Success(line)) => line,
            Ok(Signal::CtrlD) => break,
            Ok(_) => continue,
            Err(error) => return Err(Error::storage("cannot read from the terminal", error)),
        };
        match shell.input("<shell>", &line).await {
            Flow::Next | Flow::Failed => {}
            Flow::Edit(text) => editor.run_edit_commands(&[EditCommand::InsertString(text)]),
            Flow::Quit => break,
        }
    }
    let _ = editor.sync_history();
    Ok(())
}

fn assemble(shell: &Shell<'_>, knowledge: &SharedKnowledge) -> Reedline {
    let mut editor = Reedline::create()
        .with_completer(Box::new(ShellCompleter::new(Arc::clone(knowledge))))
        .with_validator(Box::new(InputValidator))
        .with_ansi_colors(shell.console.is_styled())
        .use_bracketed_paste(shell.console.output_is_terminal());
    match history::default_path().map(|path| history::open(&path)) {
        Some(Ok(history)) => editor = editor.with_history(history),
        Some(Err(error)) => shell.console.note(&format!("{error}; there is no history")),
        None => {}
    }
    editor
}
