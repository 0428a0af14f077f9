//! The sheets of one section: its header and rows, and what makes them easy to read.

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use rust_xlsxwriter::{ConditionalFormatDataBar, ConditionalFormatType, IgnoreError, Note, Workbook, Worksheet};
use unicode_width::UnicodeWidthStr;

use super::super::DocumentSection;
use super::cell::{Cell, cut, readers};
use super::finished::Finished;
use super::{Book, MEMORY_BYTES, chart, failed};
use crate::limits::{XLSX_CELL_CHARS_MAX, XLSX_SHEET_COLUMNS_MAX};
use crate::output::plain::{Plain, Reader};
use crate::output::{RenderOptions, value};
use crate::{Error, Result};

/// Columns are as wide as their widest cell within these bounds, in characters.
const WIDTHS: std::ops::RangeInclusive<usize> = 8..=60;
/// The button of the filter stands over the end of the header.
const FILTER_WIDTH: usize = 3;

/// A section whose rows are coming.
pub(super) struct SectionSheets {
    section: DocumentSection,
    schema: SchemaRef,
    plain: Plain,
    /// Rows of a section that may still be small.
    waiting: Vec<Vec<Cell>>,
    waiting_bytes: usize,
    /// The sheet that rows go to as they come, by its place in the workbook, once the section is known to be large.
    sheet: Option<usize>,
    next_row: u32,
    widths: Vec<usize>,
    finished: Finished,
}

impl SectionSheets {
    pub(super) fn new(section: DocumentSection, schema: &SchemaRef) -> Result<Self> {
        let count = schema.fields().len();
        if count > XLSX_SHEET_COLUMNS_MAX {
            return Err(Error::Limit {
                limit: "XLSX_SHEET_COLUMNS_MAX",
                message: format!(
                    "section `{}` has {count} columns, a sheet at most {XLSX_SHEET_COLUMNS_MAX}; select fewer",
                    section.name
                ),
            });
        }
        let plain = Plain::new(schema, Reader::Arrow);
        let schema = plain.schema().clone();
        let widths = schema.fields().iter().map(|field| field.name().width() + FILTER_WIDTH).collect();
        let has_times = schema.fields().iter().any(|field| is_instant(field.data_type()));
        let mut finished = Finished::default();
        finished.has_times = has_times;
        Ok(Self {
            section,
            schema,
            plain,
            waiting: Vec::new(),
            waiting_bytes: 0,
            sheet: None,
            next_row: 0,
            widths,
            finished,
        })
    }

