//! `\o`: writes the next result to a file.

use std::path::{Path, PathBuf};

use super::{Command, Flow, at_most_one};
use crate::output::Format;
use crate::repl::complete::ArgumentKind;
use crate::repl::shell::Shell;
use crate::{Error, Result};

pub(super) const COMMAND: Command = Command {
    name: "o",
    aliases: &["once", "out"],
    arguments: "[FILE]",
    completes: &[ArgumentKind::Path],
    summary: "Write the next result or report to a file, in the format of its suffix",
    details: "The file appears when it is complete; one that is there is replaced. \\last after it writes the last result \
              once more. Without an argument the next result goes to the screen after all.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let path = at_most_one(&COMMAND, arguments)?.map(PathBuf::from);
    if let Some(path) = &path {
        check(path)?;
    }
    shell.output = path;
    shell.console.note(&match &shell.output {
        Some(path) => format!("the next result goes to {}", path.display()),
        None => "results go to the screen".to_owned(),
    });
    Ok(Flow::Next)
}

/// What would fail after the next statement has run is refused before.
fn check(path: &Path) -> Result<()> {
    if Format::from_path(&path.to_string_lossy()).is_none() {
        let suffixes = Format::ALL.map(|format| format!(".{}", format.suffix())).join(", ");
        let message =
            format!("the name `{}` does not tell the format: it must end in one of {suffixes}", path.display());
        return Err(Error::Usage(message));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder.filter(|folder| !folder.is_dir()) {
        Some(folder) => Err(Error::Usage(format!("there is no folder `{}`", folder.display()))),
        None => Ok(()),
    }
}
