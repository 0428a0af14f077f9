//! A store of ten thousand files, of which all but one were deleted: whatever does not need their rows works, and asks
//! for none of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod watched;

use std::path::Path;
use std::sync::Arc;

use smsql::Error;
use smsql::session::{Parameters, Session, SessionOptions};
use smsql::store::location::resolve;
use smsql::store::{AsOf, Commit, CommitOutcome, NewFile, Record, Store};

use self::watched::Watched;
use crate::store::events;
use crate::support::rows;
use crate::workspace::Workspace;

const FILES: u64 = 10_000;
/// What each of them is said to hold.
const ROWS: u64 = 100;
/// Versions they come in: small ones up to the tenth, which gets a checkpoint, and one after it, so that both the
/// checkpoint and an entry of the log are read for half of them.
const COMMITS: [u64; 11] = [1, 1, 1, 1, 1, 1, 1, 1, FILES / 2, 8, FILES / 2 - 16];
/// The rows of the one file that is there.
const REAL: i64 = 40;

/// The store, below a folder. Every file that is not there is of another hour of the years from 2000 on; the one that is
/// there is of 4 March 2025, 0 o'clock.
async fn build(folder: &Path) {
    let store = Store::open_or_create(folder.to_str().unwrap()).await.unwrap();
    let mut writer = store.writer(Record::Event, "real");
    writer.write(events(0, REAL)).await.unwrap();
    let real = writer.finish().await.unwrap();
    let stats: serde_json::Value = serde_json::from_str(&real[0].stats).unwrap();
    let missing = |number: u64| {
        let hour = chrono::DateTime::from_timestamp(946_684_800 + 3600 * i64::try_from(number).unwrap(), 0).unwrap();
        let mut stats = stats.clone();
        stats["numRecords"] = ROWS.into();
        for (bound, seconds) in [("minValues", 0), ("maxValues", 3599)] {
            let time = (hour + chrono::Duration::seconds(seconds)).to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
            stats[bound]["event_time"] = time.into();
        }
        let exact = [0, 3599].map(|seconds| (hour + chrono::Duration::seconds(seconds)).timestamp_micros());
        stats["smsql"]["event_time"] = serde_json::json!(exact);
        NewFile {
            path: format!("record=event/part-missing-{number}.parquet"),
            record: Record::Event,
            size_bytes: 100_000,
            rows: ROWS,
            stats: stats.to_string(),
        }
    };
    let mut snapshot = store.snapshot(&AsOf::Latest).await.unwrap();
    let mut next = 0;
    for files in COMMITS {
        let mut add: Vec<NewFile> = (next..next + files).map(missing).collect();
        next += files;
        if next == FILES {
            add.extend(real.clone());
        }
        snapshot = match store.commit(&snapshot, Commit { add, ..Commit::default() }).await.unwrap() {
            CommitOutcome::Committed(snapshot) => snapshot,
            CommitOutcome::Moved(_) => panic!("nobody else commits"),
        };
    }
    assert_eq!(next, FILES);
    assert!(folder.join("events/_delta_log/_last_checkpoint").exists(), "a checkpoint is part of what is opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_no_rows_reads_no_file() {
    let work = Workspace::empty();
    let folder = work.path("smsql-store");
    build(&folder).await;

    let mut location = resolve(folder.to_str().unwrap()).unwrap();
    let watched = Watched::new(location.root);
    location.root = Arc::new(watched.clone());
    let store = Store::open_with(location).await.unwrap();
    // Of the log: the checkpoint, and each entry after it once, whatever it is read for.
    let mut entries = watched.log_entries();
    entries.sort();
    let newest = store.snapshot(&AsOf::Latest).await.unwrap().version();
    assert!(entries.len() <= 2 && entries.last().unwrap().ends_with(&format!("{newest:020}.json")), "{entries:?}");
    assert!(entries.is_sorted_by(|a, b| a < b), "{entries:?}");
    let session = Session::open(&store, &AsOf::Latest, &SessionOptions::default()).await.unwrap();
    assert_eq!(store.snapshot(&AsOf::Latest).await.unwrap().files(Record::Event).len() as u64, FILES + 1);
    let description = session.describe().await;
    assert!(description.tables.iter().any(|table| table.name == "messages" && table.columns.len() > 20));
    let ask = async |sql: &str| {
        let batches = rows(&session, sql, &Parameters::default()).await?;
        let text = arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string();
        Ok::<_, Error>(text)
    };
    let total = (FILES * ROWS + REAL.unsigned_abs()).to_string();
    for (sql, expected) in [
        ("SELECT 1 AS one", "| 1 "),
        ("SHOW TABLES", "messages"),
        ("DESCRIBE messages", "bucket"),
        ("SELECT table_name FROM information_schema.tables", "landings"),
        ("EXPLAIN SELECT count(*) FROM events WHERE event_time >= '2025-01-01'", "record=event/part-real-0"),
        // What the log knows is not read from the files.
        ("SELECT count(*) AS n FROM events", &total),
        ("SELECT min(event_time) AS first FROM events", "2000-01-01T00:00:00Z"),
        ("SELECT count(*) AS n FROM events WHERE event_time >= '2025-03-05'", "| 0 "),
        ("SELECT count(*) AS n FROM events WHERE event_time < '1999-12-31'", "| 0 "),
        ("SELECT count(*) AS n FROM rejects", "| 0 "),
        ("SELECT count(*) AS n FROM landings", "| 0 "),
    ] {
        let text = ask(sql).await.unwrap();
        assert!(text.contains(expected), "{sql}: {text}");
    }
    assert_eq!(watched.data_files(), Vec::<String>::new(), "files were read");

    // Of a query that the statistics narrow down to one file, that one is read.
    let sum = ask("SELECT count(*) AS n, max(source_line) AS line FROM events WHERE event_time >= '2025-03-04'").await;
    assert!(sum.as_ref().unwrap().contains(&format!("| {REAL} | {} ", REAL - 1)), "{sum:?}");
    let read = watched.data_files();
    assert!(!read.is_empty() && read.iter().all(|path| path.contains("/part-real-0-")), "{read:?}");

    // And the others are not there: had any been asked for, it would have failed like this.
    let error = ask("SELECT max(source_line) AS line FROM events WHERE event_time < '2000-01-01T01:00:00'").await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("part-missing-0.parquet"), "{error}");

    // The program itself, which would say that a file is not there.
    let shown = work.sql("SELECT 1 AS n; SELECT count(*) AS n FROM events", &["--format", "csv"]).ok();
    assert_eq!(shown, format!("n\n1\nn\n{total}\n"));

    // Where it was opened, the log was listed and read, and little else: no request for each file.
    assert!(watched.requests() < 100, "{} requests", watched.requests());
}
