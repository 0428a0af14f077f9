//! `\asof`: reads the store as it was.

use super::{Command, Flow, words};
use crate::Result;
use crate::repl::complete::ArgumentKind;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "asof",
    aliases: &["as_of"],
    arguments: "[WHEN|now]",
    completes: &[ArgumentKind::AsOf],
    summary: "Read the store as it was: a version (17), a day (2025-03-04: at its end), a time",
    details: "Every statement and report from then on reads that one version. With `now` each reads the newest one there \
              is. Without an argument it says which version is read.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    // In quotes or not, a moment is one word or two.
    match words(&COMMAND, arguments)?.join(" ").as_str() {
        "" => shell.refresh().await?,
        "now" | "latest" => shell.travel(None).await?,
        when => shell.travel(Some(when.to_owned())).await?,
    }
    shell.console.note(&format!("the store {}", shell.version()));
    Ok(Flow::Next)
}
