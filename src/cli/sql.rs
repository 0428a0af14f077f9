//! `smsql sql`: run a script.

use std::path::Path;

use super::args::SqlArgs;
use super::context::Context;
use crate::repl::script::{read, read_file};
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
