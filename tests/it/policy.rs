//! What SQL may do, what it may use, and what its parameters are.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use arrow::util::display::array_value_to_string;
use smsql::Error;
use smsql::limits::{STACK_BYTES, STATEMENT_OPERATORS_MAX};
use smsql::session::{Parameters, Session, SessionOptions};

use crate::support::{empty_session, error, rows};

async fn session() -> Session {
    empty_session(&SessionOptions::default()).await
}

async fn writing() -> Session {
    empty_session(&SessionOptions { allow_write: true, ..SessionOptions::default() }).await
}

async fn run(session: &Session, sql: &str, parameters: &[&str]) -> smsql::Result<Vec<String>> {
    let parameters = parameters.iter().map(|p| p.parse()).collect::<smsql::Result<Vec<_>>>()?;
    let parameters = Parameters::new(parameters, session.options().time_zone)?;
    let batches = rows(session, sql, &parameters).await?;
    let lines = batches.iter().flat_map(|batch| {
        (0..batch.num_rows()).map(move |row| {
            let values = batch.columns().iter().map(|column| array_value_to_string(column, row).unwrap());
            values.collect::<Vec<_>>().join("|")
        })
    });
    Ok(lines.collect())
}

#[tokio::test]
async fn reading_is_allowed() {
    let session = session().await;
    for sql in [
        "SELECT 1",
        "VALUES (1), (2)",
        "FROM events SELECT provider",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT * FROM n",
        "SELECT user, count(*) FILTER (WHERE cost > 1) FROM events GROUP BY user",
        "SELECT provider FROM events QUALIFY row_number() OVER (PARTITION BY provider ORDER BY event_time) = 1",
        "SELECT * EXCLUDE (body) FROM events",
        "SELECT tags['order'], list_ids[1] FROM events",
        "SELECT * FROM events a LEFT JOIN status_codes c ON c.provider = a.provider AND c.value = a.status",
        "SELECT * FROM (VALUES (1), (2)) AS t(a) WHERE EXISTS (SELECT 1 FROM events)",
        "SELECT i FROM unnest([1, 2, 3]) AS t(i)",
        "SELECT * FROM generate_series(1, 3)",
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE SELECT count(*) FROM events",
        "DESCRIBE events",
        "SHOW TABLES",
        "SHOW COLUMNS FROM events",
        "SELECT table_name FROM information_schema.tables",
        "SELECT * FROM main.events",
        "SELECT * FROM smsql.main.events",
    ] {
        if let Err(error) = run(&session, sql, &[]).await {
            panic!("{sql}\n{error}");
        }
    }
}

/// Statements that are refused, and what the refusal must speak of.
const REFUSED: &[(&str, &str)] = &[
    ("INSERT INTO events SELECT * FROM events", "smsql land"),
    ("INSERT INTO rejects VALUES (1)", "smsql land"),
    ("UPDATE events SET body = ''", "smsql land"),
    ("DELETE FROM events", "smsql land"),
    ("TRUNCATE TABLE events", "smsql land"),
    ("MERGE INTO events USING rejects ON 1 = 1 WHEN MATCHED THEN DELETE", "smsql land"),
    ("SET datafusion.execution.batch_size = 1", "--memory-limit"),
    ("RESET datafusion.execution.batch_size", "--memory-limit"),
    ("PREPARE p AS SELECT 1", "SELECT, WITH"),
    ("EXECUTE p", "SELECT, WITH"),
    ("DEALLOCATE p", "SELECT, WITH"),
    ("BEGIN", "SELECT, WITH"),
    ("COMMIT", "SELECT, WITH"),
    ("CREATE SCHEMA s", "SELECT, WITH"),
    ("CREATE DATABASE d", "SELECT, WITH"),
    ("CREATE INDEX i ON events (body)", "SELECT, WITH"),
    ("CREATE FUNCTION f() AS 1", "SELECT, WITH"),
    ("DROP SCHEMA main", "SELECT, WITH"),
    ("ATTACH 'x.db'", "SELECT, WITH"),
    ("INSTALL httpfs", "SELECT, WITH"),
    ("LOAD httpfs", "SELECT, WITH"),
    ("ALTER TABLE events RENAME TO e", "SELECT, WITH"),
    ("GRANT SELECT ON events TO x", "SELECT, WITH"),
    ("EXPLAIN ANALYZE INSERT INTO events SELECT * FROM events", "smsql land"),
    ("EXPLAIN SET a = 1", "--memory-limit"),
];