    pub(super) fn batch(&mut self, batch: &RecordBatch, book: &mut Book) -> Result<()> {
        self.plain.push(batch)?;
        while let Some(batch) = self.plain.next() {
            self.rows(&batch, book)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self, book: &mut Book) -> Result<Finished> {
        if let Some(batch) = self.plain.last()? {
            self.rows(&batch, book)?;
        }
        if self.sheet.is_none() {
            // All of it is here: a sheet in memory, whose charts carry their data.
            self.sheet = Some(book.workbook.worksheets().len());
            book.workbook.add_worksheet();
            self.begin_sheet(book)?;
            let rows = std::mem::take(&mut self.waiting);
            for row in &rows {
                self.write(row, book)?;
            }
            self.chart(&rows, book)?;
        } else if self.section.chart.is_some() {
            self.finished.too_many_for_a_chart();
        }
        self.end_sheet(book)?;
        Ok(self.finished)
    }

    fn rows(&mut self, batch: &RecordBatch, book: &mut Book) -> Result<()> {
        let options = book.options.clone();
        let readers = readers(batch, &options)?;
        for row in 0..batch.num_rows() {
            let mut cells = Vec::with_capacity(readers.len());
            for (column, reader) in readers.iter().enumerate() {
                let read = reader.cell(row)?;
                if let Some(width) = self.widths.get_mut(column) {
                    *width = read.width.max(*width);
                }
                self.finished.repeated_times += u64::from(read.is_repeated);
                let cell = match read.cell {
                    Cell::Text(text) => self.text(text, column),
                    cell => cell,
                };
                cells.push(cell);
            }
            self.finished.rows += 1;
            self.push(cells, book)?;
        }
        Ok(())
    }

    /// The text as far as a cell holds it.
    fn text(&mut self, text: String, column: usize) -> Cell {
        self.waiting_bytes += text.len();
        self.finished.bytes += 7 * text.len() as u64; // each character may need an escape of seven
        if text.is_empty() {
            self.finished.empty_texts += 1;
            return Cell::Empty;
        }
        let Some(cut) = cut(&text) else { return Cell::Text(text) };
        let name = self.schema.fields().get(column).map_or("", |field| field.name().as_str());
        self.finished.cut(name);
        Cell::Text(cut)
    }

    fn push(&mut self, cells: Vec<Cell>, book: &mut Book) -> Result<()> {
        if self.sheet.is_some() {
            return self.write(&cells, book);
        }
        self.waiting_bytes += cells.len() * size_of::<Cell>();
        self.waiting.push(cells);
        if self.waiting.len() > book.bounds.memory_rows || self.waiting_bytes > MEMORY_BYTES {
            self.stream_sheet(book)?;
            for cells in std::mem::take(&mut self.waiting) {
                self.write(&cells, book)?;
            }
        }
        Ok(())
    }

    /// Begins a sheet whose rows go to a temporary file.
    fn stream_sheet(&mut self, book: &mut Book) -> Result<()> {
        self.sheet = Some(book.workbook.worksheets().len());
        book.workbook.add_worksheet_with_constant_memory().map_err(failed)?;
        self.begin_sheet(book)
    }

    fn begin_sheet(&mut self, book: &mut Book) -> Result<()> {
        let name = book.names.give(&self.section.name, self.finished.sheets.len() + 1);
        let sheet = sheet(&mut book.workbook, self.sheet)?;
        sheet.set_name(&name).map_err(failed)?;
        self.finished.sheets.push(name);
        for (column, field) in (0..).zip(self.schema.fields()) {
            let style = book.styles.header(field.name(), book.options.formula_guard);
            sheet.write_string_with_format(0, column, header(field.name()), style).map_err(failed)?;
            let note = self.note(field.name(), field.data_type(), &book.options);
            if !note.is_empty() {
                let note = Note::new(note).add_author_prefix(false).set_author("smsql").set_width(320);
                sheet.insert_note(0, column, &note).map_err(failed)?;
            }
        }
        self.next_row = 1;
        Ok(())
    }

    /// What a column means, and the zone of its times.
    fn note(&self, name: &str, data_type: &DataType, options: &RenderOptions) -> String {
        let definition = self.section.columns.iter().find(|(column, _)| column == name);
        let mut note = definition.map(|(_, definition)| definition.clone()).unwrap_or_default();
        if is_instant(data_type) {
            let space = if note.is_empty() { "" } else { " " };
            note.push_str(&format!("{space}Local time of {}.", options.time_zone.name()));
        }
        // A note has a little less room than a cell.
        note.chars().take(XLSX_CELL_CHARS_MAX / 4).collect()
    }

    fn write(&mut self, cells: &[Cell], book: &mut Book) -> Result<()> {
        if self.next_row >= book.bounds.sheet_rows {
            self.end_sheet(book)?;
            self.stream_sheet(book)?;
        }
        let guard = book.options.formula_guard;
        let sheet = sheet(&mut book.workbook, self.sheet)?;
        for (column, cell) in (0..).zip(cells) {
            book.styles.write(sheet, self.next_row, column, cell, guard).map_err(failed)?;
        }
        self.finished.bytes += 64 * cells.len() as u64;
        self.next_row += 1;
        Ok(())
    }

    fn chart(&mut self, rows: &[Vec<Cell>], book: &mut Book) -> Result<()> {
        let Some(name) = self.finished.sheets.last() else { return Ok(()) };
        match chart::chart(&self.section, &self.schema, rows, name)? {
            chart::Drawn::Chart(chart) => {
                let sheet = sheet(&mut book.workbook, self.sheet)?;
                let beside = u16::try_from(self.schema.fields().len()).unwrap_or(u16::MAX).saturating_add(1);
                sheet.insert_chart(1, beside, &chart).map_err(failed)?;
            }
            chart::Drawn::Not(why) => self.finished.no_chart = Some(why),
            chart::Drawn::Nothing => {}
        }
        Ok(())
    }

    /// What needs the last row: filters, bars, and widths.
    fn end_sheet(&mut self, book: &mut Book) -> Result<()> {
        let sheet = sheet(&mut book.workbook, self.sheet)?;
        let Some(last_column) = self.schema.fields().len().checked_sub(1).and_then(|last| u16::try_from(last).ok())
        else {
            return Ok(());
        };
        let last_row = self.next_row.saturating_sub(1);
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        // On paper: as wide as a page, with the header on each.
        sheet.set_landscape().set_print_fit_to_pages(1, 0);
        sheet.set_repeat_rows(0, 0).map_err(failed)?;
        sheet.autofilter(0, 0, last_row, last_column).map_err(failed)?;
        // Identifiers and phone numbers are text on purpose.
        sheet.ignore_error_range(0, 0, last_row, last_column, IgnoreError::NumberStoredAsText).map_err(failed)?;
        for ((column, field), width) in (0..).zip(self.schema.fields()).zip(&self.widths) {
            let width = u32::try_from((*width + 1).clamp(*WIDTHS.start(), *WIDTHS.end())).unwrap_or_default();
            sheet.set_column_width(column, width).map_err(failed)?;
            if last_row > 0 && value::is_percent(field.name()) && value::is_number(field.data_type()) {
                let bar = ConditionalFormatDataBar::new()
                    .set_minimum(ConditionalFormatType::Number, 0)
                    .set_maximum(ConditionalFormatType::Number, 100)
                    .set_solid_fill(true);
                sheet.add_conditional_format(1, column, last_row, column, &bar).map_err(failed)?;
            }
        }
        Ok(())
    }
}

fn sheet(workbook: &mut Workbook, place: Option<usize>) -> Result<&mut Worksheet> {
    let place = place.ok_or_else(crate::output::out::not_begun)?;
    workbook.worksheet_from_index(place).map_err(failed)
}

/// A time that is shown in the zone asked for.
fn is_instant(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Timestamp(_, Some(_)))
}

/// A header cell holds no more than any other.
fn header(name: &str) -> String {
    cut(name).unwrap_or_else(|| name.to_owned())
}
