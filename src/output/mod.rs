//! Record batches become bytes: tables for people, CSV and JSON for scripts, Parquet and Arrow for other engines.
//!
//! Each format is one file with one [`Sink`], which writes every batch as it comes, so that a result of any size needs
//! the memory of one batch. Several results under one title are a [`document`]. What a value looks like is decided in one place for all text formats (`value`), and so
//! is what may not reach a person's terminal or spreadsheet ([`sanitize`]).
//!
//! | | NULL | text | nested | time |
//! |---|---|---|---|---|
//! | table, markdown | `NULL` | shown, never obeyed | JSON | RFC 3339 |
//! | csv | empty (empty text is `""`) | quoted where needed, formulas guarded | JSON | RFC 3339 |
//! | tsv | `\N` | `\t` `\n` `\r` `\\`, formulas guarded | JSON | RFC 3339 |
//! | json, ndjson | `null` | string | array, object | RFC 3339 string |
//! | parquet, arrow | null | UTF-8 | native | native |
//! | xlsx | empty cell | text cell, never a formula | JSON | date cell in the local time of the zone |
//! | html | `NULL` | escaped | JSON | RFC 3339 |

mod arrow;
pub mod atomic;
pub mod chart_text;
mod csv;
pub mod document;
mod json;
mod markdown;
mod ndjson;
mod out;
mod parquet;
mod plain;
pub mod sanitize;
mod table;
mod tsv;
mod value;

use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

use ::arrow::array::RecordBatch;
use ::arrow::datatypes::SchemaRef;
use chrono_tz::Tz;

use crate::{Error, Result};

pub use atomic::{AtomicFile, discard_unfinished};

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Aligned columns for people, with the number of rows below.
    Table,
    /// Comma-separated values (RFC 4180) with a header, lines end with LF.
    Csv,
    /// Tab-separated values with a header and the escapes of PostgreSQL's `COPY` text format.
    Tsv,
    /// One JSON array of row objects.
    Json,
    /// One JSON object per line.
    Ndjson,
    /// A Markdown (GFM) table.
    Markdown,
    /// A Parquet file, compressed with zstd.
    Parquet,
    /// An Arrow IPC file, also known as Feather version 2.
    Arrow,
    /// An Excel workbook: a sheet `about`, then a sheet per result, with charts.
    Xlsx,
    /// One HTML page that needs nothing else.
    Html,
}

impl Format {
    /// Every format, in the order help texts list them.
    pub const ALL: [Self; 10] = [
        Self::Table,
        Self::Csv,
        Self::Tsv,
        Self::Json,
        Self::Ndjson,
        Self::Markdown,
        Self::Parquet,
        Self::Arrow,
        Self::Xlsx,
        Self::Html,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Markdown => "markdown",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
        }
    }

    /// The suffix of its files, without the dot: `md` for `markdown`, `txt` for `table`, else its name.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Table => "txt",
            Self::Markdown => "md",
            other => other.name(),
        }
    }

    /// The format a path's suffix asks for, in either case: `.jsonl` is `ndjson`, `.txt` is `table`.
    pub fn from_path(path: &str) -> Option<Self> {
        let suffix = Path::new(path).extension()?.to_str()?.to_ascii_lowercase();
        match suffix.as_str() {
            "txt" => Some(Self::Table),
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            "json" => Some(Self::Json),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "md" => Some(Self::Markdown),
            "parquet" => Some(Self::Parquet),
            "arrow" => Some(Self::Arrow),
            "xlsx" => Some(Self::Xlsx),
            "html" | "htm" => Some(Self::Html),
            _ => None,
        }
    }

    /// Whether one file of it holds several results; the others take a file for each.
    pub fn holds_sections(self) -> bool {
        !matches!(self, Self::Csv | Self::Tsv | Self::Parquet | Self::Arrow)
    }

    /// Whether it is text; the others must not be written to a terminal.
    pub fn is_text(self) -> bool {
        !matches!(self, Self::Parquet | Self::Arrow | Self::Xlsx)
    }
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| Error::not_found("format", name, Self::ALL.map(Self::name)))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Whether a table shows each row as a record, a line for every column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Expanded {
    /// Never: columns that do not fit are counted in the footer.
    #[default]
    Off,
    /// Always.
    On,
    /// Where the columns do not fit the width of the terminal, or only with texts that are cut to very little.
    Auto,
}

