//! Typing: several lines, pastes, history, another size.

use super::super::harness::Setup;
use super::super::keys::Key;
use super::Shell;
use crate::workspace::Workspace;

#[test]
fn a_statement_goes_on_until_its_semicolon() {
    let work = Workspace::new();
    let shell = Shell::open(&work);
    assert!(shell.screen().contains("version 1"), "it says what it has opened: {}", shell.screen());
    let before = shell.prompts();
    for line in ["SELECT 40 +", "-- not the end;", "2 AS semicolon", "; SELECT 'second' AS statement;"] {
        assert_eq!(shell.prompts(), before, "{}", shell.screen());
        shell.enter(line);
    }
    let answer = shell.answer(before);
    assert!(answer.contains("42") && answer.contains("semicolon") && answer.contains("second"), "{answer}");
    assert!(answer.contains("...>"), "lines that go on have a prompt of their own: {answer}");
    shell.leave();
}

#[test]
fn a_paste_of_many_lines_waits_for_enter() {
    let work = Workspace::new();
    let shell = Shell::open(&work);
    let union: Vec<String> = (1..=60).map(|n| format!("SELECT {n} AS number, 'a line; of {n}' AS text")).collect();
    shell.paste(&format!("{};\nSELECT 'after' AS pasted;", union.join("\nUNION ALL ")));
    shell.wait_for_text("SELECT 'after' AS pasted;");
    assert!(!shell.scrollback().contains("60 rows"), "nothing has run: {}", shell.scrollback());
    shell.press(Key::Enter);
    shell.wait_for_text("(1 row)");
    shell.wait_for_prompt(1);
    let text = shell.scrollback();
    assert!(text.contains("(60 rows)") && text.contains("\n after\n"), "{text}");
    for n in 1..=60 {
        assert_eq!(text.matches(&format!("│ a line; of {n}\n")).count(), 1, "{n}: {text}");
    }
    shell.leave();
}

#[test]
fn history_outlives_the_shell_and_can_be_searched() {
    let work = Workspace::new();
    let first = Shell::open(&work);
    assert!(first.ask("SELECT 'remember' AS me;").contains("remember"));
    assert!(first.ask("SELECT 2 AS two;").contains("two"));
    assert!(first.ask("\\set password=hunter2").contains("password"));
    assert!(first.ask(" SELECT 'to myself' AS me;").contains("to myself"));
    first.leave();

    let history = std::fs::read_to_string(work.path("home/state/smsql/history")).unwrap();
    assert!(history.contains("remember") && !history.contains("hunter2") && !history.contains("myself"), "{history}");

    let second = Shell::open(&work);
    second.press(Key::Up);
    second.wait_for_line("SELECT 2 AS two;");
    second.press(Key::Up);
    second.wait_for_line("SELECT 'remember' AS me;");
    second.press(Key::Down);
    second.press(Key::Down);
    second.wait_for_prompt(1);
    // What is typed then narrows the history down; Enter takes the line, another one runs it.
    second.press(Key::Ctrl('r'));
    second.wait_for("the history", |screen| screen.contents().matches("SELECT").count() >= 2);
    second.type_keys("remem");
    second.wait_until_gone("two");
    second.press(Key::Enter);
    second.wait_for_line("SELECT 'remember' AS me;");
    let before = second.prompts();
    second.press(Key::Enter);
    let answer = second.answer(before);
    assert!(answer.contains("(1 row)"), "{answer}");
    second.leave();
}

#[test]
fn the_terminal_may_change_its_size_while_a_line_is_typed() {
    let work = Workspace::new();
    let shell = Shell::with(Setup::new(&work).size(100, 30));
    shell.type_keys("SELECT 'a line that will be longer than ");
    shell.wait_for_text("longer than");
    for (cols, rows) in [(40, 10), (20, 5), (120, 40)] {
        shell.resize(cols, rows);
    }
    shell.type_keys("some terminals are' AS text;");
    shell.press(Key::Enter);
    shell.wait_for_text("(1 row)");
    shell.wait_for_prompt(1);
    assert!(shell.ask("SELECT 5 + 6 AS eleven;").contains("11"));
    shell.leave();
}

#[test]
fn keys_move_and_delete() {
    let work = Workspace::new();
    let shell = Shell::open(&work);
    shell.type_keys("ELECT 1x AS one;y");
    shell.press(Key::Home);
    shell.type_keys("S");
    shell.wait_for_line("SELECT 1x AS one;y");
    assert_eq!(shell.cursor().1, 8);
    shell.press(Key::End);
    shell.press(Key::Backspace);
    shell.wait_for_line("SELECT 1x AS one;");
    // Back by a word, which the semicolon is as well.
    shell.press(Key::Alt('b'));
    shell.press(Key::Alt('b'));
    shell.wait_for("the cursor before the word", |screen| screen.cursor_position().1 == 7 + 13);
    (0..5).for_each(|_| shell.press(Key::Left));
    shell.press(Key::Delete);
    shell.wait_for_line("SELECT 1 AS one;");
    shell.press(Key::Left);
    shell.press(Key::Right);
    shell.type_keys("0");
    shell.wait_for_line("SELECT 10 AS one;");
    let before = shell.prompts();
    shell.press(Key::Enter);
    assert!(shell.answer(before).contains("10"));
    // What was typed before shows behind the cursor, and is taken with the right arrow.
    shell.type_keys("SELECT 10");
    shell.wait_for_line("SELECT 10 AS one;");
    shell.press(Key::Right);
    shell.wait_for("the cursor at the end", |screen| screen.cursor_position().1 == 7 + 17);
    let before = shell.prompts();
    shell.press(Key::Enter);
    assert!(shell.answer(before).contains("10"));
    shell.leave();
}
