//! What several tests need.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use smsql::event::StatusTable;
use smsql::session::{Answer, Parameters, Session, SessionOptions, split};
use smsql::store::Record;

/// A session over empty tables of the real schemas: enough for everything that happens before rows flow.
pub(crate) async fn empty_session(options: &SessionOptions) -> Session {
    let table = |record: Record| -> Arc<dyn TableProvider> {
        Arc::new(MemTable::try_new(record.schema(), vec![vec![]]).unwrap())
    };
    let tables =
        [("events", table(Record::Event)), ("rejects", table(Record::Reject)), ("landings", table(Record::Landing))];
    let status = Arc::new(StatusTable::new(None).unwrap());
    Session::over(tables, &status, options).await.unwrap()
}

/// The rows of every statement of a script, or its first error.
pub(crate) async fn rows(session: &Session, sql: &str, parameters: &Parameters) -> smsql::Result<Vec<RecordBatch>> {
    let script = split("<sql>", sql)?;
    parameters.check(&script)?;
    let mut batches = Vec::new();
    for statement in &script {
        let mut answer: Answer = session.run(statement, parameters).await?;
        while let Some(batch) = answer.next().await? {
            batches.push(batch);
        }
    }
    Ok(batches)
}

/// The error of a script that must have one.
pub(crate) async fn error(session: &Session, sql: &str) -> smsql::Error {
    match rows(session, sql, &Parameters::default()).await {
        Ok(batches) => panic!("`{sql}` gives {} batches, not an error", batches.len()),
        Err(error) => error,
    }
}
