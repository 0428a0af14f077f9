//! The configuration file: TOML whose top-level keys count for all, and whose tables `[profiles.NAME]` take their place
//! where that profile is picked. All of it is checked when it is read, so what is wrong is found before it is needed.

use std::collections::BTreeMap;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::definitions::{DEFINITIONS, Definition, Kind, PROFILE};
use super::secrets::{self, is_secret};
use crate::error::near;
use crate::limits::CONFIG_BYTES_MAX;
use crate::session::error_in_text;
use crate::{Error, Result};

/// The key of the tables of profiles.
const PROFILES: &str = "profiles";

/// What a configuration file says.
#[derive(Debug, Clone, Default)]
pub struct File {
    /// What counts for all.
    pub top: Values,
    /// The profiles, by name.
    pub profiles: BTreeMap<String, Profile>,
    /// The profile that counts where none is picked.
    pub default_profile: Option<Written>,
}

/// A profile of the file.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The line it begins on.
    pub line: usize,
    /// What it sets.
    pub values: Values,
}

/// The settings of one table, by key.
pub type Values = BTreeMap<&'static str, Written>;

/// A value as it stands in the file; paths are not relative any more.
#[derive(Debug, Clone)]
pub struct Written {
    /// The value.
    pub text: String,
    /// The line it is on, from 1.
    pub line: usize,
}

/// Reads a file, a little more of it than is allowed, so that the limit is noticed without reading all.
pub(super) fn read(path: &Path) -> std::io::Result<Result<String>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(CONFIG_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    let place = path.display();
    if bytes.len() > CONFIG_BYTES_MAX {
        let message = format!("{place} has more than {CONFIG_BYTES_MAX} bytes");
        return Ok(Err(Error::Limit { limit: "CONFIG_BYTES_MAX", message }));
    }
    Ok(String::from_utf8(bytes).map_err(|_| Error::invalid(place, "a configuration file is UTF-8 text")))
}

impl File {
    /// What `text` says; `path` is where it stands, and `home` what `~` means.
    ///
    /// # Errors
    /// [`Error::Query`] that points at what is wrong.
    pub fn parse(path: &Path, text: &str, home: Option<&Path>) -> Result<Self> {
        let reader = Reader { path, text, home };
        let parsed = DeTable::parse(text);
        let document = parsed.map_err(|error| {
            reader.error(error.span().unwrap_or_default(), &format!("not TOML: {}", error.message()), &[])
        })?;
        let mut file = Self::default();
        for (key, value) in document.get_ref() {
            match (key.get_ref().as_ref(), value.get_ref()) {
                (PROFILES, DeValue::Table(profiles)) => {
                    for (name, profile) in profiles {
                        let profile = reader.profile(name, profile)?;
                        file.profiles.insert(name.get_ref().to_string(), profile);
                    }
                }
                (PROFILES, _) => {
                    let hint = "the settings of a profile stand in a table `[profiles.NAME]`".to_owned();
                    return Err(reader.error(value.span(), "`profiles` is no value", &[hint]));
                }
                (name, DeValue::String(text)) if name == PROFILE.key => {
                    let line = reader.line(value.span().start);
                    file.default_profile = Some(Written { text: text.to_string(), line });
                    let known = profiles_of(document.get_ref());
                    if !known.contains(&text.as_ref()) {
                        let hints = [did_you_mean(text, &known, "the file has no profile")];
                        return Err(reader.error(value.span(), &format!("there is no profile `{text}`"), &hints));
                    }
                }
                (name, _) if name == PROFILE.key => {
                    let hints = ["it takes the name of a profile, in quotes; a profile's settings stand in \
                                  `[profiles.NAME]`"
                        .to_owned()];
                    return Err(reader.error(key.span(), "`profile` is no table", &hints));
                }
                _ => reader.setting(key, value, &mut file.top, &[PROFILE.key, PROFILES])?,
            }
        }
        Ok(file)
    }
}

fn profiles_of<'d>(document: &'d DeTable<'_>) -> Vec<&'d str> {
    let profiles = document.get(PROFILES).and_then(|profiles| profiles.get_ref().as_table());
    profiles.into_iter().flat_map(DeTable::keys).map(|name| name.get_ref().as_ref()).collect()
}

/// A text with what is needed to point into it.
struct Reader<'t> {
    path: &'t Path,
    text: &'t str,
    home: Option<&'t Path>,
}

