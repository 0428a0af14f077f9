//! Landing: every feed's sample becomes what was written down for it; nothing is lost, doubled or half done.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::prelude::SessionContext;
use smsql::event::StatusTable;
use smsql::event::status::Class;
use smsql::session::functions::scalar_functions;
use smsql::session::landing::{LandOptions, Landed, Lander};
use smsql::session::table::LogTable;
use smsql::source::{Catalogue, Input};
use smsql::store::{AsOf, Record, Store};

/// A store in a folder of its own.
struct Bench {
    folder: tempfile::TempDir,
    store: Store,
    status: Arc<StatusTable>,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_or_create(folder.path().join("store").to_str().unwrap()).await.unwrap();
        Self { folder, store, status: Arc::new(StatusTable::new(None).unwrap()) }
    }

    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    async fn lander(&self, feed: &str, options: LandOptions) -> Lander {
        let catalogue = Catalogue::new([]).unwrap();
        Lander::new(&self.store, catalogue.get(feed).unwrap(), &scalar_functions(&self.status), options).await.unwrap()
    }

    async fn land(&self, feed: &str, path: &Path) -> Landed {
        self.lander(feed, LandOptions::default()).await.land(&Input::File(path.to_owned())).await.unwrap()
    }

    async fn rows(&self, record: Record, sql: &str) -> Vec<BTreeMap<String, String>> {
        let context = SessionContext::new();
        self.store.register(&context.runtime_env());
        let snapshot = self.store.snapshot(&AsOf::Latest).await.unwrap();
        context.register_table("t", LogTable::new(&self.store, &snapshot, record)).unwrap();
        let batches = context.sql(sql).await.unwrap().collect().await.unwrap();
        batches.iter().flat_map(rows).collect()
    }

    async fn count(&self, record: Record) -> usize {
        self.rows(record, "select * from t").await.len()
    }
}

fn rows(batch: &RecordBatch) -> Vec<BTreeMap<String, String>> {
    let format = FormatOptions::new().with_timestamp_tz_format(Some("%Y-%m-%dT%H:%M:%S%.6fZ"));
    let columns: Vec<_> = batch.columns().iter().map(|c| ArrayFormatter::try_new(c, &format).unwrap()).collect();
    let name = |at: usize| batch.schema().field(at).name().clone();
    (0..batch.num_rows())
        .map(|row| {
            let cells = columns.iter().enumerate().filter(|(at, _)| batch.column(*at).is_valid(row));
            cells.map(|(at, column)| (name(at), column.value(row).to_string())).collect()
        })
        .collect()
}

fn expected(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let header = reader.headers().unwrap().clone();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let cells = header.iter().zip(record.iter()).filter(|(_, value)| !value.is_empty());
        cells.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    });
    rows.collect()
}

