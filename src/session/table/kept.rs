//! A view whose rows are computed once, when it is first read, and kept for all who read it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::view::ViewTable;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Column, Result};
use datafusion::datasource::TableType;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::ExecutionPlan;
use tokio::sync::Mutex;

use super::declared::with_schema;
use super::kept_rows::{KeptRows, Shelf};
use crate::session::progress::watch;

/// A view that is a table to whoever plans: it is not written out in their plans, and its rows may be kept.
///
/// Nothing depends on them being kept. Where there is no room, or a column is asked for that is not among those kept, or
/// all the reads that were announced are over, the view is computed for the one who reads it.
#[derive(Debug)]
pub(in crate::session) struct KeptTable {
    name: String,
    view: ViewTable,
    shelf: Arc<Shelf>,
    uses: OnceLock<Uses>,
    /// How many reads are still to come.
    reads_left: AtomicUsize,
    state: Mutex<State>,
}

/// How a table is going to be read.
#[derive(Debug)]
pub(in crate::session) struct Uses {
    /// How often.
    pub(in crate::session) reads: usize,
    /// Which of its columns, in order.
    pub(in crate::session) columns: Vec<usize>,
    /// The kept tables it reads itself, each with how often one computation does.
    pub(in crate::session) inputs: Vec<(Arc<KeptTable>, usize)>,
}

#[derive(Debug)]
enum State {
    /// Nobody has read it yet.
    Waiting,
    Kept(Arc<KeptRows>),
    /// It found no room, or is no longer needed.
    Plain,
}

/// What is kept of a definition at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDefinition {
    /// Its name.
    pub name: String,
    /// The columns that are read, in its order.
    pub columns: Vec<String>,
    /// How often the run reads it.
    pub reads: usize,
    /// How many rows are kept; `None` before they are first read, after they were last read, and where there is no room.
    pub rows: Option<usize>,
    /// The memory they take.
    pub bytes: usize,
}

impl KeptTable {
    pub(in crate::session) fn new(name: &str, view: ViewTable, shelf: &Arc<Shelf>) -> Self {
        Self {
            name: name.to_owned(),
            view,
            shelf: Arc::clone(shelf),
            uses: OnceLock::new(),
            reads_left: AtomicUsize::new(0),
            state: Mutex::new(State::Waiting),
        }
    }

    pub(in crate::session) fn name(&self) -> &str {
        &self.name
    }

    /// The plan of these of its columns.
    pub(in crate::session) fn plan_of(&self, columns: &[usize]) -> Result<LogicalPlan> {
        let plan = self.view.logical_plan().clone();
        let schema = Arc::clone(plan.schema());
        let columns = columns.iter().map(|at| Expr::Column(Column::from(schema.qualified_field(*at))));
        LogicalPlanBuilder::from(plan).project(columns)?.build()
    }

    /// Announces all its reads; without this, nothing is kept.
    pub(in crate::session) fn announce(&self, uses: Uses) {
        self.reads_left.store(uses.reads, Ordering::Relaxed);
        // It is announced once, by whoever made it.
        let _ = self.uses.set(uses);
    }

    /// Drops what is kept if all reads that were announced are over: those who have read it are done with it.
    pub(in crate::session) async fn forget_if_read(&self) {
        if self.reads_left.load(Ordering::Relaxed) == 0 {
            self.forget().await;
        }
    }

    /// Drops what is kept, for good.
    pub(in crate::session) async fn forget(&self) {
        *self.state.lock().await = State::Plain;
    }

    /// What is kept at the moment.
    pub(in crate::session) async fn describe(&self) -> KeptDefinition {
        let schema = self.view.schema();
        let uses = self.uses.get();
        let columns = uses.into_iter().flat_map(|uses| &uses.columns).map(|at| schema.field(*at).name().clone());
        let (rows, bytes) = match &*self.state.lock().await {
            State::Kept(kept) => (Some(kept.rows), kept.bytes()),
            State::Waiting | State::Plain => (None, 0),
        };
        let reads = uses.map_or(0, |uses| uses.reads);
        KeptDefinition { name: self.name.clone(), columns: columns.collect(), reads, rows, bytes }
    }

    /// Its rows, computed now if need be; `None` where they are not kept.
    async fn rows(&self, session: &dyn Session, uses: &Uses) -> Option<Arc<KeptRows>> {
        let mut state = self.state.lock().await;
        if matches!(*state, State::Waiting) {
            // Should the rows find no room, those who read this table read its inputs instead. The claim ends with this
            // future too: a statement that is stopped while it waits here leaves the table as it found it.
            let claim = Claim::of(uses);
            *state = match self.compute(session, uses).await {
                Ok(rows) => State::Kept(Arc::new(rows)),
                // Whatever is wrong is wrong without keeping as well, and then it is told in its place.
                Err(_) => {
                    claim.keep();
                    State::Plain
                }
            };
        }
        match &*state {
            State::Kept(rows) => Some(Arc::clone(rows)),
            State::Waiting | State::Plain => None,
        }
    }

    async fn compute(&self, session: &dyn Session, uses: &Uses) -> Result<KeptRows> {
        let plan = session.create_physical_plan(&self.plan_of(&uses.columns)?).await?;
        let schema = Arc::new(self.view.schema().project(&uses.columns)?);
        let _alone = self.shelf.computing.lock().await;
        let _watched = watch(session, &self.name, &plan);
        KeptRows::of(&self.name, &plan, &schema, &self.shelf, session.task_ctx()).await
    }

    fn expect_reads(&self, reads: usize) {
        self.reads_left.fetch_add(reads, Ordering::Relaxed);
    }

    fn have_read(&self, reads: usize) {
        let left = |left: usize| Some(left.saturating_sub(reads));
        // There is always something left, if only nothing.
        let _ = self.reads_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left);
    }
}

/// The reads of a table's inputs that are still expected while nobody knows whether its rows find room.
struct Claim<'u>(Option<&'u Uses>);

impl<'u> Claim<'u> {
    fn of(uses: &'u Uses) -> Self {
        uses.inputs.iter().for_each(|(input, reads)| input.expect_reads(uses.reads * reads));
        Self(Some(uses))
    }

    /// They are going to happen.
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        for (input, reads) in self.0.iter().flat_map(|uses| uses.inputs.iter().map(|(i, n)| (i, uses.reads * n))) {
            input.have_read(reads);
        }
    }
}

#[async_trait]
impl TableProvider for KeptTable {
    fn schema(&self) -> SchemaRef {
        self.view.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all = (0..self.view.schema().fields().len()).collect();
        let asked = projection.unwrap_or(&all);
        if let Some(uses) = self.uses.get() {
            let columns: Option<Vec<_>> = asked.iter().map(|column| uses.columns.binary_search(column).ok()).collect();
            if let Some(columns) = columns
                && let Some(rows) = self.rows(session, uses).await
            {
                self.have_read(1);
                return rows.scan(columns);
            }
        }
        let plan = session.create_physical_plan(&self.plan_of(asked)?).await?;
        with_schema(&plan, &Arc::new(self.view.schema().project(asked)?))
    }
}
