//! An object store that notes what is asked of it.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result,
};

/// See the module. Clones share what they note.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    inner: Arc<dyn ObjectStore>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Watched {
    pub(super) fn new(inner: Arc<dyn ObjectStore>) -> Self {
        Self { inner, asked: Arc::default() }
    }

    /// How often anything was asked for.
    pub(super) fn requests(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// The data files that were asked for, as often as they were: not the log, not its checkpoints.
    pub(super) fn data_files(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|path| path.ends_with(".parquet") && !path.contains("/_delta_log/")).cloned().collect()
    }

    /// The entries of the log that were asked for, as often as they were.
    pub(super) fn log_entries(&self) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|path| path.ends_with(".json") && path.contains("/_delta_log/")).cloned().collect()
    }

    fn note(&self, path: Option<&Path>) {
        self.asked.lock().unwrap().push(path.map(ToString::to_string).unwrap_or_default());
    }
}

impl fmt::Display for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watched")
    }
}

#[async_trait]
impl ObjectStore for Watched {
    async fn put_opts(&self, path: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.note(Some(path));
        self.inner.put_opts(path, payload, options).await
    }

    async fn put_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.note(Some(path));
        self.inner.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        self.note(Some(path));
        self.inner.get_opts(path, options).await
    }

    async fn get_ranges(&self, path: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.note(Some(path));
        self.inner.get_ranges(path, ranges).await
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.note(None);
        self.inner.delete_stream(paths)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.note(prefix);
        self.inner.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.note(prefix);
        self.inner.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.note(prefix);
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.note(Some(to));
        self.inner.copy_opts(from, to, options).await
    }
}
