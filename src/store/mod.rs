//! One Delta table on object storage, the archive of raw files, the commit protocol.
//!
//! A store is a folder: `events/` is the Delta table, partitioned by the kind of [`Record`]; `raw/` holds every landed
//! file, compressed, by the SHA-256 of its content; `segments/` holds named lists of recipients; `providers/` and
//! `status_codes.csv` are the user's own.
//!
//! # The commit protocol
//!
//! [`Store::commit`] writes exactly the version after the snapshot it is given, or nothing: whoever decided what to
//! write by looking at version 7 writes version 8, and if somebody else wrote version 8 they look again. That is
//! stricter than Delta asks for, which lets two appends pass each other, and it is what keeps each event in the log
//! once: the check against known events and the commit are one step.
//!
//! # History
//!
//! Delta's defaults delete log entries after 30 days and replaced files after 7. A store that must answer "what did we
//! know on 3 March" forbids both when it is created, and refuses to open when somebody has changed that.
//!
//! Instants are resolved by the timestamps inside the log entries, which this module keeps strictly increasing, never
//! by the times of the objects: a copy of the store answers like the original.

mod archive;
mod as_of;
mod checked;
mod commit;
mod identities;
mod local;
mod log;
mod schema;
mod segment;
mod snapshot;
mod stats;
mod writer;

#[cfg(test)]
mod lost_answers;

pub mod location;

use std::sync::{Arc, Mutex, PoisonError};

use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnv;
use deltalake::kernel::transaction::CommitProperties;
use deltalake::logstore::{LogStoreRef, StorageConfig, default_logstore};
use deltalake::operations::create::CreateBuilder;
use deltalake::protocol::SaveMode;
use deltalake::table::state::DeltaTableState;
use deltalake::{DeltaTableError, Path};
use object_store::prefix::PrefixStore;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use url::Url;

use crate::error::{Error, Result};

pub use as_of::AsOf;
pub use commit::{Commit, CommitOutcome};
pub use schema::Record;
pub use segment::{
    NewSegment, RecipientSet, Recipients, Segment, SegmentParameter, SegmentRevision, SegmentSource,
    check_segment_name, segment_exists,
};
pub use snapshot::{LogFile, Snapshot};
pub use stats::{Bounds, FileStats};
pub use writer::{LogWriter, NewFile};

/// The folder of the Delta table below the store's root.
pub const EVENTS_FOLDER: &str = "events";

/// A store of events. Cheap to clone; clones share what is known of the newest version.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    url: Url,
    objects: Arc<dyn ObjectStore>,
    log: LogStoreRef,
    /// The newest snapshot seen, so that the next look reads only what was added to the log since.
    newest: Mutex<Option<Snapshot>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({})", self.0.url)
    }
}

impl Store {
    /// Opens the store at a path or URL (`file`, `s3`, `gs`, `az`, `abfss`; `memory` lives as long as the process).
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none; [`Error::Invalid`] where its settings would let history be deleted.
    pub async fn open(location: &str) -> Result<Self> {
        Self::at(location::resolve(location)?)?.opened(location).await
    }

    /// Opens the store, or creates it. When several processes create it at once one of them does and all open it.
    ///
    /// # Errors
    /// As [`Store::open`], without the [`Error::NotFound`].
    pub async fn open_or_create(location: &str) -> Result<Self> {
        Self::at(location::resolve(location)?)?.opened_or_created(location).await
    }

