//! Opening the files of a scan: errors name the file, and one that is not what the log says of it is refused.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::ParquetFileReaderFactory;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use futures::future::BoxFuture;
use futures::{FutureExt, TryFutureExt};
use object_store::path::Path;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::ParquetMetaData;

/// Makes readers that remember whose bytes they read.
#[derive(Debug)]
pub(super) struct LogReaderFactory(pub(super) CachedParquetFileReaderFactory);

impl ParquetFileReaderFactory for LogReaderFactory {
    fn create_reader(
        &self,
        partition_index: usize,
        file: PartitionedFile,
        metadata_size_hint: Option<usize>,
        metrics: &ExecutionPlanMetricsSet,
    ) -> datafusion::common::Result<Box<dyn AsyncFileReader + Send>> {
        let path = file.object_meta.location.clone();
        let size = file.object_meta.size;
        let rows = file.statistics.as_ref().and_then(|statistics| statistics.num_rows.get_value().copied());
        let inner = self.0.create_reader(partition_index, file, metadata_size_hint, metrics)?;
        Ok(Box::new(LogReader { inner, path, size, rows }))
    }
}

struct LogReader {
    inner: Box<dyn AsyncFileReader + Send>,
    path: Path,
    size: u64,
    /// How many rows the log says it holds.
    rows: Option<usize>,
}

impl AsyncFileReader for LogReader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, ParquetResult<Bytes>> {
        let path = &self.path;
        self.inner.get_bytes(range).map_err(move |e| at(path, &e)).boxed()
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, ParquetResult<Vec<Bytes>>> {
        let path = &self.path;
        self.inner.get_byte_ranges(ranges).map_err(move |e| at(path, &e)).boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, ParquetResult<Arc<ParquetMetaData>>> {
        async move {
            // An error of this one names the file already.
            let metadata = self.inner.get_metadata(options).await?;
            self.check(&metadata, options).map_err(|message| at(&self.path, &ParquetError::General(message)))?;
            Ok(metadata)
        }
        .boxed()
    }
}

impl LogReader {
    /// What the scan does not check, or panics at, in a footer that was damaged.
    fn check(&self, metadata: &Arc<ParquetMetaData>, options: Option<&ArrowReaderOptions>) -> Result<(), String> {
        let (metadata, options) = (Arc::clone(metadata), options.cloned().unwrap_or_default());
        let mut rows = 0;
        for group in metadata.row_groups() {
            rows += group.num_rows();
            for column in group.columns() {
                let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
                let end = start.checked_add(column.compressed_size());
                if start < 0 || column.compressed_size() < 0 || end.is_none_or(|end| end.cast_unsigned() > self.size) {
                    return Err(format!("its column {} is not within it", column.column_path()));
                }
            }
        }
        if let Some(written) = self.rows
            && usize::try_from(rows) != Ok(written)
        {
            return Err(format!("it holds {rows} rows, and {written} were written to it"));
        }
        // The scan reads the schema next, without a word about where it is; and what decodes it trusts it.
        let read = catch_unwind(AssertUnwindSafe(|| ArrowReaderMetadata::try_new(metadata, options)));
        match read {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("its schema is damaged".to_owned()),
        }
    }
}

fn at(path: &Path, error: &ParquetError) -> ParquetError {
    ParquetError::General(format!("reading {path}: {error}"))
}
