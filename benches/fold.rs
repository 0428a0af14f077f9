//! The fold of ten million generated events into a report by campaign, against DuckDB on the files of the same store.
//!
//! `cargo bench --bench fold` generates and lands the events once (below target/tmp), and installs DuckDB for Python
//! into target/duckdb where it is missing. Then both engines run in turn, each run in a process of its own: smsql opens
//! the store and asks its view `messages`; DuckDB runs benches/peer/fold_duckdb.py on the Parquet files of the same
//! version. Printed are medians, their ratio and peak memory; that both give the same rows is checked in every round.
//!
//! smsql is timed from opening the store to the last row. DuckDB is timed for the query alone: it is told which files
//! there are and what every status means.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use arrow::array::RecordBatch;
use arrow::csv::WriterBuilder;
use arrow::util::display::array_value_to_string;
use smsql::event::StatusTable;
use smsql::event::status::{Bucket, Class};
use smsql::limits::STACK_BYTES;
use smsql::session::{Parameters, STATUS_OVERRIDES, Session, SessionOptions, split};
use smsql::source::generate::{Feed, GenerateOptions, Split, generate};
use smsql::store::{AsOf, EVENTS_FOLDER, Record, Store};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Lines of the feed, the usual share of repeats included; the store holds each event once.
const EVENTS: u64 = 10_000_000;
const FILES: u32 = 8;
const ROUNDS: usize = 5;

/// What the report asks of the view `messages`.
const REPORT: &str = "
SELECT campaign_id, count(*) AS messages,
    count(*) FILTER (WHERE bucket = 'pending') AS pending,
    count(*) FILTER (WHERE bucket = 'sent') AS sent,
    count(*) FILTER (WHERE bucket = 'delivered') AS delivered,
    count(*) FILTER (WHERE bucket = 'soft_bounce') AS soft_bounces,
    count(*) FILTER (WHERE bucket = 'hard_bounce') AS hard_bounces,
    count(*) FILTER (WHERE bucket = 'rejected') AS rejected,
    count(*) FILTER (WHERE bucket = 'unsubscribed') AS unsubscribed,
    count(*) FILTER (WHERE bucket = 'unknown') AS unknown,
    count(*) FILTER (WHERE clicks > 0) AS clicked,
    count(*) FILTER (WHERE replies > 0) AS replied
FROM messages GROUP BY campaign_id ORDER BY campaign_id";

/// What a report must say for its status to be looked up.
const COMBINATIONS: &str = "
SELECT DISTINCT provider, status, error_code, level, provider_final
FROM events WHERE kind = 'status' AND status IS NOT NULL ORDER BY 1, 2, 3, 4, 5";

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build().unwrap();
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-fold");
    if let [mode, rows] = arguments.as_slice()
        && mode == "smsql"
    {
        return runtime.block_on(report(&folder.join("store"), Path::new(rows)));
    }
    let store = store(&folder);
    let python = duckdb();
    let threads = SessionOptions::default().threads;
    let events = runtime.block_on(write_what_duckdb_is_told(&store, &folder));
    let peer = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peer/fold_duckdb.py");
    let (own_rows, peer_rows) = (folder.join("smsql.csv"), folder.join("duckdb.csv"));
    let (mut own, mut duckdb) = (Vec::new(), Vec::new());
    println!("{EVENTS} generated, {events} in the store, {threads} threads, {ROUNDS} interleaved rounds");
    for round in 1..=ROUNDS {
        own.push(measure(Command::new(std::env::current_exe().unwrap()).arg("smsql").arg(&own_rows)));
        let arguments = [&folder.join("files.txt"), &folder.join("classes.csv"), &peer_rows];
        duckdb.push(measure(Command::new(&python).arg(&peer).args(arguments).arg(threads.to_string())));
        println!("round {round}: smsql {}; duckdb {}", own[round - 1], duckdb[round - 1]);
        compare(&own_rows, &peer_rows);
    }
    let (own, duckdb) = (median(&own), median(&duckdb));
    println!("smsql   {own}\nduckdb  {duckdb}");
    println!("ratio   wall {:.2}, cpu {:.2}; both give the same rows", own.wall / duckdb.wall, own.cpu / duckdb.cpu);
}

/// The store of generated events: made once, by the program, from files that go when they have landed.
fn store(folder: &Path) -> PathBuf {
    let (store, new, feeds) = (folder.join("store"), folder.join("store.new"), folder.join("feeds"));
    if store.exists() {
        return store;
    }
    for left_over in [&new, &feeds] {
        let _ = fs::remove_dir_all(left_over);
    }
    fs::create_dir_all(&feeds).unwrap();
    eprintln!("generating and landing {EVENTS} events, once");
    let options = GenerateOptions {
        events: EVENTS,
        feeds: vec![Feed::Event],
        split: Split::Files(FILES),
        ..GenerateOptions::default()
    };
    let truth = generate(&options, &mut |name| {
        let file = File::create(feeds.join(name)).map_err(|error| smsql::Error::storage(name, error))?;
        Ok(Box::new(BufWriter::with_capacity(1 << 18, file)))
    });
    let mut land = Command::new(env!("CARGO_BIN_EXE_smsql"));
    land.arg("--store").arg(&new).args(["land", "smsql/event"]);
    land.args(truth.unwrap().feeds[Feed::Event.name()].files.iter().map(|name| feeds.join(name)));
    assert!(land.status().unwrap().success(), "{land:?}");
    fs::remove_dir_all(&feeds).unwrap();
    fs::rename(&new, &store).unwrap();
    store
}

