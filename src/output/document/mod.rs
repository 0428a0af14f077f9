//! Documents: several results under one title, as a report is. Where a format holds one table (CSV, Parquet), a document
//! is a folder with a file per section; the others hold all sections in one file.
//!
//! | | one file holds |
//! |---|---|
//! | table | title, description, then a titled table per section; percentages with bars |
//! | markdown | the same with parameters and the definition of every column |
//! | json | one object: `report`, `parameters` (typed), `version`, `sections` of `name` and `rows` |
//! | ndjson | a row per line with its `section` first |
//! | xlsx | a sheet `about`, then a sheet per section with its chart |
//! | html | one page |
//! | csv, tsv, parquet, arrow | the rows of one section |

mod chart;
mod folder;
mod html;
mod json;
mod markdown;
mod markup;
mod ndjson;
mod sections;
mod single;
pub(super) mod svg;
mod table;
mod words;
mod xlsx;

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::out::not_begun;
use super::{Format, RenderOptions};
use crate::{Error, Result};

pub use chart::{Chart, ChartKind};
use sections::Sections;
pub(super) use single::SingleSink;

/// What a document says beside its rows.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// The report's name; also that of the workbook or page.
    pub name: String,
    /// What it is, in a few words.
    pub title: String,
    /// What it says, naming every denominator.
    pub description: String,
    /// The parameters it was run with, in their order.
    pub parameters: Vec<DocumentParameter>,
    /// The version of the store it was read from.
    pub version: u64,
    /// Whatever else fixes the numbers, such as the store, its instant, the time zone: label and value.
    pub facts: Vec<(String, String)>,
    /// Its sections, in the order their rows come.
    pub sections: Vec<DocumentSection>,
}

/// A parameter a document was made with.
#[derive(Debug, Clone)]
pub struct DocumentParameter {
    /// Its name.
    pub name: String,
    /// Its type's name, as in `-p name:type=value`.
    pub type_name: String,
    /// The value as it was read; none where it was not given and has no default.
    pub value: Option<String>,
    /// What it does.
    pub help: String,
}

/// One table of a document.
#[derive(Debug, Clone, Default)]
pub struct DocumentSection {
    /// Its name: letters, digits and `_`, unique in the document; also that of its file or sheet.
    pub name: String,
    /// What it shows, in a few words.
    pub title: String,
    /// More about it; may be empty.
    pub description: String,
    /// How it is drawn, where it is.
    pub chart: Option<Chart>,
    /// What each column means, in their order: name and definition.
    pub columns: Vec<(String, String)>,
}

/// Takes the sections of a document one after the other, in their order, each with its schema, its batches and its end.
/// Without [`DocumentSink::finish`] the output is incomplete.
pub trait DocumentSink: Send {
    /// Starts the next section.
    fn begin_section(&mut self, schema: &SchemaRef) -> Result<()>;
    /// Writes the next rows of the section.
    fn batch(&mut self, batch: &RecordBatch) -> Result<()>;
    /// Writes rows that are held back, where the next ones take their time.
    fn show(&mut self) -> Result<()> {
        Ok(())
    }
    /// Ends the section.
    fn end_section(&mut self) -> Result<()>;
    /// Writes what is left and flushes.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// Makes the file of that name.
pub type Files = Box<dyn FnMut(&str) -> Result<Box<dyn Write + Send>> + Send>;

/// Where a document goes.
pub enum Target {
    /// All of it into one stream.
    Stream(Box<dyn Write + Send>),
    /// A stream for each section, by the name of its file (`rates.csv`).
    Folder(Files),
}

/// The sink that writes a document in `format`, into a stream where [`Format::holds_sections`], else into a folder.
pub fn document_sink(
    format: Format,
    target: Target,
    document: Document,
    options: RenderOptions,
) -> Result<Box<dyn DocumentSink>> {
    let out = match target {
        Target::Folder(files) if !format.holds_sections() => {
            return Ok(Box::new(folder::FolderSink::new(format, files, document, options)));
        }
        Target::Stream(out) if format.holds_sections() => out,
        Target::Folder(_) => {
            return Err(Error::Usage(format!("{format} holds all sections in one file; give a file, not a folder")));
        }
        Target::Stream(_) => {
            return Err(Error::Usage(format!(
                "one {format} file holds one table; give a folder, or a format that holds all sections ({})",
                Format::ALL
                    .into_iter()
                    .filter(|format| format.holds_sections())
                    .map(Format::name)
                    .collect::<Vec<_>>()
                    .join(", ")
            )));
        }
    };
    Ok(match format {
        Format::Table => Box::new(table::TableDocument::new(out, document, options)),
        Format::Json => Box::new(json::JsonDocument::new(out, document, options)),
        Format::Ndjson => Box::new(ndjson::NdjsonDocument::new(out, document, options)),
        Format::Markdown => Box::new(markdown::MarkdownDocument::new(out, document, options)),
        Format::Xlsx => Box::new(xlsx::XlsxDocument::new(out, document, options)?),
        Format::Html => Box::new(html::HtmlSink::new(out, document, options)),
        Format::Csv | Format::Tsv | Format::Parquet | Format::Arrow => return Err(not_begun()),
    })
}
