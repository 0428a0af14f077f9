//! What the sinks write through: the text ones a buffer, all of them errors that keep the cause.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{Error, Result};

/// Text is handed on in pieces of about this size.
const PIECE_BYTES: usize = 64 << 10;

/// Text on its way out. A batch is one write or a few, and nothing of it stays behind when the batch ends, so that a
/// reader at the other end of a pipe sees rows as soon as they are there.
pub(super) struct TextOut {
    out: Box<dyn Write + Send>,
    /// The text not handed on yet.
    pub(super) text: String,
}

impl TextOut {
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out, text: String::new() }
    }

    /// After each row: hands the text on if it has become large.
    pub(super) fn end_row(&mut self) -> Result<()> {
        if self.text.len() >= PIECE_BYTES { self.hand_on() } else { Ok(()) }
    }

    /// After each batch: hands all text on.
    pub(super) fn hand_on(&mut self) -> Result<()> {
        self.out.write_all(self.text.as_bytes()).map_err(write_failed)?;
        self.text.clear();
        Ok(())
    }

    /// Where the next rows take their time: hands all text on, past whoever keeps it.
    pub(super) fn show(&mut self) -> Result<()> {
        self.hand_on()?;
        self.out.flush().map_err(write_failed)
    }

    pub(super) fn finish(mut self) -> Result<()> {
        self.show()
    }
}

/// A stream that the sinks of a document's sections write to one after the other.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<Box<dyn Write + Send>>>);

impl Shared {
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        Self(Arc::new(Mutex::new(out)))
    }

    /// Writes what stands around the sections.
    pub(super) fn text(&mut self, text: &str) -> Result<()> {
        self.write_all(text.as_bytes()).map_err(write_failed)
    }

    pub(super) fn finish(mut self) -> Result<()> {
        self.flush().map_err(write_failed)
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A writer that panicked has lost nothing of ours.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

/// Writing the output failed; the cause stays reachable for [`super::is_broken_pipe`].
pub(super) fn write_failed(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::storage("cannot write the result", source)
}

/// A sink was used out of order.
pub(super) fn not_begun() -> Error {
    Error::Internal("a result was written before its schema".into())
}
