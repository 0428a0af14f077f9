//! `smsql completions`: what a shell needs to complete the command line.

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs};
use super::context::Context;
use crate::Result;

pub(super) fn run(context: &Context<'_>, args: CompletionsArgs) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "smsql", &mut script);
    context.printer.text(&String::from_utf8_lossy(&script))
}
