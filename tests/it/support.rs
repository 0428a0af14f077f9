//! What several tests need.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use smsql::event::StatusTable;
use smsql::event::schema::{EVENT_COLUMNS, REJECT_COLUMNS, arrow_schema, event_schema};
use smsql::session::{Answer, Parameters, Session, SessionOptions, split};

/// A session over empty tables of the real schemas: enough for everything that happens before rows flow.
pub(crate) async fn empty_session(options: &SessionOptions) -> Session {
    let events: Arc<dyn TableProvider> = Arc::new(MemTable::try_new(event_schema(), vec![vec![]]).unwrap());
    let columns = EVENT_COLUMNS.iter().filter(|c| ["provider", "received_at", "landed_at"].contains(&c.name));
    let rejects = arrow_schema(columns.chain(REJECT_COLUMNS));
    let rejects: Arc<dyn TableProvider> = Arc::new(MemTable::try_new(rejects, vec![vec![]]).unwrap());
    let status = Arc::new(StatusTable::new(None).unwrap());
    Session::over([("events", events), ("rejects", rejects)], &status, options).await.unwrap()
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
