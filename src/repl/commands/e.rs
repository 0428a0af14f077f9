//! `\e`: opens the editor.

use std::path::Path;

use super::{Command, Flow, at_most_one};
use crate::Result;
use crate::repl::complete::ArgumentKind;
use crate::repl::external_editor::edit;
use crate::repl::script::read_file;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "e",
    aliases: &["edit"],
    arguments: "[FILE]",
    completes: &[ArgumentKind::Path],
    summary: "Edit the last statement, or a copy of a file, in $EDITOR",
    details: "What the editor leaves is the next line, to be looked at and run with Enter. Ctrl-O does the same with the \
              line that is being typed.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let text = match at_most_one(&COMMAND, arguments)? {
        Some(path) => read_file(Path::new(&path))?.1,
        None => shell.statement.as_ref().map_or_else(String::new, |statement| format!("{};", statement.text())),
    };
    Ok(Flow::Edit(edit(&text)?))
}
