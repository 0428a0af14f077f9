//! Documents, several results under one title, in every format: what is written, that it is the same whenever it is
//! written, and that it reads back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fixtures;
mod parts;
mod workbook;
mod workbook_look;

use smsql::Error;
use smsql::output::document::{Document, Target, document_sink};
use smsql::output::{Format, RenderOptions, sanitize};

use crate::output::fixtures::{plain, snapshot, text as single, visible};
use crate::output::{files, written};
use fixtures::{document, in_pieces, london, parameter, rows, text, write};

#[test]
fn text_formats_hold_all_that_a_document_says() {
    for format in [Format::Table, Format::Markdown, Format::Json, Format::Ndjson, Format::Csv, Format::Tsv] {
        let options = RenderOptions { bars: true, ..london() };
        let files = write(format, &options, document(), &rows()).unwrap();
        snapshot(&format!("document_{format}"), &visible(&text(&files)));
    }
}

#[test]
fn a_terminal_is_not_obeyed_and_leaves_bars_out_before_columns() {
    let mut all = String::new();
    for (width, styled) in [(120, true), (60, false), (40, false)] {
        let options =
            RenderOptions { terminal: true, width: Some(width), rows_max: Some(2), bars: true, styled, ..london() };
        let mut hostile = document();
        hostile.title.push_str("\x1b]0;owned\x07");
        hostile.description.push_str(" \x1b[2J\u{202e}");
        hostile.sections[0].title.push('\x07');
        hostile.parameters[0].value = Some("\x1b[2J".into());
        let table = text(&write(Format::Table, &options, hostile, &rows()).unwrap());
        let own = ["\x1b[1m", "\x1b[2m", "\x1b[0m", "\n"].iter().fold(table.clone(), |text, own| text.replace(own, ""));
        assert!(!own.contains(sanitize::is_hazard), "{own:?}");
        all.push_str(&format!("{width}\n{}\n", visible(&table)));
    }
    snapshot("document_terminal", &all);
}

/// What `jq` and an HTTP client see.
#[test]
fn json_types_what_json_has_types_for() {
    let mut document = document();
    document.parameters.extend([
        parameter("signed", "integer", Some("+5")),
        parameter("long", "decimal", Some("123456789012345678901234567890.10")),
        parameter("looks_like_one", "text", Some("5")),
        parameter("day", "date", Some("2025-10-26")),
    ]);
    for options in [london(), RenderOptions { terminal: true, ..london() }] {
        let json = text(&write(Format::Json, &options, document.clone(), &rows()).unwrap());
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            json.as_object().unwrap().keys().collect::<Vec<_>>(),
            ["report", "parameters", "version", "sections"]
        );
        assert_eq!(json["report"], "reception_statistics");
        assert_eq!(json["version"].to_string(), "12");
        let parameters = json["parameters"].to_string();
        assert_eq!(
            parameters,
            r#"{"from":"2025-10-01","campaign":"=spring | \"sale\"","provider":null,"window_hours":72,"threshold":0.020,"#
                .to_owned()
                + r#""exact":true,"signed":"+5","long":123456789012345678901234567890.10,"looks_like_one":"5","#
                + r#""day":"2025-10-26"}"#
        );
        let sections = json["sections"].as_array().unwrap();
        assert_eq!(
            sections.iter().map(|s| s["name"].as_str().unwrap()).collect::<Vec<_>>(),
            ["rates", "daily", "events", "nothing"]
        );
        // The rows are those that the format gives for a single result.
        for (section, (_, batches)) in sections.iter().zip(rows()) {
            let expected = batches.first().map_or("[]".to_owned(), |batch| single(Format::Json, &options, batch));
            assert_eq!(section["rows"], serde_json::from_str::<serde_json::Value>(&expected).unwrap());
        }
    }
}

#[test]
fn ndjson_names_the_section_first_and_keeps_every_column() {
    let lines = text(&write(Format::Ndjson, &london(), document(), &rows()).unwrap());
    let lines: Vec<serde_json::Map<_, _>> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 5 + 3 + 4);
    for line in &lines {
        assert_eq!(line.keys().next().unwrap(), "section");
    }
    let events: Vec<_> = lines.iter().filter(|line| line["section"] == "events").collect();
    assert_eq!(events.len(), 4);
    // The column `section` gives way to a name that is free: `section_1` is another column.
    assert_eq!(events[0].keys().nth(1).unwrap(), "section_2");
    assert_eq!(events[0]["section_2"], "twilio");
    assert_eq!(events[0].len(), 1 + rows()[2].0.fields().len());
}

