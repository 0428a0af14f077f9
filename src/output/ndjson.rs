//! One JSON object per row and line, for `jq` and everything that reads line by line.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::out::TextOut;
use super::value::{self, Escape};
use super::{RenderOptions, Sink};
use crate::Result;

pub(super) struct NdjsonSink {
    out: TextOut,
    options: RenderOptions,
    keys: Keys,
}

impl NdjsonSink {
    pub(super) fn new(out: Box<dyn Write + Send>, options: RenderOptions) -> Self {
        Self { out: TextOut::new(out), keys: Keys::new(&options), options }
    }
}

impl Sink for NdjsonSink {
    fn begin(&mut self, schema: &SchemaRef) -> Result<()> {
        self.keys.set(schema);
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = value::columns(batch, &self.options, Escape::of(&self.options))?;
        for row in 0..batch.num_rows() {
            self.keys.object(&columns, row, &mut self.out.text)?;
            self.out.text.push('\n');
            self.out.end_row()?;
        }
        self.out.hand_on()
    }

    fn show(&mut self) -> Result<()> {
        self.out.show()
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.out.finish()
    }
}

/// How rows become JSON objects: their keys, ready to write.
pub(super) struct Keys {
    escape: Escape,
    /// What goes before each value: `{"a":` or `,"b":`.
    before: Vec<String>,
}

impl Keys {
    pub(super) fn new(options: &RenderOptions) -> Self {
        Self { escape: Escape::of(options), before: Vec::new() }
    }

    pub(super) fn set(&mut self, schema: &SchemaRef) {
        self.set_with(String::from("{"), schema);
    }

    /// The same, where a member with a constant value comes first.
    pub(super) fn set_after(&mut self, key: &str, value: &str, schema: &SchemaRef) {
        let mut first = String::from("{");
        self.escape.string(key, &mut first);
        first.push(':');
        self.escape.string(value, &mut first);
        first.push(',');
        self.set_with(first, schema);
    }

    fn set_with(&mut self, first: String, schema: &SchemaRef) {
        for (i, field) in schema.fields().iter().enumerate() {
            let mut before = if i == 0 { first.clone() } else { String::from(",") };
            self.escape.string(field.name(), &mut before);
            before.push(':');
            self.before.push(before);
        }
    }

    /// Appends a row as an object; every column is there, NULL as `null`.
    pub(super) fn object(&self, columns: &[value::Column<'_>], row: usize, out: &mut String) -> Result<()> {
        if columns.is_empty() {
            out.push('{');
        }
        for (before, column) in self.before.iter().zip(columns) {
            out.push_str(before);
            column.json(row, out)?;
        }
        out.push('}');
        Ok(())
    }
}
