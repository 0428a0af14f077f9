//! The rows of one node of a plan: its columns as variables of [`Facts`], and what an expression over them says.

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchemaRef, ScalarValue};
use datafusion::logical_expr::expr::{Cast, ScalarFunction};
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, LogicalPlan, Operator, Volatility};

use super::PARAMETER;
use super::facts::{Facts, Var};

/// What is known of the rows of a node.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub(super) schema: DFSchemaRef,
    /// As many as the schema has.
    pub(super) columns: Vec<Known>,
    /// Which row it is. It decides all columns, and whatever decides it is a key.
    pub(super) row: Var,
    /// Of a full join on these pairs of columns: what `coalesce` of a pair is.
    pub(super) merged: Vec<(usize, usize, Var)>,
    /// What the rows are ordered by, where that is seen from here.
    pub(super) order: Option<Order>,
    /// Columns of the input that were not selected.
    pub(super) behind: Vec<(String, Var)>,
}

/// What is known of a column.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) var: Var,
    /// Whether it is never null.
    pub(super) required: bool,
    /// All values it may have, where they are few and stand in the statement.
    pub(super) values: Option<Vec<ScalarValue>>,
}

/// An ORDER BY.
#[derive(Debug, Clone)]
pub(super) struct Order {
    /// What rows agree on that agree on all sort keys.
    pub(super) keys: Vec<Var>,
    /// Columns that could be sorted by as well.
    pub(super) candidates: Vec<(String, Var)>,
}

impl Known {
    pub(super) fn new(var: Var, required: bool) -> Self {
        Self { var, required, values: None }
    }
}

impl Relation {
    /// Rows of which nothing is known.
    pub(super) fn opaque(facts: &mut Facts, schema: &DFSchemaRef) -> Self {
        let columns = (0..schema.fields().len()).map(|_| Known::new(facts.var(), false)).collect();
        Self::new(facts, schema, columns)
    }

    /// Rows with these columns and an identity of their own.
    pub(super) fn new(facts: &mut Facts, schema: &DFSchemaRef, columns: Vec<Known>) -> Self {
        let row = facts.var();
        for column in &columns {
            facts.rule([row], column.var);
        }
        Self { schema: schema.clone(), columns, row, merged: Vec::new(), order: None, behind: Vec::new() }
    }

