//! Runs the SQL logic tests under `tests/slt`: statements with the answers they must give.
//!
//! | folder                        | what it is asked                                                              |
//! |-------------------------------|-------------------------------------------------------------------------------|
//! | `functions`                   | the functions alone, with the overrides of `tests/slt/status_codes.csv`       |
//! | `tables`                      | a session over a store with every sample of `data/feeds` but the demo's       |
//! | `views`, `policy`, `reports`  | a session over a store with the demo's samples, landed as `smsql demo` does   |
//!
//! Beside SQL a file may say two things as on the command line:
//! `smsql [--store empty] [--tz ZONE] [--allow-write]` opens the session anew, `smsql report NAME SECTION [-p NAME=VALUE]...`
//! asks a section of a report; `smsql segment create NAME SELECT ...` makes a segment.
//!
//! `SLT=views/clicks` runs only those files whose path contains that text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use async_trait::async_trait;
use chrono_tz::Tz;
use datafusion::error::DataFusionError;
use datafusion::prelude::{SessionConfig, SessionContext};
use smsql::event::StatusTable;
use smsql::report;
use smsql::session::functions::scalar_functions;
use smsql::session::landing::{LandOptions, Lander};
use smsql::session::{Answer, Parameters, Session, SessionOptions, split};
use smsql::source::{Catalogue, Input};
use smsql::store::{AsOf, NewSegment, RecipientSet, SegmentSource, Store};
use smsql::{Error, Result};
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, MakeConnection, Runner};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slt")
}

fn feeds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/feeds")
}

/// The functions alone. Every file gets one of its own.
struct Functions(SessionContext);

impl Functions {
    fn new() -> Self {
        let overrides = std::fs::read_to_string(root().join("status_codes.csv")).unwrap();
        let table = Arc::new(StatusTable::new(Some(&overrides)).unwrap());
        let context = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(2));
        for function in scalar_functions(&table) {
            context.register_udf(function.as_ref().clone());
        }
        Self(context)
    }
}

#[async_trait]
impl AsyncDB for Functions {
    type Error = DataFusionError;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<Self::ColumnType>, Self::Error> {
        let frame = self.0.sql(sql).await?;
        let schema = Arc::clone(frame.schema().inner());
        Ok(output(&schema, &frame.collect().await?))
    }

    async fn shutdown(&mut self) {}

    fn engine_name(&self) -> &str {
        "smsql"
    }
}

/// A session over a landed store. Every file gets one of its own over the same store.
struct Landed {
    store: Store,
    session: Session,
    /// Holds the store into which nothing was landed, where one was asked for.
    empty: Option<tempfile::TempDir>,
}

impl Landed {
    async fn open(store: &Store, allow_write: bool, time_zone: Tz) -> Result<Self> {
        let options = SessionOptions { allow_write, time_zone, threads: 2, ..SessionOptions::default() };
        Ok(Self { store: store.clone(), session: Session::open(store, &AsOf::Latest, &options).await?, empty: None })
    }

    async fn ask(&self, name: &str, sql: &str, parameters: &Parameters) -> Result<DBOutput<DefaultColumnType>> {
        let mut last = DBOutput::StatementComplete(0);
        for statement in split(name, sql)? {
            last = collect(self.session.run(&statement, parameters).await?).await?;
        }
        Ok(last)
    }

    /// What begins with `smsql`.
    async fn command(&mut self, words: &[&str]) -> Result<DBOutput<DefaultColumnType>> {
        if let ["report", name, section, options @ ..] = words {
            return self.report(name, section, options).await;
        }
        if let ["land", feed, file] = words {
            return self.land(feed, file).await;
        }
        let zone = words.iter().position(|word| *word == "--tz").map(|at| words[at + 1].parse().unwrap());
        let allow_write = words.contains(&"--allow-write");
        let empty = words.contains(&"--store").then(|| tempfile::tempdir().unwrap());
        let store = match &empty {
            Some(folder) => Store::open_or_create(folder.path().to_str().unwrap()).await?,
            None => self.store.clone(),
        };
        *self = Self { empty, ..Self::open(&store, allow_write, zone.unwrap_or(Tz::UTC)).await? };
        Ok(DBOutput::StatementComplete(0))
    }

