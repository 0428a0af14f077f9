//! `smsql generate`: realistic feeds of any size, for trying things out and for benchmarks.

use std::fs::File;
use std::io::{BufWriter, Write};

use indicatif::{HumanBytes, HumanCount};

use super::args::GenerateArgs;
use super::context::Context;
use crate::clock::Stopwatch;
use crate::output::AtomicFile;
use crate::source::generate::{Feed, GenerateOptions, Split, generate};
use crate::{Error, Result};

pub(super) fn run(context: &Context<'_>, args: GenerateArgs) -> Result<()> {
    let options = options(&args)?;
    let to_stdout = args.out.as_os_str() == "-";
    if to_stdout && (options.feeds.len() > 1 || options.split != Split::One) {
        return Err(Error::Usage("standard output takes one feed in one file; name a folder with --out".to_owned()));
    }
    let truth_file = args.truth.as_deref().map(AtomicFile::create).transpose()?;
    if !to_stdout {
        std::fs::create_dir_all(&args.out)
            .map_err(|e| Error::storage(format!("creating {}", args.out.display()), e))?;
    }
    let watch = Stopwatch::start();
    let open = &mut |name: &str| -> Result<Box<dyn Write + Send>> {
        if to_stdout {
            return Ok(context.console.output());
        }
        let path = args.out.join(name);
        let file = File::create(&path).map_err(|e| Error::storage(format!("creating {}", path.display()), e))?;
        Ok(Box::new(BufWriter::with_capacity(1 << 18, file)))
    };
    let truth = generate(&options, open)?;
    if let Some(file) = truth_file {
        let mut out = file.writer()?;
        let failed = |e: std::io::Error| Error::storage("writing the truth", e);
        serde_json::to_writer_pretty(&mut out, &truth).map_err(|e| failed(e.into()))?;
        out.write_all(b"\n").and_then(|()| out.flush()).map_err(failed)?;
        drop(out);
        file.commit()?;
    }
    for (name, feed) in &truth.feeds {
        context.console.note(&format!(
            "{name}: {} lines, {} of them repeats, {} in {} files",
            HumanCount(feed.lines),
            HumanCount(feed.duplicates),
            HumanBytes(feed.bytes),
            feed.files.len(),
        ));
    }
    context.console.note(&format!(
        "{} messages, {} events in {:.2} s",
        HumanCount(truth.messages),
        HumanCount(truth.events),
        watch.elapsed().as_secs_f64(),
    ));
    Ok(())
}

fn options(args: &GenerateArgs) -> Result<GenerateOptions> {
    let defaults = GenerateOptions::default();
    let feeds = if args.feeds.iter().any(|feed| feed == "all") {
        Feed::ALL.to_vec()
    } else {
        args.feeds.iter().map(|feed| feed.parse()).collect::<Result<_>>()?
    };
    Ok(GenerateOptions {
        seed: args.seed,
        events: args.events,
        messages: args.messages,
        start: args.start.unwrap_or(defaults.start),
        days: args.days,
        campaigns: args.campaigns,
        duplicates: args.duplicates,
        disorder: args.disorder,
        feeds,
        split: args.files.parse()?,
        compression: args.compression.parse()?,
        ..defaults
    })
}
