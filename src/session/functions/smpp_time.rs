//! `smpp_time(text)`

use std::sync::LazyLock;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, first, only};
use super::text::{map_text_to_text, text_type};
use crate::event::time_text;

const PARAMS: Params = Params { function: "smpp_time", required: &[("text", Kind::TextOrInt)], optional: &[] };

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "A time of an SMPP delivery receipt, `YYMMDDhhmm`, `YYMMDDhhmmss`, `YYYYMMDDhhmm` or \
        `YYYYMMDDhhmmss`, as ISO 8601 text of the same precision without a zone, since receipts give none. \
        Two digits of a year are 1970 to 2069; twelve digits are read with a two-digit year where that is \
        a time. Anything else comes back as it was.",
    syntax_example = "smpp_time(text)",
    sql_example = r#"```sql
> select smpp_time('1305050826') as time;
+------------------+
| time             |
+------------------+
| 2013-05-05T08:26 |
+------------------+
```"#,
    argument(name = "text", description = "The time as the feed gives it."),
    related_udf(name = "epoch_time")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct SmppTime;

impl ScalarUDFImpl for SmppTime {
    described_by!(PARAMS);

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok(text_type(only(arg_types)?))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        map_text_to_text(first(&args)?, |text| Some(time_text::smpp(text)))
    }
}
