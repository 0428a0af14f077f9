//! From a plan to what decides what in it, node by node from the leaves up.
//!
//! What a node promises is judged when its relation is made: then the rules are those of its inputs alone, and a
//! condition that stands above it cannot excuse it.

use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchemaRef, ScalarValue};
use datafusion::logical_expr::expr::GroupingSet;
use datafusion::logical_expr::utils::{grouping_set_to_exprlist, split_conjunction};
use datafusion::logical_expr::{
    Aggregate, Distinct, DistinctOn, Expr, Limit, LogicalPlan, Projection, RecursiveQuery, Sort, TableScan, Union,
    Unnest, Values, Window,
};

use super::facts::{Facts, Var};
use super::relation::{Known, Order, Relation, constant};
use super::{Breach, Place, aggregates, joins, order, tables, windows};

/// Reads a plan and keeps the first rule it breaks.
#[derive(Debug, Default)]
pub(super) struct Reader {
    pub(super) facts: Facts,
    pub(super) breach: Option<Breach>,
}

impl Reader {
    /// Notes a broken rule, if none was before.
    pub(super) fn refuse(&mut self, breach: Option<Breach>) {
        self.breach = self.breach.take().or(breach);
    }

    /// The relation of a node.
    pub(super) fn relation(&mut self, plan: &LogicalPlan) -> Relation {
        self.read_subqueries(plan);
        let relation = match plan {
            LogicalPlan::TableScan(scan) => self.scan(scan),
            LogicalPlan::Projection(projection) => self.projection(projection),
            LogicalPlan::Filter(filter) => {
                let mut relation = self.relation(&filter.input);
                for condition in split_conjunction(&filter.predicate) {
                    relation.learn(&mut self.facts, condition, |_| true);
                }
                Relation { order: None, ..relation }
            }
            LogicalPlan::Window(window) => self.window(window),
            LogicalPlan::Aggregate(aggregate) => self.aggregate(aggregate),
            LogicalPlan::Sort(sort) => self.sort(sort),
            LogicalPlan::Limit(limit) => self.limit(limit),
            LogicalPlan::Join(join) => joins::relation(self, join),
            LogicalPlan::Union(union) => self.union(union),
            LogicalPlan::EmptyRelation(empty) => {
                let relation = Relation::opaque(&mut self.facts, &empty.schema);
                self.facts.rule([], relation.row);
                relation
            }
            LogicalPlan::Subquery(subquery) => self.relation(&subquery.subquery),
            LogicalPlan::SubqueryAlias(alias) => {
                let relation = self.relation(&alias.input);
                Relation { schema: alias.schema.clone(), order: None, ..relation }
            }
            LogicalPlan::Values(values) => self.values(values),
            LogicalPlan::Distinct(Distinct::All(input)) => {
                let input = self.relation(input);
                let relation = Relation::new(&mut self.facts, &input.schema, input.columns.clone());
                self.facts.rule(input.vars(), relation.row);
                Relation { merged: input.merged, ..relation }
            }
            LogicalPlan::Distinct(Distinct::On(distinct)) => self.distinct_on(distinct),
            LogicalPlan::Unnest(unnest) => self.unnest(unnest),
            LogicalPlan::RecursiveQuery(query) => self.recursive(query),
            LogicalPlan::Repartition(repartition) => Relation { order: None, ..self.relation(&repartition.input) },
            // The policy lets none of these through that has rows.
            other => Relation::opaque(&mut self.facts, other.schema()),
        };
        if relation.columns.len() == plan.schema().fields().len() {
            return relation;
        }
        debug_assert!(false, "{} columns for {plan}", relation.columns.len());
        Relation::opaque(&mut self.facts, plan.schema())
    }

