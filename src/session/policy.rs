//! What SQL from people may do: read. An allow-list, so whatever a new DataFusion learns is refused until it is here.
//!
//! It looks twice. First at the statement, for an error that speaks of what was written; then at the plan, with every
//! subquery, view and explained statement in it, which is the promise.
//!
//! | statement                                     | as it is | with `--allow-write` |
//! |-----------------------------------------------|----------|----------------------|
//! | SELECT, VALUES, WITH, FROM ... (queries)       | yes      | yes |
//! | EXPLAIN, EXPLAIN ANALYZE of what is allowed    | yes      | yes |
//! | DESCRIBE, SHOW TABLES, COLUMNS, FUNCTIONS      | yes      | yes |
//! | COPY query TO 'local file'                    | no       | yes |
//! | CREATE EXTERNAL TABLE over local files         | no       | yes |
//! | CREATE TABLE, VIEW; DROP of these              | no       | yes, until the session ends; never in place of a built-in name |
//! | INSERT, UPDATE, DELETE, MERGE, TRUNCATE        | no       | no: only `land` adds events, and nothing changes them |
//! | SET, RESET                                    | no       | no: settings are flags |
//! | everything else                               | no       | no |

use std::collections::HashSet;

use datafusion::common::tree_node::{TreeNodeRecursion, TreeNodeVisitor};
use datafusion::common::{DataFusionError, Result as DfResult, TableReference, plan_err};
use datafusion::logical_expr::{DdlStatement, LogicalPlan};
use datafusion::sql::parser::Statement as DfStatement;
use datafusion::sql::sqlparser::ast::{ObjectType, Statement as SqlStatement};

use super::clauses::find_ignored;
use super::finding::Finding;
use super::script::Statement;
use crate::Result;

const ALLOWED: &str = "SQL here reads: SELECT, WITH, VALUES, EXPLAIN, DESCRIBE and SHOW are allowed";
const WITH_FLAG: &str = "--allow-write allows more";
const LAND: &str = "events come in with `smsql land FEED FILE...`, and nothing changes them afterwards";

/// What a session's SQL may do.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) allow_write: bool,
    /// Tables and views that no statement may replace or drop.
    pub(super) built_in: HashSet<String>,
}

impl Policy {
    /// Looks at a statement as it was written.
    pub(super) fn check_statement(&self, statement: &Statement, parsed: &DfStatement) -> Result<()> {
        let verdict = self.judge(parsed).map_err(|(what, help)| refused(statement, what, &help))?;
        match verdict.and_then(|sql| find_ignored(sql, self.allow_write)) {
            None => Ok(()),
            Some(ignored) => Err(Finding::new(format!("{} is not supported", ignored.clause))
                .at(statement.source.range(ignored.span))
                .help(ignored.instead)
                .of(statement)),
        }
    }

