//! Texts by strangers on every way to a terminal: tables, records, charts, documents, plans. None may do anything there.
//!
//! What counts as doing something is listed here anew, from Unicode's and ECMA-48's own lists, so that a hole in the
//! list that smsql goes by is seen.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, StructArray};
use arrow::datatypes::{DataType, Field};
use smsql::output::chart_text::{TextChart, draw};
use smsql::output::document::{Document, DocumentParameter, DocumentSection, Target, document_sink};
use smsql::output::{Expanded, Format, RenderOptions};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::fixtures::{Written, batch, terminal, text};
use crate::workspace::Workspace;

/// Each kind of attack, with what a reader sees of it somewhere in the output.
const HOSTILE: &[&str] = &[
    "\x1b[2J\x1b[H\x1b[31mred", // clears the screen, moves the cursor, colours
    "\x1b]52;c;cm0gLXJm\x07",   // sets the clipboard
    "\x1b]0;title\x1b\\",       // sets the title
    "\x1b]8;;https://evil.example\x1b\\bank\x1b]8;;\x1b\\", // a disguised link
    "\x1bP+q544e\x1b\\",        // asks the terminal, which types the answer
    "\x1b[6n\x1b[c\x05",        // the same
    "\x1b_Gi=1;AAAA\x1b\\\x1b^x\x1b\\\x1bX\x1b\\", // pictures, private messages
    "\u{9b}31m\u{9d}52;c;AAAA\u{9c}\u{90}q\u{84}\u{85}\u{8d}", // the same controls in one byte
    "paid 10\r\x08\x08owed 99\x0b\x0c", // writes over what was there
    "\x07\x0e\x0f\0\x7f",       // rings, switches the character set
    "abc\u{202e}fdp.exe\u{202c}\u{202a}\u{202b}\u{202d}", // reorders
    "\u{2066}a\u{2067}b\u{2068}c\u{2069}\u{200e}\u{200f}\u{61c}", // the same by isolates and marks
    "a\u{200b}b\u{200c}c\u{200d}d\u{2060}e\u{feff}f\u{ad}g\u{180e}h\u{34f}i\u{3164}j\u{115f}k\u{ffa0}", // hides
    "\u{e0001}\u{e0041}\u{e0042}\u{e007f}\u{e0100}\u{e01ef}", // hides a text in tags and selectors
    "two\nlines\u{2028}three\u{2029}four\u{85}five", // breaks the line
    "\u{fff9}a\u{fffa}b\u{fffb}\u{206a}\u{206f}\u{2061}\u{2064}", // annotations, old format characters, invisible operators
    "\u{1d173}\u{1d17a}\u{1bca0}\u{1bca3}",                       // the format characters of notes and shorthand
    "Z\u{335}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30a}\u{30b}\u{30c}\u{489}algo", // floods
    "😀\u{fe0f}\u{fe01}\u{fe02}\u{fe03}\u{fe04}",                 // hides a text behind an emoji
];

/// Whether the character does something to a terminal or its reader rather than being seen.
fn does_something(c: char) -> bool {
    let controls = matches!(c, '\0'..='\x1f' | '\x7f'..='\u{9f}');
    let bidi = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = matches!(c, '\u{2028}' | '\u{2029}');
    let hidden = matches!(c, '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    controls || bidi || breaks || hidden
}

/// Fails if the output does anything; `own` are the characters and sequences that smsql itself puts there.
#[track_caller]
fn harmless(output: &str, own: &[&str]) {
    let output = own.iter().fold(output.to_owned(), |text, own| text.replace(own, ""));
    if let Some(c) = output.chars().find(|c| does_something(*c)) {
        panic!("U+{:04X} is in {output:?}", u32::from(c));
    }
    let (mut marks, mut selectors) = (0, 0);
    for c in output.chars() {
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        selectors = if matches!(c, '\u{fe00}'..='\u{fe0f}') { selectors + 1 } else { 0 };
        assert!(marks <= 6 && selectors <= 1, "a flood of marks in {output:?}");
    }
}

#[test]
fn what_does_harm_is_noticed() {
    for hostile in HOSTILE {
        assert!(std::panic::catch_unwind(|| harmless(hostile, &["\n"])).is_err(), "{hostile:?}");
    }
    harmless("plain, 你好 👍🏽 cafe\u{301} ❤\u{fe0f}", &[]);
}

fn texts() -> ArrayRef {
    Arc::new(StringArray::from(HOSTILE.to_vec()))
}

/// Hostile values in text and nested columns, under a hostile name.
fn rows() -> RecordBatch {
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(1..=HOSTILE.len() as i64));
    let field = Arc::new(Field::new("\u{202e}key\x07", DataType::Utf8, true));
    let nested = StructArray::from(vec![(field, texts())]);
    batch(vec![
        ("n", numbers.clone()),
        ("bo\x1b]0;x\x07dy\u{202e}", texts()),
        ("nested", Arc::new(nested)),
        ("after", numbers),
    ])
}

