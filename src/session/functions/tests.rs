//! Laws of the functions, over inputs nobody thought of.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::LazyLock;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, DictionaryArray, Int32Array, Int64Array, StringArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Field, Int32Type, UInt8Type};
use datafusion::common::ScalarValue;
use datafusion::config::ConfigOptions;
use datafusion::logical_expr::{ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs};
use proptest::prelude::*;

use super::*;
use crate::event::status::Class;
use crate::event::{gsm, phone, time_text};

const STATUS_CODES: &str = include_str!("../../../tests/slt/status_codes.csv");

static TABLE: LazyLock<Arc<StatusTable>> = LazyLock::new(|| Arc::new(StatusTable::new(Some(STATUS_CODES)).unwrap()));
static FUNCTIONS: LazyLock<Vec<Arc<ScalarUDF>>> = LazyLock::new(|| scalar_functions(&TABLE));

/// Calls a function the way a plan does: types coerced, the type of the result asked first.
fn call(name: &str, args: Vec<ColumnarValue>, rows: usize) -> ArrayRef {
    let function = FUNCTIONS.iter().find(|function| function.name() == name).unwrap();
    let types: Vec<DataType> = args.iter().map(ColumnarValue::data_type).collect();
    let coerced = function.coerce_types(&types).unwrap();
    let args: Vec<_> = args.iter().zip(&coerced).map(|(arg, to)| arg.cast_to(to, None).unwrap()).collect();
    let arg_fields: Vec<_> = coerced.iter().map(|to| Arc::new(Field::new("a", to.clone(), true))).collect();
    let scalars: Vec<_> = args
        .iter()
        .map(|arg| match arg {
            ColumnarValue::Scalar(scalar) => Some(scalar),
            ColumnarValue::Array(_) => None,
        })
        .collect();
    let return_field = function
        .return_field_from_args(ReturnFieldArgs { arg_fields: &arg_fields, scalar_arguments: &scalars })
        .unwrap();
    let expected = return_field.data_type().clone();
    let config_options = Arc::new(ConfigOptions::default());
    let call = ScalarFunctionArgs { args: args.clone(), arg_fields, number_rows: rows, return_field, config_options };
    let result = function.invoke_with_args(call).unwrap().into_array(rows).unwrap();
    assert_eq!(*result.data_type(), expected);
    result
}

fn ints(values: impl IntoIterator<Item = i64>) -> ColumnarValue {
    ColumnarValue::Array(Arc::new(Int64Array::from_iter_values(values)))
}

fn decimals(array: &ArrayRef) -> &Decimal128Array {
    array.as_primitive::<Decimal128Type>()
}

/// Keys into texts, either of which may be NULL, with texts that no key uses.
fn dictionary() -> impl Strategy<Value = DictionaryArray<Int32Type>> {
    let text = prop_oneof![
        "\\PC{0,12}",
        r"\+?[0-9 ()-]{0,18}",
        r"[0-9]{2}/[0-9]{2}/20[0-9]{2} [0-9]{2}:[0-9]{2}",
        prop::sample::select(vec!["STOP", "stop!", "curl/8", "1467074434", "+14165550123", "07700900123"])
            .prop_map(str::to_owned),
    ];
    (prop::collection::vec(prop::option::weighted(0.9, text), 1..9), prop::collection::vec(any::<u8>(), 0..40))
        .prop_map(|(texts, picks)| {
            let keys = picks.iter().map(|pick| {
                let key = usize::from(*pick) % (texts.len() + 1);
                (key < texts.len()).then(|| i32::try_from(key).unwrap())
            });
            DictionaryArray::new(keys.collect::<Int32Array>(), Arc::new(StringArray::from(texts.clone())))
        })
}

fn as_texts(array: &ArrayRef) -> Vec<Option<String>> {
    let plain = cast(array, &DataType::Utf8).unwrap();
    plain.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
}

