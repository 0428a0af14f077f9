//! The line editor and the loop around it.

use std::sync::Arc;

use reedline::{EditCommand, Reedline, Signal};
use tempfile::TempDir;

use super::commands::Flow;
use super::complete::{SharedKnowledge, ShellCompleter};
use super::highlight::ShellHighlighter;
use super::hint::ShellHinter;
use super::menu::menus;
use super::prompt::ShellPrompt;
use super::shell::{Shell, TYPED};
use super::validate::InputValidator;
use super::{Config, Console, external_editor, history, keys, knowing, plain};
use crate::{Error, Result};

/// Opens the shell and reads lines until it is left.
///
/// # Errors
/// Where the store cannot be opened. What fails later is told, and the shell goes on.
pub async fn run(console: &dyn Console, config: Config) -> Result<()> {
    let mut shell = Shell::open(console, config).await?;
    if !console.output_is_terminal() || !console.messages_are_watched() {
        return plain::read(&mut shell).await;
    }
    let knowledge = knowing::new();
    let folder = tempfile::tempdir().map_err(|error| Error::storage("cannot make a temporary folder", error))?;
    let mut editor = assemble(&shell, &knowledge, &folder);
    console.note(&shell.greeting());
    let (mut known, mut made_for) = (None, shell.settings().shell.clone());
    loop {
        if made_for.editing != shell.settings().shell.editing {
            // The history is one of the things that it takes along, so it is written before it is read again.
            let _ = editor.sync_history();
            editor = assemble(&shell, &knowledge, &folder);
            made_for = shell.settings().shell.clone();
        }
        known = knowing::update(&knowledge, &shell, known);
        let prompt = ShellPrompt::new(shell.settings().as_of.as_deref());
        let line = match editor.read_line(&prompt) {
            Ok(Signal::Success(line)) => line,
            Ok(Signal::CtrlD) => break,
            Ok(_) => continue,
            Err(error) => return Err(Error::storage("cannot read from the terminal", error)),
        };
        match shell.input(TYPED, &line).await {
            Flow::Next | Flow::Failed => {}
            Flow::Edit(text) => editor.run_edit_commands(&[EditCommand::InsertString(text)]),
            Flow::Quit => break,
        }
    }
    if let Err(error) = editor.sync_history() {
        console.note(&format!("the history could not be written: {error}"));
    }
    Ok(())
}

fn assemble(shell: &Shell<'_>, knowledge: &SharedKnowledge, folder: &TempDir) -> Reedline {
    let (is_styled, settings) = (shell.console.is_styled(), &shell.settings().shell);
    let mut editor = Reedline::create()
        .with_ansi_colors(is_styled)
        .use_bracketed_paste(shell.console.output_is_terminal())
        .with_edit_mode(keys::edit_mode(settings.editing))
        .with_validator(Box::new(InputValidator))
        .with_highlighter(Box::new(ShellHighlighter::new(Arc::clone(knowledge), is_styled)))
        .with_hinter(Box::new(ShellHinter::default()))
        .with_completer(Box::new(ShellCompleter::new(Arc::clone(knowledge))))
        .with_quick_completions(true)
        .with_partial_completions(true);
    for menu in menus("> ", is_styled) {
        editor = editor.with_menu(menu);
    }
    if let Ok(command) = external_editor::command() {
        editor = editor.with_buffer_editor(command, folder.path().join("statement.sql"));
    }
    let path = history::default_path().filter(|_| settings.history);
    match path.map(|path| history::open(&path)) {
        Some(Ok(history)) => editor = editor.with_history(history),
        Some(Err(error)) => shell.console.note(&format!("{error}; there is no history")),
        None => {}
    }
    editor
}
