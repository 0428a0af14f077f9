//! Values: texts that are no number or date, divisions by zero, numbers that do not fit.

use std::ops::Range;

use datafusion::sql::sqlparser::ast::Expr;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::extent::Extents;
use super::probe::Found;
use super::types::in_sql;
use super::{between, functions};
use crate::session::finding::Finding;
use crate::session::script::Statement;

/// Whether an error is about a value, and not about how the statement is put together.
pub(super) fn is_about(message: &str) -> bool {
    ABOUT.iter().any(|words| message.contains(words))
}

const ABOUT: [&str; 17] = [
    "Cannot cast string",
    "Cannot cast value",
    "Can't cast value",
    "Cast error",
    "Error parsing timestamp",
    "Invalid input syntax for type interval",
    "Divide by zero",
    "Arithmetic overflow",
    "Overflow happened",
    "is too large to store",
    "is too small to store",
    "is out of range",
    "regex parse error",
    "square root of a negative",
    "Unsupported type '",
    "there is no bucket",
    "Invalid timezone",
];

/// The error about what was found to fail.
pub(super) fn located(statement: &Statement, extents: &Extents<'_>, found: &Found, message: &str) -> Option<Finding> {
    let mut node = found.node;
    // A value that is wrong in itself stands alone; what failed together with others is shown as its operator.
    if let (Some((parent, outer)), true) = (found.tree.parent(node), is_arithmetic_error(message)) {
        if matches!(outer, Expr::BinaryOp { .. }) {
            node = parent;
        }
    }
    let expr = found.tree.expr(node)?;
    let place = match expr {
        Expr::BinaryOp { left, right, .. } if is_arithmetic_error(message) => extents.between(left, right)?,
        Expr::TypedString(typed) => literal(statement, &typed.value.to_string()).or_else(|| extents.of(expr))?,
        Expr::Interval(interval) => extents.of(&interval.value)?,
        _ => match (named(statement, message), functions::call(expr)) {
            (Some(place), _) => place,
            (None, _) => extents.of(expr)?,
        },
    };
    let finding = words(message).at(place);
    Some(match expr {
        Expr::Value(value) if value.to_string().starts_with('$') => finding.label(format!("the value of {value}")),
        _ => finding,
    })
}

fn is_arithmetic_error(message: &str) -> bool {
    ["Divide by zero", "overflow", "Overflow"].iter().any(|words| message.contains(words))
}

fn literal(statement: &Statement, written: &str) -> Option<Range<usize>> {
    let text = written.trim_matches('\'');
    only(statement, |token| matches!(token, Token::SingleQuotedString(value) if value == text))
}

/// The one token that fits; where there are several, none is shown.
fn only(statement: &Statement, fits: impl Fn(&Token) -> bool) -> Option<Range<usize>> {
    let mut found = statement.words().filter(|word| fits(&word.token));
    match (found.next(), found.next()) {
        (Some(word), None) => Some(statement.source.range(word.span)),
        _ => None,
    }
}

/// The error where all that is known is what it says: the place is that of the value it names, or of the one operator
/// that can cause it.
pub(super) fn unlocated(statement: &Statement, message: &str) -> Finding {
    let place = named(statement, message).or_else(|| {
        let divides = message.contains("Divide by zero");
        divides.then(|| only(statement, |token| matches!(token, Token::Div | Token::Mod | Token::DuckIntDiv))).flatten()
    });
    words(message).at(place)
}

/// Where the value stands that a message names in quotes, if the statement holds it once.
fn named(statement: &Statement, message: &str) -> Option<Range<usize>> {
    let mut quoted = message.split(['\'', '"', '`']).skip(1).step_by(2);
    quoted.find_map(|text| {
        only(statement, |token| match token {
            Token::SingleQuotedString(value) => value == text,
            Token::Number(value, _) => value == text,
            _ => false,
        })
    })
}

/// What an error about a value says, in the words of SQL.
fn words(message: &str) -> Finding {
    let message = message.trim_start_matches("Parser error: ").trim_start_matches("Cast error: ");
    let message = message.trim_start_matches("Invalid argument error: ").trim_start_matches("Compute error: ");
    let message = message.trim_start_matches("Execution error: ").trim_start_matches("Arithmetic overflow: ");
    if message.contains("Divide by zero") {
        return Finding::new("division by zero").help("nullif(x, 0) turns a zero divisor into NULL");
    }
    if let Some(rest) = message.strip_prefix("Cannot cast string ") {
        if let Some((value, kind)) = rest.split_once(" to value of ") {
            let kind = in_sql(kind.trim_end_matches(" type"));
            return Finding::new(format!("cannot read {value} as {kind}")).help(try_cast(&kind));
        }
    }
    if let Some(text) = between(message, "Error parsing timestamp from '", "'") {
        let finding = Finding::new(format!("cannot read '{text}' as timestamp"));
        return finding.help("a moment is written '2025-03-01' or '2025-03-01 09:00'");
    }
    if let Some(text) = between(message, "Invalid input syntax for type interval: \"", "\"") {
        let finding = Finding::new(format!("cannot read '{text}' as interval"));
        return finding.help("an interval is written interval '3 days' or interval '1 month 12 hours'");
    }
    if let Some((value, rest)) = message.split_once(" is too large to store in a ") {
        let most = between(rest, "Max is ", "\u{0}").or_else(|| rest.split_once("Max is ").map(|(_, most)| most));
        let most = most.map_or(String::new(), |most| format!(": the most is {most}"));
        return Finding::new(format!("{value} does not fit{most}"));
    }
    if let Some(what) = message.strip_prefix("Overflow happened on: ") {
        return Finding::new(format!("{what} is too large a number"));
    }
    if let Some((value, kind)) = message.strip_prefix("Can't cast value ").and_then(|m| m.split_once(" to type ")) {
        return Finding::new(format!("{value} does not fit into {}", in_sql(kind)));
    }
    if message.starts_with("regex parse error") {
        let why = message.rsplit_once("error: ").map_or("", |(_, why)| why.trim());
        return Finding::new(format!("this is no regular expression: {why}"));
    }
    Finding::new(in_sql(message))
}

fn try_cast(kind: &str) -> String {
    match kind {
        "date" => "a day is written '2025-03-01'; TRY_CAST gives NULL for what is none".to_owned(),
        _ => format!("TRY_CAST(x AS {kind}) gives NULL for what is none"),
    }
}