#[test]
fn a_file_per_section_is_the_file_of_a_single_result() {
    for format in [Format::Csv, Format::Tsv, Format::Parquet, Format::Arrow] {
        let files = write(format, &london(), document(), &rows()).unwrap();
        let suffix = format.name();
        let names = ["daily", "events", "nothing", "rates"].map(|name| format!("{name}.{suffix}"));
        assert_eq!(files.keys().cloned().collect::<Vec<_>>(), names);
        for (name, section) in ["rates", "daily", "events"].into_iter().zip(rows()) {
            let expected = crate::output::fixtures::bytes(format, &london(), &section.0, &section.1);
            assert_eq!(files[&format!("{name}.{suffix}")], expected, "{format}");
        }
    }
    let files = write(Format::Parquet, &london(), document(), &rows()).unwrap();
    assert_eq!(files::read_parquet(files["nothing.parquet"].clone()).0, rows()[3].0);
}

#[test]
fn a_document_is_the_same_bytes_whenever_it_is_written() {
    for format in written() {
        let once = write(format, &london(), document(), &rows()).unwrap();
        assert_eq!(write(format, &london(), document(), &rows()).unwrap(), once, "{format}, a second time");
        assert_eq!(write(format, &london(), document(), &in_pieces(rows())).unwrap(), once, "{format}, row by row");
    }
}

#[test]
fn a_target_that_does_not_fit_the_format_is_refused() {
    for format in Format::ALL {
        let target = match format.holds_sections() {
            true => Target::Folder(Box::new(|_| Ok(Box::new(std::io::sink())))),
            false => Target::Stream(Box::new(std::io::sink())),
        };
        let error = document_sink(format, target, document(), plain()).err().unwrap();
        assert!(matches!(error, Error::Usage(_)), "{format}: {error:?}");
        assert!(error.to_string().contains("folder"), "{error}");
    }
}

#[test]
fn sections_that_do_not_come_are_an_error() {
    for format in written() {
        let few = write(format, &london(), document(), &rows()[..2]).unwrap_err();
        assert!(matches!(few, Error::Internal(_)), "{format}: {few}");
        let mut many = rows();
        many.extend(rows());
        let many = write(format, &london(), document(), &many).unwrap_err();
        assert!(matches!(many, Error::Internal(_)), "{format}: {many}");
    }
}

#[test]
fn a_document_without_sections_is_one() {
    let empty = Document { name: "none".into(), title: "None".into(), ..Document::default() };
    let json = text(&write(Format::Json, &plain(), empty.clone(), &[]).unwrap());
    assert_eq!(json, "{\"report\":\"none\",\n\"parameters\":{},\n\"version\":0,\n\"sections\":[]}\n");
    let table = text(&write(Format::Table, &plain(), empty.clone(), &[]).unwrap());
    assert_eq!(table, "None\n════\nversion 0\n");
    let markdown = text(&write(Format::Markdown, &plain(), empty.clone(), &[]).unwrap());
    assert_eq!(markdown, "# None\n\n- version: 0\n");
    assert_eq!(write(Format::Ndjson, &plain(), empty.clone(), &[]).unwrap()["all"], b"");
    assert!(!write(Format::Xlsx, &plain(), empty, &[]).unwrap()["all"].is_empty());
}

#[test]
fn markdown_shows_what_would_begin_a_block() {
    for (description, shown) in [
        ("- a", "\\- a"),
        ("# a #", "\\# a #"),
        ("12. a", "12\\. a"),
        ("3) a", "3\\) a"),
        ("+ a", "\\+ a"),
        ("===", "\\==="),
        ("> a", "&gt; a"),
        ("12 a", "12 a"),
        ("2.5 a", "2\\.5 a"),
    ] {
        let document = Document { title: "a # b".into(), description: description.into(), ..Document::default() };
        let markdown = text(&write(Format::Markdown, &plain(), document, &[]).unwrap());
        assert_eq!(markdown, format!("# a \\# b\n\n{shown}\n\n- version: 0\n"));
    }
}
