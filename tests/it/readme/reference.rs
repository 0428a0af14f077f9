//! The reference parts of the README, written from the definitions in the code.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::logical_expr::Documentation;
use smsql::event::StatusTable;
use smsql::repl::config::{CONFIG, DEFINITIONS, PROFILE};
use smsql::report;
use smsql::session::aggregates::aggregate_functions;
use smsql::session::functions::scalar_functions;
use smsql::session::{Parameters, Session, SessionOptions, split};
use smsql::source::Catalogue;
use smsql::store::{AsOf, Record, Store};

use super::{readme, root, smsql};

const END: &str = "<!-- end -->";

#[tokio::test(flavor = "multi_thread")]
async fn generated_parts_are_those_of_the_program() {
    let parts = [
        ("feeds", feeds()),
        ("reports", reports()),
        ("parameters", parameters()),
        ("definitions", definitions()),
        ("tables", tables().await),
        ("functions", functions()),
        ("settings", settings()),
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

/// Every table and view of a session with its columns: names and types as the session has them, the words from where
/// the table is defined.
async fn tables() -> String {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_or_create(folder.path().to_str().unwrap()).await.unwrap();
    let session = Session::open(&store, &AsOf::Latest, &SessionOptions::default()).await.unwrap();
    let mut described = views();
    for (name, title, record) in [
        ("events", "One row per event: what one report says happened to one message", Record::Event),
        ("rejects", "One row per refused record", Record::Reject),
        ("landings", "One row per landed file", Record::Landing),
    ] {
        let columns = record.columns().into_iter().map(|column| (column.name.to_owned(), column.doc.to_owned()));
        described.insert(name.to_owned(), (title.to_owned(), columns.collect()));
    }
    described.insert("status_codes".to_owned(), status_codes());
    described.insert("segments".to_owned(), segments());
    described.insert("segment_members".to_owned(), segment_members());
    let names = session.names().await.tables;
    assert_eq!(names.keys().collect::<Vec<_>>(), described.keys().collect::<Vec<_>>());
    let order = ["events", "messages", "recipients", "clicks", "campaigns"];
    let order = order.into_iter().chain(names.keys().map(String::as_str).filter(|name| !order.contains(name)));
    let mut text = String::new();
    for name in order {
        let (title, words) = &described[name];
        write!(text, "### `{name}`\n\n{title}.\n\n| column | type | meaning |\n|---|---|---|\n").unwrap();
        let columns = describe(&session, name).await;
        let known = words.iter().map(|(column, _)| column);
        assert_eq!(columns.iter().map(|(column, _)| column).collect::<Vec<_>>(), known.collect::<Vec<_>>(), "{name}");
        for ((column, data_type), (_, meaning)) in columns.iter().zip(words) {
            writeln!(text, "| `{column}` | {data_type} | {} |", cell(meaning)).unwrap();
        }
        text.push('\n');
    }
    text
}

/// The title of a table, and its columns with what they mean.
type Described = (String, Vec<(String, String)>);

/// What the comments at the head of the files in `queries/views` say.
fn views() -> BTreeMap<String, Described> {
    let files = std::fs::read_dir(root().join("queries/views")).unwrap().map(|file| file.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "sql"));
    files
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let header: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("--")).collect();
            let title = header.iter().find_map(|line| line.strip_prefix(" title: ")).unwrap().to_owned();
            let columns = header.iter().filter_map(|line| line.strip_prefix("   ")?.split_once(" - "));
            let columns = columns.map(|(name, meaning)| (name.to_owned(), meaning.to_owned())).collect();
            (path.file_stem().unwrap().to_str().unwrap().to_owned(), (title, columns))
        })
        .collect()
}

fn status_codes() -> Described {
    let columns = [
        ("provider", "Whose status it is."),
        ("field", "What `value` is: `status`, `error_code`, or `status/error_code`."),
        ("value", "The raw status or code, or both as `STATUS/CODE`."),
        ("bucket", "What it means; see [Buckets](#buckets)."),
        ("is_final", "Whether no further report is expected after it."),
        ("meaning", "What the provider says about it, in short."),
        ("origin", "`built-in`, or `store` for a row of the store's own file."),
    ];
    let title = "One row per status or error code that smsql knows".to_owned();
    (title, columns.map(|(name, meaning)| (name.to_owned(), meaning.to_owned())).to_vec())
}

fn segments() -> Described {
    let columns = [
        ("name", "Its name."),
        ("recipients", "How many recipients it has."),
        ("version", "The version of the store it was evaluated at."),
        ("created_at", "When it was created."),
        ("time_zone", "The time zone it was evaluated in."),
        ("source", "The SQL it was made from, or the report and its sections as on the command line."),
        ("parameters", "The values of the parameters in it."),
        ("members", "The SHA-256 of the list: of the recipients in order, one per line."),
    ];
    let title = "One row per segment: a named, fixed list of recipients".to_owned();
    (title, columns.map(|(name, meaning)| (name.to_owned(), meaning.to_owned())).to_vec())
}

fn segment_members() -> Described {
    let columns = [
        ("segment", "The name of the segment; `segment = 'name'` reads that list only."),
        ("recipient", "A recipient in it, once."),
    ];
    let title = "One row per segment and recipient".to_owned();
    (title, columns.map(|(name, meaning)| (name.to_owned(), meaning.to_owned())).to_vec())
}

/// The columns of a table, with their types in the words of SQL.
async fn describe(session: &Session, table: &str) -> Vec<(String, String)> {
    let script = split("<test>", &format!("SELECT * FROM {table} LIMIT 0")).unwrap();
    let answer = session.run(&script[0], &Parameters::default()).await.unwrap();
    answer.schema().fields().iter().map(|field| (field.name().clone(), type_name(field.data_type()))).collect()
}

fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => "text".to_owned(),
        DataType::Dictionary(_, value) => type_name(value),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int32 => "integer".to_owned(),
        DataType::Int64 | DataType::UInt64 => "bigint".to_owned(),
        DataType::Timestamp(..) => "timestamp".to_owned(),
        DataType::Decimal128(precision, scale) => format!("decimal({precision}, {scale})"),
        DataType::List(element) => format!("list of {}", type_name(element.data_type())),
        DataType::Map(..) => "map of text to text".to_owned(),
        other => panic!("{other} has no name for readers yet"),
    }
}

/// Every function that smsql registers, in the order of the code, in the words of its own documentation.
fn functions() -> String {
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
    let segment =
        "The recipients of a segment, as a table: `FROM segment('vip')`; an error where there is none of this name.";
    writeln!(text, "| `segment(name)` | {segment} |").unwrap();
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
