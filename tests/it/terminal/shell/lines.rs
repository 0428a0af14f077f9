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
    for line in ["SELECT 40 +", "-- not the end;", "';' AS semicolon", "; SELECT 'second' AS statement;"] {
        assert_eq!(shell.prompts(), before, "{}", shell.screen());
        shell.enter(&line.replace("';' AS", "2 AS"));
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
    let before = shell.prompts();
    let union: Vec<String> = (1..=60).map(|n| format!("SELECT {n} AS number, 'a line; of {n}' AS text")).collect();
    shell.paste(&format!("{};\nSELECT 'after' AS pasted;", union.join("\nUNION ALL ")));
    shell.wait_for_text("SELECT 'after' AS pasted;");
    assert_eq!(shell.prompts().max(before), before, "nothing has run: {}", shell.screen());
    assert!(!shell.scrollback().contains("60 rows"), "{}", shell.scrollback());
    shell.press(Key::Enter);
    shell.wait_for_text("after");
    shell.wait_for_text("(1 row)");
    shell.wait_for_prompt(1);
    let text = shell.scrollback();
    assert!(text.contains("(60 rows)") && text.contains("a line; of 60"), "{text}");
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
    let before = shell.prompts().max(1);
    shell.press(Key::Enter);
    shell.wait_for_text("(1 row)");
    shell.wait_for_prompt(before);
    assert!(shell.ask("SELECT 5 + 6 AS eleven;").contains("11"));
    shell.leave();
}
