//! What a workbook holds, as another library reads it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use calamine::{Data, ExcelDateTime, Range, Reader, Xlsx, open_workbook_from_rs};
use chrono::NaiveDateTime;
use smsql::output::document::{Chart, ChartKind, Document, DocumentSection};
use smsql::output::{Format, RenderOptions};

use super::fixtures::{Rows, document, london, rows, write};
use crate::output::fixtures::{BODIES, batch, bodies, bytes, every_type, plain};

pub(super) fn open(workbook: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
    open_workbook_from_rs(Cursor::new(workbook.to_vec())).unwrap()
}

fn sheet(workbook: &[u8], name: &str) -> Range<Data> {
    open(workbook).worksheet_range(name).unwrap()
}

fn cell(sheet: &Range<Data>, row: u32, column: u32) -> Data {
    sheet.get_value((row, column)).cloned().unwrap_or_default()
}

/// To the microsecond, counted from where Excel's calendar is right.
fn moment(time: &ExcelDateTime) -> NaiveDateTime {
    let first = "1899-12-30T00:00:00".parse::<NaiveDateTime>().unwrap();
    let micros = (time.as_f64().fract() * 86_400e6).round() as i64;
    first + chrono::TimeDelta::days(time.as_f64() as i64) + chrono::TimeDelta::microseconds(micros)
}

fn small() -> Vec<u8> {
    write(Format::Xlsx, &london(), document(), &rows()).unwrap().remove("all").unwrap()
}

#[test]
fn a_sheet_per_section_follows_the_sheet_about() {
    assert_eq!(open(&small()).sheet_names(), ["about", "rates", "daily", "events", "nothing"]);
}

#[test]
fn numbers_are_numbers_and_text_is_text() {
    let rates = sheet(&small(), "rates");
    let column = |column| (0..6).map(|row| cell(&rates, row, column)).collect::<Vec<_>>();
    let string = |text: &str| Data::String(text.into());
    assert_eq!(
        column(0),
        [
            string("campaign"),
            string("spring"),
            string("=cmd|' /C calc'!A0"),
            string("\x1b[31m<b>|*a*\r\n_x000D_"),
            Data::Empty,
            Data::Empty,
        ]
    );
    // 123456789012345 has the fifteen digits that Excel keeps.
    let numbers = [1000.0, 3.0, 0.0, 7.0, 123_456_789_012_345.0].map(Data::Float);
    assert_eq!(column(1)[1..], numbers);
    assert_eq!(
        column(2)[1..],
        [Data::Float(7.5), Data::Float(-0.0001), Data::Float(0.0), Data::Empty, Data::Float(0.0012)]
    );
    assert_eq!(
        column(3)[1..],
        [Data::Float(97.12), Data::Float(33.33), Data::Empty, Data::Float(0.0), Data::Float(100.0)]
    );
}

