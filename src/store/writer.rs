//! Writing Parquet files of the log: row groups are encoded side by side and appended in order, while earlier ones
//! upload.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{RecordBatch, new_null_array};
use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use object_store::buffered::BufWriter;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::add_encoded_arrow_schema_to_metadata;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinHandle;

use super::schema::{PARTITION_COLUMN, Record};
use super::{object_path, stats};
use crate::error::{Error, Result};
use crate::event::ColumnType;

/// Rows in a row group: the unit of parallel encoding and of pruning inside a file.
const ROW_GROUP_ROWS: usize = 131_072;
/// Row groups in a file: about four million rows, some 200 MB of events.
const FILE_ROW_GROUPS: usize = 32;

/// A file that was written and is no part of the store yet.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Its path below the table.
    pub path: String,
    /// The kind of record it holds.
    pub record: Record,
    /// Its size.
    pub size_bytes: u64,
    /// How many records it holds.
    pub rows: u64,
    /// Delta's statistics, as JSON.
    pub stats: String,
}

/// Writes records of one kind to files of the log. Batches of any size become full row groups.
pub struct LogWriter {
    objects: Arc<dyn ObjectStore>,
    record: Record,
    schema: SchemaRef,
    name_stem: String,
    properties: Arc<WriterProperties>,
    /// Rows not yet given to an encoder.
    pending: Vec<RecordBatch>,
    pending_rows: usize,
    /// Row groups being encoded, in order. Each holds its rows and their encoded form, so their number is bounded.
    encoding: VecDeque<JoinHandle<Result<Vec<ArrowColumnChunk>>>>,
    encoding_max: usize,
    file: Option<OpenFile>,
    /// Row groups given to encoders for the open file, appended or not.
    file_groups: usize,
    finished: Vec<NewFile>,
}

impl LogWriter {
    pub(super) fn new(objects: Arc<dyn ObjectStore>, record: Record, name_stem: &str) -> Self {
        Self {
            objects,
            record,
            schema: record.schema(),
            name_stem: name_stem.to_owned(),
            properties: Arc::new(properties(record)),
            pending: Vec::new(),
            pending_rows: 0,
            encoding: VecDeque::new(),
            encoding_max: std::thread::available_parallelism().map_or(4, std::num::NonZero::get),
            file: None,
            file_groups: 0,
            finished: Vec::new(),
        }
    }

    /// Takes rows. Their columns are found by name; one that is missing is null.
    ///
    /// # Errors
    /// [`Error::Internal`] where a column is unknown, of another type, or null where it must not be;
    /// [`Error::Storage`] where a row group before these could not be written.
    pub async fn write(&mut self, batch: RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let mut batch = self.conform(&batch)?;
        while self.pending_rows + batch.num_rows() >= ROW_GROUP_ROWS {
            let fits = ROW_GROUP_ROWS - self.pending_rows;
            self.pending.push(batch.slice(0, fits));
            batch = batch.slice(fits, batch.num_rows() - fits);
            self.encode().await?;
        }
        if batch.num_rows() > 0 {
            self.pending_rows += batch.num_rows();
            self.pending.push(batch);
        }
        Ok(())
    }

    /// Writes what is left and names the files. None are left out of it; no rows make no file.
    ///
    /// # Errors
    /// [`Error::Storage`] where something could not be written; what was, is deleted again.
    pub async fn finish(mut self) -> Result<Vec<NewFile>> {
        match self.finish_files().await {
            Ok(()) => Ok(std::mem::take(&mut self.finished)),
            Err(error) => {
                self.abort().await;
                Err(error)
            }
        }
    }

    /// Stops, and deletes what was written as far as that works: files that no commit names do no harm.
    pub async fn abort(mut self) {
        for task in self.encoding.drain(..) {
            task.abort();
        }
        if let Some(mut file) = self.file.take() {
            let _ = file.upload.abort().await;
        }
        for file in &self.finished {
            let _ = self.objects.delete(&object_path(&file.path)).await;
        }
    }

    async fn finish_files(&mut self) -> Result<()> {
        if self.pending_rows > 0 {
            self.encode().await?;
        }
        self.close_file().await
    }

