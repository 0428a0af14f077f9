//! Cuts a stream of bytes into chunks of whole records, remembering the line each starts at.

use std::io::{self, Read};

use crate::limits::RECORD_BYTES_MAX;

/// How many bytes a chunk aims at: large enough to amortise planning, small enough to keep every core busy.
pub const CHUNK_BYTES: usize = 4 << 20;

/// A run of whole records.
#[derive(Debug)]
pub struct Chunk {
    /// The line its first byte stands on, from 1.
    pub first_line: u64,
    /// Its bytes: whole lines, or for [`JsonValues`] whole values.
    pub bytes: Vec<u8>,
    /// A record that is longer than the limit: its bytes are only the start of it.
    pub oversized: bool,
}

/// Where records end inside the bytes of a format.
pub trait Boundary: Send {
    /// Whether a record ends after this byte, having seen every byte before it.
    fn ends_after(&mut self, byte: u8) -> bool;

    /// Forgets what was seen: the next byte starts a record.
    fn reset(&mut self) {}

    /// The end (exclusive) of the first whole record in `bytes[from..]`.
    fn first_end(&mut self, bytes: &[u8], from: usize) -> Option<usize> {
        (from..bytes.len()).find(|&at| self.ends_after(bytes[at])).map(|at| at + 1)
    }

    /// The end (exclusive) of the last whole record in `bytes[from..]`.
    fn last_end(&mut self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut last = None;
        for (at, &byte) in bytes.iter().enumerate().skip(from) {
            if self.ends_after(byte) {
                last = Some(at + 1);
            }
        }
        last
    }
}

/// Records end at every newline.
#[derive(Debug, Default)]
pub struct Lines;

impl Boundary for Lines {
    fn ends_after(&mut self, byte: u8) -> bool {
        byte == b'\n'
    }

    fn last_end(&mut self, bytes: &[u8], from: usize) -> Option<usize> {
        bytes[from..].iter().rposition(|&b| b == b'\n').map(|at| from + at + 1)
    }
}

/// Records end at newlines outside double quotes, as RFC 4180 has it.
#[derive(Debug, Default)]
pub struct QuotedLines {
    quoted: bool,
}

impl Boundary for QuotedLines {
    fn ends_after(&mut self, byte: u8) -> bool {
        self.quoted ^= byte == b'"';
        byte == b'\n' && !self.quoted
    }

    fn reset(&mut self) {
        self.quoted = false;
    }
}

