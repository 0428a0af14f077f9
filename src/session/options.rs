//! What a session may use and do.

use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;

use crate::limits::REPORT_ROWS_KEPT_PERCENT_MAX;

/// The settings of a session. They are fixed when it opens: no SQL changes them.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// The zone in which times without one are read, and in which `date_trunc` and the like cut.
    pub time_zone: Tz,
    /// How much queries may hold in memory before they spill to disk, in bytes.
    pub memory_limit_bytes: usize,
    /// How many cores a query uses.
    pub threads: usize,
    /// How long a statement may run, from the start of planning to its last row.
    pub timeout: Option<Duration>,
    /// How many rows a statement may give.
    pub rows_max: Option<u64>,
    /// Where sorts and joins spill to; the system's directory for temporary files otherwise.
    pub spill_dir: Option<PathBuf>,
    /// Whether SQL may write files, read files, and create tables and views that live as long as the session.
    pub allow_write: bool,
    /// How much of that memory the rows of definitions may take that a report reads more than once and computes once, in
    /// bytes; with 0 it computes each as often as it reads it. [`REPORT_ROWS_KEPT_PERCENT_MAX`] of it otherwise.
    pub kept_bytes_max: Option<usize>,
}

impl SessionOptions {
    /// How much memory kept rows may take, in bytes.
    pub(super) fn kept_bytes_max(&self) -> usize {
        self.kept_bytes_max.unwrap_or(self.memory_limit_bytes / 100 * REPORT_ROWS_KEPT_PERCENT_MAX)
    }
}

impl Default for SessionOptions {
    /// UTC, 60 % of the machine's memory, all its cores, no deadline, any number of rows, read-only.
    fn default() -> Self {
        Self {
            time_zone: Tz::UTC,
            memory_limit_bytes: super::runtime::memory_bytes_default(),
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            timeout: None,
            rows_max: None,
            spill_dir: None,
            allow_write: false,
            kept_bytes_max: None,
        }
    }
}
