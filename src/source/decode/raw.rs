//! Finds a record again by the line it starts on.

use std::collections::HashMap;

use super::{RejectedRecord, json};
use crate::source::feed::FeedFormat;
use crate::source::split::Chunk;

/// The records of a chunk by line. Made once per chunk that has records to refuse, so that a file in which every
/// record is bad costs no more than one in which a few are.
#[derive(Debug)]
pub struct RawRecords<'a> {
    by_line: HashMap<u64, &'a [u8]>,
}

impl<'a> RawRecords<'a> {
    pub(super) fn of(format: FeedFormat, chunk: &'a Chunk) -> Self {
        let mut by_line = HashMap::new();
        match format {
            FeedFormat::Json => {
                for (line, bytes) in json::spans(&chunk.bytes, chunk.first_line) {
                    by_line.entry(line).or_insert(bytes);
                }
            }
            FeedFormat::Csv => {
                // A quoted field may go on over several lines.
                let (mut line, mut start, mut start_line, mut quoted) = (chunk.first_line, 0, chunk.first_line, false);
                for (at, &byte) in chunk.bytes.iter().enumerate() {
                    quoted ^= byte == b'"';
                    if byte == b'\n' {
                        line += 1;
                        if !quoted {
                            by_line.insert(start_line, &chunk.bytes[start..at]);
                            (start, start_line) = (at + 1, line);
                        }
                    }
                }
                by_line.insert(start_line, &chunk.bytes[start..]);
            }
            _ => {
                let lines = chunk.bytes.split(|&b| b == b'\n').enumerate();
                by_line.extend(lines.map(|(at, line)| (chunk.first_line + at as u64, line)));
            }
        }
        Self { by_line }
    }

    /// Refuses the record that starts on `line`.
    pub fn reject(&self, line: u64, reason: String) -> RejectedRecord {
        RejectedRecord::new(line, reason, self.by_line.get(&line).copied().unwrap_or_default())
    }
}
