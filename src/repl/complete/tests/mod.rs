//! What a person expects to be offered. `|` is the cursor.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod commands;
mod edges;
mod sql;

use std::sync::Arc;

use reedline::Suggestion;

use super::*;
use crate::report::ReportParameter;
use crate::session::{ColumnDescription, Description, FunctionDescription, TableDescription};

const COMMANDS: &[CommandDescription] = &[
    command("asof", &[], "WHEN|now", &[ArgumentKind::AsOf], "Go to a point in time"),
    command("d", &["describe"], "[NAME]", &[ArgumentKind::Table], "List tables, or describe one"),
    command("df", &[], "", &[], "List functions"),
    command("format", &[], "[NAME]", &[ArgumentKind::Format], "Set the format of results"),
    command("h", &["help"], "[FUNCTION]", &[ArgumentKind::Function], "Explain a function"),
    command("i", &[], "FILE", &[ArgumentKind::Path], "Run a file"),
    command("o", &[], "[FILE]", &[ArgumentKind::Path], "Write results to a file"),
    command("plan", &[], "SELECT ...", &[ArgumentKind::Sql], "Show where the time goes"),
    command("q", &["quit"], "", &[], "Leave"),
    command("report", &[], "NAME [name=value]...", &[ArgumentKind::Report], "Run a report"),
    command("set", &[], "[name=value]", &[ArgumentKind::Parameter], "Set a parameter"),
    command("x", &[], "[on|off|auto]", &[ON_OFF_AUTO], "Expanded view"),
    command("unset", &[], "NAME", &[ArgumentKind::ParameterName], "Take a parameter back"),
    command("chart", &[], "[KIND] [X]", &[ArgumentKind::Chart, ArgumentKind::Column], "Draw"),
    command("last", &[], "[full|FORMAT]", &[ArgumentKind::LastFormat, ArgumentKind::Nothing], "Again"),
    command("?", &[], "[COMMAND]", &[ArgumentKind::Command], "Help on commands"),
];

const fn command(
    name: &'static str,
    aliases: &'static [&'static str],
    arguments: &'static str,
    completes: &'static [ArgumentKind],
    summary: &'static str,
) -> CommandDescription {
    CommandDescription { name, aliases, arguments, completes, summary }
}

fn table(name: &str, columns: &[(&str, &str)]) -> TableDescription {
    let column = |(name, data_type): &(&str, &str)| ColumnDescription {
        name: (*name).to_owned(),
        data_type: (*data_type).to_owned(),
        description: if *name == "recipient" {
            "The number it went to. Always E.164.".to_owned()
        } else {
            String::new()
        },
        ..Default::default()
    };
    TableDescription {
        name: name.to_owned(),
        kind: "view",
        columns: columns.iter().map(column).collect(),
        ..Default::default()
    }
}

fn function(name: &str, kind: &'static str, syntax: &str) -> FunctionDescription {
    FunctionDescription {
        name: name.to_owned(),
        kind,
        syntax: syntax.to_owned(),
        description: if name == "percent" { "Part of a whole. With two decimals.".to_owned() } else { String::new() },
        aliases: if name == "length" { vec!["char_length".to_owned()] } else { Vec::new() },
        ..Default::default()
    }
}

fn parameter(name: &str, parameter_type: &str, default: Option<&str>, allowed: &[&str]) -> ReportParameter {
    ReportParameter {
        name: name.to_owned(),
        parameter_type: parameter_type.parse().unwrap(),
        default: default.map(str::to_owned),
        allowed: allowed.iter().map(|value| (*value).to_owned()).collect(),
        help: "Help.".to_owned(),
        values: None,
    }
}

