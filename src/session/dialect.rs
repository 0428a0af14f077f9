//! The SQL that people write: DuckDB's, as far as DataFusion can plan it.

use std::any::TypeId;
use std::ops::ControlFlow;

use datafusion::error::DataFusionError;
use datafusion::sql::parser::{CopyToSource, DFParserBuilder, Statement as DfStatement};
use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Select, SelectFlavor, SelectItem, TableFactor, VisitMut, VisitorMut,
    WildcardAdditionalOptions,
};
use datafusion::sql::sqlparser::dialect::{Dialect, DuckDbDialect};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::limits::STATEMENT_NESTING_MAX;

/// DuckDB's dialect but for `f(a = b)`: that names an argument there, so `bool_or(kind = 'click')` would be no
/// comparison. Arguments are named with `:=` or `=>`.
#[derive(Debug)]
pub(super) struct SmsqlDialect;

/// Delegates to DuckDB's dialect what that changes of the default.
macro_rules! as_duckdb {
    ($($name:ident),* $(,)?) => {
        $(fn $name(&self) -> bool {
            DuckDbDialect.$name()
        })*
    };
}

impl Dialect for SmsqlDialect {
    /// The parser asks for this where it branches by dialect.
    fn dialect(&self) -> TypeId {
        TypeId::of::<DuckDbDialect>()
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        DuckDbDialect.is_identifier_start(ch)
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        DuckDbDialect.is_identifier_part(ch)
    }

    /// `1_000_000` is a number, not a 1 that is named `_000_000`.
    fn supports_numeric_literal_underscores(&self) -> bool {
        true
    }

    /// `IS [NOT] DISTINCT FROM`, whose right side the parser reads to the end: `a IS DISTINCT FROM b OR c` would be
    /// `a IS DISTINCT FROM (b OR c)`.
    fn parse_infix(&self, parser: &mut Parser<'_>, expr: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        let distinct = [Keyword::IS, Keyword::DISTINCT, Keyword::FROM];
        let not_distinct = [Keyword::IS, Keyword::NOT, Keyword::DISTINCT, Keyword::FROM];
        let is_distinct: fn(Box<Expr>, Box<Expr>) -> Expr = if parser.parse_keywords(&distinct) {
            Expr::IsDistinctFrom
        } else if parser.parse_keywords(&not_distinct) {
            Expr::IsNotDistinctFrom
        } else {
            return None;
        };
        let right = parser.parse_subexpr(precedence);
        Some(right.map(|right| is_distinct(Box::new(expr.clone()), Box::new(right))))
    }

    fn supports_named_fn_args_with_eq_operator(&self) -> bool {
        false
    }

    as_duckdb!(
        supports_trailing_commas,
        supports_filter_during_aggregation,
        supports_group_by_expr,
        supports_bitwise_shift_operators,
        supports_named_fn_args_with_assignment_operator,
        supports_dictionary_syntax,
        support_map_literal_syntax,
        supports_lambda_functions,
        allow_extract_single_quotes,
        supports_explain_with_utility_options,
        supports_array_typedef_with_brackets,
        supports_from_first_select,
        supports_order_by_all,
        supports_select_wildcard_exclude,
        supports_notnull_operator,
        supports_install,
        supports_detach,
        supports_load_extension,
        supports_select_wildcard_replace,
        supports_comma_separated_trim,
    );
}

/// The one statement that these tokens are.
pub(super) fn parse(mut tokens: Vec<TokenWithSpan>) -> Result<DfStatement, DataFusionError> {
    for token in &mut tokens {
        // The planner reads digits only.
        if let Token::Number(digits, _) = &mut token.token {
            digits.retain(|c| c != '_');
        }
    }
    let parser = DFParserBuilder::new(tokens).with_dialect(&SmsqlDialect).with_recursion_limit(STATEMENT_NESTING_MAX);
    let mut statements = parser.build()?.parse_statements()?;
    match (statements.pop_front(), statements.is_empty()) {
        (Some(mut statement), true) => {
            plan_as_written(&mut statement);
            Ok(statement)
        }
        _ => Err(DataFusionError::Internal("these tokens are not one statement".to_owned())),
    }
}

/// What the parser of this dialect reads otherwise than the planner expects it.
fn plan_as_written(statement: &mut DfStatement) {
    match statement {
        DfStatement::Statement(sql) => {
            let _ = VisitMut::visit(sql.as_mut(), &mut AsWritten);
        }
        DfStatement::Explain(explain) => plan_as_written(&mut explain.statement),
        DfStatement::CopyTo(copy) => {
            if let CopyToSource::Query(query) = &mut copy.source {
                let _ = VisitMut::visit(query.as_mut(), &mut AsWritten);
            }
        }
        DfStatement::CreateExternalTable(_) | DfStatement::Reset(_) => {}
    }
}

struct AsWritten;

impl VisitorMut for AsWritten {
    type Break = ();

    /// `FROM messages` selects everything; to the planner it would have no columns.
    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        if select.flavor == SelectFlavor::FromFirstNoSelect && select.projection.is_empty() {
            select.projection = vec![SelectItem::Wildcard(WildcardAdditionalOptions::default())];
        }
        ControlFlow::Continue(())
    }

    /// `FROM unnest(x)` is a table function to the parser, and a relation of its own to the planner.
    fn post_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<()> {
        let TableFactor::Table { name, alias, args: Some(args), with_ordinality, .. } = table else {
            return ControlFlow::Continue(());
        };
        let array_exprs: Option<Vec<Expr>> = args
            .args
            .iter()
            .map(|arg| match arg {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
                _ => None,
            })
            .collect();
        if let Some(array_exprs) = array_exprs.filter(|_| name.to_string().eq_ignore_ascii_case("unnest")) {
            *table = TableFactor::UNNEST {
                alias: alias.take(),
                array_exprs,
                with_offset: false,
                with_offset_alias: None,
                with_ordinality: *with_ordinality,
            };
        }
        ControlFlow::Continue(())
    }
}
