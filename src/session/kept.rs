//! Views that several statements read: which of them are computed once, and with which columns.
//!
//! A view is written out in every plan that reads it, so ten statements over the fold of all events fold them ten times.
//! Here all statements are known beforehand. They are planned and optimised, nothing is run, with the costly views as
//! tables of their own; that tells how often each is read, and of which columns. What is read more than once is computed
//! when it is first read, and kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::{LogicalPlan, TableScan};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::parameters::Parameters;
use super::run::{Answer, Course};
use super::script::Statement;
use super::table::{KeptDefinition, KeptTable, LogTable, Shelf, Uses};
use super::{Session, catalog, views};
use crate::{Error, Result};

/// How many reads make a view worth keeping.
const READS_MIN: usize = 2;

/// The views of a session whose rows are kept.
#[derive(Debug)]
pub(super) struct Kept {
    /// In the order of the views.
    tables: Vec<Arc<KeptTable>>,
    /// The same session without.
    plain: Session,
    /// Whether it has turned out that there is too little memory for both.
    given_up: AtomicBool,
}

/// How often statements read each kept table, and which columns.
#[derive(Debug, Default)]
struct Reads(BTreeMap<String, (usize, BTreeSet<usize>)>);

impl Reads {
    /// The reads of an optimised plan.
    fn of(plan: &LogicalPlan) -> datafusion::common::Result<Self> {
        let mut this = Self::default();
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node
                && let Some(name) = kept_name(scan)
            {
                let (reads, columns) = this.0.entry(name).or_default();
                *reads += 1;
                match &scan.projection {
                    Some(projection) => columns.extend(projection),
                    None => columns.extend(0..scan.source.schema().fields().len()),
                }
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(this)
    }

    fn add(&mut self, other: &Self) {
        for (name, (more, columns)) in &other.0 {
            let (reads, known) = self.0.entry(name.clone()).or_default();
            *reads += more;
            known.extend(columns);
        }
    }
}

impl Session {
    /// A session with views as [`Session::with_views`] makes it, in which the statements `readers` are going to be run.
    /// A view that they read more than once, and that reads more than the rows it has, is computed once.
    ///
    /// The rows are the same as without. Where those of a view do not fit in [`SessionOptions::kept_bytes_max`], it is
    /// computed whenever it is read.
    pub async fn with_views_for(
        &self,
        views: &[(&str, &Statement)],
        readers: &[&Statement],
        parameters: &Parameters,
    ) -> Result<Self> {
        let (this, views, parameters) = (self.clone(), super::owned(views), parameters.clone());
        let readers: Vec<Statement> = readers.iter().copied().cloned().collect();
        self.planning(async move {
            let readers: Vec<&Statement> = readers.iter().collect();
            this.layered_for(&super::borrowed(&views), &readers, &parameters).await
        })
        .await
    }

    async fn layered_for(
        &self,
        views: &[(&str, &Statement)],
        readers: &[&Statement],
        parameters: &Parameters,
    ) -> Result<Self> {
        let plain = self.layered(views, parameters).await?;
        if self.options.kept_bytes_max() == 0 || !may_repeat(views, readers) {
            return Ok(plain);
        }
        // What cannot be planned this way is planned the other way, and if that fails too, it says why.
        let kept = plain.keeping(self, views, readers, parameters).await;
        Ok(kept.ok().flatten().unwrap_or(plain))
    }

    /// What is kept of the views at the moment, in their order.
    pub async fn kept(&self) -> Vec<KeptDefinition> {
        let mut kept = Vec::new();
        for table in self.kept.iter().flat_map(|kept| &kept.tables) {
            kept.push(table.describe().await);
        }
        kept
    }

    /// This session over `below` with rows of views kept; `None` where nothing is worth it.
    async fn keeping(
        &self,
        below: &Self,
        views: &[(&str, &Statement)],
        readers: &[&Statement],
        parameters: &Parameters,
    ) -> Result<Option<Self>> {
        let mut read_once = BTreeSet::new();
        loop {
            let session = Self { context: catalog::layer(&below.context)?, ..self.clone() };
            let tables = session.register(views, parameters, &read_once).await?;
            if tables.is_empty() {
                return Ok(None);
            }
            let uses = session.uses(&tables, readers, parameters).await?;
            let few = uses.iter().zip(&tables).filter(|(uses, _)| uses.reads < READS_MIN);
            let few: Vec<String> = few.map(|(_, table)| table.name().to_owned()).collect();
            if few.is_empty() {
                tables.iter().zip(uses).for_each(|(table, uses)| table.announce(uses));
                return Ok(Some(Self {
                    kept: Some(Arc::new(Kept { tables, plain: self.clone(), given_up: AtomicBool::new(false) })),
                    ..session
                }));
            }
            // They are written out again in what reads them, and the others are counted anew.
            read_once.extend(few);
        }
    }

