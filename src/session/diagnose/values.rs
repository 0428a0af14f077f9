//! Values: texts that are no number or date, divisions by zero, numbers that do not fit.

use std::ops::Range;

use datafusion::sql::sqlparser::ast::Expr;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::extent::Extents;
use super::probe::Found;
use super::types::in_sql;
use super::{between, casts, functions};
use crate::session::finding::Finding;
use crate::session::script::Statement;

/// Whether an error is about a value, and not about how the statement is put together.
pub(super) fn is_about(message: &str) -> bool {
    ABOUT.iter().any(|words| message.contains(words))
}

const ABOUT: [&str; 19] = [
    "Unsupported date_trunc granularity",
    "Date part '",
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
    if let (Some((parent, Expr::BinaryOp { .. })), true) = (found.tree.parent(node), is_arithmetic_error(message)) {
        node = parent;
    }
    let expr = found.tree.expr(node)?;
    // Compared with a column, a value is what does not fit: the column is what it is.
    let parts = found.tree.parts(node);
    let mut values = parts.iter().filter_map(|at| found.tree.expr(*at)).filter(|part| matches!(part, Expr::Value(_)));
    let written = values.next().filter(|_| values.next().is_none()).unwrap_or(expr);
    let place = match expr {
        Expr::BinaryOp { left, right, .. } if is_arithmetic_error(message) => extents.between(left, right)?,
        Expr::TypedString(typed) => literal(statement, &typed.value.to_string()).or_else(|| extents.of(expr))?,
        Expr::Interval(interval) => extents.of(&interval.value)?,
        Expr::BinaryOp { right, .. } if message.starts_with("regex") => extents.of(right)?,
        _ if message.starts_with("regex") => extents.of(functions::call(expr)?.1.get(1)?)?,
        _ => match named(statement, message) {
            Some(place) => place,
            None => extents.of(written)?,
        },
    };
    let is_literal = matches!(written, Expr::Value(_) | Expr::TypedString(_)) || named(statement, message).is_some();
    let finding = words(message, is_literal).at(place);
    Some(match written {
        Expr::Value(value) if value.to_string().starts_with('$') => finding.label("the value given for it"),
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
    let is_cast = message.contains("Cannot cast") || message.contains("Error parsing timestamp");
    // A value of a table may be in the statement for another reason: `WHERE v = 'abc' AND v::integer > 3`.
    let literal = named(statement, message).filter(|place| !is_cast || is_read(statement, place));
    let is_literal = literal.is_some();
    let place = literal.or_else(|| {
        let operator = message.split_once("Overflow happened on: ").and_then(|(_, what)| what.split(' ').nth(1));
        match operator {
            Some(operator) => only(statement, |token| token.to_string() == operator),
            None if message.contains("Divide by zero") => divisions(statement),
            None if is_cast => casts::only(statement, message),
            None => argument_of(statement, message),
        }
    });
    words(message, is_literal).at(place)
}

/// Whether the text at a place is read as something else: a row of VALUES, or the argument of `to_timestamp` and the like.
fn is_read(statement: &Statement, place: &Range<usize>) -> bool {
    let text = statement.source.text[..place.start].trim_end().strip_suffix('(').unwrap_or_default();
    let name = text.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    if name.to_lowercase().starts_with("to_") {
        return true;
    }
    let before = statement.words().filter(|word| statement.source.range(word.span).end <= place.start);
    let last = before.filter_map(|word| match &word.token {
        Token::Word(word) if word.keyword == Keyword::VALUES => Some(true),
        Token::Word(word) if word.keyword == Keyword::SELECT || word.keyword == Keyword::FROM => Some(false),
        _ => None,
    });
    last.last().unwrap_or(false)
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

/// The only division by something that may be zero.
fn divisions(statement: &Statement) -> Option<Range<usize>> {
    let words: Vec<_> = statement.words().collect();
    let by_number = |at: usize| match words.get(at + 1).map(|word| &word.token) {
        Some(Token::Number(digits, _)) => digits.contains(|c: char| ('1'..='9').contains(&c)),
        _ => false,
    };
    let mut found = (0..words.len())
        .filter(|at| matches!(words[*at].token, Token::Div | Token::Mod | Token::DuckIntDiv) && !by_number(*at));
    match (found.next(), found.next()) {
        (Some(at), None) => Some(statement.source.range(words[at].span)),
        _ => None,
    }
}

/// The argument of the only call that can cause such an error.
fn argument_of(statement: &Statement, message: &str) -> Option<Range<usize>> {
    const CAUSES: [(&str, &str); 1] = [("square root of a negative", "sqrt")];
    let (_, name) = CAUSES.iter().find(|(words, _)| message.contains(words))?;
    let place = only(statement, |token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(name)))?;
    let rest = statement.source.text[place.end..].strip_prefix('(')?;
    let end = rest.find(['(', ')']).filter(|end| rest[*end..].starts_with(')'))?;
    Some(place.end + 1..place.end + 1 + end)
}

/// What an error about a value says, in the words of SQL.
fn words(message: &str, is_literal: bool) -> Finding {
    let message = message.trim_start_matches("Parser error: ").trim_start_matches("Cast error: ");
    let message = message.trim_start_matches("Invalid argument error: ").trim_start_matches("Compute error: ");
    let message = message.trim_start_matches("Execution error: ").trim_start_matches("Arithmetic overflow: ");
    if message.contains("Divide by zero") {
        return Finding::new("division by zero").help("nullif(x, 0) turns a zero divisor into NULL");
    }
    let cast = message.strip_prefix("Cannot cast string ").and_then(|rest| rest.split_once(" to value of "));
    if let Some((value, kind)) = cast {
        let kind = in_sql(kind.trim_end_matches(" type"));
        let finding = Finding::new(format!("cannot read {value} as {kind}"));
        return match kind.as_str() {
            "date" => finding.help("a day is written '2025-03-01'"),
            _ if is_literal => finding,
            _ => finding.help(format!("TRY_CAST(x AS {kind}) gives NULL for what cannot be read")),
        };
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
    if let Some(part) = between(message, "Date part '", "'") {
        let finding = Finding::new(format!("there is no date part '{part}'"));
        return finding.help("there are year, quarter, month, week, day, dow, doy, hour, minute, second and epoch");
    }
    if let Some(unit) = between(message, "Unsupported date_trunc granularity: '", "'") {
        let finding = Finding::new(format!("date_trunc does not know '{unit}'"));
        return finding
            .help("it knows year, quarter, month, week, day, hour, minute, second, millisecond and microsecond");
    }
    if message.starts_with("regex parse error") {
        let why = message.rsplit_once("error: ").map_or("", |(_, why)| why.trim());
        return Finding::new(format!("this is no regular expression: {why}"));
    }
    Finding::new(in_sql(message))
}