    /// Makes a segment of the store, at the version of the session.
    async fn segment(&self, name: &str, sql: &str) -> Result<DBOutput<DefaultColumnType>> {
        let mut recipients = RecipientSet::default();
        for statement in split("<sql>", sql)? {
            let mut answer = self.session.run(&statement, &Parameters::default()).await?;
            answer.add_recipients("<sql>", &mut recipients).await?;
        }
        let version = self.store.snapshot(&AsOf::Latest).await?.version();
        let (source, time_zone) = (SegmentSource::Sql(sql.to_owned()), self.session.options().time_zone.to_string());
        let new = NewSegment { name: name.to_owned(), version, time_zone, source, parameters: Vec::new() };
        self.store.create_segment(new, &recipients.sorted(), None).await?;
        Ok(DBOutput::StatementComplete(0))
    }

    async fn report(&self, name: &str, section: &str, options: &[&str]) -> Result<DBOutput<DefaultColumnType>> {
        static REPORTS: LazyLock<report::Catalogue> = LazyLock::new(|| report::Catalogue::new([]).unwrap());
        let report = REPORTS.get(name)?;
        let given = options.iter().filter(|word| **word != "-p").map(|word| {
            let (name, value) = word.split_once('=').unwrap();
            (name.to_owned(), value.to_owned())
        });
        let given: BTreeMap<String, String> = given.collect();
        let parameters = report.bind(&given, self.session.options().time_zone)?;
        let section = report.section(section)?;
        let run = report.start_sections(&self.session, parameters, [section]).await?;
        collect(run.section(section).await?).await
    }

    /// `smsql land FEED FILE`: a file of `tests/slt`, into the store opened with `--store empty`.
    async fn land(&mut self, feed: &str, file: &str) -> Result<DBOutput<DefaultColumnType>> {
        let empty = self.empty.take().expect("only a store of this file's own may change");
        let functions = scalar_functions(&Arc::new(StatusTable::new(None)?));
        let catalogue = Catalogue::new([])?;
        let lander = Lander::new(&self.store, catalogue.get(feed)?, &functions, LandOptions::default()).await?;
        let landed = lander.land(&Input::File(root().join(file))).await?;
        assert_eq!(landed.rows_rejected, 0, "{file}");
        let opened = Self::open(&self.store, false, self.session.options().time_zone).await?;
        *self = Self { empty: Some(empty), ..opened };
        Ok(DBOutput::StatementComplete(0))
    }
}

async fn collect(mut answer: Answer) -> Result<DBOutput<DefaultColumnType>> {
    let mut batches = Vec::new();
    while let Some(batch) = answer.next().await? {
        batches.push(batch);
    }
    Ok(output(answer.schema(), &batches))
}

#[async_trait]
impl AsyncDB for Landed {
    type Error = Error;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<Self::ColumnType>> {
        match sql.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["smsql", "segment", "create", name, ..] => {
                let (_, sql) = sql.split_once(name).unwrap();
                self.segment(name, sql.trim()).await
            }
            ["smsql", words @ ..] => self.command(words).await,
            _ => self.ask("<sql>", sql, &Parameters::default()).await,
        }
    }

    async fn shutdown(&mut self) {}

    fn engine_name(&self) -> &str {
        "smsql"
    }
}

/// A store of its own with these files landed, each with its feed; gone with the folder.
async fn landed(files: impl IntoIterator<Item = (String, PathBuf)>) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path().to_str().unwrap()).await.unwrap();
    let catalogue = Catalogue::new([]).unwrap();
    let functions = scalar_functions(&Arc::new(StatusTable::new(None).unwrap()));
    for (feed, path) in files {
        let options = LandOptions { batch_id: Some("sample".to_owned()), ..LandOptions::default() };
        let lander = Lander::new(&store, catalogue.get(&feed).unwrap(), &functions, options).await.unwrap();
        let landed = lander.land(&Input::File(path)).await.unwrap();
        assert!(!landed.already_landed, "{feed}: another sample has the same content");
    }
    (folder, store)
}

/// The demo's files in the order `smsql demo` lands them.
fn demo() -> impl Iterator<Item = (String, PathBuf)> {
    let files = [
        ("smsql/campaign", "campaigns.ndjson"),
        ("smsql/message", "messages.ndjson"),
        ("twilio/status_callback", "twilio_status_callback.ndjson"),
        ("infobip/delivery_report", "infobip_delivery_report.json"),
        ("smpp/receipt", "smpp_receipt.txt"),
        ("smsql/click", "clicks.ndjson"),
        ("smsql/event", "events.ndjson"),
        ("infobip/delivery_report", "infobip_delivery_report_late.json"),
    ];
    files.into_iter().map(|(feed, file)| (feed.to_owned(), feeds().join("demo").join(file)))
}

