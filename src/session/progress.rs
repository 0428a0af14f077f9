//! How far the statements of a session are, as their plans count it while they run.
//!
//! Every plan that a session executes is watched from before its first row: that of a statement, and those of the
//! definitions which are computed for it.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use datafusion::catalog::Session as EngineSession;
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::memory_pool::MemoryPool;
use datafusion::physical_plan::metrics::MetricValue;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties};

/// How far a session is with what it executes, for whoever wants to show it. Cheap to clone.
#[derive(Clone)]
pub struct Progress {
    pub(super) watched: Arc<Watched>,
    pub(super) pool: Arc<dyn MemoryPool>,
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Progress({:?})", self.now())
    }
}

/// What there is to say of a session's statements at one moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProgressNow {
    /// What the plan does.
    pub stage: Stage,
    /// The definition that is being computed for the statement, if one is.
    pub definition: Option<String>,
    /// The plan that stage, files and share are those of: the last one that began, of those that run. A greater number
    /// began later.
    pub plan: u64,
    /// The rows read so far, by all plans of the statement.
    pub rows: u64,
    /// The rows in the files of the plan; some may be left out. `None` where the plan reads no files, or nobody knows.
    pub rows_total: Option<u64>,
    /// The bytes read so far, by all plans of the statement.
    pub bytes: u64,
    /// How many files of the plan are done with.
    pub files: u64,
    /// How many files the plan reads, each as often as it does.
    pub files_total: u64,
    /// How much of the files is done with, from 0 to 1; never less than before with the same plan. `None` where it reads
    /// none.
    pub share: Option<f64>,
    /// What queries of this session hold in memory, as far as they account for it.
    pub memory_bytes: u64,
}

/// What a plan does at the moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stage {
    /// Nothing is being executed, or it is not known yet how.
    #[default]
    Planning,
    /// Rows are read, and whatever can be done with them on the way.
    Reading,
    /// All is read, and grouped.
    Grouping,
    /// All is read, and joined.
    Joining,
    /// All is read, and sorted.
    Sorting,
    /// All is read, and functions over windows are computed.
    Windows,
    /// All is read; the last rows are on their way.
    Finishing,
}

impl Progress {
    /// How far it is now.
    pub fn now(&self) -> ProgressNow {
        let mut now = self.watched.state().now();
        now.memory_bytes = self.pool.reserved() as u64;
        now
    }
}

/// The plans that a session executes. It travels with the engine's settings, so that every scan can find it.
#[derive(Debug, Default)]
pub(super) struct Watched(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    statements: usize,
    plans: Vec<WatchedPlan>,
    last_plan: u64,
    /// What plans that are over have read, for the statement at hand.
    rows: u64,
    bytes: u64,
}

#[derive(Debug)]
struct WatchedPlan {
    id: u64,
    /// The definition that it computes; the plan of a statement computes none.
    definition: Option<String>,
    root: Arc<dyn ExecutionPlan>,
    /// The greatest share seen of it.
    share: f64,
}

/// A statement that runs; with the last one the counts start anew.
#[derive(Debug)]
pub(super) struct RunningStatement(Arc<Watched>);

/// A plan that is executed, until this is dropped.
#[derive(Debug)]
pub(in crate::session) struct RunningPlan {
    watched: Arc<Watched>,
    id: u64,
}

impl Watched {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn statement(self: &Arc<Self>) -> RunningStatement {
        self.state().statements += 1;
        RunningStatement(Arc::clone(self))
    }

    /// Watches a plan that is about to be executed: a definition's, by its name, or that of a statement.
    pub(super) fn plan(self: &Arc<Self>, definition: Option<&str>, plan: &Arc<dyn ExecutionPlan>) -> RunningPlan {
        let mut state = self.state();
        state.last_plan += 1;
        let id = state.last_plan;
        let definition = definition.map(str::to_owned);
        state.plans.push(WatchedPlan { id, definition, root: Arc::clone(plan), share: 0.0 });
        RunningPlan { watched: Arc::clone(self), id }
    }
}

/// Watches the plan of a definition, where somebody may look.
pub(in crate::session) fn watch(
    session: &dyn EngineSession,
    definition: &str,
    plan: &Arc<dyn ExecutionPlan>,
) -> Option<RunningPlan> {
    Some(session.config().get_extension::<Watched>()?.plan(Some(definition), plan))
}

impl Drop for RunningStatement {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.statements = state.statements.saturating_sub(1);
        if state.statements == 0 {
            (state.rows, state.bytes) = (0, 0);
        }
    }
}

impl Drop for RunningPlan {
    fn drop(&mut self) {
        let mut state = self.watched.state();
        let Some(at) = state.plans.iter().position(|plan| plan.id == self.id) else { return };
        let plan = state.plans.swap_remove(at);
        // With its own plan a statement is over.
        if plan.definition.is_some() && state.statements > 0 {
            let counts = Counts::of(&plan.root);
            state.rows += counts.rows;
            state.bytes += counts.bytes;
        }
    }
}