impl Expanded {
    /// Every choice with its name.
    pub const ALL: [(&'static str, Self); 3] = [("on", Self::On), ("off", Self::Off), ("auto", Self::Auto)];
}

impl FromStr for Expanded {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, choice)| choice).ok_or_else(|| Error::Usage(format!("`{name}` is not one of on, off, auto")))
    }
}

/// How the text formats show values. Parquet and Arrow take no notice of it.
#[derive(Debug, Clone)]
pub struct RenderOptions {
    /// The bytes go to a terminal: every format neutralises what a terminal would obey, and a table fits `width`.
    pub terminal: bool,
    /// The columns of the terminal; a table without it, or not on a terminal, is as wide as its values.
    pub width: Option<usize>,
    /// What NULL looks like, if not as the format has it. JSON always has `null`.
    pub null_text: Option<String>,
    /// Whether a table shows its rows as records.
    pub expanded: Expanded,
    /// What shows `width` columns of longer lines can be moved to the others, as `less -S` can: a table stays as wide as
    /// its values, unless it may become records.
    pub scrolls_sideways: bool,
    /// How a person sees what a table on a terminal leaves out, such as `-o FILE`; its footer says so.
    pub whole_with: Option<String>,
    /// The most rows a table shows on a terminal; its footer says so. Where it becomes records by itself, these are the
    /// most lines, and at least three records. Elsewhere every row is written.
    pub rows_max: Option<usize>,
    /// Whether the tables of a document draw a bar after the number in columns of percentages.
    pub bars: bool,
    /// Whether the terminal's bold and faint type may be used for what stands around the tables of a document.
    pub styled: bool,
    /// Whether CSV and TSV put `'` before text that a spreadsheet would run as a formula. In a workbook text is never
    /// a formula; there it decides whether such a cell stays text when somebody edits it.
    pub formula_guard: bool,
    /// The zone that instants are shown in, with its offset; UTC shows `Z`. Times without a zone stay as they are.
    pub time_zone: Tz,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            terminal: false,
            width: None,
            null_text: None,
            expanded: Expanded::Off,
            scrolls_sideways: false,
            whole_with: None,
            rows_max: None,
            bars: false,
            styled: false,
            formula_guard: true,
            time_zone: Tz::UTC,
        }
    }
}

/// Takes one result: its schema, then its batches, then the end. Without [`Sink::finish`] the output is incomplete.
pub trait Sink: Send {
    /// Starts the result; a result without rows still has its header.
    fn begin(&mut self, schema: &SchemaRef) -> Result<()>;
    /// Writes the next rows.
    fn batch(&mut self, batch: &RecordBatch) -> Result<()>;
    /// Writes rows that are held back, here or by who writes them, where the next ones take their time.
    fn show(&mut self) -> Result<()> {
        Ok(())
    }
    /// Writes what is left (footer, closing bracket) and flushes.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// The sink that writes `format` to `out`.
pub fn sink(format: Format, out: Box<dyn Write + Send>, options: RenderOptions) -> Box<dyn Sink> {
    match format {
        Format::Table => Box::new(table::TableSink::new(out, options)),
        Format::Csv => Box::new(csv::CsvSink::new(out, options)),
        Format::Tsv => Box::new(tsv::TsvSink::new(out, options)),
        Format::Json => Box::new(json::JsonSink::new(out, options)),
        Format::Ndjson => Box::new(ndjson::NdjsonSink::new(out, options)),
        Format::Markdown => Box::new(markdown::MarkdownSink::new(out, options)),
        Format::Parquet => Box::new(parquet::ParquetSink::new(out)),
        Format::Arrow => Box::new(arrow::ArrowSink::new(out)),
        Format::Xlsx | Format::Html => Box::new(document::SingleSink::new(format, out, options)),
    }
}

/// Whether the reader of our output went away (`smsql ... | head`), which is no failure of ours.
pub fn is_broken_pipe(error: &Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        let io = error.downcast_ref::<io::Error>();
        if io.is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe) {
            return true;
        }
        // What an io::Error wraps is not its source, but the source of that is.
        next = match io.and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    false
}
