//! The scalar functions that smsql adds to SQL. All of them are immutable, and name what they take when called
//! otherwise.
//!
//! Columns of few different values are dictionaries in the event log, so functions of one text run once per value
//! (`text.rs`) and functions of several columns once per combination (`combine.rs`).

use std::sync::Arc;

use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::ScalarUDF;

use self::meaning::Meanings;
use crate::event::{Bucket, StatusTable};

mod args;
mod combine;
mod meaning;
mod text;

mod day_first_time;
mod e164;
mod epoch_time;
mod is_bot;
mod is_final;
mod mask_phone;
mod month_first_time;
mod opt_out_keyword;
mod percent;
mod phone_country;
mod rate;
mod smpp_time;
mod sms_encoding;
mod sms_segments;
mod status_bucket;
mod status_class;
mod status_is_known;
mod status_rank;
mod wilson;
mod wilson_lower;
mod wilson_upper;

#[cfg(test)]
mod tests;

/// The section of the documentation these functions are shown in, as each says itself.
pub(super) const SECTION: &str = "Message Functions";

/// Every scalar function of smsql. What a status means is looked up in `status_table`.
pub fn scalar_functions(status_table: &Arc<StatusTable>) -> Vec<Arc<ScalarUDF>> {
    let meanings = || Meanings::new(Arc::clone(status_table));
    [
        // What a status means.
        ScalarUDF::from(status_bucket::StatusBucket(meanings())),
        ScalarUDF::from(status_class::StatusClass(meanings())),
        ScalarUDF::from(status_is_known::StatusIsKnown(meanings())),
        ScalarUDF::from(status_rank::StatusRank),
        ScalarUDF::from(is_final::IsFinal),
        // Rates without floats.
        ScalarUDF::from(rate::Rate),
        ScalarUDF::from(percent::Percent),
        ScalarUDF::from(wilson_lower::WilsonLower),
        ScalarUDF::from(wilson_upper::WilsonUpper),
        // Texts.
        ScalarUDF::from(sms_segments::SmsSegments),
        ScalarUDF::from(sms_encoding::SmsEncoding),
        ScalarUDF::from(opt_out_keyword::OptOutKeyword),
        ScalarUDF::from(is_bot::IsBot),
        // Phone numbers.
        ScalarUDF::from(e164::E164),
        ScalarUDF::from(phone_country::PhoneCountry),
        ScalarUDF::from(mask_phone::MaskPhone),
        // Times as feeds write them.
        ScalarUDF::from(epoch_time::EpochTime),
        ScalarUDF::from(smpp_time::SmppTime),
        ScalarUDF::from(day_first_time::DayFirstTime),
        ScalarUDF::from(month_first_time::MonthFirstTime),
    ]
    .into_iter()
    .map(Arc::new)
    .collect()
}

/// The bucket of this name, or an error that lists those there are.
fn bucket(name: &str) -> Result<Bucket> {
    name.parse().map_err(|_| {
        let known = Bucket::ALL.map(Bucket::name).join(", ");
        DataFusionError::Execution(format!("there is no bucket `{name}`; there are {known}"))
    })
}
