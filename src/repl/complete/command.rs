//! Completion of `\commands` and their arguments.

use std::borrow::Cow;
use std::ops::Range;

use super::candidate::{Candidate, Rank, first_sentence};
use super::knowledge::{ArgumentKind, Knowledge, ReportDescription};
use super::path;
use crate::output::Format;
use crate::report::ReportParameter;

/// A word of a command's line. Single or double quotes hold blanks together; a quote without its other half goes on to
/// the end of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// Where it stands, in bytes, quotes included.
    pub range: Range<usize>,
    /// What it says, without quotes.
    pub value: String,
}

/// The words of a command's line, the command first.
pub fn arguments(line: &str) -> Vec<Argument> {
    let mut found: Vec<Argument> = Vec::new();
    let mut current: Option<Argument> = None;
    let mut quote = None;
    for (at, c) in line.char_indices() {
        if quote.is_none() && c.is_whitespace() {
            found.extend(current.take());
            continue;
        }
        let word = current.get_or_insert_with(|| Argument { range: at..at, value: String::new() });
        word.range.end = at + c.len_utf8();
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => word.value.push(c),
        }
    }
    found.extend(current);
    found
}

/// An argument as it has to be written: in quotes if blanks or quotes are in it. None, if it has both kinds of quotes.
pub fn quoted_argument(value: &str) -> Option<Cow<'_, str>> {
    let needs_quotes = value.is_empty() || value.contains(|c: char| c.is_whitespace() || matches!(c, '\'' | '"'));
    match (needs_quotes, value.contains('\''), value.contains('"')) {
        (false, ..) => Some(Cow::Borrowed(value)),
        (true, false, _) => Some(Cow::Owned(format!("'{value}'"))),
        (true, true, false) => Some(Cow::Owned(format!("\"{value}\""))),
        (true, true, true) => None,
    }
}

/// What could stand at the end of a command's line.
pub(super) enum Asked<'k> {
    /// These, in place of this part of the line; `typed` is what stands there, without quotes.
    Candidates { range: Range<usize>, typed: String, found: Vec<Candidate<'k>> },
    /// What SQL has there: it begins at this place of the line.
    Sql(usize),
}

/// What could stand at the end of `line`, which ends at the cursor and begins with `\`.
pub(super) fn asked<'k>(line: &str, knowledge: &'k Knowledge) -> Asked<'k> {
    let mut words = arguments(line);
    // The word the cursor is at the end of, or a new one behind a blank.
    let at_end = words.last().is_some_and(|word| word.range.end == line.len());
    let current = if at_end { words.pop() } else { None };
    let current = current.unwrap_or(Argument { range: line.len()..line.len(), value: String::new() });
    let Some(command) = words.first() else {
        let range = current.range.clone();
        return Asked::Candidates { range, typed: current.value, found: commands(knowledge, true) };
    };
    let nothing = |current: Argument| Asked::Candidates { range: current.range, typed: current.value, found: vec![] };
    let Some(command) = knowledge.command(command.value.trim_start_matches('\\')) else { return nothing(current) };
    let given = &words[1..];
    let kind = match (command.completes, given.len()) {
        ([ArgumentKind::Report, ..], 1..) => {
            let name = given[0].value.split('.').next().unwrap_or_default();
            let report = knowledge.report(name);
            return report
                .map_or_else(|| nothing(current.clone()), |report| parameters(report, given, &current, knowledge));
        }
        ([ArgumentKind::Report, ..], 0) if current.value.contains('.') => return sections(&current, knowledge),
        ([ArgumentKind::Sql, ..], _) => ArgumentKind::Sql,
        (kinds, position) => kinds.get(position).or(kinds.last()).copied().unwrap_or(ArgumentKind::Nothing),
    };
    if kind == ArgumentKind::Sql {
        return Asked::Sql(words.get(1).map_or(current.range.start, |first| first.range.start));
    }
    let found = of_kind(kind, &current.value, knowledge);
    Asked::Candidates { range: current.range, typed: current.value, found }
}

fn of_kind<'k>(kind: ArgumentKind, typed: &str, knowledge: &'k Knowledge) -> Vec<Candidate<'k>> {
    let near = |name: &'k str, about: &'k str| Candidate::new(Rank::Near, name, about);
    let description = &knowledge.description;
    match kind {
        ArgumentKind::Table => {
            let about = |table: &'k crate::session::TableDescription| match first_sentence(&table.description) {
                "" => table.kind,
                what => what,
            };
            let tables = description.tables.iter();
            tables.filter_map(|table| argument(&table.name, about(table))).collect()
        }
        ArgumentKind::Function => {
            let about = |syntax: &str, what: &str| match first_sentence(what) {
                "" => syntax.to_owned(),
                what => format!("{syntax} - {what}"),
            };
            let functions = description.functions.iter();
            functions.map(|f| Candidate::new(Rank::Near, f.name.as_str(), about(&f.syntax, &f.description))).collect()
        }
        ArgumentKind::Report => {
            let reports = knowledge.reports.iter();
            reports.map(|report| near(&report.name, &report.title).before_a_blank()).collect()
        }
        ArgumentKind::Command => commands(knowledge, typed.starts_with('\\')),
        ArgumentKind::Parameter => {
            knowledge.parameters.iter().map(|(name, about)| near(name, about).inserting(format!("{name}="))).collect()
        }
        ArgumentKind::ParameterName => knowledge.parameters.iter().map(|(name, about)| near(name, about)).collect(),
        ArgumentKind::Chart => {
            let kinds = [near("bars", "for names"), near("lines", "over times and numbers")];
            kinds.into_iter().chain(of_kind(ArgumentKind::Column, typed, knowledge)).collect()
        }
        ArgumentKind::Column => {
            knowledge.columns.iter().filter_map(|column| argument(column, "of the last result")).collect()
        }
        ArgumentKind::Path => {
            let found = path::candidates(typed, knowledge.folder.as_ref());
            found.into_iter().filter_map(quoted_path).collect()
        }
        ArgumentKind::Format => Format::ALL.iter().map(|format| near(format.name(), "")).collect(),
        ArgumentKind::LastFormat => {
            let full = near("full", "as it is shown, without limits");
            std::iter::once(full).chain(of_kind(ArgumentKind::Format, typed, knowledge)).collect()
        }
        ArgumentKind::Words(words) => words.iter().map(|word| near(word, "")).collect(),
        ArgumentKind::AsOf => {
            let moments = (knowledge.moments)().into_iter().filter_map(|(moment, about)| {
                let insert = quoted_argument(&moment)?.into_owned();
                Some(Candidate::new(Rank::Near, moment, about).inserting(insert))
            });
            std::iter::once(near("now", "what is known now")).chain(moments).collect()
        }
        ArgumentKind::Sql | ArgumentKind::Nothing => Vec::new(),
    }
}

