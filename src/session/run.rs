//! Running one statement: plan, check, bind, stream. Nothing is collected; a result of any size passes through in
//! batches.

use std::pin::Pin;
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
use super::options::SessionOptions;
use super::script::Statement;
use crate::limits::{BATCHES_AHEAD_MAX, STATEMENT_NESTING_MAX};
use crate::{Error, Result, clock};

/// What ends a statement before its time: its deadline, or Ctrl-C.
pub(super) struct Deadline {
    timeout: Option<Duration>,
    expired: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// One listener for the whole statement, so that no signal is lost while rows are written.
    interrupted: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl std::fmt::Debug for Deadline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Deadline({:?})", self.timeout)
    }
}

impl Deadline {
    pub(super) fn after(timeout: Option<Duration>) -> Self {
        let at = timeout.and_then(clock::deadline);
        let expired = async move {
            match at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let interrupted = async {
            // Where the signal cannot be listened to, Ctrl-C ends the process the way it always did.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        Self { timeout, expired: Box::pin(expired), interrupted: Box::pin(interrupted) }
    }

    /// Waits for `work`, the deadline or Ctrl-C, whichever comes first.
    pub(super) async fn race<T>(&mut self, work: impl Future<Output = T>) -> Result<T> {
        tokio::select! {
            biased;
            () = &mut self.interrupted => Err(Error::Cancelled),
            () = &mut self.expired => Err(Error::Limit {
                limit: "timeout",
                message: format!(
                    "the statement was stopped after {}",
                    humantime::format_duration(self.timeout.unwrap_or_default())
                ),
            }),
            done = work => Ok(done),
        }
    }
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
    task: JoinHandle<()>,
    deadline: Deadline,
    rows: u64,
    rows_max: Option<u64>,
    memory_limit_bytes: usize,
    inspector: Option<Inspector>,
}

impl Answer {
    pub(super) fn new(
        mut stream: SendableRecordBatchStream,
        headers: &Headers,
        statement: Statement,
        deadline: Deadline,
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
            task,
            deadline,
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

    /// Stops it, and gives the deadline to another answer to the same statement.
    pub(super) fn stop(mut self) -> Deadline {
        std::mem::replace(&mut self.deadline, Deadline::after(None))
    }

    async fn receive(&mut self) -> Result<Option<RecordBatch>> {
        let batch = self.deadline.race(self.batches.recv()).await?.transpose();
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
        if self.task.is_finished() || self.batches.is_closed() {
            let task = std::mem::replace(&mut self.task, tokio::spawn(async {}));
            task.await.map_err(|error| Error::Internal(error.to_string()))?;
        }
        Ok(None)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.task.abort();
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
