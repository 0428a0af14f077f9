//! The grammar of a report's file: what the header says, and the SQL of its sections.
//!
//! ```text
//! -- report: status_summary
//! -- title: Status summary
//! -- description: What it says, and the denominator of every rate;
//! --   continued on indented lines.
//! -- schedule: daily
//! -- parameters:
//! --   threshold decimal = 0.02 - What it does.
//!
//! -- define: contacts
//! -- title: One row per contact
//! SELECT ... FROM sends
//!
//! -- section: rates
//! -- title: Reception rates
//! -- chart: shares(rate, contacts)
//! -- columns:
//! --   rate - What it is.
//! --   contacts - What it is, and of what it is a share.
//! SELECT ... FROM contacts ORDER BY ...
//! ```

use std::collections::BTreeMap;

use super::blocks::{Block, Entry, blocks};
use super::chart::Chart;
use super::parameter::{ReportParameter, parameters};
use crate::error::{Error, Result};
use crate::session::{Statement, split};

/// A canned report.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its name in SQL, on the command line and in receipts.
    pub name: String,
    /// The file it stands in.
    pub place: String,
    /// Whether it comes with smsql.
    pub is_built_in: bool,
    /// What it is, in a few words.
    pub title: String,
    /// What it says, naming every denominator.
    pub description: String,
    /// Whether the nightly run makes it.
    pub is_daily: bool,
    /// Common parameters that it has no use for, and why.
    pub ignores: BTreeMap<String, String>,
    /// What may be asked of it: what is common to reports first, its own last.
    pub parameters: Vec<ReportParameter>,
    /// The views its sections read, each behind those it reads itself.
    pub definitions: Vec<Definition>,
    /// Its parts, in order.
    pub sections: Vec<Section>,
    /// The file's text.
    pub text: String,
}

/// A view that sections read by its name; the report's parameters are bound in it.
#[derive(Debug, Clone)]
pub struct Definition {
    /// Its name in SQL.
    pub name: String,
    /// What it is, in a few words.
    pub title: String,
    /// Its columns and what they mean, where the file says so.
    pub columns: Vec<(String, String)>,
    /// The parameters it brings along.
    pub(super) parameters: Vec<ReportParameter>,
    /// One SELECT.
    pub statement: Statement,
}

/// A part of a report: one query.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// What it shows, in a few words.
    pub title: String,
    /// More about it; may be empty.
    pub description: String,
    /// How it is drawn.
    pub chart: Option<Chart>,
    /// What each of its columns means, in their order: name and definition.
    pub columns: Vec<(String, String)>,
    /// One SELECT with a total order.
    pub statement: Statement,
}

impl Report {
    /// Reads a report's file; `place` names it in errors. Shared definitions are not in it yet.
    pub(super) fn parse(place: &str, text: &str) -> Result<Self> {
        let mut blocks = blocks(place, text)?.into_iter();
        let first = blocks.next().filter(|block| block.kind == "report");
        let first = first.ok_or_else(|| Error::invalid(place, "a file begins with `-- report: NAME`"))?;
        let header =
            Header::new(place, &first, &["title", "description", "schedule", "ignores", "parameters"], &["title"])?;
        if !first.sql.lines().all(|line| line.trim().is_empty() || line.starts_with("--")) {
            let at = format!("{place}:{}", first.sql_line);
            return Err(Error::invalid(at, "SQL belongs to a `-- section:` or a `-- define:`"));
        }
        let mut report = Self {
            name: first.name.to_owned(),
            place: place.to_owned(),
            is_built_in: false,
            title: header.paragraph("title"),
            description: header.paragraph("description"),
            is_daily: header.daily()?,
            ignores: header.ignores()?,
            parameters: header.parameters()?,
            definitions: Vec::new(),
            sections: Vec::new(),
            text: text.to_owned(),
        };
        if report.description.is_empty() {
            return Err(Error::invalid(place, "the header has no `-- description:`"));
        }
        for block in blocks {
            let at = || format!("{place}:{}", block.line);
            let known = report.sections.iter().map(|s| &s.name).chain(report.definitions.iter().map(|d| &d.name));
            if known.into_iter().any(|name| name == block.name) {
                return Err(Error::invalid(at(), format!("`{}` is there twice", block.name)));
            }
            match block.kind {
                "section" => report.sections.push(Section::read(place, &block)?),
                "define" => report.definitions.push(Definition::read(place, &block)?),
                _ => return Err(Error::invalid(at(), "a file holds one report")),
            }
        }
        match report.sections.is_empty() {
            true => Err(Error::invalid(place, "there is no `-- section:`")),
            false => Ok(report),
        }
    }

    /// The name that a file gives its report, as far as it can be read.
    pub fn name_in(text: &str) -> Option<&str> {
        text.lines().find_map(|line| line.strip_prefix("-- report:")).map(str::trim)
    }

