//! The reports there are: those of `queries/reports`, and the user's own files, which are reports like any other.
//!
//! Loading a file reads its grammar, looks up which shared definitions (`queries/reports/shared`) its SQL reads, and
//! gathers the parameters of all of them. What is not right is refused here, with the line it stands on. Whether its
//! result can be reproduced takes a session to plan it: [`super::Report::check`].

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};

use super::blocks::blocks;
use super::parameter::ReportParameter;
use super::parse::{Definition, Report};
use crate::error::{Error, Result};
use crate::session::Statement;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/queries/reports");

/// The parameters that mean the same in every report, in the order help lists them.
pub const COMMON_PARAMETERS: [&str; 9] =
    ["from", "to", "campaign", "provider", "account", "list", "segment", "bots", "count"];

/// Reports by name.
#[derive(Debug, Clone)]
pub struct Catalogue {
    reports: BTreeMap<String, Report>,
    shared: Vec<Definition>,
}

impl Catalogue {
    /// The built-in reports, and files of the user's own: where each is from, and its text. A built-in name means the
    /// same everywhere, so no file may take it.
    pub fn new<'f>(own: impl IntoIterator<Item = (&'f str, &'f str)>) -> Result<Self> {
        let mut this = Self { reports: BTreeMap::new(), shared: Vec::new() };
        let built_in = |path: &str| {
            let folder = if path.is_empty() { Some(&BUILT_IN) } else { BUILT_IN.get_dir(path) };
            let mut files: Vec<_> = folder.into_iter().flat_map(Dir::files).collect();
            files.sort_by_key(|file| file.path());
            files.into_iter().map(|file| {
                let place = format!("queries/reports/{}", file.path().display());
                let text = file.contents_utf8().ok_or_else(|| Error::invalid(&place, "not UTF-8 text"))?;
                Ok::<_, Error>((place, text))
            })
        };
        for file in built_in("shared") {
            let (place, text) = file?;
            for block in blocks(&place, text)? {
                this.shared.push(Definition::read(&place, &block)?);
            }
        }
        for file in built_in("") {
            let (place, text) = file?;
            this.add(&place, text, true)?;
        }
        for (place, text) in own {
            this.add_own(place, text)?;
        }
        Ok(this)
    }

    /// Adds a file of the user's own: where it is from, and its text.
    pub fn add_own(&mut self, place: &str, text: &str) -> Result<()> {
        self.add(place, text, false)
    }

    /// Takes a report out.
    pub fn remove(&mut self, name: &str) {
        self.reports.remove(name);
    }

    /// All reports, by name.
    pub fn reports(&self) -> impl Iterator<Item = &Report> {
        self.reports.values()
    }

    /// The views every report may read.
    pub fn shared(&self) -> &[Definition] {
        &self.shared
    }

    /// The report of this name.
    pub fn get(&self, name: &str) -> Result<&Report> {
        self.reports.get(name).ok_or_else(|| Error::not_found("report", name, self.reports.keys().map(String::as_str)))
    }

    fn add(&mut self, place: &str, text: &str, is_built_in: bool) -> Result<()> {
        let mut report = Report { is_built_in, ..Report::parse(place, text)? };
        if let Some(other) = self.reports.get(&report.name) {
            let message =
                format!("there is a report `{}` already, in {}; give this one another name", report.name, other.place);
            return Err(Error::invalid(place, message));
        }
        self.resolve(&mut report)?;
        self.reports.insert(report.name.clone(), report);
        Ok(())
    }

    /// Gathers the definitions that a report reads, those read by others first, and the parameters of all.
    fn resolve(&self, report: &mut Report) -> Result<()> {
        let local = std::mem::take(&mut report.definitions);
        let mut found = Found { shared: &self.shared, local: &local, order: Vec::new(), open: Vec::new() };
        for section in &report.sections {
            found.read_by(&section.statement)?;
        }
        let definitions: Vec<Definition> = found.order.into_iter().cloned().collect();
        if let Some(unused) = local.iter().find(|own| !definitions.iter().any(|used| used.name == own.name)) {
            return Err(Error::invalid(&report.place, format!("no section reads the definition `{}`", unused.name)));
        }
        let declared = definitions.iter().flat_map(|d| &d.parameters).chain(&report.parameters);
        let mut parameters: Vec<ReportParameter> = Vec::new();
        for parameter in declared {
            match parameters.iter().find(|known| known.name == parameter.name) {
                None => parameters.push(parameter.clone()),
                // Two definitions may share a parameter; a report may not give a shared one another meaning.
                Some(known)
                    if known.parameter_type == parameter.parameter_type && known.default == parameter.default => {}
                Some(_) => {
                    let message = format!("the parameter `{}` is declared twice, not the same way", parameter.name);
                    return Err(Error::invalid(&report.place, message));
                }
            }
        }
        let rank = |name: &str| COMMON_PARAMETERS.iter().position(|common| *common == name).unwrap_or(usize::MAX);
        parameters.sort_by_key(|parameter| rank(&parameter.name));
        (report.parameters, report.definitions) = (parameters, definitions);
        report.check_parameters()
    }
}

/// The definitions found so far, on the way from sections to what they read.
struct Found<'d> {
    shared: &'d [Definition],
    local: &'d [Definition],
    order: Vec<&'d Definition>,
    /// Those whose own reads are being looked at: to meet one again is a circle.
    open: Vec<&'d str>,
}

impl Found<'_> {
    fn read_by(&mut self, statement: &Statement) -> Result<()> {
        for table in statement.tables()? {
            let named = |definition: &&Definition| definition.name == table;
            let Some(definition) = self.local.iter().chain(self.shared).find(named) else { continue };
            if self.order.iter().any(named) {
                continue;
            }
            if self.open.contains(&definition.name.as_str()) {
                return Err(Error::invalid(format!("definition `{table}`"), "it reads itself"));
            }
            self.open.push(&definition.name);
            self.read_by(&definition.statement)?;
            self.open.pop();
            self.order.push(definition);
        }
        Ok(())
    }
}
