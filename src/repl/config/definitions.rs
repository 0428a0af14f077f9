//! Every setting, once: the flags, the variables of the environment, the keys of the configuration file, the help
//! texts, the manual and the README come from this table.

use super::read;
use crate::Result;
use crate::output::{Expanded, Format};
use crate::repl::Settings;
use crate::repl::pager::Paging;

/// One setting.
#[derive(Debug)]
pub struct Definition {
    /// Its name in the configuration file; those of its flag and variable derive from it.
    pub key: &'static str,
    /// Where its flag stands.
    pub scope: Scope,
    /// What stands for its value in help texts.
    pub value_name: &'static str,
    /// What it has where nothing says otherwise.
    pub default: &'static str,
    /// What it is, in one line.
    pub help: &'static str,
    /// What its values are.
    pub kind: Kind,
    pub(super) read: fn(&str, &mut Settings) -> Result<(), String>,
}

/// Where a setting can be a flag. In the environment and in the configuration file every setting can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A flag of every command.
    Everywhere,
    /// A flag of the commands that have a result.
    Results,
    /// A flag of `smsql` without a command: only the shell goes by it.
    Shell,
}

/// What the values of a setting are.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text of a form of its own.
    Text,
    /// A number, or text.
    Number,
    /// A path or a URL; in the configuration file relative to its folder.
    Place,
    /// One of these.
    Choice(fn() -> Vec<&'static str>),
}

/// The flag and the variable that name the configuration file.
pub const CONFIG: Selector = Selector {
    key: "config",
    value_name: "FILE",
    help: "The configuration file [default: $XDG_CONFIG_HOME/smsql/config.toml, or ~/.config/smsql/config.toml]",
};

/// The flag and the variable that pick a profile; in the configuration file, the key that names the usual one.
pub const PROFILE: Selector = Selector {
    key: "profile",
    value_name: "NAME",
    help: "The profile of the configuration file that counts, '' for none [default: the one the file names]",
};

/// What says which settings count, and is none itself.
#[derive(Debug)]
pub struct Selector {
    /// Its name; those of its flag and variable derive from it.
    pub key: &'static str,
    /// What stands for its value in help texts.
    pub value_name: &'static str,
    /// What it is, in one line.
    pub help: &'static str,
}

/// All settings, in the order they are listed.
pub static DEFINITIONS: [Definition; 14] = [
    Definition {
        key: "store",
        scope: Scope::Everywhere,
        value_name: "DIR|URL",
        default: "./smsql-store",
        help: "Where the data is: a directory, or a URL such as s3://bucket/path",
        kind: Kind::Place,
        read: read::store,
    },
    Definition {
        key: "tz",
        scope: Scope::Everywhere,
        value_name: "ZONE",
        default: "UTC",
        help: "The time zone of days, of times without one, and of times shown",
        kind: Kind::Text,
        read: read::tz,
    },
    Definition {
        key: "memory_limit",
        scope: Scope::Everywhere,
        value_name: "SIZE",
        default: "60%",
        help: "What queries may hold in memory before they spill to disk, such as 512MB, 4GiB or 50% of it",
        kind: Kind::Number,
        read: read::memory_limit,
    },
    Definition {
        key: "threads",
        scope: Scope::Everywhere,
        value_name: "N",
        default: "all",
        help: "How many cores to use, or all",
        kind: Kind::Number,
        read: read::threads,
    },
    Definition {
        key: "timeout",
        scope: Scope::Everywhere,
        value_name: "TIME",
        default: "never",
        help: "Stop a statement that runs longer, such as 90s or 5m, or never",
        kind: Kind::Text,
        read: read::timeout,
    },
    Definition {
        key: "reports",
        scope: Scope::Everywhere,
        value_name: "DIR",
        default: "",
        help: "A folder with reports of your own, beside those in the store's reports/ folder",
        kind: Kind::Place,
        read: read::reports,
    },
    Definition {
        key: "format",
        scope: Scope::Results,
        value_name: "FORMAT",
        default: "table",
        help: "How results are written to standard output",
        kind: Kind::Choice(|| Format::ALL.map(Format::name).to_vec()),
        read: read::format,
    },
    Definition {
        key: "expanded",
        scope: Scope::Results,
        value_name: "WHEN",
        default: "auto",
        help: "Whether tables show each row as a record; auto: where the columns do not fit the terminal",
        kind: Kind::Choice(|| Expanded::ALL.map(|(name, _)| name).to_vec()),
        read: read::expanded,
    },
    Definition {
        key: "null",
        scope: Scope::Everywhere,
        value_name: "TEXT",
        default: "NULL",
        help: "What NULL looks like in tables",
        kind: Kind::Text,
        read: read::null,
    },
    Definition {
        key: "color",
        scope: Scope::Everywhere,
        value_name: "WHEN",
        default: "auto",
        help: "Colours: auto is on a terminal, and never where NO_COLOR is set",
        kind: Kind::Choice(|| vec!["auto", "always", "never"]),
        read: read::color,
    },
    Definition {
        key: "editing",
        scope: Scope::Shell,
        value_name: "EDITOR",
        default: "emacs",
        help: "Whose keys edit the line",
        kind: Kind::Choice(|| vec!["emacs", "vi"]),
        read: read::editing,
    },
    Definition {
        key: "pager",
        scope: Scope::Shell,
        value_name: "WHEN",
        default: "auto",
        help: "Whether results go through $PAGER; auto: those that do not fit the screen",
        kind: Kind::Choice(|| Paging::ALL.map(|(name, _)| name).to_vec()),
        read: read::pager,
    },
    Definition {
        key: "timing",
        scope: Scope::Shell,
        value_name: "on|off",
        default: "off",
        help: "Tell how long each statement took",
        kind: Kind::Choice(|| vec!["on", "off"]),
        read: read::timing,
    },
    Definition {
        key: "history",
        scope: Scope::Shell,
        value_name: "on|off",
        default: "on",
        help: "Keep what is typed for the next time",
        kind: Kind::Choice(|| vec!["on", "off"]),
        read: read::history,
    },
];

