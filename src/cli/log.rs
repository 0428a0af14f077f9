//! `smsql log`: what landed when.

use super::args::LogArgs;
use super::context::Context;
use crate::Result;
use crate::session::{Parameter, Parameters, split};

/// Newest first; the source file decides between landings of the same moment.
const LANDINGS: &str = "\
SELECT landed_at, feed, source_name, rows_read, rows_landed, rows_duplicate, rows_rejected, source_bytes, source_file
FROM landings ORDER BY landed_at DESC, source_name, source_file LIMIT $limit";

pub(super) async fn run(context: &Context<'_>, args: LogArgs) -> Result<()> {
    let mut results = context.results(&args.result)?;
    let session = context.settings.session(&context.settings.options()).await?;
    let limit: Parameter = format!("limit:integer={}", args.limit.map_or(i64::MAX, i64::from)).parse()?;
    let parameters = Parameters::new([limit], context.settings.tz)?;
    for statement in &split("<log>", LANDINGS)? {
        results.run(&session, statement, &parameters).await?;
    }
    results.finish()
}
