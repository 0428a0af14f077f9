//! `status_is_known(provider, status [, error_code])`

use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

use arrow::array::BooleanArray;
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, over_rows};
use super::combine::{Codes, Combinations};
use crate::event::StatusTable;

const PARAMS: Params = Params {
    function: "status_is_known",
    required: &[("provider", Kind::Text), ("status", Kind::Text)],
    optional: &[("error_code", Kind::Text)],
};

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "Whether the table `status_codes` says what a provider's status means. One that it does not know counts as \
        `unknown`, as does one of which the table says just that; this tells them apart. NULL gives NULL.",
    syntax_example = "status_is_known(provider, status [, error_code])",
    sql_example = r#"```sql
> select status_is_known('twilio', 'delivered') as known, status_is_known('twilio', 'teleported') as new;
+-------+-------+
| known | new   |
+-------+-------+
| true  | false |
+-------+-------+
```"#,
    argument(name = "provider", description = "Whose vocabulary the status is from: `twilio`, `vonage`, ..."),
    argument(name = "status", description = "The provider's status as it was reported, in either case."),
    argument(name = "error_code", description = "The provider's error code as it was reported, if any."),
    related_udf(name = "status_bucket")
)]
#[derive(Debug)]
pub(super) struct StatusIsKnown {
    table: Arc<StatusTable>,
}

impl StatusIsKnown {
    pub(super) fn new(table: Arc<StatusTable>) -> Self {
        Self { table }
    }
}

impl PartialEq for StatusIsKnown {
    fn eq(&self, other: &Self) -> bool {
        self.table.hash() == other.table.hash()
    }
}

impl Eq for StatusIsKnown {}

impl Hash for StatusIsKnown {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.table.hash().hash(state);
    }
}

impl ScalarUDFImpl for StatusIsKnown {
    described_by!(PARAMS);

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        over_rows(&args.args, args.number_rows, |args, rows| {
            let codes = args.iter().map(Codes::new).collect::<Result<Vec<_>>>()?;
            let combinations = Combinations::of(&codes, rows);
            let text = |argument: usize, row| codes.get(argument).and_then(|column| column.text(row));
            let known = combinations.evaluate(|row| {
                let status = text(1, row)?;
                let mapping = text(0, row).and_then(|provider| self.table.lookup(provider, status, text(2, row)));
                Some(mapping.is_some())
            });
            Ok(Arc::new(known.into_iter().collect::<BooleanArray>()))
        })
    }
}
