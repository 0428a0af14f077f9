//! Every output format over every type, hostile text, empty results, several batches.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod atomic;
mod chart_text;
pub(crate) mod files;
pub(crate) mod fixtures;
mod hostile;
mod records;
mod table;

use std::io::{self, Write};
use std::sync::Arc;

use arrow::array::*;
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::*;
use chrono_tz::Tz;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use smsql::output::{Format, RenderOptions, is_broken_pipe, sink};

use fixtures::*;

const TEXT_FORMATS: [Format; 6] =
    [Format::Table, Format::Csv, Format::Tsv, Format::Json, Format::Ndjson, Format::Markdown];

/// The formats there are.
pub(crate) fn written() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter()
}

#[test]
fn text_formats_show_every_type_and_any_text() {
    for format in TEXT_FORMATS {
        let types = text(format, &plain(), &every_type());
        let bodies = text(format, &plain(), &bodies());
        snapshot(format.name(), &format!("{}\n{}", visible(&types), visible(&bodies)));
    }
}

#[test]
fn nothing_on_a_terminal_is_obeyed() {
    let mut all = String::new();
    for format in TEXT_FORMATS {
        let text = text(format, &terminal(100), &bodies());
        assert_eq!(visible(&text).replace("⟨9⟩", "\t"), text, "only the tabs between TSV's columns are left");
        all.push_str(&format!("{format}\n{text}\n"));
    }
    snapshot("terminal", &all);
}

#[test]
fn json_keeps_every_digit_and_every_text() {
    let types = every_type();
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text(Format::Json, &plain(), &types)).unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[0]["int64"].to_string(), "9007199254740993");
    assert_eq!(rows[0]["key"].to_string(), "99999999999999999999999999999999999999");
    assert_eq!(rows[0]["cost"].to_string(), "0.00750000");
    assert_eq!(rows[1]["uint64"].to_string(), "18446744073709551615");
    assert!(rows[2].as_object().unwrap().values().all(serde_json::Value::is_null));
    assert_eq!(rows[2].as_object().unwrap().len(), types.num_columns());

    for options in [plain(), terminal(80)] {
        let array: Vec<serde_json::Value> = serde_json::from_str(&text(Format::Json, &options, &bodies())).unwrap();
        let lines = text(Format::Ndjson, &options, &bodies());
        let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(array, lines);
        for (row, body) in array.iter().zip(BODIES) {
            assert_eq!(row["=body"], **body);
            assert_eq!(row["category"], **body);
            assert_eq!(row["list"][0], **body);
        }
    }
}

#[test]
fn csv_reads_back() {
    let options = RenderOptions { formula_guard: false, ..plain() };
    let csv = text(Format::Csv, &options, &bodies());
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.headers().unwrap(), vec!["n", "=body", "category", "list"]);
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.iter().map(|r| r[1].to_owned()).collect::<Vec<_>>(), BODIES);
    assert_eq!(records.iter().map(|r| r[2].to_owned()).collect::<Vec<_>>(), BODIES);
}

#[test]
fn csv_tells_null_from_empty_text() {
    let column = || StringArray::from(vec![None, Some(""), Some("NULL")]);
    let two = batch(vec![("a", Arc::new(column()) as ArrayRef), ("b", Arc::new(column()))]);
    assert_eq!(text(Format::Csv, &plain(), &two), "a,b\n,\n\"\",\"\"\nNULL,NULL\n");
    let named = RenderOptions { null_text: Some("NULL".into()), ..plain() };
    assert_eq!(text(Format::Csv, &named, &two), "a,b\nNULL,NULL\n,\n\"NULL\",\"NULL\"\n");
    assert_eq!(text(Format::Tsv, &plain(), &two), "a\tb\n\\N\t\\N\n\t\nNULL\tNULL\n");
}

#[test]
fn tsv_has_one_line_per_row_and_reads_back() {
    let options = RenderOptions { formula_guard: false, ..plain() };
    let tsv = text(Format::Tsv, &options, &bodies());
    let bodies: Vec<String> = tsv.lines().skip(1).map(|line| unescape(line.split('\t').nth(1).unwrap())).collect();
    assert_eq!(bodies, BODIES);
}

/// PostgreSQL's rules for `COPY` text.
fn unescape(cell: &str) -> String {
    let mut text = String::new();
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        text.push(match c {
            '\\' => match chars.next().unwrap() {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                other => other,
            },
            c => c,
        });
    }
    text
}

