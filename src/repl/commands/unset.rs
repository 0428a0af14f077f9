//! `\unset`: takes the value of a parameter back.

use super::{Command, Flow, at_most_one, usage};
use crate::repl::complete::ArgumentKind;
use crate::repl::shell::Shell;
use crate::{Error, Result};

pub(super) const COMMAND: Command = Command {
    name: "unset",
    aliases: &[],
    arguments: "NAME",
    completes: &[ArgumentKind::ParameterName],
    summary: "Take the value of the parameter $NAME back",
    details: "",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let name = at_most_one(&COMMAND, arguments)?.ok_or_else(|| usage(&COMMAND, "which parameter?"))?;
    let before = shell.parameters.len();
    shell.parameters.retain(|parameter| parameter.written().0 != name);
    if shell.parameters.len() == before {
        return Err(Error::not_found("parameter", &name, shell.parameters.iter().map(|p| p.written().0)));
    }
    Ok(Flow::Next)
}
