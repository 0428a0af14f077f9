//! `smsql report` and `smsql reports` through the binary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use crate::workspace::Workspace;

const OWN: &str = "\
-- report: by_sender
-- title: By sender
-- description: Messages by sender.
-- parameters:
--   least integer = 1 - At least so many.

-- section: senders
-- title: Senders
-- columns:
--   sender - Who sent it.
--   messages - How many messages.
SELECT sender, sum(units) AS messages FROM sends GROUP BY sender HAVING sum(units) >= $least ORDER BY sender
";

#[test]
fn reports_are_listed_without_a_store() {
    let work = Workspace::empty();
    let listed = work.run(&["reports", "--format", "csv"]).ok();
    assert!(listed.starts_with("report,title,sections,daily,file\n"), "{listed}");
    assert!(listed.contains("\nstatus_summary,Status summary,"), "{listed}");
    assert_eq!(listed.lines().count(), 19, "{listed}");
}

#[test]
fn a_reports_help_has_its_parameters_as_flags() {
    let work = Workspace::empty();
    let help = work.run(&["report", "status_summary", "--help"]).ok();
    for words in ["--from <TIME>", "--campaign <NAME>", "[default: exclude]", "include", "Sections:", "shares of sent"]
    {
        assert!(help.contains(words), "{words}:\n{help}");
    }
    let help = work.run(&["report", "--help"]).ok();
    assert!(help.contains("status_summary") && help.contains("Status summary"), "{help}");
}

#[test]
fn what_is_asked_wrongly_is_refused_with_what_is_allowed() {
    let work = Workspace::demo();
    let summary = |flags: &[&str]| work.run(&[&["report", "status_summary"], flags].concat());
    for (flags, code, said) in [
        (&["--bots", "some"][..], 2, &["exclude", "include"][..]),
        (&["--section", "sumary"], 2, &["summary"]),
        (&["--from", "yesterday"], 2, &["from", "yesterday", "timestamp"]),
        (&["--campain", "x"], 2, &["--campaign"]),
        (&["--campaign", "spring-sail-1"], 1, &["no campaign `spring-sail-1`", "spring-sale-1"]),
        (&["--provider", "twillio"], 1, &["no provider `twillio`", "twilio"]),
        (&["--list", "newsleter"], 1, &["no list `newsleter`", "newsletter"]),
        (&["--format", "csv"], 2, &["--section", "-o"]),
        (&["--format", "csv", "-o", "one.csv"], 2, &["one.csv", "--section", "folder"]),
    ] {
        let error = summary(flags).fails(code);
        for words in said {
            assert!(error.contains(words), "{flags:?} should say {words}: {error}");
        }
    }
    let error = work.run(&["report", "error_breakdown", "--bots", "include"]).fails(2);
    assert!(error.contains("error_breakdown has no --bots: "), "{error}");
    assert!(work.run(&["report", "status_sumary"]).fails(1).contains("did you mean `status_summary`"));
    let error = work.run(&["--store", "nowhere", "report", "status_summary"]).fails(1);
    assert!(error.contains("there is no store `nowhere`"), "{error}");
}

/// From 6 March in New York to the end of the 7th is the second blast and half of the third: what the period cuts.
#[test]
fn periods_are_half_open_and_in_the_zone_that_is_asked_for() {
    let work = Workspace::demo();
    let first = "SELECT CAST(count(*) AS VARCHAR) AS n FROM messages WHERE direction = 'outbound' \
                 AND submitted_at >= '2025-03-06T05:00:00Z' AND submitted_at < '2025-03-08T05:00:00Z'";
    let expected = work.sql(first, &["--format", "tsv"]).ok().lines().nth(1).unwrap().to_owned();
    let report = work.run(&[
        "report",
        "daily_summary",
        "--section",
        "days",
        "--format",
        "json",
        "--tz",
        "America/New_York",
        "--from",
        "2025-03-06",
        "--to",
        "2025-03-08",
    ]);
    let rows: serde_json::Value = serde_json::from_str(&report.ok()).unwrap();
    let total: i64 = rows.as_array().unwrap().iter().map(|row| row["messages"].as_i64().unwrap()).sum();
    assert_eq!(total.to_string(), expected);
    assert_ne!(total, 0);
}

