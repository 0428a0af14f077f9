//! Running one statement: plan, check, bind, stream. Nothing is collected; a result of any size passes through in
//! batches.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::common::{DataFusionError, Result as DfResult};
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::sql::sqlparser::parser::ParserError;
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::catalog::Names;
use super::diagnose;
use super::headers::Headers;
use super::interrupt::Deadline;
use super::options::SessionOptions;
use super::progress::{Progress, RunningPlan, RunningStatement};
use super::script::Statement;
use crate::clock::Stopwatch;
use crate::limits::{BATCHES_AHEAD_MAX, STATEMENT_NESTING_MAX};
use crate::{Error, Result};

/// The course of one statement: when it began, what ends it early, and who counts its rows.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) deadline: Deadline,
    started: Stopwatch,
    progress: Progress,
    _running: RunningStatement,
}

impl Course {
    pub(super) fn begin(timeout: Option<Duration>, progress: Progress) -> Self {
        let running = progress.watched.statement();
        Self { deadline: Deadline::after(timeout), started: Stopwatch::start(), progress, _running: running }
    }
}

/// A statement that is planned and whose rows can be asked for.
pub(super) struct Begun {
    pub(super) stream: SendableRecordBatchStream,
    pub(super) headers: Headers,
    pub(super) plan: RunningPlan,
}

/// Sees every batch of an answer.
struct Inspector(Box<dyn FnMut(&RecordBatch) + Send>);

impl std::fmt::Debug for Inspector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Inspector")
    }
}

/// The rows a statement gives, as they come.
///
/// The plan runs in a task of its own, so a deadline or Ctrl-C takes effect while an operator is busy. Dropping the
/// answer stops it.
#[derive(Debug)]
pub struct Answer {
    schema: SchemaRef,
    statement: Statement,
    batches: mpsc::Receiver<DfResult<RecordBatch>>,
    /// What has come before anybody asked for it.
    first: Option<RecordBatch>,
    /// What runs its plan, until that has ended.
    task: Option<JoinHandle<()>>,
    course: Course,
    /// Its plan is watched as long as somebody may ask for rows.
    plan: Option<RunningPlan>,
    rows: u64,
    rows_max: Option<u64>,
    memory_limit_bytes: usize,
    inspector: Option<Inspector>,
}

impl Answer {
    pub(super) fn new(
        Begun { mut stream, headers, plan }: Begun,
        statement: Statement,
        course: Course,
        options: &SessionOptions,
    ) -> Self {
        let schema = headers.rename(&stream.schema());
        let (sender, batches) = mpsc::channel(BATCHES_AHEAD_MAX);
        let task = tokio::spawn(async move {
            while let Some(batch) = stream.next().await {
                let failed = batch.is_err();
                if sender.send(batch).await.is_err() || failed {
                    break;
                }
            }
        });
        let (rows_max, memory_limit_bytes) = (options.rows_max, options.memory_limit_bytes);
        Self {
            schema,
            statement,
            batches,
            first: None,
            task: Some(task),
            course,
            plan: Some(plan),
            rows: 0,
            rows_max,
            memory_limit_bytes,
            inspector: None,
        }
    }

    /// The columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// How many rows have come so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Since when its statement runs: planning counts.
    pub fn started(&self) -> Stopwatch {
        self.course.started
    }

    /// How far the session is with it.
    pub fn progress(&self) -> &Progress {
        &self.course.progress
    }

    /// The next rows; `None` after the last.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>> {
        let batch = match self.first.take() {
            Some(batch) => batch,
            None => match self.receive().await? {
                Some(batch) => batch,
                None => return self.end().await,
            },
        };
        self.rows += batch.num_rows() as u64;
        let batch = self.named(batch)?;
        if let Some(inspector) = &mut self.inspector {
            inspector.0(&batch);
        }
        match self.rows_max {
            Some(max) if self.rows > max => Err(Error::Limit {
                limit: "rows_max",
                message: format!("the statement gives more than {max} rows; add a LIMIT or a narrower WHERE"),
            }),
            _ => Ok(Some(batch)),
        }
    }

    /// Has every batch seen by `inspect`, before whoever asked for it.
    pub fn inspect(&mut self, inspect: impl FnMut(&RecordBatch) + Send + 'static) {
        self.inspector = Some(Inspector(Box::new(inspect)));
    }

    /// Waits for the first rows, if there are any. They are not lost.
    pub(super) async fn begin(&mut self) -> Result<()> {
        self.first = self.receive().await?;
        Ok(())
    }

    /// Stops it, and gives its course to another answer to the same statement.
    pub(super) fn stop(mut self) -> Course {
        let progress = self.course.progress.clone();
        std::mem::replace(&mut self.course, Course::begin(None, progress))
    }

    async fn receive(&mut self) -> Result<Option<RecordBatch>> {
        let batch = self.course.deadline.race(self.batches.recv()).await?.transpose();
        batch.map_err(|error| match not_the_statement(error, self.memory_limit_bytes) {
            Ok(error) => diagnose::explain(&self.statement, &error, &Names::default()),
            Err(other) => other,
        })
    }

    /// The batch with the names of the answer.
    fn named(&self, batch: RecordBatch) -> Result<RecordBatch> {
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let schema = batch.schema();
        let fields = schema.fields().iter().zip(self.schema.fields());
        // A stream may know better than its plan what is never null.
        let fields = fields.map(|(own, named)| Arc::new(Field::clone(own).with_name(named.name())));
        let schema = Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone());
        Ok(RecordBatch::try_new_with_options(Arc::new(schema), batch.columns().to_vec(), &options)?)
    }

    /// The stream has ended: well, or because the task that ran it broke.
    async fn end(&mut self) -> Result<Option<RecordBatch>> {
        self.plan = None;
        if let Some(task) = &mut self.task {
            let ended = task.await;
            self.task = None;
            ended.map_err(|error| Error::Internal(error.to_string()))?;
        }
        Ok(None)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// Keeps an error that is about the statement as `Ok`. The others become what they are: a limit, a broken store, an
/// error of ours that travelled through the engine.
pub(super) fn not_the_statement(
    error: DataFusionError,
    memory_limit_bytes: usize,
) -> std::result::Result<DataFusionError, Error> {
    let megabytes = memory_limit_bytes / 1_000_000;
    match error.find_root() {
        DataFusionError::ResourcesExhausted(message) => Err(Error::Limit {
            limit: "memory_limit",
            message: format!(
                "the query needs more than {megabytes} MB of memory and cannot spill the rest; raise it with \
                 --memory-limit, or use fewer --threads\n{}",
                message.trim()
            ),
        }),
        DataFusionError::SQL(parser, _) if matches!(**parser, ParserError::RecursionLimitExceeded) => {
            Err(Error::Limit {
                limit: "STATEMENT_NESTING_MAX",
                message: format!(
                    "the statement nests more than {STATEMENT_NESTING_MAX} deep; name its parts with WITH"
                ),
            })
        }
        DataFusionError::ObjectStore(_) | DataFusionError::IoError(_) | DataFusionError::ParquetError(_) => {
            Err(Error::storage("reading the store", error))
        }
        DataFusionError::External(_) => match error {
            DataFusionError::External(inner) => match inner.downcast::<Error>() {
                Ok(ours) => Err(*ours),
                Err(inner) => Ok(DataFusionError::External(inner)),
            },
            wrapped => Ok(wrapped),
        },
        _ => Ok(error),
    }
}
