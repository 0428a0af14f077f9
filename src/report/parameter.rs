//! What may be asked of a report, as its header declares it: `name type = default (allowed | allowed) - help`.

use super::blocks::{Entry, Item};
use crate::error::{Error, Result};
use crate::session::ParameterType;

/// A parameter of a report: `$name` in its SQL, `--name` on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportParameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub parameter_type: ParameterType,
    /// Its value where none is given; without one it is NULL.
    pub default: Option<String>,
    /// The only values there are; any of the type where it is empty.
    pub allowed: Vec<String>,
    /// What it does.
    pub help: String,
    /// A query whose first column has every value that makes sense, for suggestions.
    pub values: Option<String>,
}

/// The parameters of an entry `parameters:`.
pub(super) fn parameters(place: &str, entry: &Entry<'_>) -> Result<Vec<ReportParameter>> {
    let at = |item: &Item<'_>, message: String| Error::invalid(format!("{place}:{}", item.line), message);
    entry.items.iter().map(|item| parameter(item).map_err(|message| at(item, message))).collect()
}

fn parameter(item: &Item<'_>) -> Result<ReportParameter, String> {
    let wrong = || format!("`{}` is not `name type = default (allowed | allowed) - help`", item.text);
    let (declared, help) = item.text.split_once(" - ").ok_or_else(wrong)?;
    let (declared, allowed) = match declared.trim().strip_suffix(')').and_then(|rest| rest.split_once('(')) {
        Some((declared, allowed)) => (declared, allowed.split('|').map(|value| value.trim().to_owned()).collect()),
        None => (declared, Vec::new()),
    };
    let (declared, default) = match declared.split_once('=') {
        Some((declared, default)) => (declared, Some(default.trim().to_owned())),
        None => (declared, None),
    };
    let (name, kind) = declared.trim().split_once(' ').ok_or_else(wrong)?;
    let first = name.starts_with(|c: char| c.is_ascii_lowercase());
    if !first || !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        return Err(format!("`{name}` is no name: lower-case letters, digits and `_`, a letter first"));
    }
    let parameter_type = kind.trim().parse().map_err(|error: Error| error.to_string())?;
    let mut this = ReportParameter {
        name: name.to_owned(),
        parameter_type,
        default,
        allowed,
        help: help.trim().to_owned(),
        values: None,
    };
    for line in &item.more {
        match (line.strip_prefix("values:"), &mut this.values) {
            (Some(sql), None) => this.values = Some(sql.trim().to_owned()),
            (None, Some(sql)) => sql.extend([" ", *line]),
            (None, None) => this.help.extend([" ", *line]),
            (Some(_), Some(_)) => return Err("`values:` is there twice".to_owned()),
        }
    }
    match &this.default {
        Some(default) if !this.allowed.is_empty() && !this.allowed.contains(default) => {
            Err(format!("the default `{default}` is not among {}", this.allowed.join(", ")))
        }
        _ => Ok(this),
    }
}

impl ReportParameter {
    /// Refuses a value that is not among those allowed.
    pub(super) fn check_allowed(&self, value: &str) -> Result<()> {
        if self.allowed.is_empty() || self.allowed.iter().any(|allowed| allowed == value) {
            return Ok(());
        }
        Err(Error::Usage(format!("--{} is `{value}`; it must be {}", self.name, self.allowed.join(" or "))))
    }
}
