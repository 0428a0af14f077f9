//! What there is to ask for, as the shell shows it: `\d`, `\d NAME`, `\df`, `\h NAME`.
//!
//! Lists are record batches, so that they can be written in any format; on a terminal [`wrapped`] shows their last column
//! whole, over as many lines as it takes. Nothing is printed here.

mod functions;
mod grid;
mod markdown;
mod names;
mod wrap;

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};

pub use functions::{function, functions, help};
pub use grid::wrapped;
pub use markdown::plain;
pub use names::is_pattern;
pub(super) use wrap::wrap;

use crate::Result;
use crate::error::Error;
use crate::output::sanitize::sanitize;
use crate::session::{Description, TableDescription};
use names::select;

/// `\d [PATTERN]`: the tables and views, with what a row of each is. In a pattern `*` stands for any characters and `?`
/// for one.
///
/// # Errors
/// [`Error::NotFound`] where a pattern fits none.
pub fn tables(description: &Description, pattern: Option<&str>) -> Result<RecordBatch> {
    let tables = select(&description.tables, "table", pattern, |table| std::slice::from_ref(&table.name))?;
    batch(&[
        ("name", tables.iter().map(|table| table.name.clone()).collect()),
        ("kind", tables.iter().map(|table| table.kind.to_owned()).collect()),
        ("columns", tables.iter().map(|table| table.columns.len().to_string()).collect()),
        ("description", tables.iter().map(|table| plain(&table.description)).collect()),
    ])
}

/// The table of this name, as `\d NAME` asks for it.
///
/// # Errors
/// [`Error::NotFound`] with the names that are near.
pub fn table<'d>(description: &'d Description, name: &str) -> Result<&'d TableDescription> {
    let bare = name.trim_matches('"');
    let same = |table: &&TableDescription| table.name == bare || table.name.eq_ignore_ascii_case(name);
    let known = || description.tables.iter().map(|table| table.name.as_str());
    let exact = description.table(bare).or_else(|| description.tables.iter().find(same));
    exact.ok_or_else(|| Error::not_found("table", bare, known()))
}

/// `\d NAME`: the columns of a table, their types and what they mean.
///
/// # Errors
/// None but those of a bug.
pub fn columns(table: &TableDescription) -> Result<RecordBatch> {
    let of = |what: &dyn Fn(&crate::session::ColumnDescription) -> String| table.columns.iter().map(what).collect();
    batch(&[
        ("column", of(&|column| column.name.clone())),
        ("type", of(&|column| column.data_type.clone())),
        ("nullable", of(&|column| if column.nullable { "yes" } else { "no" }.to_owned())),
        ("description", of(&|column| plain(&column.description))),
    ])
}

/// What stands above the columns of a table: its kind, its name and what a row is.
pub fn heading(table: &TableDescription) -> String {
    let kind = match (table.kind, &table.sql) {
        ("temporary", Some(_)) => "temporary view",
        ("temporary", None) => "temporary table",
        (kind, _) => kind,
    };
    match table.description.as_str() {
        "" => format!("{kind} {}\n", sanitize(&table.name)),
        words => format!("{kind} {}: {}\n", sanitize(&table.name), plain(words)),
    }
}

/// `\d+ NAME`: what also stands below the columns of a view: its SELECT. `None` for a table.
pub fn definition(table: &TableDescription) -> Option<String> {
    let sql = table.sql.as_ref()?;
    let lines = sql.lines().map(|line| format!("  {}\n", sanitize(line)));
    Some(lines.collect())
}

/// Columns of text.
fn batch(columns: &[(&str, Vec<String>)]) -> Result<RecordBatch> {
    let columns =
        columns.iter().map(|(name, values)| (*name, Arc::new(StringArray::from_iter_values(values)) as ArrayRef));
    Ok(RecordBatch::try_from_iter(columns)?)
}

#[cfg(test)]
mod tests;
