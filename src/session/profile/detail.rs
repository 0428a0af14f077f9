//! What matters about an operator.

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::logical_expr::JoinType;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{Partitioning, PhysicalExprRef};
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::joins::utils::JoinFilter;
use datafusion::physical_plan::joins::{HashJoinExec, NestedLoopJoinExec, SortMergeJoinExec};
use datafusion::physical_plan::limit::{GlobalLimitExec, LocalLimitExec};
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};
use datafusion::physical_plan::{DisplayFormatType, ExecutionPlan, WindowExpr};

use super::super::table::LogTable;
use super::Pruned;
use super::expression::{list, name, order, sql};

/// What is said of an operator.
#[derive(Debug, Default)]
pub(super) struct Details {
    /// The table it reads, where that is known.
    pub(super) table: Option<String>,
    pub(super) lines: Vec<String>,
    /// What was left out before the plan was made.
    pub(super) pruned: Vec<Pruned>,
}

impl Details {
    fn add(&mut self, line: impl Into<String>) {
        let line = line.into();
        if !line.is_empty() {
            self.lines.push(line);
        }
    }
}

/// The tables of a session. A plan does not name the one that a scan reads, but has its schema.
#[derive(Default)]
pub(super) struct Tables(Vec<(String, SchemaRef, Arc<dyn TableProvider>)>);

impl Tables {
    pub(super) fn add(&mut self, name: String, table: Arc<dyn TableProvider>) {
        self.0.push((name, table.schema(), table));
    }

    /// The table with this very schema, else the only one with the same columns.
    fn find(&self, schema: &SchemaRef) -> Option<(&str, &Arc<dyn TableProvider>)> {
        if let Some((name, _, table)) = self.0.iter().find(|(_, own, _)| Arc::ptr_eq(own, schema)) {
            return Some((name, table));
        }
        let is_base = |table: &Arc<dyn TableProvider>| table.get_logical_plan().is_none();
        let mut same = self.0.iter().filter(|(_, own, table)| is_base(table) && own.fields() == schema.fields());
        match (same.next(), same.next()) {
            (Some((name, _, table)), None) => Some((name, table)),
            _ => None,
        }
    }
}

/// What is said of an operator; what the engine says of it, where nothing else is known.
pub(super) fn of(plan: &dyn ExecutionPlan, tables: &Tables) -> Details {
    let mut details = Details::default();
    let input = plan.children().first().map_or_else(|| plan.schema(), |input| input.schema());
    let input = input.as_ref();
    if let Some(filter) = plan.downcast_ref::<FilterExec>() {
        details.add(sql(filter.predicate(), input));
    } else if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        details.add(computed(projection, input));
    } else if let Some(aggregate) = plan.downcast_ref::<AggregateExec>() {
        of_aggregate(&mut details, aggregate, input);
    } else if let Some(sort) = plan.downcast_ref::<SortExec>() {
        details.add(format!("by {}", order(sort.expr(), input)));
        details.add(at_most(sort.fetch()));
    } else if let Some(merge) = plan.downcast_ref::<SortPreservingMergeExec>() {
        details.add(format!("by {}", order(merge.expr(), input)));
        details.add(at_most(merge.fetch()));
    } else if let Some(limit) = plan.downcast_ref::<GlobalLimitExec>() {
        let skipped = if limit.skip() > 0 { format!("without the first {}", limit.skip()) } else { String::new() };
        details.add(skipped);
        details.add(at_most(limit.fetch()));
    } else if plan.is::<CoalescePartitionsExec>() {
        details.add(at_most(plan.fetch()));
    } else if let Some(limit) = plan.downcast_ref::<LocalLimitExec>() {
        details.add(at_most(Some(limit.fetch())));
    } else if let Some(join) = plan.downcast_ref::<HashJoinExec>() {
        of_join(&mut details, *join.join_type(), join.on(), join.filter(), plan);
    } else if let Some(join) = plan.downcast_ref::<SortMergeJoinExec>() {
        of_join(&mut details, join.join_type(), join.on(), join.filter().as_ref(), plan);
    } else if let Some(join) = plan.downcast_ref::<NestedLoopJoinExec>() {
        of_join(&mut details, *join.join_type(), &[], join.filter(), plan);
    } else if let Some(repartition) = plan.downcast_ref::<RepartitionExec>() {
        details.add(match repartition.partitioning() {
            Partitioning::Hash(keys, count) => {
                format!("by {}, into {count} partitions", list(keys.iter().map(|key| sql(key, input))))
            }
            other => format!("into {} partitions", other.partition_count()),
        });
    } else if let Some(window) = plan.downcast_ref::<WindowAggExec>() {
        of_window(&mut details, window.window_expr(), input);
    } else if let Some(window) = plan.downcast_ref::<BoundedWindowAggExec>() {
        of_window(&mut details, window.window_expr(), input);
    } else if let Some(scan) = plan.downcast_ref::<DataSourceExec>() {
        of_scan(&mut details, scan, tables);
    } else {
        Engine(plan).to_string().lines().map(str::trim).for_each(|line| details.add(name(line)));
    }
    details
}

