//! `is_final(bucket)`

use std::sync::LazyLock;

use arrow::array::BooleanArray;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, first};
use super::bucket;
use super::text::map_text;

const PARAMS: Params = Params { function: "is_final", required: &[("bucket", Kind::Text)], optional: &[] };

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "Whether no further report is expected of a message in this bucket: all but `pending` and `sent` \
        are final.",
    syntax_example = "is_final(bucket)",
    sql_example = r#"```sql
> select is_final('soft_bounce') as final;
+-------+
| final |
+-------+
| true  |
+-------+
```"#,
    argument(name = "bucket", description = "The name of a bucket; any other text is an error, NULL gives NULL."),
    related_udf(name = "status_bucket"),
    related_udf(name = "status_rank")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct IsFinal;

impl ScalarUDFImpl for IsFinal {
    described_by!(PARAMS);

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        map_text::<_, BooleanArray>(first(&args)?, |name| Ok(Some(bucket(name)?.is_final())))
    }
}
