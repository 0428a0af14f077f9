//! Aligned columns for people, as psql and DuckDB have them, with the number of rows below.
//!
//! On a terminal the table fits its width: text that is too long ends in `…`, and the footer counts the shortened texts
//! and the columns that do not fit at all. Numbers and times are never shortened. Where that would leave too little, and
//! wherever it is asked for, each row is a record with a line for every column, all of it whole (`\x` in psql).
//! Elsewhere (a file, a pipe) everything is there, whole.
//! In the tables of a document percentages can have a bar, where there is room for it.
//! In either case a value stays in its line and is shown, never obeyed: tables are read by people, and a file of them
//! ends up on somebody's terminal.

mod bar;
mod layout;
mod records;

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::out::TextOut;
use super::value::{self, Escape};
use super::{Expanded, RenderOptions, Sink};
use crate::Result;
use layout::{Cell, Heading, Layout};
use records::Records;

/// Column widths are those of this many rows. A longer value further down pushes the rest of its line to the right.
const WIDTH_ROWS: usize = 10_000;
/// Where a table became records by itself and shows only the first rows, these are at least so many.
const RECORDS_MIN: usize = 3;
/// The rows that widths are taken from are held in memory, up to about this many bytes.
const WIDTH_BYTES: usize = 16 << 20;

/// How rows are shown.
enum View {
    Table(Layout),
    Records(Records),
}

pub(super) struct TableSink {
    out: TextOut,
    options: RenderOptions,
    headings: Vec<Heading>,
    /// Rows seen before the layout is chosen.
    waiting: Vec<Vec<Cell>>,
    waiting_bytes: usize,
    view: Option<View>,
    /// The rows that came.
    rows: usize,
    /// Those that are or will be shown.
    rows_shown: usize,
    /// Those that are written.
    rows_written: usize,
    /// How many texts end in `…`.
    shortened: usize,
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
            view: None,
            rows: 0,
            rows_shown: 0,
            rows_written: 0,
            shortened: 0,
            cell: String::new(),
        }
    }

    /// How many rows may be shown: all, where somebody could take what is there for everything. Records that nobody
    /// asked for take as many lines as the table would.
    fn rows_max(&self) -> usize {
        let rows = self.options.rows_max.filter(|_| self.options.terminal).unwrap_or(usize::MAX);
        match (&self.view, self.options.expanded) {
            (Some(View::Records(_)), Expanded::Auto) => (rows / (1 + self.headings.len())).max(RECORDS_MIN).min(rows),
            _ => rows,
        }
    }

    /// Chooses the view and the column widths, and writes the header and the rows seen so far.
    fn begin_layout(&mut self) -> Result<()> {
        if self.view.is_some() {
            return Ok(());
        }
        let view = self.choose();
        if let View::Table(layout) = &view {
            self.shortened += layout.header(&self.headings, &mut self.out.text);
        }
        self.view = Some(view);
        self.waiting.truncate(self.rows_max());
        self.rows_shown = self.waiting.len();
        for cells in std::mem::take(&mut self.waiting) {
            self.write_row(&cells)?;
        }
        Ok(())
    }

    fn choose(&self) -> View {
        let RenderOptions { expanded, bars, scrolls_sideways, .. } = self.options;
        let width = self.options.width.filter(|_| self.options.terminal);
        // Without rows there is no record that names the columns.
        let is_wide = || {
            let fits = |width| Layout::is_readable(&self.headings, &self.waiting, width);
            width.is_some_and(|width| !self.waiting.is_empty() && !fits(width))
        };
        if expanded == Expanded::On || expanded == Expanded::Auto && is_wide() {
            return View::Records(Records::new(&self.headings, width, bars));
        }
        let width = width.filter(|_| !scrolls_sideways || expanded == Expanded::Auto);
        View::Table(Layout::new(&self.headings, &self.waiting, width, bars))
    }

    fn write_row(&mut self, cells: &[Cell]) -> Result<()> {
        self.rows_written += 1;
        match &self.view {
            Some(View::Table(layout)) => self.shortened += layout.row(cells, &mut self.out.text),
            Some(View::Records(records)) => {
                records.record(&self.headings, self.rows_written, cells, &mut self.out.text)
            }
            None => {}
        }
        self.out.end_row()
    }

    /// How many rows there are, and what of them is not to be seen.
    fn footer(&self) -> String {
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let rows = count(self.rows, "row");
        let cut_rows = self.rows_shown < self.rows;
        let mut parts = vec![if cut_rows { format!("first {} of {rows}", self.rows_shown) } else { rows }];
        let all = self.headings.len();
        let shown = match &self.view {
            Some(View::Table(layout)) => layout.columns_shown(),
            _ => all,
        };
        if shown < all {
            parts.push(format!("first {shown} of {all} columns"));
        }
        if self.shortened > 0 {
            parts.push(count(self.shortened, "text") + " shortened");
        }
        let whole = self.options.whole_with.as_ref().filter(|_| cut_rows || parts.len() > 1);
        let hint = whole.map(|how| format!("; whole with {how}")).unwrap_or_default();
        format!("({}{hint})", parts.join(", "))
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
        for row in 0..batch.num_rows() {
            // There may be room for fewer once the view is chosen.
            if self.rows_shown >= self.rows_max() {
                break;
            }
            let mut cells = Vec::with_capacity(columns.len());
            for column in &columns {
                self.cell.clear();
                if column.is_null(row) {
                    self.cell.push_str(self.options.null_text.as_deref().unwrap_or("NULL"));
                } else {
                    column.text(row, &mut self.cell)?;
                }
                cells.push(Cell::new(&self.cell));
            }
            self.rows_shown += 1;
            if self.view.is_some() {
                self.write_row(&cells)?;
            } else {
                self.waiting_bytes += cells.iter().map(|cell| cell.text.len()).sum::<usize>();
                self.waiting.push(cells);
                if self.waiting.len() >= WIDTH_ROWS || self.waiting_bytes >= WIDTH_BYTES {
                    self.begin_layout()?;
                }
            }
        }
        self.out.hand_on()
    }

    fn show(&mut self) -> Result<()> {
        if !self.waiting.is_empty() {
            self.begin_layout()?;
        }
        self.out.show()
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.begin_layout()?;
        let footer = self.footer();
        self.out.text.push_str(&footer);
        self.out.text.push('\n');
        self.out.finish()
    }
}