    /// The SQL in an allowed statement, or what it is and why not.
    fn judge<'s>(
        &self,
        parsed: &'s DfStatement,
    ) -> Result<Option<&'s SqlStatement>, (&'static str, Vec<&'static str>)> {
        let needs_flag = |what| if self.allow_write { Ok(None) } else { Err((what, vec![ALLOWED, WITH_FLAG])) };
        match parsed {
            DfStatement::Statement(sql) => self.judge_sql(sql).map(|()| Some(sql.as_ref())),
            DfStatement::Explain(explain) => self.judge(&explain.statement),
            DfStatement::CreateExternalTable(_) => {
                needs_flag("CREATE EXTERNAL TABLE reads files, which is not allowed")
            }
            DfStatement::CopyTo(_) => needs_flag("COPY writes files, which is not allowed"),
            DfStatement::Reset(_) => Err(("RESET changes settings, which is not allowed", vec![SETTINGS])),
        }
    }

    fn judge_sql(&self, sql: &SqlStatement) -> Result<(), (&'static str, Vec<&'static str>)> {
        let needs_flag = |what| if self.allow_write { Ok(()) } else { Err((what, vec![ALLOWED, WITH_FLAG])) };
        match sql {
            SqlStatement::Query(_)
            | SqlStatement::ExplainTable { .. }
            | SqlStatement::ShowTables { .. }
            | SqlStatement::ShowColumns { .. }
            | SqlStatement::ShowFunctions { .. }
            | SqlStatement::ShowVariable { .. } => Ok(()),
            SqlStatement::Explain { statement, .. } => self.judge_sql(statement),
            SqlStatement::CreateTable(_) => needs_flag("CREATE TABLE is not allowed"),
            SqlStatement::CreateView { .. } => needs_flag("CREATE VIEW is not allowed"),
            SqlStatement::Drop { object_type: ObjectType::Table | ObjectType::View, .. } => {
                needs_flag("DROP is not allowed")
            }
            SqlStatement::Insert(_) => Err(("INSERT changes data, which is not allowed", vec![LAND])),
            SqlStatement::Update { .. } => Err(("UPDATE changes data, which is not allowed", vec![LAND])),
            SqlStatement::Delete(_) => Err(("DELETE changes data, which is not allowed", vec![LAND])),
            SqlStatement::Merge { .. } => Err(("MERGE changes data, which is not allowed", vec![LAND])),
            SqlStatement::Truncate { .. } => Err(("TRUNCATE changes data, which is not allowed", vec![LAND])),
            SqlStatement::Set(_) => Err(("SET changes settings, which is not allowed", vec![SETTINGS])),
            SqlStatement::Copy { .. } => Err(("this form of COPY is not allowed", vec![ALLOWED, WITH_FLAG])),
            _ => Err(("this statement is not allowed", vec![ALLOWED])),
        }
    }

    /// Looks at everything a plan would do.
    pub(super) fn check_plan(&self, plan: &LogicalPlan) -> DfResult<()> {
        plan.visit_with_subqueries(&mut Visit { policy: self })?;
        Ok(())
    }

    fn check_ddl(&self, ddl: &DdlStatement) -> DfResult<()> {
        let name = match ddl {
            DdlStatement::CreateExternalTable(create) => &create.name,
            DdlStatement::CreateMemoryTable(create) => &create.name,
            DdlStatement::CreateView(create) => &create.name,
            DdlStatement::DropTable(drop) => &drop.name,
            DdlStatement::DropView(drop) => &drop.name,
            DdlStatement::CreateCatalogSchema(_)
            | DdlStatement::CreateCatalog(_)
            | DdlStatement::CreateIndex(_)
            | DdlStatement::DropCatalogSchema(_)
            | DdlStatement::CreateFunction(_)
            | DdlStatement::DropFunction(_) => return plan_err!("{} is not allowed: {ALLOWED}", ddl.name()),
        };
        if !self.allow_write {
            return plan_err!("{} is not allowed: {ALLOWED}", ddl.name());
        }
        if let DdlStatement::CreateExternalTable(create) = ddl {
            create.locations.iter().try_for_each(|location| check_location(location))?;
        }
        self.check_name(name)
    }

    fn check_name(&self, name: &TableReference) -> DfResult<()> {
        if self.built_in.contains(&name.table().to_lowercase()) {
            return plan_err!("`{}` is a built-in table: choose another name", name.table());
        }
        Ok(())
    }
}

const SETTINGS: &str = "settings are flags: --tz, --memory-limit, --threads; they hold for the whole session";

fn refused(statement: &Statement, what: &str, help: &[&str]) -> crate::Error {
    let first = statement.words().next().map(|token| statement.source.range(token.span));
    Finding::new(what).at(first).help(help.join("; ")).of(statement)
}

/// Only local files: the store's objects are known to the session too, and nothing but the store writes those.
fn check_location(location: &str) -> DfResult<()> {
    match location.split_once("://") {
        Some((scheme, _)) if scheme != "file" => plan_err!("`{location}` is not a local file"),
        _ => Ok(()),
    }
}

struct Visit<'p> {
    policy: &'p Policy,
}

impl<'n> TreeNodeVisitor<'n> for Visit<'_> {
    type Node = LogicalPlan;

    fn f_down(&mut self, node: &'n LogicalPlan) -> Result<TreeNodeRecursion, DataFusionError> {
        match node {
            LogicalPlan::Projection(_)
            | LogicalPlan::Filter(_)
            | LogicalPlan::Window(_)
            | LogicalPlan::Aggregate(_)
            | LogicalPlan::Sort(_)
            | LogicalPlan::Join(_)
            | LogicalPlan::Repartition(_)
            | LogicalPlan::Union(_)
            | LogicalPlan::TableScan(_)
            | LogicalPlan::EmptyRelation(_)
            | LogicalPlan::Subquery(_)
            | LogicalPlan::SubqueryAlias(_)
            | LogicalPlan::Limit(_)
            | LogicalPlan::Values(_)
            | LogicalPlan::Distinct(_)
            | LogicalPlan::Unnest(_)
            | LogicalPlan::RecursiveQuery(_)
            | LogicalPlan::DescribeTable(_) => {}
            // Their contents are inputs, visited next.
            LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) => {}
            LogicalPlan::Copy(copy) if self.policy.allow_write => check_location(&copy.output_url)?,
            LogicalPlan::Copy(_) => return plan_err!("COPY is not allowed: {ALLOWED}"),
            LogicalPlan::Ddl(ddl) => self.policy.check_ddl(ddl)?,
            LogicalPlan::Dml(dml) => return plan_err!("{} is not allowed: {LAND}", dml.op),
            LogicalPlan::Statement(statement) => return plan_err!("{} is not allowed: {ALLOWED}", statement.name()),
            LogicalPlan::Extension(extension) => {
                return plan_err!("{} is not allowed: {ALLOWED}", extension.node.name());
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }
}
