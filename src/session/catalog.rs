//! The names that exist in a session, for suggestions and completion.

use std::collections::BTreeMap;

use std::sync::Arc;

use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemoryCatalogProvider, MemoryCatalogProviderList, MemorySchemaProvider,
    SchemaProvider,
};
use datafusion::common::Result as DfResult;
use datafusion::execution::session_state::SessionStateBuilder;
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
pub(super) async fn layer(context: &SessionContext) -> DfResult<SessionContext> {
    let schema = MemorySchemaProvider::new();
    if let Some(below) = context.catalog(CATALOG).and_then(|catalog| catalog.schema(SCHEMA)) {
        for name in below.table_names() {
            if let Some(table) = below.table(&name).await? {
                schema.register_table(name, table)?;
            }
        }
    }
    let catalog = MemoryCatalogProvider::new();
    catalog.register_schema(SCHEMA, Arc::new(schema))?;
    let catalogs = MemoryCatalogProviderList::new();
    catalogs.register_catalog(CATALOG.to_owned(), Arc::new(catalog));
    let state = SessionStateBuilder::new_from_existing(context.state()).with_catalog_list(Arc::new(catalogs)).build();
    Ok(SessionContext::new_with_state(state))
}
