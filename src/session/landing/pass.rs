//! One pass over a file: chunks are decoded, mapped and typed on all cores, then taken in order into the writers.

use std::io::Read;
use std::sync::Arc;

use arrow::array::{
    AsArray, BooleanArray, Int64Array, RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray,
};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{Decimal128Type, Int64Type, TimestampMicrosecondType};
use futures::{Stream, StreamExt, TryStreamExt};

use super::progress::Progress;
use super::{FeedPlan, LandOptions};
use crate::error::{Error, Result};
use crate::event::ColumnType;
use crate::event::canonical::{Canonical, Context, canonicalise};
use crate::event::identity::{KeyMap, KeySet};
use crate::event::time::Precision;
use crate::limits::FILE_EVENTS_MAX;
use crate::source::decode::{Decoder, ParquetChunks, row_text};
use crate::source::split::{Chunk, Chunks};
use crate::source::{Decoded, Feed, FeedFormat, RejectedRecord, Spool};
use crate::store::{LogWriter, NewFile, Record, Store};

/// How much of a file is looked at to tell its format.
const HEAD_BYTES: u64 = 1 << 16;

/// What is known of the events of a file: enough to find them again.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Each event's key, and when the earliest report of it was received, in microseconds.
    pub(super) first_received: KeyMap<i64>,
    /// First and last time among events that tell theirs.
    pub(super) times: Option<(i64, i64)>,
    /// Whether there are events that tell no time.
    pub(super) timeless: bool,
}

/// What a pass wrote and saw.
#[derive(Debug)]
pub(super) struct Passed {
    pub(super) events: Vec<NewFile>,
    pub(super) rejects: Vec<NewFile>,
    pub(super) rows_landed: u64,
    pub(super) rows_duplicate: u64,
    pub(super) rows_rejected: u64,
    pub(super) seen: Seen,
    /// Whether a later record of the file was received before an earlier one of the same event, which was written.
    pub(super) out_of_order: bool,
}

/// Everything a pass needs.
pub(super) struct Pass<'a> {
    pub(super) store: &'a Store,
    pub(super) feed: &'a Arc<Feed>,
    pub(super) plan: &'a FeedPlan,
    pub(super) options: &'a LandOptions,
    pub(super) spool: &'a Spool,
    pub(super) context: Arc<Context>,
    pub(super) name_stem: String,
    pub(super) progress: &'a Arc<Progress>,
    /// Events to leave out.
    pub(super) known: &'a KeySet,
    /// What an earlier pass saw: of each event only the earliest report is kept.
    pub(super) first: Option<Seen>,
}

/// A piece of the file, as it is read.
enum Piece {
    Text(Chunk),
    Rows(RecordBatch, u64),
}

/// A piece of the file, typed.
struct Typed {
    events: Vec<RecordBatch>,
    rejected: Vec<RejectedRecord>,
    bytes: u64,
}

