//! Whether a statement can be replayed: run again over the same version of the store, with the same parameters, it gives
//! the same rows in the same order, on whatever machine and with whatever number of threads.
//!
//! It is judged by the plan, with all views and subqueries in it, after the engine has settled every type. Whatever is not
//! proven is refused; a statement that ends in ORDER BY over all its columns needs no proof of its order.
//!
//! | rule                | what is refused                                                         | file            |
//! |---------------------|-------------------------------------------------------------------------|-----------------|
//! | one query           | EXPLAIN, SHOW, DESCRIBE, COPY, ...                                      | `mod.rs`        |
//! | the store alone     | tables that are not of the store, such as those of `information_schema` | `tables.rs`     |
//! | no clock, no chance | functions that give another value next time, or tell of the engine     | `functions.rs`  |
//! | no float            | any value of type float or double, also inside lists, maps and structs | `floats.rs`     |
//! | total order         | an ORDER BY that leaves rows in any order; LIMIT, OFFSET and DISTINCT ON over such | `order.rs` |
//! | exact aggregates    | estimates; `array_agg`, `first_value` and the like without a total order | `aggregates.rs` |
//! | total windows       | `row_number`, `lag` and the like, and frames of ROWS, without a total order | `windows.rs` |
//!
//! An order is total if rows that agree on its keys agree on all their columns. What decides what is derived from the keys
//! of the store's tables (`tables.rs`) through every node of the plan (`nodes.rs`, `joins.rs`, `relation.rs`).

mod aggregates;
mod facts;
mod floats;
mod functions;
mod joins;
mod nodes;
mod order;
mod place;
mod relation;
mod tables;
mod windows;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::common::ParamValues;
use datafusion::common::metadata::FieldMetadata;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::LogicalPlan;
use datafusion::sql::parser::Statement as DfStatement;
use datafusion::sql::sqlparser::ast::Statement as SqlStatement;

use self::nodes::Reader;
use self::place::Place;
use super::Session;
use super::finding::Finding;
use super::headers::Headers;
use super::parameters::Parameters;
use super::script::Statement;
use crate::{Error, Result};

/// Marks a value that was bound: another run may have another one, so nothing is derived from it.
const PARAMETER: &str = "smsql.parameter";

/// A rule that a statement breaks.
#[derive(Debug)]
struct Breach {
    place: Place,
    what: String,
    instead: Vec<String>,
}

impl Breach {
    fn new<S: Into<String>>(place: Place, what: impl Into<String>, instead: impl IntoIterator<Item = S>) -> Self {
        Self { place, what: what.into(), instead: instead.into_iter().map(Into::into).collect() }
    }
}

impl Session {
    /// Checks that a statement gives the same rows in the same order whenever it is run over this version of the store
    /// with the same parameters, and tells the columns of its result. The error names the rule that is broken, where, and
    /// what to write instead.
    ///
    /// What it finds holds for all values of the parameters, not only for these.
    pub async fn check_replayable(&self, statement: &Statement, parameters: &Parameters) -> Result<SchemaRef> {
        let (this, statement, parameters) = (self.clone(), statement.clone(), parameters.clone());
        self.planning(async move { this.replayable(&statement, &parameters).await }).await
    }

    async fn replayable(&self, statement: &Statement, parameters: &Parameters) -> Result<SchemaRef> {
        let parsed = self.parse(statement).await?;
        if !is_query(&parsed) {
            let breach = Breach::new(
                Place::Statement,
                "only queries have rows to replay",
                ["write SELECT, WITH ... SELECT, FROM or VALUES"],
            );
            return Err(explain(statement, breach));
        }
        // Judged by the policy first, as if it were run.
        self.plan(statement, parameters).await?;
        let headers = Headers::of(&parsed);
        let state = self.context.state();
        if let Some(breach) = functions::check_tables(&parsed, &state) {
            return Err(explain(statement, breach));
        }
        let planned = async {
            let plan = state.statement_to_plan(parsed).await?.with_param_values(marked(parameters))?;
            state.analyzer().execute_and_check(plan, state.config_options(), |_, _| {})
        };
        let plan = match planned.await {
            Ok(plan) => plan,
            Err(error) => return Err(self.diagnose(statement, parameters, error).await),
        };
        match check(&plan) {
            Some(breach) => Err(explain(statement, breach)),
            None => Ok(headers.rename(&unmarked(plan.schema().as_arrow()))),
        }
    }
}

fn is_query(parsed: &DfStatement) -> bool {
    matches!(parsed, DfStatement::Statement(sql) if matches!(sql.as_ref(), SqlStatement::Query(_)))
}

/// The values of parameters, each with the mark that it is one.
fn marked(parameters: &Parameters) -> ParamValues {
    let mark = FieldMetadata::new(BTreeMap::from([(PARAMETER.to_owned(), String::new())]));
    let mut values = parameters.values();
    match &mut values {
        ParamValues::Map(values) => values.values_mut().for_each(|value| value.metadata = Some(mark.clone())),
        ParamValues::List(values) => values.iter_mut().for_each(|value| value.metadata = Some(mark.clone())),
    }
    values
}

/// The columns without marks.
fn unmarked(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        let mut metadata = field.metadata().clone();
        metadata.remove(PARAMETER);
        Field::clone(field).with_metadata(metadata)
    });
    Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()))
}

/// The first rule that a plan breaks: first those of single calls, then those of types, then those of order.
fn check(plan: &LogicalPlan) -> Option<Breach> {
    let (mut breach, mut float) = (None, None);
    let visited = plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            breach = tables::check(scan);
        }
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                breach = breach.take().or_else(|| functions::check(expr));
                Ok(if breach.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
            })
        })?;
        // The deepest is the one that the others come from.
        float = floats::check(node).or(float.take());
        Ok(if breach.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    debug_assert!(visited.is_ok());
    breach.or(float).or_else(|| {
        let mut reader = Reader::default();
        let relation = reader.relation(plan);
        reader.breach.or_else(|| order::check_result(&reader.facts, &relation))
    })
}

/// The error about a broken rule.
fn explain(statement: &Statement, breach: Breach) -> Error {
    let finding = Finding::new(format!("not replayable: {}", breach.what));
    let finding = finding.at(breach.place.find(statement));
    breach.instead.into_iter().fold(finding, Finding::help).of(statement)
}
