//! An object store that fails once, or from some request on.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};

/// How a request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not at all.
    None,
    /// It does not arrive.
    Refused,
    /// It is done, and the answer is lost.
    ReplyLost,
    /// A read or listing breaks off in the middle; anything else does not arrive.
    Cut,
    /// A put is given up, and arrives much later; anything else does not arrive.
    Late,
    /// Neither it nor any request after it arrives: the process was killed, the network is gone.
    Gone,
}

/// What is asked of an object store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Get,
    GetRanges,
    List,
    Put,
    Delete,
    StartUpload,
    UploadPart,
    CompleteUpload,
    AbortUpload,
}

impl Kind {
    /// The faults that differ for such a request. That nothing changes any more differs only from where it would have.
    pub(crate) fn faults(self) -> &'static [Fault] {
        match self {
            Self::Get | Self::List => &[Fault::Refused, Fault::Cut],
            Self::GetRanges => &[Fault::Refused],
            Self::Put => &[Fault::Refused, Fault::ReplyLost, Fault::Late, Fault::Gone],
            _ => &[Fault::Refused, Fault::ReplyLost, Fault::Gone],
        }
    }
}

/// A put on its way.
type Late = (Path, PutPayload, PutOptions);

/// Objects in memory behind a bad network. Clones share the count of requests.
#[derive(Debug, Clone)]
pub(crate) struct FaultyStore(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    objects: InMemory,
    fault: Fault,
    at: usize,
    hit: Mutex<Option<String>>,
    late: Mutex<Option<Late>>,
    seen: Mutex<Vec<Kind>>,
}

impl FaultyStore {
    /// Fails request number `at`, counted from 1.
    pub(crate) fn new(objects: InMemory, fault: Fault, at: usize) -> Self {
        let (seen, hit, late) = Default::default();
        Self(Arc::new(Inner { objects, fault, at, seen, hit, late }))
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Kind> {
        self.0.seen.lock().unwrap().clone()
    }

    /// The request that failed first.
    pub(crate) fn hit(&self) -> String {
        self.0.hit.lock().unwrap().clone().unwrap_or_else(|| "never reached".to_owned())
    }

    /// Lets a late put arrive.
    pub(crate) async fn arrive(&self) {
        let late = self.0.late.lock().unwrap().take();
        if let Some((path, payload, options)) = late {
            // Somebody may have taken the name.
            let _ = self.0.objects.put_opts(&path, payload, options).await;
        }
    }

    /// Counts a request; the fault it meets.
    fn request(&self, kind: Kind, path: &Path) -> Fault {
        let number = {
            let mut seen = self.0.seen.lock().unwrap();
            seen.push(kind);
            seen.len()
        };
        let fault = self.0.fault;
        if fault == Fault::None || number < self.0.at || (number > self.0.at && fault != Fault::Gone) {
            return Fault::None;
        }
        self.0.hit.lock().unwrap().get_or_insert_with(|| format!("{kind:?} {path}"));
        fault
    }
}

fn timed_out(path: &Path) -> Error {
    let source = std::io::Error::new(std::io::ErrorKind::TimedOut, format!("no answer about {path}"));
    Error::Generic { store: "Faulty", source: source.into() }
}

/// The outcome of a request that is done by `work`, or not.
async fn outcome<T>(fault: Fault, path: &Path, work: impl Future<Output = Result<T>>) -> Result<T> {
    match fault {
        Fault::None => work.await,
        Fault::ReplyLost => {
            let _ = work.await;
            Err(timed_out(path))
        }
        Fault::Refused | Fault::Cut | Fault::Late | Fault::Gone => Err(timed_out(path)),
    }
}

/// The objects of a listing, or half of them and an error.
fn listed(
    fault: Fault,
    list: BoxStream<'static, Result<ObjectMeta>>,
    path: Path,
) -> BoxStream<'static, Result<ObjectMeta>> {
    match fault {
        Fault::None => list,
        Fault::Cut => {
            let half = async move {
                let mut objects: Vec<_> = list.try_collect().await?;
                objects.truncate(objects.len() / 2);
                Ok::<_, Error>(stream::iter(objects.into_iter().map(Ok).chain([Err(timed_out(&path))])))
            };
            stream::once(half).try_flatten().boxed()
        }
        _ => stream::once(async move { Err(timed_out(&path)) }).boxed(),
    }
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FaultyStore")
    }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let fault = self.request(Kind::Put, path);
        if fault == Fault::Late {
            *self.0.late.lock().unwrap() = Some((path.clone(), payload, options));
            return Err(timed_out(path));
        }
        outcome(fault, path, self.0.objects.put_opts(path, payload, options)).await
    }

    async fn put_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let fault = self.request(Kind::StartUpload, path);
        let inner = outcome(fault, path, self.0.objects.put_multipart_opts(path, options)).await?;
        Ok(Box::new(Upload { store: self.clone(), path: path.clone(), inner }))
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        let fault = self.request(Kind::Get, path);
        if fault != Fault::Cut || options.head {
            return outcome(fault, path, self.0.objects.get_opts(path, options)).await;
        }
        let mut result = self.0.objects.get_opts(path, options).await?;
        let (meta, range, attributes) = (result.meta.clone(), result.range.clone(), result.attributes.clone());
        result.range = range.clone();
        let bytes = result.bytes().await?;
        let half = stream::iter([Ok(bytes.slice(..bytes.len() / 2)), Err(timed_out(path))]).boxed();
        Ok(GetResult { payload: GetResultPayload::Stream(half), meta, range, attributes })
    }

    async fn get_ranges(&self, path: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let fault = self.request(Kind::GetRanges, path);
        outcome(fault, path, self.0.objects.get_ranges(path, ranges)).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        paths
            .then(move |path| {
                let store = store.clone();
                async move {
                    let path = path?;
                    let fault = store.request(Kind::Delete, &path);
                    let one = stream::once(futures::future::ready(Ok(path.clone()))).boxed();
                    let deleted = store.0.objects.delete_stream(one).try_collect::<Vec<_>>();
                    outcome(fault, &path, deleted).await?;
                    Ok(path)
                }
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let path = prefix.cloned().unwrap_or_default();
        listed(self.request(Kind::List, &path), self.0.objects.list(prefix), path)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        let path = prefix.cloned().unwrap_or_default();
        listed(self.request(Kind::List, &path), self.0.objects.list_with_offset(prefix, offset), path)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let path = prefix.cloned().unwrap_or_default();
        let fault = self.request(Kind::List, &path);
        outcome(fault, &path, self.0.objects.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let fault = self.request(Kind::Put, to);
        outcome(fault, to, self.0.objects.copy_opts(from, to, options)).await
    }
}

/// An upload in parts, each of which is a request.
#[derive(Debug)]
struct Upload {
    store: FaultyStore,
    path: Path,
    inner: Box<dyn MultipartUpload>,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let fault = self.store.request(Kind::UploadPart, &self.path);
        let (path, part) = (self.path.clone(), self.inner.put_part(data));
        Box::pin(async move { outcome(fault, &path, part).await })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let fault = self.store.request(Kind::CompleteUpload, &self.path);
        outcome(fault, &self.path, self.inner.complete()).await
    }

    async fn abort(&mut self) -> Result<()> {
        let fault = self.store.request(Kind::AbortUpload, &self.path);
        outcome(fault, &self.path, self.inner.abort()).await
    }
}
