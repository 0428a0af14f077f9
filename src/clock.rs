//! The one place that reads the clock.

use chrono::{DateTime, SubsecRound, Utc};

/// Now, in whole microseconds: the precision of every time in the store.
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
