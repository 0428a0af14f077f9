//! A message whose body is written to act on the terminal: it shows what it is, wherever it shows.

use super::harness::{Setup, Terminal};
use crate::workspace::Workspace;

/// Each attack with what must show instead. They stand between letters of their own, which are looked for as well.
const ATTACKS: [(&str, &str); 15] = [
    ("\x1b[31;1m", r"\x1B[31;1m"),
    ("\x1b[2J\x1b[H", r"\x1B[2J\x1B[H"),
    ("\x1b]52;c;cm0gLXJm\x07", r"\x1B]52;c;cm0gLXJm\x07"),
    ("\x1b]8;;http://e.vil\x1b\\", r"\x1B]8;;http://e.vil\x1B\"),
    ("\x1b]0;owned\x07", r"\x1B]0;owned\x07"),
    ("\x1bP+q544e\x1b\\", r"\x1BP+q544e\x1B\"),
    ("\rFORGED", r"\rFORGED"),
    ("\x08\x08\x7f", r"\x08\x08\x7F"),
    ("\u{9b}31m", r"\x9B31m"),
    ("\u{9d}0;owned\u{9c}", r"\x9D0;owned\x9C"),
    ("\u{202e}eurt", r"\u{202E}eurt"),
    ("\u{2066}a\u{2069}", r"\u{2066}a\u{2069}"),
    ("\u{e0041}\u{e007f}", r"\u{E0041}\u{E007F}"),
    ("\u{200b}\u{feff}", r"\u{200B}\u{FEFF}"),
    ("\0\x0b\x0c\x0e", r"\x00\x0B\x0C\x0E"),
];

/// The letters around attack `number`.
fn fence(number: usize) -> char {
    char::from(b'A' + u8::try_from(number).unwrap())
}

fn body() -> String {
    let parts = ATTACKS.iter().enumerate().map(|(number, (attack, _))| format!("{}{attack}", fence(number)));
    parts.collect::<String>() + "Z"
}

/// The sequences that no terminal may get.
pub(super) fn sequences() -> impl Iterator<Item = &'static str> {
    ATTACKS.iter().map(|(attack, _)| *attack)
}

/// What must show of the body as a whole.
pub(super) fn shown() -> String {
    let parts = ATTACKS.iter().enumerate().map(|(number, (_, shown))| format!("{}{shown}", fence(number)));
    parts.collect::<String>() + "Z"
}

/// A store with a message of that body, a reply of that body, and a campaign of that name: from feeds, as strangers
/// would send them.
pub(super) fn store() -> Workspace {
    let work = Workspace::empty();
    let hostile = body();
    let events = [
        serde_json::json!({
            "provider": "acme", "account": "a", "message_id": "1", "status": "delivered", "level": "handset",
            "event_time": "2025-03-04T09:00:00Z", "submitted_at": "2025-03-04T08:59:00Z", "recipient": "+447700900123",
            "sender": "+447700900999", "body": hostile, "user": hostile, "campaign_id": "spring",
        }),
        serde_json::json!({
            "provider": "acme", "account": "a", "message_id": "2", "kind": "reply", "event_time": "2025-03-04T10:00:00Z",
            "recipient": "+447700900999", "sender": "+447700900123", "body": hostile,
        }),
    ];
    work.write("events.ndjson", &events.map(|event| format!("{event}\n")).concat());
    let landed = work.run(&["land", "smsql/event", "events.ndjson"]);
    assert!(landed.said("2 landed"), "{}", landed.err);
    // It is in the log as it was sent: what follows is not about a body that was cleaned on its way in.
    let found = work.sql("SELECT body FROM messages WHERE message_id = '1'", &["--format", "ndjson"]).ok();
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["body"], hostile);
    work
}

/// Fails where output does anything to a terminal but show text, end lines, and style what smsql itself says.
#[track_caller]
pub(super) fn assert_harmless(terminal: &Terminal) {
    assert_eq!(terminal.acts(), Vec::<String>::new());
    let raw = String::from_utf8(terminal.raw()).expect("output is UTF-8");
    assert!(!raw.contains(ATTACKS[0].0), "a style of the body: {raw:?}");
    let mut rest = raw.as_str();
    while let Some(at) = rest.find(|c: char| c != '\t' && smsql::output::sanitize::is_hazard(c)) {
        rest = &rest[at..];
        // The end of a line, the end of the line that shows progress on a busy machine, a style: `ESC [ digits and ; m`.
        let own = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix("\r\x1b[2K")).or_else(|| {
            let style = rest.strip_prefix("\x1b[")?;
            style.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').strip_prefix('m')
        });
        let context: String = rest.chars().take(40).collect();
        rest = own.unwrap_or_else(|| panic!("output acts on the terminal: {context:?}"));
    }
}

