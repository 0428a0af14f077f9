//! What strangers wrote, in the shell: in results, errors, the last result, the history.

use super::super::harness::Setup;
use super::super::hostile;
use super::super::keys::Key;
use super::Shell;

/// What the body did to the terminal, of all that happened to it: the shell itself sets no title and no clipboard.
#[track_caller]
fn assert_untouched(shell: &Shell) {
    let acts: Vec<String> = shell.acts().into_iter().filter(|act| !act.starts_with("csi")).collect();
    assert_eq!(acts, Vec::<String>::new(), "{}", shell.screen());
    let raw = shell.raw();
    for attack in hostile::sequences() {
        assert!(!raw.windows(attack.len()).any(|bytes| bytes == attack.as_bytes()), "{}", attack.escape_default());
    }
}

#[test]
fn a_body_shows_what_it_is() {
    let work = hostile::store();
    let shell = Shell::with(Setup::new(&work).size(900, 200));
    let answer = shell.ask("SELECT body FROM messages WHERE message_id = '1';");
    assert!(answer.contains(&hostile::shown()), "{answer}");
    shell.assert_unstyled(&hostile::shown());
    for line in [
        "\\last csv",
        "\\last json",
        "\\last markdown",
        "SELECT cast(body AS int) FROM messages;",
        "\\report message_report",
        "\\report conversations.thread",
    ] {
        let answer = shell.ask(line);
        assert!(answer.contains("FORGED"), "{line}: {answer}");
        assert_untouched(&shell);
    }
    shell.leave();
}

/// A paste can hold anything as well: what it holds is typed, not obeyed.
#[test]
fn a_pasted_body_is_text() {
    let work = hostile::store();
    let shell = Shell::with(Setup::new(&work).size(900, 60));
    shell.paste("SELECT 'x\u{1b}]0;owned\u{7}\u{202e}\u{9b}31my' AS\tpasted;");
    shell.wait_for_text("pasted");
    assert_untouched(&shell);
    shell.press(Key::Enter);
    shell.wait_for_text("(1 row)");
    assert_untouched(&shell);
    shell.wait_for_prompt(1);
    shell.press(Key::Up);
    shell.wait_for_text("AS pasted;");
    assert_untouched(&shell);
    shell.press(Key::Ctrl('c'));
    shell.wait_for_prompt(1);
    shell.leave();
}