fn at_most(rows: Option<usize>) -> String {
    match rows {
        Some(1) => "at most 1 row".to_owned(),
        Some(rows) => format!("at most {rows} rows"),
        None => String::new(),
    }
}

/// The columns that are more than a column of the input.
fn computed(projection: &ProjectionExec, input: &Schema) -> String {
    let computed = projection.expr().iter().filter(|column| !column.expr.is::<Column>());
    list(computed.map(|column| {
        let (text, alias) = (sql(&column.expr, input), name(&column.alias));
        if text == alias { text } else { format!("{text} AS {alias}") }
    }))
}

fn of_aggregate(details: &mut Details, aggregate: &AggregateExec, input: &Schema) {
    let original = aggregate.input_schema();
    let keys = list(aggregate.group_expr().expr().iter().map(|(key, _)| sql(key, input)));
    if !keys.is_empty() {
        details.add(format!("by {keys}"));
    }
    // The stages of one aggregation compute the same functions: they are named once, where the result comes out.
    if matches!(aggregate.mode(), AggregateMode::Partial | AggregateMode::PartialReduce) {
        return;
    }
    let functions = aggregate.aggr_expr().iter().zip(aggregate.filter_expr()).map(|(function, filter)| {
        let arguments = function.expressions();
        let arguments = list(arguments.iter().map(|argument| sql(argument, &original)));
        let distinct = if function.is_distinct() { "DISTINCT " } else { "" };
        let filter = filter.as_ref().map_or_else(String::new, |f| format!(" FILTER (WHERE {})", sql(f, &original)));
        match (function.fun().name(), arguments.as_str()) {
            ("count", "1") => format!("count(*){filter}"),
            (function, _) => format!("{function}({distinct}{arguments}){filter}"),
        }
    });
    details.add(list(functions));
}

fn of_join(
    details: &mut Details,
    kind: JoinType,
    on: &[(PhysicalExprRef, PhysicalExprRef)],
    filter: Option<&JoinFilter>,
    plan: &dyn ExecutionPlan,
) {
    let kind = match kind {
        JoinType::Inner => "inner",
        JoinType::Left => "left",
        JoinType::Right => "right",
        JoinType::Full => "full",
        JoinType::LeftSemi => "semi (rows of the first input that have a match)",
        JoinType::RightSemi => "semi (rows of the second input that have a match)",
        JoinType::LeftAnti => "anti (rows of the first input that have no match)",
        JoinType::RightAnti => "anti (rows of the second input that have no match)",
        JoinType::LeftMark => "mark (rows of the first input, and whether they have a match)",
        JoinType::RightMark => "mark (rows of the second input, and whether they have a match)",
    };
    let inputs: Vec<SchemaRef> = plan.children().into_iter().map(|input| input.schema()).collect();
    let keys = on.iter().filter_map(|(left, right)| {
        let [first, second] = inputs.as_slice() else { return None };
        Some(format!("{} = {}", sql(left, first), sql(right, second)))
    });
    let keys: Vec<String> = keys.collect();
    let keys = if keys.is_empty() { String::new() } else { format!(" on {}", keys.join(" AND ")) };
    details.add(format!("{kind}{keys}"));
    if let Some(filter) = filter {
        details.add(format!("where {}", sql(filter.expression(), filter.schema())));
    }
}

