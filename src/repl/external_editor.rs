//! The person's own editor: $VISUAL, else $EDITOR, else vi.

use std::io::Write;
use std::process::Command;

use crate::repl::script::read_file;
use crate::{Error, Result};

/// The words of the editor's command, of which there is one at least.
fn words() -> Result<Vec<String>> {
    let named = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let editor = named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    let words = shlex::split(&editor).filter(|words| !words.is_empty());
    words.ok_or_else(|| Error::Usage(format!("$EDITOR is `{editor}`, where a quote has no end")))
}

/// The editor's command without a file.
pub(super) fn command() -> Result<Command> {
    let words = words()?;
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    Ok(command)
}

/// Opens the editor on a text, and gives the text that it leaves.
///
/// # Errors
/// [`Error::Storage`] where the editor cannot be started, [`Error::Usage`] where it ends with a failure.
pub(super) fn edit(text: &str) -> Result<String> {
    let words = words()?;
    let editor = &words[0];
    let failed = |error| Error::storage("cannot make a file for the editor", error);
    let mut file = tempfile::Builder::new().prefix("smsql-").suffix(".sql").tempfile().map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(failed)?;
    let status = command()?.arg(file.path()).status();
    let status = status.map_err(|error| Error::storage(format!("cannot start the editor `{editor}`"), error))?;
    if !status.success() {
        return Err(Error::Usage(format!("the editor `{editor}` failed ({status}); nothing has changed")));
    }
    let (_, text) = read_file(file.path())?;
    Ok(text.trim_end().to_owned())
}
