//! Records become a batch with the columns a feed declares. What cannot be read is set aside with the reason.

mod csv;
mod envelope;
mod form;
mod json;
mod parquet;
mod raw;
mod smpp;
mod text;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, RecordBatchOptions, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

pub use self::parquet::{ParquetChunks, row_text};
pub use self::raw::RawRecords;
use super::feed::{Feed, FeedFormat};
use super::split::{Boundary, Chunk, JsonValues, Lines, QuotedLines};
use crate::error::{Error, Result};
use crate::limits::RECORD_BYTES_MAX;

/// A record that was refused, as it goes to `rejects`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedRecord {
    /// The line it starts on.
    pub line: u64,
    /// Why it was refused.
    pub reason: String,
    /// The record as it stood in the file; bytes that are no UTF-8 are replaced.
    pub raw: String,
}

impl RejectedRecord {
    /// Refuses `bytes`, which start on `line`.
    pub fn new(line: u64, reason: impl Into<String>, bytes: &[u8]) -> Self {
        let cut = &bytes[..bytes.len().min(RECORD_BYTES_MAX)];
        Self { line, reason: reason.into(), raw: String::from_utf8_lossy(cut).trim_end().to_owned() }
    }
}

/// What one chunk of a feed holds.
#[derive(Debug, Default)]
pub struct Decoded {
    /// Raw rows: the declared columns, then `_line`, `_received_at` and `_batch`.
    pub batches: Vec<RecordBatch>,
    /// When a line's report was received, where the envelope says so.
    pub received_at: HashMap<u64, String>,
    /// Records that could not be read.
    pub rejected: Vec<RejectedRecord>,
}

/// One record: where it stands, when it was received, what it says.
#[derive(Debug, Clone)]
struct Record<'a> {
    line: u64,
    received_at: Option<String>,
    bytes: Cow<'a, [u8]>,
}

impl<'a> Record<'a> {
    fn reject(&self, reason: impl Into<String>) -> RejectedRecord {
        RejectedRecord::new(self.line, reason, &self.bytes)
    }

    fn oversized(&self) -> RejectedRecord {
        self.reject(format!("limit RECORD_BYTES_MAX reached: the record is longer than {RECORD_BYTES_MAX} bytes"))
    }

    fn starts_with_json(&self) -> bool {
        matches!(self.bytes.first(), Some(b'{' | b'['))
    }
}

/// Turns the chunks of one file into raw batches.
#[derive(Debug, Clone)]
pub struct Decoder {
    feed: Arc<Feed>,
    format: FeedFormat,
    batch_id: Option<String>,
    header: Option<Arc<::csv::StringRecord>>,
    schema: SchemaRef,
}

impl Decoder {
    /// A decoder of `feed` for a file that starts with `head`; `format` overrides what the file looks like, `batch_id`
    /// is the `--batch` it is landed with.
    pub fn new(feed: &Arc<Feed>, head: &[u8], format: Option<FeedFormat>, batch_id: Option<String>) -> Result<Self> {
        let format = match format {
            Some(format) if !feed.accepts(format) => {
                let known = feed.formats.iter().map(|f| f.name()).collect::<Vec<_>>().join(", ");
                return Err(Error::Usage(format!("feed {} comes as {known} or envelope, not as {format}", feed.name)));
            }
            Some(format) => format,
            None => detect(feed, head),
        };
        let header = if format == FeedFormat::Csv { Some(Arc::new(csv::header(feed, head)?)) } else { None };
        Ok(Self { schema: full_schema(&feed.raw_schema), feed: Arc::clone(feed), format, batch_id, header })
    }

    /// The format the file is in.
    pub fn format(&self) -> FeedFormat {
        self.format
    }

    /// Where records of the format end.
    pub fn boundary(&self) -> Box<dyn Boundary> {
        match self.format {
            FeedFormat::Json => Box::new(JsonValues::default()),
            FeedFormat::Csv => Box::new(QuotedLines::default()),
            _ => Box::new(Lines),
        }
    }

    /// Reads one chunk. Never fails on what the chunk says: that ends in `rejected`.
    pub fn decode(&self, chunk: &Chunk) -> Result<Decoded> {
        let mut out = Decoded::default();
        if chunk.oversized {
            let bytes = Cow::Borrowed(chunk.bytes.as_slice());
            out.rejected.push(Record { line: chunk.first_line, received_at: None, bytes }.oversized());
            return Ok(out);
        }
        match self.format {
            FeedFormat::Csv => {
                let header = self.header.as_deref().ok_or_else(|| Error::Internal("no CSV header".to_owned()))?;
                let (rows, records) = csv::decode(&self.feed, header, chunk, &mut out)?;
                self.finish(rows, &records, &mut out)?;
            }
            FeedFormat::Json => {
                let records = json::values(&chunk.bytes, chunk.first_line);
                self.decode_records(records, &mut out)?;
            }
            FeedFormat::Envelope => {
                let records = envelope::unwrap(lines(chunk), &mut out);
                self.decode_records(flatten_arrays(records), &mut out)?;
            }
            _ => self.decode_records(flatten_arrays(lines(chunk)), &mut out)?,
        }
        Ok(out)
    }

    /// Reads a batch of a Parquet file whose first row is `first_row`.
    pub fn decode_parquet(&self, batch: &RecordBatch, first_row: u64) -> Result<Decoded> {
        let mut out = Decoded::default();
        let rows = parquet::decode(&self.feed, batch)?;
        let records: Vec<_> = (0..batch.num_rows() as u64)
            .map(|row| Record { line: first_row + row, received_at: None, bytes: Cow::Borrowed(&[][..]) })
            .collect();
        self.finish(rows, &records, &mut out)?;
        Ok(out)
    }

