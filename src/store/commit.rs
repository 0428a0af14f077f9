//! Writing one version of the log.

use std::collections::HashMap;

use chrono::{TimeZone, Utc};
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties, TableReference};
use deltalake::kernel::{Action, Add, CommitInfo, Remove, Transaction};
use deltalake::protocol::{DeltaOperation, SaveMode};
use serde_json::{Map, Value};

use super::checked::ACTIONS_KEY;
use super::log::Entry;
use super::schema::{PARTITION_COLUMN, Record};
use super::{LogFile, NewFile, Snapshot, Store};
use crate::clock;
use crate::error::{Error, Result};

/// What one commit changes.
#[derive(Debug, Clone, Default)]
pub struct Commit {
    /// What it lands, if it lands something: [`Snapshot::landed`] finds it. A commit without it that removes files
    /// adds no facts, it only rearranges them.
    pub app_id: Option<String>,
    /// The files it adds.
    pub add: Vec<NewFile>,
    /// The files it removes. They stay in the store for older versions.
    pub remove: Vec<LogFile>,
    /// What to note about it, under `smsql` in the log entry.
    pub info: Map<String, Value>,
}

/// What came of a commit.
#[derive(Debug, Clone)]
pub enum CommitOutcome {
    /// It is version base + 1, this one.
    Committed(Snapshot),
    /// It is not in the log: somebody else committed first. This is the newest version now.
    Moved(Snapshot),
}

/// The key of a commit's own name in its note: how a writer recognises its commit when the answer was lost.
const COMMIT_KEY: &str = "commit";

impl Store {
    /// Writes exactly version `base.version() + 1`, or nothing.
    ///
    /// # Errors
    /// [`Error::Storage`] where the log cannot be written or read; then nothing is known to be committed.
    pub async fn commit(&self, base: &Snapshot, commit: Commit) -> Result<CommitOutcome> {
        let id = uuid::Uuid::new_v4().to_string();
        let now = clock::now().timestamp_millis();
        let timestamp = now.max(base.committed_at().timestamp_millis() + 1);
        let landing = commit.app_id.is_some();
        let operation = if commit.remove.is_empty() {
            "WRITE"
        } else if landing {
            "MERGE"
        } else {
            "OPTIMIZE"
        };
        let mut info = commit.info;
        info.insert(COMMIT_KEY.to_owned(), Value::String(id.clone()));
        info.insert(ACTIONS_KEY.to_owned(), Value::from(commit.add.len() + commit.remove.len() + usize::from(landing)));
        let note = Value::Object(info);

        let data_change = landing || commit.remove.is_empty();
        let mut actions = vec![commit_info(operation, Some(base.version()), timestamp, Some(note.clone()))];
        actions.extend(commit.add.into_iter().map(|file| add(file, now, data_change)));
        actions.extend(commit.remove.into_iter().map(|file| remove(file, now, data_change)));
        let mut properties = CommitProperties::default().with_max_retries(0).with_cleanup_expired_logs(Some(false));
        if let Some(app_id) = commit.app_id {
            properties = properties.with_application_transaction(Transaction::new(app_id, 1));
        }
        let builder: CommitBuilder = properties.into();
        let written = async {
            let operation = DeltaOperation::Write {
                mode: SaveMode::Append,
                partition_by: Some(vec![PARTITION_COLUMN.to_owned()]),
                predicate: None,
            };
            let state: &dyn TableReference = base.state();
            let commit = builder.with_actions(actions).build(Some(state), self.log().clone(), operation);
            commit.into_prepared_commit_future().await?.await
        };
        let entry = |info: Value| -> Result<Entry> {
            let committed_at = Utc.timestamp_millis_opt(timestamp).single();
            let committed_at = committed_at.ok_or_else(|| Error::Internal("the clock is out of range".into()))?;
            Ok(Entry { committed_at, info })
        };
        match written.await {
            Ok(committed) => {
                // The entry is in the log: whatever fails from here on (a checkpoint, a read), it is committed.
                let snapshot = match committed.await {
                    Ok(done) => {
                        let state = self.rebased(base.version(), done.snapshot).await?;
                        Snapshot::with_entry(self, state, entry(note)?)?
                    }
                    Err(_) => self.at_version(base.version() + 1).await?,
                };
                self.remember(&snapshot);
                Ok(CommitOutcome::Committed(snapshot))
            }
            Err(error) => {
                // A request whose answer was lost is tried again by the client, and then finds its own entry in the
                // way. So who is in the way is asked before it is believed.
                match self.entry(base.version() + 1).await {
                    Ok(Some(entry)) if entry.info.get(COMMIT_KEY).and_then(Value::as_str) == Some(&id) => {
                        Ok(CommitOutcome::Committed(self.at_version(base.version() + 1).await?))
                    }
                    Ok(Some(_)) => Ok(CommitOutcome::Moved(self.newest().await?)),
                    Ok(None) if Self::lost_race(&error) => Ok(CommitOutcome::Moved(self.newest().await?)),
                    _ => Err(Error::storage(format!("committing to the store {}", self.url()), error)),
                }
            }
        }
    }
}

/// The action that says what a commit is. `note` lands under `smsql`.
pub(super) fn commit_info(operation: &str, read_version: Option<u64>, timestamp: i64, note: Option<Value>) -> Action {
    Action::CommitInfo(CommitInfo {
        timestamp: Some(timestamp),
        operation: Some(operation.to_owned()),
        operation_parameters: Some(HashMap::new()),
        read_version,
        is_blind_append: Some(false),
        engine_info: Some(concat!("smsql/", env!("CARGO_PKG_VERSION")).to_owned()),
        info: note.into_iter().map(|note| ("smsql".to_owned(), note)).collect(),
        ..CommitInfo::default()
    })
}

fn partition(record: Record) -> HashMap<String, Option<String>> {
    HashMap::from([(PARTITION_COLUMN.to_owned(), Some(record.name().to_owned()))])
}

fn add(file: NewFile, now: i64, data_change: bool) -> Action {
    Action::Add(Add {
        path: file.path,
        partition_values: partition(file.record),
        size: i64::try_from(file.size_bytes).unwrap_or(i64::MAX),
        modification_time: now,
        data_change,
        stats: Some(file.stats),
        ..Add::default()
    })
}

fn remove(file: LogFile, now: i64, data_change: bool) -> Action {
    Action::Remove(Remove {
        data_change,
        deletion_timestamp: Some(now),
        extended_file_metadata: Some(true),
        partition_values: Some(partition(file.record())),
        size: i64::try_from(file.size_bytes).ok(),
        path: file.path,
        ..Remove::default()
    })
}
