//! The lists themselves: recipients, each once, in order, under the hash of the list.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use deltalake::Path;
use hashbrown::HashSet;
use object_store::{Error as ObjectError, ObjectStoreExt};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;
use sha2::{Digest, Sha256};

use super::{FOLDER, Store};
use crate::error::{Error, Result};
use crate::limits::{SEGMENT_RECIPIENT_BYTES_MAX, SEGMENT_RECIPIENTS_MAX};

/// The one column of a list.
const COLUMN: &str = "recipient";
/// Rows of a batch of a list that is read.
const BATCH_ROWS: usize = 8_192;
/// What the file says wrote it: without a version, which would change the bytes of the same list.
const CREATED_BY: &str = "smsql";

/// Recipients as they come in, in any order and any number of times.
#[derive(Debug, Default)]
pub struct RecipientSet(HashSet<Box<str>>);

impl RecipientSet {
    /// Takes one; whether it is new.
    ///
    /// # Errors
    /// [`Error::Limit`] where there are too many, or it is too long; [`Error::Invalid`] where it has control
    /// characters in it, which no number and no name has.
    pub fn insert(&mut self, recipient: &str) -> Result<bool> {
        if self.0.contains(recipient) {
            return Ok(false);
        }
        if recipient.len() > SEGMENT_RECIPIENT_BYTES_MAX {
            let message = format!("a recipient has at most {SEGMENT_RECIPIENT_BYTES_MAX} bytes, one here has more");
            return Err(Error::Limit { limit: "SEGMENT_RECIPIENT_BYTES_MAX", message });
        }
        if recipient.is_empty() || recipient.contains(char::is_control) {
            let message = "not a recipient: it is empty, or a line break or another control character is in it";
            return Err(Error::invalid(format!("recipient {recipient:?}"), message));
        }
        if self.0.len() as u64 == SEGMENT_RECIPIENTS_MAX {
            let message = format!("a segment has at most {SEGMENT_RECIPIENTS_MAX} recipients");
            return Err(Error::Limit { limit: "SEGMENT_RECIPIENTS_MAX", message });
        }
        Ok(self.0.insert(recipient.into()))
    }

    /// Takes one out; whether it was there.
    pub fn remove(&mut self, recipient: &str) -> bool {
        self.0.remove(recipient)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, in order.
    pub fn sorted(self) -> Recipients {
        let mut all: Vec<Box<str>> = self.0.into_iter().collect();
        all.sort_unstable();
        Recipients::hashed(StringViewArray::from_iter_values(all))
    }
}

/// A list of recipients: each once, in the order of their bytes.
#[derive(Debug, Clone)]
pub struct Recipients {
    list: StringViewArray,
    sha256: String,
}

impl Recipients {
    fn hashed(list: StringViewArray) -> Self {
        let sha256 = hash(&list);
        Self { list, sha256 }
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.list.len() as u64
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The SHA-256 of the list: of the recipients with a line feed behind each, so that `sha256sum` finds it too.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The list.
    pub fn list(&self) -> &StringViewArray {
        &self.list
    }
}

fn hash(list: &StringViewArray) -> String {
    let mut hash = Sha256::new();
    for recipient in list.iter().flatten() {
        hash.update(recipient);
        hash.update("\n");
    }
    hex::encode(hash.finalize())
}

fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![Field::new(COLUMN, DataType::Utf8View, false)]))
}

fn members_path(sha256: &str) -> Result<Path> {
    let digits = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if sha256.len() != 64 || !sha256.bytes().all(digits) {
        return Err(Error::invalid(sha256, "not a SHA-256 in 64 lower-case hexadecimal digits"));
    }
    Ok(Path::from(format!("{FOLDER}/members/{sha256}.parquet")))
}

impl Store {
    /// The list with this hash, whatever segment has it or had it.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it is damaged or gone.
    pub async fn recipients(&self, sha256: &str) -> Result<Recipients> {
        let path = members_path(sha256)?;
        let context = || format!("reading {path} of the store {}", self.url());
        let bytes = match self.object_store().get(&path).await {
            Ok(object) => object.bytes().await.map_err(|e| Error::storage(context(), e))?,
            Err(ObjectError::NotFound { .. }) => {
                return Err(Error::invalid(path, "the list of a segment is gone: something deleted it"));
            }
            Err(error) => return Err(Error::storage(context(), error)),
        };
        let expected = sha256.to_owned();
        // What decodes Parquet may panic on damaged bytes.
        let decoded = tokio::task::spawn_blocking(move || decode(bytes, &expected)).await;
        let decoded = decoded.unwrap_or_else(|_| Err("it cannot be decoded".to_owned()));
        decoded.map_err(|what| Error::invalid(path, format!("this list of a segment is damaged: {what}")))
    }

    /// Writes a list under its hash. One that is there already is written again: it is the same, or it was damaged.
    pub(super) async fn write_recipients(&self, recipients: &Recipients) -> Result<()> {
        let path = members_path(recipients.sha256())?;
        let list: ArrayRef = Arc::new(recipients.list.clone());
        let encoded = tokio::task::spawn_blocking(move || encode(list)).await;
        let bytes = encoded.map_err(|e| Error::Internal(format!("encoding {path}: {e}")))??;
        let written = self.object_store().put(&path, bytes.into()).await;
        written.map_err(|e| Error::storage(format!("writing {path} of the store {}", self.url()), e))?;
        Ok(())
    }
}

fn encode(list: ArrayRef) -> Result<Vec<u8>> {
    let failed = |e| Error::storage("encoding the list of a segment", e);
    let properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        // Neighbours in a sorted list of numbers begin alike.
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::DELTA_BYTE_ARRAY)
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema(), Some(properties)).map_err(failed)?;
    writer.write(&RecordBatch::try_new(schema(), vec![list])?).map_err(failed)?;
    writer.into_inner().map_err(failed)
}

/// The list in a file, or what is wrong with it.
fn decode(bytes: Bytes, sha256: &str) -> Result<Recipients, String> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|e| e.to_string())?;
    if u64::try_from(reader.metadata().file_metadata().num_rows()).is_ok_and(|rows| rows > SEGMENT_RECIPIENTS_MAX) {
        return Err(format!("it has more than SEGMENT_RECIPIENTS_MAX, {SEGMENT_RECIPIENTS_MAX} rows"));
    }
    let mut parts = Vec::new();
    for batch in reader.with_batch_size(BATCH_ROWS).build().map_err(|e| e.to_string())? {
        let batch = batch.map_err(|e| e.to_string())?;
        let column = batch.column_by_name(COLUMN).ok_or_else(|| format!("it has no column {COLUMN}"))?;
        parts.push(arrow::compute::cast(column, &DataType::Utf8View).map_err(|e| e.to_string())?);
    }
    let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
    let list = match parts.as_slice() {
        [] => StringViewArray::from_iter_values(std::iter::empty::<&str>()),
        parts => {
            let list = arrow::compute::concat(parts).map_err(|e| e.to_string())?;
            list.as_any().downcast_ref::<StringViewArray>().ok_or("it is no text")?.clone()
        }
    };
    let recipients = Recipients::hashed(list);
    if recipients.list.null_count() > 0 || recipients.sha256 != sha256 {
        return Err(format!("it does not match its hash, it has {}", recipients.sha256));
    }
    Ok(recipients)
}
