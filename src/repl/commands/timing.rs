//! `\timing`: whether each statement says how long it took.

use super::{Command, Flow, on_off, switch};
use crate::Result;
use crate::repl::complete::ON_OFF;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "timing",
    aliases: &[],
    arguments: "[on|off]",
    completes: &[ON_OFF],
    summary: "Say how long each statement took, or stop saying it",
    details: "",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let timing = on_off(switch(&COMMAND, arguments, shell.settings().shell.timing)?);
    shell.config.set("timing", timing)?;
    shell.console.note(&format!("timing is {timing}"));
    Ok(Flow::Next)
}
