//! Slips that the parser reports elsewhere, or in words that do not help: what is wrong is plain from the words alone.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::session::finding::Finding;
use crate::session::script::Statement;

/// The slip in a statement that the parser could not read beyond the word `found`.
pub(super) fn find(
    statement: &Statement,
    words: &[&TokenWithSpan],
    found: Option<usize>,
    message: &str,
) -> Option<Finding> {
    let place = |at: usize| statement.source.range(words[at].span);
    let written = |at: usize| &statement.source.text[place(at)];
    if let Some(finding) = command(statement, words) {
        return Some(finding);
    }
    if let Some((_, help)) = words.first().and_then(|_| OTHERS.iter().find(|(name, _)| is(words, 0, name))) {
        let finding = Finding::new(format!("there is no {}", written(0).to_uppercase())).at(place(0));
        return Some(finding.help(*help));
    }
    if let Some(at) = words.iter().position(|word| matches!(word.token, Token::Char('“' | '”' | '‘' | '’'))) {
        let finding = Finding::new("a text stands between straight quotes: 'text'").at(place(at));
        return Some(finding);
    }
    if let Some(at) = (0..words.len()).find(|at| by_is_missing(words, *at)) {
        let word = written(at - 1).to_uppercase();
        return Some(Finding::new(format!("expected BY behind {word}, found `{}`", written(at))).at(place(at)));
    }
    if let Some(at) = (1..words.len()).find(|at| nothing_between(words, *at)) {
        let (clause, next) = (written(at - 1).to_uppercase(), written(at));
        let what = if clause == "SELECT" { "columns" } else { "a condition" };
        return Some(Finding::new(format!("expected {what} behind {clause}, found `{next}`")).at(place(at)));
    }
    if let Some(finding) = open_case(words).map(|at| Finding::new("this CASE has no END").at(place(at))) {
        return Some(finding.help("a CASE is written CASE WHEN condition THEN value ELSE value END"));
    }
    let Some(found) = found else {
        let open = open_bracket(words)?;
        return Some(Finding::new("this bracket is not closed").at(place(open)));
    };
    if words[found].token == Token::RParen && open_bracket(&words[..=found]).is_none() && surplus(&words[..=found]) {
        return Some(Finding::new("this bracket closes none").at(place(found)));
    }
    if message.contains("TRUE | FALSE") {
        let finding = Finding::new(format!("IS takes NULL, TRUE, FALSE or DISTINCT FROM, not `{}`", written(found)));
        return Some(finding.at(place(found)).help("values are compared with ="));
    }
    if is(words, found, "NOT") && matches!(words.get(found + 1).map(|w| &w.token), Some(Token::Eq)) {
        let finding = Finding::new("NOT does not stand before =").at(place(found));
        return Some(finding.help("write <>, or NOT (a = b)"));
    }
    if found > 0 && is(words, found - 1, "IN") && words[found].token != Token::LParen {
        let finding = Finding::new(format!("expected `(` behind IN, found `{}`", written(found))).at(place(found));
        return Some(finding.help("a list is written IN ('a', 'b')"));
    }
    if !message.contains("end of statement") {
        return None;
    }
    let begins_with_from = is(words, 0, "FROM");
    let has_select = (0..found).any(|at| is(words, at, "SELECT"));
    if begins_with_from && !has_select && is(words, found, "WHERE") {
        let finding = Finding::new("FROM without SELECT takes no WHERE").at(place(found));
        return Some(finding.help("begin with SELECT * FROM"));
    }
    if found > 2 && is(words, found - 3, "FILTER") && words[found - 2].token == Token::LParen {
        let finding = Finding::new("FILTER takes a WHERE").at(place(found - 1));
        return Some(finding.help("write FILTER (WHERE ...)"));
    }
    if let Some((clause, help)) = ORDER.iter().find(|(clause, _)| is(words, found, clause)) {
        return Some(Finding::new(format!("{clause} is too late here")).at(place(found)).help(*help));
    }
    let compares =
        matches!(words[found].token, Token::Eq | Token::Lt | Token::Gt | Token::Neq | Token::LtEq | Token::GtEq);
    let has_where =
        words[..found].iter().any(|word| matches!(&word.token, Token::Word(w) if w.keyword == Keyword::WHERE));
    if compares && !has_where {
        let finding = Finding::new(format!("a condition is not expected here: found `{}`", written(found)));
        return Some(finding.at(place(found)).help("conditions stand behind WHERE"));
    }
    if words[found].token == Token::Comma && found > 1 && is(words, found - 2, "LIMIT") {
        let finding = Finding::new("LIMIT takes one number").at(place(found));
        return Some(finding.help("write LIMIT count OFFSET start"));
    }
    None
}

