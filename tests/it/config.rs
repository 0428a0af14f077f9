//! Settings: a flag counts before the environment, that before the profile, that before the top of the configuration
//! file, and that before the default.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod errors;

use std::collections::BTreeMap;
use std::process::Command;

use smsql::repl::config::{DEFINITIONS, Definition, Scope};

use crate::workspace::{Run, Workspace, finish};

/// The configuration file of a workspace, whose home is the folder itself.
pub(super) const FILE: &str = ".config/smsql/config.toml";

/// A workspace with this configuration file.
pub(super) fn configured(text: &str) -> Workspace {
    let work = Workspace::empty();
    configure(&work, text);
    work
}

fn configure(work: &Workspace, text: &str) {
    std::fs::create_dir_all(work.path(".config/smsql")).unwrap();
    work.write(FILE, text);
}

/// What `smsql config` shows: value and source of each setting.
#[track_caller]
fn shown(command: &mut Command) -> BTreeMap<String, (Option<String>, String)> {
    let rows: Vec<BTreeMap<String, Option<String>>> = serde_json::from_str(&finish(command).ok()).unwrap();
    let text = |row: &BTreeMap<String, Option<String>>, name: &str| row[name].clone();
    rows.iter().map(|r| (text(r, "setting").unwrap(), (text(r, "value"), text(r, "source").unwrap()))).collect()
}

fn show(work: &Workspace) -> Command {
    work.command(&["config", "--format", "json"])
}

/// A value for each setting that is not its default.
const OTHERS: [(&str, &str); 14] = [
    ("store", "/data/sms"),
    ("tz", "Asia/Kolkata"),
    ("memory_limit", "3GiB"),
    ("threads", "3"),
    ("timeout", "90s"),
    ("reports", "/data/reports"),
    ("format", "csv"),
    ("expanded", "on"),
    ("null", "-"),
    ("color", "never"),
    ("editing", "vi"),
    ("pager", "off"),
    ("timing", "on"),
    ("history", "off"),
];

#[test]
fn each_source_counts_before_those_below_it() {
    let zones = ["Asia/Tokyo", "Asia/Dubai", "Asia/Dhaka", "Asia/Kabul"];
    for given in 0..16 {
        let is = |source: usize| given & (1 << source) != 0;
        let at = |source: usize| if is(source) { format!("tz = '{}'\n", zones[source]) } else { String::new() };
        let work = configured(&format!("{}[profiles.prod]\n{}", at(3), at(2)));
        let mut command = show(&work);
        command.args(["--profile", "prod"]);
        if is(0) {
            command.args(["--tz", zones[0]]);
        }
        if is(1) {
            command.env("SMSQL_TZ", zones[1]);
        }
        let profile_line = if is(3) { 3 } else { 2 };
        let wanted = match (0..4).find(|source| is(*source)) {
            Some(0) => (zones[0], "flag --tz".to_owned()),
            Some(1) => (zones[1], "environment SMSQL_TZ".to_owned()),
            Some(2) => (zones[2], format!("profile prod, ~/{FILE}:{profile_line}")),
            Some(_) => (zones[3], format!("~/{FILE}:1")),
            None => ("UTC", "default".to_owned()),
        };
        assert_eq!(shown(&mut command)["tz"], (Some(wanted.0.to_owned()), wanted.1), "{given:04b}");
    }
}

