//! `smsql land`: provider reports into the store.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use super::args::LandArgs;
use super::context::Context;
use super::providers::catalogue;
use crate::event::StatusTable;
use crate::limits::LAND_FILES_MAX;
use crate::session::STATUS_OVERRIDES;
use crate::session::functions::scalar_functions;
use crate::session::landing::{LandOptions, Landed, Lander, Progress};
use crate::source::Input;
use crate::store::Store;
use crate::{Error, Result};

pub(super) async fn run(context: &Context<'_>, args: LandArgs) -> Result<()> {
    if context.global.as_of.is_some() {
        return Err(Error::Usage("--as-of is for reading: what lands, lands now".to_owned()));
    }
    let mut inputs = Vec::new();
    for path in &args.paths {
        inputs.extend(Input::expand(path).await?);
        if inputs.len() > LAND_FILES_MAX {
            let message = format!("{} files, at most {LAND_FILES_MAX} are landed by one command", inputs.len());
            return Err(Error::Limit { limit: "LAND_FILES_MAX", message });
        }
    }
    // The feed is looked up before a store is made: a misspelt one leaves nothing behind.
    let existing = context.store_if_any().await?;
    let feeds = catalogue(existing.as_ref()).await?;
    let feed = feeds.get(&args.feed)?;
    let store = match existing {
        Some(store) => store,
        None => Store::open_or_create(&context.global.store).await?,
    };
    let status = StatusTable::new(store.read_text(STATUS_OVERRIDES).await?.as_deref())?;
    let options =
        LandOptions { format: args.format, batch_id: args.batch, account: args.account, time_zone: args.assume_tz };
    let lander = Lander::new(&store, feed, &scalar_functions(&Arc::new(status)), options).await?;
    let mut rejected = 0;
    for input in &inputs {
        let landed = watched(context, &lander, input).await?;
        rejected += landed.rows_rejected;
        context.printer.text(&summary(&landed))?;
        if landed.rows_rejected > 0 {
            context.printer.note(&format!(
                "warning: {} of {} cannot be read as {}; see SELECT reason, raw FROM rejects WHERE source_file = '{}'",
                records(landed.rows_rejected),
                landed.source_name,
                args.feed,
                landed.source_file
            ));
        }
    }
    match rejected {
        0 => Ok(()),
        _ if args.allow_rejects => Ok(()),
        _ => Err(Error::invalid(
            &args.feed,
            format!(
                "{} rejected, everything else has landed; --allow-rejects takes that as success",
                records(rejected)
            ),
        )),
    }
}

/// Lands one input, shows how far it is, and stops on Ctrl-C: then nothing of it has landed.
async fn watched(context: &Context<'_>, lander: &Lander, input: &Input) -> Result<Landed> {
    let bar = context.printer.progress();
    let work = lander.land(input);
    tokio::pin!(work);
    let mut ticks = tokio::time::interval(Duration::from_millis(200));
    let landed = loop {
        tokio::select! {
            landed = &mut work => break landed,
            _ = tokio::signal::ctrl_c() => break Err(Error::Cancelled),
            _ = ticks.tick() => show(&bar, lander.progress()),
        }
    };
    bar.finish_and_clear();
    landed
}

fn show(bar: &ProgressBar, progress: &Progress) {
    let (done, all) = progress.bytes();
    if all > 0 && bar.length() != Some(all) {
        bar.set_length(all);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes} of {total_bytes}, {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    }
    bar.set_position(done);
    bar.set_message(progress.name());
}

fn summary(landed: &Landed) -> String {
    let Landed { source_name, rows_landed, rows_duplicate, rows_rejected, text_bytes, version, .. } = landed;
    if landed.already_landed {
        return format!("{source_name}: landed before, nothing to do\n");
    }
    format!(
        "{source_name}: {rows_landed} new, {rows_duplicate} known, {rows_rejected} rejected ({}), version {version}\n",
        HumanBytes(*text_bytes)
    )
}

fn records(count: u64) -> String {
    if count == 1 { "1 record".to_owned() } else { format!("{count} records") }
}
