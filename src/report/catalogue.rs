//! The reports there are.

use include_dir::{Dir, include_dir};

use super::Report;
use crate::error::{Error, Result};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/queries/reports");

/// The built-in reports, ordered by name.
pub fn built_in() -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for file in BUILT_IN.files() {
        let place = format!("queries/reports/{}", file.path().display());
        let text = file.contents_utf8().ok_or_else(|| Error::invalid(&place, "not UTF-8 text"))?;
        reports.push(Report::parse(&place, text)?);
    }
    reports.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(reports)
}

/// The report of this name.
pub fn get(name: &str) -> Result<Report> {
    let reports = built_in()?;
    let names: Vec<_> = reports.iter().map(|report| report.name.clone()).collect();
    let found = reports.into_iter().find(|report| report.name == name);
    found.ok_or_else(|| Error::not_found("report", name, names.iter().map(String::as_str)))
}