    /// Plans inside expressions are judged by themselves. Columns of the query around them are constants there.
    fn read_subqueries(&mut self, plan: &LogicalPlan) {
        let mut subqueries = Vec::new();
        let walked = plan.apply_expressions(|expr| {
            expr.apply(|expr| {
                subqueries.extend(match expr {
                    Expr::ScalarSubquery(subquery) => Some(Arc::clone(&subquery.subquery)),
                    Expr::Exists(exists) => Some(Arc::clone(&exists.subquery.subquery)),
                    Expr::InSubquery(within) => Some(Arc::clone(&within.subquery.subquery)),
                    Expr::SetComparison(set) => Some(Arc::clone(&set.subquery.subquery)),
                    _ => None,
                });
                Ok(TreeNodeRecursion::Continue)
            })
        });
        debug_assert!(walked.is_ok());
        for subquery in subqueries {
            self.relation(&subquery);
        }
    }

    fn scan(&mut self, scan: &TableScan) -> Relation {
        let mut relation = Relation::opaque(&mut self.facts, &scan.projected_schema);
        for (column, field) in relation.columns.iter_mut().zip(scan.projected_schema.fields()) {
            column.required = tables::is_required(scan, field);
        }
        let of = |name: &&str| Some(relation.columns[scan.projected_schema.index_of_column_by_name(None, name)?].var);
        for (given, decided) in tables::rules(scan) {
            let Some(given) = given.iter().map(of).collect::<Option<Vec<Var>>>() else { continue };
            let decided = if decided.is_empty() { Some(relation.row) } else { of(decided) };
            if let Some(decided) = decided {
                self.facts.rule(given, decided);
            }
        }
        relation
    }

    fn projection(&mut self, projection: &Projection) -> Relation {
        let input = self.relation(&projection.input);
        let columns = projection.expr.iter().zip(projection.schema.fields());
        let columns = columns.map(|(expr, field)| self.computed(&input, expr, field.data_type())).collect();
        // Sorted rows stay sorted where columns are only left out and renamed.
        let plain = projection.expr.iter().all(|expr| matches!(bare(expr), Expr::Column(_)));
        let behind = input.named().filter(|(name, _)| !projection.schema.has_column_with_unqualified_name(name));
        let behind = behind.collect();
        let order = input.order.filter(|_| plain);
        Relation { schema: projection.schema.clone(), columns, row: input.row, merged: Vec::new(), order, behind }
    }

    /// The column that an expression makes.
    fn computed(&mut self, input: &Relation, expr: &Expr, to: &arrow::datatypes::DataType) -> Known {
        if let Some(index) = input.column_of(expr) {
            let known = input.columns[index].clone();
            let cast = |value: &ScalarValue| value.cast_to(to).ok();
            let values = known.values.and_then(|values| values.iter().map(cast).collect());
            return Known { values, ..known };
        }
        if let Some(merged) = input.key_of(expr) {
            return Known::new(merged, true);
        }
        let var = self.facts.var();
        if let Some(inputs) = input.inputs(expr) {
            self.facts.rule(inputs, var);
        }
        let value = constant(expr);
        let required = value.as_ref().is_some_and(|value| !value.is_null());
        Known { var, required, values: value.map(|value| vec![value]) }
    }

    fn window(&mut self, window: &Window) -> Relation {
        let input = self.relation(&window.input);
        let mut relation = Relation { schema: window.schema.clone(), order: None, ..input.clone() };
        for expr in &window.window_expr {
            let var = self.facts.var();
            self.facts.rule([input.row], var);
            if let Expr::WindowFunction(call) = bare(expr) {
                let breach = windows::check(&mut self.facts, &input, call, var);
                self.refuse(breach);
            }
            relation.columns.push(Known::new(var, false));
        }
        relation
    }

