//! `\report`: runs a report.

use std::collections::BTreeMap;

use super::{Command, Flow, usage, words};
use crate::clock::Stopwatch;
use crate::error::near;
use crate::repl::complete::ArgumentKind;
use crate::repl::own_reports;
use crate::repl::shell::Shell;
use crate::report::Report;
use crate::session::interruptible;
use crate::{Error, Result};

pub(super) const COMMAND: Command = Command {
    name: "report",
    aliases: &[],
    arguments: "NAME[.SECTION] [PARAMETER=VALUE]...",
    completes: &[ArgumentKind::Report],
    summary: "Run a report, or one section of it",
    details: "A section is kept as the last result, for \\chart and \\last. \\reports lists the reports, `smsql report NAME \
              --help` explains the parameters of one.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let words = words(&COMMAND, arguments)?;
    let (name, given) = words.split_first().ok_or_else(|| usage(&COMMAND, "which report?"))?;
    let (name, section) = name.split_once('.').map_or((name.as_str(), None), |(name, section)| (name, Some(section)));
    let mut values = BTreeMap::new();
    for word in given {
        let Some((parameter, value)) = word.split_once('=') else {
            return Err(usage(&COMMAND, &format!("`{word}` is no PARAMETER=VALUE")));
        };
        let parameter = parameter.trim_start_matches('-');
        if values.insert(parameter.to_owned(), value.to_owned()).is_some() {
            return Err(usage(&COMMAND, &format!("`{parameter}` is given twice")));
        }
    }
    let report =
        interruptible(own_reports::find(name, Some(&shell.store), shell.settings().reports.as_deref())).await?;
    for (name, value) in &values {
        check(&report, name, value)?;
    }
    let section = match section {
        Some(name) => Some(report.section(name).map_err(|error| or_list(error, &report, "sections"))?),
        None => None,
    };
    let watch = Stopwatch::start();
    let parameters = report.bind(&values, shell.settings().tz)?;
    shell.refresh().await?;
    interruptible(report.ready(&shell.session, &values)).await?;
    match section {
        Some(section) => {
            let session = shell.session.clone();
            let answer = async {
                let run = report.start_sections(&session, parameters, [section]).await?;
                run.section(section).await
            };
            shell.show(answer).await?;
        }
        None => shell.show_report(&report, parameters).await?,
    }
    shell.say_time(watch);
    Ok(Flow::Next)
}

/// What the report does not take, in the words of the shell; those of the command line have `--` before a name.
fn check(report: &Report, name: &str, value: &str) -> Result<()> {
    if let Some(why) = report.ignores.get(name) {
        return Err(Error::Usage(format!("{} has no parameter `{name}`: {why}", report.name)));
    }
    let parameter = report.parameter(name).map_err(|error| or_list(error, report, "parameters"))?;
    if parameter.allowed.is_empty() || parameter.allowed.iter().any(|allowed| allowed == value) {
        return Ok(());
    }
    let near = match near(value, parameter.allowed.iter().map(String::as_str)).first() {
        Some(near) => format!(", did you mean `{near}`?"),
        None => String::new(),
    };
    Err(Error::Usage(format!("{name} is `{value}`; it must be {}{near}", parameter.allowed.join(" or "))))
}

/// The error about a name that is near to none, as one that lists all there are.
fn or_list(error: Error, report: &Report, kind: &str) -> Error {
    match error {
        Error::NotFound { what, name, near } if near.is_empty() => {
            let there: Vec<&str> = match kind {
                "sections" => report.sections.iter().map(|section| section.name.as_str()).collect(),
                _ => report.parameters.iter().map(|parameter| parameter.name.as_str()).collect(),
            };
            let told = if name.is_empty() { format!("which {what}?") } else { format!("there is no {what} `{name}`") };
            Error::Usage(format!("{told}; the {kind} of {} are {}", report.name, there.join(", ")))
        }
        error => error,
    }
}
