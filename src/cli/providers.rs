//! `smsql providers`: the feeds there are, and what each says.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};

use super::args::{ProvidersArgs, ProvidersCommand};
use super::context::Context;
use crate::Result;
use crate::source::Feed;

pub(super) async fn run(context: &Context<'_>, args: ProvidersArgs) -> Result<()> {
    // The feeds of a store count where there is one; the built-in ones are there without.
    let store = context.settings.store_if_any().await?;
    let catalogue = context.settings.feeds(store.as_ref()).await?;
    if let Some(ProvidersCommand::Show { feed }) = args.command {
        let feed = catalogue.get(&feed)?;
        return context.listing(&feed.sql);
    }
    let column = |value: &dyn Fn(&Feed) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(catalogue.iter().map(value)))
    };
    let formats = |feed: &Feed| feed.formats.iter().map(|f| f.name()).collect::<Vec<_>>().join(", ");
    let batch = RecordBatch::try_from_iter([
        ("feed", column(&|feed| feed.name.clone())),
        ("title", column(&|feed| feed.title.clone())),
        ("formats", column(&formats)),
        ("origin", column(&|feed| feed.origin.clone())),
        ("source", column(&|feed| feed.source.clone())),
    ])?;
    let mut results = context.results(&args.result)?;
    results.batch(&batch)?;
    results.finish()
}
