//! `\last`: shows the last result again.

use super::{Command, Flow, at_most_one, format_named, usage};
use crate::Result;
use crate::repl::complete::ArgumentKind;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "last",
    aliases: &[],
    arguments: "[full|FORMAT]",
    completes: &[ArgumentKind::LastFormat, ArgumentKind::Nothing],
    summary: "Show the last result again: in another format, or with `full` without limits",
    details: "It is not computed again, unless it was larger than a gigabyte or not shown to its end. After \\o it goes to \
              the file.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let (format, full) = match at_most_one(&COMMAND, arguments)?.as_deref() {
        None => (None, false),
        Some("full") => (None, true),
        Some(name) => {
            let format = format_named(name)?;
            if shell.output.is_none() && !format.is_text() {
                return Err(usage(&COMMAND, &format!("{format} is not text; say where to write it with \\o")));
            }
            (Some(format), false)
        }
    };
    shell.show_last(format, full).await?;
    Ok(Flow::Next)
}