#[test]
fn every_setting_can_stand_in_the_file_a_profile_the_environment_and_most_are_flags() {
    assert_eq!(OTHERS.map(|(key, _)| key).to_vec(), DEFINITIONS.iter().map(|d| d.key).collect::<Vec<_>>());
    let toml = OTHERS.iter().map(|(key, value)| format!("{key} = \"{value}\"\n")).collect::<String>();
    let plain = Workspace::empty();
    let defaults = shown(&mut show(&plain));
    for definition in &DEFINITIONS {
        let default = Some(definition.default.to_owned()).filter(|default| !default.is_empty());
        assert_eq!(defaults[definition.key], (default, "default".to_owned()));
    }
    let all = |command: &mut Command, wanted: &dyn Fn(usize, &Definition) -> String| {
        // The format of this output is a flag's.
        let shown = shown(command);
        for (at, ((key, value), definition)) in OTHERS.iter().zip(&DEFINITIONS).enumerate() {
            assert_eq!(shown[*key], (Some((*value).to_owned()), wanted(at, definition)));
        }
    };
    all(&mut show(&configured(&toml)), &|at, _| format!("~/{FILE}:{}", at + 1));
    let profile = configured(&format!("profile = 'p'\n[profiles.p]\n{toml}"));
    all(&mut show(&profile), &|at, _| format!("profile p, ~/{FILE}:{}", at + 3));
    let mut environment = show(&plain);
    for ((_, value), definition) in OTHERS.iter().zip(&DEFINITIONS) {
        environment.env(definition.variable(), value);
    }
    all(&mut environment, &|_, definition| format!("environment {}", definition.variable()));
    let is_flag = |definition: &Definition| definition.scope != Scope::Results;
    let flags = OTHERS.iter().zip(&DEFINITIONS).filter(|(_, definition)| is_flag(definition));
    let flags = flags.flat_map(|((_, value), definition)| [definition.flag(), (*value).to_owned()]);
    let flags = flags.chain(["config", "--format", "json"].map(str::to_owned)).collect::<Vec<_>>();
    let flags = shown(&mut plain.command(&flags.iter().map(String::as_str).collect::<Vec<_>>()));
    for ((key, value), definition) in OTHERS.iter().zip(&DEFINITIONS).filter(|(_, definition)| is_flag(definition)) {
        assert_eq!(flags[*key], (Some((*value).to_owned()), format!("flag {}", definition.flag())));
    }
}

#[test]
fn settings_do_what_they_say() {
    let work = Workspace::new();
    let run = |toml: &str, args: &[&str]| {
        configure(&work, toml);
        work.run(args)
    };
    let instant = ["sql", "SELECT '2025-07-01T12:00:00Z'::timestamptz AS t, NULL AS n"];
    let csv = "t,n\n2025-07-01T14:00:00+02:00,\n";
    assert_eq!(run("tz = 'Europe/Berlin'\nformat = 'csv'", &instant).ok(), csv);
    let table = run("null = '(none)'", &instant).ok();
    assert!(table.contains("(none)") && table.contains("2025-07-01T12:00:00Z"), "{table}");
    // A file's suffix and a flag say more than a setting.
    run("format = 'json'", &[&instant[..], &["-o", "out.csv"]].concat()).ok();
    assert!(work.read("out.csv").starts_with("t,n\n"));
    assert!(run("format = 'json'", &[&instant[..], &["--format", "tsv"]].concat()).ok().starts_with("t\tn\n"));
    let slow = "SELECT count(*) FROM generate_series(1, 100000000) a, generate_series(1, 100000000) b";
    assert!(run("timeout = '200ms'", &["sql", slow]).fails(5).contains("200ms"));
    let big = "SELECT cardinality(array_agg(value)) FROM generate_series(1, 10000000)";
    assert!(run("memory_limit = 1_000_000", &["sql", big]).fails(5).contains("memory_limit"));
    let err = run("color = 'always'", &["sql", "nonsense"]).fails(1);
    assert!(err.starts_with("\x1b[1;31merror"), "{err:?}");
    let err = run("color = 'always'", &["sql", "nonsense", "--color", "never"]).fails(1);
    assert!(err.starts_with("error: "), "{err:?}");
}

#[test]
fn no_color_is_a_word_of_the_environment() {
    let work = configured("color = 'always'");
    let color = |variables: &[(&str, &str)]| {
        let shown = shown(show(&work).envs(variables.iter().copied()));
        (shown["color"].0.clone().unwrap(), shown["color"].1.clone())
    };
    assert_eq!(color(&[]).0, "always");
    assert_eq!(color(&[("NO_COLOR", "1")]), ("never".to_owned(), "environment NO_COLOR".to_owned()));
    assert_eq!(color(&[("NO_COLOR", "")]).0, "always", "no-color.org: when present and not an empty string");
    assert_eq!(color(&[("NO_COLOR", "1"), ("SMSQL_COLOR", "auto")]).0, "auto");
}