/// Refused as well, until `--allow-write`.
const WRITES: &[&str] = &[
    "COPY (SELECT 1) TO '/tmp/smsql-policy-test.csv'",
    "COPY events TO 's3://bucket/x.parquet'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/smsql-policy-test.csv'",
    "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
    "CREATE TABLE t AS SELECT 1",
    "CREATE VIEW v AS SELECT 1",
    "CREATE OR REPLACE VIEW messages AS SELECT 1",
    "SELECT 1 AS a INTO t",
    "DROP TABLE events",
    "DROP VIEW messages",
];

#[tokio::test]
async fn everything_else_is_refused() {
    let session = session().await;
    for (sql, says) in REFUSED {
        let refusal = error(&session, sql).await.to_string();
        assert!(refusal.contains(says), "{sql}: {refusal}");
    }
    for sql in WRITES {
        let refusal = error(&session, sql).await.to_string();
        assert!(refusal.contains("--allow-write") || refusal.contains("is not allowed"), "{sql}: {refusal}");
        assert_eq!(refusal.matches("not allowed").count().max(1), 1, "{sql}: {refusal}");
    }
    assert!(!std::path::Path::new("/tmp/smsql-policy-test.csv").exists());
    // Nothing has happened to what they named.
    assert!(run(&session, "SELECT * FROM events", &[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_flag_allows_writing_files_and_own_tables_only() {
    let session = writing().await;
    for (sql, says) in REFUSED {
        let refusal = error(&session, sql).await.to_string();
        assert!(refusal.contains(says), "{sql}: {refusal}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.csv");
    let script = format!(
        "CREATE TABLE t AS SELECT 7 AS n; CREATE VIEW v AS SELECT n + 1 AS m FROM t;
         COPY (SELECT m FROM v) TO '{0}' STORED AS CSV;
         CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '{0}' OPTIONS ('format.has_header' 'true');
         SELECT m FROM x; DROP VIEW v; DROP TABLE t",
        file.display()
    );
    let lines = run(&session, &script, &[]).await.unwrap();
    assert_eq!(lines, ["1", "8"], "COPY counts a row, the table that reads it gives it back");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "m\n8\n");

    for sql in [
        "COPY (SELECT 1) TO 's3://bucket/x.parquet'",
        "COPY (SELECT 1) TO 'smsql://0123/events/x.parquet'",
        "CREATE EXTERNAL TABLE y STORED AS CSV LOCATION 'https://example.com/x.csv'",
    ] {
        let refusal = error(&session, sql).await.to_string();
        assert!(refusal.contains("not a local file"), "{sql}: {refusal}");
    }
    for sql in [
        "CREATE OR REPLACE VIEW messages AS SELECT 1",
        "CREATE TABLE events AS SELECT 1",
        "CREATE OR REPLACE TABLE main.\"EVENTS\" AS SELECT 1",
        "DROP VIEW messages",
        "DROP TABLE smsql.main.status_codes",
    ] {
        let refusal = error(&session, sql).await.to_string();
        assert!(refusal.contains("built-in"), "{sql}: {refusal}");
    }
}

#[tokio::test]
async fn no_clause_is_ignored() {
    let session = session().await;
    for (sql, says) in [
        ("SELECT * FROM events TABLESAMPLE SYSTEM (1)", "TABLESAMPLE"),
        ("SELECT * FROM events e TABLESAMPLE BERNOULLI (10 PERCENT)", "TABLESAMPLE"),
        ("SELECT * FROM (SELECT 1) t TABLESAMPLE SYSTEM (1)", "TABLESAMPLE"),
        ("SELECT (SELECT count(*) FROM events TABLESAMPLE SYSTEM (1))", "TABLESAMPLE"),
        ("WITH t AS (SELECT * FROM events TABLESAMPLE SYSTEM (1)) SELECT * FROM t", "TABLESAMPLE"),
        ("EXPLAIN SELECT * FROM events TABLESAMPLE SYSTEM (1)", "TABLESAMPLE"),
        ("SELECT * FROM events VERSION AS OF 1", "--as-of"),
        ("SELECT * FROM events FOR SYSTEM_TIME AS OF '2020-01-01'", "--as-of"),
        ("SELECT * FROM events FOR UPDATE", "FOR UPDATE"),
        ("SELECT * FROM generate_series(1, 3) WITH ORDINALITY", "WITH ORDINALITY"),
    ] {
        let refusal = error(&session, sql).await.to_string();
        assert!(refusal.contains(says), "{sql}: {refusal}");
    }
}

#[tokio::test]
async fn limits_are_named() {
    let session = session().await;
    let limit = |error: Error| match error {
        Error::Limit { limit, .. } => limit,
        other => panic!("not a limit: {other}"),
    };
    let nested = format!("SELECT {}1{}", "(".repeat(500), ")".repeat(500));
    assert_eq!(limit(error(&session, &nested).await), "STATEMENT_NESTING_MAX");
    let chain = format!("SELECT 1{}", " + 1".repeat(100_000));
    assert_eq!(limit(error(&session, &chain).await), "STATEMENT_OPERATORS_MAX");
    let long = format!("SELECT '{}'", "x".repeat(2 << 20));
    assert_eq!(limit(error(&session, &long).await), "STATEMENT_BYTES_MAX");
    // Long lists are no chain.
    let list = format!("SELECT 1 IN ({})", (0..20_000).map(|n| n.to_string()).collect::<Vec<_>>().join(","));
    assert_eq!(run(&session, &list, &[]).await.unwrap(), ["true"]);

    let few = SessionOptions { rows_max: Some(10), ..SessionOptions::default() };
    let few = empty_session(&few).await;
    assert_eq!(limit(error(&few, "SELECT * FROM generate_series(1, 11)").await), "rows_max");
    assert_eq!(run(&few, "SELECT * FROM generate_series(1, 10)", &[]).await.unwrap().len(), 10);

    let hasty = SessionOptions { timeout: Some(Duration::from_millis(100)), ..SessionOptions::default() };
    let hasty = empty_session(&hasty).await;
    let forever = "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 100000000) b";
    assert_eq!(limit(error(&hasty, forever).await), "timeout");

    let small = SessionOptions { memory_limit_bytes: 1 << 20, ..SessionOptions::default() };
    let small = empty_session(&small).await;
    let big = "SELECT cardinality(array_agg(value)) FROM generate_series(1, 10000000)";
    assert_eq!(limit(error(&small, big).await), "memory_limit");
}

/// As the command line does it: planned and run with the stack that the limit is made for.
#[test]
fn a_chain_as_long_as_is_allowed_runs() {
    let work = || {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).thread_stack_size(STACK_BYTES).enable_all().build().unwrap();
        runtime.block_on(async {
            let session = session().await;
            let sum = format!("SELECT 1{}", " + 1".repeat(STATEMENT_OPERATORS_MAX - 1));
            assert_eq!(run(&session, &sum, &[]).await.unwrap(), [STATEMENT_OPERATORS_MAX.to_string()]);
            let either = vec!["provider = 'a'"; STATEMENT_OPERATORS_MAX / 2].join(" OR ");
            let sql = format!("SELECT count(*) FROM events WHERE {either}");
            assert_eq!(run(&session, &sql, &[]).await.unwrap(), ["0"]);
        });
    };
    std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work).unwrap().join().unwrap();
}

#[tokio::test]
async fn parameters_have_the_type_of_their_value() {
    let session = session().await;
    let type_of = async |parameter: &str| {
        let lines = run(&session, "SELECT arrow_typeof($x) || ' ' || $x", &[&format!("x={parameter}")]).await;
        lines.unwrap().remove(0)
    };
    assert_eq!(type_of("42").await, "Int64 42");
    assert_eq!(type_of("-7").await, "Int64 -7");
    assert_eq!(type_of("0").await, "Int64 0");
    assert_eq!(type_of("0.10").await, "Decimal128(3, 2) 0.10");
    assert_eq!(type_of("-12.5").await, "Decimal128(3, 1) -12.5");
    assert_eq!(type_of("true").await, "Boolean true");
    assert_eq!(type_of("2025-03-04").await, "Date32 2025-03-04");
    assert_eq!(type_of("2025-02-30").await, "Utf8View 2025-02-30");
    assert!(type_of("2025-03-04 09:00:00").await.starts_with("Timestamp(µs, \"UTC\") 2025-03-04T09:00:00"));
    // What names somebody is no quantity.
    assert_eq!(type_of("007").await, "Utf8View 007");
    assert_eq!(type_of("+447700900123").await, "Utf8View +447700900123");
    assert_eq!(type_of("").await, "Utf8View ");
    assert_eq!(type_of("99999999999999999999").await, "Decimal128(20, 0) 99999999999999999999");
}

#[tokio::test]
async fn parameters_are_values_and_nothing_else() {
    let session = session().await;
    // What would end a string if it were put into the text.
    let nasty = "x:text='; DROP TABLE events; --";
    assert_eq!(run(&session, "SELECT $x", &[nasty]).await.unwrap(), ["'; DROP TABLE events; --"]);
    assert_eq!(run(&session, "SELECT $id", &["id:text=42"]).await.unwrap(), ["42"]);
    // Where functions and clauses want them.
    assert_eq!(run(&session, "SELECT abs($n) + $n", &["n=-3"]).await.unwrap(), ["0"]);
    assert_eq!(run(&session, "SELECT upper($t)", &["t=abc"]).await.unwrap(), ["ABC"]);
    assert_eq!(run(&session, "SELECT $n * 2 AS twice", &["n=0.10"]).await.unwrap(), ["0.20"]);
    let days = "SELECT date_trunc($unit, $at)";
    let first = run(&session, days, &["unit=month", "at=2025-03-04 09:00:00"]).await.unwrap();
    assert!(first[0].starts_with("2025-03-01T00:00:00"), "{first:?}");
    let sql = "SELECT value FROM generate_series(1, 9) WHERE value IN ($a, $b) ORDER BY 1 LIMIT $n";
    assert_eq!(run(&session, sql, &["a=3", "b=5", "n=1"]).await.unwrap(), ["3"]);
    let sql = "SELECT count(*) FROM events WHERE event_time >= $from AND provider = $p AND cost < $c";
    assert_eq!(run(&session, sql, &["from=2025-03-01", "p=twilio", "c=0.5"]).await.unwrap(), ["0"]);
    // In every statement of a script, in subqueries, and under EXPLAIN.
    let script = "SELECT $n; SELECT (SELECT max($n)); EXPLAIN SELECT $n";
    assert_eq!(run(&session, script, &["n=1"]).await.unwrap()[..2], ["1", "1"]);
}

#[tokio::test]
async fn parameters_must_fit_the_script() {
    let session = session().await;
    let says = async |sql: &str, parameters: &[&str]| match run(&session, sql, parameters).await {
        Ok(lines) => panic!("{sql} gives {lines:?}"),
        Err(error) => error.to_string(),
    };
    assert!(says("SELECT $from", &[]).await.contains("parameter `$from` has no value"));
    assert!(says("SELECT $form", &["from=1"]).await.contains("did you mean `$from`?"));
    assert!(says("SELECT $1", &[]).await.contains("parameters have names here"));
    assert!(says("SELECT 1", &["from=1"]).await.contains("no statement uses parameter `from`"));
    assert!(says("SELECT $x", &["x=1", "x=2"]).await.contains("given twice"));
    assert!(says("SELECT $x", &["x:integer=1.5"]).await.contains("`1.5` is not of type integer"));
    assert!(says("SELECT $x", &["x:date=2025-02-30"]).await.contains("a day that exists"));
    assert!(says("SELECT $x", &["x:dat=1"]).await.contains("did you mean `date`"));
    assert!(says("SELECT $x", &["x"]).await.contains("write name=value"));
    // A $name in a string or a comment is none.
    assert_eq!(run(&session, "SELECT '$x' -- $y", &[]).await.unwrap(), ["$x"]);
}

#[tokio::test]
async fn scripts_stop_at_the_first_error() {
    let session = writing().await;
    let script = "CREATE TABLE a AS SELECT 1 AS n; SELECT nope; CREATE TABLE b AS SELECT 1 AS n";
    assert!(error(&session, script).await.to_string().contains("`nope`"));
    assert_eq!(run(&session, "SELECT n FROM a", &[]).await.unwrap(), ["1"]);
    assert!(error(&session, "SELECT n FROM b").await.to_string().contains("no table `b`"));
    // A `;` in a comment, a string or a name ends nothing.
    let script = "SELECT 1 AS a -- note;\n; SELECT ';' AS \"x;y\" /* ; */ ;; ";
    assert_eq!(run(&session, script, &[]).await.unwrap(), ["1", ";"]);
}

#[tokio::test]
async fn decimals_are_exact() {
    let session = session().await;
    let lines = run(&session, "SELECT 0.1 + 0.2, arrow_typeof(0.1 + 0.2)", &[]).await.unwrap();
    assert!(lines[0].starts_with("0.3|Decimal128"), "{lines:?}");
}
