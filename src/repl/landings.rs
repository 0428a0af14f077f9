//! What landed when.

use chrono_tz::Tz;

use crate::session::{Answer, Parameter, Parameters, Session, split};
use crate::{Error, Result};

/// Newest first; the source file decides between landings of the same moment.
const LANDINGS: &str = "\
SELECT landed_at, feed, source_name, rows_read, rows_landed, rows_duplicate, rows_rejected, source_bytes, source_file
FROM landings ORDER BY landed_at DESC, source_name, source_file LIMIT $limit";

/// The newest landings, or all.
pub async fn newest(session: &Session, limit: Option<u32>, time_zone: Tz) -> Result<Answer> {
    let limit: Parameter = format!("limit:integer={}", limit.map_or(i64::MAX, i64::from)).parse()?;
    let parameters = Parameters::new([limit], time_zone)?;
    let [statement] = split("<log>", LANDINGS)?.try_into().map_err(|_| Error::Internal("not one query".to_owned()))?;
    session.run(&statement, &parameters).await
}