#[test]
fn paths_in_the_file_are_relative_to_its_folder() {
    let work = Workspace::new();
    let count = "SELECT count(*) AS n FROM events";
    std::fs::create_dir_all(work.path("elsewhere")).unwrap();
    for (store, file) in [
        ("smsql-store", "smsql.toml"),
        ("../smsql-store", "elsewhere/smsql.toml"),
        ("~/smsql-store", "elsewhere/smsql.toml"),
        (work.path("smsql-store").to_str().unwrap(), "elsewhere/smsql.toml"),
    ] {
        work.write(file, &format!("store = \"{store}\"\nformat = \"csv\"\n"));
        let file = work.path(file);
        let mut command = work.command(&["sql", count, "--config", file.to_str().unwrap()]);
        assert_eq!(finish(command.current_dir(work.path("elsewhere"))).ok(), "n\n3\n", "{store}");
    }
    // On the command line and in the environment they are relative to where one is.
    configure(&work, "format = 'csv'");
    assert_eq!(finish(work.command(&["sql", count]).env("SMSQL_STORE", "smsql-store")).ok(), "n\n3\n");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let work = configured("tz = 'Asia/Tokyo'\nprofile = 'p'\n[profiles.p]\nthreads = 2");
    let mut command = show(&work);
    for name in ["SMSQL_TZ", "SMSQL_PROFILE", "SMSQL_CONFIG", "SMSQL_STORE", "SMSQL_THREADS"] {
        command.env(name, "");
    }
    let shown = shown(&mut command);
    assert_eq!(shown["tz"].0.as_deref(), Some("Asia/Tokyo"));
    assert_eq!(shown["threads"].0.as_deref(), Some("2"));
    assert_eq!(shown["store"].0.as_deref(), Some("./smsql-store"));
}

#[test]
fn a_profile_is_picked_by_flag_variable_or_file() {
    let work =
        configured("profile = 'a'\n[profiles.a]\ntz = 'Asia/Tokyo'\n[profiles.b]\ntz = 'Asia/Dubai'\nthreads = 2\n");
    let picked = |command: &mut Command| {
        let shown = shown(command);
        (shown["profile"].0.clone(), shown["profile"].1.clone(), shown["tz"].0.clone().unwrap())
    };
    let wanted = |name: &str, source: &str, tz: &str| {
        (Some(name).filter(|name| !name.is_empty()).map(str::to_owned), source.to_owned(), tz.to_owned())
    };
    assert_eq!(picked(&mut show(&work)), wanted("a", &format!("~/{FILE}:1"), "Asia/Tokyo"));
    let variable = wanted("b", "environment SMSQL_PROFILE", "Asia/Dubai");
    assert_eq!(picked(show(&work).env("SMSQL_PROFILE", "b")), variable);
    let both = picked(show(&work).env("SMSQL_PROFILE", "b").args(["--profile", "a"]));
    assert_eq!(both, wanted("a", "flag --profile", "Asia/Tokyo"));
    assert_eq!(picked(show(&work).args(["--profile", ""])), wanted("", "flag --profile", "UTC"));
    assert_eq!(
        work.run(&["config", "profiles", "--format", "csv", "--profile", "b"]).ok(),
        format!(
            "profile,in_force,settings,source\n\
             a,false,tz = Asia/Tokyo,~/{FILE}:2\n\
             b,true,\"threads = 2, tz = Asia/Dubai\",~/{FILE}:4\n"
        )
    );
}

#[test]
fn a_file_is_begun_with_every_setting_in_it() {
    let work = Workspace::empty();
    let path = work.path(FILE);
    assert_eq!(work.run(&["config", "path"]).ok(), format!("{}\n", path.display()));
    assert!(!path.exists(), "asking makes no file");
    assert!(work.run(&["config", "init"]).said(&format!("wrote {}", path.display())));
    let text = work.read(FILE);
    for definition in &DEFINITIONS {
        assert!(text.contains(&format!("\n# {} = ", definition.key)), "{}: {text}", definition.key);
    }
    assert!(shown(&mut show(&work)).values().all(|(_, source)| source == "default"), "all of it is a comment");
    work.write(FILE, "tz = 'Asia/Tokyo'");
    assert!(work.run(&["config", "init"]).fails(1).contains("left as it is"));
    assert_eq!(work.read(FILE), "tz = 'Asia/Tokyo'");
    assert!(work.run(&["config", "init", "--config", "other.toml"]).said("wrote other.toml"));
}

