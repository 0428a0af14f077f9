//! The store: commits, history, files, the archive, and scans of its tables.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, DictionaryArray, Int32Array, Int64Array, ListBuilder,
    MapBuilder, MapFieldNames, RecordBatch, StringArray, StringBuilder, StringViewArray, TimestampMicrosecondArray,
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
    assert!(matches!(Store::open(location).await, Err(Error::NotFound { what: "store", .. })));
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
    // Larger than one upload part after compression: bytes that do not compress, from SHA-256 in counter mode.
    let large: Vec<u8> = (0..400_000_u32).flat_map(|n| Sha256::digest(n.to_le_bytes()).to_vec()).collect();
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