#[test]
fn times_are_local_and_what_is_not_exact_is_text() {
    let events = sheet(&small(), "events");
    let names: Vec<String> = (0..12).map(|column| cell(&events, 0, column).to_string()).collect();
    let column = |name: &str| {
        let at = u32::try_from(names.iter().position(|other| other == name).unwrap()).unwrap();
        (1..5).map(|row| cell(&events, row, at)).collect::<Vec<_>>()
    };
    let time = |data: &Data| match data {
        Data::DateTime(time) => moment(time),
        other => panic!("{other:?} is no time"),
    };
    let at = |text: &str| text.parse::<NaiveDateTime>().unwrap();
    let string = |text: &str| Data::String(text.into());

    let times = column("at");
    // Two different instants, both half past one in London.
    assert_eq!(time(&times[0]), at("2025-10-26T01:30:00"));
    assert_eq!(time(&times[1]), at("2025-10-26T01:30:00"));
    let Data::DateTime(exact) = &times[2] else { panic!("{:?}", times[2]) };
    // 45956 days since 30 December 1899, and two and a half hours and 1500 microseconds.
    assert_eq!(((exact.as_f64() - 45_956.0) * 86_400e6).round(), 2.5 * 3_600e6 + 1_500.0);
    assert_eq!(times[3], Data::Empty);

    let local = column("local");
    assert_eq!(time(&local[0]), at("1970-01-01T00:00:00"));
    assert_eq!(local[2], string("1874-12-07T18:40:00"), "Excel has no days before 1900");
    let nanos = column("nanos");
    assert_eq!(nanos[0], string("1970-01-01T00:00:00.000000001"));
    assert!(matches!(nanos[1], Data::DateTime(_)), "{nanos:?}");
    let dates = column("date");
    assert_eq!(time(&dates[0]), at("2025-10-26T00:00:00"));
    assert_eq!(dates[1], string("0001-01-01"));

    assert_eq!(column("is_final"), [Data::Bool(true), Data::Bool(false), Data::Empty, Data::Empty]);
    assert_eq!(
        column("number"),
        [string("9007199254740993"), Data::Float(-5.0), Data::Float(120_000_000_000_000_000.0), Data::Empty]
    );
    assert_eq!(column("key")[..2], [string("10000000000000000000000000000000000001"), Data::Float(5.0)]);
    assert_eq!(column("float"), [Data::Float(0.1), string("NaN"), Data::Float(-2.5e-7), Data::Empty]);
    assert_eq!(column("phone"), [string("+447700900123"), string("00123"), string("-1+1"), Data::Empty]);
    assert_eq!(column("parts")[..3], [string("[1,null]"), string("[]"), Data::Empty]);
    assert_eq!(column("section")[..3], [string("twilio"), string("sinch"), Data::Empty]);
}

/// Cell by cell, a workbook says what CSV says.
#[test]
fn a_workbook_holds_what_csv_holds() {
    let options = RenderOptions { formula_guard: false, ..plain() };
    for batch in [every_type(), bodies()] {
        let workbook = bytes(Format::Xlsx, &options, &batch.schema(), std::slice::from_ref(&batch));
        let result = sheet(&workbook, "result");
        let csv = bytes(Format::Csv, &options, &batch.schema(), std::slice::from_ref(&batch));
        let mut csv = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_slice());
        let mut cells = 0;
        for (row, record) in (0..).zip(csv.records()) {
            for (column, text) in (0..).zip(record.unwrap().iter()) {
                let cell = cell(&result, row, column);
                let same = match &cell {
                    Data::Empty => text.is_empty(),
                    Data::String(string) => string == text,
                    Data::Bool(value) => value.to_string() == text,
                    Data::Float(number) => text.parse::<f64>().unwrap() == *number,
                    Data::DateTime(time) => {
                        let time = moment(time);
                        let text = text.trim_end_matches('Z');
                        let day = text.parse::<chrono::NaiveDate>().map(NaiveDateTime::from);
                        let expected = day.or_else(|_| text.parse::<NaiveDateTime>()).unwrap();
                        time == expected
                    }
                    other => panic!("{other:?}"),
                };
                assert!(same, "row {row}, column {column}: {cell:?} is not {text:?}");
                cells += 1;
            }
        }
        assert_eq!(cells, batch.num_columns() * (batch.num_rows() + 1));
    }
}

/// Formulas are what CSV must guard; here the text is there as it was.
#[test]
fn hostile_text_comes_back_as_it_was() {
    for guard in [true, false] {
        let options = RenderOptions { formula_guard: guard, ..plain() };
        let workbook = bytes(Format::Xlsx, &options, &bodies().schema(), &[bodies()]);
        let result = sheet(&workbook, "result");
        for (row, body) in (1..).zip(BODIES) {
            let expected = if body.is_empty() { Data::Empty } else { Data::String((*body).into()) };
            assert_eq!(cell(&result, row, 1), expected);
        }
        assert!(open(&workbook).worksheet_formula("result").unwrap().is_empty());
    }
}

#[test]
fn the_sheet_about_says_what_the_workbook_is() {
    let about = sheet(&small(), "about");
    let lines: Vec<String> = about
        .rows()
        .map(|row| row.iter().map(Data::to_string).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" | "))
        .collect();
    let has = |line: &str| assert!(lines.iter().any(|other| other == line), "{line}\n{}", lines.join("\n"));
    assert_eq!(lines[0], "Reception statistics *2025*");
    has("report | reception_statistics");
    has("version | 12");
    has("store | s3://bucket/sms");
    has("campaign | =spring | \"sale\" | What campaign does.");
    has("provider | What provider does.");
    has("rates | Reception rates | 5 rows");
    has("delivered_percent | What delivered_percent is.");
    has("nothing | Nothing | 0 rows");
    has("Cells without a value are NULL but for 1 empty text.");
    has("Within an hour that Europe/London has twice, as clocks go back: 2 times; CSV says which hour.");
    assert!(lines.iter().any(|line| line.starts_with("times | local time of Europe/London | Excel has no time zones")));
}

