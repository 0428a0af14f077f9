//! SQL over one version of the store.
//!
//! A [`Session`] has the tables of one snapshot, the views and functions of `queries/views` and of this crate, a policy
//! about what SQL may do, and bounds on what it may use. All statements of a session see the same data.

pub mod aggregates;
pub mod feed;
pub mod functions;
pub mod landing;
pub mod table;

mod catalog;
mod clauses;
mod cooperative;
mod describe;
mod diagnose;
mod dialect;
mod finding;
mod functions_called;
mod headers;
mod interrupt;
mod kept;
mod local_time;
mod optimizer;
mod options;
mod parameters;
mod policy;
mod profile;
mod progress;
mod recipients;
mod replayable;
mod run;
mod runtime;
mod script;
mod status_codes;
mod tokens;
mod types;
mod views;

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::error::DataFusionError;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::execute_stream;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as DfStatement;

pub use catalog::Names;
pub use describe::{ColumnDescription, Description, FunctionDescription, TableDescription};
pub use finding::error_in_text;
pub use interrupt::interruptible;
pub use options::SessionOptions;
pub use parameters::{Parameter, ParameterType, Parameters};
pub use profile::{Operator, Profile, Pruned};
pub use progress::{Progress, ProgressNow, Stage};
pub use recipients::{RecipientRows, segment_parameters};
pub use run::Answer;
pub use runtime::discard_spilled;
pub use runtime::memory_bytes;
pub use script::{Statement, split};
pub use status_codes::status_code_rows;
pub use table::KeptDefinition;
pub use tokens::{Token, TokenKind, tokens};
pub use types::type_name;

use crate::event::StatusTable;
use crate::store::{AsOf, Record, Snapshot, Store};
use crate::{Error, Result};
use finding::Finding;
use headers::Headers;
use interrupt::apart;
use policy::Policy;
use progress::Watched;
use run::{Begun, Course};
use table::LogTable;

/// The file of a store that overrides rows of the status table.
pub const STATUS_OVERRIDES: &str = "status_codes.csv";

