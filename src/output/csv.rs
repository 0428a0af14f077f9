//! Comma-separated values as RFC 4180 has them, with a header; lines end with LF, as DuckDB and psql write them.
//!
//! NULL is nothing between the commas, the empty text is `""`, so that the two can be told apart. (A result of one
//! column shows NULL as an empty line, as PostgreSQL's `COPY` does.)

use std::borrow::Cow;
use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::out::TextOut;
use super::sanitize::{guard_formula, sanitize};
use super::value::{self, Escape};
use super::{RenderOptions, Sink};
use crate::Result;

pub(super) struct CsvSink {
    out: TextOut,
    options: RenderOptions,
    /// The value at hand, before quoting.
    cell: String,
}

impl CsvSink {
    pub(super) fn new(out: Box<dyn Write + Send>, options: RenderOptions) -> Self {
        Self { out: TextOut::new(out), options, cell: String::new() }
    }

    /// Appends the cell at hand, quoted where it must be; also where NULL would be taken for it.
    fn end_cell(&mut self, is_text: bool) {
        // Only text can be a formula: a number column's -5 is a number.
        let mut safe = Cow::Borrowed(self.cell.as_str());
        if is_text && self.options.formula_guard {
            safe = guard_formula(&self.cell);
        }
        if self.options.terminal {
            safe = Cow::Owned(sanitize(&safe).into_owned());
        }
        let quoted = safe == null_text(&self.options) || safe.contains(['"', ',', '\n', '\r']);
        let out = &mut self.out.text;
        if !quoted {
            out.push_str(&safe);
            return;
        }
        out.push('"');
        for (i, part) in safe.split('"').enumerate() {
            if i > 0 {
                out.push_str("\"\"");
            }
            out.push_str(part);
        }
        out.push('"');
    }
}

impl Sink for CsvSink {
    fn begin(&mut self, schema: &SchemaRef) -> Result<()> {
        for (i, field) in schema.fields().iter().enumerate() {
            if i > 0 {
                self.out.text.push(',');
            }
            self.cell.clear();
            self.cell.push_str(field.name());
            self.end_cell(true);
        }
        self.out.text.push('\n');
        self.out.hand_on()
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = value::columns(batch, &self.options, Escape::of(&self.options))?;
        for row in 0..batch.num_rows() {
            for (i, column) in columns.iter().enumerate() {
                if i > 0 {
                    self.out.text.push(',');
                }
                if column.is_null(row) {
                    self.out.text.push_str(null_text(&self.options));
                } else {
                    self.cell.clear();
                    column.text(row, &mut self.cell)?;
                    self.end_cell(column.is_text());
                }
            }
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

fn null_text(options: &RenderOptions) -> &str {
    options.null_text.as_deref().unwrap_or("")
}
