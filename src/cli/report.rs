//! `smsql report NAME`: run a report, as a document of all its sections or as one of them.

use super::args::{self, ReportArgs, RunArgs};
use super::context::Context;
use crate::repl::own_reports;
use crate::report::Report;
use crate::session::Session;
use crate::store::Store;
use crate::{Error, Result};

pub(super) async fn run(context: &Context<'_>, args: ReportArgs) -> Result<()> {
    let Some(run) = args.run else { return run_own(context, &args.name).await };
    let store = context.settings.open_store().await;
    let report = own_reports::find(&args.name, store.as_ref().ok(), context.settings.reports.as_deref()).await?;
    match run.show_sql {
        true => context.listing(&report.text),
        false => run_report(context, &store?, &report, run).await,
    }
}

/// A report of the user's own: its flags are known when it is found, and then the command line is read once more. Until
/// then the flags behind its name are only words, from which [`args::Global::typed`] took the settings.
async fn run_own(context: &Context<'_>, name: &str) -> Result<()> {
    let store = context.settings.open_store().await.ok();
    let report = own_reports::find(name, store.as_ref(), context.settings.reports.as_deref()).await?;
    let cli = args::parse_with([&report])?;
    let config = super::config_of(cli.global)?;
    let context = Context { config: &config, settings: &config.settings, console: context.console };
    match cli.command {
        Some(args::Command::Report(args)) if args.run.is_some() => Box::pin(run(&context, args)).await,
        _ => Err(Error::Internal("a report's command is no report".to_owned())),
    }
}

async fn run_report(context: &Context<'_>, store: &Store, report: &Report, args: RunArgs) -> Result<()> {
    let parameters = report.bind(&args.given, context.settings.tz)?;
    match &args.section {
        Some(name) => {
            let section = report.section(name)?;
            let mut results = context.results(&args.result)?;
            let session = context.settings.session(&context.settings.options()).await?;
            report.ready(&session, &args.given).await?;
            let asked = async { report.start_sections(&session, parameters, [section]).await?.section(section).await };
            let mut answer = results.wait(&session, asked).await?;
            results.stream(&mut answer).await?;
            results.finish()
        }
        None => {
            let mut documents = context.documents(&args.result, &report.name)?;
            let snapshot = store.opened_at(&context.settings.as_of()?).await?;
            let session = Session::at(&snapshot, &context.settings.options()).await?;
            report.ready(&session, &args.given).await?;
            documents.write(report, &session, parameters, &snapshot).await?;
            documents.finish()
        }
    }
}
