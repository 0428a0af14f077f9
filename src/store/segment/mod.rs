//! Segments: named lists of recipients.
//!
//! A segment is a fixed list. What it is made from is evaluated once, at one version of the store, and what came out
//! is kept: a list that a campaign was sent to does not change because a receipt comes late.
//!
//! | object                              | what it is                                                             |
//! |-------------------------------------|------------------------------------------------------------------------|
//! | `segments/<name>.json`              | [`Segment`]: what it was made from, when, and the hash of its members   |
//! | `segments/members/<sha256>.parquet` | the [`Recipients`], by the hash of the list                             |
//!
//! Members are written first and never deleted here. So a process that is killed leaves a list that nobody names, never
//! a name without its list; and whoever noted the hash of a list reads that list, whatever became of the name.

mod members;

use chrono::{DateTime, Utc};
use deltalake::Path;
use futures::{StreamExt, TryStreamExt};
use object_store::{Error as ObjectError, ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion};
use serde::{Deserialize, Serialize};

use super::Store;
use crate::error::{Error, Result};
use crate::limits::{SEGMENT_DEFINITION_BYTES_MAX, SEGMENT_NAME_BYTES_MAX};

pub use members::{RecipientSet, Recipients};

const FOLDER: &str = "segments";
/// How many definitions are read at once.
const READS: usize = 16;

/// The definition of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// When it was made.
    #[serde(with = "rfc3339")]
    pub created_at: DateTime<Utc>,
    /// The version of the store it was evaluated at.
    pub version: u64,
    /// The time zone it was evaluated in.
    pub time_zone: String,
    /// What it was made from.
    pub source: SegmentSource,
    /// The values of the parameters, in order of name.
    #[serde(default)]
    pub parameters: Vec<SegmentParameter>,
    /// How many recipients it has.
    pub recipients: u64,
    /// The SHA-256 of its members, one per line, sorted.
    pub members: String,
}

/// What a segment was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentSource {
    /// A query that gave the recipients.
    Sql(String),
    /// The recipients in sections of a report.
    Report {
        /// The report.
        name: String,
        /// Whose recipients are in it.
        sections: Vec<String>,
        /// Whose recipients are not, although they are in those.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        not: Vec<String>,
    },
}

/// The value of a parameter, as `-p name:type=value` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentParameter {
    /// Its name.
    pub name: String,
    /// The name of its type.
    #[serde(rename = "type")]
    pub parameter_type: String,
    /// Its value; `None` is NULL.
    pub value: Option<String>,
}

/// What a segment is made from, before it has its members.
#[derive(Debug, Clone)]
pub struct NewSegment {
    /// See [`Segment::name`].
    pub name: String,
    /// See [`Segment::version`].
    pub version: u64,
    /// See [`Segment::time_zone`].
    pub time_zone: String,
    /// See [`Segment::source`].
    pub source: SegmentSource,
    /// See [`Segment::parameters`].
    pub parameters: Vec<SegmentParameter>,
}

/// What there was when somebody looked: the condition for putting another in its place.
#[derive(Debug, Clone)]
pub struct SegmentRevision {
    text: String,
    object: UpdateVersion,
}

/// Refuses what is no name of a segment.
///
/// # Errors
/// [`Error::Invalid`], [`Error::Limit`] where it is too long.
pub fn check_segment_name(name: &str) -> Result<()> {
    if name.len() > SEGMENT_NAME_BYTES_MAX {
        let message = format!("the name of a segment has at most {SEGMENT_NAME_BYTES_MAX} characters");
        return Err(Error::Limit { limit: "SEGMENT_NAME_BYTES_MAX", message });
    }
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    if name.bytes().next().is_some_and(plain) && name.bytes().all(|b| plain(b) || b == b'_' || b == b'-') {
        return Ok(());
    }
    let message = "a name is lower-case letters, digits, `_` and `-`, and begins with a letter or digit";
    Err(Error::invalid(format!("segment `{name}`"), message))
}

