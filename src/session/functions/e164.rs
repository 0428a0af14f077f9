//! `e164(text [, region])`

use std::sync::{Arc, LazyLock};

use arrow::array::{AsArray, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, first, over_arrays};
use super::text::{map_text_to_text, text_type};
use crate::event::phone;

const PARAMS: Params =
    Params { function: "e164", required: &[("text", Kind::Text)], optional: &[("region", Kind::Text)] };

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "The one spelling of a phone number, which the event log uses: `+`, calling code and number without \
        punctuation. Read as such are `+` or `00` and 7 to 15 digits; with a region, what reaches a number \
        when dialled there; and 8 to 15 digits that do not begin with 0, which are taken as international. \
        Blanks, dashes, dots, slashes, parentheses and a `(0)` after the calling code do not count. Any \
        other text (short codes, sender names) comes back as it was.",
    syntax_example = "e164(text [, region])",
    sql_example = r#"```sql
> select e164('07700 900123', 'GB') as number;
+---------------+
| number        |
+---------------+
| +447700900123 |
+---------------+
```"#,
    argument(name = "text", description = "The number as the feed gives it."),
    argument(
        name = "region",
        description = "ISO 3166 code of two letters of the country whose national numbers the feed uses; \
            without it, or with NULL, national numbers come back as they were."
    ),
    related_udf(name = "phone_country"),
    related_udf(name = "mask_phone")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct E164;

impl ScalarUDFImpl for E164 {
    described_by!(PARAMS);

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok(match arg_types {
            // A region per row may make two numbers of one text.
            [text, ..] if arg_types.len() == 1 => text_type(text),
            _ => DataType::Utf8View,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        if args.args.len() == 1 {
            return map_text_to_text(first(&args)?, |text| Some(phone::e164(text, None)));
        }
        over_arrays(&args.args, args.number_rows, |arrays| {
            let plain = arrays.iter().map(|array| cast(array, &DataType::Utf8)).collect::<Result<Vec<_>, _>>()?;
            let [texts, regions] = plain.as_slice() else { return exec_err!("{PARAMS} takes two arguments") };
            let (texts, regions) = (texts.as_string::<i32>(), regions.as_string::<i32>());
            if let Some(region) = regions.iter().flatten().find(|region| !phone::is_region(region)) {
                return exec_err!(
                    "{PARAMS} takes an ISO 3166 code of two letters as `region`, such as GB, not `{region}`"
                );
            }
            let numbers = texts.iter().zip(regions).map(|(text, region)| text.map(|text| phone::e164(text, region)));
            Ok(Arc::new(numbers.collect::<StringViewArray>()))
        })
    }
}
