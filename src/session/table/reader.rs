//! Opening the files of a scan: errors name the file, and one that is not what the log says of it is refused.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::common::Result;
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
    ) -> Result<Box<dyn AsyncFileReader + Send>> {
        let path = file.object_meta.location.clone();
        let rows = file.statistics.as_ref().and_then(|statistics| statistics.num_rows.get_value().copied());
        let inner = self.0.create_reader(partition_index, file, metadata_size_hint, metrics)?;
        Ok(Box::new(LogReader { inner, path, rows }))
    }
}

struct LogReader {
    inner: Box<dyn AsyncFileReader + Send>,
    path: Path,
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
            // The scan reads the schema next, without a word about where it is.
            ArrowReaderMetadata::try_new(Arc::clone(&metadata), options.cloned().unwrap_or_default())
                .map_err(|e| at(&self.path, &e))?;
            let found = metadata.row_groups().iter().map(|group| group.num_rows()).sum::<i64>();
            match self.rows {
                Some(rows) if usize::try_from(found) != Ok(rows) => {
                    let message = format!("it holds {found} rows, and {rows} were written to it");
                    Err(at(&self.path, &ParquetError::General(message)))
                }
                _ => Ok(metadata),
            }
        }
        .boxed()
    }
}

fn at(path: &Path, error: &ParquetError) -> ParquetError {
    ParquetError::General(format!("reading {path}: {error}"))
}
