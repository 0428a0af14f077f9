//! What was asked for, wherever it was said: a flag, the environment, a profile.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;

use super::pager::Paging;
use crate::event::StatusTable;
use crate::output::{Expanded, Format};
use crate::session::{STATUS_OVERRIDES, Session, SessionOptions};
use crate::source::Catalogue;
use crate::store::{AsOf, Store};
use crate::{Error, Result};

/// What every command and the shell go by.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the data is: a directory or a URL.
    pub store: String,
    /// The point in time that is asked for, as it was written.
    pub as_of: Option<String>,
    /// The zone of days, of times without one, and of times shown.
    pub tz: Tz,
    /// What queries may hold in memory, in bytes; a share of the machine's otherwise.
    pub memory_limit_bytes: Option<usize>,
    /// How many cores are used; all otherwise.
    pub threads: Option<NonZeroUsize>,
    /// How long a statement may run; as long as it takes otherwise.
    pub timeout: Option<Duration>,
    /// A local folder with reports of the user's own.
    pub reports: Option<PathBuf>,
    /// The format of results on standard output, where a command does not say.
    pub format: Format,
    /// Whether tables show their rows as records, where a command does not say.
    pub expanded: Expanded,
    /// What NULL looks like in tables.
    pub null_text: String,
    /// Whether results and messages have colours.
    pub color: Color,
    /// What only the shell goes by.
    pub shell: ShellSettings,
}

/// What the shell goes by beside [`Settings`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShellSettings {
    /// Whose keys edit the line.
    pub editing: Editing,
    /// Whether long results go through a pager.
    pub pager: Paging,
    /// Whether the time that a statement took is told.
    pub timing: bool,
    /// Whether what is typed is kept for the next time.
    pub history: bool,
}

/// Whether there are colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// On a terminal.
    Auto,
    /// Also where no terminal is.
    Always,
    /// Nowhere.
    Never,
}

/// The editor whose keys edit the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Editing {
    /// As Emacs and bash have them.
    Emacs,
    /// As vi has them.
    Vi,
}

impl Default for Settings {
    /// Those of somebody who asked for nothing. They are the defaults in [`super::config::DEFINITIONS`].
    fn default() -> Self {
        Self {
            store: "./smsql-store".to_owned(),
            as_of: None,
            tz: Tz::UTC,
            memory_limit_bytes: None,
            threads: None,
            timeout: None,
            reports: None,
            format: Format::Table,
            expanded: Expanded::Auto,
            null_text: "NULL".to_owned(),
            color: Color::Auto,
            shell: ShellSettings { editing: Editing::Emacs, pager: Paging::Auto, timing: false, history: true },
        }
    }
}

impl Settings {
    /// The point in time that is asked for.
    pub fn as_of(&self) -> Result<AsOf> {
        self.as_of.as_deref().map_or(Ok(AsOf::Latest), |text| AsOf::parse(text, self.tz))
    }

    /// The store, which must exist.
    pub async fn open_store(&self) -> Result<Store> {
        Store::open(&self.store).await
    }

    /// The store, if there is one.
    pub async fn store_if_any(&self) -> Result<Option<Store>> {
        match self.open_store().await {
            Ok(store) => Ok(Some(store)),
            Err(Error::NotFound { what: "store", .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What a session may use.
    pub fn options(&self) -> SessionOptions {
        let mut options = SessionOptions { time_zone: self.tz, timeout: self.timeout, ..Default::default() };
        if let Some(bytes) = self.memory_limit_bytes {
            options.memory_limit_bytes = bytes;
        }
        if let Some(threads) = self.threads {
            options.threads = threads.get();
        }
        options
    }

    /// A session over the store.
    pub async fn session(&self, options: &SessionOptions) -> Result<Session> {
        let snapshot = self.open_store().await?.opened_at(&self.as_of()?).await?;
        Session::at(&snapshot, options).await
    }

    /// The feeds there are; those of a store count where there is one.
    pub async fn feeds(&self, store: Option<&Store>) -> Result<Catalogue> {
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
    pub async fn status_table(&self, store: Option<&Store>) -> Result<Arc<StatusTable>> {
        let overrides = match store {
            Some(store) => store.read_text(STATUS_OVERRIDES).await?,
            None => None,
        };
        Ok(Arc::new(StatusTable::new(overrides.as_deref())?))
    }
}
