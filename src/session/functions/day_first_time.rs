//! `day_first_time(text)`

use std::sync::LazyLock;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, first, only};
use super::text::{map_text_to_text, text_type};
use crate::event::time_text;

const PARAMS: Params = Params { function: "day_first_time", required: &[("text", Kind::Text)], optional: &[] };

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "`DD/MM/YYYY`, alone or with a time `hh:mm`, `hh:mm:ss` or with a fraction, as ISO 8601 text of the \
        same precision. The separator may be `-` or `.`, the year may have two digits, `AM` or `PM` and \
        `Z` or an offset may follow. Anything else, such as a text that begins with the year, comes back \
        as it was.",
    syntax_example = "day_first_time(text)",
    sql_example = r#"```sql
> select day_first_time('04/03/2025 09:15') as time;
+------------------+
| time             |
+------------------+
| 2025-03-04T09:15 |
+------------------+
```"#,
    argument(name = "text", description = "The time as the feed gives it."),
    related_udf(name = "month_first_time")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct DayFirstTime;

impl ScalarUDFImpl for DayFirstTime {
    described_by!(PARAMS);

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok(text_type(only(arg_types)?))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        map_text_to_text(first(&args)?, |text| Some(time_text::day_first(text)))
    }
}
