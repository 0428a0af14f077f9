//! Which events a file of the log holds, and a copy of it without some of them.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Decimal128Type, TimestampMicrosecondType};
use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt, TryFutureExt, TryStreamExt};
use object_store::{ObjectStore, ObjectStoreExt, path::Path};
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::{AsyncFileReader, ParquetRecordBatchStream};
use parquet::arrow::{ParquetRecordBatchStreamBuilder, ProjectionMask};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::{LogFile, NewFile, Store};
use crate::error::{Error, Result};
use crate::event::identity::KeySet;

impl Store {
    /// Gives each event of a file to `visit`: its `event_key` and `received_at` in microseconds.
    ///
    /// # Errors
    /// [`Error::Storage`] where the file cannot be read.
    pub async fn visit_identities(&self, file: &LogFile, mut visit: impl FnMut(i128, i64)) -> Result<()> {
        let mut batches = self.read(file, Some(&["received_at", "event_key"])).await?;
        while let Some(batch) = batches.try_next().await.map_err(|e| unreadable(file, e))? {
            let keys = batch.column_by_name("event_key").and_then(|c| c.as_primitive_opt::<Decimal128Type>());
            let times =
                batch.column_by_name("received_at").and_then(|c| c.as_primitive_opt::<TimestampMicrosecondType>());
            let (Some(keys), Some(times)) = (keys, times) else {
                return Err(Error::invalid(&file.path, "it has no event_key and received_at"));
            };
            keys.values().iter().zip(times.values()).for_each(|(key, time)| visit(*key, *time));
        }
        Ok(())
    }

    /// Writes a copy of a file without the events whose keys are in `without`.
    ///
    /// # Errors
    /// [`Error::Storage`] where the file cannot be read or the copy not be written.
    pub async fn copy_without(&self, file: &LogFile, without: &KeySet, name_stem: &str) -> Result<Vec<NewFile>> {
        let mut writer = self.writer(file.record(), name_stem);
        let mut batches = self.read(file, None).await?;
        while let Some(batch) = batches.try_next().await.map_err(|e| unreadable(file, e))? {
            let keys = batch.column_by_name("event_key").and_then(|c| c.as_primitive_opt::<Decimal128Type>());
            let keys = keys.ok_or_else(|| Error::invalid(&file.path, "it has no event_key"))?;
            let keep: BooleanArray = keys.values().iter().map(|key| Some(!without.contains(key))).collect();
            writer.write(filter_record_batch(&batch, &keep)?).await?;
        }
        writer.finish().await
    }

    async fn read(&self, file: &LogFile, columns: Option<&[&str]>) -> Result<ParquetRecordBatchStream<FileReader>> {
        let reader = FileReader { objects: self.object_store(), path: file.object_path(), size_bytes: file.size_bytes };
        let builder = ParquetRecordBatchStreamBuilder::new(reader).await.map_err(|e| unreadable(file, e))?;
        let mask = match columns {
            Some(columns) => ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied()),
            None => ProjectionMask::all(),
        };
        builder.with_projection(mask).with_batch_size(8192).build().map_err(|e| unreadable(file, e))
    }
}

fn unreadable(file: &LogFile, error: ParquetError) -> Error {
    Error::storage(format!("reading {}", file.path), error)
}

/// Byte ranges of one file.
struct FileReader {
    objects: Arc<dyn ObjectStore>,
    path: Path,
    size_bytes: u64,
}

impl AsyncFileReader for FileReader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes, ParquetError>> {
        self.objects.get_range(&self.path, range).map_err(|e| ParquetError::External(Box::new(e))).boxed()
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, Result<Vec<Bytes>, ParquetError>> {
        async move {
            let read = self.objects.get_ranges(&self.path, &ranges).await;
            read.map_err(|e| ParquetError::External(Box::new(e)))
        }
        .boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>, ParquetError>> {
        async move {
            let size_bytes = self.size_bytes;
            Ok(Arc::new(ParquetMetaDataReader::new().load_and_finish(self, size_bytes).await?))
        }
        .boxed()
    }
}
