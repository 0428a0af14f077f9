//! What is to be landed: files, folders, globs, object store URLs, standard input.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use globset::GlobBuilder;
use object_store::ObjectStoreExt;
use object_store::path::Path as ObjectPath;
use sha2::{Digest, Sha256};
use url::Url;

use super::{decompress, location};
use crate::error::{Error, Result};
use crate::limits::LAND_FILES_MAX;

/// One thing to land.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Standard input.
    Stdin,
    /// A local file.
    File(PathBuf),
    /// An object in an object store.
    Object(Url),
    /// What the program holds itself.
    Bytes {
        /// What it is called in messages and in `landings`.
        name: String,
        /// What it says.
        bytes: Bytes,
    },
}

impl Input {
    /// The inputs that `location` names: `-`, a file, a folder (everything below it but dot files), a glob or a URL
    /// (an object, or all below it when it ends in `/`; globs work in its path too), in order of their names.
    pub async fn expand(location: &str) -> Result<Vec<Self>> {
        if location == "-" {
            return Ok(vec![Self::Stdin]);
        }
        if let Some(path) = location.strip_prefix("file://") {
            return Box::pin(Self::expand(path)).await;
        }
        let is_glob = |text: &str| text.contains(['*', '?', '[', '{']);
        let url = location.split_once("://").filter(|(scheme, _)| scheme.len() > 1);
        let mut found = match url {
            Some(_) => expand_url(location).await?,
            None if Path::new(location).is_file() => vec![Self::File(location.into())],
            None if Path::new(location).is_dir() => walk(Path::new(location), &|_| true)?,
            None if is_glob(location) => {
                let matcher = glob(location)?;
                let fixed: PathBuf = Path::new(location)
                    .components()
                    .take_while(|c| !is_glob(&c.as_os_str().to_string_lossy()))
                    .collect();
                let base = if fixed.as_os_str().is_empty() { PathBuf::from(".") } else { fixed };
                walk(&base, &|path| matcher.is_match(path.strip_prefix("./").unwrap_or(path)))?
            }
            None => return Err(Error::NotFound { what: "file", name: location.to_owned(), near: Vec::new() }),
        };
        if found.is_empty() {
            return Err(Error::NotFound { what: "file matching", name: location.to_owned(), near: Vec::new() });
        }
        found.sort_by_cached_key(Self::name);
        Ok(found)
    }

    /// The name it is known by in messages and in `landings`.
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) => path.display().to_string(),
            Self::Object(url) => location::without_secrets(url),
            Self::Bytes { name, .. } => name.clone(),
        }
    }

    /// Makes it readable more than once: a local file as it is, anything else through a temporary file; and takes its
    /// hash on the way.
    pub async fn spool(&self) -> Result<Spool> {
        let (file, input_bytes) = match self {
            Self::File(path) => {
                let file = File::open(path).map_err(|e| Error::storage(format!("opening {}", self.name()), e))?;
                let size = file.metadata().map_err(|e| Error::storage(self.name(), e))?.len();
                (Held::Path(path.clone()), size)
            }
            Self::Stdin => self.copy_to_temp(Box::new(io::stdin())).await?,
            Self::Bytes { bytes, .. } => self.copy_to_temp(Box::new(io::Cursor::new(bytes.clone()))).await?,
            Self::Object(url) => {
                let (store, path) = location::open(url)?;
                let failed = |e| Error::storage(format!("reading {}", self.name()), e);
                let mut stream = store.get(&path).await.map_err(failed)?.into_stream();
                let mut temp = tempfile::NamedTempFile::new().map_err(|e| Error::storage("temporary file", e))?;
                let mut size = 0;
                while let Some(bytes) = stream.try_next().await.map_err(failed)? {
                    size += bytes.len() as u64;
                    temp.write_all(&bytes).map_err(|e| Error::storage("temporary file", e))?;
                }
                (Held::Temp(temp.into_temp_path()), size)
            }
        };
        Spool::new(self.name(), file, input_bytes).await
    }

    async fn copy_to_temp(&self, mut from: Box<dyn Read + Send>) -> Result<(Held, u64)> {
        let name = self.name();
        tokio::task::spawn_blocking(move || {
            let mut temp = tempfile::NamedTempFile::new()?;
            let size = io::copy(&mut from, &mut temp)?;
            Ok((Held::Temp(temp.into_temp_path()), size))
        })
        .await
        .map_err(|e| Error::Internal(e.to_string()))?
        .map_err(|e: io::Error| Error::storage(format!("reading {name}"), e))
    }
}

/// An input that can be read as often as needed.
#[derive(Debug)]
pub struct Spool {
    name: String,
    file: Held,
    input_bytes: u64,
    text_bytes: u64,
    sha256: String,
}

