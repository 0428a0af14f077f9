//! How cells look.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use super::cell::{Cell, Shown};
use crate::output::sanitize::is_formula;

pub(super) struct Styles {
    general: Format,
    /// Of numbers with 0, 1, 2 ... decimal places.
    scales: Vec<Format>,
    date: Format,
    seconds: Format,
    millis: Format,
    /// Text that stays text when it is edited.
    guarded: Format,
    pub(super) header: Format,
    guarded_header: Format,
    pub(super) title: Format,
    /// Running text in a cell.
    pub(super) words: Format,
}

impl Styles {
    pub(super) fn new() -> Self {
        let scale = |places: usize| match places {
            0 => "0".to_owned(),
            places => format!("0.{}", "0".repeat(places)),
        };
        let header = Format::new().set_bold().set_border_bottom(FormatBorder::Thin);
        Self {
            general: Format::new(),
            scales: (0..=30).map(|places| Format::new().set_num_format(scale(places))).collect(),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            seconds: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            millis: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss.000"),
            guarded: Format::new().set_quote_prefix(),
            guarded_header: header.clone().set_quote_prefix(),
            header,
            title: Format::new().set_bold().set_font_size(14),
            words: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        }
    }

    /// Of the name of a column.
    pub(super) fn header(&self, name: &str, guard: bool) -> &Format {
        if guard && is_formula(name) { &self.guarded_header } else { &self.header }
    }

    /// Writes a cell; `guard` is whether text that reads like a formula is marked as text.
    pub(super) fn write(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        cell: &Cell,
        guard: bool,
    ) -> Result<(), XlsxError> {
        match cell {
            Cell::Empty => {}
            Cell::Boolean(value) => {
                sheet.write_boolean(row, column, *value)?;
            }
            Cell::Number(number, shown) => {
                let format = match shown {
                    Shown::General => &self.general,
                    Shown::Scale(places) => self.scales.get(usize::from(*places)).unwrap_or(&self.general),
                    Shown::Date => &self.date,
                    Shown::Seconds => &self.seconds,
                    Shown::Millis => &self.millis,
                };
                sheet.write_number_with_format(row, column, *number, format)?;
            }
            Cell::Text(text) if guard && is_formula(text) => {
                sheet.write_string_with_format(row, column, text, &self.guarded)?;
            }
            Cell::Text(text) => {
                sheet.write_string(row, column, text)?;
            }
        }
        Ok(())
    }
}
