//! The tables a query reads and the columns they have, also where they are queries themselves.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::candidate::first_sentence;
use super::keywords::is_reserved;
use super::statement::Statement;
use crate::limits::STATEMENT_NESTING_MAX;
use crate::session::{ColumnDescription, Description, TokenKind};

/// A column that can be named.
#[derive(Debug, Clone)]
pub(super) struct Column<'k> {
    pub(super) name: String,
    /// Its type and what it means, as far as that is known.
    pub(super) about: Cow<'k, str>,
}

/// A table of a FROM clause.
#[derive(Debug, Clone)]
pub(super) struct Source<'k> {
    /// The name that stands before its columns.
    pub(super) name: Option<String>,
    pub(super) columns: Rc<Vec<Column<'k>>>,
}

/// A query that WITH names.
#[derive(Debug, Clone)]
pub(super) struct Cte {
    pub(super) name: String,
    /// The names it gives its columns, if it does.
    columns: Option<Vec<String>>,
    body: usize,
}

/// Finds tables and columns of one statement.
pub(super) struct Scope<'s, 'k> {
    pub(super) statement: &'s Statement<'s>,
    pub(super) description: &'k Description,
    /// The columns of the queries that are known already.
    known: RefCell<HashMap<usize, Rc<Vec<Column<'k>>>>>,
    /// What WITH names in the groups that were asked for already.
    named: RefCell<HashMap<usize, Rc<[Cte]>>>,
    /// How many queries are being looked into, one in the other.
    depth: RefCell<usize>,
}

impl<'s, 'k> Scope<'s, 'k> {
    pub(super) fn new(statement: &'s Statement<'s>, description: &'k Description) -> Self {
        Self { statement, description, known: RefCell::default(), named: RefCell::default(), depth: RefCell::default() }
    }

    /// The queries that WITH names in a group.
    fn ctes(&self, group: usize) -> Rc<[Cte]> {
        let known = self.named.borrow().get(&group).cloned();
        known.unwrap_or_else(|| {
            let found: Rc<[Cte]> = self.find_ctes(group).into();
            self.named.borrow_mut().insert(group, Rc::clone(&found));
            found
        })
    }

    fn find_ctes(&self, group: usize) -> Vec<Cte> {
        let statement = self.statement;
        let own = &statement.groups[group].own;
        let mut ctes = Vec::new();
        // A statement may have EXPLAIN or CREATE VIEW before it.
        let with = if group == 0 { own.iter().position(|at| statement.is(*at, "with")) } else { Some(0) };
        let Some(mut position) = with.filter(|first| own.get(*first).is_some_and(|at| statement.is(*at, "with")))
        else {
            return ctes;
        };
        position += 1;
        let at = |position: usize| own.get(position).copied().unwrap_or(usize::MAX);
        if statement.is(at(position), "recursive") {
            position += 1;
        }
        while let Some(name) = statement.name(at(position)) {
            position += 1;
            let mut columns = None;
            if let Some(group) = statement.opened(at(position)) {
                columns = Some(self.names_in(group));
                position += 2;
            }
            while ["as", "not", "materialized"].iter().any(|word| statement.is(at(position), word)) {
                position += 1;
            }
            let Some(body) = statement.opened(at(position)) else { break };
            ctes.push(Cte { name, columns, body });
            position += 2;
            if statement.symbol(at(position)) != "," {
                break;
            }
            position += 1;
        }
        ctes
    }

    /// The names in brackets, such as those of columns.
    fn names_in(&self, group: usize) -> Vec<String> {
        self.statement.groups[group].own.iter().filter_map(|at| self.statement.name(*at)).collect()
    }

    /// The queries that WITH names before a place, the nearest first.
    pub(super) fn ctes_at(&self, group: usize, place: usize) -> Vec<Cte> {
        let mut found = Vec::new();
        self.any_cte(group, place, |cte| {
            found.push(cte.clone());
            false
        });
        found
    }

    /// The first query that WITH names before a place of which this holds, the nearest first.
    fn any_cte(&self, group: usize, place: usize, mut holds: impl FnMut(&Cte) -> bool) -> Option<Cte> {
        let mut group = Some(group);
        while let Some(current) = group {
            let ctes = self.ctes(current);
            let mut before = ctes.iter().rev().filter(|cte| self.statement.groups[cte.body].words.end < place);
            if let Some(found) = before.find(|cte| holds(cte)) {
                return Some(found.clone());
            }
            group = self.statement.groups[current].parent;
        }
        None
    }

    /// Whether a group is the body of a query that WITH names: it sees nothing of what is around it.
    pub(super) fn is_cte_body(&self, group: usize) -> bool {
        let parent = self.statement.groups[group].parent;
        parent.is_some_and(|parent| self.ctes(parent).iter().any(|cte| cte.body == group))
    }

