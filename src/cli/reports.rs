//! `smsql reports`: the reports there are.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray};

use super::args::ReportsArgs;
use super::context::Context;
use crate::Result;
use crate::repl::own_reports::Reports;
use crate::report::Report;
use crate::session::Session;

pub(super) async fn run(context: &Context<'_>, args: ReportsArgs) -> Result<()> {
    let store = context.settings.store_if_any().await?;
    let mut reports = Reports::load(store.as_ref(), context.settings.reports.as_deref()).await?;
    if let Some(store) = &store {
        reports.check(&Session::open(store, &context.settings.as_of()?, &context.settings.options()).await?).await;
    }
    let catalogue = &reports.catalogue;
    let text = |value: &dyn Fn(&Report) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(catalogue.reports().map(value)))
    };
    let sections = |report: &Report| report.sections.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", ");
    let daily = catalogue.reports().map(|report| Some(report.is_daily)).collect::<BooleanArray>();
    let batch = RecordBatch::try_from_iter([
        ("report", text(&|report| report.name.clone())),
        ("title", text(&|report| report.title.clone())),
        ("sections", text(&sections)),
        ("daily", Arc::new(daily) as ArrayRef),
        ("file", text(&|report| report.place.clone())),
    ])?;
    let mut results = context.results(&args.result)?;
    results.batch(&batch)?;
    results.finish()?;
    // What is no report is said behind those that are.
    let mut broken = reports.broken.into_iter().map(|(_, error)| error).collect::<Vec<_>>();
    let Some(last) = broken.pop() else { return Ok(()) };
    broken.iter().for_each(|error| context.console.error(error));
    Err(last)
}
