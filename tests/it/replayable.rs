//! Which statements can be replayed, and that those which can give the same bytes however the work is cut.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use arrow::datatypes::SchemaRef;
use smsql::session::{Parameters, Session, SessionOptions, split};

use crate::support::empty_session;

mod allowed;
mod random;
mod refused;
mod same_bytes;

async fn session() -> Session {
    empty_session(&SessionOptions::default()).await
}

/// Those of the test's parameters that a statement mentions.
fn parameters(session: &Session, sql: &str) -> Parameters {
    let given =
        ["text:text=twilio", "other:text=y", "n:integer=1", "from:timestamp=2025-03-01", "to:timestamp=2025-04-01"];
    let given = given.iter().filter(|p| sql.contains(&format!("${}", p.split(':').next().unwrap())));
    Parameters::new(given.map(|p| p.parse().unwrap()), session.options().time_zone).unwrap()
}

async fn check(session: &Session, sql: &str) -> smsql::Result<SchemaRef> {
    let [statement] = split("reports/this.sql", sql)?.try_into().unwrap_or_else(|_| panic!("not one statement: {sql}"));
    session.check_replayable(&statement, &parameters(session, sql)).await
}