    /// The batch with exactly the columns of the record, in their order.
    fn conform(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let wrong = |message: String| Error::Internal(format!("writing {} records: {message}", self.record.name()));
        let schema = batch.schema_ref();
        if let Some(field) = schema.fields().iter().find(|field| self.schema.index_of(field.name()).is_err()) {
            return Err(wrong(format!("there is no column `{}`", field.name())));
        }
        let columns = self.schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
            Some(column) => column.clone(),
            None => new_null_array(field.data_type(), batch.num_rows()),
        });
        RecordBatch::try_new(self.schema.clone(), columns.collect()).map_err(|e| wrong(e.to_string()))
    }

    /// Gives the pending rows to an encoder as one row group, waiting for the oldest one where all are busy.
    async fn encode(&mut self) -> Result<()> {
        if self.file_groups == FILE_ROW_GROUPS {
            self.close_file().await?;
        }
        while self.encoding.len() >= self.encoding_max {
            self.append_oldest().await?;
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let path = format!(
                    "{PARTITION_COLUMN}={}/part-{}-{}-{}.parquet",
                    self.record.name(),
                    self.name_stem,
                    self.finished.len(),
                    uuid::Uuid::new_v4()
                );
                self.file.insert(OpenFile::create(&self.objects, path, &self.schema, &self.properties)?)
            }
        };
        let writers = file.factory.create_column_writers(self.file_groups).map_err(parquet_error)?;
        let batches = std::mem::take(&mut self.pending);
        self.pending_rows = 0;
        self.file_groups += 1;
        let schema = self.schema.clone();
        self.encoding.push_back(tokio::task::spawn_blocking(move || {
            let mut chunks = Vec::with_capacity(writers.len());
            let mut writers = writers.into_iter();
            for (index, field) in schema.fields().iter().enumerate() {
                // A column of nested values has several writers. Each takes the batches one after another, so
                // nothing is concatenated and dictionaries need no merging: Parquet's encoder builds its own.
                let mut leaves = Vec::new();
                for batch in &batches {
                    for (leaf, values) in
                        compute_leaves(field, batch.column(index)).map_err(parquet_error)?.iter().enumerate()
                    {
                        if leaf == leaves.len() {
                            leaves.extend(writers.next());
                        }
                        if let Some(writer) = leaves.get_mut(leaf) {
                            writer.write(values).map_err(parquet_error)?;
                        }
                    }
                }
                for writer in leaves {
                    chunks.push(writer.close().map_err(parquet_error)?);
                }
            }
            Ok(chunks)
        }));
        Ok(())
    }

    /// Appends the row group that was given to an encoder first.
    async fn append_oldest(&mut self) -> Result<()> {
        let (Some(task), Some(file)) = (self.encoding.pop_front(), &mut self.file) else {
            return Ok(());
        };
        let chunks = task.await.map_err(|e| Error::Internal(format!("encoding a row group: {e}")))??;
        file.append(chunks).await
    }

    async fn close_file(&mut self) -> Result<()> {
        while !self.encoding.is_empty() {
            self.append_oldest().await?;
        }
        self.file_groups = 0;
        if let Some(file) = self.file.take() {
            let file = file.close(self.record).await?;
            self.finished.push(file);
        }
        Ok(())
    }
}

/// A file being written: Parquet's writer fills a buffer, the upload takes it away.
struct OpenFile {
    path: String,
    parquet: SerializedFileWriter<SharedBuffer>,
    buffer: SharedBuffer,
    factory: ArrowRowGroupWriterFactory,
    upload: BufWriter,
    size_bytes: u64,
}

impl OpenFile {
    fn create(
        objects: &Arc<dyn ObjectStore>,
        path: String,
        schema: &SchemaRef,
        properties: &Arc<WriterProperties>,
    ) -> Result<Self> {
        let parquet_schema = ArrowSchemaConverter::new().convert(schema).map_err(parquet_error)?;
        let mut properties = properties.as_ref().clone();
        // The columns come back in the types they have in memory: dictionaries and views.
        add_encoded_arrow_schema_to_metadata(schema, &mut properties);
        let buffer = SharedBuffer::default();
        let parquet = SerializedFileWriter::new(buffer.clone(), parquet_schema.root_schema_ptr(), Arc::new(properties))
            .map_err(parquet_error)?;
        let factory = ArrowRowGroupWriterFactory::new(&parquet, schema.clone());
        let upload = BufWriter::new(Arc::clone(objects), object_path(&path));
        Ok(Self { path, parquet, buffer, factory, upload, size_bytes: 0 })
    }

    async fn append(&mut self, chunks: Vec<ArrowColumnChunk>) -> Result<()> {
        let mut group = self.parquet.next_row_group().map_err(parquet_error)?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group).map_err(parquet_error)?;
        }
        group.close().map_err(parquet_error)?;
        self.upload_buffer().await
    }

    async fn upload_buffer(&mut self) -> Result<()> {
        let bytes = self.buffer.take();
        self.size_bytes += bytes.len() as u64;
        self.upload.put(bytes).await.map_err(|e| Error::storage(format!("writing {}", self.path), e))
    }

    async fn close(mut self, record: Record) -> Result<NewFile> {
        let metadata = self.parquet.finish().map_err(parquet_error)?;
        self.upload_buffer().await?;
        self.upload.shutdown().await.map_err(|e| Error::storage(format!("writing {}", self.path), e))?;
        let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0);
        let stats = stats::write(record, &metadata);
        Ok(NewFile { path: self.path, record, size_bytes: self.size_bytes, rows, stats })
    }
}

/// The bytes Parquet's writer made and the upload did not take yet.
#[derive(Clone, Default)]
struct SharedBuffer(Arc<Mutex<Vec<u8>>>);

impl SharedBuffer {
    fn take(&self) -> Bytes {
        Bytes::from(std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Write for SharedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How each column is encoded and what Parquet notes of it.
fn properties(record: Record) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by(concat!("smsql ", env!("CARGO_PKG_VERSION")).to_owned());
    for column in record.columns() {
        let path = ColumnPath::from(column.name);
        match column.column_type {
            // A hash is new in every row: a dictionary of it is a second copy, and its bounds span everything.
            ColumnType::Key => {
                properties = properties.set_column_dictionary_enabled(path.clone(), false);
                if column.name == "event_key" {
                    properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
                }
            }
            ColumnType::Time | ColumnType::Long => {
                properties = properties
                    .set_column_dictionary_enabled(path.clone(), false)
                    .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
            }
            ColumnType::Text if matches!(column.name, "body" | "raw") => {
                properties = properties.set_column_statistics_enabled(path, EnabledStatistics::None);
            }
            _ => {}
        }
    }
    properties.build()
}

fn parquet_error(error: parquet::errors::ParquetError) -> Error {
    Error::Internal(format!("encoding Parquet: {error}"))
}
