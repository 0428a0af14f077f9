//! Commits and segments whose answer is lost on the way back: done or not, nobody says. They must be neither lost nor
//! done twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error as ObjectError, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result as ObjectResult,
};
use url::Url;

use super::{AsOf, Commit, CommitOutcome, NewSegment, RecipientSet, SegmentSource, Store};
use crate::error::Error;

/// What the network does to the next log entry or definition of a segment.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    /// It is written, then the client's own second try finds it there.
    WrittenThenRefused,
    /// It is written, and the connection breaks.
    WrittenThenBroken,
    /// It is not written, and the connection breaks.
    Broken,
    /// It is written, and so are those of a checkpoint, but writing checkpoints fails.
    CheckpointBroken,
}

#[derive(Debug)]
struct Faulty {
    inner: InMemory,
    fault: Fault,
    armed: AtomicBool,
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faulty")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> ObjectResult<PutResult> {
        let broken = || ObjectError::Generic { store: "Faulty", source: "connection reset".into() };
        let is_entry = (location.as_ref().contains("_delta_log/") || location.as_ref().starts_with("segments/"))
            && location.as_ref().ends_with(".json");
        let is_checkpoint = location.as_ref().contains(".checkpoint.");
        if self.fault == Fault::CheckpointBroken {
            return if is_checkpoint { Err(broken()) } else { self.inner.put_opts(location, payload, options).await };
        }
        if !(is_entry && self.armed.swap(false, Ordering::SeqCst)) {
            return self.inner.put_opts(location, payload, options).await;
        }
        if self.fault != Fault::Broken {
            self.inner.put_opts(location, payload, options).await?;
        }
        Err(match self.fault {
            Fault::WrittenThenRefused => {
                ObjectError::AlreadyExists { path: location.to_string(), source: "412 Precondition Failed".into() }
            }
            _ => broken(),
        })
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> ObjectResult<Box<dyn MultipartUpload>> {
        if self.fault == Fault::CheckpointBroken && at.as_ref().contains(".checkpoint.") {
            return Err(ObjectError::Generic { store: "Faulty", source: "connection reset".into() });
        }
        self.inner.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> ObjectResult<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, all: BoxStream<'static, ObjectResult<Path>>) -> BoxStream<'static, ObjectResult<Path>> {
        self.inner.delete_stream(all)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, ObjectResult<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> ObjectResult<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> ObjectResult<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

async fn faulty(fault: Fault) -> (Arc<Faulty>, Store) {
    let objects = Arc::new(Faulty { inner: InMemory::new(), fault, armed: AtomicBool::new(false) });
    let store = Store::on(Url::parse("memory:///faulty/").unwrap(), objects.clone()).unwrap();
    store.create().await.unwrap();
    (objects, store)
}

fn landing(n: usize) -> Commit {
    Commit { app_id: Some(format!("landing-{n}")), ..Commit::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_was_written_is_committed_whatever_the_answer() {
    for fault in [Fault::WrittenThenRefused, Fault::WrittenThenBroken] {
        let (objects, store) = faulty(fault).await;
        let base = store.snapshot(&AsOf::Latest).await.unwrap();
        objects.armed.store(true, Ordering::SeqCst);
        match store.commit(&base, landing(1)).await.unwrap() {
            CommitOutcome::Committed(snapshot) => {
                assert_eq!(snapshot.version(), 1);
                assert!(snapshot.landed("landing-1").await.unwrap());
            }
            CommitOutcome::Moved(snapshot) => panic!("{fault:?}: taken for somebody else's: {snapshot:?}"),
        }
        assert!(!objects.armed.load(Ordering::SeqCst), "the fault did not happen");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_was_not_written_is_an_error_and_leaves_no_trace() {
    let (objects, store) = faulty(Fault::Broken).await;
    let base = store.snapshot(&AsOf::Latest).await.unwrap();
    objects.armed.store(true, Ordering::SeqCst);
    let failed = store.commit(&base, landing(1)).await;
    assert!(matches!(failed, Err(Error::Storage { .. })), "{failed:?}");
    assert_eq!(store.snapshot(&AsOf::Latest).await.unwrap().version(), 0);
    assert!(matches!(store.commit(&base, landing(1)).await.unwrap(), CommitOutcome::Committed(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_fails_does_not_fail_its_commit() {
    let (objects, store) = faulty(Fault::CheckpointBroken).await;
    let mut base = store.snapshot(&AsOf::Latest).await.unwrap();
    for n in 1..=25 {
        match store.commit(&base, landing(n)).await.unwrap() {
            CommitOutcome::Committed(snapshot) => base = snapshot,
            CommitOutcome::Moved(snapshot) => panic!("{snapshot:?}"),
        }
        assert_eq!(base.version(), n as u64);
    }
    let checkpoints = store.list("events/_delta_log").await.unwrap();
    assert!(!checkpoints.iter().any(|path| path.contains("checkpoint")), "the fault did not happen: {checkpoints:?}");
    let reopened = Store::on(store.url().clone(), objects).unwrap();
    let snapshot = reopened.snapshot(&AsOf::Latest).await.unwrap();
    assert_eq!(snapshot.version(), 25);
    assert!(snapshot.landed("landing-1").await.unwrap());
}

fn segment() -> NewSegment {
    let source = SegmentSource::Sql("SELECT ...".to_owned());
    NewSegment { name: "a".to_owned(), version: 0, time_zone: "UTC".to_owned(), source, parameters: Vec::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_was_written_is_there_whatever_the_answer() {
    for fault in [Fault::WrittenThenRefused, Fault::WrittenThenBroken] {
        let (objects, store) = faulty(fault).await;
        for recipient in ["1", "2"] {
            let mut recipients = RecipientSet::default();
            recipients.insert(recipient).unwrap();
            let seen = store.segment_revision("a").await.unwrap();
            objects.armed.store(true, Ordering::SeqCst);
            let made = store.create_segment(segment(), &recipients.sorted(), seen).await.unwrap();
            assert!(!objects.armed.load(Ordering::SeqCst), "the fault did not happen");
            assert_eq!(store.segment("a").await.unwrap(), made);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_that_was_not_written_leaves_no_more_than_its_list() {
    let (objects, store) = faulty(Fault::Broken).await;
    objects.armed.store(true, Ordering::SeqCst);
    let list = RecipientSet::default().sorted();
    let failed = store.create_segment(segment(), &list, None).await;
    assert!(matches!(failed, Err(Error::Storage { .. })), "{failed:?}");
    assert_eq!(store.list("segments").await.unwrap(), [format!("segments/members/{}.parquet", list.sha256())]);
    assert!(store.segments().await.unwrap().is_empty());
    store.create_segment(segment(), &list, None).await.unwrap();
    assert_eq!(store.segment_names().await.unwrap(), ["a"]);
}
