//! Aligned columns for people, as psql and DuckDB have them, with the number of rows below.
//!
//! On a terminal the table fits its width: text that is too long ends in `…`, and columns that do not fit at all are
//! counted in the footer. Numbers and times are never shortened. Elsewhere (a file, a pipe) everything is there, whole.
//! In the tables of a document percentages can have a bar, where there is room for it.
//! In either case a value stays in its line and is shown, never obeyed: tables are read by people, and a file of them
//! ends up on somebody's terminal.

mod bar;
mod layout;

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::out::TextOut;
use super::sanitize::sanitize;
use super::value::{self, Escape};
use super::{RenderOptions, Sink};
use crate::Result;
use layout::{Heading, Layout};

/// Column widths are those of this many rows. A longer value further down pushes the rest of its line to the right.
const WIDTH_ROWS: usize = 10_000;
/// The rows that widths are taken from are held in memory, up to about this many bytes.
const WIDTH_BYTES: usize = 16 << 20;

pub(super) struct TableSink {
    out: TextOut,
    options: RenderOptions,
    headings: Vec<Heading>,
    /// Rows seen before the layout is chosen.
    waiting: Vec<Vec<String>>,
    waiting_bytes: usize,
    layout: Option<Layout>,
    rows: usize,
    rows_shown: usize,
    /// The value at hand.
    cell: String,
}

impl TableSink {
    pub(super) fn new(out: Box<dyn Write + Send>, options: RenderOptions) -> Self {
        Self {
            out: TextOut::new(out),
            options,
            headings: Vec::new(),
            waiting: Vec::new(),
            waiting_bytes: 0,
            layout: None,
            rows: 0,
            rows_shown: 0,
            cell: String::new(),
        }
    }

    /// How many rows may be shown: all, where somebody could take what is there for everything.
    fn rows_max(&self) -> usize {
        self.options.rows_max.filter(|_| self.options.terminal).unwrap_or(usize::MAX)
    }

    /// Chooses the column widths and writes the header and the rows seen so far.
    fn begin_layout(&mut self) -> Result<()> {
        if self.layout.is_some() {
            return Ok(());
        }
        let width = self.options.width.filter(|_| self.options.terminal);
        let layout = Layout::new(&self.headings, &self.waiting, width, self.options.bars);
        layout.header(&self.headings, &mut self.out.text);
        for cells in std::mem::take(&mut self.waiting) {
            layout.row(&cells, &mut self.out.text);
            self.out.end_row()?;
        }
        self.layout = Some(layout);
        Ok(())
    }

    fn footer(&self) -> String {
        let rows = format!("{} row{}", self.rows, if self.rows == 1 { "" } else { "s" });
        let rows = if self.rows_shown < self.rows { format!("first {} of {rows}", self.rows_shown) } else { rows };
        let (all, shown) = (self.headings.len(), self.layout.as_ref().map_or(0, Layout::columns_shown));
        if shown < all { format!("({rows}, first {shown} of {all} columns)") } else { format!("({rows})") }
    }
}

impl Sink for TableSink {
    fn begin(&mut self, schema: &SchemaRef) -> Result<()> {
        self.headings = schema.fields().iter().map(|field| Heading::new(field)).collect();
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        self.rows += batch.num_rows();
        let columns = value::columns(batch, &self.options, Escape::Hazards)?;
        for row in 0..batch.num_rows().min(self.rows_max() - self.rows_shown) {
            let mut cells = Vec::with_capacity(columns.len());
            for column in &columns {
                self.cell.clear();
                if column.is_null(row) {
                    self.cell.push_str(self.options.null_text.as_deref().unwrap_or("NULL"));
                } else {
                    column.text(row, &mut self.cell)?;
                }
                cells.push(sanitize(&self.cell).into_owned());
            }
            self.rows_shown += 1;
            if let Some(layout) = &self.layout {
                layout.row(&cells, &mut self.out.text);
                self.out.end_row()?;
            } else {
                self.waiting_bytes += cells.iter().map(String::len).sum::<usize>();
                self.waiting.push(cells);
                if self.waiting.len() >= WIDTH_ROWS || self.waiting_bytes >= WIDTH_BYTES {
                    self.begin_layout()?;
                }
            }
        }
        self.out.hand_on()
    }

    fn show(&mut self) -> Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        self.begin_layout()?;
        self.out.hand_on()
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.begin_layout()?;
        let footer = self.footer();
        self.out.text.push_str(&footer);
        self.out.text.push('\n');
        self.out.finish()
    }
}
