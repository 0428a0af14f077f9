//! `\watch`: runs the last statement again and again.

use std::time::Duration;

use super::{Command, Flow, at_most_one, usage};
use crate::repl::shell::Shell;
use crate::{Error, Result, clock};

pub(super) const COMMAND: Command = Command {
    name: "watch",
    aliases: &[],
    arguments: "[SECONDS]",
    completes: &[],
    summary: "Run the last statement every 2 or SECONDS seconds, until Ctrl-C",
    details: "",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

const INTERVAL_DEFAULT: Duration = Duration::from_secs(2);
/// More often than this nobody reads, and a day is as good as never.
const INTERVALS: std::ops::RangeInclusive<f64> = 0.1..=86_400.0;

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let interval = match at_most_one(&COMMAND, arguments)? {
        None => INTERVAL_DEFAULT,
        Some(text) => match text.parse::<f64>() {
            Ok(seconds) if INTERVALS.contains(&seconds) => Duration::from_secs_f64(seconds),
            _ => return Err(usage(&COMMAND, &format!("`{text}` is no number of seconds from 0.1 to 86400"))),
        },
    };
    let statement = shell.statement.clone().ok_or_else(|| usage(&COMMAND, "no statement has been run yet"))?;
    let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        let now = clock::now().with_timezone(&shell.settings().tz).format("%Y-%m-%d %H:%M:%S %Z");
        shell.console.note(&format!("{now}, every {}", humantime::format_duration(interval)));
        shell.refresh().await?;
        shell.run(&statement).await?;
        tokio::select! {
            _ = &mut stop => return Err(Error::Cancelled),
            () = tokio::time::sleep(interval) => {}
        }
    }
}
