//! `--tz` in SQL: by which clock days are cut and texts without an offset are read. Around the days on which clocks change.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono_tz::Tz;
use smsql::event::StatusTable;
use smsql::session::functions::scalar_functions;
use smsql::session::landing::{LandOptions, Lander};
use smsql::session::{Parameters, Session, SessionOptions};
use smsql::source::{Catalogue, Input};
use smsql::store::{AsOf, Store};

use crate::support::rows;

/// In London clocks go forward on 2025-03-30 at 01:00 UTC and back on 2025-10-26 at 01:00 UTC; in Auckland back on
/// 2025-04-05 at 14:00 UTC and forward on 2025-09-27 at 14:00 UTC.
const SPRING: [&str; 5] = [
    "2025-03-29T23:30:00Z",
    "2025-03-30T00:30:00Z",
    "2025-03-30T01:30:00Z",
    "2025-03-30T23:30:00Z",
    "2025-04-05T13:30:00Z",
];
const AUTUMN: [&str; 5] = [
    "2025-09-27T12:30:00Z",
    "2025-09-27T14:30:00Z",
    "2025-10-25T23:30:00Z",
    "2025-10-26T00:30:00Z",
    "2025-10-26T01:30:00Z",
];

struct Bench {
    _folder: tempfile::TempDir,
    store: Store,
}

impl Bench {
    /// A store with a file of events in spring, and one in autumn.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(folder.path().join("store").to_str().unwrap()).await.unwrap();
        let catalogue = Catalogue::new([]).unwrap();
        let functions = scalar_functions(&Arc::new(StatusTable::new(None).unwrap()));
        for (file, times) in [("spring", SPRING), ("autumn", AUTUMN)] {
            let lines = times.map(|time| {
                format!(
                    r#"{{"provider":"twilio","message_id":"{time}","status":"delivered","recipient":"+447700900123","event_time":"{time}","submitted_at":"{time}","campaign_id":"{file}"}}"#
                )
            });
            let path = folder.path().join(file);
            std::fs::write(&path, lines.join("\n")).unwrap();
            let feed = catalogue.get("smsql/event").unwrap();
            let options = LandOptions { format: Some("ndjson".parse().unwrap()), ..LandOptions::default() };
            let lander = Lander::new(&store, feed, &functions, options).await.unwrap();
            let landed = lander.land(&Input::File(path)).await.unwrap();
            assert_eq!(landed.rows_landed, 5, "{landed:?}");
        }
        Self { _folder: folder, store }
    }

    async fn session(&self, time_zone: Tz) -> Session {
        let options = SessionOptions { time_zone, threads: 2, ..SessionOptions::default() };
        Session::open(&self.store, &AsOf::Latest, &options).await.unwrap()
    }

    async fn ask(&self, zone: Tz, sql: &str) -> Vec<String> {
        self.ask_with(zone, sql, &[]).await
    }

    async fn ask_with(&self, zone: Tz, sql: &str, parameters: &[&str]) -> Vec<String> {
        let parameters = parameters.iter().map(|parameter| parameter.parse().unwrap());
        let parameters = Parameters::new(parameters, zone).unwrap();
        let session = self.session(zone).await;
        let batches = rows(&session, sql, &parameters).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        batches.iter().flat_map(lines).collect()
    }
}

fn lines(batch: &RecordBatch) -> Vec<String> {
    let options = FormatOptions::new().with_null("NULL");
    let columns: Vec<_> = batch.columns().iter().map(|c| ArrayFormatter::try_new(c, &options).unwrap()).collect();
    let line = |row| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|");
    (0..batch.num_rows()).map(line).collect()
}

const AUCKLAND: Tz = Tz::Pacific__Auckland;
const LONDON: Tz = Tz::Europe__London;

/// What the wall clocks show at the events, in order of time.
const IN_LONDON: [&str; 10] = [
    "2025-03-29 23:30",
    "2025-03-30 00:30",
    "2025-03-30 02:30",
    "2025-03-31 00:30",
    "2025-04-05 14:30",
    "2025-09-27 13:30",
    "2025-09-27 15:30",
    "2025-10-26 00:30",
    "2025-10-26 01:30",
    "2025-10-26 01:30",
];
const IN_AUCKLAND: [&str; 10] = [
    "2025-03-30 12:30",
    "2025-03-30 13:30",
    "2025-03-30 14:30",
    "2025-03-31 12:30",
    "2025-04-06 02:30",
    "2025-09-28 00:30",
    "2025-09-28 03:30",
    "2025-10-26 12:30",
    "2025-10-26 13:30",
    "2025-10-26 14:30",
];