    fn aggregate(&mut self, aggregate: &Aggregate) -> Relation {
        let input = self.relation(&aggregate.input);
        let sets = matches!(
            aggregate.group_expr.as_slice(),
            [Expr::GroupingSet(GroupingSet::Rollup(_) | GroupingSet::Cube(_) | GroupingSet::GroupingSets(_))]
        );
        let groups = grouping_set_to_exprlist(&aggregate.group_expr).unwrap_or_default();
        for expr in &aggregate.aggr_expr {
            if let Expr::AggregateFunction(call) = bare(expr) {
                // What a group agrees on; with grouping sets some agree on less.
                let agreed = if sets { Vec::new() } else { groups.iter().filter_map(|g| input.key_of(g)).collect() };
                let breach = aggregates::check(&self.facts, &input, call, agreed);
                self.refuse(breach);
            }
        }
        if sets {
            // A null in a group may be one of the data or stand for all, and a set may be given twice.
            return Relation::opaque(&mut self.facts, &aggregate.schema);
        }
        // Every group stands for one of its rows, whichever: what decides what among rows does so among groups.
        let mut columns: Vec<Known> = Vec::new();
        for (group, field) in groups.iter().zip(aggregate.schema.fields()) {
            columns.push(self.computed(&input, group, field.data_type()));
        }
        let keys: Vec<Var> = columns.iter().map(|column| column.var).collect();
        columns.extend(aggregate.aggr_expr.iter().map(|_| Known::new(self.facts.var(), false)));
        let relation = Relation::new(&mut self.facts, &aggregate.schema, columns);
        self.facts.rule(keys, relation.row);
        relation
    }

    fn sort(&mut self, sort: &Sort) -> Relation {
        let input = self.relation(&sort.input);
        let keys = sort.expr.iter().filter_map(|key| input.key_of(&key.expr)).collect();
        // What was not selected can be sorted by all the same.
        let candidates = input.named().chain(input.behind.clone()).collect();
        Relation { order: Some(Order { keys, candidates }), ..input }
    }

    fn limit(&mut self, limit: &Limit) -> Relation {
        let input = self.relation(&limit.input);
        let breach = order::check_limit(&self.facts, &input);
        self.refuse(breach);
        let one = limit.fetch.as_deref().and_then(constant).and_then(|fetch| {
            let fetch = fetch.cast_to(&arrow::datatypes::DataType::Int64).ok()?;
            Some(matches!(fetch, ScalarValue::Int64(Some(0 | 1))))
        });
        if one == Some(true) {
            self.facts.rule([], input.row);
        }
        input
    }

    fn distinct_on(&mut self, distinct: &DistinctOn) -> Relation {
        let input = self.relation(&distinct.input);
        let sorts = distinct.sort_expr.iter().flatten().map(|sort| &sort.expr);
        let keys: Vec<Var> = sorts.chain(&distinct.on_expr).filter_map(|expr| input.key_of(expr)).collect();
        let columns: Vec<_> = distinct.select_expr.iter().zip(distinct.schema.fields()).collect();
        let columns = columns.into_iter().map(|(expr, field)| self.computed(&input, expr, field.data_type())).collect();
        let mut relation = Relation::new(&mut self.facts, &distinct.schema, columns);
        if !self.facts.decided_by(keys).has_all(relation.vars()) {
            self.refuse(Some(Breach::new(
                Place::Word("DISTINCT".to_owned()),
                "which row DISTINCT ON keeps is not decided by its ORDER BY",
                ["let ORDER BY go on with a column that is different in every row, such as message_key or event_key"],
            )));
        }
        let on: Vec<Option<Vec<Var>>> = distinct.on_expr.iter().map(|expr| input.inputs(expr)).collect();
        if let Some(on) = on.into_iter().collect::<Option<Vec<_>>>() {
            self.facts.rule(on.concat(), relation.row);
        }
        if distinct.sort_expr.is_some() {
            // The engine sorts the result by the expressions of ON, each of which has one row.
            relation.order = Some(Order { keys: vec![relation.row], candidates: relation.named().collect() });
        }
        relation
    }

