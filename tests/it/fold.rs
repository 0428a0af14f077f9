//! The fold of events into messages: the laws it keeps, an independent fold to compare with, and the traps by name.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod events;
mod laws;
mod oracle;
mod states;
mod traps;
mod views;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, UInt8Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::datasource::MemTable;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf};
use datafusion::prelude::{SessionConfig, SessionContext};
use smsql::event::schema::event_schema;
use smsql::session::aggregates::aggregate_functions;

/// A session with the production aggregates and views over these events, one partition per inner list.
async fn session(config: SessionConfig, runtime: Arc<RuntimeEnv>, events: Vec<Vec<RecordBatch>>) -> SessionContext {
    let mut config = config;
    config.options_mut().sql_parser.dialect = datafusion::config::Dialect::DuckDB;
    config.options_mut().sql_parser.enable_ident_normalization = false;
    let ctx = SessionContext::new_with_config_rt(config, runtime);
    ctx.register_table("events", Arc::new(MemTable::try_new(event_schema(), events).unwrap())).unwrap();
    for function in aggregate_functions() {
        ctx.register_udaf(function.as_ref().clone());
    }
    scalar_functions(&ctx);
    for (name, sql) in [
        ("messages", include_str!("../../queries/views/messages.sql")),
        ("recipients", include_str!("../../queries/views/recipients.sql")),
        ("clicks", include_str!("../../queries/views/clicks.sql")),
        ("campaigns", include_str!("../../queries/views/campaigns.sql")),
        ("unmapped", include_str!("../../queries/views/unmapped.sql")),
    ] {
        ctx.sql(&format!("CREATE VIEW {name} AS {sql}")).await.unwrap_or_else(|e| panic!("view {name}: {e}"));
    }
    ctx
}

/// The class of a status in these tests: the words say what they mean.
fn class_of(status: &str, level: Option<&str>, provider_final: Option<bool>) -> u8 {
    match status {
        "queued" => 10,
        "sent" => 20,
        "soft" => 40,
        "hard" => 50,
        "rejected" => 51,
        "opted-out" => 52,
        "delivered" if provider_final == Some(false) => 20,
        "delivered" if level == Some("operator") => 41,
        "delivered" => 60,
        _ => 30,
    }
}

/// The scalar functions the views call, one row at a time.
fn scalar_functions(ctx: &SessionContext) {
    let category = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let texts = |args: &[ColumnarValue]| -> Vec<StringArray> {
        let arrays = ColumnarValue::values_to_arrays(args).unwrap();
        arrays.iter().map(|a| cast(a, &DataType::Utf8).unwrap().as_string::<i32>().clone()).collect()
    };
    let text = |array: &StringArray, row: usize| array.is_valid(row).then(|| array.value(row).to_owned());
    let mut class_types = vec![category.clone(); 4];
    class_types.push(DataType::Boolean);
    let class = move |args: &[ColumnarValue]| {
        let args = texts(args);
        let classes: UInt8Array = (0..args[0].len())
            .map(|row| {
                let is_final = text(&args[4], row).map(|text| text == "true");
                text(&args[1], row).map(|status| class_of(&status, text(&args[3], row).as_deref(), is_final))
            })
            .collect();
        Ok(ColumnarValue::Array(Arc::new(classes)))
    };
    let immutable = Volatility::Immutable;
    ctx.register_udf(create_udf("status_class", class_types, DataType::UInt8, immutable, Arc::new(class)));
    let country = move |args: &[ColumnarValue]| {
        let countries: StringArray =
            texts(args)[0].iter().map(|n| n.filter(|n| n.starts_with("+33")).map(|_| "FR")).collect();
        Ok(ColumnarValue::Array(cast(&(Arc::new(countries) as ArrayRef), &DataType::Utf8View)?))
    };
    let country =
        create_udf("phone_country", vec![DataType::Utf8View], DataType::Utf8View, immutable, Arc::new(country));
    ctx.register_udf(country);
    let is_bot = move |args: &[ColumnarValue]| {
        let bots: arrow::array::BooleanArray = texts(args)[0].iter().map(|a| a.map(|a| a.contains("bot"))).collect();
        Ok(ColumnarValue::Array(Arc::new(bots)))
    };
    ctx.register_udf(create_udf("is_bot", vec![category.clone()], DataType::Boolean, immutable, Arc::new(is_bot)));
    let known = move |args: &[ColumnarValue]| {
        let statuses = texts(args);
        let known: arrow::array::BooleanArray =
            statuses[1].iter().map(|s| s.map(|s| class_of(s, None, None) != 30)).collect();
        Ok(ColumnarValue::Array(Arc::new(known)))
    };
    let known = create_udf("status_is_known", vec![category; 3], DataType::Boolean, immutable, Arc::new(known));
    ctx.register_udf(known);
}

/// Every row of a query's result as text, NULL as `-`; times as microseconds since the epoch.
async fn rows(ctx: &SessionContext, sql: &str) -> Vec<Vec<String>> {
    let batches = ctx.sql(sql).await.unwrap().collect().await.unwrap();
    batches.iter().flat_map(|batch| rendered(batch.columns())).collect()
}

/// Columns as rows of text.
fn rendered(columns: &[ArrayRef]) -> Vec<Vec<String>> {
    let options = FormatOptions::default().with_null("-");
    let plain: Vec<ArrayRef> = columns
        .iter()
        .map(|column| match column.data_type() {
            DataType::Timestamp(_, _) => cast(column, &DataType::Int64).unwrap(),
            _ => Arc::clone(column),
        })
        .collect();
    let formatters: Vec<_> = plain.iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
    let len = columns.first().map_or(0, |column| column.len());
    (0..len).map(|row| formatters.iter().map(|f| f.value(row).to_string()).collect()).collect()
}
