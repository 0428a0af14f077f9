//! `smsql reports`: the reports there are.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray};

use super::args::ReportsArgs;
use super::context::Context;
use super::result::Results;
use crate::Result;
use crate::report::Report;

pub(super) async fn run(context: &Context<'_>, args: ReportsArgs) -> Result<()> {
    let store = context.store_if_any().await?;
    let catalogue = context.reports(store.as_ref(), args.catalogue.folder.as_deref()).await?;
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
    let mut results = Results::new(context, &args.result)?;
    results.batch(&batch)?;
    results.finish()
}
