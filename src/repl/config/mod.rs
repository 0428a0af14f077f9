//! Settings and where they come from: a flag, else the environment, else the profile, else the top of the
//! configuration file, else the default.

pub mod definitions;
pub mod example;
pub mod file;
pub mod rows;

mod read;
mod secrets;
mod size;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use etcetera::base_strategy::Xdg;

pub use definitions::{CONFIG, DEFINITIONS, Definition, Kind, PROFILE, Scope, Selector};
pub use file::File;
pub use read::zone;

use super::Settings;
use crate::{Error, Result};

/// The flags that were given, by the key of their setting.
pub type Flags = BTreeMap<&'static str, String>;

/// What counts, and where each part of it was said.
#[derive(Debug, Clone)]
pub struct Config {
    /// What counts.
    pub settings: Settings,
    /// Every setting, in the order of [`DEFINITIONS`].
    pub entries: Vec<Entry>,
    /// The profile that was picked.
    pub profile: Option<String>,
    /// Where that was said.
    pub profile_origin: Origin,
    /// Where the configuration file is, or would be.
    pub path: Option<PathBuf>,
    /// What it says, if it is there.
    pub file: Option<File>,
    home: Option<PathBuf>,
}

/// One setting, its value, and where that was said.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The setting.
    pub definition: &'static Definition,
    /// Its value as it was written.
    pub value: String,
    /// Where.
    pub origin: Origin,
}

/// Where a value was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In the shell, after it began.
    Shell,
    /// By this flag.
    Flag(String),
    /// By this variable.
    Environment(String),
    /// In this profile, on this line of the configuration file.
    Profile(String, usize),
    /// At the top of the configuration file, on this line.
    File(usize),
    /// Nowhere.
    Default,
}

/// The variables of the environment.
pub struct Environment<'e>(pub &'e dyn Fn(&str) -> Option<OsString>);

impl Environment<'_> {
    /// Those of this process.
    pub fn of_process() -> Self {
        Environment(&|name| std::env::var_os(name))
    }

    /// The value of a variable. An empty one counts as not set, as the XDG specification and `NO_COLOR` have it.
    fn get(&self, name: &str) -> Result<Option<String>> {
        let Some(value) = (self.0)(name).filter(|value| !value.is_empty()) else { return Ok(None) };
        value.into_string().map(Some).map_err(|_| Error::Usage(format!("{name} is not UTF-8 text")))
    }
}

/// Where the configuration file is, or would be: where the flag or the variable says, else in the XDG folder.
///
/// # Errors
/// [`Error::Usage`] where the variable is not text.
pub fn path(flags: &Flags, environment: &Environment<'_>) -> Result<Option<PathBuf>> {
    Ok(named_path(flags, environment)?.or_else(default_path))
}

fn named_path(flags: &Flags, environment: &Environment<'_>) -> Result<Option<PathBuf>> {
    let named = match flags.get(CONFIG.key) {
        Some(flag) => Some(flag.clone()),
        None => environment.get(&CONFIG.variable())?,
    };
    Ok(named.map(PathBuf::from))
}

fn default_path() -> Option<PathBuf> {
    Xdg::new().ok().map(|folders| folders.config_dir().join("smsql").join("config.toml"))
}

impl Config {
    /// Reads the configuration file, and decides what counts.
    ///
    /// # Errors
    /// [`Error::Query`] that points into the file; [`Error::NotFound`] for a profile that is not in it;
    /// [`Error::Usage`] for a flag or variable that its setting cannot have; [`Error::Storage`] where a file that was
    /// named is not there.
    pub fn load(flags: &Flags, environment: &Environment<'_>) -> Result<Self> {
        let named = named_path(flags, environment)?;
        let is_named = named.is_some();
        let path = named.or_else(default_path);
        let home = etcetera::home_dir().ok();
        let mut file = None;
        if let Some(path) = &path {
            match file::read(path) {
                Ok(text) => file = Some(File::parse(path, &text?, home.as_deref())?),
                Err(error) if is_absent(&error) && !is_named => {}
                Err(error) => {
                    let context = format!("cannot read the configuration file {}", path.display());
                    return Err(Error::storage(context, error));
                }
            }
        }
        let (profile, profile_origin) = pick(file.as_ref(), flags, environment)?;
        let settings = Settings::default();
        let mut config = Self { settings, entries: Vec::new(), profile, profile_origin, path, file, home };
        for definition in &DEFINITIONS {
            let (value, origin) = config.find(definition, flags, environment)?;
            let applied = definition.apply(&value, &mut config.settings);
            applied.map_err(|message| {
                let place = config.place(&origin);
                Error::Usage(format!("invalid value '{}' for {place}: {message}", secrets::without(&value)))
            })?;
            config.entries.push(Entry { definition, value, origin });
        }
        Ok(config)
    }

