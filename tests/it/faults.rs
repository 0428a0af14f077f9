//! Landing over an object store that fails at its N-th request, for every N and in every way a network can fail.
//!
//! Whatever fails: nothing of the file is visible or all of it, and landing it again leaves exactly what a landing
//! without faults leaves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod store;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures::StreamExt;
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use smsql::session::landing::{LandOptions, Landed, Lander};
use smsql::source::{Catalogue, Input};
use smsql::store::location::Location;
use smsql::store::{AsOf, Store};

use crate::place::{Contents, line, text};

use self::store::{Fault, FaultyStore, Kind};

fn location(objects: Arc<dyn ObjectStore>) -> Location {
    Location { url: "memory:///faults/".parse().unwrap(), root: objects, path: "some/store".into() }
}

async fn open(objects: &InMemory) -> smsql::Result<Store> {
    Store::open_with(location(Arc::new(objects.clone()))).await
}

async fn land(objects: Arc<dyn ObjectStore>, file: &Path) -> smsql::Result<Landed> {
    let store = Store::open_or_create_with(location(objects)).await?;
    let catalogue = Catalogue::new([]).unwrap();
    let lander = Lander::new(&store, catalogue.get("smsql/event").unwrap(), &[], LandOptions::default()).await?;
    lander.land(&Input::File(file.to_owned())).await
}

async fn contents(objects: &InMemory) -> Contents {
    Contents::of(&open(objects).await.unwrap()).await
}

/// The Parquet files that no log entry names.
async fn unnamed(objects: &InMemory) -> Vec<String> {
    let paths: Vec<_> = objects.list(None).map(|meta| meta.unwrap().location).collect().await;
    let mut log = String::new();
    for path in paths.iter().filter(|path| path.as_ref().ends_with(".json")) {
        let bytes = objects.get(path).await.unwrap().bytes().await.unwrap();
        log.push_str(std::str::from_utf8(&bytes).unwrap());
    }
    let files = paths.iter().filter(|path| path.as_ref().contains("/record="));
    files.filter(|path| !log.contains(path.filename().unwrap())).map(ToString::to_string).collect()
}

/// A store as it is before a file is landed, and what must become of it.
struct Scenario {
    base: InMemory,
    file: PathBuf,
    /// `None` where there is no store yet.
    before: Option<Contents>,
    after: Contents,
    /// What it asks of the object store without faults, in order. Under faults the order may differ a little, since
    /// the archive is written side by side.
    requests: Vec<Kind>,
    _folder: tempfile::TempDir,
}

impl Scenario {
    /// Lands `texts` one after another; the last one is what is tried under faults.
    async fn new(texts: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let base = InMemory::new();
        let (last, texts) = texts.split_last().unwrap();
        let file = folder.path().join("file.ndjson");
        for text in texts {
            std::fs::write(&file, text).unwrap();
            land(Arc::new(base.clone()), &file).await.unwrap();
        }
        std::fs::write(&file, last).unwrap();
        let before = if texts.is_empty() { None } else { Some(contents(&base).await) };
        let undisturbed = base.fork();
        let counted = FaultyStore::new(undisturbed.clone(), Fault::None, 0);
        land(Arc::new(counted.clone()), &file).await.unwrap();
        let after = contents(&undisturbed).await;
        assert_ne!(before.as_ref(), Some(&after));
        assert_eq!(unnamed(&undisturbed).await, Vec::<String>::new(), "files that no commit names");
        Self { base, file, before, after, requests: counted.requests(), _folder: folder }
    }

    /// Lands with the fault, looks, lands again without it. What went wrong, if anything did.
    async fn attempt(&self, fault: Fault, at: usize) -> Result<(), String> {
        let objects = self.base.fork();
        let faulty = FaultyStore::new(objects.clone(), fault, at);
        let landed = land(Arc::new(faulty.clone()), &self.file).await;
        let failed = |what: &str| Err(format!("{fault:?} at request {at} ({}): {what}", faulty.hit()));
        match &landed {
            Err(smsql::Error::Storage { context, source }) => {
                let message = format!("{context}: {source}");
                if !message.contains("some/store")
                    && !message.contains("memory:///faults/")
                    && !message.contains(".parquet")
                {
                    return failed(&format!("the error does not say where: {message}"));
                }
            }
            Err(error) => return failed(&format!("not a storage error: {error}")),
            Ok(landed) if landed.already_landed => return failed("it took its own landing for another's"),
            Ok(_) => {}
        }
        let seen = match open(&objects).await {
            Ok(store) => Some(Contents::of(&store).await),
            Err(smsql::Error::NotFound { .. }) => None,
            Err(error) => return failed(&format!("cannot be opened afterwards: {error}")),
        };
        let nothing = match (&seen, &self.before) {
            (Some(seen), None) => *seen == Contents::default(),
            (seen, before) => seen == before,
        };
        let everything = seen.as_ref() == Some(&self.after);
        if !nothing && !everything {
            return failed(&format!("part of it is visible: {}", seen.unwrap_or_default().counts()));
        }
        if landed.is_ok() && !everything {
            return failed("it said that it landed, and there is nothing");
        }
        // Requests that were on their way arrive at last.
        faulty.arrive().await;
        let again = match land(Arc::new(objects.clone()), &self.file).await {
            Ok(again) => again,
            Err(error) => return failed(&format!("cannot be landed again: {error}")),
        };
        if everything && !again.already_landed {
            return failed("it was there, and was landed again");
        }
        let store = open(&objects).await.unwrap();
        let found = Contents::of(&store).await;
        if found != self.after {
            return failed(&format!("not the same in the end: {}", found.counts()));
        }
        let mut raw = Vec::new();
        let mut reader = store.raw(&again.source_file).await.unwrap();
        std::io::Read::read_to_end(&mut reader, &mut raw).unwrap();
        if raw != std::fs::read(&self.file).unwrap() {
            return failed("the archived file is another");
        }
        // Landing did not skip a version either.
        let version = store.snapshot(&AsOf::Latest).await.unwrap().version();
        let base = if self.before.is_some() {
            open(&self.base).await.unwrap().snapshot(&AsOf::Latest).await.unwrap().version()
        } else {
            0
        };
        if version != base + 1 {
            return failed(&format!("the version is {version} after {base}"));
        }
        Ok(())
    }

