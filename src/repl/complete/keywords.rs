//! The words of SQL: which are its own, and which may follow where.

/// Words that are SQL's own: they name nothing without quotes, and no alias stands in their place.
const RESERVED: &[&str] = &[
    "all",
    "and",
    "anti",
    "any",
    "as",
    "asc",
    "between",
    "by",
    "case",
    "cast",
    "create",
    "cross",
    "desc",
    "distinct",
    "else",
    "end",
    "escape",
    "except",
    "exclude",
    "exists",
    "false",
    "fetch",
    "filter",
    "for",
    "from",
    "full",
    "group",
    "having",
    "ilike",
    "in",
    "inner",
    "intersect",
    "into",
    "is",
    "join",
    "lateral",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "null",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "over",
    "partition",
    "qualify",
    "right",
    "select",
    "semi",
    "similar",
    "tablesample",
    "then",
    "true",
    "try_cast",
    "union",
    "unnest",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
];

/// Words that are shown as SQL's own too, where no column or table has the name.
const OTHERS: &[&str] = &[
    "analyze",
    "at",
    "columns",
    "copy",
    "current",
    "describe",
    "drop",
    "explain",
    "external",
    "extract",
    "first",
    "following",
    "functions",
    "grouping",
    "ignore",
    "insert",
    "interval",
    "last",
    "location",
    "materialized",
    "nulls",
    "options",
    "preceding",
    "range",
    "recursive",
    "replace",
    "respect",
    "rollup",
    "row",
    "rows",
    "sets",
    "show",
    "stored",
    "table",
    "tables",
    "temporary",
    "time",
    "to",
    "unbounded",
    "verbose",
    "view",
    "within",
    "zone",
];

/// Whether a word, in lower case, is SQL's own wherever it stands.
pub(in crate::repl) fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok()
}

/// Whether a word, in lower case, is a keyword in some place.
pub(in crate::repl) fn is_keyword(word: &str) -> bool {
    is_reserved(word) || OTHERS.binary_search(&word).is_ok()
}

/// Words behind which an operand stands: an expression begins, or goes on.
pub(super) fn is_before_operand(word: &str) -> bool {
    matches!(
        word,
        "select"
            | "distinct"
            | "all"
            | "where"
            | "on"
            | "having"
            | "qualify"
            | "by"
            | "and"
            | "or"
            | "not"
            | "in"
            | "like"
            | "ilike"
            | "between"
            | "case"
            | "when"
            | "then"
            | "else"
            | "from"
            | "to"
            | "escape"
            | "any"
            | "values"
            | "limit"
            | "offset"
            | "both"
            | "leading"
            | "trailing"
            | "similar"
    )
}

/// What a statement begins with.
pub(super) const STATEMENT: &[&str] = &[
    "SELECT",
    "WITH",
    "FROM",
    "EXPLAIN",
    "EXPLAIN ANALYZE",
    "DESCRIBE",
    "SHOW TABLES",
    "SHOW COLUMNS FROM",
    "SHOW FUNCTIONS",
    "VALUES",
    "CREATE VIEW",
    "CREATE TABLE",
    "CREATE EXTERNAL TABLE",
    "DROP VIEW",
    "DROP TABLE",
    "COPY",
];
/// What a query in brackets, or in a statement of its own kind, begins with.
pub(super) const QUERY: &[&str] = &["SELECT", "WITH", "FROM", "VALUES"];
/// What may follow EXPLAIN.
pub(super) const EXPLAIN: &[&str] = &["ANALYZE", "VERBOSE", "SELECT", "WITH", "FROM"];
/// What may stand in place of an operand.
pub(super) const OPERAND: &[&str] =
    &["CASE", "CAST(", "TRY_CAST(", "EXISTS (", "NOT", "NULL", "TRUE", "FALSE", "INTERVAL", "EXTRACT("];
