//! Ctrl-C and Ctrl-D, wherever they hit.

use super::super::keys::Key;
use super::Shell;
use crate::workspace::Workspace;

const SLOW: &str = "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 100000000) b;";

#[test]
fn ctrl_c_at_the_prompt_drops_the_line() {
    let work = Workspace::new();
    let shell = Shell::open(&work);
    shell.type_keys("SELECT nonsense FROM");
    shell.wait_for_line("SELECT nonsense FROM");
    let before = shell.prompts();
    shell.press(Key::Ctrl('c'));
    shell.wait_for_prompt(before + 1);
    // Of several lines as well.
    shell.enter("SELECT");
    shell.wait_for_text("...>");
    let before = shell.prompts();
    shell.press(Key::Ctrl('c'));
    shell.wait_for_prompt(before + 1);
    let answer = shell.ask("SELECT 7 * 6 AS product;");
    assert!(answer.contains("42") && !answer.contains("error"), "{answer}");
    shell.leave();
}

#[test]
fn ctrl_c_in_a_query_keeps_the_session() {
    let work = Workspace::new();
    let shell = Shell::open(&work);
    assert!(shell.ask("\\set kept=before").contains("kept"));
    for round in 1..=2 {
        let before = shell.prompts();
        shell.enter(SLOW);
        // Progress shows once it takes a second.
        shell.wait_for_all("progress", |text, _| text.matches("M rows").count() >= round);
        shell.press(Key::Ctrl('c'));
        let answer = shell.answer(before);
        assert!(answer.contains("cancelled"), "{answer}");
    }
    let answer = shell.ask("SELECT $kept AS kept, count(*) AS n FROM events;");
    assert!(answer.contains("before") && answer.contains('3'), "{answer}");
    shell.leave();
}

#[test]
fn ctrl_c_ends_a_watch() {
    let work = Workspace::new();
    let shell = Shell::open(&work);
    assert!(shell.ask("SELECT 'seen' || 'twice' AS word;").contains("seentwice"));
    let before = shell.prompts();
    shell.enter("\\watch 0.1");
    shell.wait_for_all("three more results", |text, _| text.matches("seentwice").count() >= 4);
    shell.press(Key::Ctrl('c'));
    shell.answer(before);
    assert!(shell.ask("SELECT 1 + 1 AS two;").contains('2'));
    shell.leave();
}

#[test]
fn the_shell_is_left_in_every_way() {
    let work = Workspace::new();
    for line in ["\\q", "\\quit", "\\exit"] {
        let mut shell = Shell::open(&work);
        shell.enter(line);
        assert_eq!(shell.exit_code(), 0, "{line}: {}", shell.screen());
        shell.assert_sane();
    }
    // Ctrl-D takes a character where there is one, and leaves where there is none.
    let shell = Shell::open(&work);
    shell.type_keys("x");
    shell.wait_for_line("x");
    shell.press(Key::Home);
    shell.wait_for("the cursor at the start", |screen| screen.cursor_position().1 == 7);
    shell.press(Key::Ctrl('d'));
    shell.wait_for_prompt(1);
    shell.leave();
}
