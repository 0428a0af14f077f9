//! Where a store is: paths and URLs, and the object stores behind them. Credentials come from the environment
//! (`AWS_*`, `GOOGLE_*`, `AZURE_*`) and appear in no message.

use std::sync::{Arc, LazyLock};

use object_store::ObjectStore;
use object_store::memory::InMemory;
use object_store::path::Path;
use url::Url;

use super::local::DurableFileSystem;
use crate::error::{Error, Result};
use crate::source;

/// A place in an object store.
#[derive(Debug, Clone)]
pub struct Location {
    /// Its URL, ending in a slash.
    pub url: Url,
    /// The object store's root: a bucket, a container or the file system.
    pub root: Arc<dyn ObjectStore>,
    /// Where in it.
    pub path: Path,
}

/// The location of a folder from a path or a URL.
///
/// # Errors
/// [`Error::Invalid`] where it is no URL smsql can reach, or the environment lacks what reaching it takes.
pub fn resolve(location: &str) -> Result<Location> {
    let mut url = source::location::url_of(location)?;
    if url.query().is_some() || url.fragment().is_some() {
        let message = "the URL of a store has no query and no fragment";
        return Err(Error::invalid(source::location::without_secrets(&url), message));
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    let local: Arc<dyn ObjectStore> = match url.scheme() {
        "file" => Arc::new(DurableFileSystem::default()),
        "memory" => memory(),
        _ => {
            let (root, path) = source::location::open(&url)?;
            return Ok(Location { url, root, path });
        }
    };
    let path = Path::from_url_path(url.path()).map_err(|e| Error::invalid(&url, e))?;
    Ok(Location { url, root: local, path })
}

/// The process's own object store, for tests: `memory:///any/path`.
fn memory() -> Arc<dyn ObjectStore> {
    static MEMORY: LazyLock<Arc<InMemory>> = LazyLock::new(Arc::default);
    MEMORY.clone()
}
