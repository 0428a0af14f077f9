//! `percent(part, whole [, digits])`

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, internal_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature,
};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, decimal_of_ints, described_by};
use super::rate::ratio;

const PARAMS: Params = Params {
    function: "percent",
    required: &[("part", Kind::Int), ("whole", Kind::Int)],
    optional: &[("digits", Kind::Int)],
};

/// So many digits after the point where the call does not say.
const DIGITS: u8 = 2;
/// The most digits after the point.
const DIGITS_MAX: u8 = 12;

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "`part` as a percentage of `whole`, as an exact decimal rounded half away from zero as `round` \
        does; its type is `Decimal128(21 + digits, digits)`. NULL where either is NULL or `whole` is 0: of \
        nothing there is no percentage.",
    syntax_example = "percent(part, whole [, digits])",
    sql_example = r#"```sql
> select percent(1, 3) as percent;
+---------+
| percent |
+---------+
| 33.33   |
+---------+
```"#,
    argument(name = "part", description = "How many of them: a whole number."),
    argument(name = "whole", description = "Of how many: a whole number."),
    argument(
        name = "digits",
        description = "How many digits after the point, 0 to 12: a literal. 2 where it is left out."
    ),
    related_udf(name = "rate")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Percent;

impl ScalarUDFImpl for Percent {
    described_by!(PARAMS);

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        internal_err!("the type of percent depends on its argument `digits`")
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let digits = match args.scalar_arguments.get(2) {
            None => DIGITS,
            Some(Some(ScalarValue::Int64(Some(digits)))) => match u8::try_from(*digits) {
                Ok(digits) if digits <= DIGITS_MAX => digits,
                _ => return plan_err!("{PARAMS} takes 0 to {DIGITS_MAX} as `digits`, not {digits}"),
            },
            Some(_) => {
                return plan_err!("{PARAMS} takes a literal number as `digits`: the type of the result depends on it");
            }
        };
        Ok(Arc::new(Field::new(self.name(), DataType::Decimal128(21 + digits, digits.cast_signed()), true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let decimal = args.return_field.data_type();
        let DataType::Decimal128(_, digits) = decimal else {
            return internal_err!("percent is a decimal, not {decimal}");
        };
        let digits = u32::from(digits.unsigned_abs());
        decimal_of_ints(&args.args, args.number_rows, decimal, |part, whole| Ok(ratio(part, whole, digits + 2)))
    }
}
