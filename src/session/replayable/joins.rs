//! Joins: whose columns decide whose.
//!
//! Of an outer join a side may have no row. Then its columns are null, and what decides what among its rows does not hold
//! between such a row and one of its own. So that side's own variables speak of pairs of rows which both have it or both
//! lack it, and what is seen from above is decided by them together with that presence.

use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, Join, JoinType, Operator};

use super::facts::{Facts, Var};
use super::nodes::Reader;
use super::relation::{Known, Relation};

/// The relation of a join.
pub(super) fn relation(reader: &mut Reader, join: &Join) -> Relation {
    let left = reader.relation(&join.left);
    let right = reader.relation(&join.right);
    let facts = &mut reader.facts;
    let outer = left.outer_references(&join.right);
    if !outer.is_empty() && !matches!(join.join_type, JoinType::Inner | JoinType::Left) {
        return Relation::opaque(facts, &join.schema);
    }
    let right = beside(facts, right, &outer);
    match join.join_type {
        JoinType::LeftSemi | JoinType::LeftAnti => return unordered(left),
        JoinType::RightSemi | JoinType::RightAnti => return unordered(right),
        JoinType::LeftMark | JoinType::RightMark => return Relation::opaque(facts, &join.schema),
        JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => {}
    }
    let conditions = conditions(join);
    let split = left.columns.len();
    let mut both = Both {
        rows: [left.row, right.row],
        all: Relation {
            schema: join.schema.clone(),
            columns: left.columns.into_iter().chain(right.columns).collect(),
            row: facts.var(),
            merged: Vec::new(),
            order: None,
            behind: Vec::new(),
        },
        split,
        outer,
    };
    match join.join_type {
        JoinType::Inner => both.inner(facts, &conditions),
        JoinType::Left => both.outer(facts, &conditions, false),
        JoinType::Right => both.outer(facts, &conditions, true),
        _ => both.full(facts, &conditions),
    }
    let all = both.all;
    for column in &all.columns {
        facts.rule([all.row], column.var);
    }
    all
}

fn unordered(relation: Relation) -> Relation {
    Relation { order: None, ..relation }
}

/// The conditions of a join, all of which must hold.
fn conditions(join: &Join) -> Vec<Expr> {
    let pairs = join.on.iter().map(|(left, right)| {
        Expr::BinaryExpr(BinaryExpr::new(Box::new(left.clone()), Operator::Eq, Box::new(right.clone())))
    });
    let filter = join.filter.iter().flat_map(|filter| split_conjunction(filter)).cloned();
    pairs.chain(filter).collect()
}

/// The right side of a lateral join is another relation for every row it is beside: only rows that agree on what it
/// refers to have the same one.
fn beside(facts: &mut Facts, right: Relation, outer: &[Var]) -> Relation {
    if outer.is_empty() {
        return right;
    }
    let mut seen = |inner: Var| {
        let var = facts.var();
        facts.rule([var], inner);
        facts.rule(outer.iter().copied().chain([inner]), var);
        var
    };
    let columns = right.columns.into_iter().map(|known| Known { var: seen(known.var), ..known }).collect();
    let row = seen(right.row);
    Relation { columns, row, merged: Vec::new(), ..right }
}

/// The rows of both sides beside each other.
struct Both {
    all: Relation,
    /// Left row, right row.
    rows: [Var; 2],
    /// The first column of the right side.
    split: usize,
    /// What the right side of a lateral join refers to.
    outer: Vec<Var>,
}

impl Both {
    fn inner(&mut self, facts: &mut Facts, conditions: &[Expr]) {
        for condition in conditions {
            self.all.learn(facts, condition, |_| true);
        }
        facts.rule(self.rows, self.all.row);
        self.rows.iter().for_each(|&row| facts.rule([self.all.row], row));
    }

