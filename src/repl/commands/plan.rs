//! `\plan`: what a statement does, and what it costs.

use super::{Command, Flow, usage};
use crate::Result;
use crate::repl::complete::ArgumentKind;
use crate::repl::plan::{PlanOptions, render};
use crate::repl::shell::Shell;
use crate::session::{Statement, split};

pub(super) const COMMAND: Command = Command {
    name: "plan",
    aliases: &[],
    arguments: "[STATEMENT]",
    completes: &[ArgumentKind::Sql],
    summary: "Run the last statement, or this one, and show what each operator of its plan took",
    details: "Its rows are not shown. Times are those of all cores together, without what an operator reads from.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let mut given = split("<shell>", arguments)?;
    if given.len() > 1 {
        return Err(usage(&COMMAND, "it takes one statement"));
    }
    let statement: Statement = match given.pop() {
        Some(statement) => statement,
        None => shell.statement.clone().ok_or_else(|| usage(&COMMAND, "no statement has been run yet"))?,
    };
    shell.refresh().await?;
    let parameters = shell.parameters_of(&statement)?;
    let profile = shell.profile(&statement, &parameters).await?;
    let rendering = shell.console.rendering(shell.settings().tz);
    shell.say(&render(&profile, PlanOptions { width: rendering.width, styled: rendering.styled }))?;
    Ok(Flow::Next)
}
