//! Columns that do not exist, or of which there are several.

use std::ops::Range;

use datafusion::common::{Column, Diagnostic};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::Token;

use crate::error::near;
use crate::session::catalog::Names;
use crate::session::finding::Finding;
use crate::session::script::Statement;

pub(super) fn unknown(
    statement: &Statement,
    span: Option<Range<usize>>,
    field: &Column,
    valid: &[Column],
    names: &Names,
) -> Finding {
    let span = span.or_else(|| statement.word(&field.name));
    let written = span.as_ref().map_or("", |span| &statement.source.text[span.clone()]);
    let quoted = written.ends_with('"');
    // As it was typed: the engine has made it lower case.
    let name = written.rsplit('.').next().filter(|w| w.eq_ignore_ascii_case(&field.name)).unwrap_or(&field.name);
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
    if valid.is_empty() && !quoted {
        let finding = Finding::new(format!("`{name}` is a column, and none can be read here")).at(span);
        return match statement.word("from") {
            None => finding.help("FROM names the table to read it from"),
            Some(_) => finding.help("write a value"),
        };
    }
    let of = qualifier.map_or(String::new(), |table| format!(" in `{table}`"));
    let finding = Finding::new(format!("there is no column `{name}`{of}")).at(span.clone());
    let reachable: Vec<&str> = valid.iter().filter(in_reach).map(|column| column.name.as_str()).collect();
    if !quoted && qualifier.is_none() && is_alias(statement, name, span.as_ref()) {
        return finding.help(format!("`{name}` is named in SELECT, which is later: repeat its expression here"));
    }
    let alike = near(name, reachable.iter().copied());
    let elsewhere: Vec<String> = names.tables_with(name).map(|table| format!("`{table}`")).collect();
    if quoted && alike.is_empty() {
        return finding.help(format!("double quotes are for names; a text is written '{name}'"));
    }
    let mut alike = alike;
    alike.dedup();
    let finding = finding.suggest(&alike);
    let shouted = name.len() > 1 && name.chars().all(|c| !c.is_lowercase()) && name.contains(char::is_uppercase);
    match (elsewhere.as_slice(), alike.is_empty()) {
        ([], true) if shouted => finding.help(format!("a text is written '{name}'")),
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

/// Whether the statement gives this name to something else than where it stands: `expression AS name`.
fn is_alias(statement: &Statement, name: &str, span: Option<&Range<usize>>) -> bool {
    let words: Vec<_> = statement.words().collect();
    words.windows(2).any(|pair| {
        let follows_as = matches!(&pair[0].token, Token::Word(word) if word.keyword == Keyword::AS);
        let is_it = matches!(&pair[1].token, Token::Word(word) if word.value.eq_ignore_ascii_case(name));
        follows_as && is_it && Some(&statement.source.range(pair[1].span)) != span
    })
}

pub(super) fn ambiguous(
    statement: &Statement,
    span: Option<Range<usize>>,
    field: &Column,
    notes: Option<&Diagnostic>,
) -> Finding {
    let possible = notes.iter().flat_map(|d| &d.notes).filter_map(|note| note.message.strip_prefix("possible column "));
    let possible: Vec<String> = possible.map(|name| format!("`{name}`")).collect();
    let finding = Finding::new(format!("column `{}` is in more than one table", field.name))
        .at(span.or_else(|| statement.word(&field.name)));
    match possible.as_slice() {
        [] => finding.help("write it with its table: table.column"),
        names => finding.label(format!("write {}", names.join(" or "))),
    }
}
