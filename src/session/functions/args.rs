//! What functions take, and the one place that says so when they are called otherwise.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Decimal128Array};
use arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err, internal_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, Signature, Volatility};

/// What an argument holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text, in any of Arrow's string types or a dictionary of one: it stays as it comes.
    Text,
    /// Text, or a whole number to be read as its digits.
    TextOrInt,
    /// A whole number: `Int64`.
    Int,
    /// A number: `Decimal128(10, 6)`.
    Decimal,
    /// True or false.
    Bool,
}

/// The name of a function and of what it takes.
#[derive(Debug)]
pub(super) struct Params {
    /// The function's name in SQL.
    pub(super) function: &'static str,
    /// What every call gives.
    pub(super) required: &'static [(&'static str, Kind)],
    /// What may be left out, from the end.
    pub(super) optional: &'static [(&'static str, Kind)],
}

impl Params {
    /// Immutable, with its types decided by [`Self::coerce`] and its arguments known by name: `rate(part => 1, whole
    /// => 2)`.
    pub(super) fn signature(&self) -> Signature {
        let signature = Signature::user_defined(Volatility::Immutable);
        let names: Vec<&str> = self.all().map(|(name, _)| *name).collect();
        signature.clone().with_parameter_names(names).unwrap_or(signature)
    }

    /// The types the arguments are cast to, or why they cannot be.
    pub(super) fn coerce(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let (least, most) = (self.required.len(), self.required.len() + self.optional.len());
        if !(least..=most).contains(&types.len()) {
            let count = if least == most { least.to_string() } else { format!("{least} to {most}") };
            let plural = if most == 1 { "" } else { "s" };
            return plan_err!("{self} takes {count} argument{plural}, not {}", types.len());
        }
        self.all().zip(types).map(|((name, kind), given)| self.coerce_one(name, *kind, given)).collect()
    }

    fn coerce_one(&self, name: &str, kind: Kind, given: &DataType) -> Result<DataType> {
        use DataType::{Boolean, Decimal128, Dictionary, Int32, Int64, LargeUtf8, Null, Utf8, Utf8View};
        let is_text = |t: &DataType| matches!(t, Utf8 | LargeUtf8 | Utf8View);
        let accepted = match (kind, given) {
            (Kind::Text | Kind::TextOrInt, Null) => Some(Utf8View),
            (Kind::Text | Kind::TextOrInt, text) if is_text(text) => Some(text.clone()),
            (Kind::Text | Kind::TextOrInt, Dictionary(_, value)) if is_text(value) || **value == Null => {
                Some(Dictionary(Box::new(Int32), Box::new(Utf8)))
            }
            (Kind::TextOrInt, number) if number.is_integer() => Some(Utf8View),
            (Kind::Int, number) if number.is_integer() || *number == Null => Some(Int64),
            (Kind::Decimal, number) if number.is_numeric() || *number == Null => Some(Decimal128(10, 6)),
            (Kind::Bool, Boolean | Null) => Some(Boolean),
            _ => None,
        };
        let wanted = match kind {
            Kind::Text => "text",
            Kind::TextOrInt => "text or a whole number",
            Kind::Int => "a whole number",
            Kind::Decimal => "a number",
            Kind::Bool => "true or false",
        };
        accepted.map_or_else(|| plan_err!("{self} takes {wanted} as `{name}`, not {given}"), Ok)
    }

    fn all(&self) -> impl Iterator<Item = &'static (&'static str, Kind)> {
        self.required.iter().chain(self.optional)
    }
}

impl std::fmt::Display for Params {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let required = self.required.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let optional: String = self.optional.iter().map(|(name, _)| format!(" [, {name}]")).collect();
        write!(f, "{}({required}{optional})", self.function)
    }
}

/// What every function of this module answers alike.
macro_rules! described_by {
    ($params:expr) => {
        fn name(&self) -> &str {
            $params.function
        }

        fn signature(&self) -> &Signature {
            static SIGNATURE: LazyLock<Signature> = LazyLock::new(|| $params.signature());
            &SIGNATURE
        }

        fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
            $params.coerce(arg_types)
        }

        fn documentation(&self) -> Option<&Documentation> {
            self.doc()
        }
    };
}
pub(super) use described_by;

/// The first argument of a call.
pub(super) fn first(args: &ScalarFunctionArgs) -> Result<&ColumnarValue> {
    args.args.first().map_or_else(|| internal_err!("a call without arguments"), Ok)
}

/// The type of the only argument of a call.
pub(super) fn only(types: &[DataType]) -> Result<&DataType> {
    types.first().map_or_else(|| internal_err!("a call without arguments"), Ok)
}

/// Runs `f` over the arguments for so many rows. A call of constants gives a constant.
pub(super) fn over_rows(
    args: &[ColumnarValue],
    rows: usize,
    f: impl FnOnce(&[ColumnarValue], usize) -> Result<ArrayRef>,
) -> Result<ColumnarValue> {
    let constant = args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
    let result = f(args, if constant { 1 } else { rows })?;
    Ok(if constant {
        ColumnarValue::Scalar(ScalarValue::try_from_array(&result, 0)?)
    } else {
        ColumnarValue::Array(result)
    })
}

/// Runs `f` over the arguments as arrays of one length. A call of constants gives a constant.
pub(super) fn over_arrays(
    args: &[ColumnarValue],
    rows: usize,
    f: impl FnOnce(&[ArrayRef]) -> Result<ArrayRef>,
) -> Result<ColumnarValue> {
    over_rows(args, rows, |args, rows| f(&args.iter().map(|arg| arg.to_array(rows)).collect::<Result<Vec<_>>>()?))
}

/// Runs `f` over pairs of whole numbers, for a decimal of this type; NULL where either is NULL or `f` says so.
pub(super) fn decimal_of_ints(
    args: &[ColumnarValue],
    rows: usize,
    decimal: &DataType,
    f: impl Fn(i64, i64) -> Result<Option<i128>>,
) -> Result<ColumnarValue> {
    over_arrays(args, rows, |arrays| {
        let [part, whole, ..] = arrays else { return exec_err!("two numbers are needed, {} given", arrays.len()) };
        let pairs = part.as_primitive::<Int64Type>().iter().zip(whole.as_primitive::<Int64Type>());
        let values: Decimal128Array = pairs
            .map(|pair| match pair {
                (Some(part), Some(whole)) => f(part, whole),
                _ => Ok(None),
            })
            .collect::<Result<_>>()?;
        Ok(Arc::new(values.with_data_type(decimal.clone())))
    })
}
