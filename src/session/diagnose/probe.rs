//! Finding the place of an error that names none: the statement is planned again with parts of it replaced by NULL,
//! until what is left is the smallest part that fails. No rule about SQL is guessed: the engine itself says what fails.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, ParamValues, Result as DfResult, internal_err};
use datafusion::execution::FunctionRegistry;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{
    ColumnarValue, LogicalPlan, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as DfStatement;
use datafusion::sql::sqlparser::ast::{Cte, Expr, Statement as SqlStatement};
use datafusion::sql::sqlparser::tokenizer::Tokenizer;
use futures::FutureExt;

use super::between;
use super::tree::{Edit, Edits, Kind, Tree};
use crate::clock::Stopwatch;
use crate::limits::{DIAGNOSIS_MILLISECONDS_MAX, DIAGNOSIS_TRIES_MAX};
use crate::session::dialect::{self, SmsqlDialect};

/// How far a statement is taken: an error of one stage is not there in the stages before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Plan,
    /// With the types made to agree.
    Analyze,
    Optimize,
    Physical,
}

/// Plans variants of a statement.
pub(super) struct Probe {
    state: SessionState,
    parameters: ParamValues,
    stage: Stage,
    tries: AtomicUsize,
    stopwatch: Stopwatch,
    seen: Arc<Mutex<Option<DataType>>>,
}

impl std::fmt::Debug for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Probe({:?}, {:?})", self.stage, self.tries)
    }
}

/// The smallest part of a statement that fails.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) tree: Tree,
    pub(super) node: usize,
    /// What keeps failing: that part, with all beside it taken out.
    pub(super) edits: Edits,
    /// How that fails.
    pub(super) error: DataFusionError,
    /// Where no part fails alone: those without any one of which the statement does not fail.
    pub(super) together: Vec<usize>,
}

impl Probe {
    /// A probe of the stage in which a statement fails like this; `None` if it does in none.
    pub(super) async fn new(
        context: &SessionContext,
        parameters: ParamValues,
        tree: &Tree,
        error: &DataFusionError,
    ) -> Option<Self> {
        let seen = Arc::new(Mutex::new(None));
        let mut state = context.state();
        let watch = TypeOf { signature: Signature::user_defined(Volatility::Immutable), seen: Arc::clone(&seen) };
        state.register_udf(Arc::new(ScalarUDF::from(watch))).ok()?;
        let (tries, stopwatch) = (AtomicUsize::new(0), Stopwatch::start());
        let mut probe = Self { state, parameters, stage: Stage::Plan, tries, stopwatch, seen };
        for stage in [Stage::Plan, Stage::Analyze, Stage::Optimize, Stage::Physical] {
            probe.stage = stage;
            if probe.error(tree.sql.clone()).await.is_some_and(|again| kind(&again) == kind(error)) {
                return Some(probe);
            }
        }
        None
    }

    /// Whether the tries or the time ran out, so that what is found may not be the smallest part.
    pub(super) fn is_exhausted(&self) -> bool {
        self.tries.load(Ordering::Relaxed) > DIAGNOSIS_TRIES_MAX
            // A debug build is slow by itself, and its tests must not depend on how busy the machine is.
            || (!cfg!(debug_assertions) && self.stopwatch.elapsed().as_millis() > DIAGNOSIS_MILLISECONDS_MAX)
    }

    /// The functions there are.
    pub(super) fn state(&self) -> &SessionState {
        &self.state
    }

    /// How a statement fails, if it does. Nothing fails any more when the tries or the time are used up.
    pub(super) async fn error(&self, sql: SqlStatement) -> Option<DataFusionError> {
        self.tries.fetch_add(1, Ordering::Relaxed);
        if self.is_exhausted() {
            return None;
        }
        self.plan(sql).await.err()
    }

    async fn plan(&self, sql: SqlStatement) -> DfResult<LogicalPlan> {
        let plan = self.state.statement_to_plan(DfStatement::Statement(Box::new(sql))).await?;
        let plan = plan.with_param_values(self.parameters.clone())?;
        if self.stage == Stage::Plan {
            return Ok(plan);
        }
        if self.stage == Stage::Analyze {
            return self.state.analyzer().execute_and_check(plan, self.state.config_options(), |_, _| {});
        }
        let plan = self.state.optimize(&plan)?;
        if self.stage == Stage::Physical {
            self.state.query_planner().create_physical_plan(&plan, &self.state).await?;
        }
        Ok(plan)
    }

