//! What the shell knows and does: one session at a time, the way results are shown, the last of them.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use chrono::SecondsFormat;
use futures::FutureExt;

use super::commands::{self, Flow};
use super::describing;
use super::documents::Documents;
use super::input::{Part, parts};
use super::last::{Last, Spool};
use super::lock::lock;
use super::pager::{Paged, Pager, Screen};
use super::results::{Results, Target};
use super::validate::command_of;
use super::{Config, Console, Settings};
use crate::clock::Stopwatch;
use crate::limits::{LAST_RESULT_BYTES_MAX, STATEMENT_BYTES_MAX};
use crate::output::{Expanded, Format, is_broken_pipe};
use crate::report::Report;
use crate::session::{Answer, Description, Parameter, Parameters, Profile, Session, Statement, interruptible, split};
use crate::store::{AsOf, Snapshot, Store};
use crate::{Error, Result};

/// What text is called that was typed.
pub(super) const TYPED: &str = "<shell>";

/// The state of a shell.
pub(super) struct Shell<'c> {
    pub(super) console: &'c dyn Console,
    /// What is in force, and where it was said.
    pub(super) config: Config,
    pub(super) store: Store,
    pub(super) snapshot: Snapshot,
    pub(super) session: Session,
    /// What `\set` has set, in that order.
    pub(super) parameters: Vec<Parameter>,
    /// The file that the next result goes to.
    pub(super) output: Option<PathBuf>,
    /// The statement that ran last, which `\watch`, `\plan` and `\e` take.
    pub(super) statement: Option<Statement>,
    /// Its result, if all of it was read.
    pub(super) last: Option<Last>,
    /// What gives its rows again where they are not kept.
    pub(super) again: Again,
    /// How many files are being read by `\i`, one inside the other.
    pub(super) depth: usize,
}

/// Where the rows of the last result come from, if they are not kept.
#[derive(Debug, Clone)]
pub(super) enum Again {
    /// Nothing has been run.
    Nothing,
    /// Nowhere: it failed, or was no statement.
    Lost,
    /// From this statement, which worked as long as somebody waited for it.
    Statement(Statement),
}

impl<'c> Shell<'c> {
    /// Opens the store.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is none.
    pub(super) async fn open(console: &'c dyn Console, config: Config) -> Result<Self> {
        let settings = &config.settings;
        let store = settings.open_store().await?;
        let snapshot = store.opened_at(&settings.as_of()?).await?;
        let session = Session::at(&snapshot, &settings.options()).await?;
        Ok(Self {
            console,
            config,
            store,
            snapshot,
            session,
            parameters: Vec::new(),
            output: None,
            statement: None,
            last: None,
            again: Again::Nothing,
            depth: 0,
        })
    }

    /// What is said first.
    pub(super) fn greeting(&self) -> String {
        format!(
            "smsql {}, {} {}\n\\? lists the commands, \\q leaves",
            env!("CARGO_PKG_VERSION"),
            self.settings().store,
            self.version()
        )
    }

    /// Which version is read, and from when it is.
    pub(super) fn version(&self) -> String {
        let committed_at = self.snapshot.committed_at().with_timezone(&self.settings().tz);
        let committed_at = committed_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let as_of = if self.settings().as_of.is_some() { "as of" } else { "at" };
        format!("{as_of} version {} of {committed_at}", self.snapshot.version())
    }

    /// Does what was typed, or stands in a file, part by part. The first part that fails ends it, and is told.
    pub(super) async fn input(&mut self, name: &str, text: &str) -> Flow {
        let done = match command_of(text) {
            Some(command) => commands::run(self, command).await,
            None => self.run_parts(name, text).await,
        };
        match done {
            Ok(flow) => flow,
            Err(error) => {
                self.tell(&error);
                Flow::Failed
            }
        }
    }

