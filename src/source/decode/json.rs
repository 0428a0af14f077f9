//! JSON records, decoded many at a time by arrow with the declared schema.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::error::ArrowError;
use arrow_json::ReaderBuilder;

use super::{Decoded, Feed, Record};
use crate::error::Result;

/// Decodes records; those that are no JSON object of the declared shape are set aside.
pub(super) fn decode<'a>(
    feed: &Feed,
    records: Vec<Record<'a>>,
    out: &mut Decoded,
) -> Result<(Vec<ArrayRef>, Vec<Record<'a>>)> {
    if let Ok(columns) = decode_all(feed, &records) {
        return Ok((columns, records));
    }
    // Arrow does not say which record is the bad one: look at each alone, then decode the good ones together.
    let mut good = Vec::with_capacity(records.len());
    for record in records {
        match decode_all(feed, std::slice::from_ref(&record)) {
            Ok(_) => good.push(record),
            Err(error) => out.rejected.push(record.reject(reason(&record, &error))),
        }
    }
    let columns = decode_all(feed, &good)?;
    Ok((columns, good))
}

fn decode_all(feed: &Feed, records: &[Record<'_>]) -> Result<Vec<ArrayRef>, ArrowError> {
    let mut decoder = ReaderBuilder::new(Arc::clone(&feed.raw_schema))
        .with_coerce_primitive(true)
        .with_batch_size(records.len() + 1)
        .build_decoder()?;
    for record in records {
        let bytes = &record.bytes;
        let read = decoder.decode(bytes)? + decoder.decode(b"\n")?;
        if read != bytes.len() + 1 || decoder.has_partial_record() {
            return Err(ArrowError::JsonError("the record is not one whole JSON value".to_owned()));
        }
    }
    if decoder.len() != records.len() {
        return Err(ArrowError::JsonError("the line holds more or less than one JSON value".to_owned()));
    }
    Ok(match decoder.flush()? {
        Some(batch) => batch.columns().to_vec(),
        None => feed.raw_schema.fields().iter().map(|f| arrow::array::new_empty_array(f.data_type())).collect(),
    })
}

fn reason(record: &Record<'_>, error: &ArrowError) -> String {
    match serde_json::from_slice::<serde_json::Value>(&record.bytes) {
        Err(syntax) => format!("not JSON: {syntax}"),
        Ok(value) if !value.is_object() => "not a JSON object".to_owned(),
        Ok(_) => format!("not of the declared shape: {}", error.to_string().trim_start_matches("Json error: ")),
    }
}

/// The JSON values in `bytes`: those that follow each other at the top, and the elements of top-level arrays.
pub(super) fn values(bytes: &[u8], first_line: u64) -> Vec<Record<'_>> {
    let record = |(line, bytes)| Record { line, received_at: None, bytes: Cow::Borrowed(bytes) };
    spans(bytes, first_line).into_iter().map(record).collect()
}

/// Where the JSON values stand: the line each starts on, and its bytes.
pub(super) fn spans(bytes: &[u8], first_line: u64) -> Vec<(u64, &[u8])> {
    let mut found = Vec::new();
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let (mut start, mut line, mut start_line) = (None, first_line, first_line);
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == b'\n' {
            line += 1;
        }
        if in_string {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        let at_top = depth == 0;
        if at_top && start.is_none() && !byte.is_ascii_whitespace() && !matches!(byte, b'[' | b']' | b',') {
            (start, start_line) = (Some(at), line);
        }
        match byte {
            b'"' => in_string = true,
            b'{' => depth += 1,
            // A number or word at the top, or as an element: no object, but a value that must not get lost.
            b',' | b']' if depth == 0 => {
                if let Some(from) = start.take() {
                    found.push((start_line, bytes[from..at].trim_ascii_end()));
                }
            }
            b'[' if depth > 0 => depth += 1,
            b']' if depth > 0 => depth -= 1,
            b'}' if depth > 0 => {
                depth -= 1;
                if depth == 0
                    && let Some(from) = start.take()
                {
                    found.push((start_line, &bytes[from..=at]));
                }
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        found.push((start_line, bytes[from..].trim_ascii_end()));
    }
    found
}