    fn union(&mut self, union: &Union) -> Relation {
        let branches: Vec<Relation> = union.inputs.iter().map(|input| self.relation(input)).collect();
        let mut relation = Relation::opaque(&mut self.facts, &union.schema);
        for (index, column) in relation.columns.iter_mut().enumerate() {
            let in_branches = || branches.iter().filter_map(|branch| branch.columns.get(index));
            column.required = in_branches().all(|known| known.required);
            column.values = values_of(in_branches(), &union.schema, index).map(|values| values.concat());
            for known in in_branches() {
                // Of two rows of this branch.
                self.facts.rule([column.var], known.var);
            }
        }
        for branch in &branches {
            self.facts.rule([relation.row], branch.row);
        }
        // Two rows are of the same branch if they agree on a column that has other values in every branch.
        for tag in 0..relation.columns.len() {
            let in_branches = branches.iter().filter_map(|branch| branch.columns.get(tag));
            let Some(values) = values_of(in_branches, &union.schema, tag) else { continue };
            if !are_disjoint(&values) {
                continue;
            }
            let tag = relation.columns[tag].var;
            for (index, column) in relation.columns.iter().enumerate() {
                let in_branches = branches.iter().filter_map(|branch| branch.columns.get(index));
                self.facts.rule(in_branches.map(|known| known.var).chain([tag]), column.var);
            }
            self.facts.rule(branches.iter().map(|branch| branch.row).chain([tag]), relation.row);
        }
        relation
    }

    fn values(&mut self, values: &Values) -> Relation {
        let mut relation = Relation::opaque(&mut self.facts, &values.schema);
        for (index, column) in relation.columns.iter_mut().enumerate() {
            let data_type = values.schema.field(index).data_type();
            let cell = |row: &Vec<Expr>| constant(row.get(index)?)?.cast_to(data_type).ok();
            column.values = values.values.iter().map(cell).collect();
            if let Some(cells) = &column.values {
                column.required = cells.iter().all(|cell| !cell.is_null());
                let each: Vec<Vec<ScalarValue>> = cells.iter().map(|cell| vec![cell.clone()]).collect();
                if are_disjoint(&each) {
                    self.facts.rule([column.var], relation.row);
                }
            }
        }
        if values.values.len() <= 1 {
            self.facts.rule([], relation.row);
        }
        relation
    }

    fn unnest(&mut self, unnest: &Unnest) -> Relation {
        let input = self.relation(&unnest.input);
        let lists: Vec<usize> = unnest.list_type_columns.iter().map(|(index, _)| *index).collect();
        let mut columns = Vec::new();
        for &from in &unnest.dependency_indices {
            let known = match input.columns.get(from) {
                Some(known) if !lists.contains(&from) && !unnest.struct_type_columns.contains(&from) => known.clone(),
                Some(known) if !lists.contains(&from) => {
                    let field = Known::new(self.facts.var(), false);
                    self.facts.rule([known.var], field.var);
                    field
                }
                _ => Known::new(self.facts.var(), false),
            };
            columns.push(known);
        }
        let relation = Relation::new(&mut self.facts, &unnest.schema, columns);
        self.facts.rule([relation.row], input.row);
        relation
    }

    fn recursive(&mut self, query: &RecursiveQuery) -> Relation {
        self.relation(&query.static_term);
        self.relation(&query.recursive_term);
        Relation::opaque(&mut self.facts, &query.schema)
    }
}

/// An expression without the names given to it.
pub(super) fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Alias(alias) => bare(&alias.expr),
        other => other,
    }
}

/// The values a column may have in each branch of a union.
fn values_of<'a>(
    branches: impl Iterator<Item = &'a Known>,
    schema: &DFSchemaRef,
    index: usize,
) -> Option<Vec<Vec<ScalarValue>>> {
    let data_type = schema.field(index).data_type();
    branches.map(|known| known.values.as_ref()?.iter().map(|value| value.cast_to(data_type).ok()).collect()).collect()
}

/// Whether no value is in two of the lists.
fn are_disjoint(lists: &[Vec<ScalarValue>]) -> bool {
    let mut seen = std::collections::HashSet::new();
    lists.iter().all(|list| {
        let fresh = list.iter().all(|value| !seen.contains(value));
        seen.extend(list);
        fresh
    })
}
