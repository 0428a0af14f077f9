//! Runs the SQL logic tests under `tests/slt`: statements with the answers they must give.
//!
//! `SLT=functions/e164` runs only those whose path contains that text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use async_trait::async_trait;
use datafusion::error::DataFusionError;
use datafusion::prelude::{SessionConfig, SessionContext};
use smsql::event::StatusTable;
use smsql::session::functions::scalar_functions;
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, Runner};

/// What the tests talk to. Every file gets one of its own.
fn database() -> impl AsyncDB {
    let overrides = std::fs::read_to_string(root().join("status_codes.csv")).unwrap();
    let table = Arc::new(StatusTable::new(Some(&overrides)).unwrap());
    let context = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(2));
    for function in scalar_functions(&table) {
        context.register_udf(function.as_ref().clone());
    }
    Session(context)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slt")
}

struct Session(SessionContext);

#[async_trait]
impl AsyncDB for Session {
    type Error = DataFusionError;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<Self::ColumnType>, Self::Error> {
        let frame = self.0.sql(sql).await?;
        let types = frame.schema().fields().iter().map(|field| column_type(field.data_type())).collect::<Vec<_>>();
        let batches = frame.collect().await?;
        if types.is_empty() {
            return Ok(DBOutput::StatementComplete(0));
        }
        Ok(DBOutput::Rows { types, rows: batches.iter().flat_map(rows).collect() })
    }

    async fn shutdown(&mut self) {}

    fn engine_name(&self) -> &str {
        "smsql"
    }
}

fn column_type(data_type: &DataType) -> DefaultColumnType {
    match data_type {
        t if t.is_integer() => DefaultColumnType::Integer,
        t if t.is_numeric() => DefaultColumnType::FloatingPoint,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => DefaultColumnType::Text,
        DataType::Dictionary(_, value) => column_type(value),
        _ => DefaultColumnType::Any,
    }
}

/// Every value as text: `NULL`, and `(empty)` for the text that would leave no trace.
fn rows(batch: &RecordBatch) -> Vec<Vec<String>> {
    let options = FormatOptions::new().with_null("NULL");
    let columns: Vec<_> = batch.columns().iter().map(|c| ArrayFormatter::try_new(c, &options).unwrap()).collect();
    let value = |column: &ArrayFormatter<'_>, row| match column.value(row).to_string() {
        empty if empty.is_empty() => "(empty)".to_owned(),
        value => value,
    };
    (0..batch.num_rows()).map(|row| columns.iter().map(|column| value(column, row)).collect()).collect()
}

#[test]
fn every_answer_is_as_written() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let wanted = std::env::var("SLT").unwrap_or_default();
    let mut files = files_under(&root());
    files.sort();
    files.retain(|file| file.to_string_lossy().contains(&wanted));
    assert!(!files.is_empty(), "no file under tests/slt has `{wanted}` in its path");
    let mut failures = Vec::new();
    for file in &files {
        let mut runner = Runner::new(async || Ok(database()));
        runner.with_column_validator(sqllogictest::strict_column_validator);
        if let Err(error) = runtime.block_on(runner.run_file_async(file)) {
            failures.push(error.to_string());
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path {
            folder if folder.is_dir() => files_under(&folder),
            file if file.extension().is_some_and(|extension| extension == "slt") => vec![file],
            _ => vec![],
        })
        .collect()
}
