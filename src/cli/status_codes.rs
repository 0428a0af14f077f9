//! `smsql status-codes`: what raw statuses mean.

use std::collections::BTreeSet;

use super::args::StatusCodesArgs;
use super::context::Context;
use crate::session::status_code_rows;
use crate::{Error, Result};

pub(super) async fn run(context: &Context<'_>, args: StatusCodesArgs) -> Result<()> {
    let table = context.settings.status_table(context.settings.store_if_any().await?.as_ref()).await?;
    let mut rows = table.rows().to_vec();
    if let Some(provider) = &args.provider {
        if !rows.iter().any(|row| row.provider.eq_ignore_ascii_case(provider)) {
            let known: BTreeSet<&str> = rows.iter().map(|row| row.provider.as_str()).collect();
            return Err(Error::not_found("provider", provider, known));
        }
        rows.retain(|row| row.provider.eq_ignore_ascii_case(provider));
    }
    let mut results = context.results(&args.result)?;
    results.batch(&status_code_rows(&rows)?)?;
    results.finish()
}
