//! What a report may read, and which columns of it decide which others, as the store promises.

use arrow::datatypes::Field;
use datafusion::catalog::cte_worktable::CteWorkTable;
use datafusion::datasource::source_as_provider;
use datafusion::functions_table::generate_series::GenerateSeriesTable;
use datafusion::logical_expr::TableScan;

use super::{Breach, Place};
use crate::session::runtime::{CATALOG, SCHEMA};

/// Columns that decide another; an empty name stands for the whole row.
type Rule = (&'static [&'static str], &'static str);

/// | table | unique at rest |
/// |---|---|
/// | `events` | `event_key`: a landing takes each event once, and its commit builds on exactly what it checked |
/// | `landings` | `landing_id`: what was landed already is not landed again |
/// | `rejects` | nothing: one line may be refused twice, and for two feeds |
/// | `status_codes` | nothing: a store's own rows are taken as they are, and may repeat |
/// | `segment_members` | the row: a segment is a fixed list, and whoever keeps a result notes which list its name meant |
///
/// A message key is a hash of provider, account and message id, so these decide it.
const TABLES: [(&str, &[Rule]); 5] = [
    ("events", &[(&["event_key"], ""), (&["provider", "account", "message_id"], "message_key")]),
    ("landings", &[(&["landing_id"], "")]),
    ("rejects", &[]),
    ("status_codes", &[]),
    ("segment_members", &[(&["segment", "recipient"], "")]),
];

/// The rules of a table of the store.
fn of_store(scan: &TableScan) -> Option<&'static [Rule]> {
    let name = scan.table_name.clone().resolve(CATALOG, SCHEMA);
    let table = TABLES.iter().find(|(table, _)| *table == name.table.as_ref())?;
    (name.catalog.as_ref() == CATALOG && name.schema.as_ref() == SCHEMA && !is_made(scan)).then_some(table.1)
}

/// Whether it is `generate_series(...)` or `range(...)`.
fn is_series(scan: &TableScan) -> bool {
    source_as_provider(&scan.source).is_ok_and(|provider| provider.is::<GenerateSeriesTable>())
}

/// Whether it is what a recursive query has so far.
fn is_work_table(scan: &TableScan) -> bool {
    source_as_provider(&scan.source).is_ok_and(|provider| provider.is::<CteWorkTable>())
}

/// Whether it is made by the statement, whatever it is called there.
fn is_made(scan: &TableScan) -> bool {
    is_series(scan) || is_work_table(scan)
}

/// The rules of what is scanned.
pub(super) fn rules(scan: &TableScan) -> &'static [Rule] {
    // A series that returned to a value would never end.
    if is_series(scan) { &[(&["value"], "")] } else { of_store(scan).unwrap_or_default() }
}

/// Whether a column is never null.
pub(super) fn is_required(scan: &TableScan, field: &Field) -> bool {
    of_store(scan).is_some() && !field.is_nullable()
}

/// A report reads what the version of the store fixes, and nothing else.
pub(super) fn check(scan: &TableScan) -> Option<Breach> {
    if of_store(scan).is_some() || is_made(scan) {
        return None;
    }
    Some(Breach::new(
        Place::Word(scan.table_name.table().to_owned()),
        format!("`{}` is not in the store, so nothing keeps what it holds today", scan.table_name),
        ["read the tables and views of the store: events, messages, clicks, recipients, campaigns, ..."],
    ))
}
