//! Pagers, and readers that leave.

use std::os::unix::fs::PermissionsExt;

use super::super::harness::Setup;
use super::Shell;
use crate::workspace::Workspace;

const LONG: &str = "SELECT value AS number FROM generate_series(1, 300);";

/// A pager that keeps what it gets, says a word, and shows nothing else.
fn pager(work: &Workspace, script: &str) -> String {
    work.write("pager.sh", &format!("#!/bin/sh\n{script}\n"));
    let path = work.path("pager.sh");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_long_result_goes_through_the_pager() {
    let work = Workspace::new();
    let script = pager(&work, "cat > paged.txt; echo 'the pager has it'");
    let shell = Shell::with(Setup::new(&work).env("PAGER", script));
    let answer = shell.ask("SELECT 1 AS one;");
    assert!(answer.contains("(1 row)") && !answer.contains("the pager"), "short ones do not: {answer}");
    let answer = shell.ask(LONG);
    assert!(answer.contains("the pager has it") && !answer.contains("299"), "{answer}");
    let paged = work.read("paged.txt");
    assert!(paged.contains("(300 rows)") && paged.lines().count() >= 302, "{paged}");
    // A message body cannot act on the screen there either.
    assert!(!paged.contains('\r'));
    shell.ask("\\pager off");
    assert!(shell.ask(LONG).contains("(300 rows)"));
    shell.ask("\\pager on");
    assert!(shell.ask("SELECT 2 AS two;").contains("the pager has it"));
    shell.leave();
}

#[test]
fn a_pager_that_is_left_ends_the_result() {
    let work = Workspace::new();
    let script = pager(&work, "head -n 3 > paged.txt; echo 'the pager has enough'");
    let shell = Shell::with(Setup::new(&work).env("PAGER", script));
    let answer = shell.ask("SELECT value, repeat('x', 50) FROM generate_series(1, 1000000000);");
    assert!(answer.contains("the pager has enough") && !answer.contains("error"), "{answer}");
    assert!(shell.ask("SELECT 8 AS eight;").contains('8'));
    shell.leave();
}

#[test]
fn a_pager_that_is_not_there_is_no_loss() {
    let work = Workspace::new();
    let shell = Shell::with(Setup::new(&work).env("PAGER", "no-such-pager --at-all"));
    let answer = shell.ask(LONG);
    assert!(answer.contains("(300 rows)"), "{answer}");
    shell.leave();
}

/// Standard output that goes to a reader who leaves, while somebody types: the shell goes on, or ends, and never hangs.
#[test]
fn results_that_go_to_a_pipe_end_with_its_reader() {
    let work = Workspace::new();
    let endless = "SELECT value FROM generate_series(1, 1000000000)";
    let script = format!("printf '%s;' \"{endless}\" | smsql | head -n 3; echo \"head $?\"");
    let mut terminal = Setup::new(&work).script(&script);
    assert_eq!(terminal.exit_code(), 0, "{}", terminal.screen());
    let screen = terminal.screen();
    assert!(screen.contains("head 0") && !screen.contains("error"), "{screen}");
    terminal.assert_sane();
}
