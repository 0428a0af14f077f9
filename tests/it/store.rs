//! The store: commits, history, files, the archive, and scans of its tables.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, DictionaryArray, Int32Array, Int64Array, ListBuilder,
    MapBuilder, MapFieldNames, RecordBatch, StringBuilder, StringViewArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Int32Type, Int64Type, SchemaRef};
use chrono::{DateTime, Utc};
use chrono_tz::{Europe, UTC};
use datafusion::prelude::{SessionConfig, SessionContext};
use sha2::{Digest, Sha256};
use smsql::error::Error;
use smsql::event::ColumnType;
use smsql::session::table::LogTable;
use smsql::store::{AsOf, Commit, CommitOutcome, Record, Snapshot, Store};

/// `count` events numbered from `first`, one second apart from 2025-03-04 00:00 UTC on, every column filled by rule.
pub(crate) fn events(first: i64, count: i64) -> RecordBatch {
    let rows = first..first + count;
    let schema = Record::Event.schema();
    let columns = Record::Event.columns();
    let arrays = columns.iter().map(|column| match column.column_type {
        ColumnType::Text => {
            Arc::new(StringViewArray::from_iter_values(rows.clone().map(|n| format!("{}-{n}", column.name))))
                as ArrayRef
        }
        ColumnType::Category => {
            let values = rows.clone().map(|n| format!("{}-{}", column.name, n % 3));
            let values: Vec<String> = values.collect();
            Arc::new(values.iter().map(String::as_str).collect::<DictionaryArray<Int32Type>>())
        }
        ColumnType::Bool => Arc::new(rows.clone().map(|n| Some(n % 2 == 0)).collect::<BooleanArray>()),
        ColumnType::Int => {
            Arc::new(Int32Array::from_iter_values(rows.clone().map(|n| i32::try_from(n % 100).unwrap())))
        }
        ColumnType::Long => Arc::new(Int64Array::from_iter_values(rows.clone())),
        ColumnType::Time => {
            let times = rows.clone().map(|n| MARCH_4 + n * 1_000_000 + 123_456);
            Arc::new(TimestampMicrosecondArray::from_iter_values(times).with_timezone("UTC"))
        }
        ColumnType::Decimal(scale) => {
            let numbers = Decimal128Array::from_iter_values(rows.clone().map(i128::from));
            Arc::new(numbers.with_precision_and_scale(18, scale).unwrap())
        }
        ColumnType::Key => {
            // Thirty-eight digits: the greatest there are.
            let keys = Decimal128Array::from_iter_values(rows.clone().map(|n| 10_i128.pow(38) - 1 - i128::from(n)));
            Arc::new(keys.with_precision_and_scale(38, 0).unwrap())
        }
        ColumnType::TextList => {
            let mut list =
                ListBuilder::new(StringBuilder::new()).with_field(Field::new("element", DataType::Utf8, true));
            for n in rows.clone() {
                list.append_value((0..n % 3).map(|i| (i != 1).then(|| format!("list-{n}-{i}"))));
            }
            Arc::new(list.finish())
        }
        ColumnType::TextMap => {
            let names = MapFieldNames { entry: "key_value".into(), key: "key".into(), value: "value".into() };
            let mut map = MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new());
            for n in rows.clone() {
                for i in 0..n % 3 {
                    map.keys().append_value(format!("key-{i}"));
                    map.values().append_option((i != 1).then(|| format!("value-{n}")));
                }
                map.append(true).unwrap();
            }
            Arc::new(map.finish())
        }
    });
    RecordBatch::try_new(schema, arrays.collect()).unwrap()
}

/// 2025-03-04 00:00 UTC in microseconds.
const MARCH_4: i64 = 1_741_046_400_000_000;

async fn newest(store: &Store) -> Snapshot {
    store.snapshot(&AsOf::Latest).await.unwrap()
}

async fn written(store: &Store, batch: RecordBatch) -> Vec<smsql::store::NewFile> {
    let mut writer = store.writer(Record::Event, "test");
    writer.write(batch).await.unwrap();
    writer.finish().await.unwrap()
}

async fn append(store: &Store, base: &Snapshot, first: i64, count: i64) -> CommitOutcome {
    let add = written(store, events(first, count)).await;
    store.commit(base, Commit { add, ..Commit::default() }).await.unwrap()
}

fn committed(outcome: CommitOutcome) -> Snapshot {
    match outcome {
        CommitOutcome::Committed(snapshot) => snapshot,
        CommitOutcome::Moved(snapshot) => panic!("somebody else committed {snapshot:?}"),
    }
}