/// A Python that has DuckDB.
fn duckdb() -> PathBuf {
    let venv = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("duckdb");
    let python = venv.join("bin/python");
    let succeeds = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    if !succeeds(Command::new(&python).args(["-c", "import duckdb"])) {
        assert!(succeeds(Command::new("python3").args(["-m", "venv"]).arg(&venv)), "python3 -m venv {venv:?}");
        let install = ["-m", "pip", "install", "--quiet", "duckdb"];
        assert!(succeeds(Command::new(&python).args(install)), "{python:?} -m pip install duckdb");
    }
    python
}

/// The event files of the newest version, one per line, and the class of every combination that occurs, as CSV. Returns
/// how many events there are.
async fn write_what_duckdb_is_told(path: &Path, folder: &Path) -> u64 {
    let store = Store::open(path.to_str().unwrap()).await.unwrap();
    let snapshot = store.snapshot(&AsOf::Latest).await.unwrap();
    let files = snapshot.files(Record::Event);
    let names = files.iter().map(|file| format!("{}\n", path.join(EVENTS_FOLDER).join(&file.path).display()));
    fs::write(folder.join("files.txt"), names.collect::<String>()).unwrap();

    let table = StatusTable::new(store.read_text(STATUS_OVERRIDES).await.unwrap().as_deref()).unwrap();
    let session = Session::at(&snapshot, &SessionOptions::default()).await.unwrap();
    let mut classes = csv::Writer::from_path(folder.join("classes.csv")).unwrap();
    classes.write_record(["provider", "status", "error_code", "level", "provider_final", "class"]).unwrap();
    for batch in rows(&session, COMBINATIONS).await {
        for row in 0..batch.num_rows() {
            let texts = batch.columns().iter().map(|column| array_value_to_string(column, row).unwrap());
            let texts: Vec<String> = texts.collect();
            let given = |column: usize| Some(texts[column].as_str()).filter(|text| !text.is_empty());
            let class = table.lookup(&texts[0], &texts[1], given(2)).map_or(Class::of(Bucket::Unknown), |mapping| {
                let is_final = given(4).map(|text| text == "true");
                Class::new(mapping.bucket, given(3), if mapping.is_final { is_final } else { Some(false) })
            });
            classes.write_record(texts.iter().map(String::as_str).chain([class.0.to_string().as_str()])).unwrap();
        }
    }
    classes.flush().unwrap();
    files.iter().map(|file| file.rows).sum()
}

async fn rows(session: &Session, sql: &str) -> Vec<RecordBatch> {
    let mut batches = Vec::new();
    for statement in split("<bench>", sql).unwrap() {
        let mut answer = session.run(&statement, &Parameters::default()).await.unwrap();
        while let Some(batch) = answer.next().await.unwrap() {
            batches.push(batch);
        }
    }
    batches
}

/// One run of smsql, in a process of its own: its rows go to a file, what it took is printed.
async fn report(store: &Path, out: &Path) {
    let (cpu_before, start) = (cpu_seconds(), Instant::now());
    let store = Store::open(store.to_str().unwrap()).await.unwrap();
    let session = Session::open(&store, &AsOf::Latest, &SessionOptions::default()).await.unwrap();
    let batches = rows(&session, REPORT).await;
    println!("{} {} {}", start.elapsed().as_secs_f64(), cpu_seconds() - cpu_before, peak_megabytes());
    let mut writer = WriterBuilder::new().with_header(true).build(File::create(out).unwrap());
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
}

/// What one run took: seconds of time and of processors, megabytes at the peak.
#[derive(Debug, Clone, Copy)]
struct Cost {
    wall: f64,
    cpu: f64,
    peak: f64,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "wall {:.3} s, cpu {:.2} s, peak memory {:.0} MB", self.wall, self.cpu, self.peak)
    }
}

/// Runs an engine, whose last line are its costs.
fn measure(command: &mut Command) -> Cost {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let numbers: Vec<f64> = text.lines().last().unwrap().split_whitespace().map(|n| n.parse().unwrap()).collect();
    Cost { wall: numbers[0], cpu: numbers[1], peak: numbers[2] }
}

fn median(costs: &[Cost]) -> Cost {
    let of = |part: fn(&Cost) -> f64| {
        let mut values: Vec<f64> = costs.iter().map(part).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Cost { wall: of(|cost| cost.wall), cpu: of(|cost| cost.cpu), peak: of(|cost| cost.peak) }
}

/// Fails with the rows that differ.
fn compare(ours: &Path, theirs: &Path) {
    let (ours, theirs) = (fs::read_to_string(ours).unwrap(), fs::read_to_string(theirs).unwrap());
    assert!(ours.lines().count() > 1, "the report is empty");
    let only = |these: &str, those: &str| {
        these.lines().filter(|row| those.lines().all(|other| other != *row)).collect::<Vec<_>>().join("\n")
    };
    assert!(
        ours == theirs,
        "the two engines disagree; smsql has\n{}\nand DuckDB has\n{}",
        only(&ours, &theirs),
        only(&theirs, &ours)
    );
}

/// Seconds of processor time of this process, user and system.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    let ticks: f64 = after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum();
    ticks / 100.0
}

/// The most memory this process ever held, in megabytes.
fn peak_megabytes() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}
