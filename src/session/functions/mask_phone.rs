//! `mask_phone(number)`

use std::borrow::Cow;
use std::sync::LazyLock;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, first, only};
use super::text::{map_text_to_text, text_type};
use crate::event::phone;

const PARAMS: Params = Params { function: "mask_phone", required: &[("number", Kind::Text)], optional: &[] };

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "A phone number that still shows its country and can be told from others nearby, but not be called: \
        every digit is `*` but those of the calling code and the last two. Of digits that are no number in \
        E.164 (short codes) the last two stay if there are more than four; any other text, such as a name, \
        becomes `*` only.",
    syntax_example = "mask_phone(number)",
    sql_example = r#"```sql
> select mask_phone('+447700900123') as masked;
+---------------+
| masked        |
+---------------+
| +44********23 |
+---------------+
```"#,
    argument(name = "number", description = "A phone number in E.164; see `e164`."),
    related_udf(name = "e164"),
    related_udf(name = "phone_country")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct MaskPhone;

impl ScalarUDFImpl for MaskPhone {
    described_by!(PARAMS);

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok(text_type(only(arg_types)?))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        map_text_to_text(first(&args)?, |number| Some(Cow::Owned(phone::mask(number))))
    }
}