proptest! {
    #[test]
    fn any_text_comes_back(texts in proptest::collection::vec(proptest::option::of(any::<String>()), 1..20)) {
        let column: ArrayRef = Arc::new(StringArray::from(texts.clone()));
        let batch = batch(vec![("a", column.clone()), ("b", column)]);
        let options = RenderOptions { formula_guard: false, ..plain() };

        let csv = text(Format::Csv, &options, &batch);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let read: Vec<String> = reader.records().map(|record| record.unwrap()[1].to_owned()).collect();
        prop_assert_eq!(read, texts.iter().map(|t| t.clone().unwrap_or_default()).collect::<Vec<_>>());

        let tsv = text(Format::Tsv, &options, &batch);
        let cells = tsv.split('\n').skip(1).filter_map(|line| line.split('\t').nth(1));
        let read: Vec<Option<String>> = cells.map(|cell| (cell != "\\N").then(|| unescape(cell))).collect();
        prop_assert_eq!(&read, &texts);

        for options in [plain(), terminal(80)] {
            let rows: Vec<serde_json::Value> = serde_json::from_str(&text(Format::Json, &options, &batch)).unwrap();
            let read: Vec<Option<String>> = rows.iter().map(|row| row["b"].as_str().map(str::to_owned)).collect();
            prop_assert_eq!(&read, &texts);
        }
        for format in TEXT_FORMATS {
            let shown = text(format, &terminal(80), &batch).replace(['\n', '\t'], "");
            prop_assert!(!shown.contains(smsql::output::sanitize::is_hazard), "{}: {:?}", format, shown);
        }
    }
}

#[test]
fn formulas_are_guarded_in_text_only() {
    let numbers = decimals(vec![Some(-500)], 10, 2);
    let formulas = batch(vec![
        ("number", Arc::new(numbers) as ArrayRef),
        ("phone", Arc::new(StringArray::from(vec!["+447700900123"]))),
        ("body", Arc::new(StringArray::from(vec!["=HYPERLINK(\"https://evil.example\")"]))),
        ("@alias", Arc::new(StringArray::from(vec!["-5"]))),
    ]);
    assert_eq!(
        text(Format::Csv, &plain(), &formulas),
        "number,phone,body,'@alias\n-5.00,+447700900123,\"'=HYPERLINK(\"\"https://evil.example\"\")\",-5\n"
    );
    assert_eq!(
        text(Format::Tsv, &plain(), &formulas),
        "number\tphone\tbody\t'@alias\n-5.00\t+447700900123\t'=HYPERLINK(\"https://evil.example\")\t-5\n"
    );
    let off = RenderOptions { formula_guard: false, ..plain() };
    assert!(text(Format::Csv, &off, &formulas).ends_with(",\"=HYPERLINK(\"\"https://evil.example\"\")\",-5\n"));
}

#[test]
fn times_are_shown_in_the_zone_asked_for() {
    let winter = NOON - 180 * 86_400_000_000;
    let times = batch(vec![
        ("instant", Arc::new(micros(vec![Some(NOON), Some(winter)]).with_timezone("UTC")) as ArrayRef),
        ("elsewhere", Arc::new(micros(vec![Some(NOON), Some(winter)]).with_timezone("+05:00"))),
        ("local", Arc::new(micros(vec![Some(NOON), Some(winter)]))),
        ("list", Arc::new(list_of_instants())),
    ]);
    let options = RenderOptions { time_zone: Tz::Europe__London, ..plain() };
    assert_eq!(
        text(Format::Ndjson, &options, &times),
        concat!(
            r#"{"instant":"2025-07-01T13:00:00+01:00","elsewhere":"2025-07-01T13:00:00+01:00","#,
            r#""local":"2025-07-01T12:00:00","list":["2025-07-01T13:00:00+01:00"]}"#,
            "\n",
            r#"{"instant":"2025-01-02T12:00:00+00:00","elsewhere":"2025-01-02T12:00:00+00:00","#,
            r#""local":"2025-01-02T12:00:00","list":[]}"#,
            "\n",
        )
    );
    assert!(
        text(Format::Csv, &plain(), &times)
            .contains("\n2025-07-01T12:00:00Z,2025-07-01T12:00:00Z,2025-07-01T12:00:00,")
    );
}

fn list_of_instants() -> ListArray {
    ListArray::new(
        Arc::new(Field::new("element", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), true)),
        OffsetBuffer::from_lengths([1, 0]),
        Arc::new(micros(vec![Some(NOON)]).with_timezone("UTC")),
        None,
    )
}

#[test]
fn a_time_beyond_the_calendar_is_an_error_that_names_the_column() {
    let impossible = one("sent_at", micros(vec![Some(i64::MAX)]).with_timezone("UTC"));
    for format in TEXT_FORMATS {
        let mut sink = sink(format, Box::new(io::sink()), plain());
        sink.begin(&impossible.schema()).unwrap();
        let error = sink.batch(&impossible).unwrap_err();
        assert!(error.to_string().starts_with("column `sent_at`: 9223372036854775807 is out of range"), "{error}");
    }
}

