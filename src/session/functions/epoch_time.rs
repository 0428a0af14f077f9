//! `epoch_time(text)`

use std::sync::LazyLock;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, first, only};
use super::text::{map_text_to_text, text_type};
use crate::event::time_text;

const PARAMS: Params = Params { function: "epoch_time", required: &[("text", Kind::TextOrInt)], optional: &[] };

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "Seconds (10 digits), milliseconds (13) or microseconds (16) since 1970, with or without a decimal \
        fraction, as ISO 8601 text in UTC of the same precision. Anything else comes back as it was.",
    syntax_example = "epoch_time(text)",
    sql_example = r#"```sql
> select epoch_time('1467074434123') as time;
+--------------------------+
| time                     |
+--------------------------+
| 2016-06-28T00:40:34.123Z |
+--------------------------+
```"#,
    argument(name = "text", description = "The time as the feed gives it."),
    related_udf(name = "smpp_time")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct EpochTime;

impl ScalarUDFImpl for EpochTime {
    described_by!(PARAMS);

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok(text_type(only(arg_types)?))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        map_text_to_text(first(&args)?, |text| Some(time_text::epoch(text)))
    }
}
