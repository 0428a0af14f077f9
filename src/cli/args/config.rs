//! `smsql config`: its arguments.

use clap::{Args, Subcommand};

use super::ResultArgs;

const EXAMPLES: &str = "\
A flag counts before a variable of the environment, that before the profile, that before the top of the configuration
file. An empty variable counts as not set. Paths in the file are relative to its folder, and ~/ is the home. Secrets do
not stand in it: object stores take them from the environment.

Examples:
  smsql config init
  smsql config --profile prod
  smsql config --format json | jq -r '.[] | select(.setting == \"store\").value'";

/// Show the settings in force, and where each comes from
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub(in crate::cli) struct ConfigArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: Option<ConfigCommand>,
    #[command(flatten)]
    pub(in crate::cli) result: ResultArgs,
}

/// What to do with the configuration file.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Print where the configuration file is, or would be
    Path,
    /// Show the profiles of the configuration file
    Profiles {
        #[command(flatten)]
        result: ResultArgs,
    },
    /// Write a configuration file to begin with: every setting, as a comment
    ///
    /// A file that is there is left alone.
    Init,
}
