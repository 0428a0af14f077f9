//! `\x`: whether tables show each row as a record.

use super::{Command, Flow, at_most_one};
use crate::Result;
use crate::repl::complete::ON_OFF_AUTO;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "x",
    aliases: &[],
    arguments: "[on|off|auto]",
    completes: &[ON_OFF_AUTO],
    summary: "Show each row as a record: always, never, or where the columns do not fit",
    details: "",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    if let Some(when) = at_most_one(&COMMAND, arguments)? {
        shell.config.set("expanded", &when)?;
    }
    let when = shell.config.value("expanded");
    shell.console.note(&format!("expanded is {when}"));
    Ok(Flow::Next)
}
