//! What the tests of landing under trouble share: feed text, what a store holds, the real binary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use arrow::array::Array;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::prelude::{SessionConfig, SessionContext};
use smsql::session::table::LogTable;
use smsql::store::{AsOf, Record, Snapshot, Store};

use crate::workspace::isolate;

/// A line of the feed `smsql/event`: the event `number`, as it was received this many minutes after midnight.
pub(crate) fn line(number: usize, received: usize) -> String {
    let (day, hour, minute) = (1 + number % 28, number / 60 % 24, number % 60);
    format!(
        r#"{{"message_id":"m{number}","status":"sent","event_time":"2025-03-{day:02}T{hour:02}:{minute:02}:00Z","received_at":"2025-04-01T{:02}:{:02}:00Z","cost":"0.0075","currency":"EUR","tags":{{"n":"{number}"}}}}"#,
        received / 60,
        received % 60,
    )
}

/// The events of a range, received at midnight, and among them a line that is no event for each `bad`-th.
pub(crate) fn text(numbers: impl IntoIterator<Item = usize>, bad: Option<usize>) -> String {
    let mut text = String::new();
    for (at, number) in numbers.into_iter().enumerate() {
        if bad.is_some_and(|bad| at % bad == bad - 1) {
            writeln!(text, "{{not an event: {number}").unwrap();
        }
        writeln!(text, "{}", line(number, 0)).unwrap();
    }
    text
}

/// The rows of a kind of record but for when they were landed, sorted.
pub(crate) type Rows = Vec<BTreeMap<String, String>>;

/// Events, rejects and landings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Contents {
    pub(crate) events: Rows,
    pub(crate) rejects: Rows,
    pub(crate) landings: Rows,
}

impl Contents {
    /// What the newest version of a store holds.
    pub(crate) async fn of(store: &Store) -> Self {
        Self::read(store).await.unwrap()
    }

    /// The same, where it may be damaged.
    pub(crate) async fn read(store: &Store) -> smsql::Result<Self> {
        let snapshot = store.snapshot(&AsOf::Latest).await?;
        let read = async |record| rows(store, &snapshot, record).await;
        let (events, rejects) = (read(Record::Event).await?, read(Record::Reject).await?);
        Ok(Self { events, rejects, landings: read(Record::Landing).await? })
    }

    /// How much it is.
    pub(crate) fn counts(&self) -> String {
        format!("{} events, {} rejects, {} landings", self.events.len(), self.rejects.len(), self.landings.len())
    }
}

async fn rows(store: &Store, snapshot: &Snapshot, record: Record) -> smsql::Result<Rows> {
    let context = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
    context.register_table("t", LogTable::new(store, snapshot, record)).unwrap();
    let batches = context.sql("select * from t").await?.collect().await?;
    let format = FormatOptions::new();
    let mut rows = Rows::new();
    for batch in &batches {
        let columns: Vec<_> = batch.columns().iter().map(|c| ArrayFormatter::try_new(c, &format).unwrap()).collect();
        for row in 0..batch.num_rows() {
            let cells = columns.iter().enumerate().filter(|(at, _)| batch.column(*at).is_valid(row));
            let cells =
                cells.map(|(at, column)| (batch.schema().field(at).name().clone(), column.value(row).to_string()));
            rows.push(cells.filter(|(name, _)| name != "landed_at").collect());
        }
    }
    rows.sort();
    Ok(rows)
}

/// The binary, and an environment and store to use it with.
pub(crate) struct Place {
    pub(crate) store: String,
    pub(crate) environment: Vec<(&'static str, String)>,
    folder: tempfile::TempDir,
}

impl Place {
    /// With a store in a folder of its own.
    pub(crate) fn local() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store").to_str().unwrap().to_owned();
        Self { store, environment: Vec::new(), folder }
    }

    /// With a store elsewhere.
    pub(crate) fn remote(store: String, environment: Vec<(&'static str, String)>) -> Self {
        Self { store, environment, folder: tempfile::tempdir().unwrap() }
    }

    /// Writes a file next to the store.
    pub(crate) fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// `smsql --store <this> ...`, with nothing on standard input.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smsql"));
        isolate(&mut command, self.folder.path());
        command.args(["--store", &self.store]).args(arguments).envs(self.environment.iter().cloned());
        // Errors are for people, also where somebody wants backtraces of panics.
        command.env("RUST_BACKTRACE", "1").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts to land files of the feed `smsql/event`.
    pub(crate) fn start(&self, inputs: &[&Path]) -> Child {
        let inputs = inputs.iter().map(|path| path.to_str().unwrap());
        let arguments: Vec<_> = ["land", "smsql/event", "--allow-rejects"].into_iter().chain(inputs).collect();
        self.command(&arguments).spawn().unwrap()
    }

    /// Lands files of the feed `smsql/event`.
    pub(crate) fn land(&self, inputs: &[&Path]) -> String {
        finish(self.start(inputs))
    }

    /// The rows a query gives.
    pub(crate) fn query(&self, sql: &str) -> Vec<serde_json::Value> {
        let output = self.command(&["sql", "--format", "json", sql]).output().unwrap();
        serde_json::from_slice(&succeeded(output).stdout).unwrap()
    }

    /// The numbers in the one row of a query.
    pub(crate) fn numbers(&self, sql: &str) -> Vec<i64> {
        let rows = self.query(sql);
        assert_eq!(rows.len(), 1, "{sql}");
        rows[0].as_object().unwrap().values().map(|value| value.as_i64().unwrap()).collect()
    }
}

/// What a process that must succeed says on standard error.
pub(crate) fn finish(process: Child) -> String {
    String::from_utf8(succeeded(process.wait_with_output().unwrap()).stderr).unwrap()
}

fn succeeded(output: Output) -> Output {
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    output
}
