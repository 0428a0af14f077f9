//! `smsql reports`: the reports there are.

use super::args::ReportsArgs;
use super::context::Context;
use crate::Result;
use crate::repl::own_reports::Reports;
use crate::session::Session;

pub(super) async fn run(context: &Context<'_>, args: ReportsArgs) -> Result<()> {
    let store = context.settings.store_if_any().await?;
    let mut reports = Reports::load(store.as_ref(), context.settings.reports.as_deref()).await?;
    if let Some(store) = &store {
        reports.check(&Session::open(store, &context.settings.as_of()?, &context.settings.options()).await?).await;
    }
    let mut results = context.results(&args.result)?;
    results.batch(&reports.batch()?)?;
    results.finish()?;
    // What is no report is said behind those that are.
    let mut broken = reports.broken.into_iter().map(|(_, error)| error).collect::<Vec<_>>();
    let Some(last) = broken.pop() else { return Ok(()) };
    broken.iter().for_each(|error| context.console.error(error));
    Err(last)
}