    /// What a setting has, and where that was said.
    fn find(&self, definition: &Definition, flags: &Flags, environment: &Environment<'_>) -> Result<(String, Origin)> {
        if let Some(value) = flags.get(definition.key) {
            return Ok((value.clone(), Origin::Flag(definition.flag())));
        }
        if let Some(value) = environment.get(&definition.variable())? {
            return Ok((value, Origin::Environment(definition.variable())));
        }
        if definition.key == "color" && environment.get(NO_COLOR)?.is_some() {
            return Ok(("never".to_owned(), Origin::Environment(NO_COLOR.to_owned())));
        }
        let file = self.file.as_ref();
        let profile = self.profile.as_ref().and_then(|name| Some((name, file?.profiles.get(name)?)));
        if let Some((name, value)) = profile.and_then(|(name, it)| Some((name, it.values.get(definition.key)?))) {
            return Ok((value.text.clone(), Origin::Profile(name.clone(), value.line)));
        }
        if let Some(value) = file.and_then(|file| file.top.get(definition.key)) {
            return Ok((value.text.clone(), Origin::File(value.line)));
        }
        Ok((definition.default.to_owned(), Origin::Default))
    }

    /// The value of a setting, as it was written.
    pub fn value(&self, key: &str) -> &str {
        self.entries.iter().find(|entry| entry.definition.key == key).map_or("", |entry| &entry.value)
    }

    /// Gives a setting another value, for as long as the shell lasts.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown setting, [`Error::Usage`] for a value that it cannot have.
    pub fn set(&mut self, key: &str, value: &str) -> Result<()> {
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.definition.key == key) else {
            return Err(Error::not_found("setting", key, DEFINITIONS.iter().map(|definition| definition.key)));
        };
        let applied = entry.definition.apply(value, &mut self.settings);
        applied.map_err(|message| Error::Usage(format!("{key}: {message}")))?;
        entry.value = value.to_owned();
        entry.origin = Origin::Shell;
        Ok(())
    }

    /// The words for where a value was said: `flag --tz`, `profile prod, ~/.config/smsql/config.toml:12`.
    pub fn place(&self, origin: &Origin) -> String {
        let file = || self.path.as_deref().map(|path| self.short(path)).unwrap_or_default();
        match origin {
            Origin::Shell => "shell".to_owned(),
            Origin::Flag(flag) => format!("flag {flag}"),
            Origin::Environment(variable) => format!("environment {variable}"),
            Origin::Profile(name, line) => format!("profile {name}, {}:{line}", file()),
            Origin::File(line) => format!("{}:{line}", file()),
            Origin::Default => "default".to_owned(),
        }
    }

    /// A path with `~` for the home.
    fn short(&self, path: &Path) -> String {
        match self.home.as_deref().filter(|home| home.parent().is_some()).and_then(|home| path.strip_prefix(home).ok())
        {
            Some(rest) => format!("~/{}", rest.display()),
            None => path.display().to_string(),
        }
    }
}

/// The profile that counts, and where that was said.
fn pick(file: Option<&File>, flags: &Flags, environment: &Environment<'_>) -> Result<(Option<String>, Origin)> {
    let (name, origin) = match (flags.get(PROFILE.key), environment.get(&PROFILE.variable())?) {
        (Some(name), _) => (name.clone(), Origin::Flag(PROFILE.flag())),
        (None, Some(name)) => (name, Origin::Environment(PROFILE.variable())),
        (None, None) => match file.and_then(|file| file.default_profile.as_ref()) {
            Some(usual) => (usual.text.clone(), Origin::File(usual.line)),
            None => return Ok((None, Origin::Default)),
        },
    };
    if name.is_empty() {
        return Ok((None, origin));
    }
    let profiles = file.into_iter().flat_map(|file| file.profiles.keys()).map(String::as_str);
    match profiles.clone().any(|profile| profile == name) {
        true => Ok((Some(name), origin)),
        false => Err(Error::not_found("profile", &name, profiles)),
    }
}

/// The variable by which people say to all programs that they want no colours; see <https://no-color.org>.
const NO_COLOR: &str = "NO_COLOR";

/// Whether there is no such file: one of its folders may be a file.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