    /// The columns of the table of this name, as it is seen from a place.
    pub(super) fn table(&self, name: &str, group: usize, place: usize) -> Option<Rc<Vec<Column<'k>>>> {
        if let Some(cte) = self.any_cte(group, place, |cte| cte.name == name) {
            let columns = self.columns_of(cte.body);
            return Some(match cte.columns {
                None => columns,
                Some(names) => renamed(&columns, names),
            });
        }
        let table = self.description.table(name)?;
        Some(Rc::new(table.columns.iter().map(described).collect()))
    }

    /// The tables that a part of a query reads, in order.
    pub(super) fn sources(&self, group: usize, arm: &[usize]) -> Vec<Source<'k>> {
        let statement = self.statement;
        let at = |position: usize| arm.get(position).copied().unwrap_or(usize::MAX);
        let mut sources = Vec::new();
        // Brackets around tables that are joined are a FROM clause of their own.
        let is_join = !statement.is_query(group);
        let (mut is_from, mut is_expected) = (is_join, is_join);
        let mut position = 0;
        while position < arm.len() {
            let here = at(position);
            position += 1;
            let word = statement.keyword(here);
            match word.as_str() {
                "from" | "join" if begins_table(statement, here) => (is_from, is_expected) = (true, true),
                "update" | "describe" | "into" => is_expected = true,
                "lateral" => {}
                "select" | "where" | "group" | "order" | "having" | "limit" | "qualify" | "window" => {
                    (is_from, is_expected) = (false, false);
                }
                _ if is_from && statement.symbol(here) == "," => is_expected = true,
                _ if is_expected && !is_reserved(&word) => {
                    is_expected = false;
                    position = self.source(group, arm, position - 1, &mut sources);
                }
                _ => {}
            }
        }
        sources
    }

    /// Reads the table at a position of a FROM clause; gives the position behind it.
    fn source(&self, group: usize, arm: &[usize], mut position: usize, sources: &mut Vec<Source<'k>>) -> usize {
        let statement = self.statement;
        let at = |position: usize| arm.get(position).copied().unwrap_or(usize::MAX);
        let first = at(position);
        position += 1;
        let mut name = None;
        let mut columns;
        if let Some(inner) = statement.opened(first) {
            position += 1;
            if statement.is_query(inner) {
                columns = self.columns_of(inner);
            } else {
                let inner_sources = self.deeper(|| self.sources(inner, &statement.groups[inner].own));
                sources.extend(inner_sources.unwrap_or_default());
                return position;
            }
        } else {
            let mut last = first;
            while statement.symbol(at(position)) == "." && statement.name(at(position + 1)).is_some() {
                last = at(position + 1);
                position += 2;
            }
            name = statement.name(last);
            let Some(table) = name.as_deref() else { return position };
            if statement.opened(at(position)).is_some() {
                position += 2;
                // `segment('x')` has the columns of the lists it is one of.
                let table = if table == "segment" { "segment_members" } else { table };
                columns = self.table(table, group, first).unwrap_or_default();
            } else {
                columns = self.table(table, group, first).unwrap_or_default();
            }
        }
        if statement.is(at(position), "as") {
            position += 1;
        }
        if !is_reserved(&statement.keyword(at(position)))
            && let Some(alias) = statement.name(at(position))
        {
            name = Some(alias);
            position += 1;
            if let Some(names) = statement.opened(at(position)) {
                columns = renamed(&columns, self.names_in(names));
                position += 2;
            }
        }
        sources.push(Source { name, columns });
        position
    }

    /// The columns that a query in brackets gives.
    fn columns_of(&self, query: usize) -> Rc<Vec<Column<'k>>> {
        if let Some(columns) = self.known.borrow().get(&query) {
            return Rc::clone(columns);
        }
        // A query that reads itself has, while it is looked into, no columns yet.
        self.known.borrow_mut().insert(query, Rc::default());
        let arm = self.statement.arms(query).first().copied().unwrap_or_default();
        let mut columns = self.deeper(|| self.output(query, arm)).unwrap_or_default();
        let mut seen = HashSet::new();
        columns.retain(|column| seen.insert(column.name.clone()));
        let columns = Rc::new(columns);
        self.known.borrow_mut().insert(query, Rc::clone(&columns));
        columns
    }

    /// Looks one level deeper, unless that is too deep.
    fn deeper<T>(&self, look: impl FnOnce() -> T) -> Option<T> {
        if *self.depth.borrow() >= STATEMENT_NESTING_MAX {
            return None;
        }
        *self.depth.borrow_mut() += 1;
        let seen = look();
        *self.depth.borrow_mut() -= 1;
        Some(seen)
    }

    /// The columns that a part of a query gives, in order.
    pub(super) fn output(&self, query: usize, arm: &[usize]) -> Vec<Column<'k>> {
        let statement = self.statement;
        if let [bracket, ..] = arm
            && let Some(inner) = statement.opened(*bracket)
        {
            return self.columns_of(inner).to_vec();
        }
        let sources = self.sources(query, arm);
        let all = || sources.iter().flat_map(|source| source.columns.iter().cloned());
        let Some(select) = arm.iter().position(|at| statement.is(*at, "select")) else {
            let is_values = arm.first().is_some_and(|at| statement.is(*at, "values"));
            return if is_values { self.values(arm) } else { all().collect() };
        };
        let list = &arm[select + 1..];
        let is_end = |at: &usize| {
            let word = statement.keyword(*at);
            matches!(word.as_str(), "where" | "group" | "order" | "having" | "limit" | "qualify" | "window" | "offset")
                || (word == "from" && begins_table(statement, *at))
        };
        let list = &list[..list.iter().position(is_end).unwrap_or(list.len())];
        let mut columns = Vec::new();
        for item in list.split(|at| statement.symbol(*at) == ",") {
            let item = match item {
                [first, rest @ ..] if statement.is(*first, "distinct") || statement.is(*first, "all") => rest,
                item => item,
            };
            self.item(item, &sources, &mut columns);
        }
        columns
    }

    /// The columns of one item of a SELECT list.
    fn item(&self, item: &[usize], sources: &[Source<'k>], columns: &mut Vec<Column<'k>>) {
        let statement = self.statement;
        let named = |qualifier: Option<String>, name: &str| {
            let of = sources.iter().filter(|source| qualifier.is_none() || source.name == qualifier);
            of.flat_map(|source| source.columns.iter()).find(|column| column.name == name).cloned()
        };
        let unknown = |name: String| Column { name, about: Cow::Borrowed("") };
        match item {
            [star, rest @ ..] if statement.symbol(*star) == "*" => {
                let left_out = match rest {
                    [word, bracket, ..] if statement.is(*word, "exclude") => {
                        statement.opened(*bracket).map(|group| self.names_in(group)).unwrap_or_default()
                    }
                    [word, name, ..] if statement.is(*word, "exclude") => statement.name(*name).into_iter().collect(),
                    _ => Vec::new(),
                };
                let all = sources.iter().flat_map(|source| source.columns.iter());
                columns.extend(all.filter(|column| !left_out.contains(&column.name)).cloned());
            }
            [table, dot, star] if statement.symbol(*dot) == "." && statement.symbol(*star) == "*" => {
                let table = statement.name(*table);
                let of = sources.iter().filter(|source| source.name == table);
                columns.extend(of.flat_map(|source| source.columns.iter().cloned()));
            }
            [name] => columns.extend(statement.name(*name).map(|n| named(None, &n).unwrap_or_else(|| unknown(n)))),
            [table, dot, name] if statement.symbol(*dot) == "." => {
                let found = statement.name(*name);
                columns.extend(found.map(|n| named(statement.name(*table), &n).unwrap_or_else(|| unknown(n))));
            }
            [.., before, last] => {
                let is_alias = statement.is(*before, "as")
                    || (ends_operand(statement, *before) && !is_reserved(&statement.keyword(*last)));
                columns.extend(statement.name(*last).filter(|_| is_alias).map(unknown));
            }
            [] => {}
        }
    }

    /// The columns of `VALUES (...), (...)`.
    fn values(&self, arm: &[usize]) -> Vec<Column<'k>> {
        let row = arm.get(1).and_then(|bracket| self.statement.opened(*bracket));
        let Some(row) = row else { return Vec::new() };
        let own = &self.statement.groups[row].own;
        let count = own.iter().filter(|at| self.statement.symbol(**at) == ",").count() + 1;
        (1..=count).map(|n| Column { name: format!("column{n}"), about: Cow::Borrowed("") }).collect()
    }
}