const REPORT: &str = "\
-- report: mine
-- title: Mine
-- description: Messages by bucket.

-- section: summary
-- title: Buckets
-- columns:
--   bucket - The bucket.
--   messages - Messages in it.
SELECT bucket, sum(units) AS messages FROM sends GROUP BY bucket ORDER BY bucket
";

/// The flags behind a report that is not built in are read before that report is known.
#[test]
fn own_reports_are_found_through_the_file_also_by_completions() {
    let work = Workspace::new();
    std::fs::create_dir_all(work.path("own")).unwrap();
    work.write("own/mine.sql", REPORT);
    work.write("my.toml", "[profiles.p]\nreports = 'own'\nstore = 'smsql-store'\nformat = 'json'\n");
    let ran = |run: Run| {
        let report: serde_json::Value = serde_json::from_str(&run.ok()).unwrap();
        assert_eq!(report["report"], "mine");
    };
    ran(work.run(&["report", "mine", "--config", "my.toml", "--profile=p"]));
    ran(work.run(&["--config", "my.toml", "report", "mine", "--profile", "p"]));
    ran(finish(work.command(&["report", "mine"]).env("SMSQL_CONFIG", "my.toml").env("SMSQL_PROFILE", "p")));
    let complete = |words: &[&str]| {
        let mut command = work.command(&[&["--", "smsql"], words].concat());
        command.env("SMSQL_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
        let said = finish(command.env("_CLAP_IFS", "\n"));
        said.ok().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(complete(&["--config", "my.toml", "--profile", "p", "report", "min"]), ["mine"]);
    assert_eq!(complete(&["--config", "my.toml", "--profile", ""]), ["p"]);
    assert_eq!(complete(&["--color", "a"]), ["auto", "always"]);
    assert_eq!(complete(&["config", "pr"]), ["profiles"]);
}

#[test]
fn help_and_the_manual_name_every_setting() {
    let work = configured("nonsense");
    let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (top, sql) = (words(work.run(&["--help"]).ok()), words(work.run(&["sql", "--help"]).ok()));
    let manual = work.run(&["man"]).ok().replace("\\-", "-");
    let (_, files) = manual.split_once("\n.SH FILES\n").unwrap();
    let (files, environment) = files.split_once("\n.SH ENVIRONMENT\n").unwrap();
    for definition in &DEFINITIONS {
        let help = if definition.scope == Scope::Results { &sql } else { &top };
        if definition.scope != Scope::Results {
            assert!(help.contains(&format!("{} <{}>", definition.flag(), definition.value_name)), "{}", definition.key);
        }
        if definition.key != "expanded" {
            assert!(help.contains(&format!("[env: {}]", definition.variable())), "{}: {help}", definition.key);
        }
        assert!(files.contains(&format!("\n# {} = ", definition.key)), "{}: {files}", definition.key);
        assert!(environment.contains(&format!("\n\\fB{}\\fR\n{}", definition.variable(), definition.help)));
    }
    assert!(top.contains("[env: SMSQL_PROFILE]") && top.contains("[env: SMSQL_CONFIG]"));
    assert!(environment.contains("\\fBSMSQL_PROFILE\\fR") && environment.contains("\\fBSMSQL_CONFIG\\fR"));
}

#[test]
fn where_no_folder_can_be_there_is_no_configuration() {
    let work = Workspace::empty();
    work.write("smsql", "a file where the folder would be");
    let mut command = show(&work);
    let path = shown(command.env("XDG_CONFIG_HOME", work.folder.path()));
    assert_eq!(path["tz"], (Some("UTC".to_owned()), "default".to_owned()));
    // One that is asked for must be there.
    work.run(&["config", "--config", "smsql/config.toml"]).fails(1);
}
