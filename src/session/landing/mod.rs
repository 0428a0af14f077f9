//! Landing: one file of a feed becomes one commit of events, rejects and the landing's own record.
//!
//! The file is read in one pass on all cores. The log holds each event once, the earliest received report of it; so
//! a pass is repeated with that knowledge where it turns out that an event is in the log already, or stands in the
//! file twice with the earlier report last. What the check saw is exactly what the commit builds on: if another
//! writer commits in between, the new files are checked too and the commit is tried again.

mod known;
mod pass;
mod progress;

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, Int64Array, RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray,
};
use arrow::datatypes::Int32Type;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use datafusion::logical_expr::ScalarUDF;
use serde_json::json;
use sha2::{Digest, Sha256};

pub use progress::Progress;

use self::known::Known;
use self::pass::{Pass, Passed};
use super::feed::FeedPlan;
use crate::clock;
use crate::error::{Error, Result};
use crate::event::canonical::Context;
use crate::event::identity::KeySet;
use crate::limits::COMMIT_RETRIES_MAX;
use crate::source::{Feed, FeedFormat, Input, Spool};
use crate::store::{AsOf, Commit, CommitOutcome, LogFile, NewFile, Record, Snapshot, Store};

/// How a file is landed.
#[derive(Debug, Clone, Default)]
pub struct LandOptions {
    /// The wire format, where it is not what the file looks like.
    pub format: Option<FeedFormat>,
    /// What keys the messages of a feed without ids, such as smsmode's text receipts.
    pub batch_id: Option<String>,
    /// The account, where the feed names none.
    pub account: Option<String>,
    /// The zone of local times in the file, instead of the one its feed assumes.
    pub time_zone: Option<Tz>,
}

/// What came of landing one file.
#[derive(Debug, Clone)]
pub struct Landed {
    /// The name the file was landed under.
    pub source_name: String,
    /// SHA-256 of its content.
    pub source_file: String,
    /// Whether this very content was landed before, so that nothing was done.
    pub already_landed: bool,
    /// Rows made of it: `rows_landed + rows_duplicate + rows_rejected`.
    pub rows_read: u64,
    /// New events.
    pub rows_landed: u64,
    /// Events that were known, or stood in the file before.
    pub rows_duplicate: u64,
    /// Records refused.
    pub rows_rejected: u64,
    /// Its size unpacked, in bytes.
    pub text_bytes: u64,
    /// The version of the store that has it.
    pub version: u64,
}

/// Lands files of one feed into one store.
#[derive(Debug)]
pub struct Lander {
    store: Store,
    feed: Arc<Feed>,
    plan: FeedPlan,
    options: LandOptions,
    progress: Arc<Progress>,
}

impl Lander {
    /// Prepares to land files of `feed`, whose SELECT may use `functions`.
    pub async fn new(store: &Store, feed: &Feed, functions: &[Arc<ScalarUDF>], options: LandOptions) -> Result<Self> {
        let plan = FeedPlan::compile(feed, functions).await?;
        let (store, feed) = (store.clone(), Arc::new(feed.clone()));
        Ok(Self { store, feed, plan, options, progress: Arc::default() })
    }

    /// How far the running landing is; to be read while [`Lander::land`] runs.
    pub fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    /// Lands one input: all of it is in the store when this returns, or nothing.
    pub async fn land(&self, input: &Input) -> Result<Landed> {
        self.progress.start(&input.name());
        let spool = Arc::new(input.spool().await?);
        self.progress.expect(spool.text_bytes());
        let landing_id = self.landing_id(&spool);
        let snapshot = self.store.snapshot(&AsOf::Latest).await?;
        if snapshot.landed(&landing_id).await? {
            return Ok(already_landed(&spool, &snapshot));
        }
        let landing = Landing { lander: self, spool: &spool, landing_id, landed_at: clock::now() };
        let archive = {
            let spool = Arc::clone(&spool);
            let (store, sha256) = (self.store.clone(), spool.sha256().to_owned());
            tokio::spawn(async move { store.archive(&sha256, move || spool.open()).await })
        };
        let landed = landing.run(snapshot, archive).await;
        self.progress.finish();
        landed
    }

    /// What makes two landings the same: the content and all that decides what is made of it.
    fn landing_id(&self, spool: &Spool) -> String {
        let options = &self.options;
        let zone = options.time_zone.map(|zone| zone.name());
        let parts = [
            Some(spool.sha256()),
            Some(&self.feed.name),
            Some(&self.feed.hash),
            options.format.map(FeedFormat::name),
            options.batch_id.as_deref(),
            options.account.as_deref(),
            zone,
        ];
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part.map_or(u32::MAX, |p| p.len() as u32).to_le_bytes());
            hasher.update(part.unwrap_or_default());
        }
        hex::encode(hasher.finalize())
    }
}

/// One file on its way into the store.
struct Landing<'a> {
    lander: &'a Lander,
    spool: &'a Spool,
    landing_id: String,
    landed_at: DateTime<Utc>,
}

type Archive = tokio::task::JoinHandle<Result<()>>;