    /// Every fault that differs from others, at every request from number `first` on.
    async fn sweep(self, first: usize) {
        let scenario = Arc::new(self);
        let numbered = (1..).zip(&scenario.requests).skip(first - 1);
        let attempts: Vec<_> = numbered.flat_map(|(at, kind)| kind.faults().iter().map(move |f| (*f, at))).collect();
        assert!(attempts.len() >= 40, "{attempts:?}");
        let failures: Vec<String> = futures::stream::iter(attempts)
            .map(|(fault, at)| {
                let scenario = Arc::clone(&scenario);
                async move {
                    let attempt = tokio::spawn(async move { scenario.attempt(fault, at).await }).await;
                    attempt.unwrap_or_else(|e| Err(format!("{fault:?} at request {at}: {e}")))
                }
            })
            .buffer_unordered(8)
            .filter_map(async |outcome| outcome.err())
            .collect()
            .await;
        assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_landing_of_a_new_store() {
    let scenario = Scenario::new(&[text(0..20, Some(5))]).await;
    assert_eq!(scenario.after.counts(), "20 events, 4 rejects, 1 landings");
    scenario.sweep(1).await;
}

/// Some events are known, some were known by a later report only, whose file is replaced.
#[tokio::test(flavor = "multi_thread")]
async fn a_landing_that_replaces_events() {
    let known: String = (100..110).map(|number| line(number, number) + "\n").collect();
    let landed: String = (95..115).map(|number| line(number, 105) + "\n").collect();
    let scenario = Scenario::new(&[text(0..4, Some(3)), known, landed + &text(0..12, Some(6))]).await;
    // New are 95..100, 110..115 and 4..12; 106..110 were received earlier than what the log had.
    let landing = scenario.after.landings.iter().find(|landing| landing["rows_read"] == "34").unwrap();
    let counts = ["rows_landed", "rows_duplicate", "rows_rejected"].map(|name| landing[name].as_str());
    assert_eq!(counts, ["22", "10", "2"]);
    assert_eq!(scenario.after.counts(), "32 events, 3 rejects, 3 landings");
    scenario.sweep(1).await;
}

/// The tenth version gets a checkpoint, after it is committed.
#[tokio::test(flavor = "multi_thread")]
async fn a_landing_that_writes_a_checkpoint() {
    let scenario = Scenario::new(&[0, 1, 2, 3, 4, 5, 6, 7, 8].map(|file| text(file * 4..file * 4 + 5, None))).await;
    assert_eq!(scenario.after.counts(), "37 events, 0 rejects, 9 landings");
    let puts: Vec<usize> = (0..scenario.requests.len()).filter(|at| scenario.requests[*at] == Kind::Put).collect();
    // The archive, the events, the landing, the commit; then the checkpoint and the note that names it.
    assert!(puts.len() >= 6, "no checkpoint: {:?}", scenario.requests);
    scenario.sweep(puts[puts.len() - 4]).await;
}

/// A raw file that is uploaded in parts is there whole or not at all, and the next attempt completes it.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_in_parts() {
    let mut raw = vec![0; 11 << 20];
    ChaCha8Rng::seed_from_u64(1).fill_bytes(&mut raw);
    let sha256 = hex::encode(Sha256::digest(&raw));
    let raw = Bytes::from(raw);
    let base = InMemory::new();
    Store::open_or_create_with(location(Arc::new(base.clone()))).await.unwrap();
    let path = format!("some/store/raw/{}/{sha256}.zst", &sha256[..2]).into();
    let archive = async |objects: Arc<dyn ObjectStore>| {
        let raw = raw.clone();
        let store = Store::open_with(location(objects)).await?;
        store.archive(&sha256, move || Ok(Box::new(raw.reader()))).await
    };
    let undisturbed = base.fork();
    let counted = FaultyStore::new(undisturbed.clone(), Fault::None, 0);
    archive(Arc::new(counted.clone())).await.unwrap();
    let whole = undisturbed.get(&path).await.unwrap().bytes().await.unwrap();
    assert!(whole.len() > 11 << 20);
    let requests = counted.requests();
    let parts = (1..).zip(&requests).filter(|(_, kind)| matches!(kind, Kind::UploadPart | Kind::CompleteUpload));
    let attempts: Vec<_> = parts.flat_map(|(at, kind)| kind.faults().iter().map(move |fault| (*fault, at))).collect();
    assert!(attempts.len() >= 3 * 3, "{requests:?}");
    for (fault, at) in attempts {
        let objects = base.fork();
        let archived = archive(Arc::new(FaultyStore::new(objects.clone(), fault, at))).await;
        let error = archived.unwrap_err();
        assert!(matches!(&error, smsql::Error::Storage { .. }) && error.to_string().contains(&sha256), "{error}");
        match objects.get(&path).await {
            Ok(found) => assert!(found.bytes().await.unwrap() == whole, "{fault:?} at {at}: a part of it is there"),
            Err(error) => assert!(matches!(error, object_store::Error::NotFound { .. }), "{error}"),
        }
        archive(Arc::new(objects.clone())).await.unwrap();
        assert!(objects.get(&path).await.unwrap().bytes().await.unwrap() == whole, "{fault:?} at {at}");
    }
}