/// A name in the place of an argument.
fn argument<'k>(name: &'k str, about: &'k str) -> Option<Candidate<'k>> {
    let insert = quoted_argument(name)?.into_owned();
    Some(Candidate::new(Rank::Near, name, about).inserting(insert))
}

/// A path with blanks is quoted; that of a folder stays open, so that it can go on.
fn quoted_path(candidate: Candidate<'static>) -> Option<Candidate<'static>> {
    let mut insert = quoted_argument(&candidate.name)?.into_owned();
    if candidate.name.ends_with('/') && insert.ends_with(['\'', '"']) {
        insert.pop();
    }
    Some(candidate.inserting(insert))
}

/// The commands, with their `\` or without.
fn commands(knowledge: &Knowledge, with_backslash: bool) -> Vec<Candidate<'_>> {
    let mut found = Vec::new();
    for command in knowledge.commands {
        for (at, name) in std::iter::once(&command.name).chain(command.aliases).enumerate() {
            let name = if with_backslash { format!("\\{name}") } else { (*name).to_owned() };
            let about = match command.arguments {
                "" => Cow::Borrowed(command.summary),
                arguments => Cow::Owned(format!("{arguments} - {}", command.summary)),
            };
            let rank = if at == 0 { Rank::Near } else { Rank::Far };
            let candidate = Candidate::new(rank, name, about);
            found.push(if command.arguments.is_empty() { candidate } else { candidate.before_a_blank() });
        }
    }
    found
}

/// The sections of the report before the `.`.
fn sections<'k>(current: &Argument, knowledge: &'k Knowledge) -> Asked<'k> {
    let (name, typed) = current.value.split_once('.').unwrap_or_default();
    let sections = knowledge.report(name).into_iter().flat_map(|report| &report.sections);
    let found = sections.map(|section| Candidate::new(Rank::Near, section.as_str(), "").before_a_blank());
    let start = (current.range.start + name.len() + 1).min(current.range.end);
    Asked::Candidates { range: start..current.range.end, typed: typed.to_owned(), found: found.collect() }
}

/// `name=value` for a report: parameters that are not given yet, or the values of the one that is typed.
fn parameters<'k>(
    report: &'k ReportDescription,
    given: &[Argument],
    current: &Argument,
    knowledge: &'k Knowledge,
) -> Asked<'k> {
    let Some((name, value)) = current.value.split_once('=') else {
        let is_given = |parameter: &&ReportParameter| {
            given.iter().any(|word| word.value.split_once('=').is_some_and(|(name, _)| name == parameter.name))
        };
        let free = report.parameters.iter().filter(|parameter| !is_given(parameter));
        let found = free
            .map(|parameter| {
                let about = declared(parameter);
                Candidate::new(Rank::Near, parameter.name.as_str(), about).inserting(format!("{}=", parameter.name))
            })
            .collect();
        return Asked::Candidates { range: current.range.clone(), typed: current.value.clone(), found };
    };
    let Some(parameter) = report.parameters.iter().find(|parameter| parameter.name == name) else {
        return Asked::Candidates { range: current.range.clone(), typed: current.value.clone(), found: Vec::new() };
    };
    let values = match (parameter.allowed.is_empty(), parameter.parameter_type.name()) {
        (false, _) => parameter.allowed.clone(),
        (true, "boolean") => vec!["true".to_owned(), "false".to_owned()],
        (true, _) => (knowledge.values)(&report.name, name),
    };
    let about = |value: &String| if parameter.default.as_ref() == Some(value) { "default" } else { "" };
    let found = values.into_iter().filter_map(|value| {
        let insert = quoted_argument(&value)?.into_owned();
        let about = about(&value);
        Some(Candidate::new(Rank::Near, value, about).inserting(insert).before_a_blank())
    });
    // What stands before the `=` stays; a quote before the name would not.
    let start = current.range.start + name.len() + 1;
    let range = start.min(current.range.end)..current.range.end;
    Asked::Candidates { range, typed: value.to_owned(), found: found.collect() }
}

/// What a parameter is: `text = exclude - What it does.`
fn declared(parameter: &ReportParameter) -> String {
    let default = parameter.default.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
    format!("{}{default} - {}", parameter.parameter_type.name(), first_sentence(&parameter.help))
}
