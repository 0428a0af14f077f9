//! The Wilson score interval, in whole numbers: the same on every platform, and rounded right in every digit.
//!
//! The bounds for `x` of `n` are the two roots of `n (p - x/n)^2 = z^2 p (1 - p)` (E. B. Wilson, 1927). A root is
//! placed between two neighbouring millionths by asking on which side of it they lie, which takes no root and no
//! division.

use std::sync::Arc;

use arrow::array::{Array, AsArray, Decimal128Array};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type, i256};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ColumnarValue;

use super::args::{Kind, Params, over_arrays};

/// A bound of the interval: a share of 1, in millionths.
pub(super) const BOUND: DataType = DataType::Decimal128(7, 6);

/// Confidence in millionths, and the square of the two-sided normal quantile `z` for it, in 10^-12.
const Z_SQUARED: &[(i128, i64)] = &[
    (800_000, 1_642_374_415_150),
    (900_000, 2_705_543_454_095),
    (950_000, 3_841_458_820_694),
    (980_000, 5_411_894_431_054),
    (990_000, 6_634_896_601_021),
    (995_000, 7_879_438_576_622),
    (999_000, 10_827_566_170_663),
];
const DEFAULT_CONFIDENCE: i128 = 950_000;
const Z_UNIT: i64 = 1_000_000_000_000;
const MILLION: i64 = 1_000_000;

/// Which end of the interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Lower,
    Upper,
}

/// What the two functions take.
pub(super) const fn params(function: &'static str) -> Params {
    Params {
        function,
        required: &[("part", Kind::Int), ("whole", Kind::Int)],
        optional: &[("confidence", Kind::Decimal)],
    }
}

/// One end of the interval for every row.
pub(super) fn bound(end: End, params: &Params, args: &[ColumnarValue], rows: usize) -> Result<ColumnarValue> {
    over_arrays(args, rows, |arrays| {
        let [part, whole, confidence @ ..] = arrays else { return exec_err!("{params} takes two arguments") };
        let (part, whole) = (part.as_primitive::<Int64Type>(), whole.as_primitive::<Int64Type>());
        let confidence = confidence.first().map(|array| array.as_primitive::<Decimal128Type>());
        let bounds = part.iter().zip(whole).enumerate().map(|(row, pair)| {
            let confidence = match confidence {
                None => DEFAULT_CONFIDENCE,
                Some(array) if array.is_null(row) => return Ok(None),
                Some(array) => array.value(row),
            };
            let (Some(part), Some(whole)) = pair else { return Ok(None) };
            let Some((_, z_squared)) = Z_SQUARED.iter().find(|(known, _)| *known == confidence) else {
                return exec_err!("{params} takes 0.80, 0.90, 0.95, 0.98, 0.99, 0.995 or 0.999 as `confidence`");
            };
            if whole == 0 {
                return Ok(None);
            }
            if !(0..=whole).contains(&part) {
                return exec_err!("{params} takes a part of the whole: {part} of {whole} is none");
            }
            Ok(Some(i128::from(millionths(end, part, whole, *z_squared))))
        });
        let bounds: Decimal128Array = bounds.collect::<Result<_>>()?;
        Ok(Arc::new(bounds.with_data_type(BOUND)))
    })
}

/// The bound in millionths, rounded to the nearest; a bound half way between two is rounded up.
fn millionths(end: End, part: i64, whole: i64, z_squared: i64) -> i64 {
    if end == End::Upper {
        // The interval of the others, seen from the other side; there half way must go down.
        return MILLION - nearest(whole - part, whole, z_squared, false);
    }
    nearest(part, whole, z_squared, true)
}

/// The lower bound in millionths: the greatest `k` such that `k - 1/2` millionths are not above it.
fn nearest(part: i64, whole: i64, z_squared: i64, half_up: bool) -> i64 {
    let (mut low, mut high) = (0, MILLION);
    while low < high {
        let middle = (low + high + 1) / 2;
        if is_reached(2 * middle - 1, part, whole, z_squared, half_up) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

/// Whether the lower bound is at or (if it must not be just at) above `half_steps` two-millionths.
///
/// That is `x/n >= t` and `n (t - x/n)^2 >= z^2 t (1 - t)` for `t = a / m`, without its denominators:
/// `(x m - a n)^2 >= z^2 a (m - a) n`. At most 208 of 256 bits.
fn is_reached(half_steps: i64, part: i64, whole: i64, z_squared: i64, or_equal: bool) -> bool {
    let wide = |number: i64| i256::from_i128(i128::from(number));
    let (steps, unit) = (wide(half_steps), wide(2 * MILLION));
    let distance = wide(part).wrapping_mul(unit).wrapping_sub(steps.wrapping_mul(wide(whole)));
    if distance < i256::ZERO {
        return false;
    }
    let left = distance.wrapping_mul(distance).wrapping_mul(wide(Z_UNIT));
    let right = wide(z_squared).wrapping_mul(steps).wrapping_mul(unit.wrapping_sub(steps)).wrapping_mul(wide(whole));
    left > right || (or_equal && left == right)
}