#[test]
fn reports_of_ones_own_are_found_in_the_store_and_in_a_folder() {
    let work = Workspace::demo();
    assert!(work.run(&["report", "by_sender"]).fails(1).contains("no report `by_sender`"));
    std::fs::create_dir(work.path("mine")).unwrap();
    work.write("mine/by_sender.sql", OWN);
    let flags = ["--section", "senders", "--least", "1", "--campaign", "spring-sale-1", "--format", "csv"];
    let from_folder = work.run(&[&["report", "by_sender", "--reports", "mine"], &flags[..]].concat()).ok();
    assert!(from_folder.starts_with("sender,messages\n"), "{from_folder}");
    std::fs::create_dir(work.path("smsql-store/reports")).unwrap();
    work.write("smsql-store/reports/by_sender.sql", OWN);
    let from_store = work.run(&[&["report", "by_sender"], &flags[..]].concat()).ok();
    assert_eq!(from_store, from_folder);
    assert!(work.run(&["reports"]).ok().contains("reports/by_sender.sql"));
    assert!(work.run(&["report", "by_sender", "--help"]).ok().contains("--least <INTEGER>"));
    assert!(work.run(&["report", "by_sender", "--lest", "1"]).fails(2).contains("--least"));
    // In both places it is there twice, and which of them is meant nobody can tell.
    let error = work.run(&["report", "by_sender", "--reports", "mine"]).fails(1);
    assert!(error.contains("already, in reports/by_sender.sql"), "{error}");
    // A draft beside it is no obstacle, but it is told of where reports are listed.
    work.write("smsql-store/reports/draft.sql", "-- report: draft\n-- title: Draft\n");
    assert_eq!(work.run(&[&["report", "by_sender"], &flags[..]].concat()).ok(), from_store);
    let listed = work.run(&["reports"]);
    assert!(listed.out.contains("by_sender") && listed.fails(1).contains("reports/draft.sql"));
    assert!(work.run(&["report", "draft"]).fails(1).contains("reports/draft.sql"));
    work.write("smsql-store/reports/by_sender.sql", &OWN.replace("least", "format"));
    let error = work.run(&["report", "by_sender"]).fails(1);
    assert!(error.contains("--format, which every report has"), "{error}");
    work.write("smsql-store/reports/by_sender.sql", &OWN.replace(" ORDER BY sender", " ORDER BY messages"));
    for command in [&["report", "by_sender"][..], &["reports"]] {
        let error = work.run(command).fails(1);
        assert!(error.contains("not replayable: ORDER BY") && error.contains("reports/by_sender.sql:12"), "{error}");
    }
}

#[test]
fn a_reports_sql_can_be_read() {
    let work = Workspace::empty();
    let sql = work.run(&["report", "status_summary", "--sql"]).ok();
    assert!(sql.starts_with("-- report: status_summary\n"), "{sql}");
}

/// What a shell asks at TAB.
#[test]
fn values_are_completed_from_the_store() {
    let work = Workspace::demo();
    let complete = |words: &[&str]| {
        let mut command = work.command(&[&["--", "smsql"], words].concat());
        command.env("SMSQL_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
        let said = crate::workspace::finish(command.env("_CLAP_IFS", "\n"));
        said.ok().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        complete(&["report", "status_summary", "--campaign", "spring"]),
        ["spring-sale-1", "spring-sale-2", "spring-sale-3"]
    );
    assert_eq!(complete(&["report", "status_summary", "--bots", ""]), ["exclude", "include"]);
    assert!(complete(&["report", "status_"]).contains(&"status_summary".to_owned()));
    assert!(complete(&["report", "status_summary", "--cam"]).contains(&"--campaign".to_owned()));
}
