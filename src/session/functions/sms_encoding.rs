//! `sms_encoding(body)`

use std::borrow::Cow;
use std::sync::LazyLock;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, first, only};
use super::text::{map_text_to_text, text_type};
use crate::event::gsm;

const PARAMS: Params = Params { function: "sms_encoding", required: &[("body", Kind::Text)], optional: &[] };

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "The alphabet a text needs: `gsm7` for the GSM 7-bit default alphabet with its extension table \
        (3GPP TS 23.038), `ucs2` for everything else.",
    syntax_example = "sms_encoding(body)",
    sql_example = r#"```sql
> select sms_encoding('naïve') as encoding;
+----------+
| encoding |
+----------+
| ucs2     |
+----------+
```"#,
    argument(name = "body", description = "The text of the message."),
    related_udf(name = "sms_segments")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct SmsEncoding;

impl ScalarUDFImpl for SmsEncoding {
    described_by!(PARAMS);

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok(text_type(only(arg_types)?))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        map_text_to_text(first(&args)?, |body| Some(Cow::Borrowed(gsm::encoding(body).name())))
    }
}
