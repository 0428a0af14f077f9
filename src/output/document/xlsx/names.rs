//! Names of sheets: what Excel allows, each once.

use std::collections::HashSet;

use crate::limits::XLSX_SHEET_NAME_CHARS_MAX;

/// The names given so far, in lower case, as Excel compares them.
#[derive(Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// The name of the sheet with a section's rows; the second and later ones say which part they are.
    pub(super) fn give(&mut self, wanted: &str, part: usize) -> String {
        let part = if part > 1 { format!(" ({part})") } else { String::new() };
        let mut name = with_end(wanted, &part);
        let mut number = 2;
        while !self.0.insert(name.to_lowercase()) {
            name = with_end(wanted, &format!("_{number}{part}"));
            number += 1;
        }
        name
    }
}

/// The name cut so that the end still fits, and without what Excel refuses.
fn with_end(wanted: &str, end: &str) -> String {
    let mut room = XLSX_SHEET_NAME_CHARS_MAX.saturating_sub(end.encode_utf16().count());
    let mut name = String::new();
    for c in wanted.chars() {
        let refused = matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'' | '\u{FFFE}' | '\u{FFFF}');
        let c = if refused || c.is_control() { '_' } else { c };
        let Some(left) = room.checked_sub(c.len_utf16()) else { break };
        room = left;
        name.push(c);
    }
    // Excel keeps `History` for itself.
    if name.trim().is_empty() || name.eq_ignore_ascii_case("history") && end.is_empty() {
        name = format!("_{}", name.trim());
    }
    name + end
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn names_are_short_and_unique() {
        let mut names = Names::default();
        assert_eq!(names.give("about", 1), "about");
        assert_eq!(names.give("About", 1), "About_2");
        assert_eq!(names.give("rates", 1), "rates");
        assert_eq!(names.give("rates", 2), "rates (2)");
        let long = "a_name_that_is_longer_than_a_sheet_may_have";
        assert_eq!(names.give(long, 1), "a_name_that_is_longer_than_a_sh");
        assert_eq!(names.give(long, 1), "a_name_that_is_longer_than_a__2");
        assert_eq!(names.give(long, 12), "a_name_that_is_longer_than (12)");
        assert_eq!(names.give("history", 1), "_history");
        assert_eq!(names.give("a/b:[c]'", 1), "a_b__c__");
        assert_eq!(names.give("", 1), "_");
    }
}
