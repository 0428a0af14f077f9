//! `\h`: what a function does.

use super::{Command, Flow, at_most_one, help, usage};
use crate::Result;
use crate::repl::complete::ArgumentKind;
use crate::repl::describing;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "h",
    aliases: &[],
    arguments: "FUNCTION",
    completes: &[ArgumentKind::Function],
    summary: "Explain a function: how it is called, what it gives, an example",
    details: "",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

/// How wide the text is where nobody says how wide the screen is.
const WIDTH_DEFAULT: usize = 100;

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let name = at_most_one(&COMMAND, arguments)?.ok_or_else(|| usage(&COMMAND, "which function?"))?;
    // Words lose their backslashes.
    if arguments.starts_with('\\') {
        return help::explain_to(shell, &name);
    }
    let width = shell.width().unwrap_or(WIDTH_DEFAULT);
    let description = shell.description().await?;
    shell.say(&describing::help(&description, &name, width)?)?;
    Ok(Flow::Next)
}
