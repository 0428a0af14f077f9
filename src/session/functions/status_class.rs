//! `status_class(provider, status, error_code, level, provider_final)`

use std::sync::{Arc, LazyLock};

use arrow::array::UInt8Array;
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, Documentation, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion_macros::user_doc;

use super::args::{Kind, Params, described_by, over_rows};
use super::combine::Codes;
use super::meaning::Meanings;
use crate::event::status::{Bucket, Class, Mapping};

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
    description = "What one status report weighs when the reports of a message are folded: the greatest class wins, \
        whatever the order of arrival. 10 pending, 20 sent, 30 unknown, 40 soft_bounce, 41 delivered as \
        far as the operator knows, 50 hard_bounce, 51 rejected, 52 unsubscribed, 60 delivered. A delivery \
        that the provider or the table `status_codes` calls not final weighs as much as sent. A status \
        that the table does not know is 30; a NULL status gives NULL.",
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
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct StatusClass(pub(super) Meanings);

impl ScalarUDFImpl for StatusClass {
    described_by!(PARAMS);

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::UInt8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        over_rows(&args.args, args.number_rows, |args, rows| {
            let [_, _, _, level, provider_final] = args else { return exec_err!("{PARAMS} takes 5 arguments") };
            // No class is 0, which stands for NULL here.
            let mut classes = self.0.per_row(args, rows, |meaning| {
                meaning.map_or(0, |mapping| {
                    let known = mapping.map(|Mapping { bucket, is_final }| Class::new(bucket, None, Some(is_final)));
                    known.unwrap_or(Class::of(Bucket::Unknown)).0
                })
            })?;
            // Only a delivery depends on who confirmed it and how surely, so these two columns are no part of the
            // combinations to look up.
            let refine = |class: &mut u8, refined: u8| *class = if *class == DELIVERED { refined } else { *class };
            let by_final = |text: Option<&str>| Class::new(Bucket::Delivered, None, text.map(|text| text == "true")).0;
            let by_level = |level: Option<&str>| Class::new(Bucket::Delivered, level, None).0;
            Codes::new(provider_final)?.with_texts(&mut classes, by_final, refine);
            Codes::new(level)?.with_texts(&mut classes, by_level, refine);
            let nulls = classes.contains(&0).then(|| {
                let is_class = |row: usize| classes.get(row).is_some_and(|class| *class != 0);
                NullBuffer::new(BooleanBuffer::collect_bool(classes.len(), is_class))
            });
            Ok(Arc::new(UInt8Array::new(classes.into(), nulls)))
        })
    }
}

const DELIVERED: u8 = Class::of(Bucket::Delivered).0;