/// Every other sample: `data/feeds/<provider>/<api>.<suffix>`.
fn samples() -> Vec<(String, PathBuf)> {
    let mut samples = Vec::new();
    for path in files_under(&feeds()) {
        let provider = path.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        if provider != "demo" {
            samples.push((format!("{provider}/{}", path.file_stem().unwrap().to_string_lossy()), path));
        }
    }
    samples.sort();
    samples
}

fn column_type(data_type: &DataType) -> DefaultColumnType {
    match data_type {
        t if t.is_integer() => DefaultColumnType::Integer,
        t if t.is_numeric() => DefaultColumnType::FloatingPoint,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => DefaultColumnType::Text,
        DataType::Dictionary(_, value) => column_type(value),
        _ => DefaultColumnType::Any,
    }
}

fn output(schema: &SchemaRef, batches: &[RecordBatch]) -> DBOutput<DefaultColumnType> {
    let types = schema.fields().iter().map(|field| column_type(field.data_type())).collect::<Vec<_>>();
    if types.is_empty() {
        return DBOutput::StatementComplete(0);
    }
    DBOutput::Rows { types, rows: batches.iter().flat_map(rows).collect() }
}

/// Every value as text: `NULL`, and `(empty)` for the text that would leave no trace.
fn rows(batch: &RecordBatch) -> Vec<Vec<String>> {
    let options = FormatOptions::new().with_null("NULL");
    let columns: Vec<_> = batch.columns().iter().map(|c| ArrayFormatter::try_new(c, &options).unwrap()).collect();
    let value = |column: &ArrayFormatter<'_>, row| match column.value(row).to_string() {
        empty if empty.is_empty() => "(empty)".to_owned(),
        value => value,
    };
    (0..batch.num_rows()).map(|row| columns.iter().map(|column| value(column, row)).collect()).collect()
}

/// Runs the files of some folders, each with a connection of its own, and reports every record that fails.
async fn run<D, M>(folders: &[&str], connect: impl Fn() -> M)
where
    D: AsyncDB<ColumnType = DefaultColumnType>,
    M: MakeConnection<Conn = D>,
{
    run_part(folders, (0, 1), connect).await;
}

/// Runs every so manieth of the files only: the parts of a folder that takes long run side by side.
async fn run_part<D, M>(folders: &[&str], (part, parts): (usize, usize), connect: impl Fn() -> M)
where
    D: AsyncDB<ColumnType = DefaultColumnType>,
    M: MakeConnection<Conn = D>,
{
    let wanted = std::env::var("SLT").unwrap_or_default();
    let mut failures = Vec::new();
    for folder in folders {
        let mut files = files_under(&root().join(folder));
        assert!(!files.is_empty(), "no file under tests/slt/{folder}");
        files.sort();
        files.retain(|file| file.extension().is_some_and(|e| e == "slt") && file.to_string_lossy().contains(&wanted));
        for file in files.iter().skip(part).step_by(parts) {
            let mut runner = Runner::new(connect());
            runner.with_column_validator(sqllogictest::strict_column_validator);
            for record in sqllogictest::parse_file(file).unwrap_or_else(|e| panic!("{}: {e}", file.display())) {
                if let Err(error) = runner.run_async(record).await {
                    failures.push(error.to_string());
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[tokio::test]
async fn functions_answer_as_written() {
    run(&["functions"], || async || Ok(Functions::new())).await;
}

#[tokio::test]
async fn tables_answer_as_written() {
    let (_folder, store) = landed(samples()).await;
    run(&["tables"], || async || Ok(Landed::open(&store, false, Tz::UTC).await.unwrap())).await;
}

#[tokio::test]
async fn views_and_policy_answer_as_written() {
    let (_folder, store) = landed(demo()).await;
    run(&["views", "policy"], || async || Ok(Landed::open(&store, false, Tz::UTC).await.unwrap())).await;
}

async fn reports_answer_as_written(part: usize) {
    let (_folder, store) = landed(demo()).await;
    run_part(&["reports"], (part, 4), || async || Ok(Landed::open(&store, false, Tz::UTC).await.unwrap())).await;
}

#[tokio::test]
async fn reports_answer_as_written_1() {
    reports_answer_as_written(0).await;
}

#[tokio::test]
async fn reports_answer_as_written_2() {
    reports_answer_as_written(1).await;
}

#[tokio::test]
async fn reports_answer_as_written_3() {
    reports_answer_as_written(2).await;
}

#[tokio::test]
async fn reports_answer_as_written_4() {
    reports_answer_as_written(3).await;
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}
