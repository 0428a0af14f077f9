//! From the engine's errors to errors that point into the statement.
//!
//! DataFusion says where an unknown name stands, but not where a wrong call does, and the parser says it in prose. What
//! is missing is found in the statement's tokens; where that would be a guess, no place is shown.

use std::ops::Range;

use datafusion::common::{Column, Diagnostic, SchemaError};
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::tokenizer::{Location, Span as TokenSpan, Token};

use super::catalog::Names;
use super::finding::Finding;
use super::script::Statement;
use super::{functions_called, syntax};
use crate::Error;
use crate::error::near;

/// What is wrong with a statement, where, and what it may have been meant to be.
pub(super) fn explain(statement: &Statement, error: &DataFusionError, names: &Names) -> Error {
    let root = error.find_root();
    let diagnostic = error.diagnostic();
    let span = diagnostic.and_then(|d| d.span).map(|span| byte_range(statement, span));
    let finding = match root {
        DataFusionError::SQL(parser, _) => syntax::explain(statement, parser),
        DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
            SchemaError::FieldNotFound { field, valid_fields } => {
                unknown_column(statement, span, field, valid_fields, names)
            }
            SchemaError::AmbiguousReference { field } => ambiguous(statement, span, field, diagnostic),
            _ => Finding::new(root.message()).at(span).help("give one of them another name with AS"),
        },
        DataFusionError::ArrowError(arrow, _) => runtime(statement, &arrow.to_string()),
        _ => planning(statement, span, &root.message(), diagnostic, names),
    };
    finding.of(statement)
}

fn byte_range(statement: &Statement, span: datafusion::common::Span) -> Range<usize> {
    let location = |l: datafusion::common::Location| Location { line: l.line, column: l.column };
    statement.source.range(TokenSpan::new(location(span.start), location(span.end)))
}

fn unknown_column(
    statement: &Statement,
    span: Option<Range<usize>>,
    field: &Column,
    valid: &[Column],
    names: &Names,
) -> Finding {
    let name = field.name.as_str();
    let span = span.or_else(|| statement.word(name));
    let quoted = span.as_ref().is_some_and(|span| statement.source.text[span.clone()].ends_with('"'));
    let qualifier = field.relation.as_ref().map(|relation| relation.table());
    let in_reach = |column: &&Column| qualifier.is_none() || column.relation.as_ref().map(|r| r.table()) == qualifier;
    if let Some(table) = qualifier.filter(|_| !valid.iter().any(|column| in_reach(&column))) {
        let finding = Finding::new(format!("`{table}` is not one of the tables in this FROM")).at(span);
        let alike: Vec<String> = valid.iter().filter(|c| c.name == name).map(Column::flat_name).take(3).collect();
        return match names.tables.contains_key(table) && alike.is_empty() {
            true => finding.help(format!("join it: JOIN {table} ON ...")),
            false => finding.suggest(&alike),
        };
    }
    let of = qualifier.map_or(String::new(), |table| format!(" in `{table}`"));
    let finding = Finding::new(format!("there is no column `{name}`{of}")).at(span);
    let reachable: Vec<&str> = valid.iter().filter(in_reach).map(|column| column.name.as_str()).collect();
    let alike = near(name, reachable.iter().copied());
    let elsewhere: Vec<String> = names.tables_with(name).map(|table| format!("`{table}`")).collect();
    if quoted && alike.is_empty() {
        return finding.help(format!("double quotes are for names; a text is written '{name}'"));
    }
    let finding = finding.suggest(&unique(alike.clone()));
    match (elsewhere.as_slice(), alike.is_empty()) {
        ([], true) if !reachable.is_empty() && reachable.len() <= COLUMNS_LISTED => {
            finding.help(format!("the columns are {}", reachable.join(", ")))
        }
        ([], true) => finding.help("DESCRIBE lists the columns of a table"),
        ([], false) => finding,
        (tables, _) => finding.help(format!("it is a column of {}", tables.join(", "))),
    }
}

/// How many columns an error lists; a table with more is better looked at with DESCRIBE.
const COLUMNS_LISTED: usize = 12;

