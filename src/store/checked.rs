//! The log as Delta's reader gets it: every entry is whole, or reading it fails and says which one is not.
//!
//! Delta's reader takes an empty entry for a commit without files, and one that lost its last lines for a smaller
//! commit: what a file system leaves after a power failure, or a copy that broke off, would be a silently smaller log.
//! So each entry notes how many files and landings it names, and is counted when it is read.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use object_store::path::Path;
use object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result,
};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::error;

/// The key of the number of files and landings that a commit names, in its note.
pub(super) const ACTIONS_KEY: &str = "actions";

/// How many bytes of entries are kept after they were read.
const RECENT_BYTES_MAX: usize = 16 << 20;

/// Objects of which the entries of the Delta log are checked when they are read.
///
/// Those read last are kept: an entry never changes, and to open a store each of the newest is read two or three times
/// (for the schema, for the files, for the time of its commit), which is most of the requests.
#[derive(Debug)]
pub(super) struct CheckedLog {
    objects: Arc<dyn ObjectStore>,
    recent: Mutex<VecDeque<Recent>>,
}

/// An entry that was read, whole.
#[derive(Debug, Clone)]
struct Recent {
    location: Path,
    meta: ObjectMeta,
    attributes: Attributes,
    bytes: Bytes,
}

impl CheckedLog {
    pub(super) fn new(objects: Arc<dyn ObjectStore>) -> Self {
        Self { objects, recent: Mutex::default() }
    }

    fn recent(&self) -> MutexGuard<'_, VecDeque<Recent>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an entry, and of those before it what fits.
    fn keep(&self, entry: Recent) {
        if entry.bytes.len() > RECENT_BYTES_MAX {
            return;
        }
        let mut recent = self.recent();
        recent.push_back(entry);
        let mut bytes: usize = recent.iter().map(|entry| entry.bytes.len()).sum();
        while bytes > RECENT_BYTES_MAX
            && let Some(oldest) = recent.pop_front()
        {
            bytes -= oldest.bytes.len();
        }
    }
}

impl Recent {
    fn result(self) -> GetResult {
        let Self { meta, attributes, bytes, .. } = self;
        let range = 0..meta.size;
        GetResult {
            payload: GetResultPayload::Stream(stream::once(async { Ok(bytes) }).boxed()),
            meta,
            range,
            attributes,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    commit_info: Option<Info>,
    add: Option<IgnoredAny>,
    remove: Option<IgnoredAny>,
    txn: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Info {
    smsql: Option<Note>,
}

#[derive(Deserialize)]
struct Note {
    actions: Option<u64>,
}

/// What is wrong with the bytes of a log entry. Other tools' entries note no number.
pub(super) fn check(bytes: &[u8]) -> std::result::Result<(), String> {
    let mut noted = None;
    let mut lines = 0_u64;
    let mut actions = 0_u64;
    for line in bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()) {
        lines += 1;
        let line: Line = serde_json::from_slice(line).map_err(|e| format!("line {lines}: {e}"))?;
        actions += [line.add, line.remove, line.txn].iter().flatten().count() as u64;
        noted = noted.or(line.commit_info.and_then(|info| info.smsql?.actions));
    }
    match noted {
        _ if lines == 0 => Err("it is empty".to_owned()),
        Some(noted) if noted != actions => Err(format!("it has {actions} of {noted} actions")),
        _ => Ok(()),
    }
}

/// Whether this is an entry of the log: `.../_delta_log/00000000000000000012.json`.
fn is_entry(path: &Path) -> bool {
    let mut parts = path.as_ref().rsplit('/');
    let (name, folder) = (parts.next().unwrap_or_default(), parts.next());
    let digits = name.strip_suffix(".json").unwrap_or_default();
    folder == Some("_delta_log") && digits.len() == 20 && digits.bytes().all(|digit| digit.is_ascii_digit())
}

impl fmt::Display for CheckedLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.objects.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for CheckedLog {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.objects.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.objects.put_multipart_opts(path, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let conditions = options.if_match.is_some()
            || options.if_none_match.is_some()
            || options.if_modified_since.is_some()
            || options.if_unmodified_since.is_some();
        let whole = !options.head && options.range.is_none() && options.version.is_none() && !conditions;
        if !whole || !is_entry(location) {
            return self.objects.get_opts(location, options).await;
        }
        let known = self.recent().iter().find(|entry| entry.location == *location).cloned();
        if let Some(known) = known {
            return Ok(known.result());
        }
        let result = self.objects.get_opts(location, options).await?;
        let (meta, attributes) = (result.meta.clone(), result.attributes.clone());
        let bytes = result.bytes().await?;
        check(&bytes).map_err(|what| {
            let source = error::Error::invalid(location, format!("this log entry is damaged: {what}"));
            Error::Generic { store: "log", source: source.into() }
        })?;
        let entry = Recent { location: location.clone(), meta, attributes, bytes };
        self.keep(entry.clone());
        Ok(entry.result())
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.objects.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.objects.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.objects.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.objects.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.objects.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.objects.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.objects.rename_opts(from, to, options).await
    }
}
