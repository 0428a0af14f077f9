//! One object: `{"report":..., "parameters":{...}, "version":..., "sections":[{"name":..., "rows":[...]}]}`, written as
//! the rows come, each on a line of its own.
//!
//! Parameters have the types of JSON where it has them: numbers and booleans are bare, a parameter that was not given
//! is `null`, everything else is a string. Numbers keep all their digits.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::{Document, DocumentParameter, DocumentSink, Sections};
use crate::Result;
use crate::output::RenderOptions;
use crate::output::ndjson::Keys;
use crate::output::out::TextOut;
use crate::output::value::{self, Escape};

pub(super) struct JsonDocument {
    out: TextOut,
    options: RenderOptions,
    document: Document,
    sections: Sections,
    keys: Keys,
    any_section: bool,
    any_row: bool,
}

impl JsonDocument {
    pub(super) fn new(out: Box<dyn Write + Send>, document: Document, options: RenderOptions) -> Self {
        let (sections, keys) = (Sections::of(&document), Keys::new(&options));
        Self { out: TextOut::new(out), options, document, sections, keys, any_section: false, any_row: false }
    }

    /// What stands before the sections.
    fn head(&mut self) {
        let escape = Escape::of(&self.options);
        let text = &mut self.out.text;
        text.push_str("{\"report\":");
        escape.string(&self.document.name, text);
        text.push_str(",\n\"parameters\":{");
        for (i, parameter) in self.document.parameters.iter().enumerate() {
            if i > 0 {
                text.push(',');
            }
            escape.string(&parameter.name, text);
            text.push(':');
            value_of(parameter, escape, text);
        }
        text.push_str("},\n\"version\":");
        text.push_str(&self.document.version.to_string());
        text.push_str(",\n\"sections\":[");
    }
}

/// Appends the value of a parameter.
fn value_of(parameter: &DocumentParameter, escape: Escape, text: &mut String) {
    let Some(value) = parameter.value.as_deref() else { return text.push_str("null") };
    let is_bare = match parameter.type_name.as_str() {
        // A number as JSON writes it: `5`, `0.02`, but not `+5` or `.5`.
        "integer" | "decimal" => serde_json::from_str::<serde_json::Number>(value).is_ok(),
        "boolean" => matches!(value, "true" | "false"),
        _ => false,
    };
    if is_bare { text.push_str(value) } else { escape.string(value, text) }
}

impl DocumentSink for JsonDocument {
    fn begin_section(&mut self, schema: &SchemaRef) -> Result<()> {
        if self.any_section {
            self.out.text.push(',');
        } else {
            self.head();
        }
        self.any_section = true;
        self.any_row = false;
        let name = self.sections.next()?.name;
        self.out.text.push_str("\n{\"name\":");
        Escape::of(&self.options).string(&name, &mut self.out.text);
        self.out.text.push_str(",\"rows\":[");
        self.keys = Keys::new(&self.options);
        self.keys.set(schema);
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = value::columns(batch, &self.options, Escape::of(&self.options))?;
        for row in 0..batch.num_rows() {
            self.out.text.push_str(if self.any_row { ",\n" } else { "\n" });
            self.any_row = true;
            self.keys.object(&columns, row, &mut self.out.text)?;
            self.out.end_row()?;
        }
        self.out.hand_on()
    }

    fn end_section(&mut self) -> Result<()> {
        self.out.text.push_str(if self.any_row { "\n]}" } else { "]}" });
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        if !self.any_section {
            self.head();
        }
        self.out.text.push_str(if self.any_section { "\n]}\n" } else { "]}\n" });
        self.sections.finish()?;
        self.out.finish()
    }
}
