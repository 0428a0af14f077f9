//! The entries of the Delta log: what a commit says about itself, which there are, how snapshots follow them.

use std::num::NonZero;

use chrono::{DateTime, TimeZone, Utc};
use deltalake::DeltaTableError;
use deltalake::table::state::DeltaTableState;
use futures::TryStreamExt;
use object_store::ObjectStore;
use serde::Deserialize;

use super::snapshot::Snapshot;
use super::{EVENTS_FOLDER, Store};
use crate::error::{Error, Result};

/// What a log entry says about its commit.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// When it was committed, in whole milliseconds.
    pub(crate) committed_at: DateTime<Utc>,
    /// What smsql noted about it; null for a commit of another tool.
    pub(crate) info: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    commit_info: Option<Info>,
}

#[derive(Deserialize)]
struct Info {
    timestamp: Option<i64>,
    #[serde(default)]
    smsql: serde_json::Value,
}

impl Store {
    /// What the log entry of a version says; `None` where it is gone or not there yet.
    pub(super) async fn entry(&self, version: u64) -> Result<Option<Entry>> {
        let context = || format!("reading log entry {version} of the store {}", self.0.url);
        let Some(bytes) = self.log().read_commit_entry(version).await.map_err(|e| Error::storage(context(), e))? else {
            return Ok(None);
        };
        // Another tool may put the line anywhere; the lines of files do not have that key.
        for line in bytes.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{\"commitInfo\"")) {
            let line: Line = serde_json::from_slice(line).map_err(|e| Error::storage(context(), e))?;
            if let Some(Info { timestamp: Some(timestamp), smsql }) = line.commit_info
                && let Some(committed_at) = Utc.timestamp_millis_opt(timestamp).single()
            {
                return Ok(Some(Entry { committed_at, info: smsql }));
            }
        }
        Err(Error::invalid(context(), "it does not say when it was committed"))
    }

    /// The oldest version whose log entry is left, and when it was committed.
    pub(super) async fn oldest_entry(&self) -> Result<(u64, DateTime<Utc>)> {
        // Nothing deletes entries of a healthy store, so this asks for the first before it lists thousands.
        if let Some(entry) = self.entry(0).await? {
            return Ok((0, entry.committed_at));
        }
        let oldest = self.oldest_version().await?;
        match self.entry(oldest).await? {
            Some(entry) => Ok((oldest, entry.committed_at)),
            None => Err(Error::storage(
                format!("reading log entry {oldest} of the store {}", self.0.url),
                "it was deleted meanwhile",
            )),
        }
    }

    /// The lowest version of which the log has an entry.
    async fn oldest_version(&self) -> Result<u64> {
        let folder = object_store::path::Path::from(format!("{EVENTS_FOLDER}/_delta_log"));
        let objects = self.object_store();
        let versions: Vec<u64> = objects
            .list(Some(&folder))
            .try_filter_map(|meta| async move {
                let name = meta.location.filename().unwrap_or_default();
                Ok(name.strip_suffix(".json").and_then(|digits| digits.parse::<u64>().ok()))
            })
            .try_collect()
            .await
            .map_err(|e| Error::storage(format!("listing the log of the store {}", self.0.url), e))?;
        versions
            .into_iter()
            .min()
            .ok_or_else(|| Error::invalid(&self.0.url, "its log has no entries left, only checkpoints"))
    }

    /// The newest snapshot: what is known already plus what was added to the log since.
    pub(super) async fn newest(&self) -> Result<Snapshot> {
        let snapshot = match self.known() {
            Some(known) => {
                let mut state = known.state().clone();
                if let Err(error) = state.update(self.log().as_ref(), None).await {
                    return Err(self.log_error(error).await);
                }
                if state.version() == known.version() {
                    return Ok(known);
                }
                self.check(&state)?;
                let state = self.rebased(known.version(), state).await?;
                Snapshot::new(self, state).await?
            }
            None => match self.load(None).await? {
                Some(state) => Snapshot::new(self, state).await?,
                None => {
                    return Err(Error::NotFound { what: "store", name: self.0.url.to_string(), near: Vec::new() });
                }
            },
        };
        self.remember(&snapshot);
        Ok(snapshot)
    }

    /// A state that was brought forward from an older version, read anew where a checkpoint came in between.
    ///
    /// Delta's reader carries the log entries it has read along with it and goes through all of them each time it
    /// moves: a writer of thousands of commits would slow down with each.
    pub(super) async fn rebased(&self, from: u64, state: DeltaTableState) -> Result<DeltaTableState> {
        let interval = state.table_config().checkpoint_interval.map_or(1, NonZero::get);
        // The entry of version n completes the checkpoint of version n where n + 1 is a multiple of the interval.
        if (from + 1) / interval == (state.version() + 1) / interval {
            return Ok(state);
        }
        match self.load(Some(state.version())).await? {
            Some(fresh) => Ok(fresh),
            None => Ok(state),
        }
    }

    /// The error for a log that Delta's reader does not get through. It names no checkpoint, and brings its own
    /// backtrace.
    pub(super) async fn log_error(&self, error: DeltaTableError) -> Error {
        let message = error.to_string();
        let message = message.split("\n   0: ").next().unwrap_or_default().to_owned();
        if message.contains("Parquet error")
            && let Ok(Some(checkpoint)) = self.newest_checkpoint().await
        {
            let hint =
                "no log entry is ever deleted, so the store is whole again without this file and _last_checkpoint";
            return Error::invalid(checkpoint, format!("this checkpoint of the log cannot be read: {message}; {hint}"));
        }
        Error::storage(format!("reading the log of the store {}", self.0.url), message)
    }

    async fn newest_checkpoint(&self) -> Result<Option<String>> {
        let log = self.list(&format!("{EVENTS_FOLDER}/_delta_log")).await?;
        Ok(log.into_iter().rfind(|path| path.contains(".checkpoint.") && path.ends_with(".parquet")))
    }

    /// The snapshot of one version.
    pub(super) async fn at_version(&self, version: u64) -> Result<Snapshot> {
        let newest = match self.known() {
            Some(known) if known.version() >= version => known,
            _ => self.newest().await?,
        };
        if version == newest.version() {
            return Ok(newest);
        }
        if version > newest.version() {
            let message = format!("there is no version {version}, the newest is {}", newest.version());
            return Err(Error::invalid(&self.0.url, message));
        }
        let state = deltalake::table::state::DeltaTableState::try_new(self.log().as_ref(), Some(version)).await;
        match state {
            // A log with holes answers with the nearest version it can build.
            Ok(state) if state.version() == version => Snapshot::new(self, state).await,
            Ok(_) => Err(self.gone(version).await),
            Err(error) => match self.entry(version).await {
                Ok(Some(_)) if self.oldest_version().await.is_ok_and(|oldest| oldest == 0) => {
                    Err(self.log_error(error).await)
                }
                _ => Err(self.gone(version).await),
            },
        }
    }

    /// The error for a version that was there once.
    pub(super) async fn gone(&self, version: u64) -> Error {
        let left = match self.oldest_version().await {
            Ok(oldest) => format!("the oldest log entry left is {oldest}"),
            Err(error) => error.to_string(),
        };
        Error::invalid(&self.0.url, format!("version {version} is gone: something deleted it from the log; {left}"))
    }

    /// Whether a commit failed because somebody else's came first.
    pub(super) fn lost_race(error: &DeltaTableError) -> bool {
        use deltalake::kernel::transaction::TransactionError as T;
        match error {
            DeltaTableError::VersionAlreadyExists(_) => true,
            DeltaTableError::Transaction { source } => {
                matches!(source, T::MaxCommitAttempts(_) | T::VersionAlreadyExists(_) | T::CommitConflict(_))
            }
            _ => false,
        }
    }
}
