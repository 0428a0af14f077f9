//! `smsql providers`: the feeds that can be landed, and how each is read.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};

use super::args::{ProvidersArgs, ProvidersCommand};
use super::context::Context;
use super::result::Results;
use crate::Result;
use crate::source::{Catalogue, Feed, FeedFormat};
use crate::store::Store;

/// The folder of a store with feeds of its own.
const FOLDER: &str = "providers";

pub(super) async fn run(context: &Context<'_>, args: ProvidersArgs) -> Result<()> {
    let feeds = catalogue(context.store_if_any().await?.as_ref()).await?;
    if let Some(ProvidersCommand::Show { name }) = args.command {
        return context.printer.text(&feeds.get(&name)?.sql);
    }
    let column = |of: fn(&Feed) -> String| Arc::new(StringArray::from_iter_values(feeds.iter().map(of))) as ArrayRef;
    let formats = |feed: &Feed| feed.formats.iter().map(|f: &FeedFormat| f.name()).collect::<Vec<_>>().join(", ");
    let rows = RecordBatch::try_from_iter([
        ("feed", column(|feed| feed.name.clone())),
        ("title", column(|feed| feed.title.clone())),
        ("formats", column(formats)),
        ("origin", column(|feed| feed.origin.clone())),
        ("source", column(|feed| feed.source.clone())),
    ])?;
    let mut results = Results::new(context, &args.result)?;
    results.batch(&rows)?;
    results.finish()
}

/// The built-in feeds, and those of the store.
pub(super) async fn catalogue(store: Option<&Store>) -> Result<Catalogue> {
    let mut own = Vec::new();
    if let Some(store) = store {
        for path in store.list(FOLDER).await? {
            if path.ends_with(".sql")
                && let Some(text) = store.read_text(&path).await?
            {
                own.push((path, text));
            }
        }
    }
    Catalogue::new(own.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}
