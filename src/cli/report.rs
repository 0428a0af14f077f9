//! `smsql report NAME`: run a report, as a document of all its sections or as one of them.

use super::args::{self, ReportArgs, RunArgs};
use super::context::Context;
use super::document::Documents;
use super::result::Results;
use crate::output::RenderOptions;
use crate::report::{Catalogue, Report};
use crate::session::Session;
use crate::store::Store;
use crate::{Error, Result};

/// Rows of a long section shown on screen; files hold all.
pub(super) const ROWS_SHOWN: usize = 25;

pub(super) async fn run(context: &Context<'_>, args: ReportArgs) -> Result<()> {
    let store = context.store().await;
    let catalogue = context.reports(store.as_ref().ok(), args.catalogue.folder.as_deref()).await?;
    let report = catalogue.get(&args.name)?;
    let args = match args.run {
        Some(run) => run,
        None => own_flags(&catalogue)?,
    };
    if args.show_sql {
        return context.printer.text(&report.text);
    }
    run_report(context, &store?, report, args).await
}

/// The flags of a report that is known only now, as a built-in one's are at once.
fn own_flags(catalogue: &Catalogue) -> Result<RunArgs> {
    match args::parse_with(catalogue)?.command {
        Some(args::Command::Report(ReportArgs { run: Some(run), .. })) => Ok(run),
        _ => Err(Error::Internal("a report's command is no report".to_owned())),
    }
}

async fn run_report(context: &Context<'_>, store: &Store, report: &Report, args: RunArgs) -> Result<()> {
    let parameters = report.bind(&args.given, context.global.tz)?;
    match &args.section {
        Some(name) => {
            let section = report.section(name)?;
            let mut results = Results::new(context, &args.result)?;
            let session = context.session(&context.options()).await?;
            ready(report, &session, &args).await?;
            let run = report.start(&session, parameters).await?;
            results.stream(&mut run.section(section).await?).await?;
            results.finish()
        }
        None => {
            let mut documents = Documents::new(context, &args.result, &report.name)?;
            let snapshot = store.snapshot(&context.as_of()?).await?;
            let session = Session::at(&snapshot, &context.options()).await?;
            ready(report, &session, &args).await?;
            documents.write(report, &session, parameters, &snapshot).await?;
            documents.finish()
        }
    }
}

/// What must hold before anything is computed: a report of the user's own can be reproduced, and what is asked for is
/// there.
async fn ready(report: &Report, session: &Session, args: &RunArgs) -> Result<()> {
    if !report.is_built_in {
        report.check(session).await?;
    }
    report.check_given(session, &args.given).await
}

/// How a section looks on screen.
pub(super) fn on_screen(rendering: RenderOptions) -> RenderOptions {
    RenderOptions { rows_max: Some(ROWS_SHOWN), ..rendering }
}
