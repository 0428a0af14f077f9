//! What is allowed gives the same bytes however the data is cut and on however many threads it runs; what looks alike
//! and is refused does not, so the data can tell.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Decimal128Array, Int64Array, RecordBatch, StringArray, new_null_array};
use arrow::compute::cast;
use arrow::util::pretty::pretty_format_batches;
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use smsql::event::StatusTable;
use smsql::event::schema::{ColumnType, EVENT_COLUMNS, event_schema};
use smsql::session::{Session, SessionOptions};

use super::allowed::ALLOWED;

/// One event: few different values in every column but the key, so that whatever can be a tie is one.
struct Event {
    key: i128,
    message: Option<i128>,
    pick: [u32; 8],
}

fn events(count: usize, random: &mut ChaCha8Rng) -> Vec<Event> {
    (0..count)
        .map(|key| Event {
            key: key as i128,
            message: random.random_bool(0.95).then(|| random.random_range(0..count as i128 / 4)),
            pick: std::array::from_fn(|_| random.random_range(0..1_000)),
        })
        .collect()
}

fn column(name: &str, column_type: ColumnType, events: &[Event]) -> ArrayRef {
    let text = |of: &dyn Fn(&Event) -> Option<String>| -> ArrayRef {
        let texts: StringArray = events.iter().map(of).collect();
        cast(&texts, &column_type.arrow()).unwrap()
    };
    let one_of = |at: usize, values: &'static [&'static str]| {
        text(&move |event: &Event| {
            let value = values[event.pick[at] as usize % values.len()];
            (!value.is_empty()).then(|| value.to_owned())
        })
    };
    let number = |of: &dyn Fn(&Event) -> i64| -> ArrayRef {
        let numbers: Int64Array = events.iter().map(of).collect();
        cast(&numbers, &column_type.arrow()).unwrap()
    };
    let key = |of: &dyn Fn(&Event) -> Option<i128>| -> ArrayRef {
        let keys: Decimal128Array = events.iter().map(of).collect();
        Arc::new(keys.with_precision_and_scale(38, 0).unwrap())
    };
    // 2025-03-01 and the days after it, few hours of each.
    let time = |event: &Event, at: usize| 1_740_787_200_000_000 + i64::from(event.pick[at] % 40) * 6 * 3_600_000_000;
    match name {
        "event_key" => key(&|event| Some(event.key)),
        "message_key" => key(&|event| event.message),
        "provider" => one_of(0, &["twilio", "infobip"]),
        "account" => one_of(1, &["", "a", "b"]),
        "message_id" => text(&|event| event.message.map(|message| message.to_string())),
        "direction" => one_of(2, &["outbound", "outbound", "outbound", "inbound"]),
        "kind" => one_of(3, &["status", "status", "status", "click", "reply", "opt_out", "campaign"]),
        "status" => one_of(4, &["", "delivered", "failed", "sent", "nonsense"]),
        "campaign_id" => one_of(5, &["", "spring", "summer", "autumn"]),
        "recipient" => text(&|event| Some(format!("+4479{:03}", event.pick[6] % 20))),
        "body" => one_of(7, &["", "hello", "Hello", "bye"]),
        "link_id" => one_of(6, &["", "l1", "l2"]),
        "event_time" | "submitted_at" | "received_at" | "landed_at" => number(&|event| time(event, 1)),
        "time_precision" => one_of(0, &["s"]),
        "segments" | "attempt" => number(&|event| i64::from(event.pick[2] % 4)),
        "cost" => number(&|event| i64::from(event.pick[3] % 3)),
        "source_file" => one_of(0, &["f"]),
        "source_line" => number(&|event| event.key as i64),
        "provider_final" => Arc::new(events.iter().map(|e| Some(e.pick[5] % 2 == 0)).collect::<BooleanArray>()),
        _ => new_null_array(&column_type.arrow(), events.len()),
    }
}

fn batch(events: &[Event]) -> RecordBatch {
    let columns = EVENT_COLUMNS.iter().map(|c| column(c.name, c.column_type, events)).collect();
    RecordBatch::try_new(event_schema(), columns).unwrap()
}