/// Whether the word where the parser stopped is a third name in a row: a column behind one that has an alias.
pub(super) fn comma_is_missing(words: &[&TokenWithSpan], found: usize) -> bool {
    let is_name = |at: usize| matches!(&words[at].token, Token::Word(w) if w.keyword == Keyword::NoKeyword);
    found > 1 && is_name(found) && is_name(found - 1)
}

/// Clauses that stand before what is in front of them.
const ORDER: [(&str, &str); 4] = [
    ("WHERE", "WHERE stands behind FROM, before GROUP BY, HAVING, ORDER BY and LIMIT"),
    ("GROUP", "GROUP BY stands behind WHERE, before HAVING, ORDER BY and LIMIT"),
    ("HAVING", "HAVING stands behind GROUP BY, before ORDER BY and LIMIT"),
    ("ORDER", "ORDER BY stands before LIMIT"),
];

/// Statements of other databases.
const OTHERS: [(&str, &str); 8] = [
    ("SUMMARIZE", "DESCRIBE table lists its columns; SELECT min(x), max(x), count(DISTINCT x) FROM table tells of one"),
    ("PIVOT", "write one aggregate for each column: count(*) FILTER (WHERE provider = 'twilio') AS twilio"),
    ("PIVOT_WIDER", "write one aggregate for each column: count(*) FILTER (WHERE provider = 'twilio') AS twilio"),
    ("UNPIVOT", "write one SELECT for each column, and UNION ALL between them"),
    ("PRAGMA", "settings are flags of the command line; DESCRIBE table lists the columns of a table"),
    ("ATTACH", "a session reads one store: name it with --store"),
    ("USE", "a session reads one store: name it with --store"),
    ("CALL", "SELECT function(...) calls a function"),
];

fn is(words: &[&TokenWithSpan], at: usize, name: &str) -> bool {
    words.get(at).is_some_and(
        |word| matches!(&word.token, Token::Word(w) if w.quote_style.is_none() && w.value.eq_ignore_ascii_case(name)),
    )
}

/// `\d` and `.tables`: commands of shells.
fn command(statement: &Statement, words: &[&TokenWithSpan]) -> Option<Finding> {
    let first = words.first()?;
    let (sign, start) = (&first.token, statement.source.range(first.span).start);
    if !matches!(sign, Token::Backslash | Token::Period) {
        return None;
    }
    let rest = &statement.source.text[start..];
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let finding = Finding::new(format!("`{}` is a command of a shell, not SQL", &rest[..end])).at(start..start + end);
    Some(finding.help("in SQL: SHOW TABLES, DESCRIBE table, SHOW FUNCTIONS"))
}

/// The word behind GROUP or ORDER that should be BY.
fn by_is_missing(words: &[&TokenWithSpan], at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    // `WITHIN GROUP (`, and columns of these names.
    let starts = (is(words, before, "GROUP") || is(words, before, "ORDER"))
        && !is(words, at, "BY")
        && matches!(words[at].token, Token::Word(_) | Token::Number(..));
    let column = before.checked_sub(1).is_some_and(|at| {
        matches!(words[at].token, Token::Comma | Token::Period) || is(words, at, "SELECT") || is(words, at, "AS")
    });
    starts && !column && !is(words, at, "FROM")
}

/// Whether a clause begins where the one before has said nothing yet: `WHERE GROUP BY`.
fn nothing_between(words: &[&TokenWithSpan], at: usize) -> bool {
    let before = ["SELECT", "WHERE", "HAVING"].iter().any(|clause| is(words, at - 1, clause));
    let next = ["FROM", "WHERE", "HAVING", "LIMIT", "AND", "OR"].iter().any(|clause| is(words, at, clause));
    let grouped = ["GROUP", "ORDER"].iter().any(|clause| is(words, at, clause)) && is(words, at + 1, "BY");
    before && (next || grouped) && !(is(words, at - 1, "SELECT") && is(words, at, "FROM"))
}

/// The CASE that no END belongs to.
fn open_case(words: &[&TokenWithSpan]) -> Option<usize> {
    let mut open = Vec::new();
    for at in 0..words.len() {
        if is(words, at, "CASE") && is(words, at + 1, "WHEN") {
            open.push(at);
        } else if is(words, at, "END") {
            open.pop();
        }
    }
    open.pop()
}

/// The first bracket of a statement that is not closed.
fn open_bracket(words: &[&TokenWithSpan]) -> Option<usize> {
    let mut open = Vec::new();
    for (at, word) in words.iter().enumerate() {
        match word.token {
            Token::LParen => open.push(at),
            Token::RParen => drop(open.pop()),
            _ => {}
        }
    }
    open.pop()
}

/// Whether more brackets are closed than opened.
fn surplus(words: &[&TokenWithSpan]) -> bool {
    let count = |token: &Token| words.iter().filter(|word| word.token == *token).count();
    count(&Token::RParen) > count(&Token::LParen)
}