/// A session that scans the three tables of a snapshot.
fn session(store: &Store, snapshot: &Snapshot) -> SessionContext {
    let ctx = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(4));
    store.register(&ctx.runtime_env());
    for (name, record) in [("events", Record::Event), ("rejects", Record::Reject), ("landings", Record::Landing)] {
        ctx.register_table(name, LogTable::new(store, snapshot, record)).unwrap();
    }
    ctx
}

async fn query(ctx: &SessionContext, sql: &str) -> RecordBatch {
    let batches = ctx.sql(sql).await.unwrap().collect().await.unwrap();
    let schema = batches.first().unwrap().schema();
    arrow::compute::concat_batches(&schema, &batches).unwrap()
}

async fn lines(ctx: &SessionContext) -> Vec<i64> {
    let batch = query(ctx, "SELECT source_line FROM events ORDER BY source_line").await;
    batch.column(0).as_primitive::<Int64Type>().values().to_vec()
}

async fn explain(ctx: &SessionContext, sql: &str) -> String {
    let batch = query(ctx, &format!("EXPLAIN {sql}")).await;
    let plans = batch.column(1).as_string::<i32>();
    plans.value(plans.len() - 1).to_owned()
}

fn files_in(plan: &str) -> usize {
    plan.matches(".parquet").count()
}

fn invalid<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(error @ Error::Invalid { .. }) => error.to_string(),
        other => panic!("not refused: {other:?}"),
    }
}

/// What every kind of object storage must do alike.
pub(crate) async fn conformance(location: &str) {
    let none = Store::open(location).await;
    assert!(matches!(none, Err(Error::NotFound { what: "store", .. })), "{none:?}");
    creators_race(location).await;
    commits(location).await;
    writers_race(location).await;
    archive(location).await;
    small_files(location).await;
}

async fn creators_race(location: &str) {
    let creators = (0..8).map(|_| {
        let location = location.to_owned();
        tokio::spawn(async move { Store::open_or_create(&location).await.unwrap() })
    });
    for creator in creators.collect::<Vec<_>>() {
        let store = creator.await.unwrap();
        assert_eq!(newest(&store).await.version(), 0, "the table was created more than once");
    }
}

