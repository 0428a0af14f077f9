//! `smsql config`: what is in force, where it was said, and the file it stands in.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};

use super::args::{ConfigArgs, ConfigCommand, ResultArgs};
use super::context::Context;
use crate::repl::Console;
use crate::repl::config::{self, Config, Environment, Flags};
use crate::{Error, Result};

pub(super) fn run(context: &Context<'_>, args: ConfigArgs) -> Result<()> {
    match args.command {
        Some(ConfigCommand::Profiles { result }) => show(context, &result, Config::profile_rows),
        _ => show(context, &args.result, Config::rows),
    }
}

fn show(
    context: &Context<'_>,
    result: &ResultArgs,
    rows: fn(&Config) -> Result<arrow::array::RecordBatch>,
) -> Result<()> {
    let mut results = context.results(result)?;
    results.batch(&rows(context.config)?)?;
    results.finish()
}

/// Prints where the configuration file is, or would be. What it says does not matter.
pub(super) fn print_path(console: &dyn Console, flags: &Flags) -> Result<()> {
    let path = config::path(flags, &Environment::of_process())?.ok_or_else(homeless)?;
    console.text(&format!("{}\n", path.display()))
}

/// Writes a file to begin with, where there is none.
pub(super) fn init(console: &dyn Console, flags: &Flags) -> Result<()> {
    let path = config::path(flags, &Environment::of_process())?.ok_or_else(homeless)?;
    let place = path.display().to_string();
    let failed = |error| Error::storage(format!("cannot write {place}"), error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Error::invalid(&place, "it is there already, and left as it is"),
        _ => failed(error),
    })?;
    file.write_all(config::example::text().as_bytes()).map_err(failed)?;
    console.note(&format!("wrote {place}"));
    Ok(())
}

fn homeless() -> Error {
    Error::Usage("there is no home for a configuration file; name one with --config or SMSQL_CONFIG".to_owned())
}
