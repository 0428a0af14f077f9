//! Where a store is: paths and URLs, and the object stores behind them. Credentials come from the environment
//! (`AWS_*`, `GOOGLE_*`, `AZURE_*`) and appear in no message.

use std::path::absolute;
use std::sync::{Arc, LazyLock};

use object_store::ObjectStore;
use object_store::memory::InMemory;
use object_store::path::Path;
use url::Url;

use super::local::DurableFileSystem;
use crate::error::{Error, Result};

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
    let mut url = parse(location)?;
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    // The password part of a URL ends up in logs and shell histories. (The user part of abfss is the container.)
    if url.password().is_some() || (!url.username().is_empty() && !matches!(url.scheme(), "abfs" | "abfss")) {
        let message = "credentials belong in the environment (AWS_*, GOOGLE_*, AZURE_*), not in the URL";
        return Err(Error::invalid(without_credentials(&url), message));
    }
    if url.query().is_some() || url.fragment().is_some() {
        url.set_query(None);
        url.set_fragment(None);
        return Err(Error::invalid(url, "the URL of a store has no query and no fragment"));
    }
    let prefix = match url.scheme() {
        "file" => {
            let path = Path::from_url_path(url.path()).map_err(|e| Error::invalid(&url, e))?;
            return Ok(Location { url, root: Arc::new(DurableFileSystem::default()), path });
        }
        "memory" => {
            let path = Path::from_url_path(url.path()).map_err(|e| Error::invalid(&url, e))?;
            return Ok(Location { url, root: memory(), path });
        }
        "s3" | "s3a" => "AWS_",
        "gs" => "GOOGLE_",
        "az" | "abfs" | "abfss" => "AZURE_",
        scheme => {
            let message = format!("`{scheme}` is none of file, s3, gs, az, abfss");
            return Err(Error::invalid(url, message));
        }
    };
    let options: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(key, _)| key.starts_with(prefix))
        .collect();
    let (root, path) = object_store::parse_url_opts(&url, options).map_err(|e| Error::storage(&url, e))?;
    Ok(Location { root: Arc::from(root), path, url })
}

fn parse(location: &str) -> Result<Url> {
    if location.contains("://") {
        return Url::parse(location).map_err(|e| Error::invalid(location, e));
    }
    if location.is_empty() {
        return Err(Error::invalid("store", "its location is empty"));
    }
    let path = absolute(location).map_err(|e| Error::storage(location, e))?;
    Url::from_directory_path(path).map_err(|()| Error::invalid(location, "not a path"))
}

fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    // Both fail only for URLs that cannot have credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// The process's own object store, for tests: `memory:///any/path`.
fn memory() -> Arc<dyn ObjectStore> {
    static MEMORY: LazyLock<Arc<InMemory>> = LazyLock::new(Arc::default);
    MEMORY.clone()
}