    /// The section of this name.
    pub fn section(&self, name: &str) -> Result<&Section> {
        let found = self.sections.iter().find(|section| section.name == name);
        found.ok_or_else(|| Error::not_found("section", name, self.sections.iter().map(|s| s.name.as_str())))
    }
}

impl Section {
    fn read(place: &str, block: &Block<'_>) -> Result<Self> {
        let header = Header::new(place, block, &["title", "description", "chart", "columns"], &["title", "columns"])?;
        let columns = header.columns()?;
        let chart = match header.entry("chart") {
            Some(entry) => Some(Chart::parse(entry.value, &columns).map_err(|message| header.at(entry, &message))?),
            None => None,
        };
        Ok(Self {
            name: block.name.to_owned(),
            title: header.paragraph("title"),
            description: header.paragraph("description"),
            chart,
            columns,
            statement: statement(place, block)?,
        })
    }
}

impl Definition {
    pub(super) fn read(place: &str, block: &Block<'_>) -> Result<Self> {
        let header = Header::new(place, block, &["title", "parameters", "columns"], &["title"])?;
        Ok(Self {
            name: block.name.to_owned(),
            title: header.paragraph("title"),
            columns: header.columns()?,
            parameters: header.parameters()?,
            statement: statement(place, block)?,
        })
    }
}

/// The one statement of a block, each line where it stands in the file, so that errors point there.
fn statement(place: &str, block: &Block<'_>) -> Result<Statement> {
    let text = "\n".repeat(block.sql_line.saturating_sub(1)) + block.sql;
    let [statement] = split(place, &text)?.try_into().map_err(|statements: Vec<Statement>| {
        let message = format!("{} {} has {} statements, it must have one", block.kind, block.name, statements.len());
        Error::invalid(format!("{place}:{}", block.line), message)
    })?;
    Ok(statement)
}

/// The header of a block, each entry of it known.
struct Header<'b, 't> {
    place: &'b str,
    block: &'b Block<'t>,
}

impl<'b, 't> Header<'b, 't> {
    fn new(place: &'b str, block: &'b Block<'t>, known: &[&'static str], required: &[&str]) -> Result<Self> {
        let this = Self { place, block };
        for entry in &block.entries {
            if !known.contains(&entry.key) {
                let error = Error::not_found("header", entry.key, known.iter().copied());
                return Err(this.at(entry, &error.to_string()));
            }
        }
        match required.iter().find(|key| this.entry(key).is_none()) {
            Some(key) => {
                let message = format!("{} {} has no `-- {key}:`", block.kind, block.name);
                Err(Error::invalid(format!("{place}:{}", block.line), message))
            }
            None => Ok(this),
        }
    }

    fn at(&self, entry: &Entry<'_>, message: &str) -> Error {
        Error::invalid(format!("{}:{}", self.place, entry.line), message)
    }

    fn entry(&self, key: &str) -> Option<&'b Entry<'t>> {
        self.block.entries.iter().find(|entry| entry.key == key)
    }

    fn paragraph(&self, key: &str) -> String {
        self.entry(key).map_or(String::new(), Entry::paragraph)
    }

    fn parameters(&self) -> Result<Vec<ReportParameter>> {
        self.entry("parameters").map_or(Ok(Vec::new()), |entry| parameters(self.place, entry))
    }

    fn daily(&self) -> Result<bool> {
        match self.entry("schedule") {
            None => Ok(false),
            Some(entry) if entry.value == "daily" => Ok(true),
            Some(entry) => Err(self.at(entry, &format!("the schedule is `{}`, it can only be `daily`", entry.value))),
        }
    }

    /// `count, bots - why`
    fn ignores(&self) -> Result<BTreeMap<String, String>> {
        let Some(entry) = self.entry("ignores") else { return Ok(BTreeMap::new()) };
        let text = entry.paragraph();
        let (names, why) =
            text.split_once(" - ").ok_or_else(|| self.at(entry, &format!("`{text}` is not `name, name - why`")))?;
        Ok(names.split(',').map(|name| (name.trim().to_owned(), why.trim().to_owned())).collect())
    }

    fn columns(&self) -> Result<Vec<(String, String)>> {
        let items = self.entry("columns").into_iter().flat_map(|entry| &entry.items);
        let columns = items.map(|item| {
            let (name, definition) = item.text.split_once(" - ").ok_or_else(|| {
                let message = format!("`{}` is not `column - what it means`", item.text);
                Error::invalid(format!("{}:{}", self.place, item.line), message)
            })?;
            let definition = std::iter::once(definition).chain(item.more.iter().copied());
            Ok((name.trim().to_owned(), definition.collect::<Vec<_>>().join(" ")))
        });
        columns.collect()
    }
}