#[tokio::test]
async fn days_and_hours_are_those_of_the_clock_there() {
    let bench = Bench::new().await;
    for (zone, clocks) in [(LONDON, IN_LONDON), (AUCKLAND, IN_AUCKLAND)] {
        let all = async |expression: &str| {
            bench.ask(zone, &format!("SELECT {expression} AS x FROM events ORDER BY event_time")).await
        };
        let day = |clock: &str| clock[..10].to_owned();
        let days = clocks.map(day);
        let number = |text: &str| text.parse::<u32>().unwrap().to_string();
        assert_eq!(all("to_char(event_time, '%Y-%m-%d %H:%M')").await, clocks);
        assert_eq!(all("to_char(event_time::timestamp, '%Y-%m-%d %H:%M')").await, clocks);
        assert_eq!(all("event_time::date").await, days);
        assert_eq!(
            all("to_char(date_trunc('day', event_time), '%Y-%m-%d %H:%M')").await,
            clocks.map(|c| format!("{} 00:00", &c[..10]))
        );
        assert_eq!(
            all("to_char(date_trunc('month', event_time), '%Y-%m-%d %H:%M')").await,
            clocks.map(|c| format!("{}-01 00:00", &c[..7]))
        );
        assert_eq!(
            all("to_char(date_bin(INTERVAL '1 day', event_time), '%Y-%m-%d %H:%M')").await,
            clocks.map(|c| format!("{} 00:00", &c[..10]))
        );
        assert_eq!(
            all("to_char(date_trunc('hour', event_time), '%Y-%m-%d %H:%M')").await,
            clocks.map(|c| format!("{}:00", &c[..13]))
        );
        assert_eq!(all("extract(day FROM event_time)").await, clocks.map(|c| number(&c[8..10])));
        assert_eq!(all("extract(hour FROM event_time)").await, clocks.map(|c| number(&c[11..13])));
    }
    // The hour that London has twice is two hours.
    let hours =
        "SELECT count(DISTINCT date_trunc('hour', event_time)) FROM events WHERE event_time::date = '2025-10-26'";
    assert_eq!(bench.ask(LONDON, hours).await, ["3"]);
    // A day later is the same time on the clock, 24 hours later is not.
    let later = "SELECT to_char(event_time + INTERVAL '1 day', '%d %H:%M'), to_char(event_time + INTERVAL '24 hours', '%d %H:%M')
                 FROM events WHERE message_id = '2025-03-29T23:30:00Z'";
    assert_eq!(bench.ask(LONDON, later).await, ["30 23:30|31 00:30"]);
}

/// `date_trunc` and `date_bin` where clocks go forward at midnight: the day begins at one.
#[tokio::test]
async fn a_day_without_midnight_begins_later() {
    let bench = Bench::new().await;
    let cairo = "SELECT date_trunc('day', t) AS a, date_bin(INTERVAL '1 day', t) AS b FROM (SELECT TIMESTAMPTZ '2025-04-25 12:00:00' AS t)";
    assert_eq!(bench.ask(Tz::Africa__Cairo, cairo).await, ["2025-04-25T01:00:00+03:00|2025-04-25T01:00:00+03:00"]);
}

#[tokio::test]
async fn texts_and_dates_are_local() {
    let bench = Bench::new().await;
    for moment in [
        "'2025-03-31'",
        "DATE '2025-03-31'",
        "TIMESTAMP '2025-03-31 00:00:00'",
        "TIMESTAMPTZ '2025-03-31 00:00:00'",
        "'2025-03-31 00:00:00'",
        "to_timestamp('2025-03-31')",
        "DATE '2025-03-30' + INTERVAL '1 day'",
        "$day",
        "$moment",
        "$text",
    ] {
        // By London's clock the fourth event is after that midnight, by Auckland's too, by UTC's the fifth is the first.
        for (zone, table, expected) in [
            (Tz::UTC, "events", "6"),
            (LONDON, "events", "7"),
            (AUCKLAND, "events", "7"),
            (Tz::UTC, "messages", "6"),
            (LONDON, "messages", "7"),
            (AUCKLAND, "messages", "7"),
        ] {
            let column = if table == "events" { "event_time" } else { "status_at" };
            for sql in [
                format!("SELECT count(*) FROM {table} WHERE {column} >= {moment}"),
                format!("SELECT count(*) FROM {table} WHERE {moment} <= {column}"),
                format!("SELECT count(*) FROM {table} WHERE {column} BETWEEN {moment} AND '2026-01-01'"),
                format!("SELECT count(*) FILTER (WHERE {column} >= {moment}) FROM {table}"),
            ] {
                let given = ["day:date=2025-03-31", "moment=2025-03-31 00:00:00", "text:text=2025-03-31"];
                let given = given.iter().filter(|p| moment[1..] == p[..p.find([':', '=']).unwrap()]).copied();
                let counted = bench.ask_with(zone, &sql, &given.collect::<Vec<_>>()).await;
                assert_eq!(counted, [expected], "{zone}: {sql}");
            }
        }
    }
    // To the second: midnight in Auckland is 2025-03-29T11:00:00Z.
    let at = "SELECT TIMESTAMPTZ '2025-03-29T11:00:00Z' = DATE '2025-03-30', TIMESTAMPTZ '2025-03-29T11:00:01Z' > '2025-03-30'";
    assert_eq!(bench.ask(AUCKLAND, at).await, ["true|true"]);
    // An offset is what it says, whatever the zone.
    let offset = "SELECT count(*) FROM events WHERE event_time >= '2025-03-31T00:30:00+01:00'";
    for zone in [Tz::UTC, LONDON, AUCKLAND] {
        assert_eq!(bench.ask(zone, offset).await, ["7"], "{zone}");
    }
}