impl Landing<'_> {
    async fn run(&self, mut snapshot: Snapshot, archive: Archive) -> Result<Landed> {
        let store = &self.lander.store;
        let mut passed = self.pass(&KeySet::default(), None).await?;
        let mut known = Known::default();
        let mut unseen: Vec<LogFile> = snapshot.files(Record::Event).to_vec();
        let mut dropped = 0;
        let mut tried = false;
        if passed.out_of_order {
            self.discard(&passed).await;
            passed = self.again(passed, &known).await?;
        }
        archive.await.map_err(|e| Error::Internal(e.to_string()))??;
        for _ in 0..COMMIT_RETRIES_MAX {
            known.look(store, &unseen, &passed.seen).await?;
            if known.duplicates.len() > dropped {
                dropped = known.duplicates.len();
                // A commit whose answer is still on its way may name them.
                if !tried {
                    self.discard(&passed).await;
                }
                passed = self.again(passed, &known).await?;
            }
            let mut add = passed.events.clone();
            let mut remove = Vec::new();
            for (file, keys) in &known.superseded {
                add.extend(store.copy_without(file, keys, &self.name_stem()).await?);
                remove.push(file.clone());
            }
            add.extend(passed.rejects.clone());
            add.extend(self.write_record(&passed).await?);
            let info =
                json!({"landing": self.landing_id, "source_name": self.spool.name(), "feed": self.lander.feed.name});
            let info = info.as_object().cloned().unwrap_or_default();
            let commit = Commit { app_id: Some(self.landing_id.clone()), add, remove, info };
            tried = true;
            match store.commit(&snapshot, commit).await? {
                CommitOutcome::Committed(snapshot) => return Ok(self.landed(&passed, snapshot.version())),
                CommitOutcome::Moved(newer) => {
                    if newer.landed(&self.landing_id).await? {
                        return Ok(already_landed(self.spool, &newer));
                    }
                    let before: HashSet<_> = snapshot.files(Record::Event).iter().map(|f| f.path.clone()).collect();
                    let now = newer.files(Record::Event);
                    unseen = now.iter().filter(|file| !before.contains(&file.path)).cloned().collect();
                    known.forget_missing(now);
                    snapshot = newer;
                }
            }
        }
        Err(Error::Conflict(format!(
            "limit COMMIT_RETRIES_MAX reached: {} could not be committed in {COMMIT_RETRIES_MAX} tries because others kept writing; nothing of it was landed",
            self.spool.name()
        )))
    }

    async fn pass(&self, known: &KeySet, before: Option<Passed>) -> Result<Passed> {
        let lander = self.lander;
        let context = Context {
            provider: lander.feed.provider().to_owned(),
            account: lander.options.account.clone(),
            time_zone: lander.options.time_zone,
            region: lander.feed.region.clone(),
            landed_at: self.landed_at,
            source_file: self.spool.sha256().to_owned(),
        };
        let pass = Pass {
            store: &lander.store,
            feed: &lander.feed,
            plan: &lander.plan,
            options: &lander.options,
            spool: self.spool,
            context: Arc::new(context),
            name_stem: self.name_stem(),
            progress: &lander.progress,
            known,
            first: before.map(|passed| passed.seen),
        };
        pass.run().await
    }

    /// The same pass once more, leaving out what is known now.
    async fn again(&self, passed: Passed, known: &Known) -> Result<Passed> {
        self.pass(&known.duplicates, Some(passed)).await
    }

    /// Deletes what a pass wrote that is done again.
    async fn discard(&self, passed: &Passed) {
        self.lander.store.discard(&passed.events).await;
        self.lander.store.discard(&passed.rejects).await;
    }

    fn name_stem(&self) -> String {
        self.landing_id.chars().take(12).collect()
    }

    fn landed(&self, passed: &Passed, version: u64) -> Landed {
        Landed {
            source_name: self.spool.name().to_owned(),
            source_file: self.spool.sha256().to_owned(),
            already_landed: false,
            rows_read: passed.rows_landed + passed.rows_duplicate + passed.rows_rejected,
            rows_landed: passed.rows_landed,
            rows_duplicate: passed.rows_duplicate,
            rows_rejected: passed.rows_rejected,
            text_bytes: self.spool.text_bytes(),
            version,
        }
    }

    /// Writes the landing's own record.
    async fn write_record(&self, passed: &Passed) -> Result<Vec<NewFile>> {
        let landed = self.landed(passed, 0);
        let text = |value: &str| Arc::new(StringViewArray::from(vec![value])) as ArrayRef;
        let category = |value: &str| -> Result<ArrayRef> {
            let values = Arc::new(StringArray::from(vec![value]));
            Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(vec![0].into(), values)?))
        };
        let count = |value: u64| Arc::new(Int64Array::from(vec![value.cast_signed()])) as ArrayRef;
        let landed_at = TimestampMicrosecondArray::from(vec![self.landed_at.timestamp_micros()]).with_timezone("UTC");
        let batch = RecordBatch::try_from_iter([
            ("feed", category(&self.lander.feed.name)?),
            ("landed_at", Arc::new(landed_at)),
            ("source_file", category(&landed.source_file)?),
            ("landing_id", text(&self.landing_id)),
            ("source_name", text(&landed.source_name)),
            ("feed_hash", text(&self.lander.feed.hash)),
            ("source_bytes", count(self.spool.input_bytes())),
            ("rows_read", count(landed.rows_read)),
            ("rows_landed", count(landed.rows_landed)),
            ("rows_duplicate", count(landed.rows_duplicate)),
            ("rows_rejected", count(landed.rows_rejected)),
        ])?;
        let mut writer = self.lander.store.writer(Record::Landing, &self.name_stem());
        writer.write(batch).await?;
        writer.finish().await
    }
}

fn already_landed(spool: &Spool, snapshot: &Snapshot) -> Landed {
    Landed {
        source_name: spool.name().to_owned(),
        source_file: spool.sha256().to_owned(),
        already_landed: true,
        rows_read: 0,
        rows_landed: 0,
        rows_duplicate: 0,
        rows_rejected: 0,
        text_bytes: spool.text_bytes(),
        version: snapshot.version(),
    }
}
