//! `status_bucket(provider, status [, error_code])`

use std::sync::{Arc, LazyLock};

use arrow::array::StringViewArray;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, over_rows};
use super::meaning::Meanings;
use crate::event::status::{Bucket, Class, Mapping};

const PARAMS: Params = Params {
    function: "status_bucket",
    required: &[("provider", Kind::Text), ("status", Kind::Text)],
    optional: &[("error_code", Kind::Text)],
};

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "What a provider's status means, in the vocabulary all providers share: `pending`, `sent`, \
        `delivered`, `soft_bounce`, `hard_bounce`, `rejected`, `unsubscribed`, `unknown`. It is the bucket \
        of a message of which no more is known than this: a delivery that the table `status_codes` says is \
        not final counts as `sent`. The error code only refines a failure. A status that the table does \
        not know is `unknown`; NULL gives NULL.",
    syntax_example = "status_bucket(provider, status [, error_code])",
    sql_example = r#"```sql
> select status_bucket('twilio', 'undelivered', '30005') as bucket;
+-------------+
| bucket      |
+-------------+
| hard_bounce |
+-------------+
```"#,
    argument(name = "provider", description = "Whose vocabulary the status is from: `twilio`, `vonage`, ..."),
    argument(name = "status", description = "The provider's status as it was reported, in either case."),
    argument(name = "error_code", description = "The provider's error code as it was reported, if any."),
    related_udf(name = "status_class"),
    related_udf(name = "status_rank"),
    related_udf(name = "is_final")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct StatusBucket(pub(super) Meanings);

impl ScalarUDFImpl for StatusBucket {
    described_by!(PARAMS);

    /// A view: every name fits in it without a second look-up, which is what grouping by it costs.
    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        over_rows(&args.args, args.number_rows, |args, rows| {
            let names = self.0.per_row(args, rows, |meaning| {
                let bucket = meaning?.map_or(Bucket::Unknown, |Mapping { bucket, is_final }| {
                    Class::new(bucket, None, Some(is_final)).bucket()
                });
                Some(bucket.name())
            })?;
            Ok(Arc::new(names.into_iter().collect::<StringViewArray>()))
        })
    }
}