/// A terminal on which no line of the body wraps.
fn wide(work: &Workspace) -> Setup<'_> {
    Setup::new(work).size(900, 200)
}

#[track_caller]
fn shows_the_body(mut terminal: Terminal, code: i32) {
    assert_eq!(terminal.exit_code(), code, "{}", terminal.screen());
    assert_harmless(&terminal);
    for (number, (_, shown)) in ATTACKS.iter().enumerate() {
        terminal.assert_unstyled(&format!("{}{shown}", fence(number)));
    }
    terminal.assert_sane();
}

const BODY: &str = "SELECT message_id, body FROM messages ORDER BY message_id";

#[test]
fn a_body_in_a_table() {
    let work = store();
    shows_the_body(wide(&work).smsql(&["sql", BODY]), 0);
    shows_the_body(wide(&work).env("NO_COLOR", "1").smsql(&["sql", BODY]), 0);
    // Where the terminal is too narrow for it, what shows of it is as harmless.
    for cols in [1, 2, 20, 40, 80] {
        let mut narrow = Setup::new(&work).size(cols, 200).smsql(&["sql", "SELECT body FROM messages"]);
        assert_eq!(narrow.exit_code(), 0, "{}", narrow.screen());
        assert_harmless(&narrow);
    }
}

#[test]
fn a_body_in_every_text_format() {
    let work = store();
    for format in ["csv", "tsv"] {
        shows_the_body(wide(&work).smsql(&["sql", BODY, "--format", format]), 0);
    }
    // JSON and Markdown have notations of their own, and HTML is not for a terminal to show: harmless they are.
    for format in ["json", "ndjson", "markdown", "html"] {
        let mut terminal = wide(&work).smsql(&["sql", BODY, "--format", format]);
        assert_eq!(terminal.exit_code(), 0, "{format}: {}", terminal.screen());
        assert_harmless(&terminal);
        terminal.assert_unstyled("FORGED");
    }
}

#[test]
fn a_body_in_reports() {
    let work = store();
    shows_the_body(wide(&work).smsql(&["report", "message_report"]), 0);
    shows_the_body(wide(&work).env("NO_COLOR", "1").smsql(&["report", "conversations"]), 0);
    for format in ["csv", "json", "markdown", "html"] {
        let args = ["report", "conversations", "--section", "thread", "--format", format];
        let mut terminal = wide(&work).smsql(&args);
        assert_eq!(terminal.exit_code(), 0, "{format}: {}", terminal.screen());
        assert_harmless(&terminal);
        terminal.assert_unstyled("FORGED");
        terminal.assert_sane();
    }
}

#[test]
fn a_body_in_an_error() {
    let work = store();
    let cast = "SELECT cast(body AS int) FROM messages";
    for color in ["", "1"] {
        let mut terminal = wide(&work).env("NO_COLOR", color).smsql(&["sql", cast]);
        assert_eq!(terminal.exit_code(), 1, "{}", terminal.screen());
        assert_harmless(&terminal);
        // It has notations of its own for some of it.
        for text in ["[31;1mB", "FORGEDH", r"\x9B31mJ", "eurtL"] {
            assert!(terminal.screen().contains(text), "{text}: {}", terminal.screen());
        }
        terminal.assert_sane();
    }
}

#[test]
fn a_body_in_a_statement_and_in_a_name() {
    let work = store();
    // An operating system passes no NUL in an argument.
    let body = body().replace('\0', "");
    for sql in [format!("SELECT \"{body}\""), format!("SELECT 1 FROM \"{body}\""), format!("SELECT '{body}' +")] {
        let mut terminal = wide(&work).smsql(&["sql", &sql]);
        assert_eq!(terminal.exit_code(), 1, "{}", terminal.screen());
        assert_harmless(&terminal);
        assert!(terminal.screen().contains("FORGED"), "{}", terminal.screen());
    }
    let alias = format!("SELECT 1 AS \"{body}\"");
    for format in ["table", "csv", "json", "markdown"] {
        let mut terminal = wide(&work).smsql(&["sql", &alias, "--format", format]);
        assert_eq!(terminal.exit_code(), 0, "{}", terminal.screen());
        assert_harmless(&terminal);
    }
    for args in [&["report", body.as_str()] as &[&str], &["--store", &body, "sql", "SELECT 1"], &[&body]] {
        let mut terminal = wide(&work).smsql(args);
        assert_ne!(terminal.exit_code(), 0, "{}", terminal.screen());
        assert_harmless(&terminal);
    }
}

#[test]
fn the_whole_body_shows_as_one_line() {
    let work = store();
    let mut terminal = wide(&work).smsql(&["sql", BODY]);
    assert_eq!(terminal.exit_code(), 0);
    terminal.assert_unstyled(&shown());
}
