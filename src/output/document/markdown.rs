//! A document in Markdown (GFM): title, description and parameters, then a heading with its table per section and what
//! its columns mean. Every text of it is escaped as in a single table.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::{Document, DocumentSection, DocumentSink, Sections};
use crate::Result;
use crate::output::markdown::{MarkdownSink, escape};
use crate::output::out::{Shared, not_begun};
use crate::output::{RenderOptions, Sink};

pub(super) struct MarkdownDocument {
    out: Shared,
    options: RenderOptions,
    document: Document,
    sections: Sections,
    begun: bool,
    table: Option<(DocumentSection, Box<MarkdownSink>)>,
}

impl MarkdownDocument {
    pub(super) fn new(out: Box<dyn Write + Send>, document: Document, options: RenderOptions) -> Self {
        let sections = Sections::of(&document);
        Self { out: Shared::new(out), options, document, sections, begun: false, table: None }
    }

    /// Title, description, parameters, and what else fixes the numbers.
    fn head(&mut self) -> Result<()> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        let document = &self.document;
        let mut text = format!("# {}\n\n", heading(&document.title));
        if !document.description.is_empty() {
            text.push_str(&format!("{}\n\n", paragraph(&document.description)));
        }
        let given = document.parameters.iter().filter_map(|parameter| Some((parameter, parameter.value.as_ref()?)));
        for (parameter, value) in given {
            text.push_str(&format!("- {}: {}\n", inline(&parameter.name), inline(value)));
        }
        text.push_str(&format!("- version: {}\n", document.version));
        for (label, value) in &document.facts {
            text.push_str(&format!("- {}: {}\n", inline(label), inline(value)));
        }
        self.out.text(&text)
    }
}

/// Text as it is to be seen within a line.
fn inline(text: &str) -> String {
    let mut escaped = String::new();
    escape(text, &mut escaped);
    escaped
}

/// The same as a line of its own: what begins a list, a heading or a rule begins it no more.
fn paragraph(text: &str) -> String {
    let text = inline(text.trim());
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let marker = match text[digits..].chars().next() {
        Some('.' | ')') if digits > 0 => Some(digits),
        Some('#' | '-' | '+' | '=') if digits == 0 => Some(0),
        _ => None,
    };
    match marker {
        Some(at) => format!("{}\\{}", &text[..at], &text[at..]),
        None => text,
    }
}

/// The same behind `#`, where another one would be dropped.
fn heading(text: &str) -> String {
    inline(text).replace('#', "\\#")
}

impl DocumentSink for MarkdownDocument {
    fn begin_section(&mut self, schema: &SchemaRef) -> Result<()> {
        self.head()?;
        let section = self.sections.next()?;
        let mut text = format!("\n## {}\n\n", heading(&section.title));
        if !section.description.is_empty() {
            text.push_str(&format!("{}\n\n", paragraph(&section.description)));
        }
        self.out.text(&text)?;
        let mut table = Box::new(MarkdownSink::new(Box::new(self.out.clone()), self.options.clone()));
        table.begin(schema)?;
        self.table = Some((section, table));
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let (_, table) = self.table.as_mut().ok_or_else(not_begun)?;
        table.batch(batch)
    }

    fn end_section(&mut self) -> Result<()> {
        let (section, table) = self.table.take().ok_or_else(not_begun)?;
        table.finish()?;
        let mut text = String::new();
        for (column, definition) in &section.columns {
            text.push_str(&format!("\n- **{}**: {}", inline(column), inline(definition)));
        }
        if !text.is_empty() {
            text.push('\n');
            self.out.text(&text)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.head()?;
        self.sections.finish()?;
        self.out.finish()
    }
}