/// SQL over one version of the store.
#[derive(Clone)]
pub struct Session {
    context: SessionContext,
    options: SessionOptions,
    policy: Policy,
    segments: Arc<table::Segments>,
    kept: Option<Arc<kept::Kept>>,
    watched: Arc<Watched>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("options", &self.options).field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Session {
    /// A session over a store as it is, or was at a version or instant.
    pub async fn open(store: &Store, as_of: &AsOf, options: &SessionOptions) -> Result<Self> {
        Self::at(&store.snapshot(as_of).await?, options).await
    }

    /// A session over one snapshot. The status table is the store's own, on top of the built-in one.
    pub async fn at(snapshot: &Snapshot, options: &SessionOptions) -> Result<Self> {
        let store = snapshot.store();
        let overrides = store.read_text(STATUS_OVERRIDES).await?;
        let status = Arc::new(StatusTable::new(overrides.as_deref())?);
        let table = |record| LogTable::in_zone(store, snapshot, record, options.time_zone);
        let tables = [
            ("events", table(Record::Event)),
            ("rejects", table(Record::Reject)),
            ("landings", table(Record::Landing)),
        ];
        let session = Self::build(tables, &status, Some(store), options).await?;
        store.register(&session.context.runtime_env());
        Ok(session)
    }

    /// A session over these tables, with the views and functions of smsql on top, and no segments.
    pub async fn over(
        tables: impl IntoIterator<Item = (&'static str, Arc<dyn TableProvider>)>,
        status: &Arc<StatusTable>,
        options: &SessionOptions,
    ) -> Result<Self> {
        Self::build(tables, status, None, options).await
    }

    async fn build(
        tables: impl IntoIterator<Item = (&'static str, Arc<dyn TableProvider>)>,
        status: &Arc<StatusTable>,
        store: Option<&Store>,
        options: &SessionOptions,
    ) -> Result<Self> {
        let tables: Vec<_> = tables.into_iter().collect();
        let (status, store, options) = (Arc::clone(status), store.cloned(), options.clone());
        // The views are planned, which takes a while.
        interruptible(apart(async move { Self::build_here(tables, &status, store.as_ref(), &options).await })).await
    }

    async fn build_here(
        tables: Vec<(&'static str, Arc<dyn TableProvider>)>,
        status: &Arc<StatusTable>,
        store: Option<&Store>,
        options: &SessionOptions,
    ) -> Result<Self> {
        let watched = Arc::new(Watched::default());
        let state = SessionStateBuilder::new_with_default_features()
            .with_config(runtime::config(options).with_extension(Arc::clone(&watched)))
            .with_runtime_env(runtime::runtime(options)?)
            .with_analyzer_rules(local_time::analyzer_rules())
            .with_optimizer_rules(optimizer::rules())
            .with_physical_optimizer_rule(Arc::new(cooperative::GiveWay))
            .build();
        let context = SessionContext::new_with_state(state);
        for function in functions::scalar_functions(status) {
            context.register_udf(function.as_ref().clone());
        }
        for function in aggregates::aggregate_functions() {
            context.register_udaf(function.as_ref().clone());
        }
        for (name, table) in tables {
            context.register_table(name, table)?;
        }
        context.register_table("status_codes", status_codes::table(status)?)?;
        let segments = Arc::new(table::Segments::of(store));
        table::register_segments(&context, &segments, options.time_zone)?;
        views::register(&context, options.time_zone).await?;
        let built_in = catalog::table_names(&context).into_iter().collect();
        let policy = Policy { allow_write: options.allow_write, built_in };
        Ok(Self { context, options: options.clone(), policy, segments, kept: None, watched })
    }

    /// The settings it was opened with.
    pub fn options(&self) -> &SessionOptions {
        &self.options
    }

    /// The tables, columns and functions that SQL can name now.
    pub async fn names(&self) -> Names {
        Names::of(&self.context).await
    }

    /// How far this session is with what it executes, for as long as it lives; sessions made from it count as well.
    pub fn progress(&self) -> Progress {
        let pool = Arc::clone(&self.context.runtime_env().memory_pool);
        Progress { watched: Arc::clone(&self.watched), pool }
    }

    /// A session over the same tables with these views on top, each of which may read those before it. The parameters
    /// they mention are bound in them.
    ///
    /// # Errors
    /// [`Error::Cancelled`] on Ctrl-C and [`Error::Limit`] at the timeout, as in [`Session::run`].
    pub async fn with_views(&self, views: &[(&str, &Statement)], parameters: &Parameters) -> Result<Self> {
        let (this, views, parameters) = (self.clone(), owned(views), parameters.clone());
        self.planning(async move { this.layered(&borrowed(&views), &parameters).await }).await
    }

    /// Plans in a task of its own, within the time a statement has.
    async fn planning<T: Send + 'static>(&self, work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
        let mut course = Course::begin(self.options.timeout, self.progress());
        course.deadline.race(apart(work)).await?
    }

    async fn layered(&self, views: &[(&str, &Statement)], parameters: &Parameters) -> Result<Self> {
        let mut this = Self { context: catalog::layer(&self.context)?, kept: None, ..self.clone() };
        for (name, statement) in views {
            if this.policy.built_in.contains(*name) {
                let message = format!("`{name}` is a built-in table: choose another name for the view");
                return Err(Finding::new(message).of(statement));
            }
            let (plan, _) = this.plan(statement, parameters).await?;
            views::add(&this.context, name, plan, statement.text(), this.options.time_zone)?;
            this.policy.built_in.insert((*name).to_owned());
        }
        Ok(this)
    }

    /// The hash of the list of recipients that a segment means in this session, from now on if not before.
    ///
    /// # Errors
    /// [`Error::NotFound`] with the names that are near.
    pub async fn segment(&self, name: &str) -> Result<String> {
        match self.segments.hash(name).await? {
            Some(sha256) => Ok(sha256),
            None => Err(self.segments.not_found(name).await?),
        }
    }

    /// Makes the name of a segment mean the list with this hash, as it did when a report was run. Which list it means
    /// from then on: another, where this session has used the name before.
    pub fn pin_segment(&self, name: &str, sha256: &str) -> String {
        self.segments.resolve(name, sha256)
    }

    /// The segments that statements have used so far, each with the hash of its list.
    pub fn segments_used(&self) -> BTreeMap<String, String> {
        self.segments.resolved()
    }

    /// Plans a statement, asks the policy, binds the parameters and starts it.
    ///
    /// # Errors
    /// [`Error::Cancelled`] on Ctrl-C and [`Error::Limit`] at the timeout, at any moment until the last row. The session
    /// is as good as before.
    pub async fn run(&self, statement: &Statement, parameters: &Parameters) -> Result<Answer> {
        let course = Course::begin(self.options.timeout, self.progress());
        match &self.kept {
            Some(kept) => kept.run(self, statement, parameters, course).await,
            None => self.start(statement, parameters, course).await,
        }
    }

    async fn start(&self, statement: &Statement, parameters: &Parameters, mut course: Course) -> Result<Answer> {
        let (this, to_plan, parameters) = (self.clone(), statement.clone(), parameters.clone());
        let begun = course.deadline.race(apart(async move { this.begin(&to_plan, &parameters).await })).await??;
        Ok(Answer::new(begun, statement.clone(), course, &self.options))
    }

    /// Plans a statement and asks for its first row.
    async fn begin(&self, statement: &Statement, parameters: &Parameters) -> Result<Begun> {
        let (plan, headers) = self.plan(statement, parameters).await?;
        let start = async {
            let frame = self.context.execute_logical_plan(plan).await?;
            let context = Arc::new(frame.task_ctx());
            let plan = frame.create_physical_plan().await?;
            let running = self.watched.plan(None, &plan);
            Ok((execute_stream(plan, context)?, running))
        };
        match start.await {
            Ok((stream, plan)) => Ok(Begun { stream, headers, plan }),
            Err(error) => Err(self.diagnose(statement, parameters, error).await),
        }
    }

    /// The plan of a statement that the policy allows, with its parameters bound, and what its columns are called.
    async fn plan(&self, statement: &Statement, parameters: &Parameters) -> Result<(LogicalPlan, Headers)> {
        // Plans are made without waiting for anything. Between two of them, who has given up is heard.
        tokio::task::yield_now().await;
        let parsed = self.parse(statement).await?;
        self.policy.check_statement(statement, &parsed)?;
        let headers = Headers::of(&parsed);
        let planned = async {
            let plan = self.context.state().statement_to_plan(parsed).await?;
            let plan = plan.with_param_values(parameters.values())?;
            self.policy.check_plan(&plan)?;
            Ok(plan)
        };
        match planned.await {
            Ok(plan) => Ok((plan, headers)),
            Err(error) => Err(self.diagnose(statement, parameters, error).await),
        }
    }

    async fn parse(&self, statement: &Statement) -> Result<DfStatement> {
        match dialect::parse(statement.tokens.clone()) {
            Ok(parsed) => Ok(parsed),
            Err(error) => Err(self.diagnose(statement, &Parameters::default(), error).await),
        }
    }

    async fn diagnose(&self, statement: &Statement, parameters: &Parameters, error: DataFusionError) -> Error {
        match run::not_the_statement(error, self.options.memory_limit_bytes) {
            Ok(error) => {
                diagnose::explain_planned(statement, error, &self.names().await, &self.context, parameters.values())
                    .await
            }
            Err(other) => other,
        }
    }
}

/// Named statements as a task can take them along.
fn owned(named: &[(&str, &Statement)]) -> Vec<(String, Statement)> {
    named.iter().map(|(name, statement)| ((*name).to_owned(), (*statement).clone())).collect()
}

fn borrowed(named: &[(String, Statement)]) -> Vec<(&str, &Statement)> {
    named.iter().map(|(name, statement)| (name.as_str(), statement)).collect()
}
