//! From flags to stores and sessions.

use std::sync::Arc;

use super::args::Global;
use super::printer::Printer;
use crate::event::StatusTable;
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
