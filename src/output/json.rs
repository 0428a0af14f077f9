//! One JSON array of row objects, a line each, written as the rows come. Numbers keep all their digits.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::ndjson::Keys;
use super::out::TextOut;
use super::value::{self, Escape};
use super::{RenderOptions, Sink};
use crate::Result;

pub(super) struct JsonSink {
    out: TextOut,
    options: RenderOptions,
    keys: Keys,
    any_row: bool,
}

impl JsonSink {
    pub(super) fn new(out: Box<dyn Write + Send>, options: RenderOptions) -> Self {
        Self { out: TextOut::new(out), keys: Keys::new(&options), options, any_row: false }
    }
}

impl Sink for JsonSink {
    fn begin(&mut self, schema: &SchemaRef) -> Result<()> {
        self.keys.set(schema);
        self.out.text.push('[');
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = value::columns(batch, &self.options, Escape::of(&self.options))?;
        for row in 0..batch.num_rows() {
            self.out.text.push_str(if self.any_row { ",\n" } else { "\n" });
            self.any_row = true;
            self.keys.object(&columns, row, &mut self.out.text)?;
            self.out.end_row()?;
        }
        self.out.hand_on()
    }

    fn show(&mut self) -> Result<()> {
        self.out.show()
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.out.text.push_str(if self.any_row { "\n]\n" } else { "]\n" });
        self.out.finish()
    }
}
