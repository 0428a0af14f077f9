//! What the parser could not read.

use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::slips;
use crate::session::clauses::{AS_OF_INSTEAD, SAMPLE_INSTEAD};
use crate::session::finding::Finding;
use crate::session::script::Statement;

/// Words that begin a statement or a clause, for what was meant by a word that is none.
const KEYWORDS: [&str; 30] = [
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP",
    "ORDER",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "JOIN",
    "LEFT",
    "INNER",
    "CROSS",
    "UNION",
    "WITH",
    "VALUES",
    "EXPLAIN",
    "DESCRIBE",
    "SHOW",
    "DISTINCT",
    "QUALIFY",
    "WINDOW",
    "BETWEEN",
    "LIKE",
    "EXCEPT",
    "INTERSECT",
    "CASE",
    "WHEN",
    "THEN",
    "COPY",
    "CREATE",
];

/// The finding for an error that says `Expected: X, found: Y at Line: L, Column: C`.
pub(super) fn explain(statement: &Statement, error: &ParserError) -> Finding {
    let text = match error {
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => text.as_str(),
        ParserError::RecursionLimitExceeded => "the statement nests too deep",
    };
    let (message, place) = match text.rsplit_once(" at Line: ") {
        Some((message, place)) => (message, position(place)),
        None => (text, None),
    };
    let end = statement.range().end;
    let words: Vec<&TokenWithSpan> = statement.words().collect();
    let at = place.map(|(line, column)| statement.source.offset(line, column));
    let found = at.and_then(|at| words.iter().position(|word| statement.source.range(word.span).start == at));
    let span = match (found, at) {
        (Some(index), _) => statement.source.range(words[index].span),
        (None, Some(at)) => at..at,
        (None, None) => end..end,
    };
    let message = message.strip_prefix("sql parser error: ").unwrap_or(message);
    let expected = message.split_once(", found: ").map(|(expected, _)| {
        expected.strip_prefix("Expected: ").or_else(|| expected.strip_prefix("Expected ")).unwrap_or(expected)
    });
    if let Some(finding) = slips::find(statement, &words, found, message) {
        return finding;
    }
    let finding = match (expected.map(quoted), found) {
        (Some(expected), Some(index)) => Finding::new(format!("expected {expected}, found `{}`", words[index].token)),
        (Some(expected), None) => Finding::new(format!("the statement ends where {expected} is expected")),
        (None, _) => Finding::new(message),
    };
    let finding = finding.at(span);
    let around = found.map_or(&words[..0], |index| &words[index.saturating_sub(2)..words.len().min(index + 3)]);
    if let Some(help) = known(around) {
        return finding.help(help);
    }
    // `SELECT a FORM events` stumbles over `events`: the word before is the one that is misspelt.
    let suspects = found.into_iter().flat_map(|index| [Some(index), index.checked_sub(1)]).flatten();
    let misspelt = suspects.filter_map(|index| Some((index, misspelt(words[index])?))).next();
    match misspelt {
        Some((index, (word, keyword))) => Finding::new(format!("`{word}` is not expected here"))
            .at(statement.source.range(words[index].span))
            .label(format!("did you mean `{keyword}`?")),
        None => match found.filter(|found| slips::comma_is_missing(&words, *found)) {
            Some(_) => finding.label("is a comma missing before it?"),
            None => finding,
        },
    }
}

/// What is expected, with marks around what is to be typed as it stands: "`(`", but "an expression".
fn quoted(expected: &str) -> String {
    let typed = !expected.is_empty() && !expected.chars().any(|c| c.is_lowercase() || c == ' ');
    if typed { format!("`{expected}`") } else { expected.to_owned() }
}

fn position(place: &str) -> Option<(u64, u64)> {
    let (line, column) = place.split_once(", Column: ")?;
    let digits = column.find(|c: char| !c.is_ascii_digit()).map_or(column, |end| &column[..end]);
    Some((line.parse().ok()?, digits.parse().ok()?))
}

/// Clauses of other databases that people try here.
fn known(around: &[&TokenWithSpan]) -> Option<&'static str> {
    let has = |name: &str| {
        around.iter().any(|t| matches!(&t.token, Token::Word(word) if word.value.eq_ignore_ascii_case(name)))
    };
    if has("OF") && ["VERSION", "TIMESTAMP", "SYSTEM_TIME", "SYSTEM_VERSION"].into_iter().any(has) {
        return Some(AS_OF_INSTEAD);
    }
    if has("SAMPLE") || has("TABLESAMPLE") {
        return Some(SAMPLE_INSTEAD);
    }
    None
}

fn misspelt(token: &TokenWithSpan) -> Option<(&str, &'static str)> {
    let Token::Word(word) = &token.token else { return None };
    let upper = word.value.to_uppercase();
    if word.quote_style.is_some() || KEYWORDS.contains(&upper.as_str()) {
        return None;
    }
    let closest = KEYWORDS.iter().map(|known| (strsim::damerau_levenshtein(known, &upper), *known)).min()?;
    // One slip in a short word, two in a long one.
    (closest.0 <= 1 + closest.1.len() / 7).then_some((word.value.as_str(), closest.1))
}
