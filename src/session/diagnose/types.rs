//! The names of types as SQL has them: an error never speaks of how a value is held in memory.

use arrow::datatypes::{DataType, Field};

/// The name of a type in SQL: `text`, `bigint`, `decimal(18, 8)`, `timestamp`, `text[]`.
pub(super) fn type_name(data_type: &DataType) -> String {
    let list = |item: &Field| format!("{}[]", type_name(item.data_type()));
    let name = match data_type {
        DataType::Null => "NULL",
        DataType::Boolean => "boolean",
        DataType::Int8 => "tinyint",
        DataType::Int16 => "smallint",
        DataType::Int32 => "integer",
        DataType::Int64 => "bigint",
        DataType::UInt8 => "unsigned tinyint",
        DataType::UInt16 => "unsigned smallint",
        DataType::UInt32 => "unsigned integer",
        DataType::UInt64 => "unsigned bigint",
        DataType::Float16 => "half",
        DataType::Float32 => "real",
        DataType::Float64 => "double",
        DataType::Date32 | DataType::Date64 => "date",
        DataType::Time32(_) | DataType::Time64(_) => "time",
        DataType::Timestamp(..) => "timestamp",
        DataType::Duration(_) => "duration",
        DataType::Interval(_) => "interval",
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text",
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => "bytea",
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => return format!("decimal({precision}, {scale})"),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::ListView(item)
        | DataType::LargeListView(item)
        | DataType::FixedSizeList(item, _) => return list(item),
        DataType::Struct(_) => "struct",
        DataType::Map(..) => "map",
        DataType::Union(..) => "union",
        DataType::Dictionary(_, values) => return type_name(values),
        DataType::RunEndEncoded(_, values) => return type_name(values.data_type()),
    };
    name.to_owned()
}

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
