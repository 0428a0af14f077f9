//! `phone_country(number)`

use std::borrow::Cow;
use std::sync::LazyLock;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, first, only};
use super::text::{map_text_to_text, text_type};
use crate::event::phone;

const PARAMS: Params = Params { function: "phone_country", required: &[("number", Kind::Text)], optional: &[] };

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "The country a phone number belongs to, as ISO 3166 code of two letters, by the numbering plans of \
        libphonenumber. The calling code decides; where several countries share it (+44, +7), the country \
        in which the number is valid, else the main one. Of +1, whose main country would be a guess, a \
        number valid nowhere is NULL; so are numbers of no country (+800) and texts that are no number in \
        E.164.",
    syntax_example = "phone_country(number)",
    sql_example = r#"```sql
> select phone_country('+14165550123') as country;
+---------+
| country |
+---------+
| CA      |
+---------+
```"#,
    argument(name = "number", description = "A phone number in E.164; see `e164`."),
    related_udf(name = "e164"),
    related_udf(name = "mask_phone")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct PhoneCountry;

impl ScalarUDFImpl for PhoneCountry {
    described_by!(PARAMS);

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok(text_type(only(arg_types)?))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        map_text_to_text(first(&args)?, |number| phone::country(number).map(Cow::Borrowed))
    }
}