    pub(super) fn vars(&self) -> impl Iterator<Item = Var> + '_ {
        self.columns.iter().map(|column| column.var)
    }

    /// The columns with their names.
    pub(super) fn named(&self) -> impl Iterator<Item = (String, Var)> + '_ {
        self.schema.fields().iter().zip(self.vars()).map(|(field, var)| (field.name().clone(), var))
    }

    pub(super) fn index(&self, column: &Column) -> Option<usize> {
        self.schema.maybe_index_of_column(column).filter(|&index| index < self.columns.len())
    }

    /// The column that an expression is, but for its name and a change of type that keeps values apart.
    pub(super) fn column_of(&self, expr: &Expr) -> Option<usize> {
        match expr {
            Expr::Column(column) => self.index(column),
            Expr::Alias(alias) => self.column_of(&alias.expr),
            Expr::Cast(Cast { expr, field }) => {
                let from = expr.get_type(self.schema.as_ref()).ok()?;
                keeps_apart(&from, field.data_type()).then(|| self.column_of(expr)).flatten()
            }
            Expr::ScalarFunction(call) if call.name() == "arrow_cast" => {
                let argument = call.args.first()?;
                let from = argument.get_type(self.schema.as_ref()).ok()?;
                let to = expr.get_type(self.schema.as_ref()).ok()?;
                keeps_apart(&from, &to).then(|| self.column_of(argument)).flatten()
            }
            Expr::ScalarFunction(call) if call.name() == "coalesce" => {
                let first = self.column_of(call.args.first()?)?;
                self.columns[first].required.then_some(first)
            }
            _ => None,
        }
    }

    /// What rows agree on exactly if they agree on the value of an expression.
    pub(super) fn key_of(&self, expr: &Expr) -> Option<Var> {
        if let Some(index) = self.column_of(expr) {
            return Some(self.columns[index].var);
        }
        match expr {
            Expr::Alias(alias) => self.key_of(&alias.expr),
            Expr::ScalarFunction(ScalarFunction { func, args }) if func.name() == "coalesce" => {
                let (first, second) = (self.column_of(args.first()?)?, self.column_of(args.get(1)?)?);
                let pair =
                    |(a, b, _): &&(usize, usize, Var)| (*a, *b) == (first, second) || (*a, *b) == (second, first);
                self.merged.iter().find(pair).map(|(_, _, var)| *var)
            }
            _ => None,
        }
    }

    /// All that decides the value of an expression; nothing for constants. `None` where something else decides it too.
    pub(super) fn inputs(&self, expr: &Expr) -> Option<Vec<Var>> {
        if let Some(var) = self.key_of(expr) {
            return Some(vec![var]);
        }
        let mut inputs = Vec::new();
        let mut plain = true;
        let walked = expr.apply(|expr| {
            match expr {
                Expr::Column(column) => match self.index(column) {
                    Some(index) => inputs.push(self.columns[index].var),
                    None => plain = false,
                },
                Expr::ScalarSubquery(subquery) => inputs.extend(self.outer_references(&subquery.subquery)),
                Expr::Exists(exists) => inputs.extend(self.outer_references(&exists.subquery.subquery)),
                Expr::InSubquery(within) => inputs.extend(self.outer_references(&within.subquery.subquery)),
                Expr::SetComparison(set) => inputs.extend(self.outer_references(&set.subquery.subquery)),
                Expr::ScalarFunction(call) => plain &= call.func.signature().volatility == Volatility::Immutable,
                Expr::HigherOrderFunction(call) => plain &= call.func.signature().volatility == Volatility::Immutable,
                Expr::AggregateFunction(_)
                | Expr::WindowFunction(_)
                | Expr::Unnest(_)
                | Expr::GroupingSet(_)
                | Expr::ScalarVariable(..)
                | Expr::Placeholder(_) => plain = false,
                // A column of an outer query is a constant in here; the others are what their parts are.
                _ => {}
            }
            Ok(if plain { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
        });
        (plain && walked.is_ok()).then_some(inputs)
    }

    /// The columns of this relation that a plan inside an expression, or beside it in a lateral join, refers to.
    pub(super) fn outer_references(&self, plan: &LogicalPlan) -> Vec<Var> {
        let mut found = Vec::new();
        let visited = plan.apply_with_subqueries(|node| {
            node.apply_expressions(|expr| {
                expr.apply(|expr| {
                    if let Expr::OuterReferenceColumn(_, column) = expr
                        && let Some(index) = self.index(column)
                    {
                        found.push(self.columns[index].var);
                    }
                    Ok(TreeNodeRecursion::Continue)
                })
            })
        });
        // Nothing in it can fail.
        debug_assert!(visited.is_ok());
        found
    }

    /// Learns from a condition that all rows meet. Only columns that `of` names are concluded on.
    pub(super) fn learn(&mut self, facts: &mut Facts, condition: &Expr, of: impl Fn(usize) -> bool + Copy) {
        for index in self.refuses_null(condition).into_iter().flatten().filter(|&index| of(index)) {
            self.columns[index].required = true;
        }
        match condition {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq | Operator::IsNotDistinctFrom, right }) => {
                for (one, other) in [(left, right), (right, left)] {
                    if let Some(inputs) = self.inputs(other) {
                        self.conclude(facts, one, inputs, of);
                    }
                    self.restrict(one, std::slice::from_ref(other.as_ref()), of);
                }
            }
            Expr::InList(list) if !list.negated => {
                if let [only] = list.list.as_slice()
                    && let Some(inputs) = self.inputs(only)
                {
                    self.conclude(facts, &list.expr, inputs, of);
                }
                self.restrict(&list.expr, &list.list, of);
            }
            Expr::IsNull(expr) | Expr::IsTrue(expr) | Expr::IsFalse(expr) => self.conclude(facts, expr, [], of),
            Expr::Column(_) => self.conclude(facts, condition, [], of),
            Expr::Not(expr) if matches!(expr.as_ref(), Expr::Column(_)) => self.conclude(facts, expr, [], of),
            _ => {}
        }
    }

    fn conclude(
        &self,
        facts: &mut Facts,
        expr: &Expr,
        inputs: impl IntoIterator<Item = Var>,
        of: impl Fn(usize) -> bool,
    ) {
        if let Some(index) = self.column_of(expr).filter(|&index| of(index)) {
            facts.rule(inputs, self.columns[index].var);
        }
    }

    /// Notes the values a column may have, if these are constants.
    fn restrict(&mut self, expr: &Expr, values: &[Expr], of: impl Fn(usize) -> bool) {
        let Some(index) = self.column_of(expr).filter(|&index| of(index)) else { return };
        let data_type = self.schema.field(index).data_type();
        let values: Option<Vec<_>> = values.iter().map(|value| constant(value)?.cast_to(data_type).ok()).collect();
        if values.is_some() {
            self.columns[index].values = values;
        }
    }

    /// The columns that are not null where a condition is true.
    fn refuses_null(&self, condition: &Expr) -> Vec<Option<usize>> {
        match condition {
            Expr::IsNotNull(expr) => vec![self.column_of(expr)],
            Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
                use Operator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
                match op {
                    Eq | NotEq | Lt | LtEq | Gt | GtEq => vec![self.column_of(left), self.column_of(right)],
                    _ => Vec::new(),
                }
            }
            Expr::Like(like) | Expr::SimilarTo(like) => vec![self.column_of(&like.expr)],
            Expr::Between(between) => vec![self.column_of(&between.expr)],
            Expr::InList(list) => vec![self.column_of(&list.expr)],
            _ => Vec::new(),
        }
    }
}

