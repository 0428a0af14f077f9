//! Functions, in the words of their own documentation.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::Documentation;

use super::super::{aggregates, functions};
use super::FunctionDescription;

/// Every function, in order of name.
pub(super) fn describe(state: &SessionState) -> Vec<FunctionDescription> {
    let mut all = Vec::new();
    add(&mut all, "scalar", state.scalar_functions(), |f| f.name(), |f| f.documentation());
    add(&mut all, "scalar", state.higher_order_functions(), |f| f.name(), |f| f.documentation());
    add(&mut all, "aggregate", state.aggregate_functions(), |f| f.name(), |f| f.documentation());
    add(&mut all, "window", state.window_functions(), |f| f.name(), |f| f.documentation());
    let known =
        |function: &&TableFunction| function.name == "unnest" || state.table_functions().contains_key(function.name);
    all.extend(TABLE_FUNCTIONS.iter().filter(known).map(TableFunction::describe));
    let undescribed = state.table_functions().keys().filter(|name| TABLE_FUNCTIONS.iter().all(|f| f.name != **name));
    all.extend(undescribed.map(|name| describe_one(name, "table", None)));
    all.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
    all
}

/// Adds the functions of a kind. A registry has each under its names; what it has under another's is that one's alias.
fn add<F>(
    all: &mut Vec<FunctionDescription>,
    kind: &'static str,
    registry: &HashMap<String, Arc<F>>,
    name_of: impl Fn(&F) -> &str,
    documentation_of: impl Fn(&F) -> Option<&Documentation>,
) {
    let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, function) in registry {
        let own = name_of(function);
        // A name that was given to another function since leads to that one.
        let leads_here = registry.get(own).is_some_and(|found| Arc::ptr_eq(found, function));
        let aliases = by_name.entry(if leads_here { own } else { key }).or_default();
        if leads_here && key != own {
            aliases.push(key);
        }
    }
    for (name, mut aliases) in by_name {
        let Some(function) = registry.get(name) else { continue };
        aliases.sort_unstable();
        let aliases = aliases.into_iter().map(str::to_owned).collect();
        all.push(FunctionDescription { aliases, ..describe_one(name, kind, documentation_of(function)) });
    }
}

fn describe_one(name: &str, kind: &'static str, documentation: Option<&Documentation>) -> FunctionDescription {
    let Some(documentation) = documentation else {
        let syntax = format!("{name}(...)");
        return FunctionDescription { name: name.to_owned(), kind, syntax, ..Default::default() };
    };
    let label = documentation.doc_section.label;
    FunctionDescription {
        name: name.to_owned(),
        kind,
        is_own: label == functions::SECTION || label == aggregates::SECTION.label,
        syntax: documentation.syntax_example.trim().to_owned(),
        other_syntax: documentation.alternative_syntax.clone().unwrap_or_default(),
        description: documentation.description.trim().to_owned(),
        arguments: documentation.arguments.clone().unwrap_or_default(),
        example: documentation.sql_example.as_ref().map(|example| example.trim().to_owned()),
        aliases: Vec::new(),
        related: documentation.related_udfs.clone().unwrap_or_default(),
    }
}

/// A function that stands in FROM. The engine has no place for the documentation of these.
struct TableFunction {
    name: &'static str,
    is_own: bool,
    syntax: &'static str,
    other_syntax: &'static [&'static str],
    description: &'static str,
    arguments: &'static [(&'static str, &'static str)],
    example: &'static str,
}

impl TableFunction {
    fn describe(&self) -> FunctionDescription {
        let text = |text: &&str| (*text).to_owned();
        FunctionDescription {
            name: self.name.to_owned(),
            kind: "table",
            is_own: self.is_own,
            syntax: self.syntax.to_owned(),
            other_syntax: self.other_syntax.iter().map(text).collect(),
            description: self.description.to_owned(),
            arguments: self.arguments.iter().map(|(name, words)| (text(name), text(words))).collect(),
            example: Some(self.example.to_owned()),
            ..Default::default()
        }
    }
}

const SERIES: &[(&str, &str)] = &[
    ("start", "The first value: a whole number, a date or a timestamp; 0 where only `stop` is given."),
    ("stop", "Where it ends."),
    ("step", "From one value to the next, an interval for dates and timestamps; 1 where it is left out."),
];

const TABLE_FUNCTIONS: &[TableFunction] = &[
    TableFunction {
        name: "generate_series",
        is_own: false,
        syntax: "generate_series(start, stop, step)",
        other_syntax: &["generate_series(stop)", "generate_series(start, stop)"],
        description: "A table of one column `value` with the values from `start` to `stop`, both included. The arguments \
                      are constants.",
        arguments: SERIES,
        example: "```sql\nSELECT value FROM generate_series(1, 3)\n```",
    },
    TableFunction {
        name: "range",
        is_own: false,
        syntax: "range(start, stop, step)",
        other_syntax: &["range(stop)", "range(start, stop)"],
        description: "A table of one column `value` with the values from `start` up to, and without, `stop`. The \
                      arguments are constants.",
        arguments: SERIES,
        example: "```sql\nSELECT value FROM range(3)\n```",
    },
    TableFunction {
        name: "segment",
        is_own: true,
        syntax: "segment(name)",
        other_syntax: &[],
        description: "The recipients of a segment, as a table: `FROM segment('vip')`; an error where there is none of \
                      this name.",
        arguments: &[("name", "The name of a segment: a text or a parameter.")],
        example: "```sql\nSELECT count(*) FROM segment('vip')\n```",
    },
    TableFunction {
        name: "unnest",
        is_own: false,
        syntax: "unnest(list)",
        other_syntax: &[],
        description: "The elements of a list, one row each. In FROM it is a table; in SELECT it repeats the other columns \
                      for every element.",
        arguments: &[("list", "A list, such as `list_ids`.")],
        example: "```sql\nSELECT message_id, unnest(list_ids) AS list_id FROM messages\n```",
    },
];
