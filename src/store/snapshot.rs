//! One version of the log: its files, and which landings it holds.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, TimeZone, Utc};
use deltalake::Path;
use deltalake::table::state::DeltaTableState;

use super::schema::{PARTITION_COLUMN, Record};
use super::stats::FileStats;
use super::{Store, object_path};
use crate::error::{Error, Result};

/// The store at one version. Cheap to clone, and never changes.
#[derive(Clone)]
pub struct Snapshot(Arc<Inner>);

struct Inner {
    store: Store,
    state: DeltaTableState,
    committed_at: DateTime<Utc>,
    info: serde_json::Value,
    files: [Vec<LogFile>; 3],
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Snapshot({} version {})", self.0.store.url(), self.version())
    }
}

impl Snapshot {
    /// The snapshot of a state, asking its log entry when it was committed.
    pub(super) async fn new(store: &Store, state: DeltaTableState) -> Result<Self> {
        match store.entry(state.version()).await? {
            Some(entry) => Self::with_entry(store, state, entry),
            None => Err(store.gone(state.version()).await),
        }
    }

    /// The snapshot of a state whose log entry is known.
    pub(super) fn with_entry(store: &Store, state: DeltaTableState, entry: super::log::Entry) -> Result<Self> {
        let files = files(store, &state)?;
        let super::log::Entry { committed_at, info } = entry;
        Ok(Self(Arc::new(Inner { store: store.clone(), state, committed_at, info, files })))
    }

    /// Its version.
    pub fn version(&self) -> u64 {
        self.0.state.version()
    }

    /// When its version was committed, in whole milliseconds. Rises with the version.
    pub fn committed_at(&self) -> DateTime<Utc> {
        self.0.committed_at
    }

    /// What was noted about its commit: [`super::Commit::info`] and smsql's own; null if another tool made it.
    pub fn info(&self) -> &serde_json::Value {
        &self.0.info
    }

    /// The files that hold records of one kind, newest first.
    pub fn files(&self, record: Record) -> &[LogFile] {
        &self.0.files[record as usize]
    }

    /// Whether a commit with this [`super::Commit::app_id`] is part of it.
    ///
    /// # Errors
    /// [`Error::Storage`] where the log cannot be read.
    pub async fn landed(&self, app_id: &str) -> Result<bool> {
        let store = &self.0.store;
        let version = self.0.state.transaction_version(store.log().as_ref(), app_id).await;
        let context = || format!("looking for a landing in the log of the store {}", store.url());
        Ok(version.map_err(|e| Error::storage(context(), e))?.is_some())
    }

    /// The store it is of.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    pub(super) fn state(&self) -> &DeltaTableState {
        &self.0.state
    }
}

/// One Parquet file of the log.
#[derive(Debug, Clone)]
pub struct LogFile {
    /// Its path below the table, as the log has it.
    pub path: String,
    /// Its size.
    pub size_bytes: u64,
    /// How many records it holds.
    pub rows: u64,
    /// When it was written.
    pub modified_at: DateTime<Utc>,
    record: Record,
    stats: Arc<Stats>,
}

/// Statistics as the log has them, and read. Most scans need those of a few files, so reading waits until then.
#[derive(Debug)]
struct Stats {
    json: String,
    read: OnceLock<FileStats>,
}

impl LogFile {
    /// Its path below the store's root.
    pub fn object_path(&self) -> Path {
        object_path(&self.path)
    }

    /// The kind of record it holds.
    pub fn record(&self) -> Record {
        self.record
    }

    /// What the log says about the values of its columns.
    pub fn stats(&self) -> &FileStats {
        self.stats.read.get_or_init(|| FileStats::read(&self.stats.json))
    }
}

/// The files of a state by kind of record.
fn files(store: &Store, state: &DeltaTableState) -> Result<[Vec<LogFile>; 3]> {
    let mut files: [Vec<LogFile>; 3] = Default::default();
    let data = state.snapshot().try_log_data();
    let data = data.map_err(|e| Error::storage(format!("reading the log of the store {}", store.url()), e))?;
    for view in data.iter() {
        let path = view.path().into_owned();
        let wrong = |message: &str| Error::invalid(format!("{}events/{path}", store.url()), message);
        let values: HashMap<String, Option<String>> = view.partition_values_map();
        let record = values.get(PARTITION_COLUMN).and_then(|value| Record::parse(value.as_deref()?));
        let record = record.ok_or_else(|| wrong("its `record` is none of event, reject and landing"))?;
        if view.deletion_vector_descriptor().is_some() {
            return Err(wrong("it has a deletion vector, which no version of smsql writes or reads"));
        }
        let rows = view.num_records().ok_or_else(|| wrong("the log does not say how many records it holds"))?;
        let modified_at = Utc.timestamp_millis_opt(view.modification_time()).single();
        files[record as usize].push(LogFile {
            size_bytes: u64::try_from(view.size()).map_err(|_| wrong("its size is negative"))?,
            rows: rows as u64,
            modified_at: modified_at.ok_or_else(|| wrong("its modification time is impossible"))?,
            record,
            stats: Arc::new(Stats { json: view.stats().unwrap_or_default(), read: OnceLock::new() }),
            path,
        });
    }
    // The order of the log depends on where its last checkpoint is; scans of one version must not.
    for files in &mut files {
        files.sort_unstable_by(|a, b| b.modified_at.cmp(&a.modified_at).then_with(|| a.path.cmp(&b.path)));
    }
    Ok(files)
}