    /// Records of one file may come as JSON and as forms side by side: each kind gets its own batch.
    fn decode_records(&self, records: Vec<Record<'_>>, out: &mut Decoded) -> Result<()> {
        let (records, oversized): (Vec<_>, Vec<_>) =
            records.into_iter().partition(|record| record.bytes.len() <= RECORD_BYTES_MAX);
        out.rejected.extend(oversized.iter().map(Record::oversized));
        let (as_json, as_text): (Vec<_>, Vec<_>) =
            records.into_iter().partition(|r| r.starts_with_json() || !self.takes_text());
        if self.feed.accepts(FeedFormat::Smpp) {
            let (rows, records) = smpp::decode(&self.feed, [as_json, as_text].concat(), out)?;
            return self.finish(rows, &records, out);
        }
        if !as_json.is_empty() {
            let (rows, records) = json::decode(&self.feed, as_json, out)?;
            self.finish(rows, &records, out)?;
        }
        if !as_text.is_empty() {
            let (rows, records) = if self.feed.accepts(FeedFormat::Form) {
                form::decode(&self.feed, as_text, out)?
            } else if self.feed.accepts(FeedFormat::Csv) {
                csv::decode_documents(&self.feed, as_text, out)?
            } else {
                text::decode(&self.feed, as_text, out)?
            };
            self.finish(rows, &records, out)?;
        }
        Ok(())
    }

    fn takes_text(&self) -> bool {
        let in_envelope = self.format == FeedFormat::Envelope && self.feed.accepts(FeedFormat::Csv);
        in_envelope || [FeedFormat::Form, FeedFormat::Lines, FeedFormat::Smpp].iter().any(|f| self.feed.accepts(*f))
    }

    /// Adds the columns every feed has.
    fn finish(&self, rows: Vec<ArrayRef>, records: &[Record<'_>], out: &mut Decoded) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let mut columns = rows;
        columns.push(Arc::new(Int64Array::from_iter_values(records.iter().map(|r| r.line.cast_signed()))));
        columns.push(Arc::new(records.iter().map(|r| r.received_at.as_deref()).collect::<StringArray>()));
        columns.push(Arc::new(records.iter().map(|_| self.batch_id.as_deref()).collect::<StringArray>()));
        let options = RecordBatchOptions::new().with_row_count(Some(records.len()));
        out.batches.push(RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?);
        for record in records {
            if let Some(received_at) = &record.received_at {
                out.received_at.insert(record.line, received_at.clone());
            }
        }
        Ok(())
    }

    /// The records of a chunk as they stand in it, for those that are refused after decoding.
    pub fn raw_records<'a>(&self, chunk: &'a Chunk) -> RawRecords<'a> {
        RawRecords::of(self.format, chunk)
    }

    /// The schema of `raw`: the declared columns, then `_line`, `_received_at`, `_batch`.
    pub fn raw_schema(&self) -> &SchemaRef {
        &self.schema
    }
}

/// The schema of `raw` for a feed's declared columns.
pub fn full_schema(declared: &SchemaRef) -> SchemaRef {
    let mut fields = declared.fields().to_vec();
    fields.push(Arc::new(Field::new("_line", DataType::Int64, false)));
    fields.push(Arc::new(Field::new("_received_at", DataType::Utf8, true)));
    fields.push(Arc::new(Field::new("_batch", DataType::Utf8, true)));
    Arc::new(Schema::new(fields))
}

/// What a file looks like, of what the feed accepts.
fn detect(feed: &Feed, head: &[u8]) -> FeedFormat {
    if head.starts_with(b"PAR1") {
        return FeedFormat::Parquet;
    }
    let start = head.trim_ascii_start();
    if start.starts_with(b"{") && envelope::looks_like(feed, start) {
        return FeedFormat::Envelope;
    }
    if matches!(start.first(), Some(b'{' | b'[')) && feed.accepts_json() {
        if feed.accepts(FeedFormat::Smpp) {
            return FeedFormat::Smpp;
        }
        let first_line = start.split(|&b| b == b'\n').next().unwrap_or_default();
        let whole = serde_json::from_slice::<serde::de::IgnoredAny>(first_line).is_ok();
        return if whole { FeedFormat::Ndjson } else { FeedFormat::Json };
    }
    let text = [FeedFormat::Csv, FeedFormat::Form, FeedFormat::Smpp, FeedFormat::Lines];
    text.into_iter().find(|format| feed.formats.contains(format)).unwrap_or(FeedFormat::Ndjson)
}

/// The lines of a chunk that are not blank, without their line ends.
fn lines(chunk: &Chunk) -> Vec<Record<'_>> {
    let mut records = Vec::with_capacity(chunk.bytes.len() / 256);
    for (number, line) in chunk.bytes.split(|&b| b == b'\n').enumerate() {
        let line = line.trim_ascii();
        if !line.is_empty() {
            let line_number = chunk.first_line + number as u64;
            records.push(Record { line: line_number, received_at: None, bytes: Cow::Borrowed(line) });
        }
    }
    records
}

/// Lines that are JSON arrays become one record per element.
fn flatten_arrays(records: Vec<Record<'_>>) -> Vec<Record<'_>> {
    if !records.iter().any(|r| r.bytes.starts_with(b"[")) {
        return records;
    }
    let mut flat = Vec::with_capacity(records.len());
    for record in records {
        if !record.bytes.starts_with(b"[") || serde_json::from_slice::<serde::de::IgnoredAny>(&record.bytes).is_err() {
            flat.push(record);
            continue;
        }
        for value in json::values(&record.bytes, record.line) {
            flat.push(Record {
                line: record.line,
                received_at: record.received_at.clone(),
                bytes: Cow::Owned(value.bytes.into_owned()),
            });
        }
    }
    flat
}
