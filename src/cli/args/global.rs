//! What every command takes, and what the shell takes: a flag for each setting, made from its definition.

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use clap_complete::engine::ArgValueCompleter;

use super::super::completions;
use super::typed;
use crate::repl::config::{CONFIG, DEFINITIONS, Definition, Flags, PROFILE, Scope, Selector};

/// What every command takes.
#[derive(Debug)]
pub(in crate::cli) struct Global {
    /// The settings that were given.
    pub(in crate::cli) flags: Flags,
    /// The point in time that is asked for. It is no setting: a session that reads the past says so.
    pub(in crate::cli) as_of: Option<String>,
}

const AS_OF: &str = "as_of";

impl Global {
    /// What was typed, where the command line cannot be read yet.
    pub(in crate::cli) fn typed() -> Self {
        let settings = DEFINITIONS.iter().filter(|it| it.scope == Scope::Everywhere).map(|it| (it.key, it.flag()));
        let selectors = [CONFIG, PROFILE].map(|it| (it.key, it.flag()));
        let flags = settings.chain(selectors).filter_map(|(key, flag)| Some((key, typed(&flag)?)));
        Self { flags: flags.collect(), as_of: typed("--as-of") }
    }
}

impl Args for Global {
    fn augment_args(command: Command) -> Command {
        let mut command = command.next_help_heading("Options of every command");
        for definition in DEFINITIONS.iter().filter(|definition| definition.scope == Scope::Everywhere) {
            command = command.arg(setting(definition).global(true));
            if definition.key == "store" {
                command = command.arg(as_of());
            }
        }
        let profiles = ArgValueCompleter::new(completions::profiles);
        command = command.arg(selector(&PROFILE).add(profiles)).arg(selector(&CONFIG).value_parser(file));
        command = command.next_help_heading("Options of the shell");
        let of_shell = DEFINITIONS.iter().filter(|definition| definition.scope == Scope::Shell).map(setting);
        of_shell.fold(command, Command::arg).next_help_heading(None::<&str>)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Global {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |key: &str| {
            let is_given = matches.value_source(key) == Some(ValueSource::CommandLine);
            matches.get_one::<String>(key).filter(|_| is_given).cloned()
        };
        let settings = DEFINITIONS.iter().filter(|it| it.scope != Scope::Results).map(|it| it.key);
        let flags = settings.chain([CONFIG.key, PROFILE.key]).filter_map(|key| Some((key, given(key)?)));
        Ok(Self { flags: flags.collect(), as_of: given(AS_OF) })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The flag of a setting. Its variable is read with the configuration file, and named in the help only.
fn setting(definition: &'static Definition) -> Arg {
    let mut help = definition.help.to_owned();
    if !definition.default.is_empty() {
        help = format!("{help} [default: {}]", definition.default);
    }
    let arg = Arg::new(definition.key).long(definition.flag().trim_start_matches('-').to_owned());
    let arg = arg.value_name(definition.value_name).help(format!("{help} [env: {}]", definition.variable()));
    match definition.allowed() {
        Some(values) => arg.value_parser(PossibleValuesParser::new(values.into_iter().map(PossibleValue::new))),
        None => arg.value_parser(|text: &str| definition.check(text).map(|()| text.to_owned())),
    }
}

fn selector(selector: &Selector) -> Arg {
    let arg = Arg::new(selector.key).long(selector.key).value_name(selector.value_name).global(true);
    arg.help(format!("{} [env: {}]", selector.help, selector.variable()))
}

fn file(text: &str) -> Result<String, &'static str> {
    if text.is_empty() { Err("it takes a file; /dev/null is an empty one") } else { Ok(text.to_owned()) }
}

fn as_of() -> Arg {
    let help = "Read the store as it was: a version (17), a day (2025-03-04: at its end), a time (2025-03-04 09:00)";
    Arg::new(AS_OF).long("as-of").value_name("WHEN").global(true).help(help)
}
