//! The names of types as SQL has them.

use arrow::datatypes::DataType;

/// The name of a type in SQL: `text`, `bigint`, `decimal(18, 8)`, `timestamp`, `text[]`.
///
/// How a column is held is no part of it: a dictionary of texts is `text`. Nor is a time's zone: it is the session's.
pub fn type_name(data_type: &DataType) -> String {
    let name = match data_type {
        DataType::Null => "NULL",
        DataType::Boolean => "boolean",
        DataType::Int8 => "tinyint",
        DataType::Int16 => "smallint",
        DataType::Int32 => "integer",
        DataType::Int64 => "bigint",
        DataType::UInt8 => "unsigned tinyint",
        DataType::UInt16 => "unsigned smallint",
        DataType::UInt32 => "unsigned integer",
        DataType::UInt64 => "unsigned bigint",
        DataType::Float16 => "half",
        DataType::Float32 => "real",
        DataType::Float64 => "double",
        DataType::Date32 | DataType::Date64 => "date",
        DataType::Time32(_) | DataType::Time64(_) => "time",
        DataType::Timestamp(..) => "timestamp",
        DataType::Duration(_) => "duration",
        DataType::Interval(_) => "interval",
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text",
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => "bytea",
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => return format!("decimal({precision}, {scale})"),
        DataType::List(element)
        | DataType::LargeList(element)
        | DataType::ListView(element)
        | DataType::LargeListView(element) => return format!("{}[]", type_name(element.data_type())),
        DataType::FixedSizeList(element, length) => return format!("{}[{length}]", type_name(element.data_type())),
        DataType::Struct(fields) => {
            let field = |f: &arrow::datatypes::FieldRef| format!("{} {}", f.name(), type_name(f.data_type()));
            return format!("struct({})", fields.iter().map(field).collect::<Vec<_>>().join(", "));
        }
        DataType::Map(entries, _) => {
            let DataType::Struct(fields) = entries.data_type() else { return "map".to_owned() };
            let names: Vec<String> = fields.iter().map(|field| type_name(field.data_type())).collect();
            return format!("map({})", names.join(", "));
        }
        DataType::Dictionary(_, values) => return type_name(values),
        DataType::RunEndEncoded(_, values) => return type_name(values.data_type()),
        DataType::Union(fields, _) => {
            let names: Vec<String> = fields.iter().map(|(_, field)| type_name(field.data_type())).collect();
            return format!("union({})", names.join(", "));
        }
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::{Field, Fields, TimeUnit};

    use super::*;

    #[test]
    fn nested_types_are_written_out() {
        let field = |name: &str, data_type| Arc::new(Field::new(name, data_type, true));
        let text = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let list = DataType::List(field("item", text.clone()));
        let pair = Fields::from(vec![field("key", DataType::Utf8), field("value", DataType::Decimal128(18, 8))]);
        let map = DataType::Map(field("entries", DataType::Struct(pair.clone())), false);
        assert_eq!(type_name(&text), "text");
        assert_eq!(type_name(&DataType::List(field("item", list))), "text[][]");
        assert_eq!(type_name(&DataType::Struct(pair)), "struct(key text, value decimal(18, 8))");
        assert_eq!(type_name(&map), "map(text, decimal(18, 8))");
        assert_eq!(type_name(&DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))), "timestamp");
        assert_eq!(type_name(&DataType::FixedSizeList(field("item", DataType::Float64), 3)), "double[3]");
    }
}
