//! Comma-separated values with a header line; columns are found by name.

use std::borrow::Cow;

use ::csv::{ReaderBuilder, StringRecord};
use arrow::array::{ArrayRef, StringBuilder};

use super::{Decoded, Feed, Record, RejectedRecord};
use crate::error::{Error, Result};
use crate::limits::RECORD_BYTES_MAX;
use crate::source::split::Chunk;

/// The header of a file that starts with `head`. A feed whose columns are all missing from it is the wrong feed.
pub(super) fn header(feed: &Feed, head: &[u8]) -> Result<StringRecord> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(without_bom(head));
    let mut header = StringRecord::new();
    reader
        .read_record(&mut header)
        .map_err(|e| Error::invalid(format!("feed {}", feed.name), format!("header: {e}")))?;
    header.trim();
    let known = feed.raw_schema.fields().iter().any(|field| position(&header, field.name()).is_some());
    if !known && !header.is_empty() {
        let wanted = feed.raw_schema.fields().iter().map(|f| f.name().as_str()).collect::<Vec<_>>().join(", ");
        let got = header.iter().collect::<Vec<_>>().join(", ");
        let message = format!("the header line has none of the columns {wanted}; it has {got}");
        return Err(Error::invalid(format!("feed {}, line 1", feed.name), message));
    }
    Ok(header)
}

/// Decodes the rows of a chunk; a row with another number of fields than the header is set aside.
pub(super) fn decode<'a>(
    feed: &Feed,
    header: &StringRecord,
    chunk: &'a Chunk,
    out: &mut Decoded,
) -> Result<(Vec<ArrayRef>, Vec<Record<'a>>)> {
    let fields = feed.raw_schema.fields();
    let positions: Vec<_> = fields.iter().map(|field| position(header, field.name())).collect();
    let mut builders: Vec<_> = fields.iter().map(|_| StringBuilder::new()).collect();
    let mut good = Vec::new();
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&chunk.bytes[..]);
    let mut row = ::csv::ByteRecord::new();
    let (mut from, mut line) = (0, chunk.first_line);
    while reader.read_byte_record(&mut row).map_err(|e| Error::Internal(e.to_string()))? {
        let to = usize::try_from(reader.position().byte()).unwrap_or(chunk.bytes.len()).min(chunk.bytes.len());
        let bytes = &chunk.bytes[from..to];
        // The reader skips blank lines before a record: they belong to no record.
        let blank = bytes.iter().take_while(|b| matches!(b, b'\r' | b'\n')).filter(|&&b| b == b'\n').count() as u64;
        let record = Record { line: line + blank, received_at: None, bytes: Cow::Borrowed(bytes.trim_ascii()) };
        line += bytes.iter().filter(|&&b| b == b'\n').count() as u64;
        from = to;
        if record.line == 1 {
            continue;
        }
        if record.bytes.len() > RECORD_BYTES_MAX {
            out.rejected.push(record.oversized());
            continue;
        }
        if row.len() != header.len() {
            let reason = format!("the row has {} fields, the header {}", row.len(), header.len());
            out.rejected.push(RejectedRecord::new(record.line, reason, &record.bytes));
            continue;
        }
        let Ok(values) = positions
            .iter()
            .map(|at| at.and_then(|at| row.get(at)).map(std::str::from_utf8).transpose())
            .collect::<Result<Vec<_>, _>>()
        else {
            out.rejected.push(record.reject("not UTF-8 text"));
            continue;
        };
        for (builder, value) in builders.iter_mut().zip(values) {
            builder.append_option(value);
        }
        good.push(record);
    }
    Ok((super::text::columns(feed, builders)?, good))
}

/// Decodes records that are each a whole document with a header line: exports captured in envelopes. Their rows stand
/// on the line of the envelope.
pub(super) fn decode_documents<'a>(
    feed: &Feed,
    documents: Vec<Record<'a>>,
    out: &mut Decoded,
) -> Result<(Vec<ArrayRef>, Vec<Record<'a>>)> {
    let fields = feed.raw_schema.fields();
    let mut builders: Vec<_> = fields.iter().map(|_| StringBuilder::new()).collect();
    let mut good = Vec::new();
    for document in documents {
        let mut reader = ReaderBuilder::new().from_reader(without_bom(&document.bytes));
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                out.rejected.push(document.reject(format!("not CSV with a header line: {error}")));
                continue;
            }
        };
        let positions: Vec<_> = fields.iter().map(|field| position(&header, field.name())).collect();
        for row in reader.records() {
            match row {
                Ok(row) => {
                    for (builder, at) in builders.iter_mut().zip(&positions) {
                        builder.append_option(at.and_then(|at| row.get(at)));
                    }
                    good.push(Record { bytes: Cow::Borrowed(&[][..]), ..document.clone() });
                }
                Err(error) => out.rejected.push(document.reject(error.to_string())),
            }
        }
    }
    Ok((super::text::columns(feed, builders)?, good))
}

/// Where a column stands in the header: by its exact name, else without regard to case.
fn position(header: &StringRecord, name: &str) -> Option<usize> {
    header
        .iter()
        .position(|column| column == name)
        .or_else(|| header.iter().position(|column| column.eq_ignore_ascii_case(name)))
}

fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}
