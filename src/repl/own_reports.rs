//! Reports of the user's own, beside the built-in ones: in the store's `reports` folder, or in a local one.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray};

use crate::report::{Catalogue, Report};
use crate::session::Session;
use crate::store::Store;
use crate::{Error, Result};

/// The report of this name: a built-in one, else one of the store or of a folder.
pub async fn find(name: &str, store: Option<&Store>, folder: Option<&Path>) -> Result<Report> {
    let built_in = Catalogue::new([])?;
    if let Ok(report) = built_in.get(name) {
        return Ok(report.clone());
    }
    Reports::with_own(built_in, store, folder).await?.get(name)
}

/// The reports there are, and what is wrong with files that are none: a draft must not stop the reports beside it.
pub struct Reports {
    /// Those that are right.
    pub catalogue: Catalogue,
    /// What is wrong with a file, and the name it gives its report.
    pub broken: Vec<(Option<String>, Error)>,
}

impl Reports {
    /// Those of the store and of a folder beside the built-in ones.
    pub async fn load(store: Option<&Store>, folder: Option<&Path>) -> Result<Self> {
        Self::with_own(Catalogue::new([])?, store, folder).await
    }

    async fn with_own(mut catalogue: Catalogue, store: Option<&Store>, folder: Option<&Path>) -> Result<Self> {
        let mut broken = Vec::new();
        for (place, text) in own_reports(store, folder).await? {
            if let Err(error) = catalogue.add_own(&place, &text) {
                broken.push((Report::name_in(&text).map(str::to_owned), error));
            }
        }
        Ok(Self { catalogue, broken })
    }

    /// What there is of those that are right: a row for each.
    pub fn batch(&self) -> Result<RecordBatch> {
        let catalogue = &self.catalogue;
        let text = |value: &dyn Fn(&Report) -> String| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(catalogue.reports().map(value)))
        };
        let sections = |report: &Report| report.sections.iter().map(|s| s.name.as_str()).collect::<Vec<_>>().join(", ");
        let daily = catalogue.reports().map(|report| Some(report.is_daily)).collect::<BooleanArray>();
        Ok(RecordBatch::try_from_iter([
            ("report", text(&|report| report.name.clone())),
            ("title", text(&|report| report.title.clone())),
            ("sections", text(&sections)),
            ("daily", Arc::new(daily) as ArrayRef),
            ("file", text(&|report| report.place.clone())),
        ])?)
    }

    /// Sorts out the reports of the user's own whose result could differ from run to run.
    pub async fn check(&mut self, session: &Session) {
        let mut refused = Vec::new();
        for report in self.catalogue.reports().filter(|report| !report.is_built_in) {
            if let Err(error) = report.check(session).await {
                refused.push((Some(report.name.clone()), error));
            }
        }
        for (name, error) in refused {
            self.catalogue.remove(name.as_deref().unwrap_or_default());
            self.broken.push((name, error));
        }
    }

    /// The report of this name, if its file is right, and the only one.
    pub fn get(mut self, name: &str) -> Result<Report> {
        if let Some(at) = self.broken.iter().position(|(broken, _)| broken.as_deref() == Some(name)) {
            return Err(self.broken.swap_remove(at).1);
        }
        let nameless = self.broken.into_iter().find(|(broken, _)| broken.is_none());
        match (self.catalogue.get(name), nameless) {
            (Ok(report), _) => Ok(report.clone()),
            (Err(_), Some((_, error))) => Err(error),
            (Err(error), None) => Err(error),
        }
    }
}

/// Reports of the user's own: where each is, and its text. Those of the store come first.
async fn own_reports(store: Option<&Store>, folder: Option<&Path>) -> Result<Vec<(String, String)>> {
    let mut own = Vec::new();
    if let Some(store) = store {
        for path in store.list("reports").await?.into_iter().filter(|path| path.ends_with(".sql")) {
            let text = store.read_text(&path).await?.unwrap_or_default();
            own.push((path, text));
        }
    }
    if let Some(folder) = folder {
        let failed = |error| Error::storage(format!("cannot read {}", folder.display()), error);
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            paths.push(entry.map_err(failed)?.path());
        }
        paths.sort();
        for path in paths.into_iter().filter(|path| path.extension().is_some_and(|suffix| suffix == "sql")) {
            let place = path.display().to_string();
            let bytes = std::fs::read(&path).map_err(|error| Error::storage(format!("cannot read {place}"), error))?;
            let text = String::from_utf8(bytes).map_err(|_| Error::invalid(&place, "not UTF-8 text"))?;
            own.push((place, text));
        }
    }
    Ok(own)
}
