//! The one definition of the command line: parsing, help, completions and the manual derive from it.

mod config;
mod global;
mod report;
mod segment;

use std::io::Write;
use std::path::PathBuf;

use chrono_tz::Tz;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;

use crate::Result;
use crate::output::sanitize::{is_hazard, sanitize};
use crate::output::{Expanded, Format};
use crate::repl::Target;
use crate::repl::config::zone;
use crate::report::{Catalogue, Report};
use crate::session::Parameter;
use crate::source::FeedFormat;
pub(super) use config::{ConfigArgs, ConfigCommand};
pub(super) use global::Global;
pub(super) use report::{ReportArgs, ReportsArgs, RunArgs, command};
pub(super) use segment::{SegmentArgs, SegmentCommand, SegmentCreateArgs};

const EXAMPLES: &str = "\
Examples:
  smsql land twilio/status_callback callbacks.ndjson.gz
  smsql sql \"SELECT provider, count(*) FROM events GROUP BY provider\"
  smsql sql -f monthly.sql -p from=2025-03-01 -p to=2025-04-01 -o march.csv
  smsql --as-of 2025-04-01 sql \"SELECT count(*) FROM events\"
  echo 'SELECT 1' | smsql

Exit codes: 0 done, 1 failed, 2 called wrongly, 5 a limit was reached, 130 cancelled";

/// Land what SMS providers report, query it with SQL, reproduce any result.
#[derive(Debug, Parser)]
#[command(name = "smsql", version, propagate_version = true, max_term_width = 100, after_help = EXAMPLES)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    /// Without one, the SQL script on standard input is run.
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

const REPORT_EXAMPLES: &str = "\
Examples:
  smsql report status_summary --from 2025-03-01 --to 2025-04-01
  smsql report campaign_overview --campaign spring-sale-1 -o overview.html
  smsql report campaign_overview --campaign spring-sale-1 --section clicks --format csv
  smsql report daily_summary --format csv -o march/";

/// The command line of this process. Clap prints usage errors and help by itself, and ends with 2 and 0.
pub(super) fn parse() -> Result<Cli> {
    // Reports are read only where they are asked for: every other command starts sooner.
    match std::env::args_os().any(|word| word == "report") {
        true => parse_with(Catalogue::new([])?.reports()),
        false => Ok(read(Cli::command())),
    }
}

/// The command line of this process, with these reports as commands.
pub(super) fn parse_with<'r>(reports: impl IntoIterator<Item = &'r Report>) -> Result<Cli> {
    Ok(read(command(reports)?))
}

/// Clap prints before there are settings, so its colours are those of the flag or the variable.
fn read(command: clap::Command) -> Cli {
    let asked = typed("--color").or_else(|| std::env::var("SMSQL_COLOR").ok());
    let color = match asked.as_deref() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    };
    let matches = command.color(color).try_get_matches().unwrap_or_else(|error| refuse(&error));
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| refuse(&error))
}

/// Prints what clap has to say, and ends. Clap quotes words as they are: one that a script got from a message body would
/// act on the terminal.
fn refuse(error: &clap::Error) -> ! {
    if error.use_stderr() && std::env::args_os().any(|word| word.to_string_lossy().contains(is_hazard)) {
        let text = error.to_string().lines().map(|line| format!("{}\n", sanitize(line))).collect::<String>();
        // Where nobody listens, the exit code still tells.
        let _ = std::io::stderr().write_all(text.as_bytes());
        std::process::exit(error.exit_code());
    }
    error.exit()
}

/// The value of a flag as it was typed, where the command line cannot be read yet: behind the name of a report of the
/// user's own, or while it is being completed.
pub(super) fn typed(flag: &str) -> Option<String> {
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let at = words.iter().position(|word| word == flag || word.starts_with(&format!("{flag}=")))?;
    match words[at].split_once('=') {
        Some((_, value)) => Some(value.to_owned()),
        None => words.get(at + 1).cloned(),
    }
}

/// The command line as far as it is known without any report.
pub(super) fn without_reports() -> clap::Command {
    Cli::command()
}

/// What smsql can do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Demo(DemoArgs),
    Generate(GenerateArgs),
    Land(LandArgs),
    Sql(SqlArgs),
    Reports(ReportsArgs),
    /// Run a report
    ///
    /// Every report takes the same filters, and some of its own: see smsql report NAME --help.
    #[command(subcommand, after_help = REPORT_EXAMPLES)]
    Report(ReportArgs),
    Segment(SegmentArgs),
    Log(LogArgs),
    Providers(ProvidersArgs),
    StatusCodes(StatusCodesArgs),
    Config(ConfigArgs),
    Completions(CompletionsArgs),
    /// Print the manual as a page for man(1)
    ///
    /// Install it with: smsql man > ~/.local/share/man/man1/smsql.1
    Man,
}

