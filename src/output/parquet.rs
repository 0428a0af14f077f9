//! A Parquet file, zstd-compressed. The same rows give the same bytes, so that a checksum of the file means something.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::Sink;
use super::out::{not_begun, write_failed};
use super::plain::{Plain, Reader};
use crate::Result;

/// A row group, which is held in memory until it is complete, ends after this many rows ...
const ROW_GROUP_ROWS: usize = 1 << 18;
/// ... or this many bytes.
const ROW_GROUP_BYTES: usize = 64 << 20;
/// What the file says wrote it: without a version, which would change the bytes of the same rows.
const CREATED_BY: &str = "smsql";

type Writer = ArrowWriter<Box<dyn Write + Send>>;

pub(super) struct ParquetSink {
    /// Until the schema is known.
    out: Option<Box<dyn Write + Send>>,
    file: Option<(Plain, Writer)>,
}

impl ParquetSink {
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out: Some(out), file: None }
    }
}

impl Sink for ParquetSink {
    fn begin(&mut self, schema: &SchemaRef) -> Result<()> {
        let out = self.out.take().ok_or_else(not_begun)?;
        let plain = Plain::new(schema, Reader::Parquet);
        let properties = WriterProperties::builder()
            .set_created_by(CREATED_BY.to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
            .build();
        let writer = ArrowWriter::try_new(out, plain.schema().clone(), Some(properties)).map_err(write_failed)?;
        self.file = Some((plain, writer));
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let (plain, writer) = self.file.as_mut().ok_or_else(not_begun)?;
        plain.push(batch)?;
        while let Some(batch) = plain.next() {
            writer.write(&batch).map_err(write_failed)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let (mut plain, mut writer) = self.file.ok_or_else(not_begun)?;
        if let Some(batch) = plain.last()? {
            writer.write(&batch).map_err(write_failed)?;
        }
        writer.finish().map_err(write_failed)?;
        writer.inner_mut().flush().map_err(write_failed)
    }
}