    /// Every row of one side, with those of the other that match, if any; `left` is the side that may be missing.
    fn outer(&mut self, facts: &mut Facts, conditions: &[Expr], left: bool) {
        let split = self.split;
        let may_miss = |index: usize| (index < split) == left;
        // Whether there is a match depends on what the conditions say of the row.
        let asked = self.asked(conditions, |index| !may_miss(index));
        for condition in conditions {
            self.all.learn(facts, condition, may_miss);
        }
        let present = facts.var();
        self.show(facts, present, left);
        if let Some(asked) = asked {
            facts.rule(asked.into_iter().chain(self.outer.iter().copied()), present);
        }
        self.identify(facts, &[present]);
    }

    fn full(&mut self, facts: &mut Facts, conditions: &[Expr]) {
        let split = self.split;
        let [of_left, of_right] = [true, false].map(|left| self.asked(conditions, |index| (index < split) == left));
        let pairs = self.pairs(conditions);
        let present = [facts.var(), facts.var()];
        // A row lacks at most one side: where both have the other side or both lack it, a match decides.
        for (asked, own, other) in [(of_left, 0, 1), (of_right, 1, 0)] {
            if let Some(asked) = asked {
                facts.rule(asked.into_iter().chain([present[own]]), present[other]);
            }
        }
        let inner: Vec<Var> = self.all.vars().collect();
        self.show(facts, present[0], true);
        self.show(facts, present[1], false);
        self.identify(facts, &present);
        let Some(pairs) = pairs else { return };
        // What the sides are joined on is never null and nothing else is asked: whoever has the value is in the one
        // row that `coalesce` gives it.
        self.all.merged = pairs.into_iter().map(|(left, right)| (left, right, facts.var())).collect();
        let merged: Vec<Var> = self.all.merged.iter().map(|(_, _, var)| *var).collect();
        for side in present {
            facts.rule(merged.iter().copied(), side);
        }
        for &(left, right, var) in &self.all.merged {
            facts.rule([var], inner[left]);
            facts.rule([var], inner[right]);
            facts.rule([self.all.columns[left].var, self.all.columns[right].var], var);
        }
    }

    /// What the conditions ask of the columns of one side. `None` where they ask for something else too.
    fn asked(&self, conditions: &[Expr], of: impl Fn(usize) -> bool) -> Option<Vec<Var>> {
        let inputs: Option<Vec<Vec<Var>>> = conditions.iter().map(|condition| self.all.inputs(condition)).collect();
        let side: Vec<Var> = self.all.vars().enumerate().filter(|(index, _)| of(*index)).map(|(_, var)| var).collect();
        Some(inputs?.concat().into_iter().filter(|var| side.contains(var)).collect())
    }

    /// The pairs of columns of a join on nothing but equal columns that are never null.
    fn pairs(&self, conditions: &[Expr]) -> Option<Vec<(usize, usize)>> {
        let pair = |condition: &Expr| {
            let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) = condition else { return None };
            let (a, b) = (self.all.column_of(left)?, self.all.column_of(right)?);
            let (a, b) = (a.min(b), a.max(b));
            let required = self.all.columns[a].required && self.all.columns[b].required;
            (required && a < self.split && b >= self.split).then_some((a, b))
        };
        let pairs: Option<Vec<_>> = conditions.iter().map(pair).collect();
        pairs.filter(|pairs| !pairs.is_empty())
    }

    /// Puts what is seen of a side that may be missing in place of its own columns.
    fn show(&mut self, facts: &mut Facts, present: Var, left: bool) {
        let side = if left { 0..self.split } else { self.split..self.all.columns.len() };
        for known in &mut self.all.columns[side] {
            let (inner, seen) = (known.var, facts.var());
            facts.rule([seen], inner);
            facts.rule([inner, present], seen);
            if known.required {
                // It is null where the side is missing, and only there.
                facts.rule([seen], present);
            }
            *known = Known::new(seen, false);
        }
    }

    fn identify(&self, facts: &mut Facts, present: &[Var]) {
        facts.rule(self.rows.iter().chain(present).copied(), self.all.row);
        self.rows.iter().chain(present).for_each(|&var| facts.rule([self.all.row], var));
    }
}
