//! A document for people at a terminal: what it says once at the top, then a titled table per section.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use unicode_width::UnicodeWidthStr;

use super::words::wrap;
use super::{Document, DocumentSink, Sections};
use crate::Result;
use crate::output::out::{Shared, not_begun};
use crate::output::sanitize::sanitize;
use crate::output::table::TableSink;
use crate::output::{RenderOptions, Sink};

/// How wide the description is where no terminal says.
const WIDTH: usize = 100;
/// Lines of text longer than this are hard to read, however wide the terminal is.
const WIDTH_MAX: usize = 120;

pub(super) struct TableDocument {
    out: Shared,
    options: RenderOptions,
    document: Document,
    sections: Sections,
    begun: bool,
    table: Option<Box<TableSink>>,
}

impl TableDocument {
    pub(super) fn new(out: Box<dyn Write + Send>, document: Document, options: RenderOptions) -> Self {
        let sections = Sections::of(&document);
        Self { out: Shared::new(out), options, document, sections, begun: false, table: None }
    }

    /// Title, description, and what the numbers depend on.
    fn head(&mut self) -> Result<()> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        let title = sanitize(&self.document.title);
        let rule = "═".repeat(title.width());
        let mut text = format!("{}\n{rule}\n", self.style(BOLD, &title));
        let width = self.options.width.filter(|_| self.options.terminal).unwrap_or(WIDTH).min(WIDTH_MAX);
        for line in wrap(&self.document.description, width) {
            text.push_str(&line);
            text.push('\n');
        }
        let given =
            self.document.parameters.iter().filter_map(|parameter| Some((parameter, parameter.value.as_ref()?)));
        let mut fixed: Vec<String> = given.map(|(p, value)| format!("{}={}", p.name, sanitize(value))).collect();
        fixed.push(format!("version {}", self.document.version));
        text.push_str(&self.style(FAINT, &fixed.join(" · ")));
        text.push('\n');
        self.out.text(&text)
    }

    fn style(&self, style: &str, text: &str) -> String {
        if self.options.styled { format!("{style}{text}{RESET}") } else { text.to_owned() }
    }
}

const BOLD: &str = "\x1b[1m";
const FAINT: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

impl DocumentSink for TableDocument {
    fn begin_section(&mut self, schema: &SchemaRef) -> Result<()> {
        self.head()?;
        let section = self.sections.next()?;
        let title = self.style(BOLD, &sanitize(&section.title));
        self.out.text(&format!("\n{title}\n"))?;
        let mut table = Box::new(TableSink::new(Box::new(self.out.clone()), self.options.clone()));
        table.begin(schema)?;
        self.table = Some(table);
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        self.table.as_mut().ok_or_else(not_begun)?.batch(batch)
    }

    fn show(&mut self) -> Result<()> {
        self.table.as_mut().ok_or_else(not_begun)?.show()
    }

    fn end_section(&mut self) -> Result<()> {
        self.table.take().ok_or_else(not_begun)?.finish()
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.head()?;
        self.sections.finish()?;
        self.out.finish()
    }
}
