//! Results to write: every type, hostile text, and what comes out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use arrow::array::*;
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::*;
use smsql::output::{Format, RenderOptions, sink};

/// What was written, still readable after the sink has taken the writer.
#[derive(Clone, Default)]
pub(crate) struct Written(pub(crate) Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn bytes(format: Format, options: &RenderOptions, schema: &SchemaRef, batches: &[RecordBatch]) -> Vec<u8> {
    let written = Written::default();
    let mut sink = sink(format, Box::new(written.clone()), options.clone());
    sink.begin(schema).unwrap();
    for batch in batches {
        sink.batch(batch).unwrap();
    }
    sink.finish().unwrap();
    written.0.lock().unwrap().clone()
}

pub(crate) fn text(format: Format, options: &RenderOptions, batch: &RecordBatch) -> String {
    String::from_utf8(bytes(format, options, &batch.schema(), std::slice::from_ref(batch))).unwrap()
}

pub(crate) fn plain() -> RenderOptions {
    RenderOptions::default()
}

pub(crate) fn terminal(width: usize) -> RenderOptions {
    RenderOptions { terminal: true, width: Some(width), ..RenderOptions::default() }
}

pub(crate) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}

pub(crate) fn one(name: &str, array: impl Array + 'static) -> RecordBatch {
    batch(vec![(name, Arc::new(array) as ArrayRef)])
}

pub(crate) const NOON: i64 = 1_751_371_200_000_000; // 2025-07-01T12:00:00Z

/// Three rows of every type: an ordinary value, an extreme one, NULL.
pub(crate) fn every_type() -> RecordBatch {
    let days = [Some(20_270), Some(-719_162), None]; // 2025-07-01, 0001-01-01
    let strings = vec![Some("a|b"), Some(""), None];
    let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    map.keys().append_value("source");
    map.values().append_value("spring \"sale\"");
    map.keys().append_value("none");
    map.values().append_null();
    map.append(true).unwrap();
    map.append(true).unwrap();
    map.append(false).unwrap();
    let list =
        ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None, Some(-3)]), Some(vec![]), None]);
    let member_fields = Fields::from(vec![
        Field::new("id", DataType::Int64, true),
        Field::new("parts", DataType::List(Arc::new(Field::new("element", DataType::Utf8View, true))), true),
    ]);
    let parts = ListArray::new(
        Arc::new(Field::new("element", DataType::Utf8View, true)),
        OffsetBuffer::new(vec![0, 2, 2, 2].into()),
        Arc::new(StringViewArray::from(vec![Some("x"), None])),
        Some(NullBuffer::from(vec![true, false, true])),
    );
    let members: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(vec![Some(7), None, None])), Arc::new(parts)];
    let structs = StructArray::new(member_fields, members, Some(NullBuffer::from(vec![true, true, false])));
    // The last value is NULL among the dictionary's values, not among its keys.
    let category = DictionaryArray::<Int32Type>::new(
        Int32Array::from(vec![1, 0, 2]),
        Arc::new(StringArray::from(vec![Some("sinch"), Some("twilio"), None])),
    );
    let number_category = DictionaryArray::<Int8Type>::new(
        Int8Array::from(vec![Some(0), Some(1), None]),
        Arc::new(Int64Array::from(vec![42, -42])),
    );
    let runs = RunArray::try_new(&Int32Array::from(vec![2, 3]), &StringArray::from(vec![Some("run"), None])).unwrap();
    let interval =
        [Some(IntervalMonthDayNano::new(14, 3, 14_706_500_000_000)), Some(IntervalMonthDayNano::new(0, -1, 1)), None];
    batch(vec![
        ("bool", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
        ("int8", Arc::new(Int8Array::from(vec![Some(1), Some(i8::MIN), None]))),
        ("int64", Arc::new(Int64Array::from(vec![Some(9_007_199_254_740_993), Some(i64::MIN), None]))),
        ("uint64", Arc::new(UInt64Array::from(vec![Some(1), Some(u64::MAX), None]))),
        ("float32", Arc::new(Float32Array::from(vec![Some(0.1), Some(f32::NAN), None]))),
        ("float64", Arc::new(Float64Array::from(vec![Some(1.0), Some(f64::NEG_INFINITY), None]))),
        ("cost", Arc::new(decimals(vec![Some(750_000), Some(-1), None], 18, 8))),
        (
            "key",
            Arc::new(decimals(vec![Some(99_999_999_999_999_999_999_999_999_999_999_999_999), Some(0), None], 38, 0)),
        ),
        ("utf8", Arc::new(StringArray::from(strings.clone()))),
        ("large", Arc::new(LargeStringArray::from(strings.clone()))),
        ("view", Arc::new(StringViewArray::from(strings))),
        ("category", Arc::new(category)),
        ("number_category", Arc::new(number_category)),
        ("runs", Arc::new(runs)),
        ("bytes", Arc::new(BinaryArray::from(vec![Some(b"\x00\xffA".as_slice()), Some(b""), None]))),
        ("instant", Arc::new(micros(vec![Some(NOON), Some(NOON + 1), None]).with_timezone("UTC"))),
        ("local", Arc::new(micros(vec![Some(NOON), Some(-1), None]))),
        ("date", Arc::new(Date32Array::from(days.to_vec()))),
        ("date64", Arc::new(Date64Array::from(days.map(|d| d.map(|d| i64::from(d) * 86_400_000)).to_vec()))),
        ("time", Arc::new(Time64MicrosecondArray::from(vec![Some(45_296_000_000), Some(1), None]))),
        ("duration", Arc::new(DurationMicrosecondArray::from(vec![Some(183_600_000_000), Some(-1), None]))),
        ("interval", Arc::new(IntervalMonthDayNanoArray::from(interval.to_vec()))),
        ("list", Arc::new(list)),
        ("map", Arc::new(map.finish())),
        ("struct", Arc::new(structs)),
        ("nothing", Arc::new(NullArray::new(3))),
    ])
}