    /// Whether an expression, written out without columns, can be planned and its types agree. Nothing is accepted any
    /// more when the time is used up: a call may have thousands of arguments.
    pub(super) fn accepts(&self, expr: &str) -> bool {
        if self.is_exhausted() {
            return false;
        }
        let tokens = Tokenizer::new(&SmsqlDialect, &format!("SELECT {expr}")).tokenize_with_location();
        let Some(parsed) = tokens.ok().and_then(|tokens| dialect::parse(tokens).ok()) else { return false };
        // Without tables nothing is waited for.
        let Some(planned) = self.state.statement_to_plan(parsed).now_or_never() else { return false };
        let analyze = |plan| self.state.analyzer().execute_and_check(plan, self.state.config_options(), |_, _| {});
        planned.and_then(analyze).is_ok()
    }

    /// The type of an expression where it stands.
    pub(super) async fn type_of(&self, found: &Found, node: usize) -> Option<DataType> {
        let mut edits = found.edits.clone();
        edits.insert(node, Edit::Wrap(TYPE_OF));
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let _ = self.error(found.tree.edited(&edits)).await;
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
        match seen {
            Some(seen) => Some(seen),
            // Where what stands beside it is wrong as well, that comes first: without it, then.
            None => {
                edits.extend(found.tree.parent(node).map(|(parent, _)| {
                    let expr = found.tree.expr(node).cloned();
                    (parent, expr.map_or(Edit::Null, |expr| Edit::Put(Box::new(super::tree::call(TYPE_OF, expr)))))
                }));
                let _ = self.error(found.tree.edited(&edits)).await;
                self.seen.lock().unwrap_or_else(PoisonError::into_inner).take()
            }
        }
    }

    /// The expression that fails, and which of its parts makes it fail; `None` where it fails by itself.
    ///
    /// A column or a value does not fail by itself. Where what it is an argument of fails without its own name in
    /// between, that passes on what is wrong: in `abs(max(body))`, `max` does.
    pub(super) async fn failing(&self, found: &Found) -> (usize, Option<usize>) {
        let mut node = found.node;
        let is_leaf =
            matches!(found.tree.expr(node), Some(Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Value(_)));
        while let Some((parent, _)) = found.tree.parent(node) {
            let Some(expr) = found.tree.expr(node) else { break };
            let mut edits = found.edits.clone();
            edits.insert(parent, Edit::Put(Box::new(expr.clone())));
            if self.same(found, &edits).await.is_none() {
                return (parent, Some(node));
            }
            if !is_leaf {
                break;
            }
            node = parent;
        }
        (if is_leaf { node } else { found.node }, None)
    }

    /// The smallest part of a statement that fails as the whole does.
    pub(super) async fn find(&self, tree: Tree, error: DataFusionError) -> Found {
        let mut found = Found { tree, node: 0, edits: Edits::new(), error, together: Vec::new() };
        while self.step(&mut found).await {}
        found
    }

    /// One step down; `false` at the end.
    async fn step(&self, found: &mut Found) -> bool {
        let parts = found.tree.parts(found.node);
        if parts.is_empty() || self.same(found, &keeping(found, &parts, &[])).await.is_some() {
            return self.step_into_query(found).await;
        }
        // Of many, halves are kept, as long as one of them fails.
        let mut suspects = parts.as_slice();
        while suspects.len() > TRIED_ONE_BY_ONE {
            let (left, right) = suspects.split_at(suspects.len() / 2);
            suspects = if self.same(found, &keeping(found, &parts, left)).await.is_some() {
                left
            } else if self.same(found, &keeping(found, &parts, right)).await.is_some() {
                right
            } else {
                return false;
            };
        }
        for part in suspects {
            let edits = keeping(found, &parts, &[*part]);
            if let Some(error) = self.same(found, &edits).await {
                (found.node, found.edits, found.error) = (*part, edits, error);
                return true;
            }
        }
        let parts = suspects.to_vec();
        let mut together = Vec::new();
        for part in parts {
            let mut edits = found.edits.clone();
            edits.insert(part, Edit::Null);
            if self.same(found, &edits).await.is_none() {
                together.push(part);
            }
        }
        found.together = together;
        false
    }