/// All that a sheet says, in lines or not.
fn words(sheet: &Range<Data>) -> String {
    sheet.rows().flatten().map(Data::to_string).filter(|cell| !cell.is_empty()).collect::<Vec<_>>().join(" ")
}

fn one_section(chart: Option<Chart>) -> Document {
    let section = DocumentSection { name: "rows".into(), title: "Rows".into(), chart, ..DocumentSection::default() };
    Document { name: "long".into(), title: "Long".into(), sections: vec![section], ..Document::default() }
}

fn many(rows: i64) -> Rows {
    let numbers: Vec<i64> = (0..rows).collect();
    let texts: Vec<String> = numbers.iter().map(|n| format!("message {n}")).collect();
    vec![batch(vec![
        ("n", Arc::new(Int64Array::from(numbers)) as ArrayRef),
        ("body", Arc::new(StringArray::from(texts))),
    ])]
}

/// Rows of a long section go to disk as they come; what is read back is the same, and so are the bytes.
#[test]
fn a_long_section_holds_every_row() {
    let chart = Chart { kind: ChartKind::Bars, label: "body".into(), values: vec!["n".into()] };
    for count in [10_000, 10_001, 30_000] {
        let rows = many(count);
        let sections = [(rows[0].schema(), rows.clone())];
        let workbook = &write(Format::Xlsx, &plain(), one_section(Some(chart.clone())), &sections).unwrap()["all"];
        let read = sheet(workbook, "rows");
        assert_eq!(read.height() as i64, count + 1);
        for row in [1, 9_999, 10_000, count] {
            let at = u32::try_from(row).unwrap();
            let number = f64::from(at) - 1.0;
            assert_eq!(cell(&read, at, 0), Data::Float(number));
            assert_eq!(cell(&read, at, 1), Data::String(format!("message {number}")));
        }
        let about = words(&sheet(workbook, "about"));
        assert_eq!(about.contains("XLSX_CHART_ROWS_MAX"), count > 10_000);

        let pieces = (0..count).step_by(777).map(|at| rows[0].slice(at as usize, 777.min((count - at) as usize)));
        let sections = [(rows[0].schema(), pieces.collect())];
        let again = &write(Format::Xlsx, &plain(), one_section(Some(chart.clone())), &sections).unwrap()["all"];
        assert!(again == workbook, "{count} rows in pieces give other bytes");
    }
}

#[test]
fn text_that_no_cell_holds_is_cut_and_said_so() {
    let long = "x".repeat(40_000);
    let rows = batch(vec![("body", Arc::new(StringArray::from(vec!["short", &long])) as ArrayRef)]);
    let workbook = &write(Format::Xlsx, &plain(), one_section(None), &[(rows.schema(), vec![rows])]).unwrap()["all"];
    let Data::String(text) = cell(&sheet(workbook, "rows"), 2, 0) else { panic!() };
    assert_eq!(text.encode_utf16().count(), 32_767);
    assert!(text.ends_with("x … [cut: 40000 characters, a cell holds 32767]"));
    let about = words(&sheet(workbook, "about"));
    assert!(
        about.contains("XLSX_CELL_CHARS_MAX = 32767 characters; CSV has all of it: column `body` of row 2."),
        "{about}"
    );
}

#[test]
fn a_chart_of_a_column_that_is_not_there_is_an_error() {
    let chart = Chart { kind: ChartKind::Bars, label: "body".into(), values: vec!["m".into()] };
    let rows = many(3);
    let error = write(Format::Xlsx, &plain(), one_section(Some(chart)), &[(rows[0].schema(), rows)]).unwrap_err();
    assert_eq!(error.to_string(), "section `rows`: its chart names no column `m`");
}
