//! What a statement did: every operator of its plan with the rows, time and bytes it took.
//!
//! The statement is planned and run as [`Session::run`] does it, under the same policy and the same deadline, to its end;
//! its rows are counted and dropped.

mod detail;
mod expression;
mod memory;
mod name;

use std::sync::Arc;
use std::time::Duration;

use datafusion::datasource::TableType;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::metrics::{MetricValue, MetricsSet};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, execute_stream};

use super::finding::Finding;
use super::headers::Headers;
use super::interrupt::apart;
use super::parameters::Parameters;
use super::run::{Answer, Begun, Course};
use super::runtime::{CATALOG, SCHEMA};
use super::script::Statement;
use super::{Session, SessionOptions};
use crate::Result;
use crate::clock::Stopwatch;
use detail::Tables;

/// What a statement did.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The operator that gives the result; what it reads from is below it.
    pub root: Operator,
    /// How many rows the statement has.
    pub rows: u64,
    /// How long it took to plan.
    pub planning: Duration,
    /// How long it took to run, from the end of planning to the last row.
    pub execution: Duration,
    /// The most memory its operators held at once, of that which counts towards the memory limit.
    pub peak_memory_bytes: u64,
}

/// An operator of a plan. Its figures are the sums over the partitions it ran in.
#[derive(Debug, Clone, Default)]
pub struct Operator {
    /// What it does, in plain words: `filter`, `hash join`, `scan events`.
    pub name: String,
    /// What the engine calls it: `FilterExec`.
    pub engine_name: String,
    /// What matters about it, a line each: the condition of a filter, the keys of a sort.
    pub details: Vec<String>,
    /// How many rows it gave; `None` where it does not count them.
    pub rows: Option<u64>,
    /// How long it computed, on all cores together, without what it reads from; `None` where it does not measure it.
    pub time: Option<Duration>,
    /// How much memory its rows took, at most: rows that share memory count it for each.
    pub output_bytes: Option<u64>,
    /// How much it read from storage.
    pub scanned_bytes: Option<u64>,
    /// How much it wrote to disk for lack of memory.
    pub spilled_bytes: u64,
    /// What it did not have to read.
    pub pruned: Vec<Pruned>,
    /// In how many partitions it ran.
    pub partitions: usize,
    /// Where its rows come from.
    pub inputs: Vec<Operator>,
}

/// Parts of files that a scan left out, because their statistics say that no row passes its filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pruned {
    /// `files`, `row groups` or `pages`.
    pub what: &'static str,
    /// How many were left out.
    pub pruned: u64,
    /// Of how many.
    pub of: u64,
}

impl Profile {
    /// From the statement's text to its last row.
    pub fn elapsed(&self) -> Duration {
        self.planning + self.execution
    }

    /// How long all operators computed, on all cores together.
    pub fn compute(&self) -> Duration {
        self.root.all().into_iter().filter_map(|operator| operator.time).sum()
    }

    /// How much was read from storage.
    pub fn scanned_bytes(&self) -> u64 {
        self.root.all().into_iter().filter_map(|operator| operator.scanned_bytes).sum()
    }

    /// How much was written to disk for lack of memory.
    pub fn spilled_bytes(&self) -> u64 {
        self.root.all().into_iter().map(|operator| operator.spilled_bytes).sum()
    }
}

impl Operator {
    /// It and all operators below it, from the result to what is read.
    pub fn all(&self) -> Vec<&Operator> {
        let mut all = vec![self];
        self.inputs.iter().for_each(|input| all.extend(input.all()));
        all
    }
}

impl Session {
    /// Runs a statement to its end, drops its rows, and says what it did.
    ///
    /// # Errors
    /// Those of [`Session::run`] and [`Answer::next`]; and one for a statement that is no query.
    pub async fn profile(&self, statement: &Statement, parameters: &Parameters) -> Result<Profile> {
        let mut course = Course::begin(self.options.timeout, self.progress());
        let stopwatch = Stopwatch::start();
        let (this, to_plan, values) = (self.clone(), statement.clone(), parameters.clone());
        let physical = apart(async move { this.physical(&to_plan, &values).await });
        let (plan, headers) = course.deadline.race(physical).await??;
        let planning = stopwatch.elapsed();
        let stopwatch = Stopwatch::start();
        let (context, peak) = self.measured_context()?;
        let stream = match execute_stream(Arc::clone(&plan), context) {
            Ok(stream) => stream,
            Err(error) => return Err(self.diagnose(statement, parameters, error).await),
        };
        let begun = Begun { stream, headers, plan: self.watched.plan(None, &plan) };
        // Nobody sees the rows, so there may be any number of them.
        let options = SessionOptions { rows_max: None, ..self.options.clone() };
        let mut answer = Answer::new(begun, statement.clone(), course, &options);
        while answer.next().await?.is_some() {}
        let rows = answer.rows();
        let execution = stopwatch.elapsed();
        let tables = self.tables().await;
        let root = operator(&plan, &tables);
        Ok(Profile { root, rows, planning, execution, peak_memory_bytes: peak.bytes() })
    }

    /// What the engine is going to do for a query.
    async fn physical(
        &self,
        statement: &Statement,
        parameters: &Parameters,
    ) -> Result<(Arc<dyn ExecutionPlan>, Headers)> {
        let (plan, headers) = self.plan(statement, parameters).await?;
        check(statement, &plan)?;
        match self.context.state().create_physical_plan(&plan).await {
            Ok(physical) => Ok((physical, headers)),
            Err(error) => Err(self.diagnose(statement, parameters, error).await),
        }
    }

