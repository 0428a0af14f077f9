//! Results on their way out: to standard output, or to a file that appears when it is complete.

use std::path::{Path, PathBuf};
use std::pin::pin;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};

use super::{Console, Settings, Watch};
use crate::clock::Stopwatch;
use crate::output::sanitize::sanitize;
use crate::output::{AtomicFile, Expanded, Format, RenderOptions, Sink, sink};
use crate::session::{Answer, Parameters, Session, Statement};
use crate::{Error, Result};

/// How and where results are to be written.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// The format; by the suffix of the file otherwise, else a table.
    pub format: Option<Format>,
    /// The file; standard output otherwise.
    pub output: Option<PathBuf>,
    /// Whether texts that a spreadsheet would run as a formula stay as they are, in CSV and TSV.
    pub raw_formulas: bool,
    /// Whether a table shows its rows as records; as the console has it otherwise, and in a file not.
    pub expanded: Option<Expanded>,
    /// Whether a table has all its values whole, however wide the screen is.
    pub whole: bool,
    /// What a person can type to see values whole that are not; as the console has it otherwise.
    pub whole_with: Option<String>,
}

impl Target {
    /// Fills in what it asks for.
    pub(super) fn apply(&self, rendering: &mut RenderOptions) {
        rendering.formula_guard = !self.raw_formulas;
        rendering.expanded = self.expanded.unwrap_or(rendering.expanded);
        if self.whole {
            (rendering.width, rendering.rows_max) = (None, None);
        }
        if self.whole_with.is_some() {
            rendering.whole_with.clone_from(&self.whole_with);
        }
    }
}

/// Where the results of a command go. It is made before the work, so a path that cannot be written fails first.
pub struct Results<'c> {
    console: &'c dyn Console,
    format: Format,
    rendering: RenderOptions,
    file: Option<AtomicFile>,
    written: usize,
    watch: Watch,
}

impl<'c> Results<'c> {
    /// Opens the file, if it is one.
    ///
    /// # Errors
    /// [`Error::Usage`] where the format is not text and would go to a terminal, or a file's name tells no format.
    pub fn new(console: &'c dyn Console, settings: &Settings, target: &Target) -> Result<Self> {
        let format = match (target.format, &target.output) {
            (Some(format), _) => format,
            (None, Some(path)) => by_suffix(path)?,
            (None, None) => settings.format,
        };
        if target.output.is_none() && !format.is_text() && console.output_is_terminal() {
            return Err(Error::Usage(format!(
                "{format} is not text and not for a terminal; write it to a file with -o"
            )));
        }
        let mut rendering = match target.output {
            Some(_) => RenderOptions { time_zone: settings.tz, ..RenderOptions::default() },
            None => RenderOptions { expanded: settings.expanded, ..console.rendering(settings.tz) },
        };
        if format == Format::Table {
            rendering.null_text = Some(settings.null_text.clone());
        }
        target.apply(&mut rendering);
        let file = target.output.as_deref().map(AtomicFile::create).transpose()?;
        let watch = Watch::new(console, file.is_none() && console.output_is_terminal());
        Ok(Self { console, format, rendering, file, written: 0, watch })
    }

    /// Runs a statement and writes its rows as they come, showing how far it is.
    pub async fn run(&mut self, session: &Session, statement: &Statement, parameters: &Parameters) -> Result<()> {
        let mut answer = self.wait(session, session.run(statement, parameters)).await?;
        self.stream(&mut answer).await
    }

    /// Waits for what a session prepares, such as an answer, showing how far it is.
    pub async fn wait<T>(&mut self, session: &Session, work: impl Future<Output = Result<T>>) -> Result<T> {
        self.watch.begin(session.progress(), Stopwatch::start());
        let done = self.watch.during(work).await;
        self.watch.clear();
        done
    }

    /// Writes the rows of a statement, as they come. A statement without columns (CREATE VIEW) has no result.
    pub async fn stream(&mut self, answer: &mut Answer) -> Result<()> {
        self.watch.begin(answer.progress().clone(), answer.started());
        let done = self.rows(answer).await;
        self.watch.end();
        done
    }

    async fn rows(&mut self, answer: &mut Answer) -> Result<()> {
        if answer.schema().fields().is_empty() {
            while self.watch.during(answer.next()).await?.is_some() {}
            return Ok(());
        }
        if self.format == Format::Table && self.file.is_none() && is_plan(answer.schema()) {
            return self.plan(answer).await;
        }
        let mut sink = self.begin(answer.schema())?;
        // What a file shows is complete anyway, and its columns are as wide as all its rows need.
        let shows = self.file.is_none();
        while let Some(batch) = self.watch.during_or(answer.next(), || if shows { sink.show() } else { Ok(()) }).await?
        {
            self.watch.before_rows();
            sink.batch(&batch)?;
            // The last line of JSON is open, and a pager has the whole terminal.
            let is_open = self.format == Format::Json && self.console.output_is_terminal();
            if is_open || !self.console.messages_are_watched() {
                self.watch.end();
            }
        }
        self.watch.end();
        sink.finish()
    }

    /// Writes what EXPLAIN gives with its line breaks, which a table would show as `\n`.
    async fn plan(&mut self, answer: &mut Answer) -> Result<()> {
        while let Some(batch) = self.watch.during(answer.next()).await? {
            self.watch.before_rows();
            let [kinds, plans] = [0, 1].map(|column| batch.column(column).as_string_opt::<i32>());
            for (kind, plan) in kinds.into_iter().flatten().zip(plans.into_iter().flatten()) {
                self.console.text(&format!("{}\n", kind.unwrap_or_default()))?;
                for line in plan.unwrap_or_default().lines() {
                    self.console.text(&format!("  {}\n", sanitize(line)))?;
                }
            }
        }
        Ok(())
    }

    /// Writes rows that were kept.
    pub async fn replay(
        &mut self,
        schema: &SchemaRef,
        batches: impl Iterator<Item = Result<RecordBatch>>,
    ) -> Result<()> {
        let mut sink = self.begin(schema)?;
        // Nothing here waits, so Ctrl-C is looked for between batches.
        let mut stop = pin!(tokio::signal::ctrl_c());
        for batch in batches {
            tokio::select! {
                biased;
                Ok(()) = &mut stop => return Err(Error::Cancelled),
                () = tokio::task::yield_now() => {}
            }
            sink.batch(&batch?)?;
        }
        sink.finish()
    }

    /// Writes one batch as a result.
    pub fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut sink = self.begin(&batch.schema())?;
        sink.batch(batch)?;
        sink.finish()
    }

    /// Makes the file appear.
    pub fn finish(self) -> Result<()> {
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
            None => self.console.output(),
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