impl Store {
    /// Makes a segment. One of this name must not be there; with `replacing`, what [`Store::segment_revision`] gave
    /// must still be there.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a bad name; [`Error::Conflict`] where there is one already, or another than was seen.
    pub async fn create_segment(
        &self,
        new: NewSegment,
        recipients: &Recipients,
        replacing: Option<SegmentRevision>,
    ) -> Result<Segment> {
        let path = definition_path(&new.name)?;
        let segment = Segment {
            name: new.name,
            created_at: crate::clock::now(),
            version: new.version,
            time_zone: new.time_zone,
            source: new.source,
            parameters: new.parameters,
            recipients: recipients.len(),
            members: recipients.sha256().to_owned(),
        };
        let mut text = serde_json::to_string_pretty(&segment).map_err(|e| Error::Internal(e.to_string()))?;
        text.push('\n');
        if text.len() > SEGMENT_DEFINITION_BYTES_MAX {
            let message = format!("the definition of a segment has at most {SEGMENT_DEFINITION_BYTES_MAX} bytes");
            return Err(Error::Limit { limit: "SEGMENT_DEFINITION_BYTES_MAX", message });
        }
        self.write_recipients(recipients).await?;
        self.write_definition(&segment.name, &path, &text, replacing).await?;
        Ok(segment)
    }

    /// The segment of this name.
    ///
    /// # Errors
    /// [`Error::NotFound`] with the names that are near; [`Error::Invalid`] where its definition is damaged.
    pub async fn segment(&self, name: &str) -> Result<Segment> {
        match self.segment_if_any(name).await? {
            Some(segment) => Ok(segment),
            None => Err(self.no_segment(name).await?),
        }
    }

    /// The segment of this name, if there is one. What cannot be a name names none.
    ///
    /// # Errors
    /// As [`Store::segment`].
    pub async fn segment_if_any(&self, name: &str) -> Result<Option<Segment>> {
        let Ok(path) = definition_path(name) else { return Ok(None) };
        match self.read_definition(&path).await? {
            Some(found) => Ok(Some(parse(name, &path, &found.text)?)),
            None => Ok(None),
        }
    }

    /// What there is under this name now, damaged or not, for who wants to replace it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a bad name.
    pub async fn segment_revision(&self, name: &str) -> Result<Option<SegmentRevision>> {
        self.read_definition(&definition_path(name)?).await
    }

    /// All segments, in order of name.
    ///
    /// # Errors
    /// [`Error::Invalid`] where a definition is damaged.
    pub async fn segments(&self) -> Result<Vec<Segment>> {
        let names = self.segment_names().await?;
        let read = futures::stream::iter(names).map(async |name| self.segment_if_any(&name).await);
        // One that was dropped meanwhile is none.
        let segments: Vec<Option<Segment>> = read.buffered(READS).try_collect().await?;
        Ok(segments.into_iter().flatten().collect())
    }