    /// What fails is none of a query's own expressions: a query in its WITH or FROM, perhaps.
    async fn step_into_query(&self, found: &mut Found) -> bool {
        let with = match &found.tree.nodes[found.node].kind {
            Kind::Query(query) => query.with.as_ref(),
            Kind::Expr(_) => None,
        };
        let mut inside = None;
        for query in found.tree.queries(found.node) {
            // It sees what stands before it in WITH.
            let before = with.map(|with| {
                let seen = |cte: &&Cte| with.recursive || cte.query.as_ref() != query;
                let mut with = with.clone();
                with.cte_tables = with.cte_tables.iter().take_while(seen).cloned().collect();
                with
            });
            let mut alone = query.clone();
            match (before.filter(|with| !with.cte_tables.is_empty()), &mut alone.with) {
                (Some(before), None) => alone.with = Some(before),
                (Some(before), Some(own)) => drop(own.cte_tables.splice(0..0, before.cte_tables)),
                (None, _) => {}
            }
            let sql = SqlStatement::Query(Box::new(alone));
            let again = self.error(sql.clone()).await.filter(|again| kind(again) == kind(&found.error));
            if let (Some(error), Some(tree)) = (again, Tree::of_sql(sql, usize::MAX)) {
                inside = Some(Found { tree, node: 0, edits: Edits::new(), error, together: Vec::new() });
                break;
            }
        }
        match inside {
            Some(inside) => {
                *found = inside;
                true
            }
            None => false,
        }
    }

    async fn same(&self, found: &Found, edits: &Edits) -> Option<DataFusionError> {
        self.error(found.tree.edited(edits)).await.filter(|again| kind(again) == kind(&found.error))
    }
}

/// How many parts of an expression or query are tried one after the other.
const TRIED_ONE_BY_ONE: usize = 16;

/// All parts but these taken out.
fn keeping(found: &Found, parts: &[usize], kept: &[usize]) -> Edits {
    let mut edits = found.edits.clone();
    edits.extend(parts.iter().filter(|part| !kept.contains(part)).map(|part| (*part, Edit::Null)));
    edits
}

/// What an error is about, without what differs from one place to another.
pub(super) fn kind(error: &DataFusionError) -> String {
    let message = error.find_root().message();
    let (mut kind, mut depth, mut quoted) = (String::new(), 0_i32, false);
    for c in message.lines().next().unwrap_or_default().chars() {
        match c {
            '\'' | '"' | '`' => quoted = !quoted,
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            _ if quoted || depth > 0 || c.is_ascii_digit() => {}
            _ => kind.push(c),
        }
    }
    // Types and values stand bare in some messages; the words before them tell errors apart well enough.
    let words = kind.split_whitespace().take(WORDS_COMPARED).collect::<Vec<_>>().join(" ");
    let function = between(&message, "Function '", "'").or_else(|| between(&message, "argument types '", "("));
    format!("{words} {}", function.unwrap_or_default())
}

const WORDS_COMPARED: usize = 5;

const TYPE_OF: &str = "__type_of";

/// Gives its argument, and notes its type.
#[derive(Debug)]
struct TypeOf {
    signature: Signature,
    seen: Arc<Mutex<Option<DataType>>>,
}

impl PartialEq for TypeOf {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for TypeOf {}

impl std::hash::Hash for TypeOf {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        TYPE_OF.hash(state);
    }
}

impl ScalarUDFImpl for TypeOf {
    fn name(&self) -> &str {
        TYPE_OF
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> DfResult<Vec<DataType>> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = types.first().cloned();
        Ok(types.to_vec())
    }

    fn return_type(&self, types: &[DataType]) -> DfResult<DataType> {
        Ok(types.first().cloned().unwrap_or(DataType::Null))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> DfResult<ColumnarValue> {
        args.args.into_iter().next().map_or_else(|| internal_err!("a call without arguments"), Ok)
    }
}
