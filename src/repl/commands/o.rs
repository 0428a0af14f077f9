//! `\o`: writes the next result to a file.

use std::path::PathBuf;

use super::{Command, Flow, at_most_one};
use crate::Result;
use crate::repl::complete::ArgumentKind;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "o",
    aliases: &["once", "out"],
    arguments: "[FILE]",
    completes: &[ArgumentKind::Path],
    summary: "Write the next result or report to a file, in the format of its suffix",
    details: "The file appears when it is complete; one that is there is replaced. \\last after it writes the last result \
              once more. Without an argument the next result goes to the screen after all.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    shell.output = at_most_one(&COMMAND, arguments)?.map(PathBuf::from);
    shell.console.note(&match &shell.output {
        Some(path) => format!("the next result goes to {}", path.display()),
        None => "results go to the screen".to_owned(),
    });
    Ok(Flow::Next)
}
