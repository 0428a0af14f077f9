//! What is to be said of a section that is complete: on the sheet `about`, next to its title.

use crate::limits::{XLSX_CELL_CHARS_MAX, XLSX_CHART_ROWS_MAX};

/// How many cells with cut text are named.
const CUT_NAMED_MAX: usize = 10;

/// What its sheets have, and what they could not say.
#[derive(Default)]
pub(super) struct Finished {
    /// The names of its sheets.
    pub(super) sheets: Vec<String>,
    pub(super) rows: u64,
    /// At most how many bytes its sheets have.
    pub(super) bytes: u64,
    /// Whether it has times that are shown in the zone.
    pub(super) has_times: bool,
    /// Why its chart is not drawn, where it has one that is not.
    pub(super) no_chart: Option<String>,
    pub(super) empty_texts: u64,
    pub(super) repeated_times: u64,
    cut: Vec<String>,
    cut_count: u64,
}

impl Finished {
    /// The text of a cell was cut, in the row that is at hand.
    pub(super) fn cut(&mut self, column: &str) {
        self.cut_count += 1;
        if self.cut.len() < CUT_NAMED_MAX {
            self.cut.push(format!("column `{column}` of row {}", self.rows + 1));
        }
    }

    /// There are more rows than a chart is drawn from.
    pub(super) fn too_many_for_a_chart(&mut self) {
        self.no_chart = Some(format!(
            "Its chart is not drawn: it has more rows than XLSX_CHART_ROWS_MAX = {XLSX_CHART_ROWS_MAX}, or rows too \
             large to hold."
        ));
    }

    /// What the cells do not say.
    pub(super) fn notes(&self, zone: &str) -> Vec<String> {
        let mut notes: Vec<String> = self.no_chart.iter().cloned().collect();
        if self.sheets.len() > 1 {
            notes.push("It goes on in further sheets: one sheet holds XLSX_SHEET_ROWS_MAX rows.".to_owned());
        }
        if self.cut_count > 0 {
            let more = if self.cut_count > self.cut.len() as u64 { ", ..." } else { "" };
            notes.push(format!(
                "The text of {} is cut, since a cell holds XLSX_CELL_CHARS_MAX = {XLSX_CELL_CHARS_MAX} characters; CSV \
                 has all of it: {}{more}.",
                counted(self.cut_count, "cell"),
                self.cut.join(", ")
            ));
        }
        if self.empty_texts > 0 {
            notes.push(format!("Cells without a value are NULL but for {}.", counted(self.empty_texts, "empty text")));
        }
        if self.repeated_times > 0 {
            notes.push(format!(
                "Within an hour that {zone} has twice, as clocks go back: {}; CSV says which hour.",
                counted(self.repeated_times, "time")
            ));
        }
        notes
    }
}

/// `1 cell`, `2 cells`.
pub(super) fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
