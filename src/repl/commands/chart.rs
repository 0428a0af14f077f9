//! `\chart`: the last result as a chart.

use super::{Command, Flow};
use crate::Result;
use crate::output::chart_text::{TextChart, draw};
use crate::repl::complete::ArgumentKind;
use crate::repl::pager::Screen;
use crate::repl::shell::Shell;

pub(super) const COMMAND: Command = Command {
    name: "chart",
    aliases: &[],
    arguments: "[bars|lines] [X [Y]...]",
    completes: &[ArgumentKind::Chart, ArgumentKind::Column],
    summary: "Draw the last result: bars for names, lines over times and numbers",
    details: "X is the column that names or places each row, Y the columns with the numbers. What is not said is chosen.",
    run: |shell, arguments| Box::pin(run(shell, arguments)),
};

/// How many lines a chart has where nobody knows how many the screen has.
const HEIGHT_DEFAULT: usize = 24;
/// Lines of the screen that are left for the prompt and the statement.
const LINES_LEFT: usize = 4;

async fn run(shell: &mut Shell<'_>, arguments: &str) -> Result<Flow> {
    let last = shell.need_last().await?;
    let (schema, batches) = (last.schema().clone(), last.batches()?);
    let chart = TextChart::parse(arguments, &schema)?;
    let rendering = shell.console.rendering(shell.settings().tz);
    let height = Screen::now().map_or(HEIGHT_DEFAULT, |screen| screen.height.saturating_sub(LINES_LEFT));
    shell.say(&draw(&chart, &schema, batches, &rendering, height)?)?;
    Ok(Flow::Next)
}