#[test]
fn empty_results_have_their_header() {
    let schema = Arc::new(Schema::new(vec![
        Field::new("provider", DataType::Utf8, true),
        Field::new("n", DataType::Int64, true),
    ]));
    let empty = RecordBatch::new_empty(schema.clone());
    for batches in [&[][..], &[empty]] {
        let text = |format| String::from_utf8(bytes(format, &plain(), &schema, batches)).unwrap();
        assert_eq!(text(Format::Table), " provider │ n\n──────────┼───\n(0 rows)\n");
        assert_eq!(text(Format::Csv), "provider,n\n");
        assert_eq!(text(Format::Tsv), "provider\tn\n");
        assert_eq!(text(Format::Json), "[]\n");
        assert_eq!(text(Format::Ndjson), "");
        assert_eq!(text(Format::Markdown), "| provider | n |\n| --- | ---: |\n");
        assert_eq!(files::read_parquet(bytes(Format::Parquet, &plain(), &schema, batches)).0, schema);
        assert_eq!(files::read_arrow(bytes(Format::Arrow, &plain(), &schema, batches)).0, schema);
    }
}

#[test]
fn several_batches_are_one_result() {
    let whole = bodies();
    for format in written() {
        let once = bytes(format, &plain(), &whole.schema(), std::slice::from_ref(&whole));
        let pieces: Vec<RecordBatch> = (0..whole.num_rows()).map(|row| whole.slice(row, 1)).collect();
        assert_eq!(bytes(format, &plain(), &whole.schema(), &pieces), once, "{format}");
        assert_eq!(bytes(format, &plain(), &whole.schema(), &pieces), once, "{format}, a second time");

        let whole = numbers(20_000);
        let once = bytes(format, &plain(), &whole.schema(), std::slice::from_ref(&whole));
        let pieces: Vec<RecordBatch> = (0..20).map(|i| whole.slice(i * 1000, 1000)).collect();
        assert_eq!(bytes(format, &plain(), &whole.schema(), &pieces), once, "{format}, many rows");
    }
}

#[test]
fn formats_are_found_by_name_and_path() {
    for format in Format::ALL {
        assert_eq!(format.name().parse::<Format>().unwrap(), format);
        assert_eq!(format.is_text(), format == Format::Html || TEXT_FORMATS.contains(&format));
        assert_eq!(Format::from_path(&format!("a.{}", format.suffix())), Some(format));
    }
    let error = "jsno".parse::<Format>().unwrap_err().to_string();
    assert!(error.starts_with("there is no format `jsno`, did you mean `json`"), "{error}");
    for (path, format) in [
        ("a.csv", Some(Format::Csv)),
        ("dir.csv/a.TSV", Some(Format::Tsv)),
        ("a.json", Some(Format::Json)),
        ("a.ndjson", Some(Format::Ndjson)),
        ("a.jsonl", Some(Format::Ndjson)),
        ("a.md", Some(Format::Markdown)),
        ("a.txt", Some(Format::Table)),
        ("a.b.parquet", Some(Format::Parquet)),
        ("a.arrow", Some(Format::Arrow)),
        ("a.xlsx", Some(Format::Xlsx)),
        ("a.html", Some(Format::Html)),
        ("A.HTM", Some(Format::Html)),
        ("a.xls", None),
        ("csv", None),
        (".csv", None),
        ("", None),
    ] {
        assert_eq!(Format::from_path(path), format, "{path}");
    }
}

/// A reader that goes away, or a disk that is full.
struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn a_reader_that_went_away_is_told_from_a_failure() {
    for format in written() {
        let fail = |kind| {
            let mut sink = sink(format, Box::new(Broken(kind)), plain());
            let begun = sink.begin(&numbers(1).schema()).and_then(|()| sink.batch(&numbers(1)));
            begun.and_then(|()| sink.finish()).unwrap_err()
        };
        assert!(is_broken_pipe(&fail(io::ErrorKind::BrokenPipe)), "{format}");
        let wrapped = io::Error::other(io::Error::other(io::Error::from(io::ErrorKind::BrokenPipe)));
        assert!(is_broken_pipe(&smsql::Error::storage("copying", wrapped)));
        let full = fail(io::ErrorKind::StorageFull);
        assert!(!is_broken_pipe(&full), "{format}");
        assert!(full.to_string().starts_with("cannot write the result: "), "{full}");
    }
}

#[test]
fn rows_are_seen_before_the_result_ends() {
    for format in [Format::Csv, Format::Tsv, Format::Json, Format::Ndjson, Format::Markdown] {
        let written = Written::default();
        let mut sink = sink(format, Box::new(written.clone()), plain());
        sink.begin(&numbers(1).schema()).unwrap();
        sink.batch(&numbers(12_345)).unwrap();
        let seen = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(seen.contains("12345"), "{format}");
    }
}