/// The value of an expression that is one wherever and whenever it runs: no parameter.
pub(super) fn constant(expr: &Expr) -> Option<ScalarValue> {
    match expr {
        Expr::Literal(_, Some(metadata)) if metadata.inner().contains_key(PARAMETER) => None,
        Expr::Literal(value, _) => Some(value.clone()),
        Expr::Alias(alias) => constant(&alias.expr),
        Expr::Cast(Cast { expr, field }) => constant(expr)?.cast_to(field.data_type()).ok(),
        _ => None,
    }
}

/// Whether values that differ still differ after a cast. One that fails on a value is no matter: no rows, no order.
fn keeps_apart(from: &DataType, to: &DataType) -> bool {
    use DataType::{
        Date32, Decimal128, Decimal256, Dictionary, Int8, Int16, Int32, Int64, LargeUtf8, Timestamp, UInt8, UInt16,
        UInt32, UInt64, Utf8, Utf8View,
    };
    match (from, to) {
        (from, to) if from == to => true,
        (Dictionary(_, from), to) => keeps_apart(from, to),
        (from, Dictionary(_, to)) => keeps_apart(from, to),
        (Utf8 | LargeUtf8 | Utf8View, Utf8 | LargeUtf8 | Utf8View) => true,
        (
            Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64,
            Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64,
        ) => true,
        (Int8 | Int16 | Int32 | Int64 | UInt8 | UInt16 | UInt32 | UInt64, Decimal128(_, s) | Decimal256(_, s)) => {
            *s >= 0
        }
        (Decimal128(_, from) | Decimal256(_, from), Decimal128(_, to) | Decimal256(_, to)) => to >= from,
        // The same instants by another clock; a finer unit tells as much.
        (Timestamp(from, Some(_)), Timestamp(to, Some(_))) => to >= from,
        (Date32, Timestamp(_, None)) => true,
        _ => false,
    }
}
