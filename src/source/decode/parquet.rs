//! Parquet files for the neutral feeds: columns are found by name and read as the text the other formats would hold.

use std::fs::File;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::util::display::FormatOptions;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::Feed;
use crate::error::{Error, Result};

/// The batches of a Parquet file.
pub struct ParquetChunks {
    reader: ParquetRecordBatchReader,
    place: String,
}

impl ParquetChunks {
    /// Opens a file.
    pub fn open(path: &std::path::Path) -> Result<Self> {
        let failed = |e: parquet::errors::ParquetError| Error::invalid(path.display(), e);
        let file = File::open(path).map_err(|e| Error::storage(path.display(), e))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
        let reader = builder.with_batch_size(8192).build().map_err(failed)?;
        Ok(Self { reader, place: path.display().to_string() })
    }

    /// The next batch; `None` at the end.
    pub fn next_batch(&mut self) -> Result<Option<RecordBatch>> {
        self.reader.next().transpose().map_err(|e| Error::invalid(&self.place, e))
    }
}

/// The declared columns of a batch; one that the file lacks is NULL.
pub(super) fn decode(feed: &Feed, batch: &RecordBatch) -> Result<Vec<ArrayRef>> {
    let format = FormatOptions::new()
        .with_timestamp_format(Some("%Y-%m-%dT%H:%M:%S%.f"))
        .with_timestamp_tz_format(Some("%Y-%m-%dT%H:%M:%S%.f%:z"));
    let options = CastOptions { safe: false, format_options: format };
    feed.raw_schema
        .fields()
        .iter()
        .map(|field| match batch.column_by_name(field.name()) {
            None => Ok(new_null_array(field.data_type(), batch.num_rows())),
            Some(column) if column.data_type() == field.data_type() => Ok(Arc::clone(column)),
            Some(column) => cast_with_options(column, field.data_type(), &options)
                .map_err(|e| Error::invalid(format!("column {}", field.name()), e)),
        })
        .collect()
}

/// A row as JSON: what `rejects` keeps of a record that had no text.
pub fn row_text(batch: &RecordBatch, row: usize) -> String {
    let mut writer = arrow_json::LineDelimitedWriter::new(Vec::new());
    let written = writer.write(&batch.slice(row, 1)).and_then(|()| writer.finish());
    match written {
        Ok(()) => String::from_utf8_lossy(&writer.into_inner()).trim_end().to_owned(),
        Err(error) => format!("a row that cannot be shown: {error}"),
    }
}
