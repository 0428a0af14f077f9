//! `\pager`: to come.

use super::{Command, Flow};
use crate::Result;
use crate::repl::complete::ON_OFF_AUTO;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "pager",
    aliases: &[],
    arguments: "",
    completes: &[ON_OFF_AUTO],
    summary: "to come",
    details: "",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(_: &mut Shell<'_>, _: &str) -> Result<Flow> {
    Ok(Flow::Next)
}
