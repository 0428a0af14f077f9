//! Tab-separated values with a header, escaped as PostgreSQL's `COPY` text format has it (MySQL's `LOAD DATA` and
//! ClickHouse's `TabSeparatedWithNames` read the same).
//!
//! NULL is `\N`; tab, newline, carriage return and backslash are `\t`, `\n`, `\r` and `\\`. There is no quoting, so
//! every line is one row and every tab separates, for `cut`, `awk` and `sort`. `\copy t FROM 'x.tsv' WITH (HEADER)`
//! reads it back exactly (with the formula guard off).

use std::borrow::Cow;
use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::out::TextOut;
use super::sanitize::{guard_formula, sanitize};
use super::value::{self, Escape};
use super::{RenderOptions, Sink};
use crate::Result;

pub(super) struct TsvSink {
    out: TextOut,
    options: RenderOptions,
    /// The value at hand, before escaping.
    cell: String,
}

impl TsvSink {
    pub(super) fn new(out: Box<dyn Write + Send>, options: RenderOptions) -> Self {
        Self { out: TextOut::new(out), options, cell: String::new() }
    }

    /// Appends the cell at hand, escaped.
    fn end_cell(&mut self, is_text: bool) {
        // Only text can be a formula: a number column's -5 is a number.
        let mut safe = Cow::Borrowed(self.cell.as_str());
        if is_text && self.options.formula_guard {
            safe = guard_formula(&self.cell);
        }
        if safe.contains(['\t', '\n', '\r', '\\']) {
            safe = Cow::Owned(escape(&safe));
        }
        if self.options.terminal {
            // After the escapes, so that those come out as COPY has them.
            safe = Cow::Owned(sanitize(&safe).into_owned());
        }
        self.out.text.push_str(&safe);
    }
}

impl Sink for TsvSink {
    fn begin(&mut self, schema: &SchemaRef) -> Result<()> {
        for (i, field) in schema.fields().iter().enumerate() {
            if i > 0 {
                self.out.text.push('\t');
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
                    self.out.text.push('\t');
                }
                if column.is_null(row) {
                    self.out.text.push_str(self.options.null_text.as_deref().unwrap_or("\\N"));
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

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\\' => escaped.push_str("\\\\"),
            c => escaped.push(c),
        }
    }
    escaped
}