fn unique(mut names: Vec<String>) -> Vec<String> {
    names.dedup();
    names
}

fn ambiguous(statement: &Statement, span: Option<Range<usize>>, field: &Column, notes: Option<&Diagnostic>) -> Finding {
    let possible = notes.iter().flat_map(|d| &d.notes).filter_map(|note| note.message.strip_prefix("possible column "));
    let possible: Vec<String> = possible.map(|name| format!("`{name}`")).collect();
    let finding = Finding::new(format!("column `{}` is in more than one table", field.name))
        .at(span.or_else(|| statement.word(&field.name)));
    match possible.as_slice() {
        [] => finding.help("write it with its table: table.column"),
        names => finding.label(format!("write {}", names.join(" or "))),
    }
}

/// Errors that DataFusion tells in a sentence.
fn planning(
    statement: &Statement,
    span: Option<Range<usize>>,
    message: &str,
    diagnostic: Option<&Diagnostic>,
    names: &Names,
) -> Finding {
    if let Some(name) = between(message, "table '", "' not found") {
        return unknown_table(statement, span, name, names);
    }
    if let Some(name) = between(message, "table function '", "' not found") {
        return unknown_function(statement, span, name, names);
    }
    if let Some(name) = between(message, "Invalid function '", "'") {
        return unknown_function(statement, span, name, names);
    }
    if let Some(call) = between(message, "argument types '", "'.") {
        return wrong_call(statement, call, message);
    }
    if let Some(column) = between(message, "column \"", "\" must appear in the GROUP BY") {
        let column = column.rsplit('.').next().unwrap_or(column);
        return Finding::new(format!("column `{column}` is neither grouped nor aggregated"))
            .at(span)
            .help(format!("add it to GROUP BY, or say which of its values is meant: max({column})"));
    }
    if let Some(name) = between(message, "expression names but the expression \"", "\"") {
        return Finding::new(format!("two columns are named `{name}`")).help("give one of them another name with AS");
    }
    if message.starts_with("Cannot cast") || message.contains("Cast error") {
        return runtime(statement, message);
    }
    let message = message.split("\nThis issue was likely caused by a bug").next().unwrap_or(message);
    let Some(diagnostic) = diagnostic else { return Finding::new(types(message)).at(span) };
    let notes =
        diagnostic.notes.iter().filter_map(|note| Some((byte_range(statement, note.span?), types(&note.message))));
    let finding = Finding::new(types(&diagnostic.message)).at(span);
    let finding = notes.fold(finding, |finding, (span, note)| finding.context(span, note));
    diagnostic.helps.iter().fold(finding, |finding, help| finding.help(types(&help.message)))
}

/// The text between two markers.
fn between<'m>(message: &'m str, before: &str, after: &str) -> Option<&'m str> {
    let start = message.find(before)? + before.len();
    let length = message[start..].find(after)?;
    Some(&message[start..start + length])
}

fn unknown_table(statement: &Statement, span: Option<Range<usize>>, name: &str, names: &Names) -> Finding {
    let name = name.strip_prefix("smsql.main.").unwrap_or(name);
    let quoted = || {
        let is_it = |token: &Token| matches!(token, Token::SingleQuotedString(text) if text == name);
        statement.words().find(|token| is_it(&token.token)).map(|token| statement.source.range(token.span))
    };
    let span = span.or_else(|| statement.word(name)).or_else(quoted);
    if looks_like_file(name) {
        return Finding::new(format!("SQL here reads the store, not files: `{name}`")).at(span).help(LAND_FILES);
    }
    let alike = near(name, names.tables.keys().map(String::as_str));
    let finding = Finding::new(format!("there is no table `{name}`")).at(span).suggest(&alike);
    match alike.is_empty() {
        true => finding.help(format!("there are {}", names.tables.keys().cloned().collect::<Vec<_>>().join(", "))),
        false => finding,
    }
}

const LAND_FILES: &str = "land provider reports with `smsql land FEED FILE...`; any other file can be read after CREATE EXTERNAL TABLE, \
     which --allow-write allows";

