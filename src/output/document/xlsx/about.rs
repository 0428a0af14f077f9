//! The first sheet: what the workbook is, what fixes its numbers, what every column means.

use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

use super::super::Document;
use super::super::words::wrap;
use super::cell::{Cell, cut};
use super::failed;
use super::finished::{Finished, counted};
use super::styles::Styles;
use crate::Result;
use crate::output::RenderOptions;

/// Its name.
pub(super) const NAME: &str = "about";
/// The widths of its columns.
const WIDTHS: [u32; 3] = [28, 36, 90];
/// A line of running text over all of them.
const LINE: usize = 120;

/// Fills the sheet, which is the first of the workbook.
pub(super) fn write(
    workbook: &mut Workbook,
    styles: &Styles,
    document: &Document,
    sections: &[Finished],
    options: &RenderOptions,
) -> Result<()> {
    let sheet = workbook.worksheet_from_index(0).map_err(failed)?;
    let mut page = Page { sheet, styles, row: 0 };
    page.all(document, sections, options).map_err(failed)
}

struct Page<'a> {
    sheet: &'a mut Worksheet,
    styles: &'a Styles,
    row: u32,
}

impl Page<'_> {
    fn all(&mut self, document: &Document, sections: &[Finished], options: &RenderOptions) -> Result<(), XlsxError> {
        for (column, width) in (0..).zip(WIDTHS) {
            self.sheet.set_column_width(column, width)?;
        }
        self.sheet.write_string_with_format(0, 0, &document.title, &self.styles.title)?;
        self.row = 1;
        for line in wrap(&document.description, LINE) {
            self.line([&line, "", ""])?;
        }
        self.row += 1;
        self.line(["report", &document.name, ""])?;
        // A result of SQL comes without one.
        if document.version > 0 {
            self.line(["version", &document.version.to_string(), ""])?;
        }
        for (label, value) in &document.facts {
            self.line([label, value, ""])?;
        }
        if sections.iter().any(|section| section.has_times) {
            let zone = options.time_zone.name();
            self.line(["times", &format!("local time of {zone}"), TIMES])?;
        }
        if !document.parameters.is_empty() {
            self.header(["parameter", "value", "meaning"])?;
        }
        for parameter in &document.parameters {
            self.line([&parameter.name, parameter.value.as_deref().unwrap_or_default(), &parameter.help])?;
        }
        self.sections(document, sections, options.time_zone.name())
    }

    fn sections(&mut self, document: &Document, sections: &[Finished], zone: &str) -> Result<(), XlsxError> {
        for (section, finished) in document.sections.iter().zip(sections) {
            self.header(["sheet", "title", "rows"])?;
            self.line([&finished.sheets.join(", "), &section.title, &counted(finished.rows, "row")])?;
            let description = Some(&section.description).filter(|words| !words.is_empty());
            for words in description.into_iter().chain(&finished.notes(zone)) {
                for line in wrap(words, LINE) {
                    self.line([&line, "", ""])?;
                }
            }
            for (column, definition) in &section.columns {
                self.line(["", column, definition])?;
            }
        }
        Ok(())
    }

    /// A blank line, then the names of the columns.
    fn header(&mut self, names: [&str; 3]) -> Result<(), XlsxError> {
        self.row += 1;
        for (column, name) in (0..).zip(names) {
            self.sheet.write_string_with_format(self.row, column, name, &self.styles.header)?;
        }
        self.row += 1;
        Ok(())
    }

    /// The last column holds running text.
    fn line(&mut self, texts: [&str; 3]) -> Result<(), XlsxError> {
        for (column, text) in (0..).zip(texts).filter(|(_, text)| !text.is_empty()) {
            let text = cut(text).unwrap_or_else(|| text.to_owned());
            if column == 2 {
                self.sheet.write_string_with_format(self.row, column, text, &self.styles.words)?;
            } else {
                self.styles.write(self.sheet, self.row, column, &Cell::Text(text), true)?;
            }
        }
        self.row += 1;
        Ok(())
    }
}

/// What Excel makes of instants.
const TIMES: &str = "Excel has no time zones. Times are shown to the millisecond and held to the microsecond; what is \
                     finer, or before March 1900, is text.";
