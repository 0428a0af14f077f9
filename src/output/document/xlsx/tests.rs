//! Sheets that are full go on in others, with bounds small enough to meet.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex};

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};

use super::super::{Chart, ChartKind, Document, DocumentSection, DocumentSink};
use super::{Bounds, XlsxDocument};
use crate::output::RenderOptions;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn section(name: &str) -> DocumentSection {
    let chart = Chart { kind: ChartKind::Bars, label: "n".into(), values: vec!["n".into()] };
    DocumentSection { name: name.into(), title: name.into(), chart: Some(chart), ..DocumentSection::default() }
}

/// A workbook of two sections with so many rows.
fn workbook(rows: i64, bounds: Bounds) -> Xlsx<Cursor<Vec<u8>>> {
    let document = Document { sections: vec![section("full"), section("next")], ..Document::default() };
    let written = Written::default();
    let mut sink =
        XlsxDocument::with_bounds(Box::new(written.clone()), document, RenderOptions::default(), bounds).unwrap();
    for count in [rows, 1] {
        let numbers: ArrayRef = Arc::new(Int64Array::from((1..=count).collect::<Vec<_>>()));
        let batch = RecordBatch::try_from_iter([("n", numbers)]).unwrap();
        sink.begin_section(&batch.schema()).unwrap();
        sink.batch(&batch).unwrap();
        sink.end_section().unwrap();
    }
    Box::new(sink).finish().unwrap();
    let bytes = written.0.lock().unwrap().clone();
    open_workbook_from_rs(Cursor::new(bytes)).unwrap()
}

#[test]
fn a_full_sheet_goes_on_in_the_next() {
    let bounds = Bounds { sheet_rows: 5, memory_rows: 2 };
    for (rows, sheets) in [
        (0, vec!["about", "full", "next"]),
        (4, vec!["about", "full", "next"]),
        (5, vec!["about", "full", "full (2)", "next"]),
        (8, vec!["about", "full", "full (2)", "next"]),
        (9, vec!["about", "full", "full (2)", "full (3)", "next"]),
    ] {
        let mut workbook = workbook(rows, bounds);
        assert_eq!(workbook.sheet_names(), sheets);
        let mut numbers = Vec::new();
        for name in sheets.iter().filter(|name| name.starts_with("full")) {
            let sheet = workbook.worksheet_range(name).unwrap();
            assert_eq!(sheet.get_value((0, 0)), Some(&Data::String("n".into())), "every part has the header");
            assert!(sheet.height() <= 5);
            numbers.extend(sheet.rows().skip(1).map(|row| row[0].clone()));
        }
        let expected = (1..=rows).map(|n| Data::Float(f64::from(u16::try_from(n).unwrap())));
        assert_eq!(numbers, expected.collect::<Vec<_>>());
        let about = workbook.worksheet_range("about").unwrap();
        let words: String = about.rows().flatten().map(Data::to_string).collect();
        assert_eq!(words.contains("further sheets"), rows > 4, "{words}");
    }
}
