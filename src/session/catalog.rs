//! The names that exist in a session, for suggestions and completion.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemoryCatalogProvider, MemoryCatalogProviderList, MemorySchemaProvider,
    SchemaProvider, TableProvider,
};
use datafusion::common::{Result as DfResult, exec_err};
use datafusion::datasource::TableType;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::prelude::SessionContext;

use super::runtime::{CATALOG, SCHEMA};

/// Tables with their columns, and functions, by name.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Columns by table, in their order.
    pub tables: BTreeMap<String, Vec<String>>,
    /// Scalar, aggregate, window and table functions, in order of name.
    pub functions: Vec<String>,
}

impl Names {
    /// The names as they are now: tables created by a script count.
    pub(super) async fn of(context: &SessionContext) -> Self {
        let mut tables = BTreeMap::new();
        if let Some(schema) = context.catalog(CATALOG).and_then(|catalog| catalog.schema(SCHEMA)) {
            for name in schema.table_names() {
                if let Ok(Some(table)) = schema.table(&name).await {
                    let columns = table.schema().fields().iter().map(|field| field.name().clone()).collect();
                    tables.insert(name, columns);
                }
            }
        }
        let state = context.state();
        let mut functions: Vec<String> = state.scalar_functions().keys().cloned().collect();
        functions.extend(state.aggregate_functions().keys().cloned());
        functions.extend(state.window_functions().keys().cloned());
        functions.extend(state.higher_order_functions().keys().cloned());
        functions.extend(state.table_functions().keys().cloned());
        functions.sort();
        functions.dedup();
        Self { tables, functions }
    }

    /// The tables that have a column of this name.
    pub(super) fn tables_with(&self, column: &str) -> impl Iterator<Item = &str> {
        let has = move |columns: &Vec<String>| columns.iter().any(|name| name == column);
        self.tables.iter().filter(move |(_, columns)| has(columns)).map(|(table, _)| table.as_str())
    }
}

/// A context with the same tables, settings and functions, to which tables can be added without the first one seeing
/// them.
pub(super) fn layer(context: &SessionContext) -> DfResult<SessionContext> {
    let below = context.catalog(CATALOG).and_then(|catalog| catalog.schema(SCHEMA));
    let schema: Arc<dyn SchemaProvider> = match below {
        Some(below) => Arc::new(Layer::over(below)),
        None => Arc::new(MemorySchemaProvider::new()),
    };
    Ok(SessionContext::new_with_state(with_schema(context.state(), schema)?))
}

/// The same state, with this schema instead of its own.
pub(super) fn with_schema(state: SessionState, schema: Arc<dyn SchemaProvider>) -> DfResult<SessionState> {
    let catalog = MemoryCatalogProvider::new();
    catalog.register_schema(SCHEMA, schema)?;
    let catalogs = MemoryCatalogProviderList::new();
    catalogs.register_catalog(CATALOG.to_owned(), Arc::new(catalog));
    Ok(SessionStateBuilder::new_from_existing(state).with_catalog_list(Arc::new(catalogs)).build())
}

/// The names of all tables and views.
pub(super) fn table_names(context: &SessionContext) -> Vec<String> {
    let schema = context.catalog(CATALOG).and_then(|catalog| catalog.schema(SCHEMA));
    schema.map(|schema| schema.table_names()).unwrap_or_default()
}

/// Tables of its own over those of another schema, which stay as they are.
#[derive(Debug)]
pub(super) struct Layer {
    own: MemorySchemaProvider,
    below: Arc<dyn SchemaProvider>,
}

impl Layer {
    pub(super) fn over(below: Arc<dyn SchemaProvider>) -> Self {
        Self { own: MemorySchemaProvider::new(), below }
    }
}

#[async_trait]
impl SchemaProvider for Layer {
    fn table_names(&self) -> Vec<String> {
        let mut names = self.own.table_names();
        names.extend(self.below.table_names());
        names
    }

    async fn table(&self, name: &str) -> DfResult<Option<Arc<dyn TableProvider>>> {
        match self.own.table(name).await? {
            Some(table) => Ok(Some(table)),
            None => self.below.table(name).await,
        }
    }

    async fn table_type(&self, name: &str) -> DfResult<Option<TableType>> {
        match self.own.table_type(name).await? {
            Some(table_type) => Ok(Some(table_type)),
            None => self.below.table_type(name).await,
        }
    }

    fn register_table(&self, name: String, table: Arc<dyn TableProvider>) -> DfResult<Option<Arc<dyn TableProvider>>> {
        if self.below.table_exist(&name) {
            return exec_err!("the table {name} already exists");
        }
        self.own.register_table(name, table)
    }

    fn deregister_table(&self, name: &str) -> DfResult<Option<Arc<dyn TableProvider>>> {
        self.own.deregister_table(name)
    }

    fn table_exist(&self, name: &str) -> bool {
        self.own.table_exist(name) || self.below.table_exist(name)
    }
}