fn of_window(details: &mut Details, windows: &[Arc<dyn WindowExpr>], input: &Schema) {
    for window in windows {
        let function = name(window.name());
        // The name of a window function is the whole call, as it was planned.
        let function = function.split(" PARTITION BY ").next().unwrap_or_default();
        let function = function.split(" ORDER BY ").next().unwrap_or_default();
        let function = function.split(" ROWS ").next().unwrap_or_default();
        let function = function.split(" RANGE ").next().unwrap_or_default();
        let partition = list(window.partition_by().iter().map(|key| sql(key, input)));
        let order = order(window.order_by(), input);
        let parts = [("PARTITION BY", partition), ("ORDER BY", order)];
        let over: Vec<String> =
            parts.iter().filter(|(_, keys)| !keys.is_empty()).map(|(what, keys)| format!("{what} {keys}")).collect();
        details.add(format!("{function} OVER ({})", over.join(" ")));
    }
}

fn of_scan(details: &mut Details, scan: &DataSourceExec, tables: &Tables) {
    let source = scan.data_source();
    // What is read, not what is computed of it on the way.
    let read = |schema: &Schema, indices: Option<Vec<usize>>| {
        let names = |fields: &arrow::datatypes::Fields| list(fields.iter().map(|field| field.name().clone()));
        let columns = match indices.map(|indices| schema.project(&indices)) {
            Some(Ok(schema)) => names(schema.fields()),
            _ => names(scan.schema().fields()),
        };
        if columns.is_empty() { "no columns: rows are only counted".to_owned() } else { format!("columns {columns}") }
    };
    if let Some(files) = source.downcast_ref::<FileScanConfig>() {
        let count: usize = files.file_groups.iter().map(|group| group.files().len()).sum();
        let table = tables.find(files.file_schema());
        let all = table.and_then(|(_, table)| Some(table.downcast_ref::<LogTable>()?.files()));
        let all = all.unwrap_or(count).max(count);
        details.table = table.map(|(name, _)| name.to_owned());
        if all > count {
            let [pruned, of] = [all - count, all].map(|count| count as u64);
            details.pruned.push(Pruned { what: "files", pruned, of });
        }
        let [files_word, groups_word] = [count, files.file_groups.len()].map(|n| if n == 1 { "" } else { "s" });
        details.add(format!("{count} file{files_word} in {} group{groups_word}", files.file_groups.len()));
        let indices = files.file_source().projection().map(|projection| projection.column_indices());
        details.add(read(files.file_schema(), indices));
        if let Some(filter) = files.file_source().filter() {
            details.add(format!("pruned by {}", sql(&filter, files.file_schema())));
        }
        details.add(at_most(files.limit));
    } else if let Some(rows) = source.downcast_ref::<MemorySourceConfig>() {
        details.table = tables.find(&rows.original_schema()).map(|(name, _)| name.to_owned());
        details.add("in memory");
        details.add(read(&rows.original_schema(), rows.projection().clone()));
    } else {
        Engine(scan).to_string().lines().map(str::trim).for_each(|line| details.add(name(line)));
    }
}

/// What the engine says of an operator.
struct Engine<'p>(&'p dyn ExecutionPlan);

impl fmt::Display for Engine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt_as(DisplayFormatType::TreeRender, f)
    }
}