fn looks_like_file(name: &str) -> bool {
    let lower = name.to_lowercase();
    let suffixes = [".csv", ".json", ".ndjson", ".jsonl", ".parquet", ".arrow", ".avro", ".txt", ".gz", ".zst"];
    name.contains(['/', '\\', '*']) || suffixes.iter().any(|suffix| lower.ends_with(suffix))
}

fn unknown_function(statement: &Statement, span: Option<Range<usize>>, name: &str, names: &Names) -> Finding {
    let span = span.or_else(|| statement.word(name));
    if ["read_", "glob", "parquet_", "sniff_csv"].iter().any(|prefix| name.to_lowercase().starts_with(prefix)) {
        return Finding::new(format!("SQL here reads the store, not files: `{name}`")).at(span).help(LAND_FILES);
    }
    if names.functions.iter().any(|known| known == name) {
        return Finding::new(format!("`{name}` is not used like this")).at(span).help(format!(
            "a window function is written {name}(...) OVER (ORDER BY ...), a table function stands in FROM"
        ));
    }
    let finding = Finding::new(format!("there is no function `{name}`")).at(span);
    finding.suggest(&near(name, names.functions.iter().map(String::as_str)))
}

/// A function that does not take what it was given: `call` is `name(Type, Type)`.
fn wrong_call(statement: &Statement, call: &str, message: &str) -> Finding {
    let (name, given) = call.split_once('(').unwrap_or((call, ")"));
    let given = types(given.strip_suffix(')').unwrap_or(given));
    let count = functions_called::arguments(&given);
    let candidates: Vec<String> = message
        .split_once("Candidate functions:")
        .map_or("", |(_, candidates)| candidates)
        .lines()
        .map(|line| types(line.trim()))
        .filter(|line| !line.is_empty())
        .take(CANDIDATES_LISTED)
        .collect();
    let finding = Finding::new(match count {
        0 => format!("`{name}` takes arguments"),
        _ => format!("`{name}` does not take ({given})"),
    });
    let finding = finding.at(functions_called::find(statement, name, count));
    if candidates.is_empty() { finding } else { finding.help(format!("it takes {}", candidates.join(" or "))) }
}

/// How many signatures of a function an error lists.
const CANDIDATES_LISTED: usize = 6;

/// An error about values: where it is about a text that the statement holds, that is the place.
fn runtime(statement: &Statement, message: &str) -> Finding {
    let message = message.strip_prefix("Cast error: ").unwrap_or(message);
    let literal = between(message, "string '", "'").and_then(|text| {
        let is_it = |token: &Token| matches!(token, Token::SingleQuotedString(value) if value == text);
        statement.words().find(|token| is_it(&token.token)).map(|token| statement.source.range(token.span))
    });
    match message.contains("Divide by zero") {
        true => Finding::new("division by zero").help("nullif(x, 0) turns a zero divisor into NULL"),
        false => Finding::new(match message.split_once(" to value of ") {
            Some((value, kind)) => format!(
                "{} as {}",
                value.replace("Cannot cast string", "cannot read"),
                types(kind.trim_end_matches(" type"))
            ),
            None => types(message),
        })
        .at(literal),
    }
}

/// Arrow's type names as SQL's.
fn types(message: &str) -> String {
    const NAMES: [(&str, &str); 18] = [
        ("count(Int64(1))", "count(*)"),
        ("Dictionary(Int32, Utf8)", "text"),
        ("LargeUtf8", "text"),
        ("Utf8View", "text"),
        ("Utf8", "text"),
        ("String", "text"),
        ("UInt64", "unsigned bigint"),
        ("UInt8", "unsigned tinyint"),
        ("Int64", "bigint"),
        ("Int32", "integer"),
        ("Float64", "double"),
        ("Boolean", "boolean"),
        ("Decimal128(", "decimal("),
        ("Date32", "date"),
        ("Timestamp(µs, \"UTC\")", "timestamp"),
        ("Timestamp(ns)", "timestamp"),
        ("Timestamp(µs)", "timestamp"),
        ("Numeric(1)", "number"),
    ];
    NAMES.iter().fold(message.to_owned(), |message, (arrow, sql)| message.replace(arrow, sql))
}
