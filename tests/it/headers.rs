//! What the columns of a result are called that were given no name: as they were written.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use smsql::session::{Parameters, SessionOptions, split};

use crate::support::empty_session;

#[tokio::test]
async fn columns_are_called_as_they_are_written() {
    let session = empty_session(&SessionOptions::default()).await;
    for (sql, expected) in [
        ("SELECT 1", "1"),
        ("SELECT 1, 'a', 0.5, true, NULL", "1|'a'|0.5|true|NULL"),
        ("SELECT sum(cost), max(events.cost) FROM events", "sum(cost)|max(events.cost)"),
        ("SELECT sum(e.cost) + 1 FROM events AS e", "sum(e.cost) + 1"),
        ("SELECT count(*), count(1) FROM events", "count(*)|count(1)"),
        ("SELECT COUNT(*) FROM events", "count(*)"),
        ("SELECT upper(provider), lower((provider)), (cost) FROM events", "upper(provider)|lower((provider))|cost"),
        ("SELECT provider, e.cost, sum(cost) AS total FROM events e GROUP BY 1, 2", "provider|cost|total"),
        ("SELECT tags['a'], list_ids[1] FROM events", "tags['a']|list_ids[1]"),
        ("SELECT row_number() OVER (ORDER BY cost) FROM events", "row_number() OVER (ORDER BY cost)"),
        ("SELECT $x + 1", "$x + 1"),
        ("FROM events SELECT min(cost)", "min(cost)"),
        ("SELECT 1 UNION ALL SELECT 2", "1"),
        ("(SELECT 1 + 1)", "1 + 1"),
        ("WITH t AS (SELECT 1 AS a) SELECT a + 1, t.a FROM t", "a + 1|a"),
        ("SELECT 0 + 1, *, a + 1 FROM (VALUES (1, 2)) AS t(a, b)", "0 + 1|a|b|a + 1"),
        ("SELECT * FROM (SELECT 1 AS x, 2 AS y) WHERE x = 1", "x|y"),
        // A name that is there already is not given twice.
        ("SELECT a + 1 AS \"b + 1\", b + 1 FROM (VALUES (1, 2)) AS t(a, b)", "b + 1|t.b + Int64(1)"),
    ] {
        let given: &[&str] = if sql.contains("$x") { &["x=1"] } else { &[] };
        let parameters = Parameters::new(given.iter().map(|p| p.parse().unwrap()), chrono_tz::Tz::UTC).unwrap();
        let [statement] = split("<sql>", sql).unwrap().try_into().unwrap();
        let mut answer = session.run(&statement, &parameters).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let names = |schema: &arrow::datatypes::Schema| {
            schema.fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join("|")
        };
        assert_eq!(names(answer.schema()), expected, "{sql}");
        // The batches say the same.
        while let Some(batch) = answer.next().await.unwrap() {
            assert_eq!(names(&batch.schema()), expected, "{sql}");
        }
    }
}
