//! A configuration file to begin with: every setting with what it is, as comments.

use std::fmt::Write as _;

use super::definitions::{DEFINITIONS, Definition, Kind};

const HEAD: &str = "\
# Settings of smsql. What stands here counts where no flag and no variable of the environment says otherwise;
# `smsql config` shows what is in force, and where it comes from. Paths are relative to the folder of this file.
# It holds no secrets: object stores take their credentials from the environment.

# The profile that counts where neither --profile nor SMSQL_PROFILE names one.
# profile = \"prod\"
";

const PROFILES: &str = "
# What a profile sets takes the place of what stands above.
# [profiles.prod]
# store = \"s3://bucket/sms\"
# tz = \"Europe/Berlin\"
# memory_limit = \"8GiB\"
# format = \"table\"
";

/// The text of it. It sets nothing until a `#` is taken away.
pub fn text() -> String {
    let mut text = HEAD.to_owned();
    for definition in &DEFINITIONS {
        let _ = write!(text, "\n# {}.\n", definition.help);
        if let Some(allowed) = definition.allowed() {
            let _ = writeln!(text, "# One of: {}", allowed.join(", "));
        }
        let _ = writeln!(text, "# {} = \"{}\"", definition.key, example(definition));
    }
    text.push_str(PROFILES);
    text
}

fn example(definition: &Definition) -> &'static str {
    match (definition.default, definition.kind) {
        ("", Kind::Place) => "./reports",
        (default, _) => default,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::repl::config::File;

    #[test]
    fn it_sets_nothing_until_its_comments_are_taken_away_and_then_everything() {
        let path = Path::new("/etc/smsql/config.toml");
        let none = File::parse(path, &text(), None).unwrap();
        assert!(none.top.is_empty() && none.profiles.is_empty() && none.default_profile.is_none());
        let is_setting = |line: &str| line.contains(" = \"") || line.starts_with('[');
        let all = text()
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| is_setting(line))
            .fold(String::new(), |all, line| all + line + "\n");
        let all = File::parse(path, &all, None).unwrap();
        assert_eq!(all.top.len(), DEFINITIONS.len());
        assert_eq!(all.profiles["prod"].values.len(), 4);
        assert_eq!(all.default_profile.unwrap().text, "prod");
    }
}
