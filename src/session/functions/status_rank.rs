//! `status_rank(bucket)`

use std::sync::LazyLock;

use arrow::array::Int32Array;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, first};
use super::bucket;
use super::text::map_text;

const PARAMS: Params = Params { function: "status_rank", required: &[("bucket", Kind::Text)], optional: &[] };

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "How far a bucket stands in the life of a message, 1 to 6; of two reports the one with the higher \
        rank decides, whatever the order of arrival: 1 pending, 2 sent, 3 unknown, 4 soft_bounce, 5 \
        hard_bounce, rejected and unsubscribed, 6 delivered.",
    syntax_example = "status_rank(bucket)",
    sql_example = r#"```sql
> select status_rank('delivered') as rank;
+------+
| rank |
+------+
| 6    |
+------+
```"#,
    argument(name = "bucket", description = "The name of a bucket; any other text is an error, NULL gives NULL."),
    related_udf(name = "status_bucket"),
    related_udf(name = "is_final")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct StatusRank;

impl ScalarUDFImpl for StatusRank {
    described_by!(PARAMS);

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int32)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        map_text::<_, Int32Array>(first(&args)?, |name| Ok(Some(i32::from(bucket(name)?.rank()))))
    }
}
