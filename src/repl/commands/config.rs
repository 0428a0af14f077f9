//! `\config`: the settings in force.

use arrow::array::AsArray;

use super::{Command, Flow, usage, words};
use crate::repl::complete::ArgumentKind;
use crate::repl::config::DEFINITIONS;
use crate::repl::shell::Shell;
use crate::{Error, Result};

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
    arguments: "[SETTING [VALUE]]",
    completes: &[ArgumentKind::Words(&KEYS), ArgumentKind::Nothing],
    summary: "List the settings and where each was said, or one of them, or change it for this shell",
    details: "Another store is opened with `\\config store DIR|URL`. What is to last stands in the configuration file.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    match words(&COMMAND, arguments)?.as_slice() {
        [] => shell.show_list(&shell.config.rows()?).await?,
        [key] => {
            let rows = shell.config.rows()?;
            let keys = rows.column(0).as_string::<i32>();
            let Some(at) = keys.iter().position(|known| known == Some(key)) else {
                return Err(Error::not_found("setting", key, keys.iter().flatten()));
            };
            shell.show_list(&rows.slice(at, 1)).await?;
        }
        [key, value] => {
            let mut config = shell.config.clone();
            config.set(key, value)?;
            shell.reopen(config).await?;
            shell.console.note(&format!("{key} is {value}"));
        }
        _ => return Err(usage(&COMMAND, "a value with blanks stands in quotes")),
    }
    Ok(Flow::Next)
}
