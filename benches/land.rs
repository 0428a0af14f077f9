//! Landing a million events, beside the floor: the same file read by arrow's JSON reader with the same columns and
//! written by the parquet writer, on one core each as they come, with nothing checked, typed, hashed or archived.
//!
//! `cargo bench --bench land [-- EVENTS]` prints medians of interleaved runs, their ratio, and peak memory.

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use smsql::source::generate::{Feed, GenerateOptions, generate};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 5;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    if let [floor, input, output] = arguments.as_slice()
        && floor == "floor"
    {
        return write_floor(Path::new(input), Path::new(output));
    }
    let events = arguments.first().map_or(Ok(1_000_000), |text| text.parse())?;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-land");
    std::fs::create_dir_all(&folder)?;
    let input = folder.join(format!("events-{events}.ndjson"));
    if !input.exists() {
        let options = GenerateOptions { events, feeds: vec![Feed::Event], ..GenerateOptions::default() };
        generate(&options, &mut |_| {
            Ok(Box::new(File::create(&input).map_err(|e| smsql::Error::storage("input", e))?))
        })?;
    }
    let bytes = std::fs::metadata(&input)?.len();
    println!("{events} events, {:.0} MB of NDJSON, {ROUNDS} interleaved rounds", bytes as f64 / 1e6);
    let (mut land, mut floor) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let store = folder.join("store");
        let _ = std::fs::remove_dir_all(&store);
        let mut command = Command::new(env!("CARGO_BIN_EXE_smsql"));
        command.arg("--store").arg(&store).args(["land", "smsql/event", "--allow-rejects"]).arg(&input);
        land.push(run(command)?);
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("floor").arg(&input).arg(folder.join("floor.parquet"));
        floor.push(run(command)?);
    }
    let (land, floor) = (median(land), median(floor));
    report("smsql land", &land, bytes);
    report("floor: arrow-json + parquet", &floor, bytes);
    println!("wall ratio {:.2}", land.wall.as_secs_f64() / floor.wall.as_secs_f64());
    Ok(())
}

/// One run of one process.
#[derive(Clone)]
struct Run {
    wall: Duration,
    peak_kb: u64,
}

fn run(mut command: Command) -> Result<Run> {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak_kb = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        let text = std::fs::read_to_string(&status_file).unwrap_or_default();
        let peak = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        peak_kb = peak.unwrap_or(peak_kb);
        std::thread::sleep(Duration::from_millis(2));
    };
    let wall = start.elapsed();
    if !status.success() {
        return Err(format!("{command:?} ended with {status}").into());
    }
    Ok(Run { wall, peak_kb })
}

fn median(mut runs: Vec<Run>) -> Run {
    let peak_kb = runs.iter().map(|run| run.peak_kb).max().unwrap_or(0);
    runs.sort_by_key(|run| run.wall);
    Run { wall: runs[runs.len() / 2].wall, peak_kb }
}

fn report(name: &str, run: &Run, bytes: u64) {
    let seconds = run.wall.as_secs_f64();
    println!("{name:<30} {seconds:>7.2} s {:>7.1} MB/s  peak {} MB", bytes as f64 / 1e6 / seconds, run.peak_kb / 1024);
}

/// The bare readers and writers, with the columns the file has, all as text.
fn write_floor(input: &Path, output: &Path) -> Result<()> {
    let schema = columns(input)?;
    let reader = arrow_json::ReaderBuilder::new(Arc::clone(&schema)).with_coerce_primitive(true).with_batch_size(8192);
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?)).build();
    let mut writer = ArrowWriter::try_new(File::create(output)?, schema, Some(properties))?;
    for batch in reader.build(BufReader::with_capacity(1 << 20, File::open(input)?))? {
        writer.write(&batch?)?;
    }
    writer.close()?;
    Ok(())
}

/// The columns of the first lines: what a bare reader is told to read.
fn columns(input: &Path) -> Result<SchemaRef> {
    let inferred = arrow_json::reader::infer_json_schema(BufReader::new(File::open(input)?), Some(10_000))?.0;
    let text = |field: &Arc<Field>| match field.data_type() {
        DataType::List(_) | DataType::Struct(_) => Arc::clone(field),
        _ => Arc::new(Field::new(field.name(), DataType::Utf8, true)),
    };
    Ok(Arc::new(Schema::new(inferred.fields().iter().map(text).collect::<Vec<_>>())))
}
