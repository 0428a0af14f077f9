//! How far a landing is, for whoever shows it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counters of the running landing. Cheap to update from every core.
#[derive(Debug, Default)]
pub struct Progress {
    name: Mutex<String>,
    bytes: AtomicU64,
    bytes_total: AtomicU64,
    rows: AtomicU64,
    finished: AtomicBool,
}

impl Progress {
    pub(super) fn start(&self, name: &str) {
        if let Ok(mut held) = self.name.lock() {
            name.clone_into(&mut held);
        }
        for counter in [&self.bytes, &self.bytes_total, &self.rows] {
            counter.store(0, Ordering::Relaxed);
        }
        self.finished.store(false, Ordering::Relaxed);
    }

    pub(super) fn expect(&self, bytes: u64) {
        self.bytes_total.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn restart(&self) {
        self.bytes.store(0, Ordering::Relaxed);
        self.rows.store(0, Ordering::Relaxed);
    }

    pub(super) fn add(&self, bytes: u64, rows: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    pub(super) fn finish(&self) {
        self.finished.store(true, Ordering::Relaxed);
    }

    /// The input that is being landed.
    pub fn name(&self) -> String {
        self.name.lock().map(|name| name.clone()).unwrap_or_default()
    }

    /// Bytes of text read so far, and in all (0 while not known).
    pub fn bytes(&self) -> (u64, u64) {
        (self.bytes.load(Ordering::Relaxed), self.bytes_total.load(Ordering::Relaxed))
    }

    /// Rows made so far.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Whether the landing is over.
    pub fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Relaxed)
    }
}
