//! Where results and messages go. The command line is the only one that prints, so it is what stands behind this.

use std::io::Write;

use chrono_tz::Tz;

use crate::output::RenderOptions;
use crate::{Error, Result};

/// Standard output for results, standard error for everything else, and what they may look like there.
pub trait Console: Send + Sync {
    /// Whether a person types: standard input is a terminal.
    fn is_interactive(&self) -> bool;
    /// Whether results are seen by a person: standard output is a terminal.
    fn output_is_terminal(&self) -> bool;
    /// Standard output, for results.
    fn output(&self) -> Box<dyn Write + Send>;
    /// How results look on standard output.
    fn rendering(&self, time_zone: Tz) -> RenderOptions;
    /// Whether messages are seen by a person, so that progress may be shown there.
    fn messages_are_watched(&self) -> bool;
    /// Whether messages may have colours.
    fn is_styled(&self) -> bool;
    /// Writes text to standard output.
    ///
    /// # Errors
    /// [`Error::Storage`] where it cannot be written; see [`crate::output::is_broken_pipe`].
    fn text(&self, text: &str) -> Result<()>;
    /// Says something on standard error. What it quotes cannot act on a terminal.
    fn note(&self, text: &str);
    /// Tells the error on standard error, with what to do about it.
    fn error(&self, error: &Error);
}
