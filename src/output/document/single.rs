//! A single result in a format that is made for documents: a document of one section.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::{Document, DocumentSection, DocumentSink, Target, document_sink};
use crate::Result;
use crate::output::out::not_begun;
use crate::output::{Format, RenderOptions, Sink};

pub(in crate::output) struct SingleSink {
    /// Until the result begins, so that what cannot be made is an error and not a panic.
    make: Option<(Format, Box<dyn Write + Send>, RenderOptions)>,
    sink: Option<Box<dyn DocumentSink>>,
}

impl SingleSink {
    pub(in crate::output) fn new(format: Format, out: Box<dyn Write + Send>, options: RenderOptions) -> Self {
        Self { make: Some((format, out, options)), sink: None }
    }
}

/// A result of SQL has no words of its own.
fn document() -> Document {
    let section = DocumentSection { name: "result".into(), title: "Result".into(), ..DocumentSection::default() };
    Document { name: "result".into(), title: "Result".into(), sections: vec![section], ..Document::default() }
}

impl Sink for SingleSink {
    fn begin(&mut self, schema: &SchemaRef) -> Result<()> {
        let (format, out, options) = self.make.take().ok_or_else(not_begun)?;
        let sink = self.sink.insert(document_sink(format, Target::Stream(out), document(), options)?);
        sink.begin_section(schema)
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        self.sink.as_mut().ok_or_else(not_begun)?.batch(batch)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let mut sink = self.sink.ok_or_else(not_begun)?;
        sink.end_section()?;
        sink.finish()
    }
}
