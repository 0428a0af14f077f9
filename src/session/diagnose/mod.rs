//! From the engine's errors to errors that point into the statement.
//!
//! DataFusion says where an unknown name stands, but not where a wrong argument does, and the parser says it in prose.
//! What is missing is found by planning parts of the statement again (`probe.rs`), or in its tokens; where that would be
//! a guess, no place is shown: a wrong place is worse than none.

use std::ops::Range;

use datafusion::common::{Diagnostic, ParamValues, SchemaError};
use datafusion::error::DataFusionError;
use datafusion::prelude::SessionContext;
use datafusion::sql::sqlparser::tokenizer::{Location, Span as TokenSpan};

use super::catalog::Names;
use super::dialect;
use super::finding::Finding;
use super::script::Statement;
use crate::Error;
use crate::limits::DIAGNOSIS_EXPRESSIONS_MAX;

mod casts;
mod columns;
mod equivalents;
mod extent;
mod functions;
mod operators;
mod probe;
mod queries;
mod slips;
mod syntax;
mod tables;
mod tree;
mod types;
mod values;

use extent::Extents;
use probe::Probe;
use tree::Tree;
use types::in_sql;

/// What is wrong with a statement, where, and what it may have been meant to be.
pub(super) fn explain(statement: &Statement, error: &DataFusionError, names: &Names) -> Error {
    plain(statement, error, names).of(statement)
}

/// The same, where the statement can be planned again to find the place.
pub(super) async fn explain_planned(
    statement: &Statement,
    error: DataFusionError,
    names: &Names,
    context: &SessionContext,
    parameters: ParamValues,
) -> Error {
    let finding = match is_placed(&error) {
        true => None,
        // Futures of this size stay off the stack.
        false => Box::pin(located(statement, &error, names, context, parameters)).await,
    };
    finding.unwrap_or_else(|| plain(statement, &error, names)).of(statement)
}

/// Whether the engine says where it is.
fn is_placed(error: &DataFusionError) -> bool {
    let root = error.find_root();
    let message = root.message();
    match root {
        DataFusionError::SQL(..) => true,
        DataFusionError::SchemaError(schema, _) => {
            matches!(**schema, SchemaError::FieldNotFound { .. } | SchemaError::AmbiguousReference { .. })
        }
        _ => ["' not found", "Invalid function '", "must appear in the GROUP BY"].iter().any(|m| message.contains(m)),
    }
}

async fn located(
    statement: &Statement,
    error: &DataFusionError,
    names: &Names,
    context: &SessionContext,
    parameters: ParamValues,
) -> Option<Finding> {
    let tree = Tree::of(dialect::parse(statement.tokens.clone()).ok()?, DIAGNOSIS_EXPRESSIONS_MAX)?;
    let extents = Extents::new(statement);
    let message = error.find_root().message().into_owned();
    if let Some(finding) = queries::written(statement, &extents, &tree, &message) {
        return Some(finding);
    }
    if tree.nodes.is_empty() {
        return None;
    }
    let probe = Probe::new(context, parameters, &tree, error).await?;
    let error = DataFusionError::Plan(message);
    let found = probe.find(tree, error).await;
    if probe.is_exhausted() {
        return None;
    }
    if is_placed(&found.error) {
        return Some(plain(statement, &found.error, names));
    }
    let message = found.error.find_root().message().into_owned();
    if values::is_about(&message) {
        return values::located(statement, &extents, &found, &message);
    }
    if let Some(finding) = queries::located(&extents, &probe, &found, &message).await {
        return Some(finding);
    }
    let expr = found.tree.expr(found.node)?;
    let (failing, argument) = probe.failing(&found).await;
    if let Some(finding) = operators::mismatch(&extents, &probe, &found, failing).await {
        return Some(finding);
    }
    let wrong_call = functions::wrong_call(&extents, &probe, &found, failing, argument).await;
    // What was refused for lack of time says nothing about the call.
    if let Some(finding) = wrong_call.filter(|_| !probe.is_exhausted()) {
        return Some(finding);
    }
    Some(Finding::new(sentence(&message)).at(extents.of(expr)?))
}

/// The engine's words, without what they say of its inside.
fn sentence(message: &str) -> String {
    let message = message.split("\nThis issue was likely caused by a bug").next().unwrap_or(message);
    let first = message.lines().next().unwrap_or(message);
    let first = first.split(". No function matches").next().unwrap_or(first);
    let first = first.split(", errors: ").next().unwrap_or(first);
    in_sql(first)
}

fn byte_range(statement: &Statement, span: datafusion::common::Span) -> Range<usize> {
    let location = |l: datafusion::common::Location| Location { line: l.line, column: l.column };
    statement.source.range(TokenSpan::new(location(span.start), location(span.end)))
}

/// What the error says by itself.
fn plain(statement: &Statement, error: &DataFusionError, names: &Names) -> Finding {
    let root = error.find_root();
    let diagnostic = error.diagnostic();
    let span = diagnostic.and_then(|d| d.span).map(|span| byte_range(statement, span));
    match root {
        DataFusionError::SQL(parser, _) => syntax::explain(statement, parser),
        DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
            SchemaError::FieldNotFound { field, valid_fields } => {
                columns::unknown(statement, span, field, valid_fields, names)
            }
            SchemaError::AmbiguousReference { field } => columns::ambiguous(statement, span, field, diagnostic),
            _ => Finding::new(sentence(&root.message())).at(span).help("give one of them another name with AS"),
        },
        _ => planning(statement, span, &root.message(), diagnostic, names),
    }
}

/// Errors that DataFusion tells in a sentence.
fn planning(
    statement: &Statement,
    span: Option<Range<usize>>,
    message: &str,
    diagnostic: Option<&Diagnostic>,
    names: &Names,
) -> Finding {
    if let Some(name) = between(message, "table function '", "' not found") {
        return functions::unknown(statement, span, name, names);
    }
    if let Some(name) = between(message, "table '", "' not found") {
        return tables::unknown(statement, span, name, names);
    }
    if let Some(name) = between(message, "Invalid function '", "'") {
        return functions::unknown(statement, span, name, names);
    }
    if let Some(column) = between(message, "column \"", "\" must appear in the GROUP BY") {
        let column = column.rsplit('.').next().unwrap_or(column);
        return Finding::new(format!("column `{column}` is neither grouped nor aggregated"))
            .at(span)
            .help(format!("add it to GROUP BY, or say which of its values is meant: max({column})"));
    }
    if let Some(name) = between(message, "expression names but the expression \"", "\"") {
        let name = in_sql(name);
        return Finding::new(format!("two columns are named `{name}`")).help("give one of them another name with AS");
    }
    if values::is_about(message) {
        return values::unlocated(statement, message);
    }
    let Some(diagnostic) = diagnostic else { return Finding::new(sentence(message)).at(span) };
    let finding = Finding::new(sentence(&diagnostic.message)).at(span);
    match diagnostic.helps.first() {
        Some(help) => finding.help(in_sql(&help.message)),
        None => finding,
    }
}

/// The text between two markers.
fn between<'m>(message: &'m str, before: &str, after: &str) -> Option<&'m str> {
    let start = message.find(before)? + before.len();
    let length = message[start..].find(after)?;
    Some(&message[start..start + length])
}
