//! The fold of ten million events into a report by campaign, against DuckDB on the same files.
//!
//! `cargo bench --bench fold` writes the events once (below target/), then runs both engines in turn, each run in a
//! process of its own, and prints the medians. DuckDB runs in Python: `pip install duckdb`, or name an interpreter that has
//! it in the variable PYTHON.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod fold_events;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{Array, AsArray, UInt8Array};
use arrow::compute::cast;
use arrow::csv::WriterBuilder;
use arrow::datatypes::{DataType, Int32Type};
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf};
use datafusion::prelude::{SessionConfig, SessionContext};
use smsql::event::schema::event_schema;
use smsql::event::status::{Bucket, Class, StatusTable};
use smsql::session::aggregates::{PARTIAL_BYTES, PartialPool, aggregate_functions};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RUNS: usize = 5;

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

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let dir = std::env::var_os("FOLD_EVENTS").map_or_else(|| target.join("fold-events"), PathBuf::from);
    let files = fold_events::files(&dir);
    if let Ok(mode) = std::env::var("FOLD_ENGINE") {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(run(&files, &dir, &mode));
        return;
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let classes = dir.join("classes.csv");
    std::fs::write(&classes, classes_of_combinations()).unwrap();
    let peer = root.join("benches/peer/fold_duckdb.py");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let have_duckdb = Command::new(&python).args(["-c", "import duckdb"]).output().is_ok_and(|o| o.status.success());
    if !have_duckdb {
        eprintln!("`{python}` has no module duckdb: only smsql is measured. `pip install duckdb`, or set PYTHON.");
    }
    let (mut own, mut duckdb) = (Vec::new(), Vec::new());
    for round in 0..RUNS {
        let this = std::env::current_exe().unwrap();
        own.push(measure(Command::new(this).env("FOLD_ENGINE", "report"), &dir.join("smsql.csv")));
        if have_duckdb {
            let mut command = Command::new(&python);
            command.arg(&peer).arg(&dir).arg(threads.to_string());
            duckdb.push(measure(&mut command, &dir.join("duckdb.csv")));
        }
        eprintln!("run {} of {RUNS}: smsql {:?}, duckdb {:?}", round + 1, own.last(), duckdb.last());
    }
    let own = median(own);
    println!("{} events, {threads} threads, medians of {RUNS} runs", fold_events::EVENTS);
    println!("smsql   {own}");
    if have_duckdb {
        let duckdb = median(duckdb);
        println!("duckdb  {duckdb}");
        println!("ratio   wall {:.2}, cpu {:.2}", own.wall / duckdb.wall, own.cpu / duckdb.cpu);
        let (ours, theirs) =
            (std::fs::read_to_string(dir.join("smsql.csv")), std::fs::read_to_string(dir.join("duckdb.csv")));
        assert_eq!(ours.unwrap(), theirs.unwrap(), "the two engines disagree");
        println!("both give the same rows");
    }
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

/// Runs an engine; it prints its costs, and its rows go to `rows`.
fn measure(command: &mut Command, rows: &Path) -> Cost {
    let output = command.env("FOLD_ROWS", rows).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let last = text.lines().last().unwrap_or_default();
    let numbers: Vec<f64> = last.split_whitespace().map(|n| n.parse().unwrap()).collect();
    Cost { wall: numbers[0], cpu: numbers[1], peak: numbers[2] }
}

fn median(costs: Vec<Cost>) -> Cost {
    let of = |part: fn(&Cost) -> f64| {
        let mut values: Vec<f64> = costs.iter().map(part).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Cost { wall: of(|c| c.wall), cpu: of(|c| c.cpu), peak: of(|c| c.peak) }
}

async fn run(files: &[PathBuf], dir: &Path, mode: &str) {
    let ctx = session(files).await;
    let sql = if mode == "report" { REPORT } else { mode };
    let repeat = std::env::var("FOLD_REPEAT").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    for _ in 0..repeat {
        let (before, start) = (cpu_seconds(), Instant::now());
        let frame = ctx.sql(sql).await.unwrap();
        let batches = frame.collect().await.unwrap();
        let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - before);
        if mode == "report" {
            let rows = std::env::var_os("FOLD_ROWS").map_or_else(|| dir.join("smsql.csv"), PathBuf::from);
            let mut writer = WriterBuilder::new().with_header(true).build(std::fs::File::create(rows).unwrap());
            batches.iter().for_each(|batch| writer.write(batch).unwrap());
        } else {
            println!("{}", arrow::util::pretty::pretty_format_batches(&batches).unwrap());
        }
        println!("{wall} {cpu} {}", peak_megabytes());
    }
}

async fn session(files: &[PathBuf]) -> SessionContext {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let config = SessionConfig::new().with_target_partitions(threads);
    let limit = std::env::var("FOLD_MEMORY_MB").ok().and_then(|n| n.parse::<usize>().ok()).unwrap_or(4096);
    let pool = PartialPool::new(Arc::new(FairSpillPool::new(limit << 20)), PARTIAL_BYTES);
    let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(pool)).build_arc().unwrap();
    let ctx = SessionContext::new_with_config_rt(config, runtime);
    let urls = files.iter().map(|file| ListingTableUrl::parse(file.to_str().unwrap()).unwrap()).collect();
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let config =
        ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(event_schema());
    ctx.register_table("events", Arc::new(ListingTable::try_new(config).unwrap())).unwrap();
    for function in aggregate_functions() {
        ctx.register_udaf(function.as_ref().clone());
    }
    stand_ins(&ctx);
    let view = format!("CREATE VIEW messages AS {}", include_str!("../queries/views/messages.sql"));
    ctx.sql(&view).await.unwrap();
    ctx
}

