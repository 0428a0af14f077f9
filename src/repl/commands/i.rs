//! `\i`: runs a file.

use std::path::Path;

use super::{Command, Flow, at_most_one, usage};
use crate::limits::INCLUDED_FILES_MAX;
use crate::repl::complete::ArgumentKind;
use crate::repl::script::read_file;
use crate::repl::shell::Shell;
use crate::{Error, Result};

pub(super) const COMMAND: Command = Command {
    name: "i",
    aliases: &["include"],
    arguments: "FILE",
    completes: &[ArgumentKind::Path],
    summary: "Run a file of SQL and \\commands",
    details: "The first statement that fails ends it.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let path = at_most_one(&COMMAND, arguments)?.ok_or_else(|| usage(&COMMAND, "which file?"))?;
    if shell.depth == INCLUDED_FILES_MAX {
        let message = format!("{path} would be read inside {INCLUDED_FILES_MAX} other files");
        return Err(Error::Limit { limit: "INCLUDED_FILES_MAX", message });
    }
    let (name, text) = read_file(Path::new(&path))?;
    shell.depth += 1;
    let done = shell.run_parts(&name, &text).await;
    shell.depth -= 1;
    done
}
