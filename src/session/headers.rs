//! Names of result columns that were given none: the expression as it was written, as DuckDB has it. The engine shows its own
//! notation: `Int64(1)` for `1`, `sum(events.cost)` for `sum(cost)`.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::sql::parser::Statement as DfStatement;
use datafusion::sql::sqlparser::ast::{Expr, Query, SelectItem, SetExpr, Statement as SqlStatement};

/// The columns of a statement as they are written, first to last.
#[derive(Debug, Default)]
pub(super) struct Headers(Vec<Column>);

#[derive(Debug)]
enum Column {
    /// It has a name.
    Named,
    /// It has none, and this is its expression.
    Unnamed(String),
    /// Any number of named columns.
    Wildcard,
}

impl Headers {
    /// What the result of a query is called; nothing for other statements.
    pub(super) fn of(statement: &DfStatement) -> Self {
        match statement {
            DfStatement::Statement(sql) => match sql.as_ref() {
                SqlStatement::Query(query) => Self::of_query(query),
                _ => Self::default(),
            },
            _ => Self::default(),
        }
    }

    fn of_query(query: &Query) -> Self {
        let mut body = query.body.as_ref();
        loop {
            match body {
                SetExpr::Select(select) => return Self(select.projection.iter().map(column).collect()),
                SetExpr::Query(query) => body = query.body.as_ref(),
                SetExpr::SetOperation { left, .. } => body = left.as_ref(),
                _ => return Self::default(),
            }
        }
    }

    /// The schema of the result with these names. Where it is not plain which column is which, or a name is there
    /// already, the engine's stay.
    pub(super) fn rename(&self, schema: &SchemaRef) -> SchemaRef {
        let count = schema.fields().len();
        let wildcards = self.0.iter().filter(|column| matches!(column, Column::Wildcard)).count();
        let written = self.0.len() - wildcards;
        let expands = self.0.iter().any(|column| matches!(column, Column::Unnamed(text) if text.contains("unnest")));
        if wildcards > 1 || written > count || (wildcards == 0 && written != count) || expands {
            return Arc::clone(schema);
        }
        let columns = self.0.iter().flat_map(|column| match column {
            Column::Wildcard => vec![None; count - written],
            Column::Named => vec![None],
            Column::Unnamed(text) => vec![Some(text.as_str())],
        });
        let mut names: HashSet<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let fields: Vec<Arc<Field>> = schema
            .fields()
            .iter()
            .zip(columns)
            .map(|(field, text)| match text {
                Some(text) if !text.eq_ignore_ascii_case(field.name()) && names.insert(text) => {
                    Arc::new(Field::clone(field).with_name(text))
                }
                _ => Arc::clone(field),
            })
            .collect();
        Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
    }
}

fn column(item: &SelectItem) -> Column {
    match item {
        SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => Column::Wildcard,
        SelectItem::UnnamedExpr(expr) => unnamed(expr),
        SelectItem::ExprWithAlias { .. } | SelectItem::ExprWithAliases { .. } => Column::Named,
    }
}

fn unnamed(expr: &Expr) -> Column {
    match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Subquery(_) => Column::Named,
        Expr::Nested(expr) => unnamed(expr),
        _ => Column::Unnamed(expr.to_string()),
    }
}
