//! The table `status_codes`: what every provider's raw status means here.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringViewArray};
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;

use super::describe::Words;
use crate::Result;
use crate::event::StatusTable;
use crate::event::status::StatusCode;

/// The status table as SQL sees it, ordered by provider, field and value.
pub(super) fn table(status: &StatusTable) -> Result<Arc<dyn TableProvider>> {
    let batch = status_code_rows(status.rows())?;
    Ok(Arc::new(MemTable::try_new(batch.schema(), vec![vec![batch]])?))
}

/// What it and its columns mean.
pub(super) fn words() -> Words {
    Words::new(
        "One row per status or error code that smsql knows",
        &[
            ("provider", "Whose status it is."),
            ("field", "What `value` is: `status`, `error_code`, or `status/error_code`."),
            ("value", "The raw status or code, or both as `STATUS/CODE`."),
            ("bucket", "What it means: one of the buckets, such as `delivered`."),
            ("is_final", "Whether no further report is expected after it."),
            ("meaning", "What the provider says about it, in short."),
            ("origin", "`built-in`, or `store` for a row of the store's own file."),
        ],
    )
}

/// Rows of the status table as the columns of `status_codes`.
pub fn status_code_rows(rows: &[StatusCode]) -> Result<RecordBatch> {
    let text =
        |of: fn(&StatusCode) -> &str| Arc::new(StringViewArray::from_iter_values(rows.iter().map(of))) as ArrayRef;
    let is_final = rows.iter().map(|row| Some(row.mapping.is_final)).collect::<BooleanArray>();
    Ok(RecordBatch::try_from_iter([
        ("provider", text(|row| &row.provider)),
        ("field", text(|row| &row.field)),
        ("value", text(|row| &row.value)),
        ("bucket", text(|row| row.mapping.bucket.name())),
        ("is_final", Arc::new(is_final) as ArrayRef),
        ("meaning", text(|row| &row.meaning)),
        ("origin", text(|row| row.origin)),
    ])?)
}
