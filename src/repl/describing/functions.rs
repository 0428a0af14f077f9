//! `\df` and `\h NAME`.

use std::collections::BTreeSet;
use std::fmt::Write;

use arrow::array::RecordBatch;
use unicode_width::UnicodeWidthStr;

use super::markdown::{Block, blocks, first_sentence, plain};
use super::names::select;
use super::wrap::wrap;
use crate::output::sanitize::sanitize;
use crate::session::{Description, FunctionDescription};
use crate::{Error, Result};

/// Before every line below a title.
const INDENT: &str = "  ";
/// A longer name of an argument has its description below it.
const ARGUMENT_WIDTH_MAX: usize = 24;

/// `\df [PATTERN]`: the functions with how they are called and the first sentence on each; smsql's own first. A pattern
/// is about names, other names included.
///
/// # Errors
/// [`Error::NotFound`] where a pattern fits none, with the names that are near.
pub fn functions(description: &Description, pattern: Option<&str>) -> Result<RecordBatch> {
    let named: Vec<(Vec<String>, &FunctionDescription)> = description
        .functions
        .iter()
        .map(|function| (function.aliases.iter().chain([&function.name]).cloned().collect(), function))
        .collect();
    let mut found = select(&named, "function", pattern, |(names, _)| names)?;
    found.sort_by_key(|(_, function)| !function.is_own);
    let of = |what: &dyn Fn(&FunctionDescription) -> String| found.iter().map(|(_, f)| what(f)).collect();
    super::batch(&[
        ("function", of(&|function| function.name.clone())),
        ("kind", of(&|function| function.kind.to_owned())),
        ("from", of(&|function| if function.is_own { "smsql" } else { "engine" }.to_owned())),
        ("description", of(&|function| first_sentence(&function.description))),
    ])
}

/// `\h NAME`: everything about the functions of this name, for a terminal of this width.
///
/// # Errors
/// [`Error::NotFound`] with the names that are near.
pub fn help(description: &Description, name: &str, width: usize) -> Result<String> {
    // People may write the call they think of: `\h percent(`.
    let name = name.split('(').next().unwrap_or(name).trim().to_lowercase();
    let texts: Vec<String> = description.functions_named(&name).map(|f| function(f, width)).collect();
    if texts.is_empty() {
        // A name of two kinds is one name.
        let names: BTreeSet<&String> =
            description.functions.iter().flat_map(|f| f.aliases.iter().chain([&f.name])).collect();
        return Err(Error::not_found("function", &name, names.into_iter().map(String::as_str)));
    }
    Ok(texts.join("\n"))
}

/// Everything about a function, for a terminal of this width.
pub fn function(function: &FunctionDescription, width: usize) -> String {
    let mut text = String::new();
    for syntax in std::iter::once(&function.syntax).chain(&function.other_syntax) {
        for line in plain_lines(syntax) {
            text.extend([line.as_str(), "\n"]);
        }
    }
    let of = if function.is_own { " of smsql" } else { "" };
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{INDENT}{} function{of}", function.kind);
    if !function.description.is_empty() {
        text.push('\n');
        prose(&mut text, &function.description, INDENT, width);
    }
    if !function.arguments.is_empty() {
        text.push_str("\nArguments\n");
        arguments(&mut text, &function.arguments, width);
    }
    if let Some(example) = &function.example {
        text.push_str("\nExample\n");
        prose(&mut text, example, INDENT, width);
    }
    for (title, names) in [("Other names", &function.aliases), ("See also", &function.related)] {
        if !names.is_empty() {
            text.push('\n');
            prose(&mut text, &format!("{title}: {}", names.join(", ")), "", width);
        }
    }
    text
}

/// The lines of a syntax, which may be fenced as code.
fn plain_lines(syntax: &str) -> Vec<String> {
    let lines = syntax.lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with("```"));
    lines.map(|line| sanitize(&plain(line)).into_owned()).collect()
}

/// Appends a text, wrapped and indented; code stays as it is.
fn prose(text: &mut String, markdown: &str, indent: &str, width: usize) {
    for block in blocks(markdown) {
        match block {
            Block::Gap => text.push('\n'),
            Block::Line(line) => {
                let line = sanitize(&line).into_owned();
                text.extend([if line.is_empty() { "" } else { indent }, &line, "\n"]);
            }
            Block::Words { mark, text: words } => {
                let room = width.saturating_sub(indent.len() + mark.len());
                for (at, line) in wrap(&sanitize(&words), room).iter().enumerate() {
                    let mark = if at == 0 { mark } else { &"    "[..mark.len()] };
                    text.extend([indent, mark, line, "\n"]);
                }
            }
        }
    }
}

fn arguments(text: &mut String, arguments: &[(String, String)], width: usize) {
    let arguments: Vec<(String, &String)> =
        arguments.iter().map(|(name, words)| (sanitize(&plain(name)).into_owned(), words)).collect();
    let widths = arguments.iter().map(|(name, _)| name.width());
    let longest = widths.filter(|width| *width <= ARGUMENT_WIDTH_MAX).max().unwrap_or(0);
    let column = " ".repeat(INDENT.len() + longest + 2);
    for (name, words) in &arguments {
        let mut described = String::new();
        prose(&mut described, words, &column, width);
        if name.width() <= longest {
            // The name stands in the margin of the first line.
            match described.strip_prefix(&column) {
                Some(first) => {
                    let padding = " ".repeat(longest + 2 - name.width());
                    text.extend([INDENT, name, &padding, first]);
                }
                None => text.extend([INDENT, name, "\n"]),
            }
        } else {
            text.extend([INDENT, name, "\n", &described]);
        }
    }
}
