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
mod describe;
mod diagnose;
mod dialect;
mod finding;
mod functions_called;
mod headers;
mod kept;
mod local_time;
mod optimizer;
mod options;
mod parameters;
mod policy;
mod recipients;
mod replayable;
mod run;
mod runtime;
mod script;
mod status_codes;
mod syntax;
mod tokens;

mod views;

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::error::DataFusionError;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as DfStatement;

pub use catalog::Names;
pub use describe::{ColumnDescription, Description, FunctionDescription, TableDescription, type_name};
pub use options::SessionOptions;
pub use parameters::{Parameter, ParameterType, Parameters};
pub use recipients::{RecipientRows, segment_parameters};
pub use run::Answer;
pub use script::{Statement, split};
pub use status_codes::status_code_rows;
pub use table::KeptDefinition;
pub use tokens::{Token, TokenKind, tokens};

use crate::event::StatusTable;
use crate::store::{AsOf, Record, Snapshot, Store};
use crate::{Error, Result};
use finding::Finding;
use headers::Headers;
use policy::Policy;
use run::Deadline;
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
        let state = SessionStateBuilder::new_with_default_features()
            .with_config(runtime::config(options))
            .with_runtime_env(runtime::runtime(options)?)
            .with_analyzer_rules(local_time::analyzer_rules())
            .with_optimizer_rules(optimizer::rules())
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
        Ok(Self { context, options: options.clone(), policy, segments, kept: None })
    }

    /// The settings it was opened with.
    pub fn options(&self) -> &SessionOptions {
        &self.options
    }

    /// The tables, columns and functions that SQL can name now.
    pub async fn names(&self) -> Names {
        Names::of(&self.context).await
    }

    /// A session over the same tables with these views on top, each of which may read those before it. The parameters
    /// they mention are bound in them.
    pub async fn with_views(&self, views: &[(&str, &Statement)], parameters: &Parameters) -> Result<Self> {
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
    pub async fn run(&self, statement: &Statement, parameters: &Parameters) -> Result<Answer> {
        let deadline = Deadline::after(self.options.timeout);
        match &self.kept {
            Some(kept) => kept.run(self, statement, parameters, deadline).await,
            None => self.start(statement, parameters, deadline).await,
        }
    }

    async fn start(&self, statement: &Statement, parameters: &Parameters, mut deadline: Deadline) -> Result<Answer> {
        let (plan, headers) = deadline.race(self.plan(statement, parameters)).await??;
        let start = async {
            let frame = self.context.execute_logical_plan(plan).await?;
            frame.execute_stream().await
        };
        let stream = match deadline.race(start).await? {
            Ok(stream) => stream,
            Err(error) => return Err(self.diagnose(statement, error).await),
        };
        Ok(Answer::new(stream, &headers, statement.clone(), deadline, &self.options))
    }

    /// The plan of a statement that the policy allows, with its parameters bound, and what its columns are called.
    async fn plan(&self, statement: &Statement, parameters: &Parameters) -> Result<(LogicalPlan, Headers)> {
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
            Err(error) => Err(self.diagnose(statement, error).await),
        }
    }

    async fn parse(&self, statement: &Statement) -> Result<DfStatement> {
        match dialect::parse(statement.tokens.clone()) {
            Ok(parsed) => Ok(parsed),
            Err(error) => Err(self.diagnose(statement, error).await),
        }
    }

    async fn diagnose(&self, statement: &Statement, error: DataFusionError) -> Error {
        match run::not_the_statement(error, self.options.memory_limit_bytes) {
            Ok(error) => diagnose::explain(statement, &error, &self.names().await),
            Err(other) => other,
        }
    }
}
