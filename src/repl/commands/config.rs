//! `\config`: the settings in force.

use super::{Command, Flow, usage, words};
use crate::Result;
use crate::repl::complete::ArgumentKind;
use crate::repl::config::DEFINITIONS;
use crate::repl::shell::Shell;

/// The names of the settings.
const KEYS: [&str; DEFINITIONS.len()] = {
    let mut keys = [""; DEFINITIONS.len()];
    let mut at = 0;
    while at < keys.len() {
        keys[at] = DEFINITIONS[at].key;
        at += 1;
    }
    keys
};

pub(super) const COMMAND: Command = Command {
    name: "config",
    aliases: &[],
    arguments: "[SETTING VALUE]",
    completes: &[ArgumentKind::Words(&KEYS), ArgumentKind::Nothing],
    summary: "List the settings and where each was said, or change one for this shell",
    details: "Another store is opened with `\\config store DIR|URL`. What is to last stands in the configuration file.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    match words(&COMMAND, arguments)?.as_slice() {
        [] => shell.show_list(&shell.config.rows()?)?,
        [key, value] => {
            let mut config = shell.config.clone();
            config.set(key, value)?;
            shell.reopen(config).await?;
            shell.console.note(&format!("{key} is {value}"));
        }
        _ => return Err(usage(&COMMAND, "a setting and a value are two words")),
    }
    Ok(Flow::Next)
}