proptest! {
    #[test]
    fn a_rate_is_the_nearest_millionth(part: i64, whole: i64) {
        let rate = call("rate", vec![ints([part]), ints([whole])], 1);
        if whole == 0 {
            prop_assert!(rate.is_null(0));
        } else {
            let (value, part, whole) = (decimals(&rate).value(0), i128::from(part), i128::from(whole));
            prop_assert!(2 * (value * whole - part * 1_000_000).abs() <= whole.abs());
        }
    }

    #[test]
    fn a_rate_of_a_part_is_between_none_and_all(whole in 1..i64::MAX, share in 0.0..=1.0_f64) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
        let part = ((whole as f64 * share) as i64).min(whole);
        let rate = call("rate", vec![ints([part]), ints([whole])], 1);
        prop_assert!((0..=1_000_000).contains(&decimals(&rate).value(0)));
    }

    #[test]
    fn a_percentage_has_the_digits_asked_for(part: i64, whole in 1..i64::MAX, digits in 0..=12_i64) {
        let digits_arg = ColumnarValue::Scalar(ScalarValue::Int64(Some(digits)));
        let percent = call("percent", vec![ints([part]), ints([whole]), digits_arg], 1);
        let digits = u32::try_from(digits).unwrap();
        prop_assert_eq!(u32::try_from(decimals(&percent).scale()).unwrap(), digits);
        let error = decimals(&percent).value(0) * i128::from(whole) - i128::from(part) * 10_i128.pow(digits + 2);
        prop_assert!(2 * error.abs() <= i128::from(whole));
    }

    #[test]
    #[allow(clippy::cast_precision_loss)]
    fn the_wilson_interval_is_that_of_the_textbook(whole in 1..2_000_000_i64, share in 0.0..=1.0_f64) {
        #[allow(clippy::cast_possible_truncation)]
        let part = ((whole as f64 * share).round() as i64).min(whole);
        let bound = |name, part| decimals(&call(name, vec![ints([part]), ints([whole])], 1)).value(0);
        let (lower, upper) = (bound("wilson_lower", part), bound("wilson_upper", part));
        let (p, n, z) = (part as f64 / whole as f64, whole as f64, 1.959_963_984_540_054_f64);
        let middle = p + z * z / (2.0 * n);
        let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let divisor = 1.0 + z * z / n;
        prop_assert!((lower as f64 / 1e6 - (middle - half) / divisor).abs() < 0.5001e-6);
        prop_assert!((upper as f64 / 1e6 - (middle + half) / divisor).abs() < 0.5001e-6);
        // The others' interval is its mirror image. A bound half way would be rounded up at both ends.
        prop_assert!((bound("wilson_lower", whole - part) + upper - 1_000_000).abs() <= 1);
    }

    #[test]
    fn spelling_a_number_twice_changes_nothing(text in r"[+0-9 ().-]{0,20}|\PC{0,12}", region in 0..6_usize) {
        let region = [None, Some("GB"), Some("US"), Some("DE"), Some("IT"), Some("RU")][region];
        let once = phone::e164(&text, region).into_owned();
        prop_assert_eq!(phone::e164(&once, region).into_owned(), once.clone());
        prop_assert_eq!(phone::e164(&once, None).into_owned(), once);
    }

    #[test]
    fn a_mask_hides_what_it_should(text in r"\+[1-9][0-9]{6,14}|\PC{0,12}") {
        let masked = phone::mask(&text);
        prop_assert_eq!(masked.chars().count(), text.chars().count());
        prop_assert_eq!(phone::mask(&masked).replace('*', "").len() <= text.len(), true);
        if text.len() >= 10 && text.starts_with('+') && text[1..].bytes().all(|b| b.is_ascii_digit()) {
            prop_assert!(masked.matches('*').count() >= text.len() - 6);
        }
    }

    #[test]
    fn more_text_never_takes_fewer_parts(text in "(\\PC|€|😀|[a-z]){0,200}", more in "(\\PC|€|😀|[a-z]){0,200}") {
        prop_assert!(gsm::segments(&text) <= gsm::segments(&[text.as_str(), more.as_str()].concat()));
        prop_assert!(gsm::segments(&text) >= 1);
    }

    #[test]
    fn a_time_that_was_read_is_read_once(
        text in r"[0-9]{8,16}|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4} ?[0-9:. APM+]{0,12}",
    ) {
        for read in [time_text::epoch, time_text::smpp, time_text::day_first, time_text::month_first] {
            let once = read(&text).into_owned();
            prop_assert_eq!(read(&once).into_owned(), once);
        }
    }

    #[test]
    fn a_dictionary_answers_as_its_texts_do(dictionary in dictionary()) {
        let dictionary: ArrayRef = Arc::new(dictionary);
        for name in [
            "sms_segments", "sms_encoding", "opt_out_keyword", "is_bot", "e164", "phone_country", "mask_phone",
            "epoch_time", "smpp_time", "day_first_time", "month_first_time",
        ] {
            let answers = |of: &ArrayRef| {
                as_texts(&call(name, vec![ColumnarValue::Array(Arc::clone(of))], of.len()))
            };
            let plain = cast(&dictionary, &DataType::Utf8).unwrap();
            let expected = answers(&plain);
            prop_assert_eq!(&answers(&dictionary), &expected, "{}", name);
            for held in [DataType::LargeUtf8, DataType::Utf8View] {
                prop_assert_eq!(&answers(&cast(&plain, &held).unwrap()), &expected, "{}", name);
            }
            // Row by row, as constants.
            for (row, expected) in expected.iter().enumerate() {
                let constant = ColumnarValue::Scalar(ScalarValue::try_from_array(&dictionary, row).unwrap());
                prop_assert_eq!(&as_texts(&call(name, vec![constant], 1))[0], expected, "{}", name);
            }
        }
    }

    /// `spread` texts nobody uses make the tables of combinations too large in one way or another.
    #[test]
    fn a_status_means_the_same_however_its_columns_are_held(
        rows in prop::collection::vec((0..4_usize, 0..8_usize, 0..7_usize, 0..3_usize, 0..3_usize), 1..150),
        spread in prop::sample::select(vec![0, 300, 40_000]),
        held in prop::collection::vec(0..3_u8, 4),
        offset in 0..100_usize,
    ) {
        let providers = [Some("acme"), Some("beta"), Some("Gamma"), None];
        let statuses = ["queued", "failed", "delivered", "to_operator", "1", "?", ""].map(Some);
        let statuses: Vec<_> = statuses.into_iter().chain([None]).collect();
        let codes = [Some("21"), Some("30"), Some("7"), Some("99"), Some("x"), Some(""), None];
        let levels = [Some("operator"), Some("handset"), None];
        let finals = [Some(true), Some(false), None];
        let column = |texts: &[Option<&str>], picks: Vec<usize>, held: u8| -> ArrayRef {
            let unused = (0..spread).map(|i| Some(format!("unused {i}")));
            let values: StringArray = unused.chain(texts.iter().map(|text| text.map(str::to_owned))).collect();
            let keys = picks.iter().map(|pick| texts[*pick].map(|_| i32::try_from(spread + pick).unwrap()));
            let array: ArrayRef = Arc::new(DictionaryArray::new(keys.collect::<Int32Array>(), Arc::new(values)));
            // A slice, as a filter or a limit leaves it.
            let array = arrow::compute::concat(&[&array.slice(0, 1), &array]).unwrap().slice(1, array.len());
            match held {
                0 => array,
                1 => cast(&array, &DataType::Utf8).unwrap(),
                _ => cast(&array, &DataType::Utf8View).unwrap(),
            }
        };
        let offset = offset.min(rows.len() - 1);
        let pick = |f: fn(&(usize, usize, usize, usize, usize)) -> usize| rows.iter().map(f).collect::<Vec<_>>();
        let columns = [
            column(&providers, pick(|r| r.0), held[0]),
            column(&statuses, pick(|r| r.1), held[1]),
            column(&codes, pick(|r| r.2), held[2]),
            column(&levels, pick(|r| r.3), held[3]),
            Arc::new(pick(|r| r.4).into_iter().map(|pick| finals[pick]).collect::<BooleanArray>()) as ArrayRef,
        ];
        let args: Vec<_> = columns.iter().map(|c| ColumnarValue::Array(c.slice(offset, rows.len() - offset))).collect();
        let classes = call("status_class", args.clone(), rows.len() - offset);
        let buckets = as_texts(&call("status_bucket", args[..3].to_vec(), rows.len() - offset));
        for (at, row) in rows[offset..].iter().enumerate() {
            let provider = providers[row.0].unwrap_or("");
            let meaning = statuses[row.1].map(|status| TABLE.lookup(provider, status, codes[row.2]));
            let class = meaning.map(|meaning| meaning.map_or(Class(30), |meaning| {
                Class::new(meaning.bucket, levels[row.3], if meaning.is_final { finals[row.4] } else { Some(false) })
            }));
            prop_assert_eq!(classes.is_valid(at).then(|| Class(classes.as_primitive::<UInt8Type>().value(at))), class);
            let bucket = meaning.map(|meaning| match meaning.map(|meaning| (meaning.bucket, meaning.is_final)) {
                None => "unknown",
                Some((Bucket::Delivered, false)) => "sent",
                Some((bucket, _)) => bucket.name(),
            });
            prop_assert_eq!(buckets[at].as_deref(), bucket);
        }
    }
}

