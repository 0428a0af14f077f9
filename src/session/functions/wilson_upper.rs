//! `wilson_upper(part, whole [, confidence])`

use std::sync::LazyLock;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Params, described_by};
use super::wilson::{BOUND, End, bound, params};

const PARAMS: Params = params("wilson_upper");

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "The upper end of the Wilson score interval: where the true rate lies, given `part` of `whole`, \
        with a two-sided confidence. Unlike a bare rate it tells 1 of 1 from 1,000 of 1,000, so campaigns \
        of different size can be ranked by it. An exact decimal with six digits after the point, \
        `Decimal128(7, 6)`, computed in whole numbers. NULL where an argument is NULL or `whole` is 0.",
    syntax_example = "wilson_upper(part, whole [, confidence])",
    sql_example = r#"```sql
> select wilson_upper(5, 10) as upper;
+----------+
| upper    |
+----------+
| 0.763407 |
+----------+
```"#,
    argument(name = "part", description = "How many of them: a whole number, 0 to `whole`."),
    argument(name = "whole", description = "Of how many: a whole number."),
    argument(
        name = "confidence",
        description = "0.80, 0.90, 0.95, 0.98, 0.99, 0.995 or 0.999; 0.95 where it is left out."
    ),
    related_udf(name = "rate"),
    related_udf(name = "wilson_lower")
)]
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct WilsonUpper;

impl ScalarUDFImpl for WilsonUpper {
    described_by!(PARAMS);

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(BOUND)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        bound(End::Upper, &PARAMS, &args.args, args.number_rows)
    }
}