fn views() -> Vec<RenderOptions> {
    let expanded = [Expanded::Off, Expanded::On, Expanded::Auto];
    let view = |expanded, width| RenderOptions { expanded, bars: true, ..terminal(width) };
    expanded.into_iter().flat_map(|expanded| [300, 60, 20].map(|width| view(expanded, width))).collect()
}

#[test]
fn results_do_nothing_in_any_format() {
    for options in views() {
        for format in [Format::Table, Format::Csv, Format::Json, Format::Ndjson, Format::Markdown] {
            harmless(&text(format, &options, &rows()), &["\n"]);
        }
        harmless(&text(Format::Tsv, &options, &rows()), &["\n", "\t"]);
    }
}

#[test]
fn html_on_a_terminal_does_nothing() {
    let page = text(Format::Html, &terminal(80), &rows());
    harmless(&page, &["\n"]);
}

/// A table that is redirected today is shown on a terminal tomorrow.
#[test]
fn tables_in_files_do_nothing_either() {
    for expanded in [Expanded::Off, Expanded::On] {
        for format in [Format::Table, Format::Markdown] {
            harmless(&text(format, &RenderOptions { expanded, ..RenderOptions::default() }, &rows()), &["\n"]);
        }
    }
}

#[test]
fn columns_stay_where_they_are() {
    let table = text(Format::Table, &terminal(300), &rows());
    let bars = |line: &str| -> Vec<usize> {
        line.char_indices().filter(|(_, c)| matches!(c, '│' | '┼')).map(|(at, _)| line[..at].width()).collect()
    };
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), HOSTILE.len() + 3, "a line for each row");
    for line in &lines[..lines.len() - 1] {
        assert_eq!(bars(line), bars(lines[1]), "{line}");
    }
    for (at, line) in lines[2..lines.len() - 1].iter().enumerate() {
        assert!(line.ends_with(&format!(" {}", at + 1)), "{line}");
    }
}

#[test]
fn charts_do_nothing() {
    for arguments in ["bars", "lines"] {
        for styled in [false, true] {
            let options = RenderOptions { styled, ..terminal(80) };
            let chart = TextChart::parse(arguments, &rows().schema()).unwrap();
            let drawn = draw(&chart, &rows().schema(), [Ok(rows())], &options, 20).unwrap();
            harmless(&drawn, &["\n", "\x1b[36m", "\x1b[35m", "\x1b[0m"]);
        }
    }
    let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let names = batch(HOSTILE.iter().take(8).map(|name| (*name, numbers.clone())).collect());
    for arguments in ["bars", "lines"] {
        let chart = TextChart::parse(arguments, &names.schema()).unwrap();
        harmless(&draw(&chart, &names.schema(), [Ok(names.clone())], &terminal(80), 20).unwrap(), &["\n"]);
    }
}

#[test]
fn documents_do_nothing() {
    let hostile = HOSTILE.concat();
    let document = || Document {
        name: "report".into(),
        title: hostile.clone(),
        description: hostile.clone(),
        parameters: vec![DocumentParameter {
            name: "campaign".into(),
            type_name: "text".into(),
            value: Some(hostile.clone()),
            help: hostile.clone(),
        }],
        facts: vec![("store".into(), hostile.clone())],
        sections: vec![DocumentSection {
            name: "section".into(),
            title: hostile.clone(),
            description: hostile.clone(),
            columns: ["n", "body", "nested", "after"].map(|name| (name.to_owned(), hostile.clone())).to_vec(),
            ..DocumentSection::default()
        }],
        ..Document::default()
    };
    for options in views() {
        for format in [Format::Table, Format::Markdown, Format::Json, Format::Ndjson] {
            let options = RenderOptions { styled: true, ..options.clone() };
            let written = Written::default();
            let target = Target::Stream(Box::new(written.clone()));
            let mut sink = document_sink(format, target, document(), options).unwrap();
            sink.begin_section(&rows().schema()).unwrap();
            sink.batch(&rows()).unwrap();
            sink.end_section().unwrap();
            sink.finish().unwrap();
            let bytes = written.0.lock().unwrap().clone();
            harmless(&String::from_utf8(bytes).unwrap(), &["\n", "\x1b[1m", "\x1b[2m", "\x1b[0m"]);
        }
    }
}

#[test]
fn plans_do_nothing() {
    let work = Workspace::new();
    for hostile in HOSTILE.iter().filter(|text| !text.contains('\0')) {
        let sql = format!("EXPLAIN SELECT message_id, '{hostile}' AS \"x\" FROM events WHERE body = '{hostile}'");
        harmless(&work.sql(&sql, &[]).ok(), &["\n"]);
    }
}
