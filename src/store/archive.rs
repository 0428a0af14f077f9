//! The archive of raw files by the SHA-256 of their content, and the small files users keep in the store.

use std::io::{self, Read};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use deltalake::Path;
use futures::TryStreamExt;
use object_store::buffered::BufWriter;
use object_store::{Error as ObjectError, ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use super::Store;
use crate::error::{Error, Result};

/// zstd's own default: raw feeds shrink ten-fold, at several hundred megabytes a second.
const LEVEL: i32 = 1;
/// How much is read at once, and how much compressed output is handed on at once.
const CHUNK_BYTES: usize = 1 << 20;
/// The largest small file.
const TEXT_BYTES_MAX: u64 = 64 << 20;

impl Store {
    /// Keeps a raw file under the SHA-256 of its content, compressed. One that is there already is not read.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the content has another hash, which means that the file changed while it was read;
    /// nothing is kept then. [`Error::Storage`] where reading or writing fails.
    pub async fn archive(
        &self,
        sha256: &str,
        open: impl FnOnce() -> Result<Box<dyn Read + Send>> + Send + 'static,
    ) -> Result<()> {
        let path = raw_path(sha256)?;
        let objects = self.object_store();
        let context = || format!("archiving {path} in the store {}", self.url());
        match objects.head(&path).await {
            Ok(_) => return Ok(()),
            Err(ObjectError::NotFound { .. }) => {}
            Err(error) => return Err(Error::storage(context(), error)),
        }
        let (sender, mut receiver) = mpsc::channel::<Bytes>(4);
        let packing = tokio::task::spawn_blocking(move || pack(open()?, &sender));
        let mut upload = BufWriter::new(Arc::clone(&objects), path.clone());
        let mut written = Ok(());
        while let Some(bytes) = receiver.recv().await {
            written = upload.put(bytes).await;
            if written.is_err() {
                break;
            }
        }
        // A reader that still has something to send meets a closed channel and stops.
        drop(receiver);
        let packed = packing.await.map_err(|e| Error::Internal(format!("compressing a raw file: {e}")))?;
        let result = match (written, packed) {
            (Err(error), _) => Err(Error::storage(context(), error)),
            (_, Err(error)) => Err(error),
            (_, Ok(found)) if found != sha256 => {
                let message = format!("its content has the SHA-256 {found}: the file changed while it was read");
                Err(Error::invalid(sha256, message))
            }
            _ => Ok(()),
        };
        match result {
            // Only this makes the object appear.
            Ok(()) => upload.shutdown().await.map_err(|e| Error::storage(context(), e)),
            Err(error) => {
                let _ = upload.abort().await;
                Err(error)
            }
        }
    }

    /// Reads a raw file back. Its last read fails where the content is no longer what its name says.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is not in the archive.
    pub async fn raw(&self, sha256: &str) -> Result<Box<dyn Read + Send>> {
        let path = raw_path(sha256)?;
        let context = || format!("reading {path} of the store {}", self.url());
        let bytes = match self.object_store().get(&path).await {
            Ok(object) => object.bytes().await.map_err(|e| Error::storage(context(), e))?,
            Err(ObjectError::NotFound { .. }) => {
                return Err(Error::NotFound { what: "raw file", name: sha256.to_owned(), near: Vec::new() });
            }
            Err(error) => return Err(Error::storage(context(), error)),
        };
        let reader = zstd::Decoder::new(bytes.reader()).map_err(|e| Error::storage(context(), e))?;
        Ok(Box::new(Verified { reader, hash: Sha256::new(), expected: sha256.to_owned() }))
    }

    /// The text of a small file of the store; `None` where there is none.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it is not UTF-8, [`Error::Limit`] where it is too large.
    pub async fn read_text(&self, path: &str) -> Result<Option<String>> {
        let context = || format!("reading {path} of the store {}", self.url());
        let location = Path::parse(path).map_err(|e| Error::invalid(path, e))?;
        let object = match self.object_store().get(&location).await {
            Ok(object) => object,
            Err(ObjectError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(Error::storage(context(), error)),
        };
        if object.meta.size > TEXT_BYTES_MAX {
            let message = format!("{path} has {} bytes, the most is {TEXT_BYTES_MAX}", object.meta.size);
            return Err(Error::Limit { limit: "text_bytes_max", message });
        }
        let bytes = object.bytes().await.map_err(|e| Error::storage(context(), e))?;
        match String::from_utf8(bytes.into()) {
            Ok(text) => Ok(Some(text)),
            Err(error) => Err(Error::invalid(context(), error.utf8_error())),
        }
    }

    /// The paths of the store's files below a folder, sorted.
    ///
    /// # Errors
    /// [`Error::Storage`] where it cannot be listed.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>> {
        let folder = Path::parse(prefix.trim_end_matches('/')).map_err(|e| Error::invalid(prefix, e))?;
        let objects = self.object_store();
        let paths = objects.list(Some(&folder)).map_ok(|meta| meta.location.to_string());
        let paths: std::result::Result<Vec<String>, _> = paths.try_collect().await;
        let mut paths =
            paths.map_err(|e| Error::storage(format!("listing {prefix} of the store {}", self.url()), e))?;
        paths.sort_unstable();
        Ok(paths)
    }
}

/// The path of a raw file below the store's root.
fn raw_path(sha256: &str) -> Result<Path> {
    let digits = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if sha256.len() != 64 || !sha256.bytes().all(digits) {
        return Err(Error::invalid(sha256, "not a SHA-256 in 64 lower-case hexadecimal digits"));
    }
    Ok(Path::from(format!("raw/{}/{sha256}.zst", &sha256[..2])))
}

/// Compresses a file into the channel and gives the hash of its content.
fn pack(mut reader: Box<dyn Read + Send>, sender: &mpsc::Sender<Bytes>) -> Result<String> {
    let failed = |e: io::Error| Error::storage("compressing a raw file", e);
    let mut hash = Sha256::new();
    let mut encoder = zstd::Encoder::new(Vec::with_capacity(CHUNK_BYTES), LEVEL).map_err(failed)?;
    encoder.include_checksum(true).map_err(failed)?;
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let count = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Error::storage("reading a raw file", error)),
        };
        hash.update(&buffer[..count]);
        io::Write::write_all(&mut encoder, &buffer[..count]).map_err(failed)?;
        if encoder.get_ref().len() >= CHUNK_BYTES {
            let bytes = std::mem::replace(encoder.get_mut(), Vec::with_capacity(CHUNK_BYTES));
            if sender.blocking_send(bytes.into()).is_err() {
                // The upload failed and says why.
                return Ok(String::new());
            }
        }
    }
    let rest = encoder.finish().map_err(failed)?;
    let _ = sender.blocking_send(rest.into());
    Ok(hex::encode(hash.finalize()))
}

/// Passes a raw file on and checks at its end that it is the one asked for.
struct Verified<R> {
    reader: R,
    hash: Sha256,
    expected: String,
}

impl<R: Read> Read for Verified<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.hash.update(&buffer[..count]);
        if count == 0 && !buffer.is_empty() {
            let found = hex::encode(self.hash.clone().finalize());
            if found != self.expected {
                let message = format!("the archived file {} has the SHA-256 {found}: it was damaged", self.expected);
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        Ok(count)
    }
}
