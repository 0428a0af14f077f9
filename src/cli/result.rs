//! Results on their way out: to standard output, or to a file that appears when it is complete.

use std::path::Path;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};

use super::args::ResultArgs;
use super::context::Context;
use super::printer::Printer;
use crate::output::sanitize::sanitize;
use crate::output::{AtomicFile, Format, RenderOptions, Sink, sink};
use crate::session::Answer;
use crate::{Error, Result};

/// Where the results of a command go. It is made before the work, so a path that cannot be written fails first.
pub(super) struct Results<'c> {
    printer: &'c Printer,
    format: Format,
    rendering: RenderOptions,
    file: Option<AtomicFile>,
    written: usize,
}

impl<'c> Results<'c> {
    pub(super) fn new(context: &Context<'c>, args: &ResultArgs) -> Result<Self> {
        let printer = context.printer;
        let format = match (args.format, &args.output) {
            (Some(format), _) => format,
            (None, Some(path)) => by_suffix(path)?,
            (None, None) => Format::Table,
        };
        if args.output.is_none() && !format.is_text() && printer.output_is_terminal() {
            return Err(Error::Usage(format!(
                "{format} is not text and not for a terminal; write it to a file with -o"
            )));
        }
        let mut rendering = match args.output {
            Some(_) => RenderOptions { time_zone: context.global.tz, ..RenderOptions::default() },
            None => printer.rendering(context.global.tz),
        };
        rendering.formula_guard = !args.raw_formulas;
        let file = args.output.as_deref().map(AtomicFile::create).transpose()?;
        Ok(Self { printer, format, rendering, file, written: 0 })
    }

    /// Writes the rows of a statement, as they come. A statement without columns (CREATE VIEW) has no result.
    pub(super) async fn stream(&mut self, answer: &mut Answer) -> Result<()> {
        if answer.schema().fields().is_empty() {
            while answer.next().await?.is_some() {}
            return Ok(());
        }
        if self.format == Format::Table && self.file.is_none() && is_plan(answer.schema()) {
            return self.plan(answer).await;
        }
        let mut sink = self.begin(answer.schema())?;
        while let Some(batch) = answer.next().await? {
            sink.batch(&batch)?;
        }
        sink.finish()
    }

    /// Writes what EXPLAIN gives with its line breaks, which a table would show as `\n`.
    async fn plan(&mut self, answer: &mut Answer) -> Result<()> {
        while let Some(batch) = answer.next().await? {
            let [kinds, plans] = [0, 1].map(|column| batch.column(column).as_string_opt::<i32>());
            for (kind, plan) in kinds.into_iter().flatten().zip(plans.into_iter().flatten()) {
                self.printer.text(&format!("{}\n", kind.unwrap_or_default()))?;
                for line in plan.unwrap_or_default().lines() {
                    self.printer.text(&format!("  {}\n", sanitize(line)))?;
                }
            }
        }
        Ok(())
    }

    /// Writes one batch as a result.
    pub(super) fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut sink = self.begin(&batch.schema())?;
        sink.batch(batch)?;
        sink.finish()
    }

    /// Makes the file appear.
    pub(super) fn finish(self) -> Result<()> {
        self.file.map_or(Ok(()), AtomicFile::commit)
    }

    fn begin(&mut self, schema: &SchemaRef) -> Result<Box<dyn Sink>> {
        if self.written > 0 && (self.file.is_some() || !self.format.is_text()) {
            return Err(Error::Usage(format!(
                "more than one statement has a result, and one {} file holds one; run them one by one",
                self.format
            )));
        }
        self.written += 1;
        let out = match &self.file {
            Some(file) => file.writer()?,
            None => self.printer.output(),
        };
        let mut sink = sink(self.format, out, self.rendering.clone());
        sink.begin(schema)?;
        Ok(sink)
    }
}

/// Whether these are the columns of EXPLAIN.
fn is_plan(schema: &SchemaRef) -> bool {
    let columns: Vec<_> = schema.fields().iter().map(|field| (field.name().as_str(), field.data_type())).collect();
    columns == [("plan_type", &DataType::Utf8), ("plan", &DataType::Utf8)]
}

pub(super) fn by_suffix(path: &Path) -> Result<Format> {
    let name = path.to_string_lossy();
    Format::from_path(&name).ok_or_else(|| {
        let formats = Format::ALL.map(Format::name).join(", ");
        Error::Usage(format!("the name `{name}` does not tell the format; add --format with one of {formats}"))
    })
}
