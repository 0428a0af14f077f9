//! One object per row and line, with the name of its section first: `{"section":"rates","campaign":...}`.
//!
//! A column that is itself called `section` gives way: it becomes `section_1`, or the next number that is free.

use std::io::Write;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};

use super::{Document, DocumentSink, Sections};
use crate::Result;
use crate::output::RenderOptions;
use crate::output::ndjson::Keys;
use crate::output::out::TextOut;
use crate::output::value::{self, Escape};

const SECTION: &str = "section";

pub(super) struct NdjsonDocument {
    out: TextOut,
    options: RenderOptions,
    sections: Sections,
    keys: Keys,
}

impl NdjsonDocument {
    pub(super) fn new(out: Box<dyn Write + Send>, document: Document, options: RenderOptions) -> Self {
        let keys = Keys::new(&options);
        Self { out: TextOut::new(out), options, sections: Sections::of(&document), keys }
    }
}

impl DocumentSink for NdjsonDocument {
    fn begin_section(&mut self, schema: &SchemaRef) -> Result<()> {
        let name = self.sections.next()?.name;
        self.keys = Keys::new(&self.options);
        self.keys.set_after(SECTION, &name, &without_section(schema));
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = value::columns(batch, &self.options, Escape::of(&self.options))?;
        for row in 0..batch.num_rows() {
            self.keys.object(&columns, row, &mut self.out.text)?;
            self.out.text.push('\n');
            self.out.end_row()?;
        }
        self.out.hand_on()
    }

    fn end_section(&mut self) -> Result<()> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.sections.finish()?;
        self.out.finish()
    }
}

/// The schema with another name for a column called `section`.
fn without_section(schema: &SchemaRef) -> SchemaRef {
    let taken = |name: &str| name == SECTION || schema.column_with_name(name).is_some();
    let mut free = (1..).map(|number| format!("{SECTION}_{number}")).filter(|name| !taken(name));
    let fields = schema.fields().iter().map(|field| match field.name() == SECTION {
        true => field.as_ref().clone().with_name(free.next().unwrap_or_default()),
        false => field.as_ref().clone(),
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}
