//! Charts in the terminal: what is drawn, which columns, and what is said about the rest.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::Schema;
use chrono_tz::Tz;
use smsql::output::RenderOptions;
use smsql::output::chart_text::{Kind, TextChart, draw};

use super::fixtures::{NOON, batch, decimals, micros, snapshot, terminal};

fn drawn(arguments: &str, rows: &RecordBatch, options: &RenderOptions) -> smsql::Result<String> {
    let chart = TextChart::parse(arguments, &rows.schema())?;
    draw(&chart, &rows.schema(), [Ok(rows.clone())], options, 14)
}

fn chart(arguments: &str, rows: &RecordBatch) -> String {
    drawn(arguments, rows, &terminal(60)).unwrap()
}

fn texts(values: Vec<Option<&str>>) -> ArrayRef {
    Arc::new(StringArray::from(values))
}

fn integers(values: Vec<Option<i64>>) -> ArrayRef {
    Arc::new(Int64Array::from(values))
}

fn providers() -> RecordBatch {
    batch(vec![
        ("provider", texts(vec![Some("twilio"), Some("sinch"), None, Some("a provider of a very long name")])),
        ("sent", integers(vec![Some(800), Some(401), Some(0), None])),
        ("failed", integers(vec![Some(100), Some(1), Some(50), Some(2)])),
        ("failed_percent", Arc::new(decimals(vec![Some(1250), Some(25), None, Some(10_000)], 5, 2))),
    ])
}

#[test]
fn bars_are_as_long_as_their_values() {
    // The texts take 28 of the 60 columns: 1 + 20 (a third) + 2 + 4 + 1.
    assert_eq!(
        chart("bars provider sent", &providers()),
        " sent by provider
 twilio                 800 ████████████████████████████████
 sinch                  401 ████████████████
 NULL                     0
 a provider of a ver…  NULL
(1 name shortened)
"
    );
    let percent = chart("provider failed_percent", &providers());
    let lines: Vec<&str> = percent.lines().collect();
    // An eighth of the scale, which ends at 100 %, and a quarter of a percent, which is seen.
    assert!(lines[1].ends_with(" 12.50 % ███▌"), "{percent}");
    assert!(lines[2].ends_with("  0.25 % ▏"), "{percent}");
    assert!(lines[4].ends_with(" 100.00 % ████████████████████████████"), "{percent}");
}

#[test]
fn bars_below_zero_go_to_the_left() {
    let change = batch(vec![
        ("day", texts(vec![Some("Mo"), Some("Tu"), Some("We"), Some("Th")])),
        ("change", Arc::new(decimals(vec![Some(-2000), Some(2000), Some(-250), Some(1)], 5, 2))),
    ]);
    assert_eq!(
        drawn("", &change, &terminal(30)).unwrap(),
        " change by day
 Mo  -20.00 █████████
 Tu   20.00          █████████
 We   -2.50         █
 Th    0.01          ▏
"
    );
}

#[test]
fn several_series_have_their_names_beside_the_bars() {
    let all = chart("", &providers());
    assert_eq!(all.lines().filter(|line| line.contains(" sent ")).count(), 4);
    assert_eq!(all.lines().filter(|line| line.contains(" failed ")).count(), 4);
    assert!(!all.contains("percent"), "another scale: {all}");
    snapshot("chart_bars", &all);
}

fn days() -> RecordBatch {
    // 2025-02-20 and two weeks more.
    let days: Vec<i32> = (20_139..20_153).collect();
    let sent = (0..14).map(|i| if i == 6 { None } else { Some(1000 + 90 * i) }).collect();
    let failed = (0..14).map(|i| Some(1300 - 100 * i)).collect();
    batch(vec![
        ("day", Arc::new(Date32Array::from(days)) as ArrayRef),
        ("sent", integers(sent)),
        ("failed", integers(failed)),
    ])
}

#[test]
fn lines_have_their_ticks_where_the_days_are() {
    snapshot("chart_lines", &format!("{}\n{}", chart("lines day sent", &days()), chart("", &days())));
}

/// The columns of a chart's line that hold a dot.
fn columns(line: &str) -> Vec<usize> {
    let dots = line.chars().enumerate().filter(|(_, c)| ('\u{2801}'..='\u{28FF}').contains(c));
    dots.map(|(column, _)| column).collect()
}

