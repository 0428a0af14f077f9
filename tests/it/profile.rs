//! What a statement did: the tree of its operators, and figures that are known otherwise.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use smsql::repl::plan::{PlanOptions, render};
use smsql::session::{Operator, Parameters, Profile, Session, SessionOptions, split};
use smsql::store::{AsOf, Store};

use crate::workspace::Workspace;

async fn demo(options: &SessionOptions) -> (Workspace, Session) {
    let workspace = Workspace::demo();
    let store = Store::open(workspace.path("smsql-store").to_str().unwrap()).await.unwrap();
    let session = Session::open(&store, &AsOf::Latest, options).await.unwrap();
    (workspace, session)
}

async fn profile(session: &Session, sql: &str) -> smsql::Result<Profile> {
    let [statement] = split("<sql>", sql)?.try_into().unwrap();
    session.profile(&statement, &Parameters::default()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn show() {
    let (_workspace, session) = demo(&SessionOptions { threads: 4, ..SessionOptions::default() }).await;
    for sql in [
        "SELECT provider, count(*) AS n, sum(cost) FILTER (WHERE kind = 'status') FROM events WHERE kind = 'status' AND event_time > '2025-01-01' GROUP BY provider ORDER BY n DESC, provider",
        "SELECT bucket, count(*) FROM messages GROUP BY bucket ORDER BY 1",
        "SELECT c.link_id, m.country, row_number() OVER (PARTITION BY country ORDER BY link_id) FROM clicks c JOIN messages m ON c.message_key = m.message_key WHERE c.is_bot = false AND m.body LIKE '%a%' LIMIT 3",
        "SELECT * FROM status_codes WHERE provider IN ('twilio', 'infobip') ORDER BY value LIMIT 2",
        "SELECT count(*) FROM events",
        "SELECT 1 UNION ALL SELECT value FROM generate_series(5) WHERE value > (SELECT max(source_line) FROM rejects)",
        "SELECT * FROM events WHERE event_time > '2035-01-01'",
    ] {
        let profile = profile(&session, sql).await.unwrap();
        eprintln!("\n{sql}\n{}", render(&profile, PlanOptions { width: Some(110), styled: false }));
    }
}
