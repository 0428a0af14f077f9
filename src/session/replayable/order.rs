//! Total orders: which row comes first, and which rows a LIMIT keeps, must not depend on how the work was cut.

use super::facts::{Facts, Var};
use super::relation::Relation;
use super::{Breach, Place};

/// How many columns an error names.
const NAMED: usize = 4;

/// The rows of a result come in an order that the statement decides.
pub(super) fn check_result(facts: &Facts, relation: &Relation) -> Option<Breach> {
    let open = undecided(facts, relation)?;
    let what = match &relation.order {
        None => "the result has no order: it does not end in ORDER BY".to_owned(),
        Some(_) => format!("ORDER BY does not decide the order of all rows: rows that agree on it differ in {open}"),
    };
    Some(Breach::new(Place::OrderBy, what, [advice(facts, relation, "end in ORDER BY")]))
}

/// Which rows a LIMIT or OFFSET keeps is decided by what it stands on.
pub(super) fn check_limit(facts: &Facts, relation: &Relation) -> Option<Breach> {
    let open = undecided(facts, relation)?;
    let what = match &relation.order {
        None => "which rows LIMIT or OFFSET keeps is not decided: there is no ORDER BY right before it".to_owned(),
        Some(_) => {
            format!("which rows LIMIT or OFFSET keeps is not decided: rows that agree on its ORDER BY differ in {open}")
        }
    };
    Some(Breach::new(Place::Limit, what, [advice(facts, relation, "put before it ORDER BY")]))
}

fn keys(relation: &Relation) -> impl Iterator<Item = Var> + '_ {
    relation.order.iter().flat_map(|order| order.keys.iter().copied())
}

/// The columns that rows may differ in though they agree on the sort keys.
fn undecided(facts: &Facts, relation: &Relation) -> Option<String> {
    let decided = facts.decided_by(keys(relation));
    let open: Vec<String> = relation.named().filter(|(_, var)| !decided.has(*var)).map(|(name, _)| name).collect();
    (!open.is_empty()).then(|| list(&open))
}

fn list(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let rest = if names.len() > NAMED { ", ..." } else { "" };
    format!("{}{rest}", shown.join(", "))
}

/// The fewest columns found that make the order total.
fn advice(facts: &Facts, relation: &Relation, without: &str) -> String {
    let own: Vec<(String, Var)> = relation.named().collect();
    let candidates = relation.order.as_ref().map_or(&own, |order| &order.candidates);
    let decided = |with: &[Var]| facts.decided_by(keys(relation).chain(with.iter().copied()));
    let begin = if relation.order.is_some() { "let ORDER BY end in" } else { without };
    if let Some((name, _)) = candidates.iter().find(|(_, var)| decided(&[*var]).has(relation.row)) {
        return format!("{begin} {name}, which is different in every row");
    }
    let mut needed: Vec<(&str, Var)> = Vec::new();
    for (name, var) in &own {
        let so_far: Vec<Var> = needed.iter().map(|(_, var)| *var).collect();
        if !decided(&so_far).has(*var) {
            needed.push((name, *var));
        }
    }
    for at in (0..needed.len()).rev() {
        let others = needed.iter().enumerate().filter(|(other, _)| *other != at);
        let others: Vec<Var> = others.map(|(_, (_, var))| *var).collect();
        if decided(&others).has_all(relation.vars()) {
            needed.remove(at);
        }
    }
    let names: Vec<&str> = needed.into_iter().map(|(name, _)| name).collect();
    if names.len() > NAMED {
        return format!("{begin} a key of the rows, such as message_key or event_key, or in all columns of the result");
    }
    format!("{begin} {}: rows that agree on that are equal", names.join(", "))
}