#[test]
fn a_null_is_a_gap() {
    let row = |values: Vec<Option<i64>>| {
        batch(vec![("x", integers((0..values.len() as i64).map(Some).collect())), ("y", integers(values))])
    };
    let flat = chart("lines x y", &row(vec![Some(4), Some(4), None, Some(4), Some(4)]));
    // Five points over the plot: the quarters beside the third are empty.
    let line = flat.lines().find(|line| !columns(line).is_empty()).unwrap();
    let dots = columns(line);
    let (first, last) = (dots[0], *dots.last().unwrap());
    let share = |column: usize| (column - first) * 100 / (last - first);
    assert!(dots.iter().all(|column| !(27..=73).contains(&share(*column))), "{flat}");
    assert!(dots.len() > (last - first) / 3, "{flat}");
    // A value between two NULLs is a point.
    let point = chart("lines x y", &row(vec![None, Some(4), None]));
    assert_eq!(point.lines().map(|line| columns(line).len()).sum::<usize>(), 1, "{point}");
}

#[test]
fn ticks_are_those_of_the_time_zone() {
    let day = 86_400_000_000;
    let times = batch(vec![
        ("at", Arc::new(micros((0..6).map(|i| Some(NOON + i * day)).collect()).with_timezone("UTC")) as ArrayRef),
        ("n", integers(vec![Some(1), Some(2), Some(3), Some(2), Some(1), Some(0)])),
    ]);
    let axis = |zone: Tz| {
        let options = RenderOptions { time_zone: zone, ..terminal(80) };
        let chart = drawn("", &times, &options).unwrap();
        let lines: Vec<&str> = chart.lines().collect();
        let at = |text: &str| lines[lines.len() - 1].find(text).unwrap();
        assert_eq!(
            lines[lines.len() - 1].split_whitespace().collect::<Vec<_>>().join(" "),
            "2 Jul 3 Jul 4 Jul 5 Jul 6 Jul"
        );
        (at("2 Jul"), at("6 Jul"))
    };
    // Midnight is 12 hours after the first point in UTC, and 3 in Tokyo: a day is a fifth of the axis.
    let (utc, tokyo) = (axis(Tz::UTC), axis(Tz::Asia__Tokyo));
    assert!((utc.1 - utc.0).abs_diff(tokyo.1 - tokyo.0) <= 1, "{utc:?} {tokyo:?}");
    let day = (utc.1 - utc.0) / 4;
    assert!((utc.0 - tokyo.0).abs_diff(day * 9 / 24) <= 1, "{utc:?} {tokyo:?}");
}

#[test]
fn axes_say_numbers_exactly() {
    let cost = batch(vec![
        ("x", integers(vec![Some(0), Some(500), Some(2000)])),
        ("cost", Arc::new(decimals(vec![Some(0), Some(3), Some(5)], 8, 4))),
    ]);
    let drawn = chart("lines x cost", &cost);
    for tick in ["0.0000", "0.0002", "0.0004", "0.0006"] {
        assert!(drawn.contains(&format!("\n {tick} ┤")), "{drawn}");
    }
    assert_eq!(
        drawn.lines().last().unwrap().split_whitespace().collect::<Vec<_>>(),
        ["0", "500", "1,000", "1,500", "2,000"]
    );
    // More digits than a float has.
    let long = batch(vec![("k", texts(vec![Some("a")])), ("n", integers(vec![Some(9_007_199_254_740_993)]))]);
    assert!(chart("", &long).contains(" a  9007199254740993 █"));
}

#[test]
fn columns_are_chosen_as_one_would() {
    let schema = providers().schema();
    let parse = |arguments: &str| {
        let chart = TextChart::parse(arguments, &schema).unwrap();
        (chart.kind, chart.label, chart.values)
    };
    assert_eq!(parse(""), (Kind::Bars, Some(0), vec![1, 2]));
    assert_eq!(parse(" lines "), (Kind::Lines, Some(0), vec![1, 2]));
    assert_eq!(parse("provider"), (Kind::Bars, Some(0), vec![1, 2]));
    assert_eq!(parse("bars PROVIDER failed_percent sent"), (Kind::Bars, Some(0), vec![3, 1]));
    assert_eq!(parse("lines sent failed"), (Kind::Lines, Some(1), vec![2]));

    let dated = days().schema();
    let of = |arguments: &str, schema: &Schema| TextChart::parse(arguments, schema).unwrap();
    assert_eq!(of("", &dated).kind, Kind::Lines);
    assert_eq!(of("bars", &dated).kind, Kind::Bars);
    // Numbers alone: the first one is the label; one alone has the number of its row.
    let numbers = batch(vec![("hour", integers(vec![Some(1)])), ("n", integers(vec![Some(1)]))]);
    assert_eq!((of("", &numbers.schema()).label, of("", &numbers.schema()).values), (Some(0), vec![1]));
    let one = batch(vec![("n", integers(vec![Some(1)]))]);
    assert_eq!((of("", &one.schema()).label, of("", &one.schema()).values), (None, vec![0]));
    let blank =
        batch(vec![("my day", texts(vec![None])), ("n", integers(vec![Some(1)])), ("lines", integers(vec![None]))]);
    assert_eq!(of("'my day' lines", &blank.schema()).values, [2]);
}

