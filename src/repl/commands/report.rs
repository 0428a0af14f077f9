//! `\report`: runs a report.

use std::collections::BTreeMap;

use super::{Command, Flow, usage, words};
use crate::Result;
use crate::clock::Stopwatch;
use crate::repl::complete::ArgumentKind;
use crate::repl::own_reports;
use crate::repl::shell::Shell;
use crate::session::interruptible;

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
        values.insert(parameter.trim_start_matches('-').to_owned(), value.to_owned());
    }
    let report =
        interruptible(own_reports::find(name, Some(&shell.store), shell.settings().reports.as_deref())).await?;
    for name in values.keys() {
        report.parameter(name)?;
    }
    let watch = Stopwatch::start();
    let parameters = report.bind(&values, shell.settings().tz)?;
    shell.refresh().await?;
    interruptible(report.ready(&shell.session, &values)).await?;
    match section {
        Some(name) => {
            let section = report.section(name)?;
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
