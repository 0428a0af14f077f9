//! `\format`: the format of results on screen.

use super::{Command, Flow, at_most_one, format_named, usage};
use crate::Result;
use crate::repl::complete::ArgumentKind;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "format",
    aliases: &[],
    arguments: "[FORMAT]",
    completes: &[ArgumentKind::Format],
    summary: "Show results as table, csv, tsv, json, ndjson, markdown or html",
    details: "Without an argument it says which one it is. \\o writes the other formats to files.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    if let Some(name) = at_most_one(&COMMAND, arguments)? {
        let format = format_named(&name)?;
        if !format.is_text() {
            return Err(usage(&COMMAND, &format!("{format} is not text; write it to a file with \\o")));
        }
        shell.config.set("format", format.name())?;
    }
    shell.console.note(&format!("results are shown as {}", shell.settings().format));
    Ok(Flow::Next)
}