/// Whether FROM or JOIN is followed by a table: `IS DISTINCT FROM` is a comparison.
pub(super) fn begins_table(statement: &Statement<'_>, at: usize) -> bool {
    at == 0 || !statement.is(at, "from") || !statement.is(at - 1, "distinct")
}

/// Whether an operand can end with this word.
pub(super) fn ends_operand(statement: &Statement<'_>, at: usize) -> bool {
    match statement.kind(at) {
        Some(TokenKind::Symbol) => matches!(statement.symbol(at), ")" | "]" | "}"),
        Some(TokenKind::Word) => {
            let word = statement.keyword(at);
            !is_reserved(&word) || matches!(word.as_str(), "end" | "null" | "true" | "false")
        }
        Some(_) => true,
        None => false,
    }
}

/// A column of a table as it is offered.
pub(super) fn described(column: &ColumnDescription) -> Column<'_> {
    let meaning = first_sentence(&column.description);
    let about = match meaning {
        "" => Cow::Borrowed(column.data_type.as_str()),
        meaning => Cow::Owned(format!("{} - {meaning}", column.data_type)),
    };
    Column { name: column.name.clone(), about }
}

/// Columns under other names; those without one keep theirs.
fn renamed<'k>(columns: &[Column<'k>], names: Vec<String>) -> Rc<Vec<Column<'k>>> {
    let given = names.len();
    let about = |at: usize| columns.get(at).map_or(Cow::Borrowed(""), |column| column.about.clone());
    let mut all: Vec<Column<'k>> =
        names.into_iter().enumerate().map(|(at, name)| Column { name, about: about(at) }).collect();
    all.extend(columns.iter().skip(given).cloned());
    Rc::new(all)
}
