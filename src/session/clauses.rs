//! Clauses that DataFusion reads and then drops without a word (apache/datafusion #24754): a query that has one would
//! answer another question than the one asked. Each is refused here, before planning.
//!
//! The patterns name every field, so a new version of the parser that knows more clauses does not compile until
//! somebody has decided about them.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Query, Select, SelectFlavor, Spanned, Statement as SqlStatement, TableFactor, TableVersion, Visit, Visitor,
};
use datafusion::sql::sqlparser::tokenizer::Span;

/// A clause that would be ignored: its name, where it stands, and what to write instead.
#[derive(Debug)]
pub(super) struct Ignored {
    pub(super) clause: &'static str,
    pub(super) span: Span,
    pub(super) instead: &'static str,
}

/// The first clause of a statement that planning would ignore.
pub(super) fn find_ignored(statement: &SqlStatement) -> Option<Ignored> {
    match statement.visit(&mut Clauses) {
        ControlFlow::Break(ignored) => Some(ignored),
        ControlFlow::Continue(()) => None,
    }
}

pub(super) const AS_OF_INSTEAD: &str =
    "a session reads one version of the store: name it with `smsql --as-of VERSION|TIME ...`";

struct Clauses;

fn refuse(present: bool, clause: &'static str, span: Span, instead: &'static str) -> ControlFlow<Ignored> {
    if present { ControlFlow::Break(Ignored { clause, span, instead }) } else { ControlFlow::Continue(()) }
}

impl Visitor for Clauses {
    type Break = Ignored;

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<Ignored> {
        match table {
            TableFactor::Table {
                name,
                alias: _,
                args: _,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                let at = name.span();
                match version {
                    None => {}
                    Some(
                        TableVersion::ForSystemTimeAsOf(_)
                        | TableVersion::TimestampAsOf(_)
                        | TableVersion::VersionAsOf(_)
                        | TableVersion::Function(_)
                        | TableVersion::Changes { .. },
                    ) => return refuse(true, "a version of one table", at, AS_OF_INSTEAD),
                }
                refuse(sample.is_some(), "TABLESAMPLE", at, SAMPLE_INSTEAD)?;
                refuse(!with_hints.is_empty(), "WITH (hints)", at, "leave it out")?;
                refuse(!index_hints.is_empty(), "an index hint", at, "leave it out: there are no indexes")?;
                refuse(!partitions.is_empty(), "PARTITION (...)", at, "filter with WHERE")?;
                refuse(json_path.is_some(), "a path behind a table", at, "select the field: column['field']")?;
                refuse(*with_ordinality, "WITH ORDINALITY", at, "use row_number() OVER (ORDER BY ...)")
            }
            TableFactor::Derived { lateral: _, subquery, alias: _, sample } => {
                refuse(sample.is_some(), "TABLESAMPLE", subquery.span(), SAMPLE_INSTEAD)
            }
            TableFactor::UNNEST { alias: _, array_exprs: _, with_offset, with_offset_alias: _, with_ordinality } => {
                let ordinal = *with_offset || *with_ordinality;
                refuse(ordinal, "WITH OFFSET or WITH ORDINALITY", table.span(), "use row_number() OVER ()")
            }
            TableFactor::Function { lateral: _, name, args: _, with_ordinality, alias: _ } => {
                refuse(*with_ordinality, "WITH ORDINALITY", name.span(), "use row_number() OVER (ORDER BY ...)")
            }
            // DataFusion plans the nested join and refuses the others by itself.
            TableFactor::NestedJoin { .. }
            | TableFactor::TableFunction { .. }
            | TableFactor::JsonTable { .. }
            | TableFactor::OpenJsonTable { .. }
            | TableFactor::Pivot { .. }
            | TableFactor::Unpivot { .. }
            | TableFactor::MatchRecognize { .. }
            | TableFactor::XmlTable { .. }
            | TableFactor::SemanticView { .. } => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Ignored> {
        let Query {
            with: _,
            body: _,
            order_by: _,
            limit_clause: _,
            fetch: _, // refused by DataFusion
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators: _,
        } = query;
        let at = query.span();
        refuse(!locks.is_empty(), "FOR UPDATE or FOR SHARE", at, "leave it out: nothing is locked, nothing changes")?;
        refuse(for_clause.is_some(), "FOR XML, JSON or BROWSE", at, "choose the output with --format")?;
        refuse(settings.is_some(), "SETTINGS", at, "settings are flags of the command line")?;
        refuse(format_clause.is_some(), "FORMAT", at, "choose the output with --format")
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Ignored> {
        let Select {
            select_token,
            optimizer_hints: _, // comments to every other reader
            distinct: _,
            select_modifiers,
            top: _, // refused by DataFusion, as are lateral_views, cluster_by, sort_by
            top_before_distinct: _,
            projection: _,
            exclude,
            into: _, // planned as CREATE TABLE, which the policy decides about
            from: _,
            lateral_views: _,
            prewhere,
            selection: _,
            connect_by,
            group_by: _,
            cluster_by: _,
            distribute_by: _,
            sort_by: _,
            having: _,
            named_window: _,
            qualify: _,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        let at = select_token.0.span;
        match flavor {
            SelectFlavor::Standard | SelectFlavor::FromFirst | SelectFlavor::FromFirstNoSelect => {}
        }
        refuse(select_modifiers.is_some(), "a modifier of SELECT", at, "leave it out")?;
        refuse(exclude.is_some(), "EXCLUDE behind the columns", at, "write SELECT * EXCLUDE (a, b)")?;
        refuse(prewhere.is_some(), "PREWHERE", at, "use WHERE")?;
        refuse(!connect_by.is_empty(), "CONNECT BY", at, "use WITH RECURSIVE")?;
        refuse(value_table_mode.is_some(), "SELECT AS VALUE or AS STRUCT", at, "use named_struct(...)")
    }
}

pub(super) const SAMPLE_INSTEAD: &str =
    "filter by a hash, which gives the same rows every time: WHERE message_key % 100 = 0";
