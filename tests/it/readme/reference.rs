//! The reference parts of the README, written from the definitions in the code.

use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;

use datafusion::logical_expr::Documentation;
use smsql::event::StatusTable;
use smsql::repl::config::{CONFIG, DEFINITIONS, PROFILE};
use smsql::report;
use smsql::session::aggregates::aggregate_functions;
use smsql::session::functions::scalar_functions;
use smsql::session::{Description, SessionOptions};
use smsql::source::Catalogue;

use super::{readme, root, smsql};
use crate::support::empty_session;

const END: &str = "<!-- end -->";

#[tokio::test(flavor = "multi_thread")]
async fn generated_parts_are_those_of_the_program() {
    let description = empty_session(&SessionOptions::default()).await.describe().await;
    let parts = [
        ("feeds", feeds()),
        ("reports", reports()),
        ("parameters", parameters()),
        ("definitions", definitions()),
        ("tables", tables(&description)),
        ("functions", functions(&description)),
        ("settings", settings()),
        ("commands", commands()),
        ("limits", limits()),
    ];
    let before = readme();
    let mut after = before.clone();
    for (name, text) in parts {
        let begin = format!("<!-- generated: {name} -->\n");
        let (head, rest) = after.split_once(&begin).unwrap_or_else(|| panic!("README.md lacks {begin}"));
        let (_, tail) = rest.split_once(END).unwrap_or_else(|| panic!("README.md lacks {END} after {begin}"));
        after = format!("{head}{begin}{text}{END}{tail}");
    }
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(root().join("README.md"), after).unwrap();
        return;
    }
    let different = after.lines().zip(before.lines()).find(|(wanted, found)| wanted != found);
    let help = "write it anew with UPDATE_README=1 cargo test --test it readme::";
    assert!(after == before, "README.md differs from the program, first in {different:?}; {help}");
}

/// One row per command of the shell.
fn commands() -> String {
    let mut text = "| command | what it does |\n|---|---|\n".to_owned();
    for command in smsql::repl::COMMANDS {
        let usage = format!("\\{} {}", command.name, command.arguments).replace('|', "\\|");
        writeln!(text, "| `{}` | {} |", usage.trim_end(), command.summary).unwrap();
    }
    text
}

/// One row per built-in feed.
fn feeds() -> String {
    let mut text = "| feed | what it reads | formats |\n|---|---|---|\n".to_owned();
    for feed in Catalogue::new([]).unwrap().iter() {
        let formats = feed.formats.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ");
        let title = match feed.source.strip_prefix("https://") {
            Some(_) => format!("[{}]({})", feed.title, feed.source),
            None => feed.title.clone(),
        };
        writeln!(text, "| `{}` | {title} | {formats} |", feed.name).unwrap();
    }
    text
}

/// One row per built-in report.
fn reports() -> String {
    let mut text = "| report | sections | daily | its own parameters |\n|---|---|---|---|\n".to_owned();
    for report in report::Catalogue::new([]).unwrap().reports() {
        let sections = report.sections.iter().map(|section| format!("`{}`", section.name)).collect::<Vec<_>>();
        let own = report.parameters.iter().filter(|p| !report::COMMON_PARAMETERS.contains(&p.name.as_str()));
        let own = own.map(|p| match &p.default {
            Some(default) => format!("`--{} {default}`", p.name.replace('_', "-")),
            None => format!("`--{}`", p.name.replace('_', "-")),
        });
        let daily = if report.is_daily { "yes" } else { "" };
        let (sections, own) = (sections.join(", "), own.collect::<Vec<_>>().join(", "));
        writeln!(text, "| `{}` | {sections} | {daily} | {own} |", report.name).unwrap();
    }
    text
}

/// The parameters that all reports share.
fn parameters() -> String {
    let catalogue = report::Catalogue::new([]).unwrap();
    let mut text = "| parameter | type | default | meaning |\n|---|---|---|---|\n".to_owned();
    for name in report::COMMON_PARAMETERS {
        let parameter = catalogue.reports().flat_map(|report| &report.parameters).find(|p| p.name == name).unwrap();
        let kind = match parameter.allowed.as_slice() {
            [] => parameter.parameter_type.name().to_owned(),
            allowed => allowed.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" or "),
        };
        let default = parameter.default.as_ref().map_or(String::new(), |default| format!("`{default}`"));
        writeln!(text, "| `--{name}` | {kind} | {default} | {} |", cell(&parameter.help)).unwrap();
    }
    text
}

/// The views that reports share.
fn definitions() -> String {
    let mut text = "| view | what it is | columns |\n|---|---|---|\n".to_owned();
    for definition in report::Catalogue::new([]).unwrap().shared() {
        let columns = definition.columns.iter().map(|(name, meaning)| match name.as_str() {
            "*" => cell(meaning.trim_end_matches('.')),
            name => format!("`{name}`"),
        });
        let columns = columns.collect::<Vec<_>>().join(", ");
        writeln!(text, "| `{}` | {}. | {columns} |", definition.name, cell(&definition.title)).unwrap();
    }
    text
}

/// Every table and view of a session with its columns.
fn tables(description: &Description) -> String {
    let order = ["events", "messages", "recipients", "clicks", "campaigns"];
    let rest = description.tables.iter().map(|table| table.name.as_str()).filter(|name| !order.contains(name));
    let mut text = String::new();
    for name in order.into_iter().chain(rest) {
        let table = description.table(name).unwrap();
        write!(text, "### `{name}`\n\n{}\n\n| column | type | meaning |\n|---|---|---|\n", table.description).unwrap();
        for column in &table.columns {
            let meaning = cell(&column.description);
            writeln!(text, "| `{}` | {} | {meaning} |", column.name, column.data_type).unwrap();
        }
        text.push('\n');
    }
    text
}