/// Amounts compare by value: the expectation says `0.0075`, the store's scale makes it `0.00750000`.
fn plain(row: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut row = row.clone();
    // A feed that gives no time: it is when the test ran.
    if row.get("time_precision").is_some_and(|p| p == "received") {
        row.remove("event_time");
    }
    if let Some(cost) = row.get_mut("cost")
        && cost.contains('.')
    {
        *cost = cost.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    row
}

fn sorted(mut rows: Vec<BTreeMap<String, String>>) -> Vec<BTreeMap<String, String>> {
    let number = |row: &BTreeMap<String, String>| row.get("source_line").and_then(|l| l.parse::<u64>().ok());
    rows.sort_by(|a, b| number(a).cmp(&number(b)).then_with(|| a.cmp(b)));
    rows
}

/// The samples: `data/feeds/<provider>/<api>.<suffix>`, but for the demo's.
fn samples() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/feeds");
    let mut samples = Vec::new();
    for provider in std::fs::read_dir(root).unwrap().map(|e| e.unwrap().path()) {
        let name = provider.file_name().unwrap().to_string_lossy().into_owned();
        if name == "demo" {
            continue;
        }
        for sample in std::fs::read_dir(&provider).unwrap().map(|e| e.unwrap().path()) {
            let file = sample.file_name().unwrap().to_string_lossy().into_owned();
            samples.push((format!("{name}/{}", file.split('.').next().unwrap()), sample));
        }
    }
    samples.sort();
    samples
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_becomes_what_was_written_down_for_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let samples = samples();
    assert!(samples.len() >= 23, "only {} samples", samples.len());
    let mut failures = Vec::new();
    for (feed, sample) in samples {
        let bench = Bench::new().await;
        let options = LandOptions { batch_id: Some("sample".to_owned()), ..LandOptions::default() };
        let landed = bench.lander(&feed, options).await.land(&Input::File(sample.clone())).await.unwrap();
        let base = root.join("data/expected").join(&feed);
        let want = sorted(expected(&base.with_extension("csv")));
        let columns = "source_line, message_id, kind, provider, status, error_code, level, provider_final, event_time, \
                       time_precision, recipient, part_index, segments, cost, currency";
        let mut got = bench.rows(Record::Event, &format!("select {columns} from t")).await;
        for row in &mut got {
            let cell = |name: &str| row.get(name).map(String::as_str);
            let bucket = cell("status").filter(|_| cell("kind") == Some("status")).map(|status| {
                let mapping = bench.status.lookup(cell("provider").unwrap(), status, cell("error_code"));
                let provider_final = cell("provider_final").map(|v| v == "true");
                mapping.map_or("unknown", |m| {
                    let is_final = if m.is_final { provider_final } else { Some(false) };
                    Class::new(m.bucket, cell("level"), is_final).bucket().name()
                })
            });
            let bucket = bucket.map(str::to_owned);
            for extra in ["provider", "level", "provider_final"] {
                row.remove(extra);
            }
            if let Some(bucket) = bucket {
                row.insert("bucket".to_owned(), bucket);
            }
        }
        let got = sorted(got.iter().map(plain).collect());
        let want = sorted(want.iter().map(plain).collect());
        if got != want {
            let missing: Vec<_> = want.iter().filter(|row| !got.contains(row)).collect();
            let extra: Vec<_> = got.iter().filter(|row| !want.contains(row)).collect();
            failures.push(format!("{feed}:\n  expected, not there: {missing:#?}\n  there, not expected: {extra:#?}"));
        }
        let rejects =
            bench.rows(Record::Reject, "select source_line, reason, raw from t order by source_line, reason").await;
        let want = expected(&base.with_extension("rejects.csv"));
        let matches = rejects.len() == want.len()
            && rejects.iter().zip(&want).all(|(got, want)| {
                got["source_line"] == want["source_line"]
                    && got["reason"]
                        .to_lowercase()
                        .contains(&want.get("reason").map(|r| r.to_lowercase()).unwrap_or_default())
            });
        if !matches {
            failures.push(format!("{feed} rejects:\n  expected {want:#?}\n  got {rejects:#?}"));
        }
        assert!(rejects.iter().all(|row| row.contains_key("raw")), "{feed}: a reject without its raw text");
        assert_eq!(landed.rows_landed as usize, got.len(), "{feed}");
        assert_eq!(landed.rows_rejected as usize, rejects.len(), "{feed}");
        let again = bench.lander(&feed, LandOptions { batch_id: Some("sample".to_owned()), ..LandOptions::default() });
        let again = again.await.land(&Input::File(sample)).await.unwrap();
        assert!(again.already_landed, "{feed}");
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// The text of a feed of canonical events, one line for each (id, status, minute).
fn events(rows: &[(&str, &str, u32)]) -> String {
    let line = |(id, status, minute): &(&str, &str, u32)| {
        format!(r#"{{"message_id":"{id}","status":"{status}","event_time":"2025-03-04T09:{minute:02}:00Z"}}"#) + "\n"
    };
    rows.iter().map(line).collect()
}

/// What an event says, without where and when it was received.
const SAYS: &str = "source_line, message_id, kind, provider, account, direction, status, error_code, provider_final, \
                    level, part_index, part_count, attempt, submitted_at, recipient, sender, country, carrier, \
                    campaign_id, list_ids, \"user\", body, encoding, segments, credits, cost, currency, link_id, \
                    link_url, user_agent, source_event_id, tags, case when time_precision <> 'received' then event_time end as event_time";

#[tokio::test(flavor = "multi_thread")]
async fn every_feed_lands_in_the_envelope_too() {
    let catalogue = Catalogue::new([]).unwrap();
    for (feed, sample) in samples() {
        let text = std::fs::read_to_string(&sample).unwrap();
        // An export is captured whole, a callback alone.
        let is_csv = sample.extension().is_some_and(|suffix| suffix == "csv");
        let bodies: Vec<&str> = if is_csv { vec![&text] } else { text.lines().collect() };
        let envelope = |body: &&str| {
            let wrapped =
                serde_json::json!({"received_at": "2025-05-01T10:00:00Z", "content_type": "x/y", "body": body});
            if body.trim().is_empty() { String::new() } else { wrapped.to_string() }
        };
        let wrapped = bodies.iter().map(envelope).collect::<Vec<_>>().join("\n");
        let (native, enveloped) = (Bench::new().await, Bench::new().await);
        let options = || LandOptions { batch_id: Some("sample".to_owned()), ..LandOptions::default() };
        native.lander(&feed, options()).await.land(&Input::File(sample.clone())).await.unwrap();
        let file = enveloped.file("wrapped.ndjson", wrapped);
        enveloped.lander(&feed, options()).await.land(&Input::File(file)).await.unwrap();
        let columns = if is_csv { SAYS.replacen("source_line, ", "", 1) } else { SAYS.to_owned() };
        let sql = format!("select {columns} from t");
        let want = sorted(native.rows(Record::Event, &sql).await);
        assert_eq!(sorted(enveloped.rows(Record::Event, &sql).await), want, "{feed}");
        assert!(!want.is_empty(), "{feed}");
        let received = enveloped.rows(Record::Event, "select distinct received_at from t").await;
        let named = catalogue.get(&feed).unwrap().sql.contains("received_at");
        assert!(named || received[0]["received_at"] == "2025-05-01T10:00:00.000000Z", "{feed}: {received:?}");
        let rejects = [native.count(Record::Reject).await, enveloped.count(Record::Reject).await];
        assert_eq!(rejects[0], rejects[1], "{feed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_in_another_file_is_known() {
    let bench = Bench::new().await;
    let first =
        bench.land("smsql/event", &bench.file("a.ndjson", events(&[("m1", "sent", 1), ("m2", "sent", 2)]))).await;
    assert_eq!((first.rows_read, first.rows_landed, first.rows_duplicate), (2, 2, 0));
    let text = events(&[("m2", "sent", 2), ("m2", "delivered", 3), ("m2", "delivered", 3)]);
    let second = bench.land("smsql/event", &bench.file("b.ndjson", text)).await;
    assert_eq!((second.rows_read, second.rows_landed, second.rows_duplicate), (3, 1, 2));
    assert_eq!(bench.count(Record::Event).await, 3);
    let renamed =
        bench.land("smsql/event", &bench.file("c.ndjson", events(&[("m1", "sent", 1), ("m2", "sent", 2)]))).await;
    assert!(renamed.already_landed);
    assert_eq!(bench.count(Record::Landing).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn packed_content_is_the_same_content() {
    let bench = Bench::new().await;
    let text = events(&[("m1", "sent", 1), ("m1", "delivered", 2)]);
    bench.land("smsql/event", &bench.file("a.ndjson", &text)).await;
    let packed = bench.file("a.ndjson.zst", zstd::encode_all(text.as_bytes(), 3).unwrap());
    assert!(bench.land("smsql/event", &packed).await.already_landed);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut gzip, text.as_bytes()).unwrap();
    assert!(bench.land("smsql/event", &bench.file("a.gz", gzip.finish().unwrap())).await.already_landed);
}

/// A captured callback without a time of its own, received at this minute.
fn callback(minute: u32) -> String {
    let body = "MessageSid=SM1&MessageStatus=delivered&To=%2B15550100";
    format!(
        r#"{{"received_at":"2025-03-04T10:{minute:02}:00Z","content_type":"application/x-www-form-urlencoded","body":"{body}"}}"#
    ) + "\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn the_earliest_report_of_an_event_is_kept_in_any_order_of_landing() {
    let mut seen = Vec::new();
    for order in [[5, 9, 2], [2, 5, 9], [9, 2, 5]] {
        let bench = Bench::new().await;
        for (at, minute) in order.iter().enumerate() {
            // A line of its own makes each file new even when the callback is known.
            let other = callback(30 + at as u32).replace("SM1", &format!("SM{minute}x"));
            bench
                .land("twilio/status_callback", &bench.file(&format!("{at}.ndjson"), callback(*minute) + &other))
                .await;
        }
        let rows = bench.rows(Record::Event, "select received_at, event_time from t where message_id = 'SM1'").await;
        assert_eq!(rows.len(), 1, "{order:?}");
        assert_eq!(bench.count(Record::Event).await, 4);
        seen.push(rows);
    }
    assert_eq!(seen[0][0]["received_at"], "2025-03-04T10:02:00.000000Z");
    assert!(seen.iter().all(|rows| *rows == seen[0]));

    let bench = Bench::new().await;
    let text: String = [7, 3, 8, 1].into_iter().map(callback).collect();
    let landed = bench.land("twilio/status_callback", &bench.file("one.ndjson", text)).await;
    assert_eq!((landed.rows_landed, landed.rows_duplicate), (1, 3));
    assert_eq!(bench.rows(Record::Event, "select * from t").await[0]["received_at"], "2025-03-04T10:01:00.000000Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_leads_back_to_its_line() {
    let bench = Bench::new().await;
    let long_body = "x".repeat(smsql::limits::BODY_BYTES_MAX + 1);
    let text = [
        r#"{"message_id":"m1","status":"sent","event_time":"2025-03-04T09:00:00Z"}"#.to_owned(),
        r#"{"message_id":"m2","status":"sent","event_time":"2025-13-04T09:00:00Z"}"#.to_owned(),
        String::new(),
        "{not json".to_owned(),
        r#"{"status":"sent","event_time":"2025-03-04T09:00:00Z"}"#.to_owned(),
        format!(r#"{{"message_id":"m3","body":"{long_body}","event_time":"2025-03-04T09:00:00Z"}}"#),
        r#"{"message_id":"m4","status":"sent","cost":"-1","event_time":"2025-03-04T09:00:00Z"}"#.to_owned(),
        r#"[1]"#.to_owned(),
        r#"{"message_id":"m5","status":"sent","event_time":"2025-03-04T09:00:00Z"}"#.to_owned(),
    ];
    let landed = bench.land("smsql/event", &bench.file("bad.ndjson", text.join("\n"))).await;
    assert_eq!((landed.rows_landed, landed.rows_rejected), (2, 6));
    let rejects =
        bench.rows(Record::Reject, "select source_line, reason, raw from t order by source_line, reason").await;
    let found: Vec<_> = rejects.iter().map(|r| (r["source_line"].as_str(), r["reason"].as_str())).collect();
    for ((line, reason), (want_line, want)) in found.iter().zip([
        ("2", "not a possible time"),
        ("4", "not JSON"),
        ("5", "message_id is missing"),
        ("6", "BODY_BYTES_MAX"),
        ("7", "negative"),
        ("8", "not a JSON object"),
    ]) {
        assert!(*line == want_line && reason.contains(want), "{line} {reason}, wanted {want_line} {want}");
    }
    assert_eq!(rejects[1]["raw"], "{not json");
    assert_eq!(rejects[3]["raw"], text[5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_looks_across_rows_is_refused() {
    let header = "-- feed: own/x\n-- format: ndjson\n-- columns:\n--   id text\n--\n";
    let status = Arc::new(StatusTable::new(None).unwrap());
    for (select, reason) in [
        ("SELECT max(_line) AS _line, id AS message_id FROM raw GROUP BY id", "Aggregate"),
        ("SELECT _line, id AS message_id FROM raw LIMIT 1", "Limit"),
        ("SELECT id AS message_id FROM raw", "_line"),
        ("SELECT _line, id AS mesage_id FROM raw", "did you mean `message_id`"),
        ("SELECT _line, ident AS message_id FROM raw", "ident"),
        ("SELECT _line, id AS message_id FROM 'other.csv'", "other.csv"),
    ] {
        let sql = format!("{header}{select}");
        let catalogue = Catalogue::new([("providers/own/x.sql", sql.as_str())]).unwrap();
        let feed = catalogue.get("own/x").unwrap();
        let error = smsql::session::feed::FeedPlan::compile(feed, &scalar_functions(&status)).await.unwrap_err();
        assert!(error.to_string().contains(reason), "{select}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn typed_parquet_says_what_text_says() {
    use arrow::array::{
        Decimal128Array, Int32Array, ListBuilder, StringArray, StringBuilder, TimestampMicrosecondArray,
    };
    // 2025-03-04T09:00:00.25Z and a second later.
    let times =
        TimestampMicrosecondArray::from(vec![1_741_078_800_250_000, 1_741_078_801_250_000]).with_timezone("UTC");
    let mut lists = ListBuilder::new(StringBuilder::new());
    lists.append_value([Some("vip"), Some("spring")]);
    lists.append_null();
    let cost = Decimal128Array::from(vec![Some(75), None]).with_precision_and_scale(10, 4).unwrap();
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("message_id", Arc::new(StringArray::from(vec![Some("m1"), None])) as arrow::array::ArrayRef, true),
        ("submitted_at", Arc::new(times), true),
        ("recipient", Arc::new(StringArray::from(vec!["+447700900123", "+447700900124"])), true),
        ("list_ids", Arc::new(lists.finish()), true),
        ("segments", Arc::new(Int32Array::from(vec![2, 1])), true),
        ("cost", Arc::new(cost), true),
    ])
    .unwrap();
    let bench = Bench::new().await;
    let path = bench.folder.path().join("messages.parquet");
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let landed = bench.land("smsql/message", &path).await;
    assert_eq!((landed.rows_landed, landed.rows_rejected), (1, 1));
    let sql = "select message_id, submitted_at, recipient, list_ids, segments, cost, source_line from t";
    let row = &bench.rows(Record::Event, sql).await[0];
    let want = [
        ("message_id", "m1"),
        ("submitted_at", "2025-03-04T09:00:00.250000Z"),
        ("recipient", "+447700900123"),
        ("list_ids", "[vip, spring]"),
        ("segments", "2"),
        ("cost", "0.00750000"),
        ("source_line", "1"),
    ];
    assert_eq!(*row, want.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect());
    let rejects = bench.rows(Record::Reject, "select source_line, reason, raw from t").await;
    assert_eq!((rejects[0]["source_line"].as_str(), rejects[0]["reason"].as_str()), ("2", "message_id is missing"));
    assert!(rejects[0]["raw"].contains("+447700900124"), "{rejects:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expression_that_fails_costs_only_its_record() {
    let sql = "-- feed: own/x\n-- format: ndjson\n-- columns:\n--   id text\n--   parts text\n--\n\
               SELECT _line, id AS message_id, CAST(parts AS INT) AS segments FROM raw";
    let catalogue = Catalogue::new([("providers/own/x.sql", sql)]).unwrap();
    let bench = Bench::new().await;
    let functions = scalar_functions(&bench.status);
    let lander = Lander::new(&bench.store, catalogue.get("own/x").unwrap(), &functions, LandOptions::default());
    let line = |n: u32| match n {
        17 | 60 => format!(r#"{{"id":"m{n}","parts":"many"}}"#),
        _ => format!(r#"{{"id":"m{n}","parts":"{n}"}}"#),
    };
    let path = bench.file("own.ndjson", (1..=100).map(line).collect::<Vec<_>>().join("\n"));
    let landed = lander.await.unwrap().land(&Input::File(path)).await.unwrap();
    assert_eq!((landed.rows_landed, landed.rows_rejected), (98, 2));
    let rejects = bench.rows(Record::Reject, "select source_line, reason from t order by source_line").await;
    assert_eq!(rejects.iter().map(|r| r["source_line"].as_str()).collect::<Vec<_>>(), ["17", "60"]);
    assert!(rejects[0]["reason"].contains("many"), "{rejects:?}");
}