/// What goes on with an expression.
pub(super) const OPERATOR: &[&str] = &[
    "AND",
    "OR",
    "IN (",
    "NOT IN (",
    "IS NULL",
    "IS NOT NULL",
    "IS DISTINCT FROM",
    "IS NOT DISTINCT FROM",
    "LIKE",
    "NOT LIKE",
    "ILIKE",
    "NOT ILIKE",
    "BETWEEN",
    "NOT BETWEEN",
    "AT TIME ZONE",
];
/// What goes on behind CASE.
pub(super) const CASE: &[&str] = &["WHEN", "THEN", "ELSE", "END"];
/// What may follow a table.
pub(super) const AFTER_TABLE: &[&str] = &[
    "WHERE",
    "JOIN",
    "LEFT JOIN",
    "GROUP BY",
    "ORDER BY",
    "LIMIT",
    "AS",
    "INNER JOIN",
    "RIGHT JOIN",
    "FULL JOIN",
    "CROSS JOIN",
    "LEFT SEMI JOIN",
    "LEFT ANTI JOIN",
    "NATURAL JOIN",
];
/// What connects a joined table.
pub(super) const JOIN: &[&str] = &["ON", "USING ("];
/// What combines queries.
pub(super) const COMBINE: &[&str] = &["UNION ALL", "UNION", "INTERSECT", "EXCEPT"];
/// What may follow a sort key.
pub(super) const SORT_KEY: &[&str] = &["ASC", "DESC", "NULLS FIRST", "NULLS LAST", "LIMIT", "OFFSET"];
/// What begins a window.
pub(super) const WINDOW: &[&str] = &["PARTITION BY", "ORDER BY"];
/// What goes on with a window.
pub(super) const FRAME: &[&str] =
    &["ORDER BY", "ASC", "DESC", "NULLS FIRST", "NULLS LAST", "ROWS BETWEEN", "RANGE BETWEEN", "GROUPS BETWEEN"];
/// Where a frame begins and ends.
pub(super) const BOUND: &[&str] =
    &["UNBOUNDED PRECEDING", "CURRENT ROW", "UNBOUNDED FOLLOWING", "PRECEDING", "FOLLOWING", "AND"];
/// What a value can be cast to.
pub(super) const TYPES: &[&str] = &[
    "bigint",
    "boolean",
    "date",
    "decimal(18, 2)",
    "double",
    "integer",
    "interval",
    "smallint",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "varchar",
];
/// The parts of a date.
pub(super) const DATE_PARTS: &[&str] = &[
    "year",
    "quarter",
    "month",
    "week",
    "day",
    "hour",
    "minute",
    "second",
    "millisecond",
    "microsecond",
    "dow",
    "doy",
    "epoch",
];

/// The words that go on with this one, where only few can.
pub(super) fn after(word: &str) -> Option<&'static [&'static str]> {
    Some(match word {
        "group" | "order" | "partition" => &["BY"],
        "inner" | "cross" | "natural" | "outer" | "semi" | "anti" => &["JOIN"],
        "left" => &["JOIN", "OUTER JOIN", "SEMI JOIN", "ANTI JOIN"],
        "right" | "full" => &["JOIN", "OUTER JOIN"],
        "is" => &["NULL", "NOT NULL", "TRUE", "FALSE", "DISTINCT FROM", "NOT DISTINCT FROM", "NOT TRUE", "NOT FALSE"],
        "nulls" => &["FIRST", "LAST"],
        "union" | "intersect" | "except" => &["ALL", "SELECT", "FROM", "VALUES"],
        "rows" | "range" | "groups" => &["BETWEEN", "UNBOUNDED PRECEDING", "CURRENT ROW"],
        "unbounded" => &["PRECEDING", "FOLLOWING"],
        "current" => &["ROW"],
        "at" => &["TIME ZONE"],
        "show" => &["TABLES", "COLUMNS FROM", "FUNCTIONS", "ALL"],
        "create" => &["VIEW", "TABLE", "EXTERNAL TABLE", "OR REPLACE VIEW", "TEMPORARY VIEW"],
        "drop" => &["VIEW", "TABLE"],
        "with" => &["RECURSIVE"],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_they_are_searched() {
        for list in [RESERVED, OTHERS] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}
