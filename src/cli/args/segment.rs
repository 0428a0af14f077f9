//! The arguments of `smsql segment`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ResultArgs;
use crate::session::Parameter;
use crate::store::check_segment_name;

const EXAMPLES: &str = "\
A segment is a fixed list: it is evaluated once, when it is created, and does not change when events come later or
--as-of asks for another time. In SQL: FROM segment('NAME'), or FROM segment_members WHERE segment = $name.

Examples:
  smsql segment create berlin \"SELECT recipient FROM recipients WHERE country = 'DE'\"
  smsql segment create no_click --report campaign_overview --campaign spring --section delivered --not clicks
  smsql segment export no_click -o no_click.csv
  smsql sql \"SELECT bucket, count(*) FROM messages WHERE recipient IN (FROM segment('no_click')) GROUP BY bucket\"";

/// Keep named lists of recipients
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct SegmentArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: SegmentCommand,
}

/// What to do with segments.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum SegmentCommand {
    Create(Box<SegmentCreateArgs>),
    /// List the segments: how many recipients, made when and from what
    List {
        #[command(flatten)]
        result: ResultArgs,
    },
    /// Print what a segment is made from, as JSON
    Show {
        /// The segment
        name: String,
    },
    /// Write the recipients of a segment, as CSV if nothing else is asked for
    Export {
        /// The segment
        name: String,
        #[command(flatten)]
        result: ResultArgs,
    },
    /// Drop a segment; its list stays for receipts that name it
    Drop {
        /// The segment
        name: String,
    },
}

/// Create a segment from a query or a report
///
/// The query gives the recipients in a column `recipient`, or in its only text column. Each counts once, NULL does not.
/// With --as-of they are those of that time.
#[derive(Debug, Args)]
pub(in crate::cli) struct SegmentCreateArgs {
    /// Its name: lower-case letters, digits, _ and -
    #[arg(value_parser = name)]
    pub(in crate::cli) name: String,
    /// The query; without it and without -f and --report, standard input is read
    #[arg(conflicts_with_all = ["file", "report"])]
    pub(in crate::cli) sql: Option<String>,
    /// Read the query from a file, or from standard input with -
    #[arg(short, long, value_name = "FILE", conflicts_with = "report")]
    pub(in crate::cli) file: Option<PathBuf>,
    /// The value of $name in the query, or of a parameter of the report; can be given many times
    #[arg(short, long = "param", value_name = "NAME[:TYPE]=VALUE")]
    pub(in crate::cli) parameters: Vec<Parameter>,
    /// Take the recipients in sections of this report
    #[arg(long, value_name = "REPORT", requires = "sections")]
    pub(in crate::cli) report: Option<String>,
    /// A section whose recipients are in the segment; can be given many times
    #[arg(long = "section", value_name = "SECTION", requires = "report")]
    pub(in crate::cli) sections: Vec<String>,
    /// A section whose recipients are not; can be given many times
    #[arg(long, value_name = "SECTION", requires = "report")]
    pub(in crate::cli) not: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) common: CommonArgs,
    /// Make it anew if there is one of this name
    #[arg(long)]
    pub(in crate::cli) replace: bool,
}

/// The parameters that mean the same in every report.
#[derive(Debug, Args)]
#[command(next_help_heading = "Parameters of the report")]
pub(in crate::cli) struct CommonArgs {
    /// Messages submitted at or after this moment
    #[arg(long, value_name = "TIME", requires = "report")]
    from: Option<String>,
    /// Messages submitted before this moment
    #[arg(long, value_name = "TIME", requires = "report")]
    to: Option<String>,
    /// Messages of this campaign
    #[arg(long, value_name = "NAME", requires = "report")]
    campaign: Option<String>,
    /// Messages sent through this provider
    #[arg(long, value_name = "NAME", requires = "report")]
    provider: Option<String>,
    /// Messages sent from this account
    #[arg(long, value_name = "NAME", requires = "report")]
    account: Option<String>,
    /// Messages whose recipient was addressed through this list
    #[arg(long, value_name = "NAME", requires = "report")]
    list: Option<String>,
    /// Messages to the recipients of this segment
    #[arg(long, value_name = "NAME", requires = "report")]
    segment: Option<String>,
    /// Whether clicks by crawlers and link previews count: exclude or include
    #[arg(long, value_name = "TEXT", requires = "report")]
    bots: Option<String>,
}

impl CommonArgs {
    /// Those that are given, by name.
    pub(in crate::cli) fn given(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let all = [
            ("from", &self.from),
            ("to", &self.to),
            ("campaign", &self.campaign),
            ("provider", &self.provider),
            ("account", &self.account),
            ("list", &self.list),
            ("segment", &self.segment),
            ("bots", &self.bots),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)))
    }
}

fn name(name: &str) -> Result<String, String> {
    check_segment_name(name).map_err(|error| error.to_string())?;
    Ok(name.to_owned())
}
