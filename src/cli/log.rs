//! `smsql log`: what landed when.

use super::args::LogArgs;
use super::context::Context;
use crate::Result;
use crate::repl::landings;

pub(super) async fn run(context: &Context<'_>, args: LogArgs) -> Result<()> {
    let mut results = context.results(&args.result)?;
    let session = context.settings.session(&context.settings.options()).await?;
    let mut answer = landings::newest(&session, args.limit, context.settings.tz).await?;
    results.stream(&mut answer).await?;
    results.finish()
}