async fn commits(location: &str) {
    let store = Store::open(location).await.unwrap();
    let empty = newest(&store).await;
    assert!(empty.files(Record::Event).is_empty());

    // A commit is the version after its base.
    let commit = Commit {
        app_id: Some("landing-1".to_owned()),
        add: written(&store, events(0, 10)).await,
        info: serde_json::from_str(r#"{"feed": "a/b", "bytes": 12345678901234567890}"#).unwrap(),
        ..Commit::default()
    };
    let first = committed(store.commit(&empty, commit).await.unwrap());
    assert_eq!(first.version(), 1);
    assert!(first.committed_at() > empty.committed_at());
    assert_eq!(first.files(Record::Event).iter().map(|file| file.rows).sum::<u64>(), 10);
    assert!(!empty.landed("landing-1").await.unwrap());
    assert!(first.landed("landing-1").await.unwrap());
    assert!(!first.landed("landing-2").await.unwrap());

    // On a base that is not the newest nothing is committed, and the newest is what another store sees, too.
    let other = Store::open(location).await.unwrap();
    match append(&other, &empty, 10, 10).await {
        CommitOutcome::Moved(snapshot) => assert_eq!(snapshot.version(), 1),
        CommitOutcome::Committed(snapshot) => panic!("committed {snapshot:?} on an old base"),
    }
    let second = committed(append(&other, &newest(&other).await, 10, 10).await);
    assert_eq!(second.version(), 2);
    match append(&store, &first, 20, 10).await {
        CommitOutcome::Moved(snapshot) => assert_eq!(snapshot.version(), 2),
        CommitOutcome::Committed(snapshot) => panic!("committed {snapshot:?} on an old base"),
    }
    assert_eq!(lines(&session(&store, &second)).await, (0..20).collect::<Vec<_>>());

    // A replaced file is gone from the new version and stays in the old one.
    let commit = Commit { remove: first.files(Record::Event).to_vec(), ..Commit::default() };
    let third = committed(store.commit(&newest(&store).await, commit).await.unwrap());
    assert_eq!(lines(&session(&store, &third)).await, (10..20).collect::<Vec<_>>());
    assert_eq!(lines(&session(&store, &second)).await, (0..20).collect::<Vec<_>>());

    // What was noted is read back by a store that did not write it.
    let reopened = Store::open(location).await.unwrap();
    let then = reopened.snapshot(&AsOf::Version(1)).await.unwrap();
    assert_eq!(then.info()["feed"], "a/b");
    assert_eq!(then.info()["bytes"].to_string(), "12345678901234567890");
    assert_eq!(then.committed_at(), first.committed_at());
    assert_eq!(lines(&session(&reopened, &then)).await, (0..10).collect::<Vec<_>>());
}

/// Writers that do not know of each other commit at once: every row is there once, each in a version of its own.
async fn writers_race(location: &str) {
    let store = Store::open(location).await.unwrap();
    let base = newest(&store).await.version();
    let (writers, commits) = (4, 5);
    let tasks = (0..writers).map(|writer| {
        let location = location.to_owned();
        tokio::spawn(async move {
            let store = Store::open(&location).await.unwrap();
            for n in 0..commits {
                let add = written(&store, events(1000 + (writer * commits + n) * 10, 10)).await;
                let app_id = Some(format!("race-{writer}-{n}"));
                let mut base = newest(&store).await;
                loop {
                    let commit = Commit { app_id: app_id.clone(), add: add.clone(), ..Commit::default() };
                    match store.commit(&base, commit).await.unwrap() {
                        CommitOutcome::Committed(_) => break,
                        CommitOutcome::Moved(snapshot) => base = snapshot,
                    }
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let after = newest(&store).await;
    assert_eq!(after.version(), base + (writers * commits) as u64);
    let seen = lines(&session(&store, &after)).await;
    let seen: Vec<i64> = seen.into_iter().filter(|line| *line >= 1000).collect();
    assert_eq!(seen, (1000..1000 + writers * commits * 10).collect::<Vec<_>>());
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

async fn archive(location: &str) {
    let store = Store::open(location).await.unwrap();
    // Larger than one upload part after compression: noise, which does not compress.
    let noise = |x: &mut u64| {
        *x ^= *x << 13;
        *x ^= *x >> 7;
        *x ^= *x << 17;
        Some(*x)
    };
    let large: Vec<u8> = std::iter::successors(Some(1_u64), |x| noise(&mut x.clone()))
        .take(1_400_000)
        .flat_map(u64::to_le_bytes)
        .collect();
    for content in [b"".to_vec(), b"id=1&status=delivered\n".to_vec(), large] {
        let hash = sha256(&content);
        let source = content.clone();
        store.archive(&hash, move || Ok(Box::new(std::io::Cursor::new(source)))).await.unwrap();
        let mut read = Vec::new();
        store.raw(&hash).await.unwrap().read_to_end(&mut read).unwrap();
        assert!(read == content, "{} bytes came back different", content.len());

        // What is there already is not read again.
        store.archive(&hash, || Err(Error::Internal("opened again".into()))).await.unwrap();

        // Content that is not what its name says is not kept.
        let mut changed = content.clone();
        changed.push(b'x');
        let other = sha256(&[content.as_slice(), b"y"].concat());
        let refused = store.archive(&other, move || Ok(Box::new(std::io::Cursor::new(changed)))).await;
        assert!(invalid(refused).contains("changed while it was read"));
        assert!(matches!(store.raw(&other).await, Err(Error::NotFound { what: "raw file", .. })));
    }
    let listed = store.list("raw").await.unwrap();
    assert_eq!(listed.len(), 3, "{listed:?}");
    let hash = sha256(b"");
    assert!(listed.contains(&format!("raw/{}/{hash}.zst", &hash[..2])));
    assert!(invalid(store.archive("../../etc", || Err(Error::Cancelled)).await).contains("SHA-256"));
}

async fn small_files(location: &str) {
    use object_store::ObjectStoreExt;
    let store = Store::open(location).await.unwrap();
    assert_eq!(store.read_text("status_codes.csv").await.unwrap(), None);
    assert_eq!(store.list("providers").await.unwrap(), Vec::<String>::new());
    for name in ["providers/b/x.sql", "providers/a/y.sql"] {
        store.object_store().put(&name.into(), name.as_bytes().to_vec().into()).await.unwrap();
    }
    assert_eq!(store.list("providers/").await.unwrap(), ["providers/a/y.sql", "providers/b/x.sql"]);
    assert_eq!(store.read_text("providers/a/y.sql").await.unwrap().as_deref(), Some("providers/a/y.sql"));
}

#[tokio::test(flavor = "multi_thread")]
async fn conforms_on_a_file_system() {
    let folder = tempfile::tempdir().unwrap();
    conformance(folder.path().join("a b/%41/störe").to_str().unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conforms_in_memory() {
    conformance("memory:///conformance/store").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_type_comes_back_as_it_went_in() {
    let store = Store::open_or_create("memory:///types").await.unwrap();
    let batch = events(0, 1000);
    let mut writer = store.writer(Record::Event, "types");
    // In pieces, each dictionary with its own keys.
    for first in [0, 1, 500] {
        let count = match first {
            0 => 1,
            1 => 499,
            _ => 500,
        };
        writer.write(events(first, count)).await.unwrap();
    }
    let add = writer.finish().await.unwrap();
    assert_eq!(add.len(), 1);
    assert_eq!(add[0].rows, 1000);
    let snapshot = committed(store.commit(&newest(&store).await, Commit { add, ..Commit::default() }).await.unwrap());
    let ctx = session(&store, &snapshot);
    let table = ctx.table_provider("events").await.unwrap();
    assert_eq!(table.schema(), Record::Event.schema());
    let read = query(&ctx, "SELECT * FROM events ORDER BY source_line").await;
    assert_eq!(read.schema().fields(), batch.schema().fields());
    for (field, (read, wrote)) in batch.schema().fields().iter().zip(read.columns().iter().zip(batch.columns())) {
        // Dictionaries may number their values differently; the values are what counts.
        let plain = |array: &ArrayRef| match array.data_type() {
            DataType::Dictionary(_, value) => arrow::compute::cast(array, value).unwrap(),
            _ => array.clone(),
        };
        assert_eq!(plain(read).as_ref(), plain(wrote).as_ref(), "column {}", field.name());
    }

    // The same file read by nothing but a Parquet reader has the same types.
    let file = &snapshot.files(Record::Event)[0];
    let bytes = {
        use object_store::ObjectStoreExt;
        store.object_store().get(&file.object_path()).await.unwrap().bytes().await.unwrap()
    };
    assert_eq!(bytes.len() as u64, file.size_bytes);
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
    let types = |schema: &SchemaRef| schema.fields().iter().map(|f| f.data_type().clone()).collect::<Vec<_>>();
    assert_eq!(types(reader.schema()), types(&Record::Event.schema()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_landing_shows_its_three_kinds_of_records_at_once() {
    let store = Store::open_or_create("memory:///kinds").await.unwrap();
    let base = newest(&store).await;
    let all = events(0, 3);
    let one = |record: Record| {
        let columns: Vec<(String, ArrayRef)> = record
            .columns()
            .iter()
            .filter_map(|c| Some((c.name.to_owned(), all.column_by_name(c.name)?.slice(0, 1))))
            .chain(match record {
                Record::Reject => {
                    vec![("reason".to_owned(), Arc::new(StringViewArray::from(vec!["no time"])) as ArrayRef)]
                }
                Record::Landing => vec![
                    ("feed".to_owned(), {
                        let feed: DictionaryArray<Int32Type> = ["a/b"].into_iter().collect();
                        Arc::new(feed) as ArrayRef
                    }),
                    ("rows_rejected".to_owned(), Arc::new(Int64Array::from(vec![1])) as ArrayRef),
                ],
                Record::Event => Vec::new(),
            })
            .collect();
        RecordBatch::try_from_iter(columns).unwrap()
    };
    let mut add = Vec::new();
    for record in Record::ALL {
        let mut writer = store.writer(record, "kinds");
        writer.write(one(record)).await.unwrap();
        add.extend(writer.finish().await.unwrap());
    }
    let snapshot = committed(store.commit(&base, Commit { add, ..Commit::default() }).await.unwrap());
    let ctx = session(&store, &snapshot);
    let reject = query(&ctx, "SELECT provider, reason, raw, source_line FROM rejects").await;
    assert_eq!(reject.column(1).as_string_view().value(0), "no time");
    assert!(reject.column(2).is_null(0), "a column that was not written is null");
    let landing = query(&ctx, "SELECT feed, rows_rejected, rows_read FROM landings").await;
    assert_eq!(landing.num_rows(), 1);
    assert_eq!(landing.column(1).as_primitive::<Int64Type>().value(0), 1);
    let names = |record: Record| record.columns().iter().map(|c| c.name).collect::<Vec<_>>();
    assert_eq!(
        names(Record::Reject),
        ["provider", "received_at", "landed_at", "source_file", "source_line", "feed", "reason", "raw"]
    );
    assert_eq!(names(Record::Landing)[..4], ["feed", "landed_at", "source_file", "landing_id"]);

    // What the record does not have is refused, and so is a null where there must be a value.
    let mut writer = store.writer(Record::Landing, "kinds");
    let unknown = writer.write(all.project(&[0]).unwrap()).await.unwrap_err().to_string();
    assert!(unknown.contains("there is no column `provider`"), "{unknown}");
    let mut writer = store.writer(Record::Event, "kinds");
    let null = writer.write(all.project(&[0]).unwrap()).await.unwrap_err().to_string();
    assert!(null.contains("direction"), "{null}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_aborted_writer_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path().to_str().unwrap()).await.unwrap();
    let mut writer = store.writer(Record::Event, "aborted");
    // Enough for a row group to be under way.
    writer.write(events(0, 140_000)).await.unwrap();
    writer.abort().await;
    let files = written(&store, events(0, 10)).await;
    assert_eq!(files.len(), 1);

    // Neither is part of the store, and only what was finished is there at all.
    assert_eq!(newest(&store).await.version(), 0);
    let reopened = Store::open(folder.path().to_str().unwrap()).await.unwrap();
    assert!(newest(&reopened).await.files(Record::Event).is_empty());
    let parquet: Vec<String> = store.list("events/record=event").await.unwrap();
    assert_eq!(parquet, [format!("events/{}", files[0].path)]);
    let none = store.writer(Record::Event, "empty").finish().await.unwrap();
    assert!(none.is_empty(), "no rows make no file");
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_and_instants_of_the_past() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original");
    let store = Store::open_or_create(original.to_str().unwrap()).await.unwrap();
    let mut snapshots = vec![newest(&store).await];
    for n in 0..25 {
        snapshots.push(committed(append(&store, &newest(&store).await, n, 1).await));
    }
    assert!(snapshots.windows(2).all(|pair| pair[0].committed_at() < pair[1].committed_at()));

    // Checkpoints are there, and no log entry was deleted for them.
    let log = original.join("events/_delta_log");
    let entries: Vec<String> =
        std::fs::read_dir(&log).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(entries.iter().filter(|name| name.ends_with(".json")).count(), 26, "{entries:?}");
    assert!(entries.contains(&"00000000000000000009.checkpoint.parquet".to_owned()), "{entries:?}");
    assert!(entries.contains(&"00000000000000000019.checkpoint.parquet".to_owned()), "{entries:?}");

    // A copy, whose objects are all of today.
    let copy = folder.path().join("copy");
    copy_folder(&original, &copy);
    for location in [&original, &copy] {
        let store = Store::open(location.to_str().unwrap()).await.unwrap();
        for expected in &snapshots {
            let version = expected.version();
            let lines_then: Vec<i64> = (0..i64::try_from(version).unwrap()).collect();
            let same = |found: Snapshot, as_of: &str| {
                assert_eq!(found.version(), version, "{as_of} in {location:?}");
                assert_eq!(found.committed_at(), expected.committed_at());
                let rows: u64 = found.files(Record::Event).iter().map(|file| file.rows).sum();
                assert_eq!(rows, version);
                found
            };
            let found = store.snapshot(&AsOf::Version(version)).await.unwrap();
            same(found, "version");
            let at = expected.committed_at();
            same(store.snapshot(&AsOf::Instant(at)).await.unwrap(), "instant of the commit");
            let just_before_next = at + chrono::Duration::microseconds(999);
            let found = store.snapshot(&AsOf::Instant(just_before_next)).await.unwrap();
            let found = same(found, "instant before the next millisecond");
            if version % 6 == 5 {
                assert_eq!(lines(&session(&store, &found)).await, lines_then);
            }
        }
        let before = snapshots[0].committed_at() - chrono::Duration::microseconds(1);
        let message = invalid(store.snapshot(&AsOf::Instant(before)).await);
        let first = snapshots[0].committed_at().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        assert!(message.contains("nothing was known at") && message.contains(&first), "{message}");
        let message = invalid(store.snapshot(&AsOf::Version(26)).await);
        assert!(message.contains("there is no version 26, the newest is 25"), "{message}");
        let future = Utc::now() + chrono::Duration::days(1);
        assert_eq!(store.snapshot(&AsOf::Instant(future)).await.unwrap().version(), 25);
    }

    // What a cleanup by another tool leaves: the newest is there, older versions say what happened.
    for version in 0..15 {
        std::fs::remove_file(copy.join(format!("events/_delta_log/{version:020}.json"))).unwrap();
    }
    let store = Store::open(copy.to_str().unwrap()).await.unwrap();
    assert_eq!(newest(&store).await.version(), 25);
    for version in [0, 3, 9, 14] {
        let message = invalid(store.snapshot(&AsOf::Version(version)).await);
        assert!(message.contains(&format!("version {version} is gone")), "{message}");
        assert!(message.contains("oldest log entry left is 15"), "{message}");
    }
    assert_eq!(store.snapshot(&AsOf::Version(22)).await.unwrap().version(), 22);
    let message = invalid(store.snapshot(&AsOf::Instant(snapshots[3].committed_at())).await);
    assert!(message.contains("the first version left, 15,"), "{message}");
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::write(target, std::fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_delete_history_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let location = folder.path().to_str().unwrap();
    Store::open_or_create(location).await.unwrap();
    let entry = folder.path().join("events/_delta_log/00000000000000000000.json");
    let good = std::fs::read_to_string(&entry).unwrap();
    let tampered = [
        (
            r#""delta.enableExpiredLogCleanup":"false""#,
            r#""delta.enableExpiredLogCleanup":"true""#,
            "enableExpiredLogCleanup",
        ),
        (
            r#""delta.logRetentionDuration":"interval 36500 days""#,
            r#""delta.logRetentionDuration":"interval 30 days""#,
            "logRetentionDuration is 30 days",
        ),
        (
            r#""delta.deletedFileRetentionDuration":"interval 36500 days""#,
            r#""delta.deletedFileRetentionDuration":"interval 1 week""#,
            "deletedFileRetentionDuration is 7 days",
        ),
        (r#""partitionColumns":["record"]"#, r#""partitionColumns":[]"#, "not partitioned by `record`"),
        (r#"\"name\":\"event_key\""#, r#"\"name\":\"event_kez\""#, "lacks the columns event_key"),
    ];
    for (right, wrong, says) in tampered {
        assert!(good.contains(right), "{right} is not in {good}");
        std::fs::write(&entry, good.replace(right, wrong)).unwrap();
        let message = invalid(Store::open(location).await);
        assert!(message.contains(says), "{message}");
        // Creating does not paint over it.
        invalid(Store::open_or_create(location).await);
    }
    std::fs::write(&entry, good).unwrap();
    Store::open(location).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn scans_read_only_what_they_must() {
    let store = Store::open_or_create("memory:///scans").await.unwrap();
    let empty = newest(&store).await;
    let ctx = session(&store, &empty);
    assert!(explain(&ctx, "SELECT * FROM events").await.contains("EmptyExec"));
    assert_eq!(query(&ctx, "SELECT count(*) FROM events").await.column(0).as_primitive::<Int64Type>().value(0), 0);

    // Ten files of a hundred seconds each.
    let mut snapshot = empty;
    for n in 0..10 {
        snapshot = committed(append(&store, &snapshot, n * 100, 100).await);
    }
    let ctx = session(&store, &snapshot);
    let plan = explain(&ctx, "SELECT body FROM events").await;
    assert_eq!(files_in(&plan), 10, "{plan}");
    assert!(plan.contains("file_groups={4 groups:") && plan.contains("projection=[body]"), "{plan}");

    // 00:05:00.123456 is the first of the fourth file, and the last of the third is a second earlier. Delta's own
    // statistics have milliseconds; to prune between these, and never wrongly, takes microseconds.
    let cases = [
        ("source_line = 250", 1),
        ("source_line >= 250", 8),
        ("event_time >= TIMESTAMP '2025-03-04T00:05:00.123456Z'", 7),
        ("event_time > TIMESTAMP '2025-03-04T00:04:59.123455Z'", 8),
        ("event_time > TIMESTAMP '2025-03-04T00:04:59.123456Z'", 7),
        ("event_time < TIMESTAMP '2025-03-04T00:00:00Z'", 0),
        ("provider = 'provider-1'", 10),
        ("provider = 'twilio'", 0),
        ("campaign_id IN ('a', 'b')", 0),
        ("campaign_id IS NULL", 0),
        ("body = 'body-250'", 10),
        ("event_key = CAST('99999999999999999999999999999999999999' AS DECIMAL(38, 0))", 10),
        ("source_line = 250 AND body LIKE 'b%'", 1),
    ];
    for (filter, files) in cases {
        let sql = format!("SELECT body FROM events WHERE {filter}");
        let plan = explain(&ctx, &sql).await;
        assert_eq!(files_in(&plan), files, "{filter}: {plan}");
        // Pruning leaves no row out.
        let pruned = query(&ctx, &format!("SELECT count(*) FROM events WHERE {filter}")).await;
        let all =
            query(&ctx, &format!("SELECT count(*) FROM (SELECT * FROM events ORDER BY random()) WHERE {filter}")).await;
        assert_eq!(pruned, all, "{filter}");
    }
    assert!(explain(&ctx, "SELECT body FROM events WHERE provider = 'x'").await.contains("EmptyExec"));

    // The log answers what it can without a scan, to the microsecond.
    let plan = explain(&ctx, "SELECT count(*), max(event_time), min(source_line) FROM events").await;
    assert!(plan.contains("PlaceholderRowExec") && !plan.contains("DataSourceExec"), "{plan}");
    let batch = query(&ctx, "SELECT count(*), max(event_time), min(source_line) FROM events").await;
    assert_eq!(batch.column(0).as_primitive::<Int64Type>().value(0), 1000);
    let greatest = batch.column(1).as_primitive::<arrow::datatypes::TimestampMicrosecondType>().value(0);
    assert_eq!(greatest, MARCH_4 + 999 * 1_000_000 + 123_456);

    // A limit takes no more files than it needs; the newest rows are found with a filter that tightens on the way.
    assert_eq!(files_in(&explain(&ctx, "SELECT body FROM events LIMIT 150").await), 2);
    let plan = explain(&ctx, "SELECT * FROM events ORDER BY event_time DESC LIMIT 10").await;
    assert!(plan.contains("SortExec: TopK(fetch=10)") && plan.contains("DynamicFilter"), "{plan}");
    let top = query(&ctx, "SELECT source_line FROM events ORDER BY event_time DESC LIMIT 10").await;
    assert_eq!(top.column(0).as_primitive::<Int64Type>().values(), &[999, 998, 997, 996, 995, 994, 993, 992, 991, 990]);

    // Nothing can be written through it.
    assert!(ctx.sql("INSERT INTO events SELECT * FROM events").await.unwrap().collect().await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_survive_a_checkpoint() {
    let store = Store::open_or_create("memory:///checkpoint").await.unwrap();
    let mut snapshot = newest(&store).await;
    for n in 0..12 {
        snapshot = committed(append(&store, &snapshot, n * 100, 100).await);
    }
    let reopened = Store::open("memory:///checkpoint").await.unwrap();
    let read = newest(&reopened).await;
    assert_eq!(read.version(), 12);
    let by_path = |snapshot: &Snapshot| {
        let mut files: Vec<_> =
            snapshot.files(Record::Event).iter().map(|f| (f.path.clone(), f.stats().clone())).collect();
        files.sort_by(|a, b| a.0.cmp(&b.0));
        files
    };
    assert_eq!(by_path(&read), by_path(&snapshot));
    let bounds = read.files(Record::Event)[0].stats().column("event_time").unwrap().clone();
    assert!(bounds.exact && bounds.null_count == Some(0), "{bounds:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_rows_become_full_row_groups() {
    let store = Store::open_or_create("memory:///groups").await.unwrap();
    let mut writer = store.writer(Record::Event, "groups");
    let rows = 131_072 * 2 + 1000;
    let mut first = 0;
    for count in (0..).map(|n| 7919 + n) {
        let count = count.min(rows - first);
        writer.write(events(first, count)).await.unwrap();
        first += count;
        if first == rows {
            break;
        }
    }
    let add = writer.finish().await.unwrap();
    let snapshot = committed(store.commit(&newest(&store).await, Commit { add, ..Commit::default() }).await.unwrap());
    let file = &snapshot.files(Record::Event)[0];
    assert!(file.path.starts_with("record=event/part-groups-0-"), "{}", file.path);
    let bytes = {
        use object_store::ObjectStoreExt;
        store.object_store().get(&file.object_path()).await.unwrap().bytes().await.unwrap()
    };
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
    let groups: Vec<i64> = reader.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(groups, [131_072, 131_072, 1000]);
    // In the order they were written.
    let read = reader.with_projection(parquet::arrow::ProjectionMask::all()).build().unwrap();
    let mut expected = 0;
    for batch in read {
        for line in batch.unwrap().column_by_name("source_line").unwrap().as_primitive::<Int64Type>().values() {
            assert_eq!(*line, expected);
            expected += 1;
        }
    }
    assert_eq!(expected, rows);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_archive_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path().to_str().unwrap()).await.unwrap();
    let hash = sha256(b"right");
    store.archive(&hash, || Ok(Box::new(b"right".as_slice()))).await.unwrap();
    let path = folder.path().join(&store.list("raw").await.unwrap()[0]);
    std::fs::write(path, zstd::encode_all(b"wrong".as_slice(), 3).unwrap()).unwrap();
    let error = store.raw(&hash).await.unwrap().read_to_end(&mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("was damaged"), "{error}");
}

#[test]
fn as_of_reads_what_people_write() {
    let instant = |text: &str| AsOf::Instant(DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc));
    let (berlin, london) = (Europe::Berlin, Europe::London);
    let cases = [
        ("latest", UTC, AsOf::Latest),
        ("0", UTC, AsOf::Version(0)),
        (" 17 ", berlin, AsOf::Version(17)),
        ("2025-03-04T09:00:00Z", berlin, instant("2025-03-04T09:00:00Z")),
        ("2025-03-04 09:00:00.25+01:00", london, instant("2025-03-04T08:00:00.25Z")),
        ("2025-03-04 09:00", berlin, instant("2025-03-04T08:00:00Z")),
        ("2025-07-04T09:00:30.5", berlin, instant("2025-07-04T07:00:30.5Z")),
        // A day is over when the next begins: 23 and 25 hours long when the clocks change.
        ("2025-03-04", UTC, instant("2025-03-04T23:59:59.999999Z")),
        ("2025-03-30", berlin, instant("2025-03-30T21:59:59.999999Z")),
        ("2025-10-26", berlin, instant("2025-10-26T22:59:59.999999Z")),
        // 02:30 was not on 30 March and was twice on 26 October.
        ("2025-03-30 02:37", berlin, instant("2025-03-30T01:00:00Z")),
        ("2025-10-26 02:30", berlin, instant("2025-10-26T01:30:00Z")),
        // Midnight itself is skipped in Cairo on 25 April 2025: the day before ends at 21:59:59.999999 UTC.
        ("2025-04-24", chrono_tz::Africa::Cairo, instant("2025-04-24T21:59:59.999999Z")),
    ];
    for (text, zone, expected) in cases {
        assert_eq!(AsOf::parse(text, zone).unwrap(), expected, "{text} in {zone}");
    }
    for text in ["", "yesterday", "-1", "1.5", "2025-13-01", "2025-02-30", "99999999999999999999", "2025-03-04 25:00"] {
        invalid(AsOf::parse(text, UTC));
    }
}

#[tokio::test]
async fn locations_that_cannot_be_are_refused() {
    for (location, says) in [
        ("", "empty"),
        ("ftp://host/store", "none of file, s3, gs, az, abfss"),
        ("s3://KEY:hunter2@bucket/store", "environment"),
        ("s3://bucket/store?token=hunter2", "no query"),
        ("s3://", ""),
    ] {
        let error = Store::open(location).await.unwrap_err().to_string();
        assert!(error.contains(says), "{location}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

/// No two keys of the columns a writer may note statistics for may collide, or one would prune by the other's.
#[test]
fn columns_have_one_name_each() {
    for record in Record::ALL {
        let columns = record.columns();
        let names: BTreeSet<&str> = columns.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), columns.len());
    }
}

/// Five commits of ten rows by one of several processes, which are told apart by a number.
pub(crate) async fn writes_of_one_process(location: &str, process: i64) {
    let store = Store::open_or_create(location).await.unwrap();
    for n in 0..5 {
        let add = written(&store, events(process * 1000 + n * 10, 10)).await;
        let mut base = newest(&store).await;
        loop {
            match store.commit(&base, Commit { add: add.clone(), ..Commit::default() }).await.unwrap() {
                CommitOutcome::Committed(_) => break,
                CommitOutcome::Moved(snapshot) => base = snapshot,
            }
        }
    }
}

/// What such processes must leave behind: each commit a version, each row once.
pub(crate) async fn race_in_processes(location: &str, processes: usize) {
    let store = Store::open(location).await.unwrap();
    let snapshot = newest(&store).await;
    assert_eq!(snapshot.version(), processes as u64 * 5);
    let lines = lines(&session(&store, &snapshot)).await;
    assert_eq!(lines.len(), processes * 50);
    assert_eq!(lines.iter().collect::<BTreeSet<_>>().len(), processes * 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_writers_of_twenty_commits_each_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let location = folder.path().to_str().unwrap().to_owned();
    let writers = (0..2).map(|writer| {
        let location = location.clone();
        tokio::spawn(async move {
            for n in 0..4 {
                writes_of_one_process(&location, writer * 10 + n).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    race_in_processes(&location, 8).await;
}
