//! Errors about SQL: the words, the place, and what they suggest. Each snapshot is what a person reads.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use insta::assert_snapshot;
use smsql::session::{Session, SessionOptions};

use crate::support::{empty_session, error};

async fn session() -> Session {
    empty_session(&SessionOptions::default()).await
}

/// All errors of a group in one snapshot: `tests/snapshots/diagnose_<group>.snap`.
async fn check(group: &str, statements: &[&str]) {
    let session = session().await;
    let mut text = String::new();
    for sql in statements {
        text.push_str(&format!("error: {}\n\n", error(&session, sql).await));
    }
    insta::with_settings!({
        snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true
    }, {
        assert_snapshot!(format!("diagnose_{group}"), text);
    });
}

#[tokio::test]
async fn unknown_columns() {
    check(
        "columns",
        &[
            "SELECT recpient FROM events",
            "SELECT e.recpient FROM events e",
            "SELECT x.recipient FROM events e",
            "SELECT status_codes.meaning FROM events",
            "SELECT meaning FROM events",
            "SELECT \"Provider\" FROM events",
            "SELECT * FROM events WHERE status = \"DELIVRD by handset\"",
            "WITH t AS (SELECT 1 AS n, 2 AS p) SELECT q FROM t",
            "SELECT *\nFROM events\nWHERE provider = 'twilio'\n  AND ürgency = 1",
            "SELECT provider FROM events a JOIN events b ON a.message_id = b.message_id",
        ],
    )
    .await;
}

#[tokio::test]
async fn unknown_tables() {
    check(
        "tables",
        &[
            "SELECT count(*) FROM evnts",
            "SELECT * FROM deliveries",
            "SELECT * FROM 'reports/march.csv'",
            "SELECT * FROM read_parquet('march.parquet')",
            "SELECT 1; -- fine so far\nSELECT * FROM mesages",
        ],
    )
    .await;
}

#[tokio::test]
async fn functions() {
    check(
        "functions",
        &[
            "SELECT cont(*) FROM events",
            "SELECT rank() FROM events",
            "SELECT substr() FROM events",
            "SELECT date_trunc('day') FROM events",
            "SELECT sum(body) FROM events",
            "SELECT abs(1), abs(body) FROM events",
            "SELECT abs(1), abs(1, 2) FROM events",
            "SELECT e164() FROM events",
            "SELECT max(count(*)) FROM events",
        ],
    )
    .await;
}

#[tokio::test]
async fn grouping_and_types() {
    check(
        "grouping",
        &[
            "SELECT provider, count(*) FROM events",
            "SELECT provider, body FROM events GROUP BY provider",
            "SELECT provider FROM events GROUP BY 3",
            "SELECT count(*) FROM events WHERE count(*) > 1",
            "SELECT cost + body FROM events",
            "SELECT * FROM events WHERE cost > 'cheap'",
            "SELECT date '2025-13-01'",
            "SELECT 1 UNION SELECT 1, 2",
            "SELECT 1 / 0",
            "SELECT provider, provider FROM events",
        ],
    )
    .await;
}

#[tokio::test]
async fn syntax() {
    check(
        "syntax",
        &[
            "SELEC 1",
            "SELECT provider FORM events",
            "SELECT * FORM events",
            "SELECT * FROM events WHERE provider =",
            "SELECT * FROM events WHERE (provider = 'twilio'",
            "SELECT 'twilio",
            "SELECT /* all",
            "SELECT count(*) FROM events WHERE GROUP BY 1",
            "SELECT * FROM events VERSION AS OF 3",
            "SELECT * FROM events TIMESTAMP AS OF '2025-03-01'",
            "SELECT * FROM events FOR SYSTEM_TIME AS OF '2025-03-01'",
            "SELECT * FROM events USING SAMPLE 10%",
        ],
    )
    .await;
}