#[test]
fn every_function_is_documented() {
    for function in FUNCTIONS.iter() {
        let documentation =
            function.documentation().unwrap_or_else(|| panic!("{} has no documentation", function.name()));
        assert!(documentation.syntax_example.starts_with(function.name()), "{}", documentation.syntax_example);
        let arguments: Vec<_> = documentation.arguments.iter().flatten().map(|(name, _)| name.as_str()).collect();
        let parameters = function.signature().parameter_names.clone().unwrap();
        assert_eq!(arguments, parameters, "{}", function.name());
        assert!(documentation.sql_example.is_some(), "{}", function.name());
    }
}

/// What the documentation shows is what comes out.
#[tokio::test]
async fn every_example_is_true() {
    let context = datafusion::prelude::SessionContext::new();
    FUNCTIONS.iter().for_each(|function| context.register_udf(function.as_ref().clone()));
    for function in FUNCTIONS.iter() {
        let example = function.documentation().unwrap().sql_example.clone().unwrap();
        let (sql, table) = example.split_once(";\n").unwrap();
        let sql = sql.trim_start_matches("```sql\n> ");
        let batches = context.sql(sql).await.unwrap().collect().await.unwrap();
        let shown = arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string();
        assert_eq!(shown, table.trim_end_matches("```").trim_end(), "{sql}");
    }
}

/// No rows, and only NULLs: what filters and outer joins leave.
#[test]
fn functions_take_nothing() {
    let none = |rows| ColumnarValue::Array(arrow::array::new_null_array(&DataType::Null, rows));
    for rows in [0, 3] {
        for function in FUNCTIONS.iter() {
            let parameters = function.signature().parameter_names.as_ref().unwrap().len();
            let args = if function.name() == "percent" { 2 } else { parameters };
            let result = call(function.name(), vec![none(rows); args], rows);
            assert_eq!((result.len(), result.logical_null_count()), (rows, rows), "{}", function.name());
        }
    }
}
