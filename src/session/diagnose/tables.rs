//! Tables that do not exist.

use std::ops::Range;

use datafusion::sql::sqlparser::tokenizer::Token;

use crate::error::near;
use crate::session::catalog::Names;
use crate::session::finding::Finding;
use crate::session::script::Statement;

pub(super) fn unknown(statement: &Statement, span: Option<Range<usize>>, name: &str, names: &Names) -> Finding {
    let name = name.strip_prefix("smsql.main.").or_else(|| name.strip_prefix("smsql.")).unwrap_or(name);
    let quoted = || {
        let is_it = |token: &Token| matches!(token, Token::SingleQuotedString(text) if text == name);
        statement.words().find(|token| is_it(&token.token)).map(|token| statement.source.range(token.span))
    };
    // The engine's place has the alias in it.
    let own = |span: Range<usize>| statement.word_within(name, &span).unwrap_or(span);
    let span = span.map(own).or_else(|| statement.word(name)).or_else(quoted);
    if looks_like_file(name) {
        return Finding::new(format!("SQL here reads the store, not files: `{name}`")).at(span).help(LAND_FILES);
    }
    if name.eq_ignore_ascii_case("from") {
        return Finding::new("FROM stands twice").at(span);
    }
    let last = name.rsplit('.').next().unwrap_or(name);
    if last != name && names.tables.contains_key(last) {
        return Finding::new(format!("there is no table `{name}`")).at(span).suggest(&[last.to_owned()]);
    }
    let alike = near(name, names.tables.keys().map(String::as_str));
    let finding = Finding::new(format!("there is no table `{name}`")).at(span).suggest(&alike);
    match alike.is_empty() {
        true => finding.help(format!("there are {}", names.tables.keys().cloned().collect::<Vec<_>>().join(", "))),
        false => finding,
    }
}

pub(super) const LAND_FILES: &str = "land provider reports with `smsql land FEED FILE...`; any other file can be read after CREATE EXTERNAL TABLE, \
     which --allow-write allows";

fn looks_like_file(name: &str) -> bool {
    let lower = name.to_lowercase();
    let suffixes = [".csv", ".json", ".ndjson", ".jsonl", ".parquet", ".arrow", ".avro", ".txt", ".gz", ".zst"];
    name.contains(['/', '\\', '*']) || suffixes.iter().any(|suffix| lower.ends_with(suffix))
}
