//! A provider feed as one SQL file: a header that declares the raw columns, and one SELECT to the canonical columns.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// A wire format a feed's records may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeedFormat {
    /// JSON values: documents on one or many lines, or top-level arrays of them.
    Json,
    /// One JSON value a line.
    Ndjson,
    /// Comma-separated values with a header line.
    Csv,
    /// One `application/x-www-form-urlencoded` body (or query string) a line.
    Form,
    /// One SMPP delivery receipt a line, as text or as JSON with the TLV fields.
    Smpp,
    /// Lines of text, each in the column `line`.
    Lines,
    /// A Parquet file.
    Parquet,
    /// smsql's own NDJSON wrapper for captured webhooks: `{"received_at", "content_type", "body"}`.
    Envelope,
}

impl FeedFormat {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Json, Self::Ndjson, Self::Csv, Self::Form, Self::Smpp, Self::Lines, Self::Parquet, Self::Envelope];

    /// Its name in feed headers and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Form => "form",
            Self::Smpp => "smpp",
            Self::Lines => "lines",
            Self::Parquet => "parquet",
            Self::Envelope => "envelope",
        }
    }
}

impl fmt::Display for FeedFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for FeedFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| Error::not_found("feed format", name, Self::ALL.map(Self::name)))
    }
}

/// One feed: how a provider's reports look on the wire and what they mean.
#[derive(Debug, Clone)]
pub struct Feed {
    /// `provider/api`.
    pub name: String,
    /// What it is, in one line.
    pub title: String,
    /// Where the provider documents it.
    pub source: String,
    /// The formats its records come in. The envelope always works as well.
    pub formats: Vec<FeedFormat>,
    /// The country whose national numbers the feed uses, if it does.
    pub region: Option<String>,
    /// The declared raw columns, as decoded from the wire.
    pub raw_schema: SchemaRef,
    /// The whole file: header and SELECT.
    pub sql: String,
    /// SHA-256 of the file.
    pub hash: String,
    /// Where it came from: `built-in`, or its path in the store.
    pub origin: String,
}

impl Feed {
    /// Reads a feed's file. `origin` names it in errors.
    pub fn parse(origin: &str, sql: &str) -> Result<Self> {
        let mut header = Header::default();
        let mut in_columns = false;
        for (number, line) in sql.lines().enumerate() {
            let Some(comment) = line.strip_prefix("--") else { break };
            let at = || format!("{origin}:{}", number + 1);
            let text = comment.trim();
            if text.is_empty() {
                break;
            }
            if in_columns && comment.starts_with("   ") {
                header.columns.push(parse_column(text).map_err(|message| Error::invalid(at(), message))?);
                continue;
            }
            let (key, value) =
                text.split_once(':').ok_or_else(|| Error::invalid(at(), format!("`{text}` is not `key: value`")))?;
            in_columns = key == "columns";
            header.set(key, value.trim(), in_columns).map_err(|message| Error::invalid(at(), message))?;
        }
        header.into_feed(origin, sql)
    }

    /// The provider: what stands before the slash of the name.
    pub fn provider(&self) -> &str {
        self.name.split('/').next().unwrap_or(&self.name)
    }

    /// Whether records may come in this format.
    pub fn accepts(&self, format: FeedFormat) -> bool {
        format == FeedFormat::Envelope || self.formats.contains(&format)
    }

    /// Whether it takes JSON in any form.
    pub fn accepts_json(&self) -> bool {
        self.accepts(FeedFormat::Json) || self.accepts(FeedFormat::Ndjson) || self.accepts(FeedFormat::Smpp)
    }
}

/// The columns of an SMPP receipt: those of its text, and the TLVs that JSON receipts carry beside it.
const SMPP_COLUMNS: [&str; 12] = [
    "id",
    "sub",
    "dlvrd",
    "submit_date",
    "done_date",
    "stat",
    "err",
    "text",
    "short_message",
    "receipted_message_id",
    "message_state",
    "network_error_code",
];

#[derive(Default)]
struct Header {
    feed: String,
    title: String,
    source: String,
    formats: Vec<FeedFormat>,
    region: Option<String>,
    columns: Vec<(Vec<Segment>, Leaf)>,
}

impl Header {
    fn set(&mut self, key: &str, value: &str, is_columns: bool) -> Result<(), String> {
        match key {
            "feed" => value.clone_into(&mut self.feed),
            "title" => value.clone_into(&mut self.title),
            "source" => value.clone_into(&mut self.source),
            "region" => self.region = Some(value.to_owned()),
            "format" => {
                for name in value.split(',') {
                    self.formats.push(name.trim().parse().map_err(|e: Error| e.to_string())?);
                }
            }
            _ if is_columns => {}
            other => {
                let near = crate::error::near(other, ["feed", "title", "source", "format", "region", "columns"]);
                return Err(format!("there is no header `{other}`; did you mean {near:?}?"));
            }
        }
        Ok(())
    }