    /// The names of all segments, in order.
    ///
    /// # Errors
    /// [`Error::Storage`] where they cannot be listed.
    pub async fn segment_names(&self) -> Result<Vec<String>> {
        let listed = self.object_store().list_with_delimiter(Some(&Path::from(FOLDER))).await;
        let listed = listed.map_err(|e| Error::storage(format!("listing {FOLDER} of the store {}", self.url()), e))?;
        let names = listed.objects.iter().filter_map(|object| object.location.filename()?.strip_suffix(".json"));
        let mut names: Vec<String> = names.filter(|name| check_segment_name(name).is_ok()).map(str::to_owned).collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Drops the name. Its list stays for those who noted its hash.
    ///
    /// # Errors
    /// [`Error::NotFound`] with the names that are near.
    pub async fn drop_segment(&self, name: &str) -> Result<()> {
        let Ok(path) = definition_path(name) else { return Err(self.no_segment(name).await?) };
        let context = || format!("dropping {path} of the store {}", self.url());
        let objects = self.object_store();
        // Deleting what is not there succeeds in most object stores.
        match objects.head(&path).await {
            Ok(_) => {}
            Err(ObjectError::NotFound { .. }) => return Err(self.no_segment(name).await?),
            Err(error) => return Err(Error::storage(context(), error)),
        }
        match objects.delete(&path).await {
            Ok(()) | Err(ObjectError::NotFound { .. }) => Ok(()),
            Err(error) => Err(Error::storage(context(), error)),
        }
    }

    async fn no_segment(&self, name: &str) -> Result<Error> {
        let names = self.segment_names().await?;
        Ok(Error::not_found("segment", name, names.iter().map(String::as_str)))
    }

    async fn read_definition(&self, path: &Path) -> Result<Option<SegmentRevision>> {
        let context = || format!("reading {path} of the store {}", self.url());
        let object = match self.object_store().get(path).await {
            Ok(object) => object,
            Err(ObjectError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(Error::storage(context(), error)),
        };
        if object.meta.size > SEGMENT_DEFINITION_BYTES_MAX as u64 {
            let message = format!("{path} has {} bytes", object.meta.size);
            return Err(Error::Limit { limit: "SEGMENT_DEFINITION_BYTES_MAX", message });
        }
        let version = UpdateVersion { e_tag: object.meta.e_tag.clone(), version: object.meta.version.clone() };
        let bytes = object.bytes().await.map_err(|e| Error::storage(context(), e))?;
        // What is no text is no JSON either, and reported as that.
        Ok(Some(SegmentRevision { text: String::from_utf8_lossy(&bytes).into_owned(), object: version }))
    }

    /// Puts a definition where there is none, or in place of the one that was seen.
    async fn write_definition(
        &self,
        name: &str,
        path: &Path,
        text: &str,
        replacing: Option<SegmentRevision>,
    ) -> Result<()> {
        let objects = self.object_store();
        let put = async |mode: PutMode| {
            let options = PutOptions { mode, ..PutOptions::default() };
            objects.put_opts(path, text.to_owned().into(), options).await
        };
        let mut written = match &replacing {
            None => put(PutMode::Create).await,
            Some(seen) => put(PutMode::Update(seen.object.clone())).await,
        };
        if let (Err(ObjectError::NotImplemented { .. } | ObjectError::NotSupported { .. }), Some(seen)) =
            (&written, &replacing)
        {
            // A file system has no conditional write: the best there is, is to look right before.
            if self.read_definition(path).await?.is_none_or(|now| now.text != seen.text) {
                return Err(replaced(name));
            }
            written = put(PutMode::Overwrite).await;
        }
        let Err(error) = written else { return Ok(()) };
        // A first try whose answer was lost: what is there is ours.
        if self.read_definition(path).await.is_ok_and(|now| now.is_some_and(|now| now.text == text)) {
            return Ok(());
        }
        match error {
            ObjectError::AlreadyExists { .. } => Err(segment_exists(name)),
            ObjectError::Precondition { .. } | ObjectError::NotFound { .. } => Err(replaced(name)),
            error => Err(Error::storage(format!("writing {path} of the store {}", self.url()), error)),
        }
    }
}

/// The error for a name that is taken.
pub fn segment_exists(name: &str) -> Error {
    Error::Conflict(format!("there is a segment `{name}` already; --replace makes it anew"))
}

fn replaced(name: &str) -> Error {
    Error::Conflict(format!("somebody else replaced or dropped segment `{name}` meanwhile; nothing was changed"))
}

fn definition_path(name: &str) -> Result<Path> {
    check_segment_name(name)?;
    Ok(Path::from(format!("{FOLDER}/{name}.json")))
}

fn parse(name: &str, path: &Path, text: &str) -> Result<Segment> {
    let damaged = |what: &dyn std::fmt::Display| Error::invalid(path, format!("this segment is damaged: {what}"));
    let segment: Segment = serde_json::from_str(text).map_err(|error| damaged(&error))?;
    if segment.name != name {
        return Err(damaged(&format!("it is the definition of `{}`", segment.name)));
    }
    Ok(segment)
}

/// Moments as text, to the microsecond.
mod rfc3339 {
    use chrono::{DateTime, SecondsFormat, Utc};
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(moment: &DateTime<Utc>, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&moment.to_rfc3339_opts(SecondsFormat::Micros, true))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<DateTime<Utc>, D::Error> {
        let text = String::deserialize(from)?;
        DateTime::parse_from_rfc3339(&text).map(|moment| moment.to_utc()).map_err(D::Error::custom)
    }
}
