//! Names that fit a pattern, as in psql: `*` stands for any characters, `?` for one, and case does not matter.

use std::collections::BTreeSet;

use regex::RegexBuilder;

use crate::{Error, Result};

/// Whether a name given to a command is a pattern.
pub fn is_pattern(name: &str) -> bool {
    name.contains(['*', '?'])
}

/// The things that fit the pattern; all of them without one.
pub(super) fn select<'d, T>(
    things: &'d [T],
    what: &'static str,
    pattern: Option<&str>,
    names: impl Fn(&T) -> &[String],
) -> Result<Vec<&'d T>> {
    let Some(pattern) = pattern else { return Ok(things.iter().collect()) };
    let expression = regex::escape(pattern).replace(r"\*", ".*").replace(r"\?", ".");
    let matcher = RegexBuilder::new(&format!("^(?:{expression})$"))
        .case_insensitive(true)
        .dot_matches_new_line(true)
        .build()
        .map_err(|_| Error::Usage(format!("the pattern `{pattern}` is too long")))?;
    let fits = |thing: &&T| names(thing).iter().any(|name| matcher.is_match(name));
    let found: Vec<&T> = things.iter().filter(fits).collect();
    match found.is_empty() {
        true if is_pattern(pattern) => Err(Error::not_found(what, pattern, [])),
        true => {
            let known: BTreeSet<&str> = things.iter().flat_map(&names).map(String::as_str).collect();
            Err(Error::not_found(what, pattern, known))
        }
        false => Ok(found),
    }
}
