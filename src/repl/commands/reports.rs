//! `\reports`: the reports there are.

use super::{Command, Flow};
use crate::Result;
use crate::repl::own_reports::Reports;
use crate::repl::shell::Shell;
use crate::session::interruptible;

pub(super) const COMMAND: Command = Command {
    name: "reports",
    aliases: &[],
    arguments: "",
    completes: &[],
    summary: "List the reports, built in and of the store's own",
    details: "",
    run: |shell, _| Box::pin(run(shell)),
};

async fn run(shell: &mut Shell<'_>) -> Result<Flow> {
    let folder = shell.settings().reports.as_deref();
    let reports = async {
        let mut reports = Reports::load(Some(&shell.store), folder).await?;
        reports.check(&shell.session).await;
        Ok(reports)
    };
    let reports = interruptible(reports).await?;
    shell.show_batch(&reports.batch()?).await?;
    reports.broken.iter().for_each(|(_, error)| shell.console.error(error));
    Ok(Flow::Next)
}
