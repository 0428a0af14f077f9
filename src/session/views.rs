//! The views of `queries/views`: one SQL file each, part of the binary.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use chrono_tz::Tz;
use datafusion::catalog::view::ViewTable;
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider, TableProvider};
use datafusion::common::{DataFusionError, Result as DfResult, TableReference, internal_datafusion_err, internal_err};
use datafusion::datasource::TableType;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast};
use datafusion::prelude::SessionContext;
use include_dir::{Dir, include_dir};
use tokio::sync::OnceCell;

use super::catalog::{Layer, with_schema};
use super::dialect;
use super::runtime::{CATALOG, SCHEMA};
use super::script::split;
use super::table::data_type_in;
use crate::{Error, Result};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/queries/views");

/// Name and SQL of every view.
pub(super) fn all() -> BTreeMap<&'static str, &'static str> {
    let sql = FILES.files().filter(|file| file.path().extension().is_some_and(|ext| ext == "sql"));
    sql.filter_map(|file| Some((file.path().file_stem()?.to_str()?, file.contents_utf8()?))).collect()
}

/// Puts every view over the tables of a context. A view is planned when it is first read: most sessions read few of
/// them, and to plan them all would be most of what it takes to open one. Its times are in the zone, wherever it takes
/// them from.
pub(super) async fn register(context: &SessionContext, zone: Tz) -> Result<()> {
    let missing = || Error::Internal("there is no schema for the views".to_owned());
    let catalog = context.catalog(CATALOG).ok_or_else(missing)?;
    let tables = catalog.schema(SCHEMA).ok_or_else(missing)?;
    let planned = Arc::new(MemorySchemaProvider::new());
    for name in tables.table_names() {
        if let Some(table) = tables.table(&name).await? {
            planned.register_table(name, table)?;
        }
    }
    let views = Views {
        zone,
        // A catalogue of its own: one that leads back here would keep itself alive.
        state: with_schema(context.state(), Arc::clone(&planned) as _)?,
        planned,
        all: all().into_iter().map(|(name, sql)| (name, (sql, OnceCell::new()))).collect(),
    };
    catalog.register_schema(SCHEMA, Arc::new(Layer::over(Arc::new(views))))?;
    Ok(())
}

/// The tables of a store, and the views over them.
struct Views {
    zone: Tz,
    /// What plans them, over `planned`.
    state: SessionState,
    /// The tables, and those of the views that were read.
    planned: Arc<MemorySchemaProvider>,
    all: BTreeMap<&'static str, (&'static str, OnceCell<()>)>,
}

impl std::fmt::Debug for Views {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Views").field("zone", &self.zone).field("planned", &self.planned).finish_non_exhaustive()
    }
}

impl Views {
    /// Plans a view, if it is one and was not yet, after those it reads; `readers` are on the way here.
    async fn plan(&self, name: &str, readers: &[&str]) -> DfResult<()> {
        let Some((sql, once)) = self.all.get(name) else { return Ok(()) };
        if readers.contains(&name) {
            return internal_err!("the views {} read each other in a circle", readers.join(", "));
        }
        let place = format!("queries/views/{name}.sql");
        let plan = async {
            let one = split(&place, sql).map_err(|error| DataFusionError::External(error.into()))?;
            let [statement] = one.try_into().map_err(|_| internal_datafusion_err!("{place} is not one statement"))?;
            let statement = dialect::parse(statement.tokens)?;
            let readers = [readers, &[name]].concat();
            for table in self.state.resolve_table_references(&statement)? {
                // A view may call something in its WITH by its own name.
                if table.table() != name {
                    Box::pin(self.plan(table.table(), &readers)).await?;
                }
            }
            let plan = self.state.statement_to_plan(statement).await?;
            self.planned.register_table(name.to_owned(), Arc::new(view(plan, sql, self.zone)?))?;
            Ok(())
        };
        once.get_or_try_init(|| plan).await.map_err(|error: DataFusionError| error.context(place))?;
        Ok(())
    }
}

#[async_trait]
impl SchemaProvider for Views {
    fn table_names(&self) -> Vec<String> {
        let mut names = self.planned.table_names();
        names.retain(|name| !self.all.contains_key(name.as_str()));
        names.extend(self.all.keys().map(|name| (*name).to_owned()));
        names
    }

    async fn table(&self, name: &str) -> DfResult<Option<Arc<dyn TableProvider>>> {
        self.plan(name, &[]).await?;
        self.planned.table(name).await
    }

    async fn table_type(&self, name: &str) -> DfResult<Option<TableType>> {
        if self.all.contains_key(name) { Ok(Some(TableType::View)) } else { self.planned.table_type(name).await }
    }

    fn table_exist(&self, name: &str) -> bool {
        self.all.contains_key(name) || self.planned.table_exist(name)
    }
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
