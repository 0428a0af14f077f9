//! What a statement did: the tree of its operators, and figures that are known otherwise.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use smsql::repl::plan::{PlanOptions, render};
use smsql::session::{Operator, Parameters, Profile, Session, SessionOptions, split};
use smsql::store::{AsOf, Store};

use crate::support::{empty_session, rows};
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

/// The operators whose name begins like this, from the result down.
fn named<'p>(profile: &'p Profile, name: &str) -> Vec<&'p Operator> {
    profile.root.all().into_iter().filter(|operator| operator.name.starts_with(name)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_those_of_the_data() {
    // Three events: sent and delivered of one message, undelivered of another.
    let workspace = Workspace::new();
    let store = Store::open(workspace.path("smsql-store").to_str().unwrap()).await.unwrap();
    for threads in [1, 4] {
        let options = SessionOptions { threads, ..SessionOptions::default() };
        let session = Session::open(&store, &AsOf::Latest, &options).await.unwrap();
        let sql =
            "SELECT status, count(*) AS n FROM events WHERE status <> 'sent' GROUP BY status ORDER BY n, status DESC";
        let profile = profile(&session, sql).await.unwrap();
        assert_eq!(profile.rows, 2);
        assert_eq!(profile.root.rows, Some(2));
        for (name, rows) in [("sort", 2), ("group", 2), ("filter", 2), ("scan events", 3)] {
            let found = named(&profile, name);
            assert!(!found.is_empty() && found.iter().all(|operator| operator.rows == Some(rows)), "{name}: {found:?}");
        }
        let names: Vec<&str> = profile.root.all().iter().map(|operator| operator.name.as_str()).collect();
        let place = |name: &str| names.iter().position(|known| known.starts_with(name)).unwrap();
        assert!(place("sort") < place("group") && place("group") < place("filter"), "{names:?}");
        assert!(place("filter") < place("scan events"), "{names:?}");
        let detail = |name: &str| named(&profile, name)[0].details.join("\n");
        assert_eq!(detail("filter"), "status != 'sent'");
        assert_eq!(detail("group"), "by status\ncount(*)");
        assert!(detail("sort").ends_with(", status DESC"), "{}", detail("sort"));
        assert!(
            detail("scan").starts_with("1 file in 1 group\ncolumns status\npruned by status != 'sent'"),
            "{}",
            detail("scan")
        );
        let file = store.snapshot(&AsOf::Latest).await.unwrap().files(smsql::store::Record::Event)[0].size_bytes;
        assert!((1..=file).contains(&profile.scanned_bytes()), "{} of {file}", profile.scanned_bytes());
        assert!(profile.peak_memory_bytes > 0 && profile.spilled_bytes() == 0);
        assert!(named(&profile, "scan")[0].time.is_some_and(|time| !time.is_zero()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_not_read_are_counted() {
    let (_workspace, session) = demo(&SessionOptions { threads: 2, ..SessionOptions::default() }).await;
    let count = async |sql: &str| {
        let batches = rows(&session, sql, &Parameters::default()).await.unwrap();
        batches[0].column(0).as_primitive::<Int64Type>().value(0) as u64
    };
    let files = count("SELECT count(DISTINCT source_file) FROM events").await;
    let with_clicks = count("SELECT count(DISTINCT source_file) FROM events WHERE kind = 'click'").await;
    let clicks = count("SELECT count(*) FROM events WHERE kind = 'click'").await;
    let profile = profile(&session, "SELECT link_id FROM events WHERE kind = 'click'").await.unwrap();
    assert_eq!((profile.rows, named(&profile, "filter")[0].rows), (clicks, Some(clicks)));
    let scan = named(&profile, "scan events")[0];
    let left_out = scan.pruned.iter().find(|pruned| pruned.what == "files").unwrap();
    assert_eq!(left_out.of, files);
    assert!(left_out.pruned >= 1 && left_out.of - left_out.pruned >= with_clicks, "{left_out:?}, {with_clicks}");
    assert!(
        render(&profile, PlanOptions::default()).contains(&format!("{} of {files} files left out", left_out.pruned))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn joins_branch_and_views_and_functions_show_what_they_are_made_of() {
    let (_workspace, session) = demo(&SessionOptions { threads: 2, ..SessionOptions::default() }).await;
    let sql = "SELECT c.link_id, row_number() OVER (PARTITION BY m.country ORDER BY c.event_time) FROM clicks c \
               JOIN messages m ON c.message_key = m.message_key WHERE m.body LIKE '%a%' LIMIT 3";
    let joined = profile(&session, sql).await.unwrap();
    assert_eq!(joined.rows, 3);
    let joins = named(&joined, "hash join");
    assert!(joins.iter().all(|join| join.inputs.len() == 2) && !joins.is_empty());
    assert_eq!(joins[0].details[0], "inner on message_key = message_key");
    let window = named(&joined, "window")[0].details.join(" ");
    assert!(window.starts_with("row_number() OVER (PARTITION BY country ORDER BY event_time"), "{window}");
    let text = render(&joined, PlanOptions { width: Some(100), styled: false });
    assert!(text.contains("├─┬ ") && text.contains("└─┬ ") && text.contains("LIKE '%a%'"), "{text}");

    for (sql, name) in [
        ("SELECT * FROM status_codes WHERE provider IN ('twilio', 'vonage')", "scan status_codes"),
        ("SELECT value FROM generate_series(1, 5)", "generate rows"),
        ("SELECT 1 UNION ALL SELECT max(source_line) FROM rejects", "union"),
        ("SELECT unnest([1, 2])", "unnest"),
        ("SELECT * FROM events WHERE event_time > '2035-01-01'", "no rows"),
        ("SELECT (SELECT count(*) FROM clicks) + value FROM range(2)", "scalar subqueries"),
        (
            "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
            "recursive query",
        ),
    ] {
        let profile = profile(&session, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert!(!named(&profile, name).is_empty(), "{sql}: {:?}", profile.root);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_policy_and_the_deadline_are_those_of_any_statement() {
    let timeout = Some(Duration::from_millis(300));
    let session = empty_session(&SessionOptions { timeout, ..SessionOptions::default() }).await;
    for (sql, expected) in [
        ("EXPLAIN SELECT 1", "only a query has a plan"),
        ("DESCRIBE events", "only a query has a plan"),
        ("INSERT INTO events SELECT * FROM events", "INSERT changes data"),
        ("COPY (SELECT 1) TO 'x.csv'", "COPY writes files"),
        ("SELECT nothing FROM events", "there is no column `nothing`"),
        ("SELECT CAST('x' || value AS integer) FROM range(2)", "cannot read"),
    ] {
        let error = profile(&session, sql).await.unwrap_err().to_string();
        assert!(error.contains(expected), "{sql}: {error}");
    }
    let start = Instant::now();
    let endless = "SELECT count(*) FROM range(1000000000) a JOIN range(1000000000) b ON a.value < b.value";
    let error = profile(&session, endless).await.unwrap_err();
    assert!(matches!(error, smsql::Error::Limit { limit: "timeout", .. }), "{error}");
    assert!(start.elapsed() < Duration::from_secs(20));
}
