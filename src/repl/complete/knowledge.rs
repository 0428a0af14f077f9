//! What completion and highlighting know: names, not data. The shell brings it up to date; they only read it.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::path::{Entry, entries};
use crate::report::{Report, ReportParameter};
use crate::session::Description;

/// A `\command`, as its help and its completion have it.
#[derive(Debug, Clone, Copy)]
pub struct CommandDescription {
    /// Its name without the `\`.
    pub name: &'static str,
    /// Its other names.
    pub aliases: &'static [&'static str],
    /// How its arguments are written, such as `[NAME]`; empty where it takes none.
    pub arguments: &'static str,
    /// What can stand in the place of each argument; the last one repeats.
    pub completes: &'static [ArgumentKind],
    /// What it does, in a few words.
    pub summary: &'static str,
}

/// What stands in the place of an argument of a `\command`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentKind {
    /// A table or view.
    Table,
    /// A function.
    Function,
    /// A `\command`.
    Command,
    /// A report, and behind it the values of its parameters, `name=value`.
    Report,
    /// `name=value`: a parameter of the session.
    Parameter,
    /// A parameter of the session, by its name.
    ParameterName,
    /// The kind of a chart, or a column of the last result.
    Chart,
    /// A column of the last result.
    Column,
    /// A file.
    Path,
    /// The name of a format of results.
    Format,
    /// The same, or `full`.
    LastFormat,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A point in time: `now`, a version, an instant.
    AsOf,
    /// The rest of the line is SQL.
    Sql,
    /// Nothing that is known.
    Nothing,
}

/// `on`, `off` or `auto`, for settings of the display.
pub const ON_OFF_AUTO: ArgumentKind = ArgumentKind::Words(&["on", "off", "auto"]);
/// `on` or `off`.
pub const ON_OFF: ArgumentKind = ArgumentKind::Words(&["on", "off"]);

/// A report, as completion needs it.
#[derive(Debug, Clone)]
pub struct ReportDescription {
    /// Its name.
    pub name: String,
    /// What it is, in a few words.
    pub title: String,
    /// The names of its sections, in their order.
    pub sections: Vec<String>,
    /// What may be asked of it.
    pub parameters: Vec<ReportParameter>,
}

impl From<&Report> for ReportDescription {
    fn from(report: &Report) -> Self {
        Self {
            name: report.name.clone(),
            title: report.title.clone(),
            sections: report.sections.iter().map(|section| section.name.clone()).collect(),
            parameters: report.parameters.clone(),
        }
    }
}

/// The values of a parameter of a report that the data has: campaigns, lists.
pub type Values = dyn Fn(&str, &str) -> Vec<String> + Send + Sync;

/// Points in time to go to, newest first: what is written, and what happened then.
pub type Moments = dyn Fn() -> Vec<(String, String)> + Send + Sync;

/// What there is in one folder, for the completion of paths.
pub type Folder = dyn Fn(&Path) -> Vec<Entry> + Send + Sync;

/// What is known now.
#[derive(Clone)]
pub struct Knowledge {
    /// Tables and functions.
    pub description: Description,
    /// Reports, in the order they are listed.
    pub reports: Vec<ReportDescription>,
    /// The parameters of the session, as `\set` has them: name without `$`, and what is shown beside it.
    pub parameters: Vec<(String, String)>,
    /// The names of segments.
    pub segments: Vec<String>,
    /// The columns of the last result.
    pub columns: Vec<String>,
    /// Looks up points in time to go to.
    pub moments: Arc<Moments>,
    /// The `\commands`.
    pub commands: &'static [CommandDescription],
    /// Looks up the values of a report's parameter; asked only for parameters without a list of allowed values.
    pub values: Arc<Values>,
    /// Lists a folder; the current one where the path is empty.
    pub folder: Arc<Folder>,
}

impl Default for Knowledge {
    fn default() -> Self {
        Self {
            description: Description::default(),
            reports: Vec::new(),
            parameters: Vec::new(),
            segments: Vec::new(),
            columns: Vec::new(),
            moments: Arc::new(Vec::new),
            commands: &[],
            values: Arc::new(|_, _| Vec::new()),
            folder: Arc::new(entries),
        }
    }
}

impl std::fmt::Debug for Knowledge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Knowledge")
            .field("tables", &self.description.tables.len())
            .field("functions", &self.description.functions.len())
            .field("reports", &self.reports.len())
            .finish_non_exhaustive()
    }
}

impl Knowledge {
    /// The `\command` of this name or other name, without its `\`.
    pub fn command(&self, name: &str) -> Option<&'static CommandDescription> {
        self.commands.iter().find(|command| command.name == name || command.aliases.contains(&name))
    }

    /// The report of this name.
    pub fn report(&self, name: &str) -> Option<&ReportDescription> {
        self.reports.iter().find(|report| report.name == name)
    }
}

/// Knowledge that the shell replaces while the editor reads it.
pub type SharedKnowledge = Arc<RwLock<Knowledge>>;

/// Knowledge to read from; that of before, where whoever replaced it has failed.
pub(in crate::repl) fn read(knowledge: &SharedKnowledge) -> RwLockReadGuard<'_, Knowledge> {
    knowledge.read().unwrap_or_else(PoisonError::into_inner)
}
