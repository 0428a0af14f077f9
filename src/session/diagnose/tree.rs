//! The expressions and queries of a statement, numbered in the order of a visit, so that some of them can be taken out.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::parser::Statement as DfStatement;
use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident, ObjectName,
    ObjectNamePart, Query, Select, SelectItem, Statement as SqlStatement, Value, Visit, VisitMut, Visitor, VisitorMut,
};

/// One expression or query, and what it is part of.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) parent: Option<usize>,
    pub(super) kind: Kind,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all nodes are expressions")]
pub(super) enum Kind {
    Query(Box<Query>),
    Expr(Expr),
}

/// A statement with its nodes.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) sql: SqlStatement,
    pub(super) nodes: Vec<Node>,
}

/// What to do with a node.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    /// Put NULL in its place, which fits everywhere.
    Null,
    /// Put another expression in its place.
    Put(Box<Expr>),
    /// Make it the argument of this function.
    Wrap(&'static str),
}

pub(super) type Edits = HashMap<usize, Edit>;

impl Tree {
    /// The nodes of a statement, up to `most`; those of the explained one where it explains.
    pub(super) fn of(parsed: DfStatement, most: usize) -> Option<Self> {
        match parsed {
            DfStatement::Statement(sql) => Self::of_sql(*sql, most),
            DfStatement::Explain(explain) => Self::of(*explain.statement, most),
            DfStatement::CreateExternalTable(_) | DfStatement::CopyTo(_) | DfStatement::Reset(_) => None,
        }
    }

    pub(super) fn of_sql(sql: SqlStatement, most: usize) -> Option<Self> {
        if let SqlStatement::Explain { statement, .. } = sql {
            return Self::of_sql(*statement, most);
        }
        let mut count = Count { nodes: Vec::new(), open: Vec::new(), most };
        let complete = sql.visit(&mut count).is_continue();
        complete.then_some(Self { sql, nodes: count.nodes })
    }

    pub(super) fn expr(&self, node: usize) -> Option<&Expr> {
        match &self.nodes.get(node)?.kind {
            Kind::Expr(expr) => Some(expr),
            Kind::Query(_) => None,
        }
    }

    /// The expression that this one is an operand or argument of.
    pub(super) fn parent(&self, node: usize) -> Option<(usize, &Expr)> {
        let parent = self.nodes.get(node)?.parent?;
        Some((parent, self.expr(parent)?))
    }

    /// The parts of a node that are expressions: operands of an expression, clauses of a query. Those of a subquery in an
    /// expression count as its own.
    pub(super) fn parts(&self, node: usize) -> Vec<usize> {
        let own = |of: usize| self.nodes.iter().enumerate().filter(move |(_, n)| n.parent == Some(of));
        let is_expr = matches!(self.nodes[node].kind, Kind::Expr(_));
        own(node)
            .flat_map(|(at, part)| match part.kind {
                Kind::Expr(_) => vec![at],
                Kind::Query(_) if is_expr => self.parts(at),
                Kind::Query(_) => Vec::new(),
            })
            .collect()
    }

    /// The queries that a node reads: those in WITH and in FROM of a query, or the subquery of an expression.
    pub(super) fn queries(&self, node: usize) -> impl Iterator<Item = &Query> {
        self.nodes.iter().filter_map(move |n| match &n.kind {
            Kind::Query(query) if n.parent == Some(node) => Some(query.as_ref()),
            _ => None,
        })
    }

    /// The statement with some nodes edited.
    pub(super) fn edited(&self, edits: &Edits) -> SqlStatement {
        let mut sql = self.sql.clone();
        let _ = VisitMut::visit(&mut sql, &mut Rewrite { edits, next: 0, open: Vec::new() });
        sql
    }
}

struct Count {
    nodes: Vec<Node>,
    open: Vec<usize>,
    most: usize,
}

impl Count {
    fn enter(&mut self, kind: impl FnOnce() -> Kind) -> ControlFlow<()> {
        if self.nodes.len() >= self.most {
            return ControlFlow::Break(());
        }
        let at = self.nodes.len();
        self.nodes.push(Node { parent: self.open.last().copied(), kind: kind() });
        self.open.push(at);
        ControlFlow::Continue(())
    }

    fn leave(&mut self) -> ControlFlow<()> {
        self.open.pop();
        ControlFlow::Continue(())
    }
}

impl Visitor for Count {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.enter(|| Kind::Query(Box::new(query.clone())))
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.leave()
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.enter(|| Kind::Expr(expr.clone()))
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.leave()
    }
}

struct Rewrite<'e> {
    edits: &'e Edits,
    next: usize,
    open: Vec<usize>,
}

impl Rewrite<'_> {
    fn enter(&mut self) -> ControlFlow<()> {
        self.open.push(self.next);
        self.next += 1;
        ControlFlow::Continue(())
    }
}

/// Counts as [`Count`] does, and edits a node when all within it is counted.
impl VisitorMut for Rewrite<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.enter()
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.open.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, _: &mut Expr) -> ControlFlow<()> {
        self.enter()
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match self.open.pop().and_then(|at| self.edits.get(&at)) {
            None => {}
            Some(Edit::Null) => *expr = Expr::value(Value::Null),
            Some(Edit::Put(other)) => *expr = other.as_ref().clone(),
            Some(Edit::Wrap(function)) => *expr = call(function, expr.clone()),
        }
        ControlFlow::Continue(())
    }

    /// Gives every NULL a name, since no two columns may have the same.
    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        for (at, item) in select.projection.iter_mut().enumerate() {
            match item {
                SelectItem::UnnamedExpr(expr) if *expr == Expr::value(Value::Null) => {
                    *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias: Ident::new(format!("__{at}")) };
                }
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }
}

pub(super) fn call(function: &str, argument: Expr) -> Expr {
    Expr::Function(Function {
        name: ObjectName(vec![ObjectNamePart::Identifier(Ident::new(function))]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: vec![FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))],
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}
