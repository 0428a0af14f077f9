//! What is refused, with the words that say why.

use super::{check, session};

/// Statements with what their error must say.
const REFUSED: &[(&str, &[&str])] = &[
    // Not queries.
    ("EXPLAIN SELECT 1", &["only queries"]),
    ("SHOW TABLES", &["only queries"]),
    ("DESCRIBE messages", &["only queries"]),
    // No order, or one that leaves rows open.
    ("SELECT message_key FROM messages", &["no order", "ORDER BY message_key"]),
    ("SELECT * FROM unmapped", &["no order"]),
    ("SELECT * FROM (SELECT provider FROM messages ORDER BY provider) AS t", &["no order"]),
    ("SELECT message_key, sent_at FROM messages ORDER BY sent_at", &["ORDER BY does not decide", "`message_key`"]),
    (
        "SELECT sent_at, body FROM messages ORDER BY sent_at",
        &["rows that agree on it differ in `body`", "let ORDER BY end in message_key"],
    ),
    (
        "SELECT provider, bucket, count(*) AS n FROM messages GROUP BY provider, bucket ORDER BY n DESC",
        &["provider, bucket"],
    ),
    ("SELECT recipient, body FROM messages ORDER BY recipient", &["`body`"]),
    ("SELECT *  FROM status_codes ORDER BY provider, field, value", &["ORDER BY does not decide"]),
    ("SELECT feed, landed_at, reason FROM rejects ORDER BY feed, landed_at", &["`reason`"]),
    ("VALUES (1), (2)", &["no order"]),
    // Sort keys that look like keys.
    ("SELECT lower(message_id) AS message_key, body FROM messages ORDER BY message_key", &["`body`"]),
    ("SELECT provider AS message_key, body FROM messages ORDER BY message_key", &["`body`"]),
    ("SELECT message_key, body FROM messages ORDER BY message_key % 100", &["`message_key`, `body`"]),
    ("SELECT message_key / 10 AS message_key, body FROM messages ORDER BY message_key", &["`body`"]),
    (
        "SELECT message_key, body FROM messages ORDER BY arrow_cast(message_key, 'Decimal128(38, -2)')",
        &["`message_key`, `body`"],
    ),
    ("SELECT message_key, body FROM messages ORDER BY substr(message_key::text, 1, 8)", &["`message_key`, `body`"]),
    ("SELECT account, count(*) AS n FROM messages GROUP BY account ORDER BY coalesce(account, 'x')", &["`account`"]),
    (
        "SELECT day, n FROM (SELECT event_time AS day, count(*) AS n FROM events GROUP BY 1) ORDER BY date_trunc('month', day)",
        &["`day`, `n`"],
    ),
    (
        "SELECT day, n FROM (SELECT event_time AS day, count(*) AS n FROM events GROUP BY 1) ORDER BY day::date",
        &["`day`, `n`"],
    ),
    ("SELECT recipient, messages FROM recipients ORDER BY CASE WHEN messages > 3 THEN recipient END", &["`recipient`"]),
    ("SELECT message_key, body FROM messages ORDER BY try_cast(message_key AS bigint)", &["`message_key`, `body`"]),
    ("SELECT message_key, body FROM events ORDER BY message_key", &["`body`"]),
    (
        "WITH messages AS (SELECT message_key, body FROM events) SELECT message_key, body FROM messages ORDER BY message_key",
        &["`body`"],
    ),
    (
        "WITH RECURSIVE events AS (SELECT 1 AS event_key, 1 AS n UNION ALL SELECT event_key, n + 1 FROM events WHERE n < 3) \
      SELECT event_key, n FROM events ORDER BY event_key",
        &["`n`"],
    ),
    // Joins that multiply rows, and keys of a side that may be missing.
    (
        "SELECT m.message_key, c.link_id FROM messages AS m JOIN clicks AS c ON c.message_key = m.message_key ORDER BY m.message_key",
        &["`link_id`"],
    ),
    (
        "SELECT m.message_key, c.link_id FROM messages AS m LEFT JOIN clicks AS c ON c.message_key = m.message_key ORDER BY m.message_key",
        &["`link_id`"],
    ),
    (
        "SELECT m.message_key, c.event_key FROM messages AS m LEFT JOIN clicks AS c ON c.message_key = m.message_key ORDER BY c.event_key",
        &["`message_key`"],
    ),
    (
        "SELECT c.event_key, m.message_key, m.body FROM clicks AS c LEFT JOIN messages AS m ON m.message_key = c.message_key ORDER BY m.message_key",
        &["`event_key`"],
    ),
    (
        "SELECT a.message_key, b.recipient FROM messages AS a CROSS JOIN recipients AS b ORDER BY a.message_key",
        &["`recipient`"],
    ),
    (
        "SELECT m.message_key, r.messages FROM messages AS m JOIN recipients AS r ON r.messages > m.segments ORDER BY m.message_key",
        &["`messages`"],
    ),
    (
        "SELECT m.message_key, r.recipient FROM messages AS m JOIN recipients AS r ON r.recipient = m.recipient OR r.recipient = m.sender ORDER BY m.message_key",
        &["`recipient`"],
    ),
    (
        "SELECT m.message_key, r.recipient FROM messages AS m JOIN recipients AS r ON lower(r.recipient) = m.recipient ORDER BY m.message_key",
        &["`recipient`"],
    ),
    (
        "SELECT a.recipient AS x, b.recipient AS y FROM recipients AS a FULL JOIN recipients AS b ON a.recipient = b.recipient ORDER BY x",
        &["`y`"],
    ),
    (
        "SELECT coalesce(a.id, b.id) AS id, a.n, b.n AS m FROM (SELECT account AS id, count(*) AS n FROM messages GROUP BY account) AS a \
      FULL JOIN (SELECT account AS id, count(*) AS n FROM clicks GROUP BY account) AS b ON a.id = b.id ORDER BY id",
        &["`n`"],
    ),
    (
        "SELECT coalesce(a.id, b.id) AS id, a.n, b.n AS m FROM (SELECT provider AS id, count(*) AS n FROM events GROUP BY provider) AS a \
      FULL JOIN (SELECT provider AS id, count(*) AS n FROM events GROUP BY provider) AS b ON a.id = b.id AND a.n > b.n ORDER BY id",
        &["`n`"],
    ),
    (
        "SELECT coalesce(a.id, b.id) AS id, b.k FROM (SELECT provider AS id, count(*) AS n FROM events GROUP BY provider) AS a \
      FULL JOIN (SELECT provider AS id, event_key AS k FROM events) AS b ON a.id = b.id ORDER BY id",
        &["`k`"],
    ),
    (
        "SELECT y.n FROM (VALUES (1), (2)) AS x(u) LEFT JOIN (SELECT count(*) AS n, 1 AS one FROM events) AS y ON x.u = y.one",
        &["no order"],
    ),
    (
        "SELECT a.n, b.n AS m FROM (SELECT count(*) AS n FROM events) AS a FULL JOIN (SELECT count(*) AS n FROM clicks) AS b ON a.n = b.n",
        &["no order"],
    ),
    // Subqueries that go by the row.
    (
        "SELECT m.message_key, l.link_id FROM messages AS m, LATERAL (SELECT c.link_id FROM clicks AS c WHERE c.message_key = m.message_key) AS l ORDER BY m.message_key",
        &["`link_id`"],
    ),
    (
        "SELECT l.n, m.recipient FROM messages AS m, LATERAL (SELECT max(c.link_id) AS n FROM clicks AS c WHERE c.message_key = m.message_key) AS l ORDER BY m.recipient",
        &["`n`"],
    ),
    (
        "SELECT m.recipient, (SELECT max(c.link_id) FROM clicks AS c WHERE c.message_key = m.message_key) AS l FROM messages AS m ORDER BY m.recipient",
        &["`l`"],
    ),
    (
        "SELECT account, n FROM (SELECT account, count(*) AS n FROM messages GROUP BY account) WHERE account::int = 5 ORDER BY n",
        &["`account`"],
    ),
    (
        "SELECT t, n FROM (SELECT event_time AS t, count(*) AS n FROM events GROUP BY 1) WHERE t::date = $from::date ORDER BY n",
        &["`t`"],
    ),
    // A constant of a side that may be missing is none.
    (
        "SELECT r.recipient, c.name FROM (SELECT recipient FROM recipients WHERE recipient = 'x') AS r \
      RIGHT JOIN (SELECT name FROM campaigns) AS c ON true ORDER BY r.recipient",
        &["`name`"],
    ),
    (
        "SELECT t.one, u.n FROM (VALUES (1), (2)) AS u(n) LEFT JOIN (SELECT 7 AS one, 1 AS n) AS t ON t.n = u.n",
        &["no order"],
    ),
    // Unions.
    (
        "SELECT message_key, bucket FROM messages UNION ALL SELECT message_key, 'x' FROM clicks ORDER BY message_key",
        &["`bucket`"],
    ),
    (
        "SELECT message_key, body FROM messages WHERE segments > 1 UNION ALL SELECT message_key, body FROM messages WHERE segments < 3 ORDER BY message_key",
        &["`body`"],
    ),
    ("SELECT 1 AS p, bucket FROM messages UNION ALL SELECT 2, provider FROM messages ORDER BY p", &["`bucket`"]),
    ("SELECT 1 AS p, count(*) AS n FROM messages UNION ALL SELECT 1, count(*) FROM clicks ORDER BY p", &["`n`"]),
    (
        "SELECT 1 AS p, count(*) AS n FROM messages UNION ALL SELECT 2, count(*) FROM clicks UNION ALL SELECT 1, 7 ORDER BY p",
        &["`n`"],
    ),
    (
        "SELECT $text AS p, count(*) AS n FROM messages UNION ALL SELECT $other, count(*) FROM clicks ORDER BY p",
        &["`n`"],
    ),
    (
        "SELECT kind, event_key, status FROM events WHERE kind = $text UNION ALL SELECT kind, event_key, body FROM events WHERE kind = $other ORDER BY event_key, kind",
        &["`status`"],
    ),
    ("SELECT $n AS p, count(*) AS n FROM messages UNION ALL SELECT 2.5, count(*) FROM clicks ORDER BY p", &["`n`"]),
    ("SELECT * FROM (VALUES ($text, 1), ($other, 2)) AS t(a, b) ORDER BY a", &["`b`"]),
    ("SELECT * FROM (VALUES ('a', 1), ('a', 2)) AS t(a, b) ORDER BY a", &["`b`"]),
    // Grouping sets.
    (
        "SELECT provider, bucket, count(*) AS n FROM messages GROUP BY ROLLUP (provider, bucket) ORDER BY provider, bucket",
        &["`n`"],
    ),
    ("SELECT account, count(*) AS n FROM messages GROUP BY GROUPING SETS ((account), ()) ORDER BY account", &["`n`"]),
    (
        "SELECT provider, count(*) AS n FROM messages GROUP BY GROUPING SETS ((provider), (provider)) ORDER BY provider",
        &["`n`"],
    ),
    // Unnested lists repeat their row.
    ("SELECT message_key, unnest(list_ids) AS list FROM messages ORDER BY message_key", &["`list`"]),
    // LIMIT, OFFSET, DISTINCT ON, anywhere.
    ("SELECT message_key FROM messages LIMIT 5", &["LIMIT", "no ORDER BY"]),
    ("SELECT message_key, body FROM messages ORDER BY sent_at LIMIT 5", &["LIMIT", "`message_key`"]),
    ("SELECT body FROM messages ORDER BY sent_at OFFSET 5", &["OFFSET", "`body`"]),
    ("SELECT count(*) FROM (SELECT body FROM messages ORDER BY sent_at LIMIT 5) WHERE body LIKE 'a%'", &["LIMIT"]),
    ("SELECT count(*) FROM messages WHERE recipient IN (SELECT recipient FROM messages LIMIT 5)", &["LIMIT"]),
    ("SELECT (SELECT body FROM messages LIMIT 1) AS b", &["LIMIT"]),
    (
        "SELECT message_key, body FROM messages WHERE message_key = 1::decimal(38,0) UNION ALL (SELECT message_key, body FROM messages LIMIT 1) ORDER BY ALL",
        &["LIMIT"],
    ),
    ("SELECT body FROM messages LIMIT $n", &["LIMIT"]),
    ("SELECT DISTINCT ON (recipient) recipient, body FROM messages ORDER BY recipient, sent_at", &["DISTINCT ON"]),
    ("SELECT DISTINCT ON (recipient) recipient, body FROM messages", &["DISTINCT ON"]),
    // A filter above does not excuse a LIMIT below.
    (
        "SELECT message_key FROM (SELECT message_key, recipient FROM messages ORDER BY recipient LIMIT 5) WHERE message_key = 1::decimal(38,0) ORDER BY message_key",
        &["LIMIT"],
    ),
    ("SELECT count(*) FROM messages WHERE cost > ALL (SELECT cost FROM messages LIMIT 1)", &["LIMIT", "ORDER BY cost"]),
    ("SELECT body FROM (SELECT body, message_key FROM messages ORDER BY message_key)", &["no order"]),
    // Clock, chance, engine.
    ("SELECT message_key FROM messages WHERE sent_at < now() ORDER BY message_key", &["`now`", "parameter"]),
    ("SELECT current_date AS d", &["`current_date`", "parameter"]),
    ("SELECT today() AS d", &["every time"]),
    ("SELECT current_time AS t", &["`current_time`"]),
    ("SELECT current_timestamp AS t", &["every time"]),
    ("SELECT uuid() AS u", &["`uuid`"]),
    ("SELECT message_key FROM messages ORDER BY random(), message_key", &["`random`"]),
    ("SELECT count(*) FROM messages WHERE EXISTS (SELECT 1 FROM clicks WHERE event_time > now())", &["`now`"]),
    ("SELECT version() AS v", &["`version`", "engine"]),
    ("SELECT arrow_typeof(1) AS t", &["engine"]),
    ("SELECT table_name FROM information_schema.tables ORDER BY 1", &["not in the store"]),
    (
        "SELECT value FROM generate_series(date_trunc('day', now()), now(), INTERVAL '1 hour') ORDER BY value",
        &["`now`", "parameter"],
    ),
    (
        "SELECT count(*) FROM (SELECT value FROM range(current_date, current_date, INTERVAL '1 day'))",
        &["`current_date`"],
    ),
    ("SELECT array_transform([1, 2], x -> x * random()) AS a", &["`random`"]),
    // Aggregates.
    ("SELECT approx_distinct(recipient) AS n FROM messages", &["`approx_distinct`", "count(DISTINCT x)"]),
    ("SELECT approx_median(segments) AS n FROM messages", &["`approx_median`", "nearest rank"]),
    ("SELECT array_agg(recipient) AS r FROM messages", &["`array_agg`", "ORDER BY"]),
    ("SELECT array_agg(DISTINCT recipient) AS r FROM messages", &["`array_agg`"]),
    ("SELECT string_agg(body, ',' ORDER BY sent_at) AS b FROM messages", &["`string_agg`"]),
    (
        "SELECT recipient, first_value(body) AS b FROM messages GROUP BY recipient ORDER BY recipient",
        &["`first_value`", "max("],
    ),
    (
        "SELECT recipient, last_value(body ORDER BY sent_at) AS b FROM messages GROUP BY recipient ORDER BY recipient",
        &["`last_value`", "event_key"],
    ),
    (
        "SELECT recipient, first_value(body ORDER BY lower(body)) AS b FROM messages GROUP BY recipient ORDER BY recipient",
        &["`first_value`"],
    ),
    ("SELECT any_value(body) AS b FROM messages", &["`any_value`"]),
    // Windows.
    ("SELECT message_key, row_number() OVER () AS n FROM messages ORDER BY message_key", &["`row_number`", "OVER"]),
    (
        "SELECT message_key, row_number() OVER (ORDER BY sent_at) AS n FROM messages ORDER BY message_key",
        &["`row_number`"],
    ),
    (
        "SELECT n FROM (SELECT provider, row_number() OVER (PARTITION BY provider ORDER BY sent_at) AS n FROM messages) ORDER BY n",
        &["`row_number`"],
    ),
    ("SELECT message_key, lag(body) OVER (ORDER BY sent_at) AS b FROM messages ORDER BY message_key", &["`lag`"]),
    (
        "SELECT message_key, first_value(body) OVER (PARTITION BY recipient ORDER BY sent_at) AS b FROM messages ORDER BY message_key",
        &["`first_value`"],
    ),
    (
        "SELECT message_key, sum(cost) OVER (ORDER BY sent_at ROWS UNBOUNDED PRECEDING) AS s FROM messages ORDER BY message_key",
        &["`sum`", "frame of rows"],
    ),
    (
        "SELECT message_key, array_agg(body) OVER (PARTITION BY recipient) AS s FROM messages ORDER BY message_key",
        &["`array_agg`"],
    ),
    ("SELECT message_key, ntile(4) OVER (ORDER BY cost) AS q FROM messages ORDER BY message_key", &["`ntile`"]),
    (
        "SELECT recipient, n, body FROM (SELECT recipient, body, rank() OVER (PARTITION BY recipient ORDER BY sent_at) AS n FROM messages) ORDER BY recipient, n",
        &["`body`"],
    ),
    (
        "SELECT provider, n FROM (SELECT provider, row_number() OVER (ORDER BY provider) AS n FROM (SELECT provider FROM messages)) ORDER BY provider",
        &["`n`"],
    ),
    // Floats.
    ("SELECT avg(segments) AS a FROM messages", &["`avg`", "float", "sum(x)"]),
    ("SELECT stddev(segments) AS a FROM messages", &["`stddev`", "not known to give the same"]),
    ("SELECT sqrt(4) AS a", &["`sqrt`", "float"]),
    (
        "SELECT cost::double AS a, message_key FROM messages ORDER BY message_key",
        &["cost` is turned into a float", "decimal"],
    ),
    ("SELECT count(*) AS n FROM messages WHERE segments::real > 1", &["float"]),
    ("SELECT message_key FROM messages ORDER BY cost::double, message_key", &["float"]),
    ("SELECT date_part('epoch', event_time) AS e, event_key FROM events ORDER BY event_key", &["`date_part`", "float"]),
    (
        "SELECT message_key, percent_rank() OVER (ORDER BY cost) AS r FROM messages ORDER BY message_key",
        &["`percent_rank`", "float"],
    ),
    ("SELECT [1.5::double] AS a", &["float"]),
    ("SELECT named_struct('x', 1::real) AS a", &["float"]),
    ("SELECT count(*) FROM messages HAVING avg(segments) > 1", &["`avg`"]),
    ("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY cost) AS m FROM messages", &["percentile_cont"]),
];

#[tokio::test]
async fn what_is_not_is_refused_with_its_reason() {
    let session = session().await;
    let mut failures = Vec::new();
    for (sql, says) in REFUSED {
        match check(&session, sql).await {
            Ok(_) => failures.push(format!("allowed: {sql}")),
            Err(error) => {
                let text = error.to_string();
                if !text.contains("not replayable") || !says.iter().all(|part| text.contains(part)) {
                    failures.push(format!("{sql}\n  should say {says:?}, says {text}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
