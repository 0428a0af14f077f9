//! `sms_segments(body)`

use std::sync::LazyLock;

use arrow::array::Int32Array;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, first};
use super::text::map_text;
use crate::event::gsm;

const PARAMS: Params = Params { function: "sms_segments", required: &[("body", Kind::Text)], optional: &[] };

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "How many parts a text is sent and billed in. A text of the GSM 7-bit alphabet has 160 septets in \
        one part or 153 in each of several, where `€ ^ { } \\ [ ~ ] |` and the form feed take two; any \
        other text has 70 UTF-16 units or 67. A character of two units is never cut. An empty text is one \
        part. No character is replaced by a similar one first, as some providers do on request.",
    syntax_example = "sms_segments(body)",
    sql_example = r#"```sql
> select sms_segments(repeat('a', 161)) as segments;
+----------+
| segments |
+----------+
| 2        |
+----------+
```"#,
    argument(name = "body", description = "The text of the message."),
    related_udf(name = "sms_encoding")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct SmsSegments;

impl ScalarUDFImpl for SmsSegments {
    described_by!(PARAMS);

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int32)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        map_text::<_, Int32Array>(first(&args)?, |body| Ok(i32::try_from(gsm::segments(body)).ok()))
    }
}
