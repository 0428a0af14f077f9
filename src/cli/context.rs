//! From flags to stores and sessions.

use std::path::Path;
use std::sync::Arc;

use super::args::Global;
use super::printer::Printer;
use crate::event::StatusTable;
use crate::report;
use crate::session::{STATUS_OVERRIDES, Session, SessionOptions};
use crate::source::Catalogue;
use crate::store::{AsOf, Store};
use crate::{Error, Result};

/// What every command has.
pub(super) struct Context<'c> {
    pub(super) global: &'c Global,
    pub(super) printer: &'c Printer,
}

impl Context<'_> {
    /// The point in time that is asked for.
    pub(super) fn as_of(&self) -> Result<AsOf> {
        self.global.as_of.as_deref().map_or(Ok(AsOf::Latest), |text| AsOf::parse(text, self.global.tz))
    }

    /// The store, which must exist.
    pub(super) async fn store(&self) -> Result<Store> {
        Store::open(&self.global.store).await
    }

    /// The store, if there is one.
    pub(super) async fn store_if_any(&self) -> Result<Option<Store>> {
        match self.store().await {
            Ok(store) => Ok(Some(store)),
            Err(Error::NotFound { what: "store", .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What a session may use.
    pub(super) fn options(&self) -> SessionOptions {
        let mut options =
            SessionOptions { time_zone: self.global.tz, timeout: self.global.timeout, ..Default::default() };
        if let Some(size) = self.global.memory_limit {
            options.memory_limit_bytes = size.0;
        }
        if let Some(threads) = self.global.threads {
            options.threads = threads.get();
        }
        options
    }

    /// The feeds there are; those of a store count where there is one.
    pub(super) async fn catalogue(&self, store: Option<&Store>) -> Result<Catalogue> {
        let mut own = Vec::new();
        if let Some(store) = store {
            for path in store.list("providers").await?.into_iter().filter(|path| path.ends_with(".sql")) {
                let text = store.read_text(&path).await?.unwrap_or_default();
                own.push((path, text));
            }
        }
        Catalogue::new(own.iter().map(|(path, text)| (path.as_str(), text.as_str())))
    }

    /// The reports there are: built-in ones, those of the store, those of a folder.
    pub(super) async fn reports(&self, store: Option<&Store>, folder: Option<&Path>) -> Result<report::Catalogue> {
        let own = own_reports(store, folder).await?;
        report::Catalogue::new(own.iter().map(|(place, text)| (place.as_str(), text.as_str())))
    }

    /// What statuses mean; a store's own table counts where there is one.
    pub(super) async fn status_table(&self, store: Option<&Store>) -> Result<Arc<StatusTable>> {
        let overrides = match store {
            Some(store) => store.read_text(STATUS_OVERRIDES).await?,
            None => None,
        };
        Ok(Arc::new(StatusTable::new(overrides.as_deref())?))
    }

    /// A session over the store.
    pub(super) async fn session(&self, options: &SessionOptions) -> Result<Session> {
        let as_of = self.as_of()?;
        Session::open(&self.store().await?, &as_of, options).await
    }
}

/// Reports of the user's own: where each is, and its text. Those of the store come first.
pub(super) async fn own_reports(store: Option<&Store>, folder: Option<&Path>) -> Result<Vec<(String, String)>> {
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