/// What is known in the tests of this module.
fn knowledge() -> Knowledge {
    let tables = vec![
        table("campaigns", &[("campaign_id", "text"), ("group_id", "text"), ("title", "text")]),
        table(
            "clicks",
            &[("event_key", "text"), ("message_key", "text"), ("link_id", "text"), ("clicked_at", "timestamp")],
        ),
        table("events", &[("event_key", "text"), ("event_time", "timestamp"), ("kind", "text")]),
        table(
            "messages",
            &[
                ("message_key", "text"),
                ("recipient", "text"),
                ("received_at", "timestamp"),
                ("campaign_id", "text"),
                ("bucket", "text"),
                ("first_event_at", "timestamp"),
                ("cost", "decimal(18, 8)"),
                ("Odd Name", "text"),
            ],
        ),
        table("My Table", &[("größe", "bigint"), ("order", "bigint")]),
        table("segment_members", &[("segment", "text"), ("recipient", "text")]),
        table("segments", &[("name", "text"), ("recipients", "bigint")]),
    ];
    let functions = vec![
        function("coalesce", "scalar", "coalesce(expression1[, ..., expression_n])"),
        function("count", "aggregate", "count(expression)"),
        function("date_trunc", "scalar", "date_trunc(precision, expression)"),
        function("length", "scalar", "length(str)"),
        function("max", "aggregate", "max(expression)"),
        function("percent", "scalar", "percent(part, whole)"),
        function("regexp_like", "scalar", "regexp_like(str, regexp)"),
        function("row_number", "window", "row_number()"),
        function("segment", "table", "segment(name)"),
        function("sum", "aggregate", "sum(expression)"),
    ];
    let report = |name: &str, title: &str| ReportDescription {
        name: name.to_owned(),
        title: title.to_owned(),
        sections: vec!["summary".to_owned(), "totals".to_owned()],
        parameters: vec![
            parameter("from", "timestamp", None, &[]),
            parameter("to", "timestamp", None, &[]),
            parameter("campaign", "text", None, &[]),
            parameter("bots", "text", Some("exclude"), &["exclude", "include"]),
            parameter("detailed", "boolean", Some("false"), &[]),
        ],
    };
    let values = |report: &str, parameter: &str| match (report, parameter) {
        ("campaign_report", "campaign") => {
            vec!["spring_sale".to_owned(), "black friday".to_owned(), "o'clock".to_owned()]
        }
        _ => Vec::new(),
    };
    let folder = |folder: &std::path::Path| {
        let entry = |name: &str, is_folder| Entry { name: name.to_owned(), is_folder };
        match folder.to_str() {
            Some("") => vec![
                entry(".hidden.sql", false),
                entry("my queries", true),
                entry("queries", true),
                entry("quarter.sql", false),
                entry("the day.sql", false),
            ],
            Some("queries/") => vec![entry("daily.sql", false), entry("deep", true)],
            Some("my queries/") => vec![entry("first one.sql", false)],
            _ => Vec::new(),
        }
    };
    Knowledge {
        description: Description { tables, functions },
        reports: vec![report("campaign_report", "Campaign report"), report("status_summary", "Status summary")],
        parameters: vec![
            ("day".to_owned(), "date = 2025-03-04".to_owned()),
            ("limit_rows".to_owned(), "integer = 5".to_owned()),
        ],
        segments: vec!["clicked_not_bought".to_owned(), "vip".to_owned()],
        columns: vec!["bucket".to_owned(), "messages sent".to_owned()],
        moments: Arc::new(|| {
            vec![("12".to_owned(), "landed 3 files".to_owned()), ("2025-03-04 09:00".to_owned(), String::new())]
        }),
        commands: COMMANDS,
        values: Arc::new(values),
        folder: Arc::new(folder),
    }
}

/// The text without the cursor, and the cursor.
fn at_cursor(text: &str) -> (String, usize) {
    let cursor = text.find('|').unwrap_or_else(|| panic!("no cursor in {text}"));
    (text.replacen('|', "", 1), cursor)
}

fn offered(text: &str) -> Vec<Suggestion> {
    let (text, cursor) = at_cursor(text);
    complete(&text, cursor, &knowledge())
}

/// What is offered, by name.
fn names(text: &str) -> Vec<String> {
    offered(text).iter().map(|suggestion| suggestion.display_value().to_owned()).collect()
}

/// The text when a suggestion has been taken, as the editor does it, with the cursor behind it.
fn taken(text: &str, suggestion: &Suggestion) -> String {
    let (mut text, _) = at_cursor(text);
    let mut value = suggestion.value.clone();
    if suggestion.append_whitespace {
        value.push(' ');
    }
    text.replace_range(suggestion.span.start..suggestion.span.end, &format!("{value}|"));
    text
}

/// Checks what each text becomes when the first suggestion is taken.
#[track_caller]
fn first_is_taken(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let offered = offered(text);
        let became = offered.first().map_or("(nothing)".to_owned(), |first| taken(text, first));
        if became != *expected {
            let others: Vec<&str> = offered.iter().take(5).map(Suggestion::display_value).collect();
            wrong.push(format!("{text}\n  is      {became}\n  must be {expected}\n  offered {others:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Checks that nothing at all is offered.
#[track_caller]
fn nothing_is_offered(texts: &[&str]) {
    let wrong: Vec<String> = texts
        .iter()
        .filter(|text| !offered(text).is_empty())
        .map(|text| format!("{text}: {:?}", names(text).into_iter().take(5).collect::<Vec<_>>()))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
