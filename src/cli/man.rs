//! `smsql man`: the manual, one page with all commands.

use std::io::Write;

use clap::Command;
use clap_mangen::Man;

use super::args;
use crate::repl::Console;
use crate::repl::config::{CONFIG, DEFINITIONS, PROFILE, example};
use crate::report::Catalogue;
use crate::{Error, Result};

pub(super) fn run(console: &dyn Console) -> Result<()> {
    let mut page = Vec::new();
    let mut root = args::command(Catalogue::new([])?.reports())?.disable_help_subcommand(true);
    root.build();
    let written = Man::new(root.clone()).render(&mut page).and_then(|()| {
        root.get_subcommands()
            .filter(|command| !command.is_hide_set())
            .try_for_each(|command| section(command, &mut page))?;
        files(&mut page)?;
        environment(&mut page)
    });
    written.map_err(|error| Error::Internal(error.to_string()))?;
    console.text(&String::from_utf8_lossy(&page))
}

/// A command's description, options and examples.
fn section(command: &Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    writeln!(page, ".SH \"SMSQL {}\"", command.get_name().to_uppercase())?;
    let man = Man::new(command.clone());
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    man.render_extra_section(page)
}

/// Where settings are kept, and what such a file looks like.
fn files(page: &mut Vec<u8>) -> std::io::Result<()> {
    writeln!(page, ".SH FILES")?;
    entry(
        page,
        "~/.config/smsql/config.toml",
        "The configuration file, where XDG_CONFIG_HOME does not say otherwise. \
        What counts is the flag, else the variable of the environment, else the profile, else the top of the file, else \
        the default; smsql config shows what is in force. Written by smsql config init, it is:",
    )?;
    writeln!(page, ".nf")?;
    for line in example::text().lines() {
        writeln!(page, "{}", escaped(line))?;
    }
    writeln!(page, ".fi")
}

/// The variables that smsql reads.
fn environment(page: &mut Vec<u8>) -> std::io::Result<()> {
    writeln!(page, ".SH ENVIRONMENT\nAn empty variable counts as not set.")?;
    for definition in &DEFINITIONS {
        let default = match definition.default {
            "" => String::new(),
            default => format!(" [default: {default}]"),
        };
        entry(page, &definition.variable(), &format!("{}{default}", definition.help))?;
    }
    for selector in [PROFILE, CONFIG] {
        entry(page, &selector.variable(), selector.help)?;
    }
    for (name, help) in OTHER_VARIABLES {
        entry(page, name, help)?;
    }
    Ok(())
}

/// What others define and smsql honours.
const OTHER_VARIABLES: [(&str, &str); 5] = [
    ("NO_COLOR", "Where it is set, there are no colours, unless --color or SMSQL_COLOR says otherwise"),
    ("XDG_CONFIG_HOME", "The folder of the folder of the configuration file [default: ~/.config]"),
    ("AWS_*", "Where and how stores at s3:// are reached, with their credentials"),
    ("AZURE_*", "The same for az:// and abfss://"),
    ("GOOGLE_*", "The same for gs://"),
];

fn entry(page: &mut Vec<u8>, name: &str, help: &str) -> std::io::Result<()> {
    writeln!(page, ".TP\n\\fB{}\\fR\n{}", escaped(name), escaped(help))
}

/// Text that roff takes as it is.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
}