impl Pass<'_> {
    pub(super) async fn run(self) -> Result<Passed> {
        self.progress.restart();
        let mut events = self.store.writer(Record::Event, &self.name_stem);
        let mut rejects = self.store.writer(Record::Reject, &self.name_stem);
        match self.fill(&mut events, &mut rejects).await {
            Ok(mut passed) => {
                passed.events = events.finish().await?;
                passed.rejects = rejects.finish().await?;
                Ok(passed)
            }
            Err(error) => {
                events.abort().await;
                rejects.abort().await;
                Err(error)
            }
        }
    }

    async fn fill(&self, events: &mut LogWriter, rejects: &mut LogWriter) -> Result<Passed> {
        let decoder = Arc::new(self.decoder()?);
        let cores = std::thread::available_parallelism().map_or(4, std::num::NonZero::get);
        let mut typed = self
            .pieces(Arc::clone(&decoder))
            .map(|piece| {
                let (decoder, plan) = (Arc::clone(&decoder), self.plan.clone());
                let context = Arc::clone(&self.context);
                async move {
                    let piece = piece?;
                    let task = tokio::spawn(async move { type_piece(&decoder, &plan, &context, piece).await });
                    task.await.map_err(|e| Error::Internal(e.to_string()))?
                }
            })
            .buffered(cores + 1);
        let mut intake = Intake::new(self.known, self.first.as_ref());
        let mut rows_rejected = 0;
        while let Some(Typed { events: batches, rejected, bytes }) = typed.try_next().await? {
            let mut rows = rejected.len() as u64;
            rows_rejected += rows;
            for batch in batches {
                rows += batch.num_rows() as u64;
                if let Some(batch) = intake.take(batch)? {
                    events.write(batch).await?;
                }
            }
            if !rejected.is_empty() {
                rejects.write(self.reject_batch(&rejected)?).await?;
            }
            self.progress.add(bytes, rows);
        }
        Ok(Passed {
            events: Vec::new(),
            rejects: Vec::new(),
            rows_landed: intake.landed,
            rows_duplicate: intake.duplicate,
            rows_rejected,
            seen: intake.seen,
            out_of_order: intake.out_of_order,
        })
    }

    fn decoder(&self) -> Result<Decoder> {
        let mut head = Vec::new();
        let read = self.spool.open()?.take(HEAD_BYTES).read_to_end(&mut head);
        read.map_err(|e| crate::source::input::read_error(self.spool.name(), e))?;
        Decoder::new(self.feed, &head, self.options.format, self.options.batch_id.clone())
    }

    /// The pieces of the file, read ahead on a thread of their own.
    fn pieces(&self, decoder: Arc<Decoder>) -> impl Stream<Item = Result<Piece>> + use<> {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(2);
        let opened = if decoder.format() == FeedFormat::Parquet {
            ParquetChunks::open(self.spool.path()).map(Reader::Parquet)
        } else {
            self.spool.open().map(|reader| Reader::Text(Chunks::new(reader, decoder.boundary())))
        };
        let name = self.spool.name().to_owned();
        tokio::task::spawn_blocking(move || {
            let mut reader = match opened {
                Ok(reader) => reader,
                Err(error) => return drop(sender.blocking_send(Err(error))),
            };
            let mut first_row = 1;
            loop {
                let piece = match &mut reader {
                    Reader::Text(chunks) => {
                        let chunk = chunks.next_chunk().map_err(|e| crate::source::input::read_error(&name, e));
                        chunk.map(|chunk| chunk.map(Piece::Text))
                    }
                    Reader::Parquet(batches) => batches.next_batch().map(|batch| {
                        batch.map(|batch| {
                            let piece = Piece::Rows(batch.clone(), first_row);
                            first_row += batch.num_rows() as u64;
                            piece
                        })
                    }),
                };
                let ended = !matches!(piece, Ok(Some(_)));
                let Some(piece) = piece.transpose() else { return };
                if sender.blocking_send(piece).is_err() || ended {
                    return;
                }
            }
        });
        futures::stream::poll_fn(move |context| receiver.poll_recv(context))
    }

    fn reject_batch(&self, rejected: &[RejectedRecord]) -> Result<RecordBatch> {
        let rows = rejected.len();
        let category = |value: &str| cast(&StringArray::from(vec![value; rows]), &ColumnType::Category.arrow());
        let text = |values: Vec<&str>| Arc::new(StringViewArray::from(values));
        let landed_at = TimestampMicrosecondArray::from(vec![self.context.landed_at.timestamp_micros(); rows]);
        Ok(RecordBatch::try_from_iter([
            ("provider", category(&self.context.provider)?),
            ("landed_at", Arc::new(landed_at.with_timezone("UTC"))),
            ("source_file", category(&self.context.source_file)?),
            ("source_line", Arc::new(Int64Array::from_iter_values(rejected.iter().map(|r| r.line.cast_signed())))),
            ("feed", category(&self.feed.name)?),
            ("reason", text(rejected.iter().map(|r| r.reason.as_str()).collect())),
            ("raw", text(rejected.iter().map(|r| r.raw.as_str()).collect())),
        ])?)
    }
}

enum Reader {
    Text(Chunks<Box<dyn Read + Send>>),
    Parquet(ParquetChunks),
}

/// Decodes, maps and types one piece. A record of which the feed makes no event is refused too: nothing is lost.
async fn type_piece(decoder: &Decoder, plan: &FeedPlan, context: &Context, piece: Piece) -> Result<Typed> {
    let (decoded, chunk) = match &piece {
        Piece::Text(chunk) => (decoder.decode(chunk)?, Some(chunk)),
        Piece::Rows(batch, first_row) => (decoder.decode_parquet(batch, *first_row)?, None),
    };
    let Decoded { batches, received_at, mut rejected } = decoded;
    let mut events = Vec::new();
    let mut refused: Vec<(u64, String)> = Vec::new();
    for raw in batches {
        let mut silent = Lines::of(&raw)?;
        // An expression that fails, such as a CAST, does not say on which row: halve until it is alone.
        let mut waiting = vec![raw];
        while let Some(raw) = waiting.pop() {
            let selected = match plan.run(raw.clone()).await {
                Ok(selected) => selected,
                Err(error) if raw.num_rows() <= 1 => {
                    silent.remove(&raw)?;
                    refused.extend(lines_of(&raw)?.values().iter().map(|l| (l.cast_unsigned(), error.to_string())));
                    continue;
                }
                Err(_) => {
                    let half = raw.num_rows() / 2;
                    waiting.extend([raw.slice(half, raw.num_rows() - half), raw.slice(0, half)]);
                    continue;
                }
            };
            for selected in selected {
                silent.remove(&selected)?;
                let Canonical { events: typed, rejected } = canonicalise(&selected, context, &received_at)?;
                refused.extend(rejected);
                events.push(typed);
            }
        }
        refused.extend(silent.left().map(|line| (line, "the feed makes no event of it".to_owned())));
    }
    refused.sort();
    match &piece {
        _ if refused.is_empty() => {}
        Piece::Text(chunk) => {
            let records = decoder.raw_records(chunk);
            rejected.extend(refused.into_iter().map(|(line, reason)| records.reject(line, reason)));
        }
        Piece::Rows(batch, first_row) => rejected.extend(refused.into_iter().map(|(line, reason)| {
            let raw = row_text(batch, usize::try_from(line - first_row).unwrap_or_default());
            RejectedRecord { line, reason, raw }
        })),
    }
    rejected.sort_by_key(|r| r.line);
    let bytes = chunk.map_or(0, |chunk| chunk.bytes.len() as u64);
    Ok(Typed { events, rejected, bytes })
}

