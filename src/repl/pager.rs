//! Results that are longer or wider than the screen go through a pager, as in psql and git: `$PAGER`,
//! else `less`. Shorter ones are written as they are.
//!
//! [`Paged`] is a [`Console`] around another: it keeps what is written until that is more than a screen, then starts the
//! pager and hands it everything from the start. So it never holds more than a screen, whatever the size of the result:
//! a pager takes as much as its reader looks at. When the reader leaves, writing fails with a broken pipe, which ends the
//! statement quietly.

mod program;
mod spool;

use std::io::{self, Write};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use chrono_tz::Tz;

use super::Console;
use super::lock::lock;
use crate::output::RenderOptions;
use crate::{Error, Result};
pub use program::Pager;
use spool::Spool;

/// When results go through a pager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paging {
    /// Where they are longer or wider than the screen.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

impl Paging {
    /// Every choice with its name.
    pub const ALL: [(&'static str, Self); 3] = [("auto", Self::Auto), ("on", Self::On), ("off", Self::Off)];
}

impl FromStr for Paging {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, choice)| choice).ok_or_else(|| Error::Usage(format!("`{name}` is not one of auto, on, off")))
    }
}

/// The size of a terminal, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Its columns.
    pub width: usize,
    /// Its lines.
    pub height: usize,
}

impl Screen {
    /// That of the terminal smsql runs in, as it is now; none without one.
    pub fn now() -> Option<Self> {
        let (width, height) = terminal_size::terminal_size()?;
        Some(Self { width: usize::from(width.0), height: usize::from(height.0) })
            .filter(|s| s.width > 0 && s.height > 0)
    }
}

/// A console whose results go through a pager where they need one.
pub struct Paged<'c> {
    console: &'c dyn Console,
    scrolls_sideways: bool,
    spool: Arc<Mutex<Spool>>,
    /// Beside the spool, which is locked while the pager does not take more.
    is_paging: Arc<AtomicBool>,
    /// What was said while the screen was the pager's.
    notes: Mutex<Vec<String>>,
}

/// Notes kept while a pager runs; more are one too many for anybody to read.
const NOTES_KEPT: usize = 100;

impl<'c> Paged<'c> {
    /// For one statement. Without a pager or a screen, or where results are not seen by a person, nothing is paged.
    pub fn new(console: &'c dyn Console, paging: Paging, pager: Option<Pager>, screen: Option<Screen>) -> Self {
        let pager = pager.filter(|_| console.output_is_terminal() && paging != Paging::Off);
        let scrolls_sideways = screen.is_some() && pager.as_ref().is_some_and(Pager::scrolls_sideways);
        let is_paging = Arc::new(AtomicBool::new(false));
        let spool = match (pager, screen) {
            (Some(pager), Some(screen)) => {
                let at_once = paging == Paging::On;
                Spool::new(console.output(), pager, screen, at_once, is_paging.clone())
            }
            _ => Spool::direct(console.output(), is_paging.clone()),
        };
        let spool = Arc::new(Mutex::new(spool));
        Self { console, scrolls_sideways, spool, is_paging, notes: Mutex::default() }
    }

    /// Whether the pager has the terminal: then Ctrl-C is for it, and nobody else may write there.
    pub fn is_paging(&self) -> bool {
        // While the spool is locked, the pager is reading.
        self.is_paging.load(Ordering::Acquire) && self.spool.try_lock().map_or(true, |mut spool| spool.is_read())
    }

    /// Ends the results: writes what was kept, or waits until the reader leaves the pager.
    ///
    /// # Errors
    /// [`Error::Storage`] where the terminal cannot be written.
    pub fn finish(self) -> Result<()> {
        self.end()
    }

    fn end(&self) -> Result<()> {
        let ended = lock(&self.spool).end();
        if let Some(problem) = lock(&self.spool).take_problem() {
            self.console.note(&problem);
        }
        for note in std::mem::take(&mut *lock(&self.notes)) {
            self.console.note(&note);
        }
        ended.map_err(|error| Error::storage("cannot write to standard output", error))
    }
}

impl Drop for Paged<'_> {
    fn drop(&mut self) {
        // Whatever went wrong, the terminal is the pager's until the reader leaves it.
        let _ = self.end();
    }
}

impl Console for Paged<'_> {
    fn is_interactive(&self) -> bool {
        self.console.is_interactive()
    }

    fn output_is_terminal(&self) -> bool {
        self.console.output_is_terminal()
    }

    fn output(&self) -> Box<dyn Write + Send> {
        Box::new(Output(self.spool.clone()))
    }

    fn rendering(&self, time_zone: Tz) -> RenderOptions {
        RenderOptions { scrolls_sideways: self.scrolls_sideways, ..self.console.rendering(time_zone) }
    }

    fn messages_are_watched(&self) -> bool {
        !self.is_paging() && self.console.messages_are_watched()
    }

    fn is_styled(&self) -> bool {
        self.console.is_styled()
    }

    fn text(&self, text: &str) -> Result<()> {
        let written = self.output().write_all(text.as_bytes());
        written.map_err(|error| Error::storage("cannot write to standard output", error))
    }

    fn note(&self, text: &str) {
        if !self.is_paging() {
            return self.console.note(text);
        }
        let mut notes = lock(&self.notes);
        if notes.len() < NOTES_KEPT {
            notes.push(text.to_owned());
        }
    }

    fn error(&self, error: &Error) {
        // After what came before it.
        let _ = self.end();
        self.console.error(error);
    }
}

/// What the sinks write to.
struct Output(Arc<Mutex<Spool>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).write(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        lock(&self.0).show()
    }
}