    /// The parts of a text, up to the first that fails or leaves the shell.
    pub(super) async fn run_parts(&mut self, name: &str, text: &str) -> Result<Flow> {
        if text.len() > STATEMENT_BYTES_MAX {
            let message = format!("{name} has {} bytes, at most {STATEMENT_BYTES_MAX} are read", text.len());
            return Err(Error::Limit { limit: "STATEMENT_BYTES_MAX", message });
        }
        // Who is heard by nobody else, between two statements, is heard here.
        let mut interrupted = std::pin::pin!(tokio::signal::ctrl_c());
        for part in parts(text) {
            if interrupted.as_mut().now_or_never().is_some() {
                return Err(Error::Cancelled);
            }
            let flow = match part {
                Part::Command(range) => {
                    let line = text[..range.start].matches('\n').count() + 1;
                    let done = Box::pin(commands::run(self, &text[range][1..])).await;
                    done.map_err(|error| in_file(error, name, line))?
                }
                Part::Statement { range, .. } => {
                    self.sql(name, &in_place(text, range)).await?;
                    Flow::Next
                }
            };
            if !matches!(flow, Flow::Next) {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    /// Tells an error. That a reader went away (a pager was left) is none.
    pub(super) fn tell(&self, error: &Error) {
        match error {
            Error::Cancelled => self.console.note("cancelled"),
            error if is_broken_pipe(error) => {}
            error => self.console.error(error),
        }
    }

    async fn sql(&mut self, name: &str, sql: &str) -> Result<()> {
        for statement in split(name, sql)? {
            self.refresh().await?;
            self.run(&statement).await?;
        }
        Ok(())
    }

    /// Runs a statement and shows what it gives.
    pub(super) async fn run(&mut self, statement: &Statement) -> Result<()> {
        self.statement = Some(statement.clone());
        let watch = Stopwatch::start();
        let parameters = self.parameters_of(statement)?;
        let session = self.session.clone();
        let shown = self.show(session.run(statement, &parameters)).await;
        let has_worked = shown.as_ref().map_or_else(|e| matches!(e, Error::Cancelled) || is_broken_pipe(e), |()| true);
        if has_worked {
            self.again = Again::Statement(statement.clone());
        }
        shown?;
        self.say_time(watch);
        Ok(())
    }

    /// Waits for an answer, shows its rows as they come, and keeps them.
    pub(super) async fn show(&mut self, answer: impl Future<Output = Result<Answer>>) -> Result<()> {
        (self.last, self.again) = (None, Again::Lost);
        let (target, paged) = (self.target(), self.paged()?);
        let mut results = Results::new(&paged, self.settings(), &target)?;
        let mut answer = results.wait(&self.session, answer).await?;
        let spool = Arc::new(Mutex::new(Some(Spool::new(answer.schema())?)));
        let inspected = Arc::clone(&spool);
        answer.inspect(move |batch| {
            if let Some(spool) = &mut *lock(&inspected) {
                spool.batch(batch);
            }
        });
        results.stream(&mut answer).await?;
        results.finish()?;
        paged.finish()?;
        self.written();
        self.last = lock(&spool).take().and_then(Spool::finish);
        Ok(())
    }

    /// The console with a pager before it, for one result.
    fn paged(&self) -> Result<Paged<'c>> {
        // Lines of JSON or CSV are as long as they are: only how many there are makes them hard to read.
        let width = |screen: Screen| if self.settings().format == Format::Table { screen.width } else { usize::MAX };
        let screen = Screen::now().map(|screen| Screen { width: width(screen), ..screen });
        Ok(Paged::new(self.console, self.settings().shell.pager, Pager::from_environment()?, screen))
    }

    /// Shows rows that are there already.
    pub(super) async fn show_batch(&mut self, batch: &RecordBatch) -> Result<()> {
        self.replay(&self.target(), &batch.schema(), std::iter::once(Ok(batch.clone()))).await
    }

    /// Writes rows that are there already.
    async fn replay(
        &mut self,
        target: &Target,
        schema: &SchemaRef,
        batches: impl Iterator<Item = Result<RecordBatch>>,
    ) -> Result<()> {
        let paged = self.paged()?;
        let mut results = Results::new(&paged, self.settings(), target)?;
        results.replay(schema, batches).await?;
        results.finish()?;
        paged.finish()?;
        self.written();
        Ok(())
    }

    /// Shows a list of the shell's own, whose last column is prose.
    pub(super) async fn show_list(&mut self, batch: &RecordBatch) -> Result<()> {
        if self.output.is_some() || self.settings().format != Format::Table {
            return self.show_batch(batch).await;
        }
        self.say(&describing::wrapped(batch, self.width()))
    }

    /// Shows text.
    pub(super) fn say(&self, text: &str) -> Result<()> {
        self.console.text(text)
    }

    /// How wide the screen is.
    pub(super) fn width(&self) -> Option<usize> {
        self.console.rendering(self.settings().tz).width
    }

    /// What there is to ask for.
    pub(super) async fn description(&mut self) -> Result<Description> {
        self.refresh().await?;
        Ok(self.session.describe().await)
    }

    /// Runs a report and shows all of it.
    pub(super) async fn show_report(&mut self, report: &Report, parameters: Parameters) -> Result<()> {
        let (target, paged) = (self.target(), self.paged()?);
        let mut documents = Documents::new(&paged, self.settings(), &target, &report.name)?;
        documents.write(report, &self.session, parameters, &self.snapshot).await?;
        documents.finish()?;
        paged.finish()?;
        self.written();
        Ok(())
    }

    /// Shows the last result again, in another format or without limits.
    pub(super) async fn show_last(&mut self, format: Option<Format>, whole: bool) -> Result<()> {
        let last = self.need_last().await?;
        let (schema, batches) = (last.schema().clone(), last.batches()?);
        let mut target = self.target();
        target.format = format.or(target.format);
        if whole {
            // A pager that scrolls sideways shows lines of any length; on the screen itself records do.
            let scrolls = self.paged()?.rendering(self.settings().tz).scrolls_sideways;
            target.expanded = Some(if scrolls { Expanded::Off } else { Expanded::On });
            target.whole = true;
        }
        self.replay(&target, &schema, batches).await
    }

    /// Has the rows of the last result, for which the last statement may have to be run again, without showing them.
    pub(super) async fn need_last(&mut self) -> Result<&Last> {
        if self.last.is_none() {
            let statement = match self.again.clone() {
                Again::Statement(statement) => statement,
                Again::Nothing => return Err(Error::Usage("there is no result yet".to_owned())),
                Again::Lost => {
                    let message = "there is no last result: it failed, was stopped, or was too large to keep";
                    return Err(Error::Usage(message.to_owned()));
                }
            };
            self.console.note("running the statement again: its rows were not kept");
            let parameters = self.parameters_of(&statement)?;
            let mut answer = self.session.run(&statement, &parameters).await?;
            let mut spool = Spool::new(answer.schema())?;
            while let Some(batch) = answer.next().await? {
                spool.batch(&batch);
            }
            self.last = spool.finish();
        }
        self.last.as_ref().ok_or_else(|| Error::Limit {
            limit: "LAST_RESULT_BYTES_MAX",
            message: format!("the result has more than {LAST_RESULT_BYTES_MAX} bytes; write it to a file with \\o"),
        })
    }

    /// Runs a statement for what it takes.
    pub(super) async fn profile(&self, statement: &Statement, parameters: &Parameters) -> Result<Profile> {
        let mut results = Results::new(self.console, self.settings(), &Target::default())?;
        results.wait(&self.session, self.session.profile(statement, parameters)).await
    }

    /// Where the next result goes.
    pub(super) fn target(&self) -> Target {
        match &self.output {
            Some(path) => Target { output: Some(path.clone()), ..Target::default() },
            None => Target {
                format: Some(self.settings().format),
                whole_with: Some("\\last full".to_owned()),
                ..Target::default()
            },
        }
    }

    /// A result has been written: the next one goes to the screen again.
    pub(super) fn written(&mut self) {
        if let Some(path) = self.output.take() {
            self.console.note(&format!("written to {}", path.display()));
        }
    }

    /// How long it took, if that is asked for.
    pub(super) fn say_time(&self, watch: Stopwatch) {
        if self.settings().shell.timing {
            self.console.note(&format!("{:.3} s", watch.elapsed().as_secs_f64()));
        }
    }

    /// The values for a statement: of all that are set, those that it names.
    pub(super) fn parameters_of(&self, statement: &Statement) -> Result<Parameters> {
        let named = |parameter: &&Parameter| statement.parameters().any(|name| name == parameter.written().0);
        let parameters = Parameters::new(self.parameters.iter().filter(named).cloned(), self.settings().tz)?;
        parameters.check(std::slice::from_ref(statement)).map_err(|error| match error {
            // Here it is not a flag that gives it.
            Error::Query(text) => Error::Query(text.replace("give it with -p ", "give it with \\set ")),
            error => error,
        })?;
        Ok(parameters)
    }

    /// Reads the newest version of the store, if that is what is asked for and there is a newer one.
    pub(super) async fn refresh(&mut self) -> Result<()> {
        if self.settings().as_of()? != AsOf::Latest {
            return Ok(());
        }
        let snapshot = interruptible(self.store.snapshot(&AsOf::Latest)).await?;
        if snapshot.version() != self.snapshot.version() {
            self.session = interruptible(Session::at(&snapshot, &self.settings().options())).await?;
            self.snapshot = snapshot;
            self.console.note(&format!("the store is {} now", self.version()));
        }
        Ok(())
    }

    /// Reads the store as it was, or is.
    pub(super) async fn travel(&mut self, as_of: Option<String>) -> Result<()> {
        let mut config = self.config.clone();
        config.settings.as_of = as_of;
        self.reopen(config).await
    }

    /// Goes by other settings from now on. Where the store cannot be opened with them, nothing changes.
    pub(super) async fn reopen(&mut self, config: Config) -> Result<()> {
        let settings = &config.settings;
        let store = match settings.store == self.settings().store {
            true => self.store.clone(),
            false => interruptible(settings.open_store()).await?,
        };
        let snapshot = interruptible(store.snapshot(&settings.as_of()?)).await?;
        self.session = interruptible(Session::at(&snapshot, &settings.options())).await?;
        (self.store, self.snapshot, self.config) = (store, snapshot, config);
        Ok(())
    }

    /// What is in force.
    pub(super) fn settings(&self) -> &Settings {
        &self.config.settings
    }
}

/// The error of a command with its place, if it stands in a file.
fn in_file(error: Error, name: &str, line: usize) -> Error {
    if name == TYPED {
        return error;
    }
    let place = format!("{name}:{line}");
    match error {
        Error::Usage(_) | Error::NotFound { .. } => Error::invalid(place, error),
        Error::Storage { context, source } => Error::Storage { context: format!("{place}: {context}"), source },
        error => error,
    }
}

/// A part of a text with blanks before it, so that it stands on the same line and in the same column.
fn in_place(text: &str, range: Range<usize>) -> String {
    let before = &text[..range.start];
    let line = before.rsplit('\n').next().unwrap_or_default();
    let mut part = "\n".repeat(before.matches('\n').count());
    part.extend(line.chars().map(|_| ' '));
    part.push_str(&text[range]);
    part
}

/// The store, the version and nothing of the data.
impl std::fmt::Debug for Shell<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shell").field("snapshot", &self.snapshot).finish_non_exhaustive()
    }
}