#[tokio::test]
async fn every_time_of_every_table_is_in_the_zone() {
    let bench = Bench::new().await;
    for table in ["events", "rejects", "landings", "messages", "recipients", "clicks", "campaigns", "unmapped"] {
        let times = "SELECT data_type, count(*) FROM information_schema.columns WHERE data_type LIKE 'Timestamp%' AND table_name";
        let times = bench.ask(AUCKLAND, &format!("{times} = '{table}' GROUP BY 1")).await;
        assert!(matches!(&times[..], [only] if only.contains("Pacific/Auckland")), "{table}: {times:?}");
        bench.ask(AUCKLAND, &format!("SELECT * FROM {table}")).await;
    }
    let mixed = "SELECT event_time AS t FROM events UNION ALL SELECT coalesce(status_at, now()) FROM messages UNION ALL
                 SELECT last_delivered_at FROM recipients ORDER BY t DESC LIMIT 1";
    assert_eq!(bench.ask(AUCKLAND, mixed).await, ["2025-10-26T14:30:00+13:00"]);
}

/// What became of a message does not depend on where it is asked.
#[tokio::test]
async fn folds_are_the_same_everywhere() {
    let bench = Bench::new().await;
    for sql in [
        "SELECT message_key, bucket, to_unixtime(status_at), to_unixtime(delivered_at), to_unixtime(first_event_at) FROM messages ORDER BY message_key",
        "SELECT recipient, messages, delivered, suppressed, to_unixtime(last_delivered_at) FROM recipients",
        "SELECT final_bucket('delivered', event_time), to_unixtime(latest(event_time, event_time)) FROM events",
    ] {
        let utc = bench.ask(Tz::UTC, sql).await;
        assert!(!utc.is_empty());
        for zone in [LONDON, AUCKLAND] {
            assert_eq!(bench.ask(zone, sql).await, utc, "{zone}: {sql}");
        }
    }
}

/// Files and row groups are left out by their statistics, and these answer min() and max(), in any zone.
#[tokio::test]
async fn statistics_still_work() {
    let bench = Bench::new().await;
    for zone in [Tz::UTC, LONDON, AUCKLAND] {
        let plan = async |sql: &str| bench.ask(zone, &format!("EXPLAIN {sql}")).await.join("\n");
        for (filter, files) in [
            ("event_time >= '2025-06-01'", 1),
            ("event_time < DATE '2025-06-01'", 1),
            ("event_time::date = '2025-10-26'", 1),
            ("event_time >= '2025-03-01'", 2),
            ("event_time BETWEEN '2025-06-01' AND '2025-06-02'", 0),
            ("event_time > now()", 0),
        ] {
            let plan = plan(&format!("SELECT message_id FROM events WHERE {filter}")).await;
            assert_eq!(plan.matches(".parquet").count(), files, "{zone}: {filter}\n{plan}");
            assert!(files == 0 || plan.contains("pruning_predicate=event_time_null_count"), "{zone}: {filter}\n{plan}");
        }
        let bounds = "SELECT min(event_time), max(event_time) FROM events";
        assert!(plan(bounds).await.contains("PlaceholderRowExec"), "{zone}");
        let bounds =
            bench.ask(zone, &format!("SELECT to_unixtime(a), to_unixtime(b) FROM ({bounds}) AS t(a, b)")).await;
        assert_eq!(bounds, ["1743291000|1761442200"]);
        let newest = "SELECT message_id FROM events ORDER BY event_time DESC LIMIT 1";
        let top = plan(&format!("ANALYZE {newest}")).await;
        assert!(top.contains("TopK") && top.contains("DynamicFilter [ event_time"), "{zone}: {top}");
        assert_eq!(bench.ask(zone, newest).await, [AUTUMN[4]]);
    }
}