    /// Registers the views, those worth keeping as tables of their own, and gives these.
    async fn register(
        &self,
        views: &[(&str, &Statement)],
        parameters: &Parameters,
        but: &BTreeSet<String>,
    ) -> Result<Vec<Arc<KeptTable>>> {
        let shelf = Arc::new(Shelf::new(self.options.kept_bytes_max()));
        let mut tables = Vec::new();
        for (name, statement) in views {
            let (plan, _) = self.plan(statement, parameters).await?;
            let view = views::view(plan, statement.text(), self.options.time_zone)?;
            if but.contains(*name) || !is_costly(view.logical_plan())? {
                views::register_as(&self.context, name, Arc::new(view))?;
            } else {
                let table = Arc::new(KeptTable::new(name, view, &shelf));
                views::register_as(&self.context, name, Arc::clone(&table) as _)?;
                tables.push(table);
            }
        }
        Ok(tables)
    }

    /// How the tables are read by statements, and by each other.
    async fn uses(
        &self,
        tables: &[Arc<KeptTable>],
        readers: &[&Statement],
        parameters: &Parameters,
    ) -> Result<Vec<Uses>> {
        let state = self.context.state();
        let mut reads = Reads::default();
        for statement in readers {
            let (plan, _) = self.plan(statement, parameters).await?;
            tokio::task::yield_now().await;
            reads.add(&Reads::of(&state.optimize(&plan)?)?);
        }
        // The last one first: then whoever reads a table has been looked at before it.
        let mut uses = Vec::new();
        for table in tables.iter().rev() {
            tokio::task::yield_now().await;
            let (count, columns) = reads.0.remove(table.name()).unwrap_or_default();
            let columns: Vec<usize> = columns.into_iter().collect();
            let own = match count {
                0 => Reads::default(),
                _ => Reads::of(&state.optimize(&table.plan_of(&columns)?)?)?,
            };
            reads.add(&own);
            let inputs = tables.iter().filter_map(|input| Some((Arc::clone(input), own.0.get(input.name())?.0)));
            uses.push(Uses { reads: count, columns, inputs: inputs.collect() });
        }
        uses.reverse();
        Ok(uses)
    }
}

impl Kept {
    /// Starts a statement and waits for its first rows. Where kept rows leave too little memory, they are dropped and
    /// the statement is run without them.
    pub(super) async fn run(
        &self,
        session: &Session,
        statement: &Statement,
        parameters: &Parameters,
        mut course: Course,
    ) -> Result<Answer> {
        if self.given_up.load(Ordering::Relaxed) {
            return self.plain.start(statement, parameters, course).await;
        }
        for table in &self.tables {
            // A statement that was stopped may still hold it.
            course.deadline.race(table.forget_if_read()).await?;
        }
        let mut answer = session.start(statement, parameters, course).await?;
        match answer.begin().await {
            Err(Error::Limit { limit: "memory_limit", .. }) => {
                let course = answer.stop();
                self.given_up.store(true, Ordering::Relaxed);
                for table in &self.tables {
                    table.forget().await;
                }
                self.plain.start(statement, parameters, course).await
            }
            Err(error) => Err(error),
            Ok(()) => Ok(answer),
        }
    }
}

/// Whether statements may read a view more than once, as far as words tell: planning them to know it is not free.
fn may_repeat(views: &[(&str, &Statement)], readers: &[&Statement]) -> bool {
    let mentions = |statement: &Statement, name: &str| {
        let is_named = |token: &Token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(name));
        statement.words().filter(|word| is_named(&word.token)).count()
    };
    // What is named once in a WITH may be read more than once.
    let reads_by = |statement: &Statement, name| match mentions(statement, "with") {
        0 => mentions(statement, name),
        _ => mentions(statement, name) * READS_MIN,
    };
    let mut reads = BTreeMap::new();
    for (at, (name, _)) in views.iter().enumerate().rev() {
        let by_readers: usize = readers.iter().map(|reader| reads_by(reader, name)).sum();
        let by_views = views[at + 1..].iter().map(|(by, view)| reads_by(view, name) * reads.get(by).unwrap_or(&0));
        reads.insert(name, by_readers + by_views.sum::<usize>());
    }
    reads.values().any(|reads| *reads >= READS_MIN)
}

/// The name of the kept table that is scanned.
fn kept_name(scan: &TableScan) -> Option<String> {
    let provider = source_as_provider(&scan.source).ok()?;
    Some(provider.downcast_ref::<KeptTable>()?.name().to_owned())
}

/// Whether a view reads the store and gives other rows than it reads: a fold or a join. To read rows that are kept, and
/// to leave out some of them, costs no more than to read them where they were kept once more.
fn is_costly(plan: &LogicalPlan) -> datafusion::common::Result<bool> {
    let (mut reads_store, mut folds) = (false, false);
    plan.apply_with_subqueries(|node| {
        match node {
            LogicalPlan::TableScan(scan) => {
                reads_store |= source_as_provider(&scan.source).is_ok_and(|table| table.is::<LogTable>());
            }
            LogicalPlan::Aggregate(_) | LogicalPlan::Join(_) | LogicalPlan::Window(_) | LogicalPlan::Distinct(_) => {
                folds = true;
            }
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(reads_store && folds)
}
