//! `smsql land`: files of a feed into the store.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use super::args::LandArgs;
use super::context::Context;
use crate::clock::Stopwatch;
use crate::limits::LAND_FILES_MAX;
use crate::session::functions::scalar_functions;
use crate::session::landing::{LandOptions, Landed, Lander, Progress};
use crate::source::Input;
use crate::store::Store;
use crate::{Error, Result};

/// A landing that takes longer shows how far it is.
const PROGRESS_AFTER: Duration = Duration::from_secs(1);

pub(super) async fn run(context: &Context<'_>, args: LandArgs) -> Result<()> {
    if context.settings.as_of.is_some() {
        return Err(Error::Usage("--as-of is for reading: what lands, lands now".to_owned()));
    }
    let mut inputs = Vec::new();
    for path in &args.paths {
        inputs.extend(Input::expand(path).await?);
        if inputs.len() > LAND_FILES_MAX {
            let message = format!("{} files, one command lands at most {LAND_FILES_MAX}", inputs.len());
            return Err(Error::Limit { limit: "LAND_FILES_MAX", message });
        }
    }
    // The feed is looked up before a store is made: a misspelt one leaves nothing behind.
    let existing = context.settings.store_if_any().await?;
    let catalogue = context.settings.feeds(existing.as_ref()).await?;
    let feed = catalogue.get(&args.feed)?;
    let store = match existing {
        Some(store) => store,
        None => Store::open_or_create(&context.settings.store).await?,
    };
    let options =
        LandOptions { format: args.format, batch_id: args.batch, account: args.account, time_zone: args.assume_tz };
    let functions = scalar_functions(&context.settings.status_table(Some(&store)).await?);
    let lander = Lander::new(&store, feed, &functions, options).await?;
    let mut total = Total::default();
    for input in &inputs {
        let watch = Stopwatch::start();
        let landed = with_progress(context, &lander, input).await?;
        context.console.note(&summary(&landed, watch.elapsed()));
        total.add(&landed, watch.elapsed());
    }
    if inputs.len() > 1 {
        context.console.note(&total.summary());
    }
    if total.rejected > 0 && !args.allow_rejects {
        return Err(Error::Rejected { rejected: total.rejected, read: total.read });
    }
    Ok(())
}

/// Lands one input, showing how far it is once it takes a while and a person watches.
async fn with_progress(context: &Context<'_>, lander: &Lander, input: &Input) -> Result<Landed> {
    // Ctrl-C leaves nothing of the file in the store: its commit is the last thing that happens.
    let landing = async {
        tokio::select! {
            landed = lander.land(input) => landed,
            Ok(()) = tokio::signal::ctrl_c() => Err(Error::Cancelled),
        }
    };
    if !context.console.messages_are_watched() {
        return landing.await;
    }
    let bar = tokio::spawn(show(Arc::clone(lander.progress())));
    let landed = landing.await;
    bar.abort();
    // The task clears its bar when it is dropped, which must be over before anything else is printed.
    let _ = bar.await;
    landed
}

async fn show(progress: Arc<Progress>) {
    tokio::time::sleep(PROGRESS_AFTER).await;
    let (bytes, total) = progress.bytes();
    let bar = Cleared(ProgressBar::new(total).with_position(bytes));
    // What was done before the bar showed says nothing about the rate.
    bar.0.reset_eta();
    let style = "{bar:24} {bytes}/{total_bytes} {binary_bytes_per_sec}, {eta} left, {wide_msg}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.0.set_style(style);
    }
    while !progress.is_finished() {
        let (bytes, total) = progress.bytes();
        bar.0.set_length(total);
        bar.0.set_position(bytes);
        bar.0.set_message(format!("{} rows of {}", HumanCount(progress.rows()), progress.name()));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

struct Cleared(ProgressBar);

impl Drop for Cleared {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// What became of one file, in a line.
fn summary(landed: &Landed, elapsed: Duration) -> String {
    if landed.already_landed {
        return format!("{}: landed before with the same content, nothing to add", landed.source_name);
    }
    counts(
        &landed.source_name,
        [landed.rows_read, landed.rows_landed, landed.rows_duplicate, landed.rows_rejected],
        landed.text_bytes,
        elapsed,
    )
}

fn counts(name: &str, [read, landed, duplicate, rejected]: [u64; 4], bytes: u64, elapsed: Duration) -> String {
    let count = HumanCount;
    let rate = bytes as f64 / 1e6 / elapsed.as_secs_f64().max(1e-6);
    format!(
        "{name}: {} rows read, {} landed, {} duplicate, {} rejected ({} in {:.2} s, {rate:.1} MB/s)",
        count(read),
        count(landed),
        count(duplicate),
        count(rejected),
        HumanBytes(bytes),
        elapsed.as_secs_f64(),
    )
}

/// What became of all files.
#[derive(Default)]
struct Total {
    files: usize,
    known: usize,
    read: u64,
    landed: u64,
    duplicate: u64,
    rejected: u64,
    bytes: u64,
    elapsed: Duration,
}

impl Total {
    fn add(&mut self, landed: &Landed, elapsed: Duration) {
        self.files += 1;
        self.known += usize::from(landed.already_landed);
        self.read += landed.rows_read;
        self.landed += landed.rows_landed;
        self.duplicate += landed.rows_duplicate;
        self.rejected += landed.rows_rejected;
        self.bytes += landed.text_bytes;
        self.elapsed += elapsed;
    }

    fn summary(&self) -> String {
        let name = match self.known {
            0 => format!("{} files", self.files),
            known => format!("{} files, {known} of them landed before", self.files),
        };
        counts(&name, [self.read, self.landed, self.duplicate, self.rejected], self.bytes, self.elapsed)
    }
}
