//! `smsql sql`: run a script.

use std::io::Read;
use std::path::Path;

use super::args::SqlArgs;
use super::context::Context;
use crate::limits::STATEMENT_BYTES_MAX;
use crate::session::{Parameters, SessionOptions, split};
use crate::{Error, Result};

pub(super) async fn run(context: &Context<'_>, args: SqlArgs) -> Result<()> {
    let (name, text) = script_text(context, args.sql.or(args.command), args.file.as_deref())?;
    let script = split(&name, &text)?;
    let parameters = Parameters::new(args.parameters, context.settings.tz)?;
    parameters.check(&script)?;
    let mut results = context.results(&args.result)?;
    let options = SessionOptions { allow_write: args.allow_write, ..context.settings.options() };
    let session = context.settings.session(&options).await?;
    for statement in &script {
        results.run(&session, statement, &parameters).await?;
    }
    results.finish()
}

/// SQL and what to call it: the argument, the file, or standard input.
pub(super) fn script_text(context: &Context<'_>, sql: Option<String>, file: Option<&Path>) -> Result<(String, String)> {
    match (sql, file) {
        (Some(sql), _) => Ok(("<sql>".to_owned(), sql)),
        (None, Some(path)) if path != Path::new("-") => read_file(path),
        (None, None) if context.console.is_interactive() => {
            Err(Error::Usage("no SQL: give it as an argument, with -f FILE, or on standard input".to_owned()))
        }
        (None, _) => Ok(("<stdin>".to_owned(), read(std::io::stdin().lock(), "standard input")?)),
    }
}

fn read_file(path: &Path) -> Result<(String, String)> {
    let place = path.display().to_string();
    let file = std::fs::File::open(path).map_err(|error| Error::storage(format!("cannot read {place}"), error))?;
    let text = read(file, &place)?;
    Ok((place, text))
}

/// Reads text, a little more of it than is allowed, so that the limit is noticed without reading all.
fn read(from: impl Read, place: &str) -> Result<String> {
    let mut bytes = Vec::new();
    let read = from.take(STATEMENT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| Error::storage(format!("cannot read {place}"), error))?;
    if bytes.len() > STATEMENT_BYTES_MAX {
        let message = format!("{place} has more than {STATEMENT_BYTES_MAX} bytes of SQL");
        return Err(Error::Limit { limit: "STATEMENT_BYTES_MAX", message });
    }
    // Editors on Windows put a mark before the text.
    let text = String::from_utf8(bytes).map_err(|_| Error::invalid(place, "the SQL is not UTF-8 text"))?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}
