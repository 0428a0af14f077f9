//! `status_is_known(provider, status [, error_code])`

use std::sync::{Arc, LazyLock};

use arrow::array::BooleanArray;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, over_rows};
use super::meaning::Meanings;

const PARAMS: Params = Params {
    function: "status_is_known",
    required: &[("provider", Kind::Text), ("status", Kind::Text)],
    optional: &[("error_code", Kind::Text)],
};

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "Whether the table `status_codes` knows a provider's status. One that it does not know is counted as \
        `unknown` and shows in the view `unmapped`. NULL gives NULL.",
    syntax_example = "status_is_known(provider, status [, error_code])",
    sql_example = r#"```sql
> select status_is_known('twilio', 'delivered') as known, status_is_known('twilio', 'teleported') as other;
+-------+-------+
| known | other |
+-------+-------+
| true  | false |
+-------+-------+
```"#,
    argument(name = "provider", description = "Whose vocabulary the status is from: `twilio`, `vonage`, ..."),
    argument(name = "status", description = "The provider's status as it was reported, in either case."),
    argument(name = "error_code", description = "The provider's error code as it was reported, if any."),
    related_udf(name = "status_bucket")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct StatusIsKnown(pub(super) Meanings);

impl ScalarUDFImpl for StatusIsKnown {
    described_by!(PARAMS);

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        over_rows(&args.args, args.number_rows, |args, rows| {
            let known = self.0.per_row(args, rows, |meaning| Some(meaning?.is_some()))?;
            Ok(Arc::new(BooleanArray::from(known)))
        })
    }
}