fn category() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// `status_class` and `phone_country`, as far as the report needs them.
fn stand_ins(ctx: &SessionContext) {
    let table = StatusTable::new(Some(fold_events::STATUS_CODES)).unwrap();
    let arguments = vec![category(), category(), category(), category(), DataType::Boolean];
    let class = move |args: &[ColumnarValue]| {
        let args = ColumnarValue::values_to_arrays(args)?;
        let texts: Vec<_> = args[..4].iter().map(|array| array.as_dictionary::<Int32Type>()).collect();
        let finals = args[4].as_boolean();
        let sizes: Vec<usize> = texts.iter().map(|array| array.values().len() + 1).collect();
        let mut known = vec![u8::MAX; sizes.iter().product::<usize>() * 3];
        let code = |array: &arrow::array::DictionaryArray<Int32Type>, row: usize| {
            if array.is_null(row) { 0 } else { array.keys().values()[row] as usize + 1 }
        };
        let classes: UInt8Array = (0..finals.len())
            .map(|row| {
                let mut at = if finals.is_null(row) { 0 } else { 1 + usize::from(finals.value(row)) };
                for (array, size) in texts.iter().zip(&sizes) {
                    at = at * size + code(array, row);
                }
                if known[at] == u8::MAX {
                    let text = |i: usize| {
                        let values = texts[i].values().as_string::<i32>();
                        code(texts[i], row).checked_sub(1).map(|key| values.value(key))
                    };
                    let is_final = (!finals.is_null(row)).then(|| finals.value(row));
                    known[at] = text(1).map_or(0, |status| {
                        class_of(&table, text(0).unwrap_or_default(), status, text(2), text(3), is_final).0
                    });
                }
                Some(known[at]).filter(|class| *class > 0)
            })
            .collect();
        Ok(ColumnarValue::Array(Arc::new(classes)))
    };
    let class = create_udf("status_class", arguments, DataType::UInt8, Volatility::Immutable, Arc::new(class));
    ctx.register_udf(class);
    let country = |args: &[ColumnarValue]| {
        let numbers = ColumnarValue::values_to_arrays(args)?;
        Ok(ColumnarValue::Array(cast(&arrow::array::new_null_array(&DataType::Utf8, numbers[0].len()), &category())?))
    };
    let country =
        create_udf("phone_country", vec![DataType::Utf8View], category(), Volatility::Immutable, Arc::new(country));
    ctx.register_udf(country);
}

fn class_of(
    table: &StatusTable,
    provider: &str,
    status: &str,
    code: Option<&str>,
    level: Option<&str>,
    is_final: Option<bool>,
) -> Class {
    table.lookup(provider, status, code).map_or(Class::of(Bucket::Unknown), |mapping| {
        Class::new(mapping.bucket, level, if mapping.is_final { is_final } else { Some(false) })
    })
}

/// The class of every combination that may occur, for the peer to join: CSV.
fn classes_of_combinations() -> String {
    let table = StatusTable::new(Some(fold_events::STATUS_CODES)).unwrap();
    let mut csv = "provider,status,error_code,level,provider_final,class,bucket\n".to_owned();
    let rows = || table.rows().iter();
    for status in rows().filter(|row| row.field == "status") {
        let codes = rows().filter(|row| row.field == "error_code" && row.provider == status.provider);
        for code in std::iter::once("").chain(codes.map(|row| row.value.as_str())) {
            for level in ["", "operator", "handset"] {
                for is_final in [None, Some(false), Some(true)] {
                    let optional = |text: &'static str| Some(text).filter(|text| !text.is_empty());
                    let code_given = Some(code).filter(|code| !code.is_empty());
                    let class =
                        class_of(&table, &status.provider, &status.value, code_given, optional(level), is_final);
                    let is_final = is_final.map_or_else(String::new, |is_final| is_final.to_string());
                    csv += &format!(
                        "{},{},{code},{level},{is_final},{},{}\n",
                        status.provider,
                        status.value,
                        class.0,
                        class.bucket()
                    );
                }
            }
        }
    }
    csv
}

/// Seconds of processor time of this process, user and system.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = after_name.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// The most memory this process ever held, in megabytes.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().map_or(0.0, |kilobytes| kilobytes / 1024.0)
}