/// How and where a result is written.
#[derive(Debug, Args)]
pub(super) struct ResultArgs {
    /// table, csv, tsv, json, ndjson, markdown, parquet, arrow, xlsx or html [default: by the suffix of -o, else table] [env: SMSQL_FORMAT]
    #[arg(long, value_name = "FORMAT", value_parser = format())]
    pub(super) format: Option<Format>,
    /// Write to a file, which appears when it is complete
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Write texts that a spreadsheet would run as a formula as they are, in CSV and TSV, without a ' before them
    #[arg(long)]
    pub(super) raw_formulas: bool,
    /// Show each row of a table as a record, a line for every column: on, off or auto, which does so where the columns
    /// do not fit the terminal [default: auto on a terminal, else off]
    #[arg(long, value_name = "WHEN", value_parser = expanded(), hide_possible_values = true)]
    pub(super) expanded: Option<Expanded>,
    /// The same as --expanded on
    #[arg(short = 'x', conflicts_with = "expanded")]
    pub(super) records: bool,
}

const SQL_EXAMPLES: &str = "\
Tables: events, rejects, landings, status_codes, segments, segment_members, and the views that SHOW
TABLES lists.

Parameters are values, never text in the statement: $name in SQL, -p name=value here. A value is
the first of: integer (42), decimal (0.5), boolean (true), date (2025-03-04), timestamp (2025-03-04
09:00), text. Digits behind a 0 or + are text, like every phone number. -p id:text=42 says otherwise.

Examples:
  smsql sql \"SELECT * FROM events WHERE recipient = $to ORDER BY event_time\" -p to=+447700900123
  smsql sql \"SELECT * FROM events\" -o events.parquet
  smsql sql -f report.sql --format json | jq .
  smsql sql --allow-write \"COPY (SELECT * FROM rejects) TO 'rejects.csv'\"";

/// Run SQL
///
/// Statements are separated by `;` and run in order; the first that fails ends the run. SQL reads, and cannot change
/// the store.
#[derive(Debug, Args)]
#[command(after_help = SQL_EXAMPLES)]
pub(super) struct SqlArgs {
    /// The statements; without them and without -f, standard input is read
    #[arg(conflicts_with = "file")]
    pub(super) sql: Option<String>,
    /// The statements, as psql and DuckDB take them
    #[arg(short, value_name = "SQL", conflicts_with_all = ["sql", "file"])]
    pub(super) command: Option<String>,
    /// Read the statements from a file, or from standard input with -
    #[arg(short, long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// The value of $name; can be given many times
    #[arg(short, long = "param", value_name = "NAME[:TYPE]=VALUE")]
    pub(super) parameters: Vec<Parameter>,
    #[command(flatten)]
    pub(super) result: ResultArgs,
    /// Let SQL write files with COPY, read local ones, and create tables and views that last as long as the run
    #[arg(long)]
    pub(super) allow_write: bool,
}

impl ResultArgs {
    /// How and where the result is written.
    pub(super) fn target(&self) -> Target {
        Target {
            format: self.format,
            output: self.output.clone(),
            raw_formulas: self.raw_formulas,
            expanded: self.expanded.or(self.records.then_some(Expanded::On)),
            ..Target::default()
        }
    }
}

impl SqlArgs {
    /// The script that stands on standard input when there is no command.
    pub(super) fn from_stdin() -> Self {
        let result = ResultArgs { format: None, output: None, raw_formulas: false, expanded: None, records: false };
        Self { sql: None, command: None, file: None, parameters: Vec::new(), result, allow_write: false }
    }
}

/// Make a sample store and show its first reports
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Where to make it
    #[arg(default_value = "./smsql-demo")]
    pub(super) dir: PathBuf,
}

const GENERATE_EXAMPLES: &str = "\
The same options give the same bytes on every machine. smsql/event tells everything; the other feeds tell the parts of
it that a CRM and the providers would.

Examples:
  smsql generate --events 1000000 --out feeds
  smsql generate --events 50000 --out - | smsql land smsql/event -
  smsql generate --feed all --files day --compression zstd --out feeds --truth truth.json";