#[test]
fn what_cannot_be_drawn_says_what_can() {
    let error = |arguments: &str, rows: &RecordBatch| drawn(arguments, rows, &terminal(60)).unwrap_err().to_string();
    assert_eq!(error("provider sennt", &providers()), "there is no column `sennt`, did you mean `sent`?");
    assert_eq!(
        error("sent provider", &providers()),
        "the column `provider` holds no numbers to draw; numbers are `sent`, `failed`, `failed_percent`"
    );
    let words = batch(vec![("a", texts(vec![Some("x")])), ("b", texts(vec![Some("y")]))]);
    assert_eq!(error("", &words), "a chart needs a column of numbers beside `a`; the result has `a`, `b`");
    assert_eq!(error("'a", &words), "a quote is open in `'a`");
    assert_eq!(error("", &providers().slice(0, 0)), "there is nothing to draw: the result has no rows");
    let nulls = batch(vec![("a", texts(vec![Some("x")])), ("n", integers(vec![None]))]);
    assert_eq!(error("", &nulls), "there is nothing to draw: every value of `n` is NULL");
}

#[test]
fn what_is_left_out_is_said() {
    let many = |rows: i64| batch(vec![("n", integers((1..=rows).map(Some).collect()))]);
    let note = |arguments: &str, rows: &RecordBatch| chart(arguments, rows).lines().last().unwrap().to_owned();
    assert_eq!(chart("bars", &many(40)).lines().count(), 41);
    assert_eq!(note("bars", &many(41)), "(the first 40 of 41 rows)");
    assert_eq!(note("bars", &many(1_001)), "(the first 40 of more than 1,000 rows)");
    assert!(!note("lines", &many(1_000)).starts_with('('));
    assert_eq!(note("lines", &many(1_001)), "(the first 1,000 rows)");
    let dated = batch(vec![
        ("day", Arc::new(Date32Array::from(vec![Some(20_000), None, Some(20_009)])) as ArrayRef),
        ("n", integers(vec![Some(1), Some(2), Some(3)])),
    ]);
    assert_eq!(note("", &dated), "(1 row without a place on the axis is not drawn)");
    let wide =
        batch((0..9).map(|i| (["a", "b", "c", "d", "e", "f", "g", "h", "i"][i], integers(vec![Some(1)]))).collect());
    assert!(!note("bars a", &wide).contains("columns"));
    let values = "lines a a b c d e f g h i";
    assert_eq!(note(values, &wide), "(the first 8 of 9 columns)");
}

#[test]
fn a_chart_fits_the_terminal_and_reads_without_colours() {
    use unicode_width::UnicodeWidthStr;
    for width in [30, 45, 80, 120, 1000] {
        for (arguments, rows) in [("", days()), ("bars", days()), ("", providers()), ("lines", providers())] {
            let plain = drawn(arguments, &rows, &terminal(width)).unwrap();
            for line in plain.lines().filter(|line| !line.starts_with('(')) {
                assert!(line.width() <= width, "{width}: {line}");
            }
            let styled = drawn(arguments, &rows, &RenderOptions { styled: true, ..terminal(width) }).unwrap();
            assert!(styled.contains("\x1b[36m"));
            let mut bare = styled;
            for code in ["[36m", "[35m", "[0m"] {
                bare = bare.replace(&format!("\x1b{code}"), "");
            }
            assert_eq!(bare, plain, "colours only colour");
        }
    }
}

#[test]
fn the_greatest_numbers_have_their_place() {
    for most in [1e300, 1e308, f64::MAX] {
        for values in [[0.0, most, 1.0], [-most, most, 0.0], [-most, 0.0, -1.0]] {
            let rows = batch(vec![
                ("x", Arc::new(Float64Array::from(values.to_vec())) as ArrayRef),
                ("y", Arc::new(Float64Array::from(values.to_vec()))),
            ]);
            for kind in ["lines", "bars"] {
                let drawn = chart(&format!("{kind} x y"), &rows);
                assert!(drawn.len() < 100_000, "{} bytes", drawn.len());
            }
        }
    }
}
