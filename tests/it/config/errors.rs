//! What is wrong with settings is said with its place, with what is allowed, and without secrets.

use super::{FILE, configured};
use crate::workspace::{Workspace, finish};

/// A file, and what must be in the error about it.
const WRONG: [(&str, &[&str]); 16] = [
    ("tz = 'UTC'\nstroe = 'x'", &["there is no setting `stroe`", "config.toml:2:1", "^^^^^", "did you mean `store`?"]),
    ("qqq = 1", &["config.toml:1:1", "not known", "settings are store, tz, memory_limit"]),
    ("tz = 'Europe/Berln'", &["config.toml:1:6", "did you mean Europe/Berlin?"]),
    ("[profiles.a]\ntz = 5", &["config.toml:2:6", "it takes text in quotes, such as \"UTC\", and this is a number"]),
    ("threads = 0", &["config.toml:1:11", "not a number of cores"]),
    ("threads = true", &["a number, or text in quotes"]),
    ("timing = 3", &["true, false, or text in quotes"]),
    ("memory_limit = '150%'", &["1% to 100%"]),
    ("timeout = 'soon'", &["90s or 5m, or `never`"]),
    ("format = 'excel'", &["it takes one of table, csv, tsv"]),
    ("editing = 'vim'", &["it takes one of emacs, vi"]),
    ("profile = 'prdo'\n[profiles.prod]", &["config.toml:1:11", "no profile `prdo`", "did you mean `prod`?"]),
    ("[profile.prod]\ntz = 'UTC'", &["config.toml:1:2", "[profiles.NAME]"]),
    ("[profiles]\nprod = 'x'", &["config.toml:2:8", "[profiles.prod]"]),
    ("tz = 'UTC'\ntz = 'UTC'", &["not TOML: duplicate key", "config.toml:2:1"]),
    ("tz = ", &["not TOML", "config.toml:1:"]),
];

#[test]
fn an_error_in_the_file_points_at_it() {
    for (text, wanted) in WRONG {
        let err = configured(text).run(&["sql", "SELECT 1"]).fails(1);
        for words in wanted {
            assert!(err.contains(words), "{text}\n{err}\nlacks {words}");
        }
    }
    let work = configured("# fine\ntz = \"UCT+1\" # no such\n");
    assert_eq!(
        work.run(&["config"]).fails(1),
        format!(
            "\
error: the value of `tz` is wrong
 --> {}:2:6
  |
2 | tz = \"UCT+1\" # no such
  |      ^^^^^^^ not an IANA time zone, did you mean UCT?
",
            work.path(FILE).display()
        )
    );
}

#[test]
fn what_needs_no_settings_works_beside_a_broken_file() {
    let work = configured("nonsense");
    for args in [&["config", "path"][..], &["man"], &["completions", "bash"], &["--help"], &["--version"]] {
        work.run(args).ok();
    }
    assert!(work.run(&["config", "init"]).fails(1).contains("left as it is"));
}

#[test]
fn secrets_are_refused_and_not_repeated() {
    for text in [
        "aws_secret_access_key = 'hunter2'",
        "[profiles.p]\nAZURE_STORAGE_ACCOUNT_KEY = \"hunter2\"",
        "password = hunter2",
        "store = 's3://me:hunter2@bucket/path'",
        "store = 's3://bucket/path?sig=hunter2'",
        "store = { url = 's3://me:hunter2@bucket/path' }",
        "reports = 's3://me:hunter2@bucket/reports'",
        "profiles.p = { tz = 'UTC', password = 'hunter2' }",
    ] {
        let err = configured(text).run(&["config"]).fails(1);
        assert!(!err.contains("hunter2"), "{err}");
        assert!(err.contains("environment") || !text.contains("_key") && !text.contains("store = 's3"), "{err}");
    }
    let work = Workspace::empty();
    let mut command = work.command(&["config", "--format", "csv"]);
    let shown = finish(command.env("SMSQL_STORE", "s3://me:hunter2@bucket/path?sig=hunter2")).ok();
    assert!(shown.contains("store,s3://bucket/path,environment SMSQL_STORE\n"), "{shown}");
}

#[test]
fn a_wrong_variable_or_flag_is_a_wrong_call() {
    let work = Workspace::empty();
    let with = |name: &str, value: &str| finish(work.command(&["config"]).env(name, value)).fails(2);
    let err = with("SMSQL_TZ", "Europe/Berln");
    assert_eq!(
        err,
        "error: invalid value 'Europe/Berln' for environment SMSQL_TZ: not an IANA time zone, did you mean Europe/Berlin?\n"
    );
    assert!(with("SMSQL_PAGER", "of").contains("it takes one of auto, on, off; did you mean off?"));
    work.run(&["--pager", "less", "config"]).fails(2);
    work.run(&["config", "--pager", "off"]).fails(2);
    work.run(&["config", "--config", ""]).fails(2);
}

#[test]
fn a_profile_that_is_not_there_is_named() {
    let work = configured("[profiles.prod]\n[profiles.dev]\n");
    let err = work.run(&["sql", "SELECT 1", "--profile", "prd"]).fails(1);
    assert!(err.starts_with("error: there is no profile `prd`, did you mean `prod`?\n"), "{err}");
    assert!(Workspace::empty().run(&["config", "--profile", "prod"]).fails(1).contains("smsql config path"));
}

#[test]
fn a_file_that_is_named_must_be_there_and_may_not_be_endless() {
    let work = Workspace::empty();
    assert!(work.run(&["config", "--config", "none.toml"]).fails(1).contains("none.toml"));
    assert!(finish(work.command(&["config"]).env("SMSQL_CONFIG", "none.toml")).fails(1).contains("none.toml"));
    work.run(&["config", "--config", "/dev/null"]).ok();
    assert!(work.run(&["config", "--config", "/dev/zero"]).fails(5).contains("CONFIG_BYTES_MAX"));
    std::fs::write(work.path("latin1.toml"), b"null = '\xe9'").unwrap();
    assert!(work.run(&["config", "--config", "latin1.toml"]).fails(1).contains("UTF-8"));
}
