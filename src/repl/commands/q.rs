//! `\q`: ends the shell.

use super::{Command, Flow};

pub(super) const COMMAND: Command = Command {
    name: "q",
    aliases: &["quit", "exit"],
    arguments: "",
    completes: &[],
    summary: "Leave the shell; so does Ctrl-D",
    details: "",
    run: |_, _| Box::pin(async { Ok(Flow::Quit) }),
};