pub(crate) fn decimals(values: Vec<Option<i128>>, precision: u8, scale: i8) -> Decimal128Array {
    Decimal128Array::from(values).with_precision_and_scale(precision, scale).unwrap()
}

pub(crate) fn micros(values: Vec<Option<i64>>) -> TimestampMicrosecondArray {
    TimestampMicrosecondArray::from(values)
}

/// Bodies as strangers write them.
pub(crate) const BODIES: &[&str] = &[
    "Your code is 1234",
    "",
    "two\nlines",
    "paid\rowed",
    "tab\tand \"quotes\", comma; back\\slash \\n",
    "\x1b[31mred\x1b]52;c;cm0gLXJm\x07",
    "\x1b]8;;https://evil.example\x1b\\your bank\x1b]8;;\x1b\\",
    "\u{9b}2J\u{7f}",
    "abc\u{202e}fdp.exe",
    "zero\u{200b}width\u{2028}tag\u{e0041}",
    "=cmd|' /C calc'!A0",
    "+1+cmd()",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\0=1",
    "+447700900123",
    "-5",
    "<img src=x onerror=alert(1)> [link](javascript:x) *b* _i_ `c` a_b & ~s~",
    "你好 👍🏽 Zażółć cafe\u{301}",
    "NULL",
    "\\N",
];

pub(crate) fn bodies() -> RecordBatch {
    let view = StringViewArray::from(BODIES.to_vec());
    let category: DictionaryArray<Int32Type> = BODIES.iter().copied().collect();
    let list = ListArray::new(
        Arc::new(Field::new("element", DataType::Utf8, true)),
        OffsetBuffer::from_lengths(BODIES.iter().map(|_| 1)),
        Arc::new(StringArray::from(BODIES.to_vec())),
        None,
    );
    let number = Int64Array::from((0..BODIES.len() as i64).map(|n| -n).collect::<Vec<_>>());
    batch(vec![
        ("n", Arc::new(number)),
        ("=body", Arc::new(view)),
        ("category", Arc::new(category)),
        ("list", Arc::new(list)),
    ])
}

/// Control and format characters as `⟨202E⟩`, so that a snapshot shows them and a diff of it is honest.
pub(crate) fn visible(text: &str) -> String {
    let mut visible = String::new();
    for c in text.chars() {
        let hidden = (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{e0000}'..);
        if hidden { visible.push_str(&format!("⟨{:X}⟩", u32::from(c))) } else { visible.push(c) }
    }
    visible
}

pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("output_{name}"), text));
}

/// 1, 2, 3 ...
pub(crate) fn numbers(count: i64) -> RecordBatch {
    one("n", Int64Array::from((1..=count).collect::<Vec<_>>()))
}
