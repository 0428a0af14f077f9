//! The views of `queries/views`: one SQL file each, part of the binary.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use datafusion::catalog::TableProvider;
use datafusion::catalog::view::ViewTable;
use datafusion::common::{Result as DfResult, TableReference};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast};
use datafusion::prelude::SessionContext;
use include_dir::{Dir, include_dir};

use super::dialect;
use super::runtime::SCHEMA;
use super::script::split;
use super::table::data_type_in;
use crate::{Error, Result};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/queries/views");

/// Name and SQL of every view.
pub(super) fn all() -> BTreeMap<&'static str, &'static str> {
    let sql = FILES.files().filter(|file| file.path().extension().is_some_and(|ext| ext == "sql"));
    sql.filter_map(|file| Some((file.path().file_stem()?.to_str()?, file.contents_utf8()?))).collect()
}

/// Registers every view, each after those it reads. Its times are in the zone, wherever it takes them from.
pub(super) async fn register(context: &SessionContext, zone: Tz) -> Result<()> {
    let state = context.state();
    let mut waiting = BTreeMap::new();
    for (name, sql) in all() {
        let place = format!("queries/views/{name}.sql");
        let [statement] = split(&place, sql)?.try_into().map_err(|_| Error::invalid(&place, "not one statement"))?;
        waiting.insert(name, (sql, dialect::parse(statement.tokens)?));
    }
    while !waiting.is_empty() {
        let mut ready = Vec::new();
        for (name, (_, statement)) in &waiting {
            let tables = state.resolve_table_references(statement)?;
            if !tables.iter().any(|table| table.table() != *name && waiting.contains_key(table.table())) {
                ready.push(*name);
            }
        }
        if ready.is_empty() {
            let names: Vec<&str> = waiting.into_keys().collect();
            return Err(Error::Internal(format!("the views {} read each other in a circle", names.join(", "))));
        }
        for name in ready {
            let Some((sql, statement)) = waiting.remove(name) else { continue };
            let added = match state.statement_to_plan(statement).await {
                Ok(plan) => add(context, name, plan, sql, zone),
                Err(error) => Err(error),
            };
            added.map_err(|error| Error::invalid(format!("queries/views/{name}.sql"), error.strip_backtrace()))?;
        }
    }
    Ok(())
}

/// Registers a view.
pub(super) fn add(context: &SessionContext, name: &str, plan: LogicalPlan, sql: &str, zone: Tz) -> DfResult<()> {
    register_as(context, name, Arc::new(view(plan, sql, zone)?))
}

/// A view with its times in the zone.
pub(super) fn view(plan: LogicalPlan, sql: &str, zone: Tz) -> DfResult<ViewTable> {
    Ok(ViewTable::new(times_in(plan, zone)?, Some(sql.to_owned())))
}

/// Registers what a view's name stands for.
pub(super) fn register_as(context: &SessionContext, name: &str, table: Arc<dyn TableProvider>) -> DfResult<()> {
    context.register_table(TableReference::partial(SCHEMA, name), table)?;
    Ok(())
}

/// The plan with its times in a zone: those that come out of a function are in UTC.
fn times_in(plan: LogicalPlan, zone: Tz) -> DfResult<LogicalPlan> {
    let mut changes = false;
    let columns: Vec<Expr> = plan
        .schema()
        .columns()
        .into_iter()
        .zip(plan.schema().fields())
        .map(|(column, field)| match data_type_in(field.data_type(), zone) {
            Some(data_type) => {
                changes = true;
                cast(Expr::Column(column), data_type).alias(field.name())
            }
            None => Expr::Column(column),
        })
        .collect();
    if changes { LogicalPlanBuilder::from(plan).project(columns)?.build() } else { Ok(plan) }
}