impl Reader<'_> {
    fn profile(&self, name: &Spanned<impl AsRef<str>>, value: &Spanned<DeValue<'_>>) -> Result<Profile> {
        let DeValue::Table(table) = value.get_ref() else {
            let hint = format!("its settings stand in a table `[profiles.{}]`", name.get_ref().as_ref());
            return Err(self.error(value.span(), "a profile is no value", &[hint]));
        };
        let mut values = Values::new();
        for (key, value) in table {
            self.setting(key, value, &mut values, &[])?;
        }
        Ok(Profile { line: self.line(name.span().start), values })
    }

    /// Reads one setting; `besides` are the keys that the table can have beside settings.
    fn setting(
        &self,
        key: &Spanned<impl AsRef<str>>,
        value: &Spanned<DeValue<'_>>,
        values: &mut Values,
        besides: &[&str],
    ) -> Result<()> {
        let name = key.get_ref().as_ref();
        let Some(definition) = Definition::of(name) else { return Err(self.unknown(name, key.span(), besides)) };
        let text = text_of(definition, value.get_ref()).and_then(|text| {
            let text = if matches!(definition.kind, Kind::Place) { self.absolute(&text) } else { text };
            definition.check(&text).map(|()| text)
        });
        let text =
            text.map_err(|hint| self.error(value.span(), &format!("the value of `{name}` is wrong"), &[hint]))?;
        if matches!(definition.kind, Kind::Place) && secrets::without(&text) != text {
            let hint = "credentials do not stand in the URL: they come from the environment (AWS_*, GOOGLE_*, AZURE_*)";
            return Err(self.error(
                value.span(),
                &format!("the value of `{name}` holds credentials"),
                &[hint.to_owned()],
            ));
        }
        values.insert(definition.key, Written { text, line: self.line(key.span().start) });
        Ok(())
    }

    fn unknown(&self, name: &str, span: Range<usize>, besides: &[&str]) -> Error {
        let keys = DEFINITIONS.iter().map(|definition| definition.key).chain(besides.iter().copied());
        let keys = keys.collect::<Vec<_>>();
        let message = format!("there is no setting `{name}`");
        if is_secret(name) {
            let hints = [
                "credentials do not stand in this file".to_owned(),
                "object stores take them from the environment, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
                    .to_owned(),
            ];
            return self.error(span, &message, &hints);
        }
        let allowed = format!("settings are {}", keys.join(", "));
        let hints = match near(&name.replace('-', "_"), keys.iter().copied()).as_slice() {
            [] => vec!["not known".to_owned(), allowed],
            names => vec![format!("did you mean {}?", quoted(names)), allowed],
        };
        self.error(span, &message, &hints)
    }

    /// A path as seen from anywhere: `~/` is the home, and what is relative is so to the folder of the file.
    fn absolute(&self, text: &str) -> String {
        if text.is_empty() || text.contains("://") {
            return text.to_owned();
        }
        let path = match (text.strip_prefix("~/"), self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            (None, Some(home)) if text == "~" => home.to_owned(),
            _ => folder_of(self.path).join(text),
        };
        let path = std::path::absolute(&path).unwrap_or(path);
        path.to_string_lossy().into_owned()
    }

    /// The error about a place. The file's secrets are not in it.
    fn error(&self, span: Range<usize>, message: &str, hints: &[String]) -> Error {
        error_in_text(&self.path.display().to_string(), &secrets::masked(self.text), span, message, hints)
    }

    fn line(&self, at: usize) -> usize {
        self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
    }
}

/// The folder that paths in a file are relative to.
fn folder_of(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.parent().map_or_else(PathBuf::new, Path::to_owned)
}

/// A value as it would be written on the command line; else what it must be.
fn text_of(definition: &Definition, value: &DeValue<'_>) -> Result<String, String> {
    let is_switch = definition.allowed().is_some_and(|values| values.contains(&"on"));
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Boolean(value) if is_switch => Ok(if *value { "on" } else { "off" }.to_owned()),
        DeValue::Integer(number) if matches!(definition.kind, Kind::Number) => {
            let number = i128::from_str_radix(number.as_str(), number.radix());
            number.map(|number| number.to_string()).map_err(|error| error.to_string())
        }
        other => {
            let taken = match definition.kind {
                Kind::Number => "a number, or text in quotes",
                _ if is_switch => "true, false, or text in quotes",
                _ => "text in quotes",
            };
            let default = match definition.default {
                "" => String::new(),
                default => format!(", such as \"{default}\""),
            };
            Err(format!("it takes {taken}{default}, and this is {}", kind_of(other)))
        }
    }
}

/// What a value is, in words.
fn kind_of(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// `did you mean ...?`, or all there are.
fn did_you_mean(name: &str, known: &[&str], none: &str) -> String {
    match near(name, known.iter().copied()).as_slice() {
        [] if known.is_empty() => none.to_owned(),
        [] => format!("profiles are {}", known.join(", ")),
        names => format!("did you mean {}?", quoted(names)),
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}