/// The same `count` events in another order, in batches of `rows`, in `partitions`, on `threads`.
async fn cut(count: usize, seed: u64, partitions: usize, rows: usize, threads: usize) -> Session {
    let mut all = events(count, &mut ChaCha8Rng::seed_from_u64(7));
    all.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    let mut parts = vec![Vec::new(); partitions];
    for (at, chunk) in all.chunks(rows).enumerate() {
        parts[at % partitions].push(batch(chunk));
    }
    let table: Arc<dyn TableProvider> = Arc::new(MemTable::try_new(event_schema(), parts).unwrap());
    let status = Arc::new(StatusTable::new(None).unwrap());
    let options = SessionOptions { threads, ..SessionOptions::default() };
    Session::over([("events", table)], &status, &options).await.unwrap()
}

/// The same events cut in three ways.
pub(super) async fn cuts(count: usize) -> Vec<Session> {
    vec![cut(count, 1, 1, count, 1).await, cut(count, 2, 3, 40, 2).await, cut(count, 3, 8, 17, 8).await]
}

pub(super) async fn bytes(session: &Session, sql: &str) -> String {
    let parameters = super::parameters(session, sql);
    match crate::support::rows(session, sql, &parameters).await {
        Ok(batches) => pretty_format_batches(&batches).unwrap().to_string(),
        Err(error) => panic!("{sql}: {error}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_allowed_is_the_same_however_it_is_cut() {
    let sessions = cuts(800).await;
    let mut with_rows = 0;
    for (why, sql) in ALLOWED.iter().filter(|(_, sql)| !sql.contains("FROM rejects")) {
        let first = bytes(&sessions[0], sql).await;
        with_rows += usize::from(first.lines().count() > 5);
        for session in &sessions[1..] {
            assert!(bytes(session, sql).await == first, "{why}: {sql}");
        }
    }
    assert!(with_rows * 10 > ALLOWED.len() * 7, "only {with_rows} of {} statements have rows to tell", ALLOWED.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_refused_may_differ() {
    let sessions = cuts(800).await;
    for sql in [
        "SELECT event_key, body FROM events ORDER BY event_time",
        "SELECT event_key, body FROM events ORDER BY event_time LIMIT 9",
        "SELECT recipient, first_value(body ORDER BY event_time) AS b FROM events GROUP BY recipient ORDER BY recipient",
        "SELECT event_key, row_number() OVER (ORDER BY event_time) AS n FROM events ORDER BY event_key",
        "SELECT string_agg(body, ',') AS b FROM events",
        "SELECT account, count(*) AS n FROM events GROUP BY ROLLUP (account, provider) ORDER BY account",
    ] {
        assert!(super::check(&sessions[0], sql).await.is_err(), "allowed: {sql}");
        let first = bytes(&sessions[0], sql).await;
        let mut others = Vec::new();
        for session in &sessions[1..] {
            others.push(bytes(session, sql).await);
        }
        assert!(others.iter().any(|other| *other != first), "the data cannot tell: {sql}");
    }
}

/// Wrong answers of the engine by itself.
#[tokio::test]
async fn no_sort_key_no_distinct_and_no_join_is_left_out() {
    let session = &cuts(60).await[1];
    // One row for each (k, x); the left side has one row for each k.
    let groups = "(SELECT m.k, c.x, count(*) AS n FROM (SELECT a AS k, count(*) AS b FROM (VALUES (1), (1), (2)) AS v(a) GROUP BY a) AS m \
         JOIN (VALUES (1, 'q'), (1, 'p'), (2, 'p'), (1, 'a')) AS c(k, x) ON c.k = m.k GROUP BY m.k, c.x)";
    let distinct = bytes(session, &format!("SELECT DISTINCT k FROM {groups} ORDER BY k")).await;
    assert_eq!(distinct.lines().skip(3).map(|line| line.trim_matches(['|', ' '])).collect::<Vec<_>>()[..2], ["1", "2"]);
    assert_eq!(distinct.lines().count(), 6, "{distinct}");
    let sorted = bytes(session, &format!("SELECT k, x FROM {groups} ORDER BY k, x DESC")).await;
    let rows: Vec<String> = sorted.lines().skip(3).map(|line| line.replace([' ', '|'], "")).collect();
    assert_eq!(rows[..4], ["1q", "1p", "1a", "2p"]);
    let joined = format!(
        "SELECT count(*) FROM (SELECT a.k FROM (VALUES (1), (2)) AS a(k) LEFT JOIN {groups} AS b ON a.k = b.k)"
    );
    assert!(bytes(session, &joined).await.contains("| 4 "), "three partners of 1, and one of 2");
}