/// Every function that smsql registers, in the order of the code, in the words of its own documentation.
fn functions(description: &Description) -> String {
    let status = Arc::new(StatusTable::new(None).unwrap());
    let mut text = "| function | what it gives |\n|---|---|\n".to_owned();
    let mut row = |name: &str, documentation: Option<&Documentation>| {
        let documentation = documentation.unwrap_or_else(|| panic!("{name} has no documentation"));
        let first = documentation.description.split("\n\n").next().unwrap();
        writeln!(text, "| `{}` | {} |", cell(&documentation.syntax_example), cell(first)).unwrap();
    };
    for function in scalar_functions(&status) {
        row(function.name(), function.documentation());
    }
    for function in aggregate_functions() {
        row(function.name(), function.documentation());
    }
    let segment = description.function("segment").unwrap();
    writeln!(text, "| `{}` | {} |", segment.syntax, segment.description).unwrap();
    text
}

/// Every setting: where it can be said, and what it is.
fn settings() -> String {
    let mut text = "| key | flag | variable | default | meaning |\n|---|---|---|---|---|\n".to_owned();
    for setting in &DEFINITIONS {
        let default = match setting.default {
            "" => String::new(),
            default => format!("`{default}`"),
        };
        let allowed = setting.allowed().map(|values| values.iter().map(|v| format!("`{v}`")).collect::<Vec<_>>());
        let allowed = allowed.map_or(String::new(), |values| format!(": {}", values.join(", ")));
        let (flag, variable, help) = (setting.flag(), setting.variable(), cell(setting.help));
        writeln!(text, "| `{}` | `{flag}` | `{variable}` | {default} | {help}{allowed} |", setting.key).unwrap();
    }
    for selector in [PROFILE, CONFIG] {
        let key = if selector.key == PROFILE.key { "`profile`" } else { "" };
        writeln!(text, "| {key} | `{}` | `{}` | | {} |", selector.flag(), selector.variable(), cell(selector.help))
            .unwrap();
    }
    text
}

/// The constants of `src/limits.rs` with their comments.
fn limits() -> String {
    let source = std::fs::read_to_string(root().join("src/limits.rs")).unwrap();
    let mut text = "| limit | value | meaning |\n|---|---|---|\n".to_owned();
    let mut comment = String::new();
    for line in source.lines() {
        if let Some(words) = line.strip_prefix("/// ") {
            comment = format!("{comment} {words}").trim().to_owned();
        } else if let Some((name, rest)) = line.strip_prefix("pub const ").and_then(|rest| rest.split_once(':')) {
            let (_, value) = rest.trim_end_matches(';').split_once(" = ").unwrap();
            writeln!(text, "| `{name}` | {} | {} |", number(value), cell(&comment)).unwrap();
            comment.clear();
        }
    }
    text
}

/// A number of `src/limits.rs`, `1_000` or `64 << 10`, as people read it.
fn number(expression: &str) -> String {
    let digits = |text: &str| text.trim().replace('_', "").parse::<u64>().unwrap();
    let Some((factor, shift)) = expression.split_once("<<") else {
        return expression.trim().replace('_', ",");
    };
    let bits = digits(shift);
    let (unit, bits) = match bits {
        40.. => ("TiB", bits - 40),
        30.. => ("GiB", bits - 30),
        20.. => ("MiB", bits - 20),
        _ => ("KiB", bits - 10),
    };
    format!("{} {unit}", digits(factor) << bits)
}

/// Text as one cell of a Markdown table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// Every command, every option of all commands and every variable that `--help` names is explained.
#[test]
fn the_command_line_is_all_there() {
    let help = |arguments: &[&str]| {
        let output = Command::new(smsql()).args(arguments).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let top = help(&["--help"]);
    let commands = top.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let commands: Vec<&str> = commands
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert!(commands.contains(&"land") && commands.contains(&"sql"), "{commands:?}");
    let readme = readme();
    let mut missing: Vec<String> = Vec::new();
    for command in commands {
        if command != "help" && !readme.contains(&format!("| `smsql {command}")) {
            missing.push(format!("smsql {command}"));
        }
        let text = if command == "help" { top.clone() } else { help(&[command, "--help"]) };
        let words = text.split(|c: char| c.is_whitespace() || "[]<>=,.".contains(c));
        missing.extend(
            words
                .filter(|word| word.starts_with("--") && word.len() > 3)
                .filter(|option| !readme.contains(*option))
                .map(|option| format!("{command} {option}")),
        );
        // A variable may stand on the line behind.
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let variables = text.split("[env: ").skip(1).filter_map(|rest| rest.split(']').next());
        missing.extend(variables.filter(|name| !readme.contains(&format!("`{name}`"))).map(str::to_owned));
    }
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "README.md does not say: {missing:?}");
}

/// Every bucket is explained, in its order.
#[test]
fn the_buckets_are_all_there() {
    let readme = readme();
    let (_, buckets) = readme.split_once("\n### Buckets\n").unwrap();
    let named: Vec<&str> = buckets
        .lines()
        .take_while(|line| !line.starts_with('#'))
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    assert_eq!(named, smsql::event::status::Bucket::ALL.map(smsql::event::status::Bucket::name));
}