#[derive(Debug)]
enum Held {
    Path(PathBuf),
    Temp(tempfile::TempPath),
}

impl Spool {
    async fn new(name: String, file: Held, input_bytes: u64) -> Result<Self> {
        let mut spool = Self { name, file, input_bytes, text_bytes: 0, sha256: String::new() };
        let mut reader = spool.open()?;
        let hashed = tokio::task::spawn_blocking(move || -> io::Result<(u64, String)> {
            let mut hasher = Sha256::new();
            let mut buffer = vec![0; 1 << 18];
            let mut size = 0;
            loop {
                let count = reader.read(&mut buffer)?;
                if count == 0 {
                    return Ok((size, hex::encode(hasher.finalize())));
                }
                size += count as u64;
                hasher.update(&buffer[..count]);
            }
        })
        .await
        .map_err(|e| Error::Internal(e.to_string()))?;
        (spool.text_bytes, spool.sha256) = hashed.map_err(|e| read_error(&spool.name, e))?;
        Ok(spool)
    }

    /// The name of the input.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the text, unpacked, in hex: what `sha256sum` says of it.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Its size as given, still packed, in bytes.
    pub fn input_bytes(&self) -> u64 {
        self.input_bytes
    }

    /// Its size unpacked, in bytes.
    pub fn text_bytes(&self) -> u64 {
        self.text_bytes
    }

    /// Opens the text from its start.
    pub fn open(&self) -> Result<Box<dyn Read + Send>> {
        let file = File::open(self.path()).map_err(|e| Error::storage(format!("opening {}", self.name), e))?;
        decompress::open(file, self.input_bytes).map_err(|e| read_error(&self.name, e))
    }

    /// The local file behind it, as given.
    pub fn path(&self) -> &Path {
        match &self.file {
            Held::Path(path) => path,
            Held::Temp(path) => path,
        }
    }
}

/// A failed read, as the limit it met or as the storage error it is.
pub fn read_error(name: &str, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::QuotaExceeded if error.to_string().contains("RATIO") => {
            Error::Limit { limit: "DECOMPRESSION_RATIO_MAX", message: format!("{name}: {error}") }
        }
        io::ErrorKind::QuotaExceeded => Error::Limit { limit: "FILE_BYTES_MAX", message: format!("{name}: {error}") },
        _ => Error::storage(format!("reading {name}"), error),
    }
}

fn glob(pattern: &str) -> Result<globset::GlobMatcher> {
    let glob = GlobBuilder::new(pattern.strip_prefix("./").unwrap_or(pattern)).literal_separator(true).build();
    Ok(glob.map_err(|e| Error::invalid(pattern, e))?.compile_matcher())
}

fn walk(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Result<Vec<Input>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |e: io::Error| Error::storage(format!("reading folder {}", folder.display()), e);
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if wanted(&path) {
                found.push(Input::File(path));
            }
            check_count(found.len())?;
        }
    }
    Ok(found)
}

async fn expand_url(location: &str) -> Result<Vec<Input>> {
    let starts = location.find(['*', '?', '{']);
    let (fixed, pattern) = match starts {
        Some(at) => (&location[..location[..at].rfind('/').map_or(at, |slash| slash + 1)], Some(location)),
        None => (location, None),
    };
    let url = location::url_of(fixed)?;
    if pattern.is_none() && !location.ends_with('/') {
        return Ok(vec![Input::Object(url)]);
    }
    let (store, prefix) = location::open(&url)?;
    let matcher = pattern.map(glob).transpose()?;
    let root =
        fixed.strip_suffix(prefix.as_ref()).or_else(|| fixed.trim_end_matches('/').strip_suffix(prefix.as_ref()));
    let root = root.unwrap_or(fixed).to_owned();
    let mut found = Vec::new();
    let mut list = store.list(Some(&prefix));
    while let Some(meta) = list.next().await {
        let meta = meta.map_err(|e| Error::storage(format!("listing {}", location::without_secrets(&url)), e))?;
        let name = format!("{root}{}", AsRef::<str>::as_ref(&meta.location as &ObjectPath));
        if matcher.as_ref().is_none_or(|matcher| matcher.is_match(&name)) {
            found.push(Input::Object(location::url_of(&name)?));
        }
        check_count(found.len())?;
    }
    Ok(found)
}

fn check_count(count: usize) -> Result<()> {
    if count > LAND_FILES_MAX {
        let message = format!("more than {LAND_FILES_MAX} files; land them folder by folder");
        return Err(Error::Limit { limit: "LAND_FILES_MAX", message });
    }
    Ok(())
}