    /// What a plan runs in, with a memory pool that remembers the most it held.
    fn measured_context(&self) -> Result<(Arc<TaskContext>, Arc<memory::PeakPool>)> {
        let state = self.context.state();
        let (runtime, peak) = memory::measured(state.runtime_env())?;
        Ok((Arc::new(TaskContext::from(&state).with_runtime(runtime)), peak))
    }

    /// The tables that a scan may be of. Views are none, and planning them would take a while.
    async fn tables(&self) -> Tables {
        let mut tables = Tables::default();
        if let Some(schema) = self.context.catalog(CATALOG).and_then(|catalog| catalog.schema(SCHEMA)) {
            for name in schema.table_names() {
                if matches!(schema.table_type(&name).await, Ok(Some(TableType::View))) {
                    continue;
                }
                if let Ok(Some(table)) = schema.table(&name).await {
                    tables.add(name, table);
                }
            }
        }
        tables
    }
}

/// Statements that are done when they are planned have nothing to show.
fn check(statement: &Statement, plan: &LogicalPlan) -> Result<()> {
    match plan {
        LogicalPlan::Ddl(_)
        | LogicalPlan::Statement(_)
        | LogicalPlan::Explain(_)
        | LogicalPlan::Analyze(_)
        | LogicalPlan::DescribeTable(_) => {
            let first = statement.words().next().map(|token| statement.source.range(token.span));
            let finding = Finding::new("only a query has a plan that can be measured").at(first);
            Err(finding.help("give a SELECT, VALUES or WITH as it is, without EXPLAIN").of(statement))
        }
        _ => Ok(()),
    }
}

/// The engine puts these between others to give way to other tasks; they do nothing with the rows.
const TRANSPARENT: &str = "CooperativeExec";

fn operator(plan: &Arc<dyn ExecutionPlan>, tables: &Tables) -> Operator {
    if let ([input], true) = (plan.children().as_slice(), plan.name() == TRANSPARENT) {
        return operator(input, tables);
    }
    let metrics = plan.metrics().unwrap_or_default();
    let count = |count: Option<usize>| count.map(|count| count as u64);
    let details = detail::of(plan.as_ref(), tables);
    let mut pruned = details.pruned;
    pruned.extend(left_out(&metrics));
    Operator {
        name: match details.table {
            Some(table) => format!("{} {table}", name::of(plan.as_ref())),
            None => name::of(plan.as_ref()),
        },
        engine_name: plan.name().to_owned(),
        details: details.lines,
        rows: count(metrics.output_rows()),
        time: time(&metrics),
        output_bytes: sum(&metrics, |value| match value {
            MetricValue::OutputBytes(bytes) => Some(bytes.value()),
            _ => None,
        }),
        scanned_bytes: sum(&metrics, |value| match value {
            MetricValue::Count { name, count } if name == "bytes_scanned" => Some(count.value()),
            _ => None,
        }),
        spilled_bytes: count(metrics.spilled_bytes()).unwrap_or(0),
        pruned,
        partitions: plan.output_partitioning().partition_count(),
        inputs: plan.children().into_iter().map(|input| operator(input, tables)).collect(),
    }
}

/// The sum of what is asked for; `None` where no metric has it.
fn sum(metrics: &MetricsSet, of: impl Fn(&MetricValue) -> Option<usize>) -> Option<u64> {
    metrics.iter().filter_map(|metric| of(metric.value())).map(|value| value as u64).reduce(|a, b| a + b)
}

/// How long an operator computed. Some measure parts of their work under other names and leave the common one at nothing.
fn time(metrics: &MetricsSet) -> Option<Duration> {
    let named = |wanted: &str| {
        sum(metrics, |value| match value {
            MetricValue::Time { name, time } if name == wanted => Some(time.value()),
            _ => None,
        })
    };
    let common = metrics.elapsed_compute().map(|nanos| nanos as u64);
    // Decoding, in a scan; sorting rows by partition, in a redistribution.
    let own = ["time_elapsed_processing", "repartition_time"].into_iter().filter_map(named).max();
    common.max(own).map(Duration::from_nanos)
}

/// What a scan of files found that it need not read.
fn left_out(metrics: &MetricsSet) -> Vec<Pruned> {
    // By statistics, by bloom filters, by what is known while it runs: what one leaves, the next one looks at.
    let kinds = [
        ("files", &["files_ranges_pruned_statistics"][..]),
        (
            "row groups",
            &["row_groups_pruned_statistics", "row_groups_pruned_bloom_filter", "limit_pruned_row_groups"][..],
        ),
        ("pages", &["page_index_pages_pruned"][..]),
    ];
    let mut left_out = Vec::new();
    for (what, names) in kinds {
        let (mut pruned, mut of) = (0, 0);
        for wanted in names {
            let (mut less, mut looked_at) = (0, 0);
            for metric in metrics.iter() {
                if let MetricValue::PruningMetrics { name, pruning_metrics } = metric.value()
                    && name == wanted
                {
                    less += pruning_metrics.pruned() as u64;
                    looked_at += (pruning_metrics.pruned() + pruning_metrics.matched()) as u64;
                }
            }
            pruned += less;
            of = looked_at.max(of);
        }
        if pruned > 0 {
            left_out.push(Pruned { what, pruned, of });
        }
    }
    left_out
}
