//! Documents: several results under one title, as a report is. Where a format holds one table (CSV, Parquet), a document
//! is a folder with a file per section; the others hold all sections in one file.

mod chart;
mod html;
mod svg;

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::{Format, RenderOptions};
use crate::Result;

pub use chart::{Chart, ChartKind};

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
    /// Ends the section.
    fn end_section(&mut self) -> Result<()>;
    /// Writes what is left and flushes.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// Where a document goes.
pub enum Target {
    /// All of it into one stream.
    Stream(Box<dyn Write + Send>),
    /// A stream for each section, by the name of its file (`rates.csv`).
    Folder(Box<dyn FnMut(&str) -> Result<Box<dyn Write + Send>> + Send>),
}

/// The sink that writes a document in `format`.
pub fn document_sink(
    _format: Format,
    _target: Target,
    _document: Document,
    _options: RenderOptions,
) -> Result<Box<dyn DocumentSink>> {
    Err(crate::Error::Internal("documents are not written yet".to_owned()))
}

/// The sink that writes a document as one page of HTML.
pub fn html(out: Box<dyn Write + Send>, document: Document, options: RenderOptions) -> Box<dyn DocumentSink> {
    Box::new(html::HtmlSink::new(out, document, options))
}
