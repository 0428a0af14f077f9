//! The last result, kept so that it can be shown again: in another format, as a chart, without limits.
//!
//! It is spooled to a temporary file without a name while it is shown, so that a result of any size takes no memory and
//! nothing of it stays behind. One that was not read to its end, or is larger than [`LAST_RESULT_BYTES_MAX`], is not
//! kept; then the statement can be run again.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, Write};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;

use crate::limits::LAST_RESULT_BYTES_MAX;
use crate::{Error, Result};

/// A result that was read to its end.
#[derive(Debug)]
pub(super) struct Last {
    schema: SchemaRef,
    file: File,
}

impl Last {
    /// Its columns.
    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Its rows.
    ///
    /// # Errors
    /// [`Error::Storage`] where the temporary file cannot be read.
    pub(super) fn batches(&self) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
        let failed = |error: io::Error| Error::storage("cannot read the last result", error);
        let mut file = self.file.try_clone().map_err(failed)?;
        file.rewind().map_err(failed)?;
        let reader = StreamReader::try_new(BufReader::new(file), None)?;
        Ok(reader.map(|batch| Ok(batch?)))
    }
}

/// Takes the rows of a result on their way to the screen.
pub(super) struct Spool {
    schema: SchemaRef,
    /// `None` once there is too much of it.
    writer: Option<StreamWriter<Counted>>,
}

impl Spool {
    /// An empty one.
    ///
    /// # Errors
    /// [`Error::Storage`] where there is no place for temporary files.
    pub(super) fn new(schema: &SchemaRef) -> Result<Self> {
        let file = tempfile::tempfile().map_err(|error| Error::storage("cannot keep the result", error))?;
        let out = Counted { out: BufWriter::new(file), bytes: 0 };
        let writer = StreamWriter::try_new(out, schema)?;
        Ok(Self { schema: schema.clone(), writer: Some(writer) })
    }

    /// Takes the next rows. A disk that is full loses what is kept, and not the result.
    pub(super) fn batch(&mut self, batch: &RecordBatch) {
        let Some(writer) = &mut self.writer else { return };
        // What a stream says about NULLs may differ from batch to batch; the rows are the same.
        let fitting = RecordBatch::try_new(self.schema.clone(), batch.columns().to_vec());
        let written = fitting.and_then(|batch| writer.write(&batch));
        if written.is_err() || writer.get_ref().bytes > LAST_RESULT_BYTES_MAX {
            self.writer = None;
        }
    }

    /// The result, all of which has come; `None` where it was too large.
    pub(super) fn finish(self) -> Option<Last> {
        let mut writer = self.writer?;
        writer.finish().ok()?;
        let file = writer.into_inner().ok()?.out.into_inner().ok()?;
        Some(Last { schema: self.schema, file })
    }
}

/// Counts what is written.
#[derive(Debug)]
struct Counted {
    out: BufWriter<File>,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, StringArray};
    use arrow::datatypes::{DataType, Field, Schema};

    use super::*;

    fn batch(from: i64) -> RecordBatch {
        let schema =
            Schema::new(vec![Field::new("n", DataType::Int64, false), Field::new("text", DataType::Utf8, true)]);
        let text = StringArray::from_iter([Some("a"), None]);
        RecordBatch::try_new(Arc::new(schema), vec![Arc::new(Int64Array::from(vec![from, from + 1])), Arc::new(text)])
            .unwrap()
    }

    #[test]
    fn a_result_can_be_read_more_than_once() {
        let mut spool = Spool::new(&batch(0).schema()).unwrap();
        [1, 3].iter().for_each(|from| spool.batch(&batch(*from)));
        let last = spool.finish().unwrap();
        for _ in 0..2 {
            let batches: Vec<_> = last.batches().unwrap().map(|batch| batch.unwrap()).collect();
            assert_eq!(batches, [batch(1), batch(3)]);
        }
    }
}
