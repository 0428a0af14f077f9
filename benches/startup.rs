//! How long a short command takes, as whole processes, against the start of DuckDB's command line.
//!
//! `cargo bench --bench startup [-- ROUNDS]` makes a store of the samples and one of ten thousand files (below
//! target/tmp, once), and installs DuckDB's command line from PyPI into target/duckdb where it is missing. Then all
//! commands run in turn, each in a process of its own, timed from its start to its end. Printed are medians and the
//! least, their ratio to DuckDB's `select 1`, and peak memory.
//!
//! The ten thousand files are in the log only: what is measured reads none of them, and would fail if it did.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use smsql::limits::STACK_BYTES;
use smsql::store::{AsOf, Commit, CommitOutcome, NewFile, Record, Store};

const ROUNDS: usize = 40;
const FILES: u32 = 10_000;
/// Versions in which the files came: their checkpoint, and two log entries after it.
const COMMITS: u32 = 12;

/// What takes how long.
struct Case {
    name: &'static str,
    command: Vec<String>,
    seconds: Vec<f64>,
}

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build().unwrap();
    let mut arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let rounds = arguments.next().map_or(ROUNDS, |text| text.parse().unwrap());
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-startup");
    let samples = once(&folder.join("demo"), |new| {
        let mut demo = Command::new(env!("CARGO_BIN_EXE_smsql"));
        assert!(demo.arg("demo").arg(new).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
    });
    let many = once(&folder.join("many"), |new| runtime.block_on(ten_thousand_files(new)));

    let duckdb = duckdb();
    let smsql = |store: &Path, arguments: &[&str]| {
        let own = [env!("CARGO_BIN_EXE_smsql"), "--store", store.to_str().unwrap()];
        own.iter().chain(arguments).map(|word| (*word).to_owned()).collect::<Vec<_>>()
    };
    let case = |name, command| Case { name, command, seconds: Vec::new() };
    let mut cases = [
        case("duckdb -c 'select 1'", vec![duckdb.to_str().unwrap().to_owned(), "-c".to_owned(), "select 1".to_owned()]),
        case("smsql sql 'select 1'", smsql(&samples, &["sql", "select 1"])),
        case("smsql --version", smsql(&samples, &["--version"])),
        case("smsql, empty script", smsql(&samples, &[])),
        case("smsql sql, count of messages", smsql(&samples, &["sql", "select count(*) from messages"])),
        case("smsql report status_summary", smsql(&samples, &["report", "status_summary"])),
        case("10,000 files: select 1", smsql(&many, &["sql", "select 1"])),
        case("10,000 files: count of events", smsql(&many, &["sql", "select count(*) from events"])),
    ];
    println!("{rounds} interleaved rounds, {FILES} files, milliseconds of whole processes");
    for _ in 0..=rounds {
        for case in &mut cases {
            case.seconds.push(run(&case.command).as_secs_f64());
        }
    }
    // The first round finds files that are not in memory yet.
    cases.iter_mut().for_each(|case| {
        case.seconds.remove(0);
    });
    let [duckdb_median, duckdb_least] = cases[0].median_and_least();
    println!("{:<30} {:>8} {:>8} {:>8} {:>8} {:>9}", "", "median", "ratio", "least", "ratio", "peak");
    for case in &cases {
        let [median, least] = case.median_and_least();
        println!(
            "{:<30} {:>8.1} {:>8.2} {:>8.1} {:>8.2} {:>6} MB",
            case.name,
            median * 1e3,
            median / duckdb_median,
            least * 1e3,
            least / duckdb_least,
            peak_megabytes(&case.command)
        );
    }
}

impl Case {
    fn median_and_least(&self) -> [f64; 2] {
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        [seconds[seconds.len() / 2], seconds[0]]
    }
}

/// A folder that is made once, and is complete when it is there.
fn once(folder: &Path, make: impl FnOnce(&Path)) -> PathBuf {
    if !folder.exists() {
        let new = folder.with_extension("new");
        let _ = fs::remove_dir_all(&new);
        fs::create_dir_all(folder.parent().unwrap()).unwrap();
        make(&new);
        fs::rename(&new, folder).unwrap();
    }
    folder.to_owned()
}

