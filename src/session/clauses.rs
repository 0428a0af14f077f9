//! Clauses that DataFusion reads and then drops without a word (apache/datafusion #24754): a query that has one would
//! answer another question than the one asked. Each is refused here, before planning.
//!
//! The patterns name every field, so a new version of the parser that knows more clauses does not compile until
//! somebody has decided about them.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    JoinConstraint, JoinOperator, Query, Select, SelectFlavor, Spanned, Statement as SqlStatement, TableFactor,
    TableVersion, TableWithJoins, Visit, Visitor,
};
use datafusion::sql::sqlparser::tokenizer::Span;

/// A clause that would be ignored: its name, where it stands, and what to write instead.
#[derive(Debug)]
pub(super) struct Ignored {
    pub(super) clause: &'static str,
    pub(super) span: Span,
    pub(super) instead: &'static str,
}

/// The first clause of a statement that planning would ignore, or of which its error would not say where it is.
pub(super) fn find_ignored(statement: &SqlStatement, allow_write: bool) -> Option<Ignored> {
    match statement.visit(&mut Clauses { allow_write }) {
        ControlFlow::Break(ignored) => Some(ignored),
        ControlFlow::Continue(()) => None,
    }
}

pub(super) const AS_OF_INSTEAD: &str =
    "a session reads one version of the store: name it with `smsql --as-of VERSION|TIME ...`";

struct Clauses {
    allow_write: bool,
}

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
            TableFactor::NestedJoin { table_with_joins, alias: _ } => refuse_boundless_joins(table_with_joins),
            // DataFusion refuses these by itself.
            TableFactor::TableFunction { .. }
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
            top,
            top_before_distinct: _,
            projection: _,
            exclude,
            into,
            from,
            lateral_views: _, // refused by DataFusion
            prewhere,
            selection: _,
            connect_by,
            group_by: _,
            cluster_by,
            distribute_by,
            sort_by,
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
        refuse(top.is_some(), "TOP", at, "write LIMIT at the end of the query")?;
        // Planned as CREATE TABLE.
        refuse(into.is_some() && !self.allow_write, "SELECT ... INTO", at, INTO_INSTEAD)?;
        refuse(!cluster_by.is_empty(), "CLUSTER BY", at, ORDER_INSTEAD)?;
        refuse(!distribute_by.is_empty(), "DISTRIBUTE BY", at, ORDER_INSTEAD)?;
        refuse(!sort_by.is_empty(), "SORT BY", at, ORDER_INSTEAD)?;
        from.iter().try_for_each(refuse_boundless_joins)?;
        refuse(select_modifiers.is_some(), "a modifier of SELECT", at, "leave it out")?;
        refuse(exclude.is_some(), "EXCLUDE behind the columns", at, "write SELECT * EXCLUDE (a, b)")?;
        refuse(prewhere.is_some(), "PREWHERE", at, "use WHERE")?;
        refuse(!connect_by.is_empty(), "CONNECT BY", at, "use WITH RECURSIVE")?;
        refuse(value_table_mode.is_some(), "SELECT AS VALUE or AS STRUCT", at, "use named_struct(...)")
    }
}

/// Joins that do not say which rows belong together: each row would be joined to every row, without a word.
fn refuse_boundless_joins(tables: &TableWithJoins) -> ControlFlow<Ignored> {
    tables.joins.iter().try_for_each(|join| {
        let constraint = match &join.join_operator {
            JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)
            | JoinOperator::Right(constraint)
            | JoinOperator::RightOuter(constraint)
            | JoinOperator::FullOuter(constraint)
            | JoinOperator::Semi(constraint)
            | JoinOperator::LeftSemi(constraint)
            | JoinOperator::RightSemi(constraint)
            | JoinOperator::Anti(constraint)
            | JoinOperator::LeftAnti(constraint)
            | JoinOperator::RightAnti(constraint) => constraint,
            // A product by its name, and what DataFusion refuses by itself.
            JoinOperator::CrossJoin(_)
            | JoinOperator::CrossApply
            | JoinOperator::OuterApply
            | JoinOperator::AsOf { .. }
            | JoinOperator::StraightJoin(_)
            | JoinOperator::ArrayJoin
            | JoinOperator::LeftArrayJoin
            | JoinOperator::InnerArrayJoin => return ControlFlow::Continue(()),
        };
        let boundless = matches!(constraint, JoinConstraint::None);
        refuse(boundless, "JOIN without ON or USING", join.relation.span(), JOIN_INSTEAD)
    })
}

const JOIN_INSTEAD: &str = "say which rows belong together: ON a.message_key = b.message_key, or USING (message_key); CROSS JOIN pairs each with all";
const ORDER_INSTEAD: &str = "write ORDER BY at the end of the query";
const INTO_INSTEAD: &str = "SQL here reads; with --allow-write, CREATE TABLE name AS SELECT ... makes a table that lasts as long as the session";

pub(super) const SAMPLE_INSTEAD: &str =
    "filter by a hash, which gives the same rows every time: WHERE message_key % 100 = 0";
