//! Tables and views, with the words from where each is defined.

use std::collections::HashSet;

use datafusion::catalog::TableProvider;
use datafusion::datasource::TableType;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as DfStatement;
use datafusion::sql::sqlparser::ast::Statement as SqlStatement;

use super::super::runtime::{CATALOG, SCHEMA};
use super::super::types::type_name;
use super::super::{dialect, script, status_codes, table, views};
use super::{ColumnDescription, TableDescription};
use crate::store::Record;

/// What a table and its columns mean.
#[derive(Debug, Default)]
pub(in crate::session) struct Words {
    /// What a row is, without a full stop.
    title: String,
    columns: Vec<(String, String)>,
}

impl Words {
    pub(in crate::session) fn new(title: &str, columns: &[(&str, &str)]) -> Self {
        let columns = columns.iter().map(|(name, meaning)| ((*name).to_owned(), (*meaning).to_owned()));
        Self { title: title.to_owned(), columns: columns.collect() }
    }

    fn of_record(record: Record) -> Self {
        let columns = record.columns();
        let columns: Vec<(&str, &str)> = columns.iter().map(|column| (column.name, column.doc)).collect();
        Self::new(record.title(), &columns)
    }

    /// What the comments at the head of a view's file say, up to the first empty one.
    fn of_file(sql: &str) -> Self {
        let mut words = Self::default();
        let lines = sql.lines().map_while(|line| line.strip_prefix("--")).take_while(|line| !line.is_empty());
        for line in lines {
            if let Some(title) = line.strip_prefix(" title: ") {
                title.clone_into(&mut words.title);
            } else if let Some(more) = line.strip_prefix("     ")
                && let Some((_, meaning)) = words.columns.last_mut()
            {
                meaning.extend([" ", more.trim()]);
            } else if let Some((name, meaning)) = line.strip_prefix("   ").and_then(|line| line.split_once(" - ")) {
                words.columns.push((name.to_owned(), meaning.to_owned()));
            }
        }
        words
    }

    /// The words about a built-in table; none about another.
    fn of(name: &str) -> Self {
        match name {
            "events" => Self::of_record(Record::Event),
            "rejects" => Self::of_record(Record::Reject),
            "landings" => Self::of_record(Record::Landing),
            "status_codes" => status_codes::words(),
            "segments" => table::segments_words(),
            "segment_members" => table::segment_members_words(),
            view => views::all().get(view).map(|sql| Self::of_file(sql)).unwrap_or_default(),
        }
    }

    fn about(&self, column: &str) -> String {
        self.columns.iter().find(|(name, _)| name == column).map(|(_, meaning)| meaning.clone()).unwrap_or_default()
    }
}

/// Every table and view, in order of name.
pub(super) async fn describe(context: &SessionContext, built_in: &HashSet<String>) -> Vec<TableDescription> {
    let Some(schema) = context.catalog(CATALOG).and_then(|catalog| catalog.schema(SCHEMA)) else { return Vec::new() };
    let mut names = schema.table_names();
    names.sort();
    let mut tables = Vec::with_capacity(names.len());
    for name in names {
        if let Ok(Some(table)) = schema.table(&name).await {
            tables.push(describe_one(&name, table.as_ref(), built_in.contains(&name)));
        }
    }
    tables
}

fn describe_one(name: &str, table: &dyn TableProvider, is_built_in: bool) -> TableDescription {
    let words = if is_built_in { Words::of(name) } else { Words::default() };
    let schema = table.schema();
    let columns = schema.fields().iter().map(|field| ColumnDescription {
        name: field.name().clone(),
        data_type: type_name(field.data_type()),
        nullable: field.is_nullable(),
        description: words.about(field.name()),
    });
    let is_view = table.table_type() == TableType::View;
    TableDescription {
        name: name.to_owned(),
        kind: match is_view {
            _ if !is_built_in => "temporary",
            true => "view",
            false => "table",
        },
        columns: columns.collect(),
        sql: table.get_table_definition().filter(|_| is_view).map(select),
        description: if words.title.is_empty() { String::new() } else { format!("{}.", words.title) },
    }
}

/// The SELECT of a view: without the comments at the head of its file, or without the CREATE VIEW it came with.
fn select(definition: &str) -> String {
    let head = definition.lines().take_while(|line| line.trim().is_empty() || line.starts_with("--"));
    let start = head.map(|line| line.len() + 1).sum::<usize>().min(definition.len());
    let text = definition[start..].trim();
    let created = || {
        let [statement] = script::split("<view>", text).ok()?.try_into().ok()?;
        match dialect::parse(statement.tokens).ok()? {
            DfStatement::Statement(sql) => match *sql {
                SqlStatement::CreateView(view) => Some(view.query.to_string()),
                _ => None,
            },
            _ => None,
        }
    };
    created().unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use datafusion::datasource::MemTable;

    use super::*;
    use crate::event::StatusTable;
    use crate::session::{Session, SessionOptions};

    #[test]
    fn the_head_of_a_file_is_read_to_its_first_empty_comment() {
        let file = "-- view: v\n-- title: One row per x\n-- columns:\n--   a - The a: a\n--     long one.\n--   b - B - b.\n\
                    --\n--   c - no column\nSELECT 1 - 2 AS a,\n  3 AS b\n";
        let words = Words::of_file(file);
        assert_eq!(words.title, "One row per x");
        assert_eq!((words.about("a"), words.about("b")), ("The a: a long one.".into(), "B - b.".into()));
        assert_eq!(words.about("c"), "");
        assert_eq!(select(file), "SELECT 1 - 2 AS a,\n  3 AS b");
        assert_eq!(select("CREATE VIEW v AS SELECT 1 AS a"), "SELECT 1 AS a");
    }

    #[tokio::test]
    async fn words_are_about_the_columns_there_are_in_their_order() {
        let table = |record: Record| -> Arc<dyn TableProvider> {
            Arc::new(MemTable::try_new(record.schema(), vec![vec![]]).unwrap())
        };
        let tables = [("events", Record::Event), ("rejects", Record::Reject), ("landings", Record::Landing)];
        let tables = tables.map(|(name, record)| (name, table(record)));
        let status = Arc::new(StatusTable::new(None).unwrap());
        let session = Session::over(tables, &status, &SessionOptions::default()).await.unwrap();
        let names = session.names().await.tables;
        assert_eq!(names.len(), 11);
        for (table, columns) in names {
            let words = Words::of(&table);
            assert!(words.title.starts_with("One row per "), "{table}");
            assert_eq!(
                words.columns.iter().map(|(name, _)| name).collect::<Vec<_>>(),
                columns.iter().collect::<Vec<_>>()
            );
        }
    }
}