/// A store with a log that names files which are not there, each of an hour of its own.
async fn ten_thousand_files(folder: &Path) {
    let store = Store::open_or_create(folder.to_str().unwrap()).await.unwrap();
    let mut snapshot = store.snapshot(&AsOf::Latest).await.unwrap();
    for commit in 0..COMMITS {
        let add = (FILES * commit / COMMITS..FILES * (commit + 1) / COMMITS).map(missing).collect();
        snapshot = match store.commit(&snapshot, Commit { add, ..Commit::default() }).await.unwrap() {
            CommitOutcome::Committed(snapshot) => snapshot,
            CommitOutcome::Moved(_) => panic!("nobody else commits"),
        };
    }
}

/// A file that is said to hold a hundred events, with statistics as a landing of Twilio's writes them.
fn missing(number: u32) -> NewFile {
    let first = 946_684_800_000_000 + 3_600_000_000 * i64::from(number);
    let last = first + 3_599_000_000;
    let text = |us| chrono::DateTime::from_timestamp_micros(us).unwrap().to_rfc3339();
    let values = |us: i64| {
        serde_json::json!({
            "provider": "twilio", "account": "AC0123456789abcdef0123456789abcdef", "direction": "outbound",
            "kind": "status", "status": "delivered", "level": "handset", "event_time": text(us),
            "submitted_at": text(us), "received_at": text(us), "landed_at": text(us), "source_line": 100,
            "country": "GB", "currency": "GBP", "segments": 1, "part_count": 1,
        })
    };
    let (least, greatest) = (values(first), values(last));
    let nulls: serde_json::Map<_, _> = least.as_object().unwrap().keys().map(|key| (key.clone(), 0.into())).collect();
    let bounds = serde_json::json!([first, last]);
    let exact =
        ["event_time", "submitted_at", "received_at", "landed_at"].map(|name| (name.to_owned(), bounds.clone()));
    let exact: serde_json::Map<_, _> = exact.into_iter().collect();
    let stats = serde_json::json!({
        "numRecords": 100, "tightBounds": true, "minValues": least, "maxValues": greatest, "nullCount": nulls,
        "smsql": exact,
    });
    NewFile {
        path: format!("record=event/part-{number:05}.parquet"),
        record: Record::Event,
        size_bytes: 20_000,
        rows: 100,
        stats: stats.to_string(),
    }
}

/// DuckDB's command line, as its makers publish it for Python's package manager.
fn duckdb() -> PathBuf {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("duckdb");
    let python = venv.join("bin/python");
    let asked = || {
        let where_is = "import duckdb_cli, os; print(os.path.join(os.path.dirname(duckdb_cli.__file__), 'duckdb'))";
        let output = Command::new(&python).args(["-c", where_is]).output().ok().filter(|o| o.status.success())?;
        Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
    };
    asked().unwrap_or_else(|| {
        let succeeds = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
        if !python.exists() {
            assert!(succeeds(Command::new("python3").args(["-m", "venv"]).arg(&venv)), "python3 -m venv {venv:?}");
        }
        let install = ["-m", "pip", "install", "--quiet", "duckdb-cli"];
        assert!(succeeds(Command::new(&python).args(install)), "{python:?} -m pip install duckdb-cli");
        asked().expect("duckdb-cli holds the program")
    })
}

fn command(words: &[String]) -> Command {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn run(words: &[String]) -> Duration {
    let start = Instant::now();
    let status = command(words).status().unwrap();
    let elapsed = start.elapsed();
    assert!(status.success(), "{words:?} ended with {status}");
    elapsed
}

/// The most memory of five runs of their own, which are looked at all the time.
fn peak_megabytes(words: &[String]) -> u64 {
    let peak = |_| {
        let mut child = command(words).spawn().unwrap();
        let file = format!("/proc/{}/status", child.id());
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            let text = fs::read_to_string(&file).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
            peak = line.and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(peak).max(peak);
        }
        peak / 1024
    };
    (0..5).map(peak).max().unwrap()
}
