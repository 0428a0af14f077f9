//! `rate(part, whole)`

use std::sync::LazyLock;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, decimal_of_ints, described_by};

const PARAMS: Params =
    Params { function: "rate", required: &[("part", Kind::Int), ("whole", Kind::Int)], optional: &[] };

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "The fraction `part / whole` as an exact decimal with six digits after the point, `Decimal128(25, \
        6)`, rounded half away from zero as `round` does. NULL where either is NULL or `whole` is 0: \
        nothing has no rate.",
    syntax_example = "rate(part, whole)",
    sql_example = r#"```sql
> select rate(1, 3) as rate;
+----------+
| rate     |
+----------+
| 0.333333 |
+----------+
```"#,
    argument(name = "part", description = "How many of them: a whole number."),
    argument(name = "whole", description = "Of how many: a whole number."),
    related_udf(name = "percent"),
    related_udf(name = "wilson_lower"),
    related_udf(name = "wilson_upper")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Rate;

impl ScalarUDFImpl for Rate {
    described_by!(PARAMS);

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(RATE)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        decimal_of_ints(&args.args, args.number_rows, &RATE, |part, whole| Ok(ratio(part, whole, 6)))
    }
}

const RATE: DataType = DataType::Decimal128(25, 6);

/// `part / whole` with so many digits after the point, as a whole number of the last of them.
///
/// At most 19 digits before the point and 14 after it, so nothing overflows.
pub(super) fn ratio(part: i64, whole: i64, digits: u32) -> Option<i128> {
    let (part, whole) = (i128::from(part) * 10_i128.pow(digits), i128::from(whole));
    let magnitude = (2 * part.abs() + whole.abs()).checked_div(2 * whole.abs())?;
    Some(magnitude * part.signum() * whole.signum())
}
