//! `smsql report NAME`: one command for each report there is, its parameters as flags, made from the report's header.

use std::collections::BTreeMap;

use clap::builder::PossibleValue;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args, Command, CommandFactory, FromArgMatches, Subcommand};
use clap_complete::engine::ArgValueCompleter;

use super::super::completions::candidates;
use super::{Cli, Global, ResultArgs};
use crate::repl::config::{DEFINITIONS, Scope};
use crate::report::{Report, ReportParameter};
use crate::session::ParameterType;
use crate::{Error, Result};

/// Show the reports that can be run
///
/// A file in the store's reports/ folder, or in the folder of --reports, adds a report.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReportsArgs {
    #[command(flatten)]
    pub(in crate::cli) result: ResultArgs,
}

/// A report with its flags.
#[derive(Debug)]
pub(in crate::cli) struct ReportArgs {
    pub(in crate::cli) name: String,
    /// What was given for its parameters; none where the report is not a built-in one, whose flags are not known yet.
    pub(in crate::cli) run: Option<RunArgs>,
}

/// How a report is to be run.
#[derive(Debug)]
pub(in crate::cli) struct RunArgs {
    /// The parameters that were given, by name.
    pub(in crate::cli) given: BTreeMap<String, String>,
    pub(in crate::cli) result: ResultArgs,
    pub(in crate::cli) section: Option<String>,
    pub(in crate::cli) show_sql: bool,
}

/// What stands before the name of a parameter in the ids of its flag.
const PARAMETER: &str = "parameter:";

impl FromArgMatches for ReportArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let Some((name, own)) = matches.subcommand() else {
            return Err(clap::Error::new(ErrorKind::MissingSubcommand).with_cmd(&Cli::command()));
        };
        // Only a report that is known has flags, and this one is always set.
        let external = !own.ids().any(|id| id == "show_sql");
        Ok(Self { name: name.to_owned(), run: if external { None } else { Some(RunArgs::from_arg_matches(own)?) } })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Subcommand for ReportArgs {
    /// The reports themselves are added by [`command`], which knows them.
    fn augment_subcommands(command: Command) -> Command {
        command
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand_value_name("NAME")
            .subcommand_help_heading("Reports")
            .allow_external_subcommands(true)
            .disable_help_subcommand(true)
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(_: &str) -> bool {
        true
    }
}

impl FromArgMatches for RunArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = matches.ids().filter_map(|id| {
            let name = id.as_str().strip_prefix(PARAMETER)?;
            let is_given = matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
            let value = matches.get_one::<String>(id.as_str()).filter(|_| is_given)?;
            Some((name.to_owned(), value.clone()))
        });
        Ok(Self {
            given: given.collect(),
            result: ResultArgs::from_arg_matches(matches)?,
            section: matches.get_one::<String>("section").cloned(),
            show_sql: matches.get_flag("show_sql"),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The whole command line, with a command for each of these reports.
pub(in crate::cli) fn command<'r>(reports: impl IntoIterator<Item = &'r Report>) -> Result<Command> {
    let taken = taken_flags();
    let mut commands = Vec::new();
    for report in reports {
        if let Some(parameter) = report.parameters.iter().find(|p| taken.iter().any(|flag| *flag == flag_of(p))) {
            let message =
                format!("the parameter `{0}` would be the flag --{0}, which every report has", flag_of(parameter));
            return Err(Error::invalid(&report.place, message));
        }
        commands.push(report_command(report));
    }
    Ok(Cli::command().mut_subcommand("report", |command| command.subcommands(commands)))
}

/// The flags that no parameter can be.
fn taken_flags() -> Vec<String> {
    let command = run_flags(Global::augment_args(Command::new("report")));
    // What only the shell takes stands before the command.
    let of_shell = |arg: &&Arg| DEFINITIONS.iter().any(|it| it.scope == Scope::Shell && arg.get_id() == it.key);
    let flags =
        command.get_arguments().filter(|arg| !of_shell(arg)).filter_map(|arg| arg.get_long().map(str::to_owned));
    flags.chain(["help".to_owned(), "version".to_owned()]).collect()
}

fn run_flags(command: Command) -> Command {
    ResultArgs::augment_args(command)
        .arg(Arg::new("section").long("section").value_name("SECTION").help("Only this section, as one result"))
        .arg(Arg::new("show_sql").long("sql").num_args(0).help("Print the report's file and do not run it"))
}

fn flag_of(parameter: &ReportParameter) -> String {
    parameter.name.replace('_', "-")
}

fn report_command(report: &Report) -> Command {
    let sections = report.sections.iter().map(|section| PossibleValue::new(&section.name).help(&section.title));
    let sections: Vec<PossibleValue> = sections.collect();
    let width = report.sections.iter().map(|section| section.name.len()).max().unwrap_or_default();
    let listed = report.sections.iter().map(|s| format!("  {:width$}  {}", s.name, s.title)).collect::<Vec<_>>();
    let mut command = Command::new(&report.name).next_help_heading("Parameters");
    for parameter in &report.parameters {
        command = command.arg(parameter_flag(report, parameter));
    }
    // What it ignores is refused with the reason, when it is bound.
    for name in report.ignores.keys() {
        command = command.arg(Arg::new(format!("{PARAMETER}{name}")).long(name.replace('_', "-")).hide(true));
    }
    run_flags(command.next_help_heading("Output"))
        .mut_arg("section", |arg| arg.value_parser(sections).hide_possible_values(true))
        .about(&report.title)
        .long_about(format!("{}\n\n{}", report.title, report.description))
        .after_help(format!("Sections:\n{}", listed.join("\n")))
}

fn parameter_flag(report: &Report, parameter: &ReportParameter) -> Arg {
    let value_name = match parameter.parameter_type {
        ParameterType::Timestamp => "TIME",
        ParameterType::Text if parameter.values.is_some() => "NAME",
        other => other.name(),
    };
    let mut flag = Arg::new(format!("{PARAMETER}{}", parameter.name))
        .long(flag_of(parameter))
        .value_name(value_name.to_uppercase())
        .help(&parameter.help)
        .allow_hyphen_values(matches!(parameter.parameter_type, ParameterType::Integer | ParameterType::Decimal));
    if let Some(default) = &parameter.default {
        flag = flag.default_value(default);
    }
    if !parameter.allowed.is_empty() {
        flag = flag.value_parser(parameter.allowed.iter().map(PossibleValue::new).collect::<Vec<_>>());
    }
    if parameter.values.is_some() {
        let (report, name) = (report.name.clone(), parameter.name.clone());
        flag = flag.add(ArgValueCompleter::new(move |current: &std::ffi::OsStr| candidates(&report, &name, current)));
    }
    flag
}
