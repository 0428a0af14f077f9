//! `\pager`: whether long results go through a pager.

use super::{Command, Flow, at_most_one};
use crate::Result;
use crate::repl::complete::ON_OFF_AUTO;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "pager",
    aliases: &[],
    arguments: "[on|off|auto]",
    completes: &[ON_OFF_AUTO],
    summary: "Send results through $PAGER: always, never, or where they do not fit the screen",
    details: "The pager is $PAGER, else less.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    if let Some(when) = at_most_one(&COMMAND, arguments)? {
        shell.config.set("pager", &when)?;
    }
    let when = shell.config.value("pager");
    shell.console.note(&format!("pager is {when}"));
    Ok(Flow::Next)
}
