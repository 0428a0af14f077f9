//! The `\commands`, one file each. What a file says of its command is all there is: help, completion and the README's
//! table come from it.

mod asof;
mod chart;
mod config;
mod d;
mod df;
mod e;
mod format;
mod h;
mod help;
mod i;
mod last;
mod log;
mod o;
mod pager;
mod plan;
mod q;
mod report;
mod reports;
mod set;
mod timing;
mod unset;
mod watch;
mod x;

use futures::future::LocalBoxFuture;

use super::complete::{ArgumentKind, CommandDescription};
use super::shell::Shell;
use crate::error::near;
use crate::output::Format;
use crate::{Error, Result};

/// What happens after a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flow {
    /// The next line is read.
    Next,
    /// The line failed, which has been told. The next one is read.
    Failed,
    /// The next line is read, and begins with this text.
    Edit(String),
    /// The shell ends.
    Quit,
}

/// A `\command`.
pub struct Command {
    /// Its name, without the `\`.
    pub name: &'static str,
    /// Its other names.
    pub aliases: &'static [&'static str],
    /// What can stand behind it, such as `[NAME]`.
    pub arguments: &'static str,
    /// What can stand in the place of each argument; the last one repeats.
    pub completes: &'static [ArgumentKind],
    /// What it does, in one line.
    pub summary: &'static str,
    /// What else there is to know; may be empty.
    pub details: &'static str,
    run: for<'a> fn(&'a mut Shell<'_>, &'a str) -> LocalBoxFuture<'a, Result<Flow>>,
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\\{} {}", self.name, self.arguments)
    }
}

/// Every command, in order of name.
pub const COMMANDS: [&Command; 23] = [
    &help::COMMAND,
    &asof::COMMAND,
    &chart::COMMAND,
    &config::COMMAND,
    &d::COMMAND,
    &df::COMMAND,
    &e::COMMAND,
    &format::COMMAND,
    &h::COMMAND,
    &i::COMMAND,
    &last::COMMAND,
    &log::COMMAND,
    &o::COMMAND,
    &pager::COMMAND,
    &plan::COMMAND,
    &q::COMMAND,
    &report::COMMAND,
    &reports::COMMAND,
    &set::COMMAND,
    &timing::COMMAND,
    &unset::COMMAND,
    &watch::COMMAND,
    &x::COMMAND,
];

/// The same for completion.
pub(super) static DESCRIPTIONS: [CommandDescription; COMMANDS.len()] = {
    let mut descriptions = [describe(COMMANDS[0]); COMMANDS.len()];
    let mut at = 0;
    while at < COMMANDS.len() {
        descriptions[at] = describe(COMMANDS[at]);
        at += 1;
    }
    descriptions
};

const fn describe(command: &'static Command) -> CommandDescription {
    let Command { name, aliases, arguments, completes, summary, .. } = *command;
    CommandDescription { name, aliases, arguments, completes, summary }
}

/// Does what a line says, which has lost its `\`.
pub(super) async fn run(shell: &mut Shell<'_>, line: &str) -> Result<Flow> {
    let (name, arguments) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    // In psql a `;` behind a command does no harm either.
    let (name, arguments) = (name.trim_end_matches(';'), arguments.trim().trim_end_matches(';').trim_end());
    let command = find(name)?;
    match name.ends_with('+') {
        // `\d+ NAME` is `\d` with a little more.
        true => (command.run)(shell, &format!("+ {arguments}")).await,
        false => (command.run)(shell, arguments).await,
    }
}

/// The command of this name.
pub(super) fn find(name: &str) -> Result<&'static Command> {
    let is_it = |command: &&&Command| command.name == name || command.aliases.contains(&name);
    COMMANDS.iter().find(is_it).copied().ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> Error {
    let names = COMMANDS.iter().flat_map(|command| std::iter::once(&command.name).chain(command.aliases));
    match near(name, names.copied()).as_slice() {
        [] => Error::Usage(format!("there is no command `\\{name}`; \\? lists them")),
        near => {
            let near = near.iter().map(|name| format!("\\{name}")).collect();
            Error::NotFound { what: "command", name: format!("\\{name}"), near }
        }
    }
}

/// The error of a command that was called in a way it does not take.
fn usage(command: &Command, message: &str) -> Error {
    Error::Usage(format!("{message}; it is \\{} {}", command.name, command.arguments))
}

/// The words of arguments, which may be quoted as in a POSIX shell.
fn words(command: &Command, arguments: &str) -> Result<Vec<String>> {
    shlex::split(arguments).ok_or_else(|| usage(command, "a quote has no end"))
}

/// The only argument there may be, if there is one.
fn at_most_one(command: &Command, arguments: &str) -> Result<Option<String>> {
    let mut words = words(command, arguments)?;
    match words.len() {
        0 => Ok(None),
        1 => Ok(words.pop()),
        _ => Err(usage(command, "there is more than one word")),
    }
}

/// The format of this name; where none is near, all are told.
fn format_named(name: &str) -> Result<Format> {
    name.parse().map_err(|error| match error {
        Error::NotFound { near, .. } if near.is_empty() => {
            let formats = Format::ALL.map(Format::name).join(", ");
            Error::Usage(format!("there is no format `{name}`; there are {formats}"))
        }
        error => error,
    })
}

/// `on` or `off`; with neither, the other than now.
fn switch(command: &Command, arguments: &str, now: bool) -> Result<bool> {
    match at_most_one(command, arguments)?.as_deref() {
        None => Ok(!now),
        Some("on") => Ok(true),
        Some("off") => Ok(false),
        Some(other) => Err(usage(command, &format!("`{other}` is neither on nor off"))),
    }
}

fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_told_apart_and_described() {
        let names = COMMANDS.iter().flat_map(|command| std::iter::once(&command.name).chain(command.aliases));
        let names: Vec<&&str> = names.collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert!(COMMANDS.iter().all(|command| !command.summary.is_empty() && !command.summary.ends_with('.')));
        let ordered: Vec<&str> = COMMANDS.iter().map(|command| command.name).collect();
        assert!(ordered.is_sorted(), "{ordered:?}");
    }

    #[test]
    fn an_unknown_command_is_told_the_near_ones() {
        assert_eq!(find("dt").unwrap().name, "d");
        assert_eq!(
            unknown("repots").to_string(),
            "there is no command `\\repots`, did you mean `\\reports` or `\\report`?"
        );
        assert_eq!(unknown("zz").to_string(), "there is no command `\\zz`; \\? lists them");
    }
}