/// Records are JSON values, one after the other or as elements of top-level arrays. Ends count where the nesting
/// returns to the top, or to a top-level array.
#[derive(Debug, Default)]
pub struct JsonValues {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Boundary for JsonValues {
    fn ends_after(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            // A top-level array is only a wrapper: its brackets do not count as depth.
            b'{' => self.depth += 1,
            b'[' if self.depth > 0 => self.depth += 1,
            b']' if self.depth > 0 => self.depth -= 1,
            b'}' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

/// Reads chunks of whole records from a stream.
pub struct Chunks<R> {
    reader: R,
    boundary: Box<dyn Boundary>,
    /// Bytes read but not handed out.
    rest: Vec<u8>,
    line: u64,
    ended: bool,
    skipping: bool,
}

impl<R: Read> Chunks<R> {
    /// Chunks of `reader` that end where `boundary` says.
    pub fn new(reader: R, boundary: Box<dyn Boundary>) -> Self {
        Self { reader, boundary, rest: Vec::new(), line: 1, ended: false, skipping: false }
    }

    fn emit(&mut self, end: usize, oversized: bool) -> Chunk {
        let rest = self.rest.split_off(end);
        let bytes = std::mem::replace(&mut self.rest, rest);
        let first_line = self.line;
        self.line += count_newlines(&bytes);
        self.boundary.reset();
        Chunk { first_line, bytes, oversized }
    }

    /// The next chunk; `None` at the end. A record longer than [`RECORD_BYTES_MAX`] comes as a chunk of its own that
    /// says so and holds only its start; the rest of it is skipped.
    pub fn next_chunk(&mut self) -> io::Result<Option<Chunk>> {
        self.skip()?;
        // What is left over from the last chunk starts with a record: the boundary looks at it anew.
        let mut end = self.boundary.last_end(&self.rest, 0);
        while !self.ended && self.rest.len() < CHUNK_BYTES {
            let seen = self.rest.len();
            self.read(CHUNK_BYTES - seen)?;
            end = self.boundary.last_end(&self.rest, seen).or(end);
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        match end {
            Some(end) => Ok(Some(self.emit(end, false))),
            None => {
                let oversized = self.rest.len() > RECORD_BYTES_MAX;
                self.skipping = oversized && !self.ended;
                Ok(Some(self.emit_all(oversized)))
            }
        }
    }

    /// Drops the rest of a record that was too long.
    fn skip(&mut self) -> io::Result<()> {
        while self.skipping && !self.ended {
            self.read(CHUNK_BYTES)?;
            let end = self.boundary.first_end(&self.rest, 0);
            let dropped = end.unwrap_or(self.rest.len());
            self.line += count_newlines(&self.rest[..dropped]);
            self.rest.drain(..dropped);
            if end.is_some() {
                self.skipping = false;
                self.boundary.reset();
            }
        }
        Ok(())
    }

    fn read(&mut self, most: usize) -> io::Result<()> {
        let count = (&mut self.reader).take(most.min(1 << 20) as u64).read_to_end(&mut self.rest)?;
        self.ended = count == 0;
        Ok(())
    }

    /// Everything there is, without forgetting where in a record it stands.
    fn emit_all(&mut self, oversized: bool) -> Chunk {
        let bytes = std::mem::take(&mut self.rest);
        let first_line = self.line;
        self.line += count_newlines(&bytes);
        Chunk { first_line, bytes, oversized }
    }
}

fn count_newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&b| b == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn chunks(text: Vec<u8>, boundary: Box<dyn Boundary>) -> Vec<Chunk> {
        let mut chunks = Chunks::new(io::Cursor::new(text), boundary);
        std::iter::from_fn(|| chunks.next_chunk().unwrap()).collect()
    }

    #[test]
    fn nothing_is_lost_between_chunks_and_lines_are_counted() {
        let text: Vec<u8> = (0..700_000).flat_map(|i| format!("line number {i}\n").into_bytes()).collect();
        let chunks = chunks(text.clone(), Box::new(Lines));
        assert!(chunks.len() > 1);
        let mut line = 1;
        for chunk in &chunks {
            assert_eq!(chunk.first_line, line);
            assert!(chunk.bytes.ends_with(b"\n"));
            line += count_newlines(&chunk.bytes);
        }
        assert_eq!(chunks.into_iter().flat_map(|c| c.bytes).collect::<Vec<_>>(), text);
    }

    #[test]
    fn a_record_over_the_limit_is_cut_out_and_the_next_one_is_whole() {
        let mut text = b"first\n".to_vec();
        text.extend(vec![b'x'; 9 << 20]);
        text.extend(b"\nlast\n");
        let chunks = chunks(text, Box::new(Lines));
        let shapes: Vec<_> = chunks.iter().map(|c| (c.first_line, c.oversized, c.bytes.len() > 100)).collect();
        assert_eq!(shapes, [(1, false, false), (2, true, true), (3, false, false)]);
        assert_eq!(chunks[2].bytes, b"last\n");
    }

    #[test]
    fn quoted_newlines_and_pretty_json_stay_whole() {
        let csv = chunks(b"a,\"x\ny\"\nb,\"unfinished\n".to_vec(), Box::new(QuotedLines::default()));
        assert_eq!(csv[0].bytes, b"a,\"x\ny\"\n");
        let json = chunks(b"[{\"a\": \"}{\"},\n {\"b\": [1]}]\n{\"open\": ".to_vec(), Box::new(JsonValues::default()));
        assert_eq!(json[0].bytes, b"[{\"a\": \"}{\"},\n {\"b\": [1]}");
        assert_eq!(json[1].first_line, 2);
    }
}
