//! Object stores from URLs and plain paths, configured by the environment. Credentials come from there (`AWS_*`,
//! `GOOGLE_*`, `AZURE_*`), never from URLs, and appear in no message.

use std::path::PathBuf;
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::path::Path as ObjectPath;
use url::Url;

use crate::error::{Error, Result};

/// Schemes of object stores on a network, each with the prefix of the variables that configure it.
const SCHEMES: [(&str, &str); 7] = [
    ("s3", "AWS_"),
    ("s3a", "AWS_"),
    ("gs", "GOOGLE_"),
    ("az", "AZURE_"),
    ("azure", "AZURE_"),
    ("abfs", "AZURE_"),
    ("abfss", "AZURE_"),
];

/// The URL of a path or URL as people write it; a plain path is made absolute.
///
/// # Errors
/// [`Error::Invalid`] where it is neither, or where a URL carries credentials.
pub fn url_of(location: &str) -> Result<Url> {
    if location.is_empty() {
        return Err(Error::invalid("location", "it is empty"));
    }
    if !location.contains("://") {
        let path = std::path::absolute(location).map_err(|e| Error::storage(location, e))?;
        return Url::from_file_path(&path).map_err(|()| Error::invalid(location, "not a path"));
    }
    let url = Url::parse(location).map_err(|e| Error::invalid(location, e))?;
    // The password part of a URL ends up in logs and shell histories. (The user part of abfss is the container.)
    if url.password().is_some() || (!url.username().is_empty() && !matches!(url.scheme(), "abfs" | "abfss")) {
        let message = "credentials belong in the environment (AWS_*, GOOGLE_*, AZURE_*), not in the URL";
        return Err(Error::invalid(without_secrets(&url), message));
    }
    Ok(url)
}

/// The local path of a `file://` URL.
pub fn local_path(url: &Url) -> Option<PathBuf> {
    (url.scheme() == "file").then(|| url.to_file_path().ok()).flatten()
}

/// The object store a URL on a network is in, and the path within it.
///
/// # Errors
/// [`Error::Invalid`] where smsql does not know its scheme; [`Error::Storage`] where the environment lacks what reaching
/// it takes.
pub fn open(url: &Url) -> Result<(Arc<dyn ObjectStore>, ObjectPath)> {
    let Some((_, prefix)) = SCHEMES.iter().find(|(scheme, _)| *scheme == url.scheme()) else {
        let message = format!("`{}` is none of file, s3, gs, az, abfss", url.scheme());
        return Err(Error::invalid(without_secrets(url), message));
    };
    let options = std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(key, _)| key.starts_with(prefix));
    let (store, path) = object_store::parse_url_opts(url, options)
        .map_err(|e| Error::storage(format!("opening {}", without_secrets(url)), e))?;
    Ok((Arc::from(store), path))
}

/// A URL fit for messages: without user, password, query and fragment; a local one is its path.
pub fn without_secrets(url: &Url) -> String {
    let mut clean = url.clone();
    // These fail only for URLs that cannot have credentials.
    let _ = clean.set_password(None);
    if !matches!(clean.scheme(), "abfs" | "abfss") {
        let _ = clean.set_username("");
    }
    clean.set_query(None);
    clean.set_fragment(None);
    local_path(&clean).map_or_else(|| clean.to_string(), |path| path.display().to_string())
}
