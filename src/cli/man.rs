//! `smsql man`: the manual, one page with all commands.

use clap::Command;
use clap_mangen::Man;

use super::args;
use super::context::Context;
use crate::report::Catalogue;
use crate::{Error, Result};

pub(super) fn run(context: &Context<'_>) -> Result<()> {
    let mut page = Vec::new();
    let mut root = args::command(Catalogue::new([])?.reports())?.disable_help_subcommand(true);
    root.build();
    let written = Man::new(root.clone()).render(&mut page).and_then(|()| {
        root.get_subcommands()
            .filter(|command| !command.is_hide_set())
            .try_for_each(|command| section(command, &mut page))
    });
    written.map_err(|error| Error::Internal(error.to_string()))?;
    context.console.text(&String::from_utf8_lossy(&page))
}

/// A command's description, options and examples.
fn section(command: &Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    use std::io::Write;
    writeln!(page, ".SH \"SMSQL {}\"", command.get_name().to_uppercase())?;
    let man = Man::new(command.clone());
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    man.render_extra_section(page)
}