impl Definition {
    /// The setting of this name.
    pub fn of(key: &str) -> Option<&'static Self> {
        DEFINITIONS.iter().find(|definition| definition.key == key)
    }

    /// Its flag: `--memory-limit`.
    pub fn flag(&self) -> String {
        flag(self.key)
    }

    /// Its variable of the environment: `SMSQL_MEMORY_LIMIT`.
    pub fn variable(&self) -> String {
        variable(self.key)
    }

    /// All its values, if they can be listed.
    pub fn allowed(&self) -> Option<Vec<&'static str>> {
        match self.kind {
            Kind::Choice(values) => Some(values()),
            _ => None,
        }
    }

    /// Whether it can have this value.
    ///
    /// # Errors
    /// What it takes instead.
    pub fn check(&self, text: &str) -> Result<(), String> {
        self.apply(text, &mut Settings::default())
    }

    /// Gives it this value.
    pub(super) fn apply(&self, text: &str, settings: &mut Settings) -> Result<(), String> {
        (self.read)(text, settings)
    }
}

impl Selector {
    /// Its flag: `--profile`.
    pub fn flag(&self) -> String {
        flag(self.key)
    }

    /// Its variable of the environment: `SMSQL_PROFILE`.
    pub fn variable(&self) -> String {
        variable(self.key)
    }
}

fn flag(key: &str) -> String {
    format!("--{}", key.replace('_', "-"))
}

fn variable(key: &str) -> String {
    format!("SMSQL_{}", key.to_uppercase())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::limits::MEMORY_PERCENT_DEFAULT;

    #[test]
    fn defaults_are_what_settings_are_without_any() {
        let mut settings = Settings::default();
        for definition in &DEFINITIONS {
            definition.apply(definition.default, &mut settings).unwrap();
        }
        assert_eq!(format!("{settings:?}"), format!("{:?}", Settings::default()));
        assert_eq!(Definition::of("memory_limit").unwrap().default, format!("{MEMORY_PERCENT_DEFAULT}%"));
    }

    #[test]
    fn every_value_that_is_listed_is_taken() {
        for definition in &DEFINITIONS {
            for value in definition.allowed().unwrap_or_default() {
                definition.check(value).unwrap();
            }
            assert_eq!(
                definition.allowed().is_some(),
                definition.check("nonsense!").is_err_and(|e| e.contains("one of"))
            );
        }
    }

    #[test]
    fn names_are_unlike() {
        let keys = DEFINITIONS.iter().map(|definition| definition.key).chain([CONFIG.key, PROFILE.key]);
        let keys: std::collections::BTreeSet<&str> = keys.collect();
        assert_eq!(keys.len(), DEFINITIONS.len() + 2);
    }
}
