//! Completion in a statement.

use std::borrow::Cow;
use std::collections::HashMap;

use super::candidate::{Candidate, Rank, first_sentence, quoted};
use super::clause::{Clause, Place, clause, place};
use super::keywords;
use super::knowledge::Knowledge;
use super::scope::{Column, Scope, Source, described};
use super::statement::Statement;
use crate::session::FunctionDescription;

/// What could stand at the cursor of a statement.
pub(super) fn candidates<'k>(statement: &Statement<'_>, typed: &str, knowledge: &'k Knowledge) -> Vec<Candidate<'k>> {
    let scope = Scope::new(statement, &knowledge.description);
    let asked = Asked { statement, scope: &scope, knowledge, typed };
    let previous = statement.before(statement.group, statement.cursor);
    if let Some(dot) = previous.filter(|at| statement.symbol(*at) == ".") {
        return asked.columns_behind(dot);
    }
    asked.at(place(statement))
}

/// What is asked for, and where.
struct Asked<'s, 'k> {
    statement: &'s Statement<'s>,
    scope: &'s Scope<'s, 'k>,
    knowledge: &'k Knowledge,
    typed: &'s str,
}

impl<'k> Asked<'_, 'k> {
    fn at(&self, place: Place) -> Vec<Candidate<'k>> {
        let mut found = Vec::new();
        match place {
            Place::Nothing => {}
            Place::Statement => self.words(&mut found, keywords::STATEMENT),
            Place::Query => self.words(&mut found, keywords::QUERY),
            Place::Table { in_brackets } => {
                self.tables(&mut found);
                if in_brackets || self.statement.is(self.statement.cursor.wrapping_sub(1), "describe") {
                    self.words(&mut found, keywords::QUERY);
                }
            }
            Place::AfterTable { is_joined } => {
                if is_joined {
                    self.words(&mut found, keywords::JOIN);
                }
                self.words(&mut found, keywords::AFTER_TABLE);
                if self.statement.groups[self.statement.group].own.iter().all(|at| !self.statement.is(*at, "select")) {
                    self.words(&mut found, &["SELECT"]);
                }
                self.words(&mut found, keywords::COMBINE);
            }
            Place::Operand(clause) => self.operands(&mut found, clause),
            Place::AfterOperand(clause) => self.after_operand(&mut found, clause),
            Place::Window => {
                self.words(&mut found, keywords::WINDOW);
            }
            Place::AfterWindow => {
                self.words(&mut found, keywords::FRAME);
                self.words(&mut found, keywords::BOUND);
            }
            Place::BareColumn => self.bare_columns(&mut found),
            Place::Type => found.extend(keywords::TYPES.iter().map(|name| Candidate::new(Rank::Near, *name, "type"))),
            Place::DatePart => {
                found.extend(
                    keywords::DATE_PARTS.iter().map(|name| Candidate::new(Rank::Near, *name, "part of a date")),
                );
            }
            Place::Words(words) => self.words(&mut found, words),
        }
        found
    }

    /// Keywords, in the case that is typed.
    fn words(&self, found: &mut Vec<Candidate<'k>>, words: &[&'static str]) {
        let is_lower = self.is_lower();
        for word in words {
            let shown: Cow<'k, str> = if is_lower { Cow::Owned(word.to_lowercase()) } else { Cow::Borrowed(*word) };
            let candidate = Candidate::new(Rank::Keyword, shown, "");
            found.push(if word.ends_with('(') { candidate } else { candidate.before_a_blank() });
        }
    }

    /// Whether keywords are written in lower case here: as what is typed is, or else as the keyword before.
    fn is_lower(&self) -> bool {
        let case = |text: &str| {
            let mut letters = text.chars().filter(|c| c.is_alphabetic());
            letters.next().map(|first| first.is_lowercase())
        };
        let keyword_before = || {
            let words = (0..self.statement.cursor).rev();
            let is_keyword = |at: &usize| keywords::is_reserved(&self.statement.keyword(*at));
            words.filter(is_keyword).find_map(|at| case(self.statement.text(at)))
        };
        case(self.typed).or_else(keyword_before).unwrap_or(false)
    }

    fn tables(&self, found: &mut Vec<Candidate<'k>>) {
        let (group, at) = (self.statement.group, self.statement.cursor);
        for cte in self.scope.ctes_at(group, at) {
            let insert = quoted(&cte.name).into_owned();
            found.push(Candidate::new(Rank::Near, cte.name, "named in WITH").inserting(insert));
        }
        for table in &self.knowledge.description.tables {
            let about = match first_sentence(&table.description) {
                "" => Cow::Borrowed(table.kind),
                what => Cow::Owned(format!("{} - {what}", table.kind)),
            };
            found.push(Candidate::new(Rank::Near, table.name.as_str(), about).inserting(quoted(&table.name)));
        }
        let functions = self.knowledge.description.functions.iter().filter(|function| function.kind == "table");
        found.extend(functions.map(call));
    }

    /// The columns that a qualifier has: `messages.`, `m.`.
    fn columns_behind(&self, dot: usize) -> Vec<Candidate<'k>> {
        let Some(name) = dot.checked_sub(1).and_then(|at| self.statement.name(at)) else { return Vec::new() };
        let in_scope = self.levels().into_iter().flatten().find(|source| source.name.as_deref() == Some(name.as_str()));
        let columns = match in_scope {
            Some(source) => Some(source.columns),
            None => self.scope.table(&name, self.statement.group, self.statement.cursor),
        };
        let columns = columns.unwrap_or_default();
        columns.iter().map(|column| candidate(Rank::Near, column)).collect()
    }

    /// The tables in scope: of the query around the cursor first, then of the queries around that.
    fn levels(&self) -> Vec<Vec<Source<'k>>> {
        let mut levels = Vec::new();
        let (mut group, mut at) = (self.statement.group, self.statement.cursor);
        loop {
            let query = self.statement.query_around(group);
            let arm = self.statement.arm_at(query, at);
            levels.push(self.scope.sources(query, arm));
            let (Some(parent), Some(bracket)) = (self.statement.groups[query].parent, self.statement.bracket(query))
            else {
                return levels;
            };
            let outer = self.statement.query_around(parent);
            let outside = clause(self.statement, self.statement.arm_at(outer, bracket), bracket);
            // A table of its own sees nothing of the tables beside it.
            if (outside == Clause::From && outer == parent) || self.scope.is_cte_body(query) {
                return levels;
            }
            (group, at) = (parent, bracket);
        }
    }

    fn operands(&self, found: &mut Vec<Candidate<'k>>, clause: Clause) {
        let levels = self.levels();
        if matches!(clause, Clause::GroupBy | Clause::Having | Clause::OrderBy) {
            self.aliases(found);
        }
        for (depth, sources) in levels.iter().enumerate() {
            let rank = if depth == 0 { Rank::Near } else { Rank::Far };
            self.columns(found, sources, rank);
        }
        let is_without_tables = levels.iter().all(Vec::is_empty);
        if is_without_tables && clause != Clause::Start && !self.typed.is_empty() {
            self.columns_of_all_tables(found);
        }
        for source in levels.into_iter().flatten() {
            if let Some(name) = source.name {
                let insert = format!("{}.", quoted(&name));
                found.push(Candidate::new(Rank::Qualifier, name, "table").inserting(insert));
            }
        }
        self.functions(found, matches!(clause, Clause::Where | Clause::On | Clause::GroupBy));
        if clause == Clause::Select && self.previous_is("select") {
            self.words(found, &["DISTINCT"]);
        }
        if matches!(clause, Clause::GroupBy | Clause::OrderBy) && self.previous_is("by") {
            self.words(found, &["ALL"]);
        }
        if self.previous_is("not") {
            self.words(found, &["IN (", "LIKE", "ILIKE", "BETWEEN"]);
        }
        if self.case_is_open() {
            self.words(found, keywords::CASE);
        }
        if self.is_first_in_brackets() {
            self.words(found, &["SELECT", "DISTINCT"]);
        }
        self.words(found, keywords::OPERAND);
    }

    fn previous_is(&self, word: &str) -> bool {
        self.statement.cursor.checked_sub(1).is_some_and(|at| self.statement.is(at, word))
    }

    fn is_first_in_brackets(&self) -> bool {
        self.statement.cursor.checked_sub(1).is_some_and(|at| self.statement.symbol(at) == "(")
    }

    /// Columns of the tables of a query. A name that several have is offered with each.
    fn columns(&self, found: &mut Vec<Candidate<'k>>, sources: &[Source<'k>], rank: Rank) {
        let mut count: HashMap<&str, usize> = HashMap::new();
        for column in sources.iter().flat_map(|source| source.columns.iter()) {
            *count.entry(column.name.as_str()).or_default() += 1;
        }
        for source in sources {
            for column in source.columns.iter() {
                let is_shared = count.get(column.name.as_str()).is_some_and(|count| *count > 1);
                let offered = candidate(rank, column);
                found.push(match &source.name {
                    Some(table) if is_shared => {
                        offered.inserting(format!("{}.{}", quoted(table), quoted(&column.name)))
                    }
                    _ => offered,
                });
            }
        }
    }

    /// Where no table is named yet, columns of all of them.
    fn columns_of_all_tables(&self, found: &mut Vec<Candidate<'k>>) {
        let mut at: HashMap<&'k str, usize> = HashMap::new();
        for table in &self.knowledge.description.tables {
            for column in &table.columns {
                match at.get(column.name.as_str()).and_then(|at| found.get_mut(*at)) {
                    Some(known) => known.about.to_mut().extend([", ", table.name.as_str()]),
                    None => {
                        at.insert(&column.name, found.len());
                        let about = format!("{} in {}", column.data_type, table.name);
                        found.push(candidate(Rank::Far, &Column { about: Cow::Owned(about), ..described(column) }));
                    }
                }
            }
        }
    }

    /// The names that the SELECT list gives.
    fn aliases(&self, found: &mut Vec<Candidate<'k>>) {
        let query = self.statement.query_around(self.statement.group);
        let arm = self.statement.arm_at(query, self.statement.cursor);
        let own = self.scope.output(query, arm);
        found.extend(own.iter().filter(|column| column.about.is_empty()).map(|column| {
            let about = Column { about: Cow::Borrowed("of this SELECT"), ..column.clone() };
            candidate(Rank::Near, &about)
        }));
    }

    /// Columns for `USING (`: those that two tables have. For `EXCLUDE (`: all.
    fn bare_columns(&self, found: &mut Vec<Candidate<'k>>) {
        let sources = self.levels().into_iter().next().unwrap_or_default();
        let bracket = self.statement.bracket(self.statement.group);
        let is_using = bracket.and_then(|at| at.checked_sub(1)).is_some_and(|at| self.statement.is(at, "using"));
        let names = |source: &Source<'k>, name: &str| source.columns.iter().any(|column| column.name == name);
        for column in sources.iter().flat_map(|source| source.columns.iter()) {
            let count = sources.iter().filter(|source| names(source, &column.name)).count();
            if !is_using || count > 1 {
                found.push(candidate(Rank::Near, column));
            }
        }
    }

    fn functions(&self, found: &mut Vec<Candidate<'k>>, only_scalar: bool) {
        for function in &self.knowledge.description.functions {
            let fits = if only_scalar { function.kind == "scalar" } else { function.kind != "table" };
            if fits {
                found.push(call(function));
                if !self.typed.is_empty() {
                    found.extend(function.aliases.iter().map(|alias| {
                        let about = about(function);
                        Candidate::new(Rank::Function, alias.as_str(), about).inserting(format!("{alias}("))
                    }));
                }
            }
        }
    }

    fn after_operand(&self, found: &mut Vec<Candidate<'k>>, clause: Clause) {
        let in_brackets = !self.statement.is_query(self.statement.group);
        let previous = self.statement.cursor.checked_sub(1);
        if self.case_is_open() {
            self.words(found, keywords::CASE);
        }
        if !in_brackets {
            match clause {
                Clause::Select => self.words(found, &["FROM", "AS"]),
                Clause::OrderBy => self.words(found, keywords::SORT_KEY),
                Clause::GroupBy => self.words(found, &["HAVING", "ORDER BY", "LIMIT"]),
                Clause::Limit => self.words(found, &["OFFSET"]),
                _ => {}
            }
        }
        if clause != Clause::Limit {
            self.words(found, keywords::OPERATOR);
        }
        if previous.is_some_and(|at| self.statement.symbol(at) == ")")
            && matches!(clause, Clause::Select | Clause::OrderBy)
        {
            self.words(found, &["OVER (", "FILTER (WHERE"]);
        }
        if previous.is_some_and(|at| self.statement.symbol(at) == "*") && clause == Clause::Select {
            self.words(found, &["EXCLUDE (", "REPLACE ("]);
        }
        if in_brackets {
            self.words(found, &["ORDER BY"]);
            return;
        }
        match clause {
            Clause::On => self.words(found, &["JOIN", "LEFT JOIN", "WHERE", "GROUP BY", "ORDER BY", "LIMIT"]),
            Clause::Where => self.words(found, &["GROUP BY", "ORDER BY", "LIMIT", "HAVING"]),
            Clause::Having => self.words(found, &["ORDER BY", "LIMIT"]),
            Clause::Start => self.words(found, &["ORDER BY", "LIMIT"]),
            Clause::Select => self.words(found, &["WHERE", "ORDER BY", "LIMIT"]),
            _ => {}
        }
        self.words(found, keywords::COMBINE);
    }

    /// Whether a CASE before the cursor has no END yet.
    fn case_is_open(&self) -> bool {
        let own = &self.statement.groups[self.statement.group].own;
        let open = own.iter().take_while(|at| **at < self.statement.cursor).fold(0_usize, |open, at| {
            match (self.statement.is(*at, "case"), self.statement.is(*at, "end")) {
                (true, _) => open + 1,
                (_, true) => open.saturating_sub(1),
                _ => open,
            }
        });
        open > 0
    }
}

fn candidate<'k>(rank: Rank, column: &Column<'k>) -> Candidate<'k> {
    let insert = quoted(&column.name).into_owned();
    Candidate::new(rank, column.name.clone(), column.about.clone()).inserting(insert)
}

/// A function, as its call begins.
fn call(function: &FunctionDescription) -> Candidate<'_> {
    let name = function.name.as_str();
    let takes_nothing = function.syntax.trim_end().ends_with("()");
    let insert = if takes_nothing { format!("{name}()") } else { format!("{name}(") };
    let rank = if function.kind == "table" { Rank::Near } else { Rank::Function };
    Candidate::new(rank, name, about(function)).inserting(insert)
}

fn about(function: &FunctionDescription) -> Cow<'_, str> {
    match first_sentence(&function.description) {
        "" => Cow::Borrowed(function.syntax.as_str()),
        what => Cow::Owned(format!("{} - {what}", function.syntax)),
    }
}
