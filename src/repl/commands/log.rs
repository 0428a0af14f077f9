//! `\log`: what landed when.

use super::{Command, Flow, at_most_one, usage};
use crate::Result;
use crate::repl::landings;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "log",
    aliases: &[],
    arguments: "[N]",
    completes: &[],
    summary: "Show the newest landings, 20 or N of them",
    details: "",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

/// How many are shown where nothing is said.
const LANDINGS_SHOWN: u32 = 20;

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let limit = match at_most_one(&COMMAND, arguments)? {
        None => LANDINGS_SHOWN,
        Some(text) => text.parse().map_err(|_| usage(&COMMAND, &format!("`{text}` is no number")))?,
    };
    shell.refresh().await?;
    let (session, tz) = (shell.session.clone(), shell.settings().tz);
    shell.show(landings::newest(&session, Some(limit), tz)).await?;
    Ok(Flow::Next)
}