impl State {
    fn now(&mut self) -> ProgressNow {
        let mut now = ProgressNow { rows: self.rows, bytes: self.bytes, ..ProgressNow::default() };
        let newest = self.plans.iter().map(|plan| plan.id).max();
        for plan in &mut self.plans {
            let counts = Counts::of(&plan.root);
            now.rows += counts.rows;
            now.bytes += counts.bytes;
            if Some(plan.id) != newest {
                continue;
            }
            now.plan = plan.id;
            now.definition.clone_from(&plan.definition);
            now.stage = match (counts.scans_open, counts.busy) {
                (0, Some(stage)) => stage,
                (0, None) => Stage::Finishing,
                _ => Stage::Reading,
            };
            if counts.files_total > 0 {
                plan.share = counts.share().max(plan.share);
                now.share = Some(plan.share);
                (now.files, now.files_total, now.rows_total) = (counts.files, counts.files_total, counts.rows_total);
            }
        }
        now
    }
}

/// What the operators of a plan have counted.
#[derive(Debug, Default)]
struct Counts {
    rows: u64,
    rows_total: Option<u64>,
    bytes: u64,
    files: u64,
    files_total: u64,
    /// The sum over all files of how much of each is done, from 0 to 1.
    files_done: f64,
    /// Scans that have not given their last row.
    scans_open: usize,
    /// What the lowest operator does that holds rows back and has not given its last one.
    busy: Option<Stage>,
}

impl Counts {
    fn of(plan: &Arc<dyn ExecutionPlan>) -> Self {
        let mut this = Self::default();
        this.add(plan);
        this
    }

    fn share(&self) -> f64 {
        (self.files_done / self.files_total as f64).clamp(0.0, 1.0)
    }

    fn add(&mut self, plan: &Arc<dyn ExecutionPlan>) {
        let children = plan.children();
        children.iter().for_each(|child| self.add(child));
        if children.is_empty() {
            self.add_scan(plan);
        } else if self.busy.is_none()
            && let Some(stage) = stage_of(plan.name())
            && !Operator::of(plan).is_over
        {
            self.busy = Some(stage);
        }
    }

    fn add_scan(&mut self, plan: &Arc<dyn ExecutionPlan>) {
        let operator = Operator::of(plan);
        self.rows += operator.rows;
        self.bytes += operator.bytes;
        let source = plan.downcast_ref::<DataSourceExec>().map(DataSourceExec::data_source);
        let Some(files) = source.and_then(|source| source.downcast_ref::<FileScanConfig>()) else {
            self.scans_open += usize::from(operator.is_begun && !operator.is_over);
            return;
        };
        // A file may be cut into ranges that are read side by side.
        let ranges: usize = files.file_groups.iter().map(|group| group.len()).sum();
        let names = files.file_groups.iter().flat_map(|group| group.iter());
        let names: HashSet<_> = names.map(|file| &file.object_meta.location).collect();
        let is_over = operator.is_over || operator.ranges >= ranges as u64;
        let rows_total = files.statistics().num_rows.get_value().map(|rows| *rows as u64);
        let by_ranges = operator.ranges as f64 / ranges.max(1) as f64;
        let by_rows = rows_total.map_or(0.0, |total| operator.rows as f64 / total.max(1) as f64);
        let done = if is_over { 1.0 } else { by_ranges.max(by_rows).min(1.0) };
        let total = names.len() as f64;
        self.rows_total = match (self.rows_total, rows_total, self.files_total) {
            (None, rows, 0) => rows,
            (Some(sum), Some(rows), _) => Some(sum + rows),
            _ => None,
        };
        self.files_total += names.len() as u64;
        self.files += if is_over { names.len() as u64 } else { (by_ranges * total) as u64 };
        self.files_done += done * total;
        self.scans_open += usize::from(!is_over);
    }
}

/// What an operator that holds rows back does.
fn stage_of(name: &str) -> Option<Stage> {
    match name {
        "AggregateExec" => Some(Stage::Grouping),
        "SortExec" | "PartialSortExec" => Some(Stage::Sorting),
        "WindowAggExec" | "BoundedWindowAggExec" => Some(Stage::Windows),
        _ if name.ends_with("JoinExec") => Some(Stage::Joining),
        _ => None,
    }
}

/// What one operator has counted.
#[derive(Debug, Default)]
struct Operator {
    rows: u64,
    bytes: u64,
    /// Files, or ranges of them.
    ranges: u64,
    is_begun: bool,
    /// Whether all its partitions have ended.
    is_over: bool,
}

impl Operator {
    fn of(plan: &Arc<dyn ExecutionPlan>) -> Self {
        let mut this = Self::default();
        // One partition may keep several times: one for its stream, and one for each file.
        let (mut partitions, mut open) = (BTreeSet::new(), 0);
        for metric in plan.metrics().iter().flat_map(|metrics| metrics.iter()) {
            match metric.value() {
                MetricValue::OutputRows(count) => {
                    this.is_begun = true;
                    this.rows += count.value() as u64;
                }
                MetricValue::EndTimestamp(time) => {
                    partitions.insert(metric.partition());
                    open += usize::from(time.value().is_none());
                }
                MetricValue::Count { name, count } if name == "bytes_scanned" => this.bytes += count.value() as u64,
                MetricValue::Count { name, count } if name == "files_processed" => this.ranges += count.value() as u64,
                _ => {}
            }
        }
        this.is_over = open == 0 && partitions.len() >= plan.output_partitioning().partition_count();
        this
    }
}
