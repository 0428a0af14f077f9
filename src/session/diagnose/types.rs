//! Types in the words of errors: one never speaks of how a value is held in memory.

use arrow::datatypes::DataType;

use crate::session::types::type_name;

/// A type with its article: `a text`, `an interval`.
pub(super) fn a_type(data_type: &DataType) -> String {
    let name = type_name(data_type);
    if name == "NULL" {
        return name;
    }
    let article = if name.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {name}")
}

/// The engine's words with SQL's names of types in place of Arrow's.
pub(super) fn in_sql(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(at) = rest.find(|c: char| c.is_ascii_uppercase()) {
        let inside_a_word = rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let whole = |arrow: &str| {
            rest.strip_prefix(arrow).is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        match KNOWN.iter().find(|(arrow, _)| whole(arrow)).filter(|_| !inside_a_word) {
            Some((arrow, sql)) => {
                text.push_str(sql);
                rest = &rest[arrow.len()..];
                if let Some(end) =
                    bracketed(rest).filter(|_| *sql == "text" || *sql == "timestamp" || *sql == "interval")
                {
                    rest = &rest[end..];
                }
            }
            None => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len()).max(1);
                text.push_str(&rest[..end]);
                rest = &rest[end..];
            }
        }
    }
    text.push_str(rest);
    text
}

/// The length of the `(...)` that a text begins with.
fn bracketed(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at + 1),
            ')' => depth = depth.checked_sub(1)?,
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// Longer names before those they begin with.
const KNOWN: [(&str, &str); 38] = [
    ("Int64(1)", "1"),
    ("Dictionary", "text"),
    ("LargeUtf8", "text"),
    ("Utf8View", "text"),
    ("Utf8", "text"),
    ("String", "text"),
    ("UInt64", "unsigned bigint"),
    ("UInt32", "unsigned integer"),
    ("UInt16", "unsigned smallint"),
    ("UInt8", "unsigned tinyint"),
    ("Uint64", "unsigned bigint"),
    ("Int64", "bigint"),
    ("Int32", "integer"),
    ("Int16", "smallint"),
    ("Int8", "tinyint"),
    ("Integer", "integer"),
    ("Float64", "double"),
    ("Float32", "real"),
    ("Float16", "half"),
    ("Float", "double"),
    ("Boolean", "boolean"),
    ("Decimal128", "decimal"),
    ("Decimal256", "decimal"),
    ("Decimal64", "decimal"),
    ("Decimal32", "decimal"),
    ("Decimal", "decimal"),
    ("Date32", "date"),
    ("Date64", "date"),
    ("Date", "date"),
    ("Timestamp", "timestamp"),
    ("Time64", "time"),
    ("Time32", "time"),
    ("Time", "time"),
    ("Duration", "duration"),
    ("Interval", "interval"),
    ("LargeBinary", "bytea"),
    ("BinaryView", "bytea"),
    ("Numeric", "number"),
];
