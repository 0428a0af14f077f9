//! The local file system as an object store that keeps its word after a power failure, and lists in order.
//!
//! `object_store`'s own makes writes atomic but leaves it to the operating system when they reach the disk: after a
//! power failure a log entry can be there with no content, which no reader gets past. Here a write has reached the
//! disk before its name appears.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path as FilePath, PathBuf};

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result, UploadPart,
};

/// See the module.
#[derive(Debug, Default, Clone)]
pub(super) struct DurableFileSystem {
    inner: LocalFileSystem,
}

impl fmt::Display for DurableFileSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for DurableFileSystem {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let create = match options.mode {
            PutMode::Create => true,
            PutMode::Overwrite => false,
            PutMode::Update(_) => return self.inner.put_opts(location, payload, options).await,
        };
        let (name, target) = (location.clone(), self.inner.path_to_filesystem(location)?);
        blocking(move || match write(&target, &payload, create) {
            Err(error) if create && error.kind() == io::ErrorKind::AlreadyExists => {
                Err(Error::AlreadyExists { path: name.to_string(), source: error.into() })
            }
            Err(error) => Err(generic(error)),
            Ok(()) => Ok(PutResult { e_tag: None, version: None }),
        })
        .await
    }

    async fn put_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let target = self.inner.path_to_filesystem(path)?;
        let inner = self.inner.put_multipart_opts(path, options).await?;
        Ok(Box::new(DurableUpload { inner, target }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[std::ops::Range<u64>]) -> Result<Vec<bytes::Bytes>> {
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        sorted(self.inner.list(prefix))
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        sorted(self.inner.list_with_offset(prefix, offset))
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.inner.rename_opts(from, to, options).await
    }
}

/// Cloud stores list by name, and Delta's reader counts on it.
fn sorted(list: BoxStream<'static, Result<ObjectMeta>>) -> BoxStream<'static, Result<ObjectMeta>> {
    let sorted = async move {
        let mut objects: Vec<ObjectMeta> = list.try_collect().await?;
        objects.sort_unstable_by(|a, b| a.location.cmp(&b.location));
        Ok::<_, Error>(stream::iter(objects.into_iter().map(Ok)))
    };
    stream::once(sorted).try_flatten().boxed()
}

/// An upload in parts whose file has reached the disk when it is complete.
#[derive(Debug)]
struct DurableUpload {
    inner: Box<dyn MultipartUpload>,
    target: PathBuf,
}

#[async_trait]
impl MultipartUpload for DurableUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.inner.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        // Here the name appears first. That is no harm: files in parts are data, which counts from its commit on.
        let result = self.inner.complete().await?;
        let target = self.target.clone();
        blocking(move || {
            File::open(&target).and_then(|file| file.sync_all()).map_err(generic)?;
            sync_parents(&target).map_err(generic)
        })
        .await?;
        Ok(result)
    }

    async fn abort(&mut self) -> Result<()> {
        self.inner.abort().await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::JoinError { source: e })?
}

fn generic(error: io::Error) -> Error {
    Error::Generic { store: "DurableFileSystem", source: error.into() }
}

/// Writes a file under another name, waits for the disk, then gives it its name: only if that is free, or in any case.
fn write(target: &FilePath, payload: &PutPayload, create: bool) -> io::Result<()> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    // A name of this form is a write under way: listings leave it out.
    let mut staged = target.as_os_str().to_owned();
    staged.push(format!("#{}", rand::random::<u64>()));
    let staged = PathBuf::from(staged);
    let written = (|| {
        let mut file = File::create_new(&staged)?;
        for bytes in payload {
            file.write_all(bytes)?;
        }
        file.sync_all()?;
        if create { fs::hard_link(&staged, target) } else { fs::rename(&staged, target) }
    })();
    if create || written.is_err() {
        // It may not have been created; what is left over is not listed.
        let _ = fs::remove_file(&staged);
    }
    written?;
    sync_parents(target)
}

/// Waits until the names of a file and of the folder it is in are on the disk.
fn sync_parents(target: &FilePath) -> io::Result<()> {
    // Folders cannot be opened for this everywhere; where they can, failing to is an error.
    #[cfg(unix)]
    for folder in target.ancestors().skip(1).take(2) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
