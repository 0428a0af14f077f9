//! `\df`: the functions.

use super::{Command, Flow, at_most_one};
use crate::Result;
use crate::repl::complete::ArgumentKind;
use crate::repl::describing;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "df",
    aliases: &[],
    arguments: "[PATTERN]",
    completes: &[ArgumentKind::Function],
    summary: "List functions, smsql's own first",
    details: "In a pattern * stands for any characters and ? for one. \\h explains a function.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let pattern = at_most_one(&COMMAND, arguments)?;
    let description = shell.description().await?;
    shell.show_list(&describing::functions(&description, pattern.as_deref())?).await?;
    Ok(Flow::Next)
}
