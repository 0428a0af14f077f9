//! A file per section, each as the format writes a single result.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;

use super::{Document, DocumentSink, Files, Sections};
use crate::Result;
use crate::output::out::not_begun;
use crate::output::{Format, RenderOptions, Sink, sink};

pub(super) struct FolderSink {
    format: Format,
    files: Files,
    options: RenderOptions,
    sections: Sections,
    file: Option<Box<dyn Sink>>,
}

impl FolderSink {
    pub(super) fn new(format: Format, files: Files, document: Document, options: RenderOptions) -> Self {
        Self { format, files, options, sections: Sections::of(&document), file: None }
    }
}

impl DocumentSink for FolderSink {
    fn begin_section(&mut self, schema: &SchemaRef) -> Result<()> {
        let name = format!("{}.{}", self.sections.next()?.name, self.format.suffix());
        let file = self.file.insert(sink(self.format, (self.files)(&name)?, self.options.clone()));
        file.begin(schema)
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        self.file.as_mut().ok_or_else(not_begun)?.batch(batch)
    }

    fn end_section(&mut self) -> Result<()> {
        self.file.take().ok_or_else(not_begun)?.finish()
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.sections.finish()
    }
}
