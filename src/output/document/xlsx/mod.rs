//! An Excel workbook: a sheet `about` that says what it is, then a sheet per section, with filters, data bars and
//! native charts.
//!
//! Nothing is lost silently: what a cell cannot hold exactly is text ([`cell`]), and what Excel has no room for is said
//! on the sheet `about`. Text is text: a string cell is never run as a formula or followed as a link, so it stays as it
//! is; with [`RenderOptions::formula_guard`] a cell that begins like a formula also carries Excel's own mark for text,
//! which keeps it text when somebody edits it.
//!
//! The same rows give the same bytes: the archive's times and the document's date are constants.
//!
//! Small sections are held in memory until they end, so that charts carry their data for viewers that do not compute;
//! the rows of larger ones go to a temporary file as they come.

mod about;
mod cell;
mod chart;
mod finished;
mod names;
mod out;
mod section;
mod styles;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::{Document, DocumentSink, Sections};
use crate::limits::XLSX_SHEET_ROWS_MAX;
use crate::output::RenderOptions;
use crate::output::out::{not_begun, write_failed};
use crate::{Error, Result};
use finished::Finished;
use names::Names;
use section::SectionSheets;
use styles::Styles;

/// Rows are held in memory up to this many, which is also the most that a chart is drawn from ...
const MEMORY_ROWS: usize = crate::limits::XLSX_CHART_ROWS_MAX;
/// ... or about this many bytes.
const MEMORY_BYTES: usize = 16 << 20;
/// An archive that may have a part of this size needs the newer form of the format.
const LARGE_BYTES: u64 = u32::MAX as u64;

/// What bounds the sheets; other values only in tests.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// The rows of one sheet, with the header.
    sheet_rows: u32,
    memory_rows: usize,
}

/// What all sheets of a workbook share.
struct Book {
    workbook: Workbook,
    names: Names,
    styles: Styles,
    options: RenderOptions,
    bounds: Bounds,
}

pub(super) struct XlsxDocument {
    book: Book,
    out: Box<dyn Write + Send>,
    document: Document,
    sections: Sections,
    current: Option<SectionSheets>,
    finished: Vec<Finished>,
}

impl XlsxDocument {
    pub(super) fn new(out: Box<dyn Write + Send>, document: Document, options: RenderOptions) -> Result<Self> {
        let bounds = Bounds { sheet_rows: XLSX_SHEET_ROWS_MAX, memory_rows: MEMORY_ROWS };
        Self::with_bounds(out, document, options, bounds)
    }

    fn with_bounds(
        out: Box<dyn Write + Send>,
        document: Document,
        options: RenderOptions,
        bounds: Bounds,
    ) -> Result<Self> {
        let (mut workbook, mut names) = (Workbook::new(), Names::default());
        // Its place is the first, its words are known last.
        workbook.add_worksheet().set_name(names.give(about::NAME, 1)).map_err(failed)?;
        let date = ExcelDateTime::from_ymd(2000, 1, 1).map_err(failed)?;
        let properties = DocProperties::new().set_title(&document.title).set_author("smsql");
        workbook.set_properties(&properties.set_creation_datetime(&date));
        let book = Book { workbook, names, styles: Styles::new(), options, bounds };
        let sections = Sections::of(&document);
        Ok(Self { book, out, document, sections, current: None, finished: Vec::new() })
    }
}

impl DocumentSink for XlsxDocument {
    fn begin_section(&mut self, schema: &SchemaRef) -> Result<()> {
        self.current = Some(SectionSheets::new(self.sections.next()?, schema)?);
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let section = self.current.as_mut().ok_or_else(not_begun)?;
        guarded(|| section.batch(batch, &mut self.book))
    }

    fn end_section(&mut self) -> Result<()> {
        let section = self.current.take().ok_or_else(not_begun)?;
        self.finished.push(guarded(|| section.finish(&mut self.book))?);
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.sections.finish()?;
        let Book { workbook, styles, options, .. } = &mut self.book;
        about::write(workbook, styles, &self.document, &self.finished, options)?;
        if self.finished.iter().any(|section| section.bytes > LARGE_BYTES) {
            workbook.use_zip_large_file(true);
        }
        let (out, failure) = out::Failing::new(self.out);
        guarded(|| workbook.save_to_writer(out).map_err(failed))?;
        failure.take().map_or(Ok(()), |error| Err(write_failed(error)))
    }
}

/// The library panics where it cannot write its temporary file; a full disk is no bug. The workbook is given up then.
fn guarded<T>(write: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(|panic| {
        let cause = panic.downcast_ref::<String>().filter(|cause| cause.starts_with("Couldn't write"));
        let Some(cause) = cause else { resume_unwind(panic) };
        let folder = std::env::temp_dir();
        let context = format!("cannot write the rows of a workbook to a temporary file in {}", folder.display());
        Err(Error::storage(context, cause.as_str()))
    })
}

/// The library refused something, or could not write its temporary file.
fn failed(error: XlsxError) -> Error {
    match error {
        XlsxError::IoError(error) => write_failed(error),
        error => write_failed(error),
    }
}
