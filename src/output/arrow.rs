//! An Arrow IPC file (Feather version 2), what `pyarrow.feather`, `pandas.read_feather`, `polars.read_ipc` and R's
//! `read_feather` take `.arrow` to be. It is written from front to back, so it can go through a pipe.

use std::io::{BufWriter, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::ipc::writer::FileWriter;

use super::Sink;
use super::out::{not_begun, write_failed};
use super::plain::{Plain, Reader};
use crate::Result;

type Writer = FileWriter<BufWriter<Box<dyn Write + Send>>>;

pub(super) struct ArrowSink {
    /// Until the schema is known.
    out: Option<Box<dyn Write + Send>>,
    file: Option<(Plain, Writer)>,
}

impl ArrowSink {
    pub(super) fn new(out: Box<dyn Write + Send>) -> Self {
        Self { out: Some(out), file: None }
    }
}

impl Sink for ArrowSink {
    fn begin(&mut self, schema: &SchemaRef) -> Result<()> {
        let out = self.out.take().ok_or_else(not_begun)?;
        let plain = Plain::new(schema, Reader::Arrow);
        let writer = FileWriter::try_new_buffered(out, plain.schema()).map_err(write_failed)?;
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
        writer.get_mut().flush().map_err(write_failed)
    }
}
