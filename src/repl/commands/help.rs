//! `\?`: the commands.

use std::fmt::Write;

use super::{COMMANDS, Command, Flow, at_most_one, find};
use crate::Result;
use crate::repl::complete::ArgumentKind;
use crate::repl::describing::wrap;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "?",
    aliases: &["help"],
    arguments: "[COMMAND]",
    completes: &[ArgumentKind::Command],
    summary: "List the commands, or explain one",
    details: "",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

const KEYS: &str = "
Tab completes, Ctrl-R searches the history, Ctrl-C stops a statement, Ctrl-O edits the line in $EDITOR.
A statement ends in ; and may have several lines. A line that begins with a blank stays out of the history.
";

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let text = match at_most_one(&COMMAND, arguments)? {
        None => list() + KEYS,
        Some(name) => return explain_to(shell, &name),
    };
    shell.console.text(&text)?;
    Ok(Flow::Next)
}

/// Says what a command does.
pub(super) fn explain_to(shell: &Shell<'_>, name: &str) -> Result<Flow> {
    let text = explain(find(name.trim_start_matches('\\'))?);
    let width = shell.width().unwrap_or(usize::MAX);
    for line in text.lines().flat_map(|line| wrap(line, width)) {
        shell.console.text(&format!("{line}\n"))?;
    }
    Ok(Flow::Next)
}

/// How a command is typed.
fn usage(command: &Command) -> String {
    format!("\\{} {}", command.name, command.arguments).trim_end().to_owned()
}

fn list() -> String {
    let usages: Vec<String> = COMMANDS.iter().map(|command| usage(command)).collect();
    let width = usages.iter().map(String::len).max().unwrap_or_default();
    usages.iter().zip(COMMANDS).fold(String::new(), |mut text, (usage, command)| {
        let _ = writeln!(text, "{usage:width$}  {}", command.summary);
        text
    })
}

fn explain(command: &Command) -> String {
    let mut text = format!("{}\n{}\n", usage(command), command.summary);
    if !command.details.is_empty() {
        let _ = writeln!(text, "{}", command.details);
    }
    if !command.aliases.is_empty() {
        let aliases: Vec<String> = command.aliases.iter().map(|alias| format!("\\{alias}")).collect();
        let _ = writeln!(text, "Also: {}", aliases.join(", "));
    }
    text
}
