//! What the shell offers while a line is typed, and vi.

use super::super::harness::Setup;
use super::super::keys::Key;
use super::Shell;
use crate::workspace::Workspace;

/// Presses Tab until the names are known: they are looked up while somebody begins to type.
#[track_caller]
fn complete(shell: &Shell, end: &str) {
    const UNKNOWN: &str = "nothing known fits here";
    let is_there = |screen: &vt100::Screen| super::line_at_cursor(screen).ends_with(end);
    loop {
        shell.press(Key::Tab);
        shell.wait_for(end, |screen| is_there(screen) || screen.contents().contains(UNKNOWN));
        if !shell.screen().contains(UNKNOWN) {
            return;
        }
        shell.press(Key::Esc);
        shell.wait_until_gone(UNKNOWN);
    }
}

#[test]
fn tab_offers_what_fits_and_takes_it() {
    let work = Workspace::new();
    let shell = Shell::open(&work);
    // The only one there is, is taken at once.
    shell.type_keys("SELECT count(*) AS n FROM mess");
    complete(&shell, "FROM messages");
    let answer = shell.ask(";");
    assert!(answer.contains('2'), "{answer}");

    // Of several, the first is chosen, and the next with another Tab.
    shell.type_keys("SELECT message_id, bu");
    shell.press(Key::Tab);
    shell.wait_for_text("status_bucket(");
    shell.press(Key::BackTab);
    // Esc and a key right behind it would be another key.
    shell.press(Key::Esc);
    shell.wait_until_gone("status_bucket(");
    let before = shell.prompts();
    shell.press(Key::Ctrl('c'));
    shell.wait_for_prompt(before + 1);

    // Commands, and the names of reports behind one.
    shell.type_keys("\\rep");
    shell.press(Key::Tab);
    shell.wait_for_text("Run a report, or one");
    shell.press(Key::Esc);
    shell.wait_until_gone("Run a report, or one");
    let before = shell.prompts();
    shell.press(Key::Ctrl('c'));
    shell.wait_for_prompt(before + 1);
    shell.type_keys("\\report status_s");
    complete(&shell, "\\report status_summary");
    let before = shell.prompts();
    shell.press(Key::Ctrl('c'));
    shell.wait_for_prompt(before + 1);
    assert!(shell.ask("SELECT 3 + 4 AS seven;").contains('7'));
    shell.leave();
}

#[test]
fn vi_moves_and_changes_as_vi_does() {
    let work = Workspace::new();
    std::fs::create_dir_all(work.path("home/config/smsql")).unwrap();
    work.write("home/config/smsql/config.toml", "editing = \"vi\"\n");
    let shell = Shell::with(Setup::new(&work));
    shell.type_keys("SELECT 1 AS wrong;");
    shell.wait_for_line("SELECT 1 AS wrong;");
    shell.press(Key::Esc);
    // In normal mode the prompt says so.
    shell.wait_for_text("smsql: ");
    // To the start, then the second word is replaced: `1` by `41 + 1`.
    shell.type_keys("0wx");
    shell.wait_for_text("SELECT  AS wrong;");
    shell.type_keys("i41 + 1");
    shell.wait_for_text("SELECT 41 + 1 AS wrong;");
    shell.press(Key::Enter);
    shell.wait_for_text("(1 row)");
    assert!(shell.scrollback().contains("42"), "{}", shell.scrollback());
    shell.wait_for_prompt(1);
    shell.leave();
}

/// Words like those of somebody's shell: a terminal without colours.
#[test]
fn no_color_means_none_while_typing() {
    let work = Workspace::new();
    let shell = Shell::with(Setup::new(&work).env("NO_COLOR", "1").env("PAGER", "cat"));
    shell.ask("SELECT 'text' AS a, count(*) FROM messages;");
    shell.ask("SELECT nope;");
    let raw = String::from_utf8(shell.raw()).unwrap();
    let colours: Vec<&str> =
        raw.split("\x1b[").skip(1).filter_map(|rest| rest.split_once('m').map(|(s, _)| s)).collect();
    let is_colour = |style: &&&str| style.split(';').any(|n| matches!(n.parse(), Ok(30..=37 | 40..=47 | 90..=97_u32)));
    assert_eq!(colours.iter().find(is_colour), None, "{raw:?}");
    shell.leave();
}
