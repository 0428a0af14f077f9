//! What an analyst gets wrong, and what is told then.

use super::super::harness::Setup;
use super::super::keys::Key;
use super::Shell;
use crate::workspace::Workspace;

#[test]
fn a_command_that_is_wrong_is_told_what_would_be_right() {
    let work = Workspace::new();
    work.write("broken.sql", "SELECT 1 AS one;\n\n\\nonsense\n");
    let shell = Shell::with(Setup::new(&work).size(200, 50));
    for (line, expected) in [
        ("\\last", "there is no result yet"),
        ("\\report status_summary.zzz", "the sections of status_summary are "),
        ("\\report status_summary.", "which section?; the sections of status_summary are "),
        (
            "\\report status_summary bots=exlude",
            "bots is `exlude`; it must be exclude or include, did you mean `exclude`?",
        ),
        ("\\report status_summary zzz=1", "the parameters of status_summary are "),
        ("\\report status_summary bots=include bots=exclude", "`bots` is given twice"),
        ("\\o none/x.csv", "there is no folder `none`"),
        ("\\o x.doc", "it must end in one of .txt, .csv,"),
        ("\\format xml", "there are table, csv,"),
        ("\\plan SELECT 1; SELECT 2", "it takes one statement"),
        ("\\config tz", "UTC"),
        ("\\config tzz", "there is no setting `tzz`, did you mean `tz`?"),
        ("\\h \\asof", "Read the store as it was"),
        ("\\asof '2020-01-01 09:00'", "nothing was known at 2020-01-01T09:00:00Z"),
        ("\\set", "no parameter has a value"),
        ("SELECT $day;", "give it with \\set day=VALUE"),
        // What failed is not run again for its rows, nor is what ran before it.
        ("\\last", "there is no result yet"),
        ("SELECT 'an' || 'swer' AS word;", "answer"),
        ("\\set day=2025-03-04", ""),
        ("\\set", "day = 2025-03-04 (date)"),
        ("SELECT nonsense;", "error"),
        ("\\last", "there is no last result"),
        ("\\i broken.sql", "broken.sql:3: there is no command `\\nonsense`"),
    ] {
        let answer = shell.ask(line);
        let (_, result) = answer.split_once('\n').unwrap_or_default();
        assert!(result.contains(expected), "{line}: {answer}");
    }
    shell.leave();
}

#[test]
fn versions_and_sections_are_offered() {
    let work = Workspace::new();
    let shell = Shell::open(&work);
    // The store is looked at beside the prompt.
    shell.ask("SELECT count(*) FROM messages;");
    shell.type_keys("\\asof ");
    shell.press(Key::Tab);
    shell.wait_for_text("what is known now");
    // Of the newest version, when it was committed.
    shell.press(Key::Tab);
    shell.wait_for_text("UTC");
    let before = shell.prompts();
    shell.press(Key::Ctrl('c'));
    shell.wait_for_prompt(before + 1);
    shell.type_keys("\\report campaign_report.");
    shell.press(Key::Tab);
    shell.wait_for_text("bounce_reasons");
    let before = shell.prompts();
    shell.press(Key::Ctrl('c'));
    shell.wait_for_prompt(before + 1);
    shell.leave();
}

#[test]
fn ctrl_c_ends_a_result_that_is_shown_again() {
    let work = Workspace::new();
    let shell = Shell::open(&work);
    shell.ask("\\o rows.parquet");
    shell.ask("SELECT value FROM generate_series(1, 3000000);");
    shell.ask("\\pager off");
    let before = shell.prompts();
    shell.enter("\\last csv");
    let is_row = |line: &&str| line.trim().parse::<u64>().is_ok();
    shell.wait_for("a screen of rows", |screen| screen.contents().lines().filter(is_row).count() > 20);
    shell.press(Key::Ctrl('c'));
    let answer = shell.answer(before);
    assert!(answer.contains("cancelled"), "{}", &answer[answer.len().saturating_sub(500)..]);
    shell.leave();
}

#[test]
fn a_file_gets_results_and_nothing_else() {
    let work = Workspace::new();
    let mut terminal = Setup::new(&work).script("smsql > out.txt; smsql 2> err.txt");
    terminal.wait_for_text("smsql>");
    terminal.enter("SELECT 1 AS one,");
    terminal.wait_for_text("...>");
    terminal.enter("2 AS two;");
    terminal.enter("\\q");
    terminal.wait_for("the next prompt", |screen| screen.contents().matches("smsql>").count() >= 3);
    terminal.enter("selec;");
    terminal.enter("\\q");
    assert_eq!(terminal.exit_code(), 0, "{}", terminal.screen());
    let (out, err) = (work.read("out.txt"), work.read("err.txt"));
    assert!(out.contains("two") && out.ends_with("(1 row)\n"), "{out}");
    assert!(err.contains("did you mean `SELECT`?"), "{err}");
    assert!(!format!("{out}{err}").contains('\u{1b}') && !err.contains("smsql>"), "{out}{err}");
}
