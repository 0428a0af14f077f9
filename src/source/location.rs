//! Object stores from URLs and plain paths, configured by the environment.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::path::Path as ObjectPath;
use url::Url;

use crate::error::{Error, Result};

/// Environment variables that configure an object store, by prefix.
const PREFIXES: [&str; 4] = ["AWS_", "GOOGLE_", "AZURE_", "SSL_CERT_FILE"];

/// The URL of a path or URL as people write it; a plain path is made absolute.
pub fn url_of(location: &str) -> Result<Url> {
    let invalid = |message: String| Error::invalid(location, message);
    if let Some((scheme, _)) = location.split_once("://")
        && scheme.len() > 1
    {
        return Url::parse(location).map_err(|e| invalid(e.to_string()));
    }
    let path = std::path::absolute(PathBuf::from(location)).map_err(|e| invalid(e.to_string()))?;
    Url::from_file_path(&path).map_err(|()| invalid("not a path".to_owned()))
}

/// The local path of a `file://` URL.
pub fn local_path(url: &Url) -> Option<PathBuf> {
    (url.scheme() == "file").then(|| url.to_file_path().ok()).flatten()
}

/// The object store a URL is in, and the path within it. Credentials come from the environment, never from the URL.
pub fn open(url: &Url) -> Result<(Arc<dyn ObjectStore>, ObjectPath)> {
    let options = std::env::vars().filter(|(key, _)| PREFIXES.iter().any(|prefix| key.starts_with(prefix)));
    let options = options.map(|(key, value)| (key.to_ascii_lowercase(), value));
    let (store, path) = object_store::parse_url_opts(url, options)
        .map_err(|e| Error::storage(format!("opening {}", without_secrets(url)), e))?;
    Ok((Arc::from(store), path))
}

/// A URL fit for messages: without user, password and query.
pub fn without_secrets(url: &Url) -> String {
    let mut clean = url.clone();
    let _ = clean.set_password(None);
    let _ = clean.set_username("");
    clean.set_query(None);
    local_path(&clean).as_deref().map_or_else(|| clean.to_string(), |path: &Path| path.display().to_string())
}
