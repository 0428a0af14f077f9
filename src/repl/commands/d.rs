//! `\d`: the tables, or the columns of one.

use super::{Command, Flow, at_most_one};
use crate::Result;
use crate::repl::complete::ArgumentKind;
use crate::repl::describing;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "d",
    aliases: &["dt", "dv", "d+"],
    arguments: "[NAME|PATTERN]",
    completes: &[ArgumentKind::Table],
    summary: "List tables and views, or the columns of one with what they mean",
    details: "In a pattern * stands for any characters and ? for one. \\d+ shows the SELECT of a view as well.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let (with_sql, arguments) = match arguments.strip_prefix('+') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, arguments),
    };
    let name = at_most_one(&COMMAND, arguments)?;
    let description = shell.description().await?;
    let Some(name) = name.filter(|name| !describing::is_pattern(name)) else {
        let pattern = at_most_one(&COMMAND, arguments)?;
        shell.show_list(&describing::tables(&description, pattern.as_deref())?).await?;
        return Ok(Flow::Next);
    };
    let table = describing::table(&description, &name)?;
    shell.say(&describing::heading(table))?;
    shell.show_list(&describing::columns(table)?).await?;
    if let (true, Some(sql)) = (with_sql, describing::definition(table)) {
        shell.say(&sql)?;
    }
    Ok(Flow::Next)
}
