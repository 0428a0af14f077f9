//! Runs a feed's SELECT over raw batches: planned once per file, then run chunk by chunk on every core.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::MemTable;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{LogicalPlan, ScalarUDF};
use datafusion::physical_plan::{ExecutionPlan, collect};
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::error::{Error, Result, near};
use crate::event::canonical::{ENGINE_COLUMNS, EXTRA_COLUMNS};
use crate::event::schema::EVENT_COLUMNS;
use crate::source::{Feed, decode};

/// A feed, ready to turn raw batches into canonical columns.
#[derive(Debug, Clone)]
pub struct FeedPlan {
    plan: Arc<dyn ExecutionPlan>,
    raw_schema: SchemaRef,
    task: Arc<TaskContext>,
    name: String,
}

impl FeedPlan {
    /// Plans the feed's SELECT with these functions.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the SELECT is no row-by-row mapping of `raw` to columns of an event: chunks are mapped
    /// each on its own, so nothing may look across rows.
    pub async fn compile(feed: &Feed, functions: &[Arc<ScalarUDF>]) -> Result<Self> {
        let at = |error: String| Error::invalid(format!("feed {} ({})", feed.name, feed.origin), error);
        let mut config = SessionConfig::new().with_target_partitions(1).with_batch_size(1 << 20);
        config.options_mut().sql_parser.enable_ident_normalization = false;
        config.options_mut().sql_parser.dialect = datafusion::common::config::Dialect::DuckDB;
        let context = SessionContext::new_with_config(config);
        for function in functions {
            context.register_udf(function.as_ref().clone());
        }
        let raw_schema = decode::full_schema(&feed.raw_schema);
        let empty = MemTable::try_new(Arc::clone(&raw_schema), vec![vec![]]).map_err(|e| at(e.to_string()))?;
        context.register_table("raw", Arc::new(empty)).map_err(|e| at(e.to_string()))?;
        let state = context.state();
        let logical = state.create_logical_plan(&feed.sql).await.map_err(|e| at(e.strip_backtrace()))?;
        check_nodes(&logical).map_err(at)?;
        check_columns(&logical).map_err(at)?;
        let plan = state.create_physical_plan(&logical).await.map_err(|e| at(e.strip_backtrace()))?;
        Ok(Self { plan, raw_schema, task: context.task_ctx(), name: feed.name.clone() })
    }

    /// The canonical columns of one raw batch.
    pub async fn run(&self, raw: RecordBatch) -> Result<Vec<RecordBatch>> {
        let plan = Arc::clone(&self.plan).transform_up(|node| {
            let Some(scan) = node.downcast_ref::<DataSourceExec>() else { return Ok(Transformed::no(node)) };
            let Some(source) = scan.data_source().downcast_ref::<MemorySourceConfig>() else {
                return Ok(Transformed::no(node));
            };
            let projection = source.projection().clone();
            let filled =
                MemorySourceConfig::try_new_exec(&[vec![raw.clone()]], Arc::clone(&self.raw_schema), projection)?;
            Ok(Transformed::yes(filled as Arc<dyn ExecutionPlan>))
        });
        let plan = plan.map_err(|e| self.failed(&e))?.data;
        collect(plan, Arc::clone(&self.task)).await.map_err(|e| self.failed(&e))
    }

    fn failed(&self, error: &datafusion::error::DataFusionError) -> Error {
        Error::invalid(format!("feed {}", self.name), error.strip_backtrace())
    }
}

/// Only what maps each row on its own is allowed.
fn check_nodes(plan: &LogicalPlan) -> Result<(), String> {
    let mut refused = None;
    let walked = plan.apply_with_subqueries(|node| {
        let allowed = match node {
            LogicalPlan::Projection(_)
            | LogicalPlan::Filter(_)
            | LogicalPlan::SubqueryAlias(_)
            | LogicalPlan::Union(_)
            | LogicalPlan::Unnest(_)
            | LogicalPlan::EmptyRelation(_) => true,
            LogicalPlan::TableScan(scan) => scan.table_name.table() == "raw",
            _ => false,
        };
        if allowed {
            return Ok(TreeNodeRecursion::Continue);
        }
        let name = node.display().to_string();
        refused = Some(name.split([':', ' ']).next().unwrap_or_default().to_owned());
        Ok(TreeNodeRecursion::Stop)
    });
    walked.map_err(|e| e.to_string())?;
    match refused {
        Some(node) => Err(format!(
            "its SELECT uses {node}; a feed maps each record of `raw` on its own, with projections, WHERE, unnest and UNION ALL"
        )),
        None => Ok(()),
    }
}

/// Every column must be one of an event, and `_line` must be among them.
fn check_columns(plan: &LogicalPlan) -> Result<(), String> {
    let given: Vec<_> = plan.schema().fields().iter().map(|field| field.name().as_str()).collect();
    let known = || {
        let columns = EVENT_COLUMNS.iter().map(|c| c.name).filter(|name| !ENGINE_COLUMNS.contains(name));
        columns.chain(EXTRA_COLUMNS)
    };
    if let Some(unknown) = given.iter().find(|name| !known().any(|column| column == **name)) {
        let near = near(unknown, known());
        let hint = near.first().map_or(String::new(), |name| format!(", did you mean `{name}`?"));
        return Err(format!("its SELECT gives `{unknown}`, which is no column of an event{hint}"));
    }
    if !given.contains(&"_line") {
        return Err("its SELECT must give `_line`, so that every event leads back to its record".to_owned());
    }
    Ok(())
}