    fn into_feed(mut self, origin: &str, sql: &str) -> Result<Feed> {
        let has = |columns: &[(Vec<Segment>, Leaf)], name: &str| {
            columns.iter().any(|(path, _)| path.first().is_some_and(|s| s.name == name))
        };
        // Formats whose columns are given by the format.
        let given: &[&str] = if self.formats.contains(&FeedFormat::Smpp) { &SMPP_COLUMNS } else { &[] };
        let line: &[&str] = if self.formats.contains(&FeedFormat::Lines) { &["line"] } else { &[] };
        for name in given.iter().chain(line) {
            if !has(&self.columns, name) {
                self.columns.push((vec![Segment { name: (*name).to_owned(), is_list: false }], Leaf::Text));
            }
        }
        let valid_part = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        if !matches!(self.feed.split_once('/'), Some((a, b)) if valid_part(a) && valid_part(b)) {
            return Err(Error::invalid(
                origin,
                format!("`-- feed:` must be provider/api in [a-z0-9_], not `{}`", self.feed),
            ));
        }
        if self.formats.is_empty() {
            return Err(Error::invalid(origin, "the header names no `-- format:`"));
        }
        let fields = nest(&self.columns.iter().map(|(path, leaf)| (path.as_slice(), *leaf)).collect::<Vec<_>>())
            .map_err(|message| Error::invalid(origin, message))?;
        Ok(Feed {
            name: self.feed,
            title: self.title,
            source: self.source,
            formats: self.formats,
            region: self.region,
            raw_schema: Arc::new(Schema::new(fields)),
            sql: sql.to_owned(),
            hash: hex::encode(Sha256::digest(sql.as_bytes())),
            origin: origin.to_owned(),
        })
    }
}

/// One step of a column's path: the field's name and whether it holds a list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Segment {
    name: String,
    is_list: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaf {
    Text,
    Map,
    List,
}

/// `data.to[].status text` or `"Sent Date" text`.
fn parse_column(text: &str) -> Result<(Vec<Segment>, Leaf), String> {
    let (path, kind) = if let Some(rest) = text.strip_prefix('"') {
        let (name, rest) = rest.split_once('"').ok_or_else(|| format!("`{text}` has no closing quote"))?;
        (vec![Segment { name: name.to_owned(), is_list: false }], rest)
    } else {
        let (path, rest) =
            text.split_once(char::is_whitespace).ok_or_else(|| format!("`{text}` is not `column type`"))?;
        let segments = path
            .split('.')
            .map(|part| match part.strip_suffix("[]") {
                Some(name) => Segment { name: name.to_owned(), is_list: true },
                None => Segment { name: part.to_owned(), is_list: false },
            })
            .collect();
        (segments, rest)
    };
    let leaf = match kind.split_whitespace().next().unwrap_or_default() {
        "text" => Leaf::Text,
        "map" => Leaf::Map,
        "list" => Leaf::List,
        other => return Err(format!("`{other}` is not a column type; it must be text, list or map")),
    };
    if path.iter().any(|segment| segment.name.is_empty()) {
        return Err(format!("`{text}` has an empty name"));
    }
    Ok((path, leaf))
}

/// Builds nested fields from paths, keeping the order of first mention.
fn nest(columns: &[(&[Segment], Leaf)]) -> Result<Vec<FieldRef>, String> {
    let mut names: Vec<&Segment> = Vec::new();
    for (path, _) in columns {
        if let [first, ..] = path
            && !names.iter().any(|segment| segment.name == first.name)
        {
            names.push(first);
        }
    }
    names
        .into_iter()
        .map(|segment| {
            let below: Vec<_> =
                columns.iter().filter(|(path, _)| path.first().is_some_and(|s| s.name == segment.name)).collect();
            if below.iter().any(|(path, _)| path.first().is_some_and(|s| s.is_list != segment.is_list)) {
                return Err(format!("`{}` is declared with and without []", segment.name));
            }
            let nested: Vec<_> =
                below.iter().filter(|(path, _)| path.len() > 1).map(|(path, leaf)| (&path[1..], *leaf)).collect();
            let inner = match (nested.is_empty(), below.as_slice()) {
                (true, [(_, Leaf::Text)]) => DataType::Utf8,
                (true, [(_, Leaf::List)]) => list_of(DataType::Utf8),
                (true, [(_, Leaf::Map)]) => crate::event::ColumnType::TextMap.arrow(),
                (false, _) if nested.len() == below.len() => DataType::Struct(Fields::from(nest(&nested)?)),
                _ => return Err(format!("`{}` is declared twice", segment.name)),
            };
            let data_type = if segment.is_list { list_of(inner) } else { inner };
            Ok(Arc::new(Field::new(&segment.name, data_type, true)))
        })
        .collect()
}

fn list_of(element: DataType) -> DataType {
    DataType::List(Arc::new(Field::new("element", element, true)))
}