/// Write realistic feeds of any size
#[derive(Debug, Args)]
#[command(after_help = GENERATE_EXAMPLES)]
pub(super) struct GenerateArgs {
    /// The folder to write to, or - for standard output
    #[arg(short, long, default_value = "./smsql-feeds", value_name = "DIR")]
    pub(super) out: PathBuf,
    /// What to write, or all; can be given many times
    #[arg(long = "feed", default_value = "smsql/event", value_name = "FEED")]
    pub(super) feeds: Vec<String>,
    /// About how many events, repeats included
    #[arg(long, default_value_t = 100_000, value_name = "N")]
    pub(super) events: u64,
    /// Exactly how many messages, instead of a number of events
    #[arg(long, value_name = "N")]
    pub(super) messages: Option<u64>,
    /// The seed of every choice
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub(super) seed: u64,
    /// The first day, UTC [default: 2025-01-06]
    #[arg(long, value_name = "DAY")]
    pub(super) start: Option<chrono::NaiveDate>,
    /// On how many days messages are sent
    #[arg(long, default_value_t = 28, value_name = "N")]
    pub(super) days: u32,
    /// How many campaigns share the messages [default: by the number of messages]
    #[arg(long, value_name = "N")]
    pub(super) campaigns: Option<u32>,
    /// The share of reports that come twice, 0 to 1
    #[arg(long, default_value_t = 0.015, value_name = "SHARE")]
    pub(super) duplicates: f64,
    /// The share of reports that are overtaken by later ones, 0 to 1
    #[arg(long, default_value_t = 0.01, value_name = "SHARE")]
    pub(super) disorder: f64,
    /// Into how many files each feed is cut, or `day` for one a day
    #[arg(long, default_value = "1", value_name = "N|day")]
    pub(super) files: String,
    /// none, gzip or zstd
    #[arg(long, default_value = "none", value_name = "METHOD")]
    pub(super) compression: String,
    /// Also write, as JSON, what the messages must come to: buckets, clickers, costs by campaign
    #[arg(long, value_name = "FILE")]
    pub(super) truth: Option<PathBuf>,
}

const LAND_EXAMPLES: &str = "\
Every file is landed whole or not at all, and the same content only once, whatever its name. What cannot be read is
kept in the table `rejects` with its line and the reason; it makes the exit code 1 unless --allow-rejects.

Examples:
  smsql land twilio/status_callback callbacks/*.ndjson.gz
  smsql land infobip/delivery_report s3://receipts/2025/03/
  smsql land smsmode/delivery_report --batch spring-sale receipts.txt
  curl -s https://example.com/export.csv | smsql land twilio/message_export -";

/// Land files of a provider's feed
#[derive(Debug, Args)]
#[command(after_help = LAND_EXAMPLES)]
pub(super) struct LandArgs {
    /// What the files are: provider/api, see `smsql providers`
    pub(super) feed: String,
    /// Files, folders, globs, URLs, or - for standard input; plain, gzip or zstd
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<String>,
    /// The wire format, where it is not what a file looks like
    #[arg(long, value_name = "FORMAT", value_parser = feed_format())]
    pub(super) format: Option<FeedFormat>,
    /// What keys the messages of a feed without message ids
    #[arg(long, value_name = "ID")]
    pub(super) batch: Option<String>,
    /// The account of messages whose feed names none
    #[arg(long, value_name = "ACCOUNT")]
    pub(super) account: Option<String>,
    /// The time zone of local times in the files, instead of the one the feed assumes
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub(super) assume_tz: Option<Tz>,
    /// End with 0 even if records were rejected
    #[arg(long)]
    pub(super) allow_rejects: bool,
}

/// Show the feeds that can be landed
///
/// A file in the store's providers/ folder adds a feed, or takes the place of a built-in one of the same name.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct ProvidersArgs {
    #[command(subcommand)]
    pub(super) command: Option<ProvidersCommand>,
    #[command(flatten)]
    pub(super) result: ResultArgs,
}

/// What to show of a feed.
#[derive(Debug, Subcommand)]
pub(super) enum ProvidersCommand {
    /// Print a feed's file: its header and SQL
    Show {
        /// provider/api
        feed: String,
    },
}

/// Show what landed when
#[derive(Debug, Args)]
pub(super) struct LogArgs {
    /// Show the newest N only
    #[arg(short = 'n', long, value_name = "N")]
    pub(super) limit: Option<u32>,
    #[command(flatten)]
    pub(super) result: ResultArgs,
}

/// Show what the providers' statuses and error codes mean
///
/// Where there is a store, its own status_codes.csv counts.
#[derive(Debug, Args)]
pub(super) struct StatusCodesArgs {
    /// Show one provider's only
    pub(super) provider: Option<String>,
    #[command(flatten)]
    pub(super) result: ResultArgs,
}

/// Print completions for a shell
///
/// For bash: smsql completions bash > ~/.local/share/bash-completion/completions/smsql
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    pub(super) shell: Shell,
}

fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name)).try_map(|name| name.parse::<Format>())
}

fn expanded() -> impl TypedValueParser<Value = Expanded> {
    PossibleValuesParser::new(Expanded::ALL.map(|(name, _)| name)).try_map(|name| name.parse::<Expanded>())
}

fn feed_format() -> impl TypedValueParser<Value = FeedFormat> {
    PossibleValuesParser::new(FeedFormat::ALL.map(FeedFormat::name)).try_map(|name| name.parse::<FeedFormat>())
}
