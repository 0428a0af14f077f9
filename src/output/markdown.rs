//! A Markdown table (GFM), to paste into a ticket or a report.
//!
//! Values are text, never markup: what Markdown or HTML would read as theirs is escaped, so that a message body brings
//! no image, script or disguised link into the page it is pasted in. (A bare address may still become a link there, as
//! it says where it leads.)

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::out::TextOut;
use super::sanitize::sanitize;
use super::value::{self, Escape};
use super::{RenderOptions, Sink};
use crate::Result;

pub(super) struct MarkdownSink {
    out: TextOut,
    options: RenderOptions,
    /// The value at hand, before escaping.
    cell: String,
}

impl MarkdownSink {
    pub(super) fn new(out: Box<dyn Write + Send>, options: RenderOptions) -> Self {
        Self { out: TextOut::new(out), options, cell: String::new() }
    }
}

impl Sink for MarkdownSink {
    fn begin(&mut self, schema: &SchemaRef) -> Result<()> {
        let out = &mut self.out.text;
        for field in schema.fields() {
            out.push_str("| ");
            escape(field.name(), out);
            out.push(' ');
        }
        out.push_str("|\n");
        for field in schema.fields() {
            out.push_str(if value::is_number(field.data_type()) { "| ---: " } else { "| --- " });
        }
        out.push_str("|\n");
        self.out.hand_on()
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = value::columns(batch, &self.options, Escape::Hazards)?;
        for row in 0..batch.num_rows() {
            for column in &columns {
                self.cell.clear();
                if column.is_null(row) {
                    self.cell.push_str(self.options.null_text.as_deref().unwrap_or("NULL"));
                } else {
                    column.text(row, &mut self.cell)?;
                }
                self.out.text.push_str("| ");
                escape(&self.cell, &mut self.out.text);
                self.out.text.push(' ');
            }
            self.out.text.push_str("|\n");
            self.out.end_row()?;
        }
        self.out.hand_on()
    }

    fn show(&mut self) -> Result<()> {
        self.out.show()
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.out.finish()
    }
}

/// Appends text as Markdown that shows it.
pub(super) fn escape(text: &str, out: &mut String) {
    // Line breaks stay breaks; everything else that has no place in a line is shown as on a terminal.
    for (i, line) in text.replace("\r\n", "\n").split('\n').enumerate() {
        if i > 0 {
            out.push_str("<br>");
        }
        let mut before = ' ';
        // The backslashes that sanitize puts are to be seen too, so they are escaped like any other.
        let line = sanitize(line);
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                // Within a word, as in message_id, an underscore is no markup.
                '_' if before.is_alphanumeric() && chars.peek().is_some_and(|next| next.is_alphanumeric()) => {
                    out.push('_')
                }
                '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => out.extend(['\\', c]),
                c => out.push(c),
            }
            before = c;
        }
    }
}