    /// As [`Store::open`], in an object store that the caller made: configured in code instead of by the environment,
    /// or wrapped to measure, throttle or fail. [`location::resolve`] gives a location to start from.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub async fn open_with(location: location::Location) -> Result<Self> {
        let name = location.url.to_string();
        Self::at(location)?.opened(&name).await
    }

    /// As [`Store::open_or_create`], in an object store that the caller made. It must support conditional puts
    /// (`PutMode::Create`): they are what keeps two writers apart.
    ///
    /// # Errors
    /// As [`Store::open_or_create`].
    pub async fn open_or_create_with(location: location::Location) -> Result<Self> {
        let name = location.url.to_string();
        Self::at(location)?.opened_or_created(&name).await
    }

    async fn opened(self, name: &str) -> Result<Self> {
        match self.load(None).await? {
            Some(state) => {
                self.check(&state)?;
                let snapshot = Snapshot::new(&self, state).await?;
                self.remember(&snapshot);
                Ok(self)
            }
            None => Err(Error::NotFound { what: "store", name: name.to_owned(), near: Vec::new() }),
        }
    }

    async fn opened_or_created(self, name: &str) -> Result<Self> {
        match self.clone().opened(name).await {
            Err(Error::NotFound { .. }) => {
                self.create().await?;
                self.opened(name).await
            }
            opened => opened,
        }
    }

    /// Where the store is.
    pub fn url(&self) -> &Url {
        &self.0.url
    }

    /// The objects of the store, by their paths below its root.
    pub fn object_store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.0.objects)
    }

    /// The URL under which [`Store::register`] makes the store's objects known to a runtime: its own, so that two
    /// stores in one bucket, with different credentials, do not meet.
    pub fn object_store_url(&self) -> ObjectStoreUrl {
        let name = hex::encode(&Sha256::digest(self.0.url.as_str())[..16]);
        ObjectStoreUrl::parse(format!("smsql://{name}")).unwrap_or_else(|_| ObjectStoreUrl::local_filesystem())
    }

    /// Makes the store's objects known to a runtime, for the scans of its tables.
    pub fn register(&self, runtime: &RuntimeEnv) {
        runtime.register_object_store(self.object_store_url().as_ref(), self.object_store());
    }

    /// The log as it is now, or was at a version or instant.
    ///
    /// # Errors
    /// [`Error::Invalid`] where there is no such version, naming the nearest there is.
    pub async fn snapshot(&self, as_of: &AsOf) -> Result<Snapshot> {
        match as_of {
            AsOf::Latest => self.newest().await,
            AsOf::Version(version) => self.at_version(*version).await,
            AsOf::Instant(instant) => {
                let version = self.version_at(*instant).await?;
                self.at_version(version).await
            }
        }
    }

    /// The newest version this store knows of, without looking again: whoever has only just opened it need not ask twice.
    ///
    /// # Errors
    /// As [`Store::snapshot`].
    pub async fn opened_at(&self, as_of: &AsOf) -> Result<Snapshot> {
        match (as_of, self.known()) {
            (AsOf::Latest, Some(known)) => Ok(known),
            _ => self.snapshot(as_of).await,
        }
    }

    /// A writer of log files of one kind. What it writes is no part of the store until it is committed.
    pub fn writer(&self, record: Record, name_stem: &str) -> LogWriter {
        LogWriter::new(self.object_store(), record, name_stem)
    }

    /// Deletes files that were written and that no commit was tried with, as far as that works: what is left does no
    /// harm but take space.
    pub async fn discard(&self, files: &[NewFile]) {
        for file in files {
            let _ = self.0.objects.delete(&object_path(&file.path)).await;
        }
    }

    /// Everything needed to reach a store, without looking whether it is there.
    fn at(location: location::Location) -> Result<Self> {
        let location::Location { url, root, path } = location;
        Self::on(url, Arc::new(PrefixStore::new(root, path)))
    }

    /// The store whose objects these are.
    fn on(url: Url, objects: Arc<dyn ObjectStore>) -> Result<Self> {
        let checked: Arc<dyn ObjectStore> = Arc::new(checked::CheckedLog::new(Arc::clone(&objects)));
        let table: Arc<dyn ObjectStore> = Arc::new(PrefixStore::new(Arc::clone(&checked), EVENTS_FOLDER));
        // Delta's reader gets the store as if it were all there is, under a URL of plain letters: it loses its way on
        // paths with a percent sign in them, and treats schemes differently.
        let table_url = Url::parse(&format!("memory:///{EVENTS_FOLDER}/")).map_err(|e| Error::invalid(&url, e))?;
        let log = default_logstore(table, checked, &table_url, &StorageConfig::default());
        Ok(Self(Arc::new(Inner { url, objects, log, newest: Mutex::new(None) })))
    }

    /// Creates the table; somebody else having done so first is as good.
    async fn create(&self) -> Result<()> {
        let info = commit::commit_info("CREATE TABLE", None, crate::clock::now().timestamp_millis(), None);
        let created = CreateBuilder::new()
            .with_log_store(Arc::clone(&self.0.log))
            .with_save_mode(SaveMode::ErrorIfExists)
            .with_table_name("smsql")
            .with_columns(schema::delta_columns()?)
            .with_partition_columns([schema::PARTITION_COLUMN])
            .with_configuration(schema::PROPERTIES.iter().map(|(key, value)| (*key, Some(*value))))
            .with_configuration([("delta.dataSkippingStatsColumns", Some(schema::stats_columns().join(",")))])
            .with_actions([info])
            .with_commit_properties(CommitProperties::default().with_max_retries(0))
            .await;
        match created {
            Ok(_) => Ok(()),
            Err(error) => match self.load(None).await? {
                Some(_) => Ok(()),
                None => Err(Error::storage(format!("creating the store {}", self.0.url), error)),
            },
        }
    }

    /// The table's state at a version, `None` where there is no table.
    async fn load(&self, version: Option<u64>) -> Result<Option<DeltaTableState>> {
        match DeltaTableState::try_new(self.0.log.as_ref(), version).await {
            Ok(state) => Ok(Some(state)),
            Err(DeltaTableError::NotATable(_)) => Ok(None),
            Err(error) => Err(self.log_error(error).await),
        }
    }

    /// Refuses a table that is not ours or that would lose its history.
    fn check(&self, state: &DeltaTableState) -> Result<()> {
        schema::check(&self.0.url, state)
    }

    fn remember(&self, snapshot: &Snapshot) {
        let mut newest = self.0.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.as_ref().is_none_or(|known| known.version() < snapshot.version()) {
            *newest = Some(snapshot.clone());
        }
    }

    fn known(&self) -> Option<Snapshot> {
        self.0.newest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn log(&self) -> &LogStoreRef {
        &self.0.log
    }
}

/// The path of a log file below the store's root, from its path in the table.
fn object_path(path: &str) -> Path {
    let path = format!("{EVENTS_FOLDER}/{path}");
    Path::parse(&path).unwrap_or_else(|_| Path::from(path))
}
