//! `status_class(provider, status, error_code, level, provider_final)`

use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

use arrow::array::UInt8Array;
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, over_rows};
use super::combine::{Codes, Combinations};
use crate::event::StatusTable;
use crate::event::status::{Bucket, Class};

const PARAMS: Params = Params {
    function: "status_class",
    required: &[
        ("provider", Kind::Text),
        ("status", Kind::Text),
        ("error_code", Kind::Text),
        ("level", Kind::Text),
        ("provider_final", Kind::Bool),
    ],
    optional: &[],
};

#[user_doc(
    doc_section(label = "Message Functions"),
    description = "What one status report weighs when the reports of a message are folded: the greatest class wins, whatever \
        the order of arrival. 10 pending, 20 sent, 30 unknown, 40 soft_bounce, 41 delivered as far as the operator knows, \
        50 hard_bounce, 51 rejected, 52 unsubscribed, 60 delivered. A delivery that the provider or the table `status_codes` \
        calls not final weighs as much as sent. A status that the table does not know is 30; a NULL status gives NULL.",
    syntax_example = "status_class(provider, status, error_code, level, provider_final)",
    sql_example = r#"```sql
> select status_class('smsql', 'delivered', null, 'operator', true) as class;
+-------+
| class |
+-------+
| 41    |
+-------+
```"#,
    argument(name = "provider", description = "Whose vocabulary the status is from: `twilio`, `vonage`, ..."),
    argument(name = "status", description = "The provider's status as it was reported, in either case."),
    argument(name = "error_code", description = "The provider's error code as it was reported, or NULL."),
    argument(name = "level", description = "Who confirmed: `operator`, `handset` or NULL."),
    argument(name = "provider_final", description = "Whether the provider says that the status is final, or NULL."),
    related_udf(name = "status_bucket")
)]
#[derive(Debug)]
pub(super) struct StatusClass {
    table: Arc<StatusTable>,
}

impl StatusClass {
    pub(super) fn new(table: Arc<StatusTable>) -> Self {
        Self { table }
    }

    fn class(
        &self,
        provider: &str,
        status: &str,
        code: Option<&str>,
        level: Option<&str>,
        is_final: Option<bool>,
    ) -> Class {
        self.table.lookup(provider, status, code).map_or(Class::of(Bucket::Unknown), |mapping| {
            Class::new(mapping.bucket, level, if mapping.is_final { is_final } else { Some(false) })
        })
    }
}

impl PartialEq for StatusClass {
    fn eq(&self, other: &Self) -> bool {
        self.table.hash() == other.table.hash()
    }
}

impl Eq for StatusClass {}

impl Hash for StatusClass {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.table.hash().hash(state);
    }
}

impl ScalarUDFImpl for StatusClass {
    described_by!(PARAMS);

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::UInt8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        over_rows(&args.args, args.number_rows, |args, rows| {
            let codes = args.iter().map(Codes::new).collect::<Result<Vec<_>>>()?;
            let combinations = Combinations::of(&codes, rows);
            let text = |argument: usize, row| codes.get(argument).and_then(|column| column.text(row));
            // No class is 0, which stands for NULL here.
            let classes = combinations.evaluate(|row| {
                let Some(status) = text(1, row) else { return 0 };
                let is_final = text(4, row).map(|text| text == "true");
                self.class(text(0, row).unwrap_or_default(), status, text(2, row), text(3, row), is_final).0
            });
            let nulls = classes.contains(&0).then(|| {
                let is_class = |row: usize| classes.get(row).is_some_and(|class| *class != 0);
                NullBuffer::new(BooleanBuffer::collect_bool(classes.len(), is_class))
            });
            Ok(Arc::new(UInt8Array::new(classes.into(), nulls)))
        })
    }
}