/// Lines of which the feed has made nothing yet.
struct Lines {
    first: i64,
    waiting: Vec<bool>,
}

impl Lines {
    fn of(raw: &RecordBatch) -> Result<Self> {
        let lines = lines_of(raw)?.values();
        let first = lines.iter().copied().min().unwrap_or(0);
        let count = lines.iter().map(|line| (line - first + 1).cast_unsigned()).max().unwrap_or(0);
        let mut waiting = vec![false; usize::try_from(count).unwrap_or(0)];
        lines.iter().for_each(|line| waiting[(line - first).cast_unsigned() as usize] = true);
        Ok(Self { first, waiting })
    }

    fn remove(&mut self, selected: &RecordBatch) -> Result<()> {
        for line in lines_of(selected)?.values() {
            let waiting = usize::try_from(line - self.first).ok().and_then(|at| self.waiting.get_mut(at));
            let waiting = waiting.ok_or_else(|| Error::Internal(format!("there is no line {line} in this chunk")))?;
            *waiting = false;
        }
        Ok(())
    }

    fn left(&self) -> impl Iterator<Item = u64> + '_ {
        let waiting = self.waiting.iter().enumerate().filter(|(_, waiting)| **waiting);
        waiting.map(|(at, _)| self.first.cast_unsigned() + at as u64)
    }
}

fn lines_of(batch: &RecordBatch) -> Result<&Int64Array> {
    let lines = batch.column_by_name("_line").and_then(|c| c.as_primitive_opt::<Int64Type>());
    lines.ok_or_else(|| Error::Internal("_line is not a line number".to_owned()))
}

/// Takes events in the order of the file, each once.
struct Intake<'a> {
    known: &'a KeySet,
    first: Option<&'a Seen>,
    seen: Seen,
    landed: u64,
    duplicate: u64,
    out_of_order: bool,
}

impl<'a> Intake<'a> {
    fn new(known: &'a KeySet, first: Option<&'a Seen>) -> Self {
        Self { known, first, seen: Seen::default(), landed: 0, duplicate: 0, out_of_order: false }
    }

    /// The rows of a batch to be written.
    fn take(&mut self, batch: RecordBatch) -> Result<Option<RecordBatch>> {
        let missing = |name: &str| Error::Internal(format!("no column {name}"));
        let column = |name: &str| batch.column_by_name(name).ok_or_else(|| missing(name));
        let keys = column("event_key")?.as_primitive::<Decimal128Type>();
        let received = column("received_at")?.as_primitive::<TimestampMicrosecondType>();
        let times = column("event_time")?.as_primitive::<TimestampMicrosecondType>();
        let precision = cast(column("time_precision")?, &ColumnType::Text.arrow())?;
        let precision = precision.as_string_view();
        let mut keep = Vec::with_capacity(batch.num_rows());
        for row in 0..batch.num_rows() {
            if precision.value(row) == Precision::Received.name() {
                self.seen.timeless = true;
            } else {
                let time = times.value(row);
                let (first, last) = self.seen.times.unwrap_or((time, time));
                self.seen.times = Some((first.min(time), last.max(time)));
            }
            keep.push(self.is_new(keys.value(row), received.value(row)));
        }
        let kept = keep.iter().filter(|keep| **keep).count();
        self.landed += kept as u64;
        self.duplicate += (keep.len() - kept) as u64;
        if self.landed > FILE_EVENTS_MAX {
            let message = format!("the file holds more than {FILE_EVENTS_MAX} events; split it");
            return Err(Error::Limit { limit: "FILE_EVENTS_MAX", message });
        }
        Ok(match kept {
            0 => None,
            all if all == keep.len() => Some(batch),
            _ => Some(filter_record_batch(&batch, &BooleanArray::from(keep))?),
        })
    }

    fn is_new(&mut self, key: i128, received: i64) -> bool {
        use std::collections::hash_map::Entry;
        if self.first.and_then(|first| first.first_received.get(&key)).is_some_and(|first| received > *first) {
            return false;
        }
        match self.seen.first_received.entry(key) {
            Entry::Vacant(slot) => {
                slot.insert(received);
                !self.known.contains(&key)
            }
            Entry::Occupied(mut slot) => {
                if received < *slot.get() {
                    slot.insert(received);
                    self.out_of_order = true;
                }
                false
            }
        }
    }
}
