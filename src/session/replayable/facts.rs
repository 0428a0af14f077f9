//! What decides what among the columns of a plan: rules "two rows that agree on these agree on that as well".
//!
//! The rules are Horn clauses over the columns of all nodes of a plan at once, so what a set of columns decides is found
//! by propagation, in time linear in the rules, however the plan nests.

/// The value of a column in the rows of one node of the plan; or which row it is; or, of an outer join, whether a side
/// has a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Var(usize);

/// Variables and the rules between them.
#[derive(Debug, Default)]
pub(super) struct Facts {
    rules: Vec<Rule>,
    /// By variable: the rules it is a premise of.
    premise_of: Vec<Vec<usize>>,
    /// Rules without premises.
    constants: Vec<Var>,
}

#[derive(Debug)]
struct Rule {
    premises: usize,
    conclusion: Var,
}

impl Facts {
    /// A variable that nothing decides yet.
    pub(super) fn var(&mut self) -> Var {
        self.premise_of.push(Vec::new());
        Var(self.premise_of.len() - 1)
    }

    /// Rows that agree on all of `premises` agree on `conclusion`.
    pub(super) fn rule(&mut self, premises: impl IntoIterator<Item = Var>, conclusion: Var) {
        let mut premises: Vec<Var> = premises.into_iter().collect();
        premises.sort_by_key(|var| var.0);
        premises.dedup();
        if premises.is_empty() {
            self.constants.push(conclusion);
            return;
        }
        for premise in &premises {
            self.premise_of[premise.0].push(self.rules.len());
        }
        self.rules.push(Rule { premises: premises.len(), conclusion });
    }

    /// Everything that rows agree on if they agree on `given`.
    pub(super) fn decided_by(&self, given: impl IntoIterator<Item = Var>) -> Decided {
        let mut known = vec![false; self.premise_of.len()];
        let mut open: Vec<usize> = self.rules.iter().map(|rule| rule.premises).collect();
        let mut next: Vec<Var> = self.constants.clone();
        next.extend(given);
        while let Some(var) = next.pop() {
            if std::mem::replace(&mut known[var.0], true) {
                continue;
            }
            for &rule in &self.premise_of[var.0] {
                open[rule] -= 1;
                if open[rule] == 0 {
                    next.push(self.rules[rule].conclusion);
                }
            }
        }
        Decided(known)
    }
}

/// What a set of variables decides.
#[derive(Debug)]
pub(super) struct Decided(Vec<bool>);

impl Decided {
    pub(super) fn has(&self, var: Var) -> bool {
        self.0.get(var.0).copied().unwrap_or(false)
    }

    pub(super) fn has_all(&self, vars: impl IntoIterator<Item = Var>) -> bool {
        vars.into_iter().all(|var| self.has(var))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_chain_and_need_all_premises() {
        let mut facts = Facts::default();
        let [a, b, c, d, e] = [(); 5].map(|()| facts.var());
        facts.rule([a, b], c);
        facts.rule([c], d);
        facts.rule([], e);
        assert!(!facts.decided_by([a]).has(c));
        assert!(facts.decided_by([a, b]).has_all([a, b, c, d, e]));
        assert!(!facts.decided_by([d]).has(c));
        assert!(facts.decided_by([]).has(e) && !facts.decided_by([]).has(a));
    }

    #[test]
    fn circles_end() {
        let mut facts = Facts::default();
        let [a, b, c] = [(); 3].map(|()| facts.var());
        for (from, to) in [(a, b), (b, a), (b, c), (c, b)] {
            facts.rule([from], to);
        }
        assert!(facts.decided_by([c]).has_all([a, b, c]));
        assert!(!facts.decided_by([]).has(a));
    }
}
