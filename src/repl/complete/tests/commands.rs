//! `\commands`.

use super::*;

#[test]
fn commands_and_their_arguments() {
    first_is_taken(&[
        ("\\|", "\\asof |"),
        ("\\rep|", "\\report |"),
        ("\\q|", "\\q|"),
        ("\\qui|", "\\quit|"),
        ("\\D|", "\\d |"),
        ("  \\rep|", "  \\report |"),
        ("\\d mes|", "\\d messages|"),
        ("\\describe mes|", "\\describe messages|"),
        ("\\d my|", "\\d 'My Table'|"),
        ("\\h perc|", "\\h percent|"),
        ("\\format cs|", "\\format csv|"),
        ("\\x a|", "\\x auto|"),
        ("\\asof n|", "\\asof now|"),
        ("\\asof 1|", "\\asof 12|"),
        ("\\asof 2025|", "\\asof '2025-03-04 09:00'|"),
        ("\\? rep|", "\\? report |"),
        ("\\? \\rep|", "\\? \\report |"),
        ("\\set da|", "\\set day=|"),
        ("\\unset da|", "\\unset day|"),
        ("\\last fu|", "\\last full|"),
        ("\\last js|", "\\last json|"),
        ("\\chart li|", "\\chart lines|"),
        ("\\chart bars me|", "\\chart bars 'messages sent'|"),
        ("SELECT 1;\n\\d mes|", "SELECT 1;\n\\d messages|"),
        ("\\d cl|\nSELECT 1;", "\\d clicks|\nSELECT 1;"),
        ("\\x on\nSELECT rec| FROM messages;", "\\x on\nSELECT recipient| FROM messages;"),
        ("\\plan SEL|", "\\plan SELECT |"),
        ("\\plan SELECT rec| FROM messages", "\\plan SELECT recipient| FROM messages"),
    ]);
    assert_eq!(names("\\x |"), ["on", "off", "auto"]);
    assert_eq!(names("\\asof |"), ["now", "12", "'2025-03-04 09:00'"]);
    assert_eq!(offered("\\rep|")[0].description.as_deref(), Some("NAME [name=value]... - Run a report"));
    assert_eq!(names("\\|").len(), COMMANDS.iter().map(|command| 1 + command.aliases.len()).sum::<usize>());
}

#[test]
fn reports_with_their_parameters_and_values() {
    first_is_taken(&[
        ("\\report camp|", "\\report campaign_report |"),
        ("\\report campaign_report.|", "\\report campaign_report.summary |"),
        ("\\report campaign_report.to|", "\\report campaign_report.totals |"),
        ("\\report campaign_report.totals campaign=bl|", "\\report campaign_report.totals campaign='black friday' |"),
        ("\\report status_summary fr|", "\\report status_summary from=|"),
        ("\\report status_summary from=2025-01-01 |", "\\report status_summary from=2025-01-01 to=|"),
        ("\\report status_summary bots=|", "\\report status_summary bots=exclude |"),
        ("\\report status_summary bots=inc|", "\\report status_summary bots=include |"),
        ("\\report status_summary bots=inc| from=2025-01-01", "\\report status_summary bots=include| from=2025-01-01"),
        ("\\report status_summary detailed=t|", "\\report status_summary detailed=true |"),
        ("\\report campaign_report campaign=|", "\\report campaign_report campaign=spring_sale |"),
        ("\\report campaign_report campaign=bl|", "\\report campaign_report campaign='black friday' |"),
        ("\\report campaign_report campaign='bl|", "\\report campaign_report campaign='black friday' |"),
        ("\\report campaign_report campaign=o|", "\\report campaign_report campaign=\"o'clock\" |"),
    ]);
    assert_eq!(offered("\\report camp|")[0].description.as_deref(), Some("Campaign report"));
    assert_eq!(offered("\\report status_summary bots|")[0].description.as_deref(), Some("text = exclude - Help."));
    assert_eq!(names("\\report status_summary to=1 from=2 bots=include |"), ["campaign=", "detailed="]);
    nothing_is_offered(&[
        "\\report status_summary campaign=|",
        "\\report no_such_report |",
        "\\report status_summary nonsense=|",
        "\\nonsense |",
        "\\q |",
        "\\df mes|",
    ]);
}

#[test]
fn paths_one_folder_at_a_time() {
    first_is_taken(&[
        ("\\i qua|", "\\i quarter.sql|"),
        ("\\i quer|", "\\i queries/|"),
        ("\\i queries/|", "\\i queries/daily.sql|"),
        ("\\o queries/de|", "\\o queries/deep/|"),
        ("\\i the|", "\\i 'the day.sql'|"),
        ("\\i 'the d|", "\\i 'the day.sql'|"),
        ("\\i my|", "\\i 'my queries/|"),
        ("\\i 'my queries/|", "\\i 'my queries/first one.sql'|"),
        ("\\i .|", "\\i .hidden.sql|"),
    ]);
    assert_eq!(names("\\i |"), ["'my queries/", "queries/", "quarter.sql", "'the day.sql'"]);
    nothing_is_offered(&["\\i nowhere/|", "\\i x|"]);
}

#[test]
fn folders_are_read_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("b.sql"), "").unwrap();
    std::fs::create_dir(folder.path().join("a")).unwrap();
    let entry = |name: &str, is_folder| Entry { name: name.to_owned(), is_folder };
    assert_eq!(entries(folder.path()), [entry("a", true), entry("b.sql", false)]);
    assert_eq!(entries(&folder.path().join("none")), []);
}

#[test]
fn arguments_are_split_at_blanks_outside_quotes() {
    let values = |line: &str| arguments(line).into_iter().map(|word| word.value).collect::<Vec<_>>();
    assert_eq!(values("\\report a  b='c d' \"it's\""), ["\\report", "a", "b=c d", "it's"]);
    assert_eq!(values("\\i 'not closed"), ["\\i", "not closed"]);
    assert_eq!(values("  "), Vec::<String>::new());
    assert_eq!(values("\\o ''"), ["\\o", ""]);
    for value in ["", "plain", "two words", "it's", "say \"hi\"", "tab\there", "größe"] {
        let quoted = quoted_argument(value).unwrap();
        assert_eq!(values(&format!("\\x {quoted}")), ["\\x", value], "{quoted}");
    }
    assert_eq!(quoted_argument("'\""), None);
}
