//! The grammar of a report's file.
//!
//! ```text
//! -- report: status_summary
//! -- title: Status summary
//! -- description: What it says, and the denominator of every rate;
//! --   continued on indented lines.
//! -- parameters:
//! --   from timestamp - What it does.
//!
//! -- section: summary
//! -- title: Status of all messages
//! SELECT ...
//! ```

use crate::error::{Error, Result};
use crate::session::ParameterType;

/// A canned report.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its name in SQL, on the command line and in receipts.
    pub name: String,
    /// What it is, in a few words.
    pub title: String,
    /// What it says, naming every denominator.
    pub description: String,
    /// What may be asked of it. A parameter that is not given is NULL.
    pub parameters: Vec<ReportParameter>,
    /// Its parts, in order.
    pub sections: Vec<Section>,
}

/// A parameter of a report, `$name` in its SQL.
#[derive(Debug, Clone)]
pub struct ReportParameter {
    /// Its name.
    pub name: String,
    /// Its type.
    pub parameter_type: ParameterType,
    /// What it does.
    pub help: String,
}

/// A part of a report: one query.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// What it shows, in a few words.
    pub title: String,
    /// One SELECT with a total order.
    pub sql: String,
}

/// What an indented line of the header goes on with.
#[derive(PartialEq)]
enum Open {
    Nothing,
    Description,
    Parameters,
}

impl Report {
    /// Reads a report's file; `place` names it in errors.
    pub fn parse(place: &str, text: &str) -> Result<Self> {
        let mut report = Self {
            name: String::new(),
            title: String::new(),
            description: String::new(),
            parameters: Vec::new(),
            sections: Vec::new(),
        };
        let mut open = Open::Nothing;
        for (number, line) in text.lines().enumerate() {
            let at = |message: String| Error::invalid(format!("{place}:{}", number + 1), message);
            let Some(comment) = line.strip_prefix("-- ") else {
                if let Some(section) = report.sections.last_mut() {
                    section.sql.push_str(line);
                    section.sql.push('\n');
                } else if !matches!(line.trim(), "" | "--") {
                    return Err(at("SQL before the first `-- section:`".to_owned()));
                }
                continue;
            };
            if let Some(name) = comment.strip_prefix("section:") {
                let (name, title, sql) = (name.trim().to_owned(), String::new(), String::new());
                report.sections.push(Section { name, title, sql });
            } else if let Some(section) = report.sections.last_mut() {
                match comment.strip_prefix("title:") {
                    Some(title) if section.sql.is_empty() => title.trim().clone_into(&mut section.title),
                    _ => section.sql.extend([line, "\n"]),
                }
            } else if comment.starts_with("  ") {
                match open {
                    Open::Description => {
                        report.description.push(' ');
                        report.description.push_str(comment.trim());
                    }
                    Open::Parameters => report.parameters.push(parameter(comment.trim()).map_err(at)?),
                    Open::Nothing => return Err(at(format!("`{}` belongs to nothing", comment.trim()))),
                }
            } else {
                let (key, value) =
                    comment.split_once(':').ok_or_else(|| at(format!("`{comment}` is not `key: value`")))?;
                open = Open::Nothing;
                match key {
                    "report" => value.trim().clone_into(&mut report.name),
                    "title" => value.trim().clone_into(&mut report.title),
                    "description" => {
                        value.trim().clone_into(&mut report.description);
                        open = Open::Description;
                    }
                    "parameters" => open = Open::Parameters,
                    other => return Err(at(format!("there is no header `{other}`"))),
                }
            }
        }
        report.check(place)?;
        Ok(report)
    }

    fn check(&self, place: &str) -> Result<()> {
        let missing = [("report", &self.name), ("title", &self.title), ("description", &self.description)];
        if let Some((key, _)) = missing.iter().find(|(_, value)| value.is_empty()) {
            return Err(Error::invalid(place, format!("the header has no `-- {key}:`")));
        }
        if self.sections.is_empty() {
            return Err(Error::invalid(place, "there is no `-- section:`"));
        }
        match self.sections.iter().find(|s| !s.sql.to_ascii_uppercase().contains("ORDER BY")) {
            Some(section) => Err(Error::invalid(place, format!("section {} has no ORDER BY", section.name))),
            None => Ok(()),
        }
    }
}

/// `from timestamp - What it does.`
fn parameter(text: &str) -> Result<ReportParameter, String> {
    let (declared, help) = text.split_once(" - ").ok_or_else(|| format!("`{text}` is not `name type - help`"))?;
    let (name, kind) = declared.split_once(' ').ok_or_else(|| format!("`{declared}` is not `name type`"))?;
    let parameter_type = kind.trim().parse().map_err(|e: Error| e.to_string())?;
    Ok(ReportParameter { name: name.to_owned(), parameter_type, help: help.to_owned() })
}
