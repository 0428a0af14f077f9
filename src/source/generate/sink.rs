//! Files: their names, their cuts and their compression.

use std::io::Write;

use flate2::write::GzEncoder;

use super::options::{Compression, Feed, Split};
use super::random::DAY;
use super::render::Calendar;
use super::truth::FeedTruth;
use crate::error::{Error, Result};

/// Opens a file by its name.
pub(super) type Open<'a> = dyn FnMut(&str) -> Result<Box<dyn Write + Send>> + 'a;

enum Encoder {
    Plain(Box<dyn Write + Send>),
    Gzip(GzEncoder<Box<dyn Write + Send>>),
    Zstd(zstd::Encoder<'static, Box<dyn Write + Send>>),
}

/// Where the lines of one feed go.
pub(super) struct Sink {
    pub(super) feed: Feed,
    split: Split,
    compression: Compression,
    /// Lines on their way; also where the next one is made.
    pub(super) buffer: Vec<u8>,
    file: Option<Encoder>,
    /// What the open file holds: its number from 0, or its day.
    part: Option<i64>,
    truth: FeedTruth,
}

const BUFFER_BYTES: usize = 256 << 10;

impl Sink {
    pub(super) fn new(feed: Feed, split: Split, compression: Compression) -> Self {
        let buffer = Vec::with_capacity(BUFFER_BYTES + 4096);
        Self { feed, split, compression, buffer, file: None, part: None, truth: FeedTruth::default() }
    }

    /// Goes on to the file for lines that come in at `time`, after `part` of the parts of [`Split::Files`].
    pub(super) fn turn(&mut self, part: u32, time: i64, open: &mut Open<'_>) -> Result<()> {
        let part = match self.split {
            Split::One => 0,
            Split::Files(_) => i64::from(part),
            Split::Day => time.div_euclid(DAY),
        };
        if self.part == Some(part) {
            return Ok(());
        }
        self.close()?;
        let name = self.name(part);
        let file = open(&name)?;
        let encoder = match self.compression {
            Compression::None => Encoder::Plain(file),
            // No name and no time in the header: the same lines give the same file.
            Compression::Gzip => Encoder::Gzip(GzEncoder::new(file, flate2::Compression::default())),
            Compression::Zstd => Encoder::Zstd(
                zstd::Encoder::new(file, 3).map_err(|e| Error::storage(format!("compressing {name}"), e))?,
            ),
        };
        (self.file, self.part) = (Some(encoder), Some(part));
        self.truth.files.push(name);
        Ok(())
    }

    fn name(&self, part: i64) -> String {
        let mut name = self.feed.name().replace('/', "-").into_bytes();
        match self.split {
            Split::One => {}
            Split::Files(_) => name.extend_from_slice(format!("-{:04}", part + 1).as_bytes()),
            Split::Day => {
                name.push(b'-');
                Calendar::default().day(&mut name, part * DAY);
            }
        }
        let compression = match self.compression {
            Compression::None => "",
            Compression::Gzip => ".gz",
            Compression::Zstd => ".zst",
        };
        format!("{}.{}{compression}", String::from_utf8_lossy(&name), self.feed.suffix())
    }

    /// Counts the line that was just made in `buffer`, and writes when it is full.
    pub(super) fn line(&mut self, repeat: bool) -> Result<()> {
        self.truth.lines += 1;
        self.truth.duplicates += u64::from(repeat);
        if self.buffer.len() >= BUFFER_BYTES { self.flush() } else { Ok(()) }
    }

    fn failed(&self) -> impl Fn(std::io::Error) -> Error + use<> {
        let name = self.truth.files.last().cloned().unwrap_or_default();
        move |error| Error::storage(format!("writing {name}"), error)
    }

    fn flush(&mut self) -> Result<()> {
        let failed = self.failed();
        self.truth.bytes += self.buffer.len() as u64;
        match &mut self.file {
            Some(Encoder::Plain(file)) => file.write_all(&self.buffer),
            Some(Encoder::Gzip(file)) => file.write_all(&self.buffer),
            Some(Encoder::Zstd(file)) => file.write_all(&self.buffer),
            None => Ok(()),
        }
        .map_err(failed)?;
        self.buffer.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        self.flush()?;
        let failed = self.failed();
        let file = match self.file.take() {
            None => return Ok(()),
            Some(Encoder::Plain(file)) => Ok(file),
            Some(Encoder::Gzip(file)) => file.finish(),
            Some(Encoder::Zstd(file)) => file.finish(),
        };
        file.and_then(|mut file| file.flush()).map_err(failed)
    }

    /// Ends the last file and says what was written.
    pub(super) fn finish(mut self) -> Result<(Feed, FeedTruth)> {
        self.close()?;
        self.truth.distinct = self.truth.lines - self.truth.duplicates;
        Ok((self.feed, self.truth))
    }
}
