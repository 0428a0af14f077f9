//! What is allowed, and why.

use super::{check, session};

/// Statements whose order is total, by what makes it so.
pub(super) const ALLOWED: &[(&str, &str)] = &[
    // Keys of the tables and of the built-in views.
    ("key of events", "SELECT * EXCLUDE (tags) FROM events ORDER BY event_time DESC, event_key"),
    ("key of messages", "SELECT * EXCLUDE (list_ids) FROM messages ORDER BY sent_at DESC NULLS LAST, message_key"),
    ("key of clicks", "SELECT * FROM clicks ORDER BY event_time, event_key"),
    ("key of recipients", "SELECT * FROM recipients ORDER BY messages DESC, recipient"),
    ("key of campaigns", "SELECT * FROM campaigns ORDER BY campaign_id"),
    ("key of unmapped", "SELECT * FROM unmapped ORDER BY events DESC, provider, status, error_code"),
    ("key not selected", "SELECT bucket, status FROM messages ORDER BY status_at, message_key"),
    ("key by another name", "SELECT message_key AS id, bucket AS b FROM messages ORDER BY b, id"),
    ("key by number", "SELECT message_key, body FROM messages ORDER BY 1"),
    ("key as a text", "SELECT arrow_cast(message_key, 'Decimal128(38, 2)') AS k, body FROM messages ORDER BY k"),
    ("coalesce of what is never null", "SELECT recipient, messages FROM recipients ORDER BY coalesce(recipient, 'x')"),
    ("all columns", "SELECT provider, bucket FROM messages ORDER BY bucket, provider"),
    ("all columns of rejects", "SELECT feed, reason, raw FROM rejects ORDER BY ALL"),
    (
        "all columns of status_codes",
        "SELECT * FROM status_codes ORDER BY provider, field, value, bucket, is_final, meaning, origin",
    ),
    // One row, whatever the data.
    ("no group", "SELECT count(*) AS messages, sum(cost) AS cost FROM messages"),
    ("no table", "SELECT 1 AS one, 'a' AS two"),
    ("one row of values", "VALUES (1, 'a')"),
    ("rows that are all alike", "SELECT 'x' AS same FROM events"),
    ("one message", "SELECT bucket, status FROM messages WHERE message_key = 42::decimal(38, 0)"),
    // Groups.
    ("groups", "SELECT provider, bucket, count(*) FROM messages GROUP BY provider, bucket ORDER BY provider, bucket"),
    (
        "groups by expression",
        "SELECT date_trunc('day', sent_at) AS day, count(*) FROM messages GROUP BY 1 ORDER BY day",
    ),
    (
        "group with having",
        "SELECT provider, count(*) AS n FROM messages GROUP BY provider HAVING count(*) > 1 ORDER BY n, provider",
    ),
    ("distinct", "SELECT DISTINCT provider, account FROM messages ORDER BY account, provider"),
    (
        "group of a key",
        "SELECT message_key, max(event_time) AS t FROM events GROUP BY message_key ORDER BY message_key",
    ),
    (
        "groups decide what their key decides",
        "SELECT m.message_key, m.bucket, count(*) AS clicks FROM messages AS m JOIN clicks AS c \
     ON c.message_key = m.message_key GROUP BY m.message_key, m.bucket ORDER BY m.message_key",
    ),
    (
        "all columns of grouping sets",
        "SELECT provider, bucket, count(*) AS n FROM messages GROUP BY ROLLUP (provider, bucket) ORDER BY provider, bucket, n",
    ),
    // The engine by itself would sort these by their first key alone.
    (
        "groups of a join",
        "SELECT m.message_key, c.link_id, count(*) AS n FROM messages AS m JOIN clicks AS c ON c.message_key = m.message_key GROUP BY m.message_key, c.link_id ORDER BY m.message_key, c.link_id",
    ),
    (
        "distinct with a side that may be missing",
        "SELECT DISTINCT y.n, x.t FROM (VALUES ('a', 1), ('b', 1), (NULL, 2)) AS x(t, u) LEFT JOIN (SELECT count(*) AS n, segments FROM events GROUP BY segments) AS y \
     ON x.t IS NOT NULL AND y.n IS NULL ORDER BY n, t",
    ),
    // Constants.
    (
        "fixed column",
        "SELECT provider, bucket, n FROM (SELECT provider, bucket, count(*) AS n FROM messages GROUP BY provider, bucket) \
     WHERE provider = $text ORDER BY bucket",
    ),
    (
        "fixed by a subquery",
        "SELECT provider, bucket, n FROM (SELECT provider, bucket, count(*) AS n FROM messages GROUP BY provider, bucket) \
     WHERE provider = (SELECT max(provider) FROM events) ORDER BY bucket",
    ),
    // Joins.
    (
        "inner join on a key",
        "SELECT c.event_key, c.link_id, m.bucket FROM clicks AS c JOIN messages AS m ON m.message_key = c.message_key ORDER BY c.event_key",
    ),
    (
        "left join on a key",
        "SELECT c.event_key, m.bucket, m.body FROM clicks AS c LEFT JOIN messages AS m USING (message_key) ORDER BY c.event_key",
    ),
    (
        "left join on a key and more",
        "SELECT c.event_key, m.bucket FROM clicks AS c LEFT JOIN messages AS m \
     ON m.message_key = c.message_key AND m.recipient = c.recipient ORDER BY c.event_key",
    ),
    (
        "right join on a key",
        "SELECT c.event_key, m.bucket FROM messages AS m RIGHT JOIN clicks AS c ON m.message_key = c.message_key ORDER BY c.event_key",
    ),
    (
        "join in WHERE",
        "SELECT c.event_key, m.body FROM clicks AS c, messages AS m WHERE m.message_key = c.message_key ORDER BY c.event_key",
    ),
    (
        "both keys of a product",
        "SELECT a.message_key AS x, b.recipient AS y, a.body, b.messages FROM messages AS a CROSS JOIN recipients AS b ORDER BY x, y",
    ),
    (
        "either side's name of the joined key",
        "SELECT m.message_key, s.n FROM messages AS m JOIN (SELECT message_key, count(*) AS n FROM clicks GROUP BY message_key) AS s \
     ON s.message_key = m.message_key ORDER BY s.message_key",
    ),
    (
        "semi join",
        "SELECT recipient, messages FROM recipients WHERE recipient IN (SELECT recipient FROM messages) ORDER BY recipient",
    ),
    (
        "anti join",
        "SELECT recipient, messages FROM recipients AS r WHERE NOT EXISTS (SELECT 1 FROM messages AS m WHERE m.recipient = r.recipient) ORDER BY recipient",
    ),
    (
        "full join by coalesce",
        "SELECT coalesce(a.day, b.day) AS day, a.n, b.n AS m FROM \
     (SELECT date_trunc('day', event_time) AS day, count(*) AS n FROM events WHERE event_time >= $from GROUP BY 1 HAVING date_trunc('day', event_time) IS NOT NULL) AS a \
     FULL JOIN (SELECT date_trunc('day', event_time) AS day, count(*) AS n FROM clicks GROUP BY 1 HAVING date_trunc('day', event_time) IS NOT NULL) AS b \
     ON a.day = b.day ORDER BY day",
    ),
    (
        "three tables",
        "SELECT m.message_key, r.suppressed, c.name FROM messages AS m LEFT JOIN recipients AS r ON r.recipient = m.recipient \
     LEFT JOIN campaigns AS c ON c.campaign_id = m.campaign_id ORDER BY m.message_key",
    ),
    // Unions.
    (
        "tagged branches",
        "SELECT 1 AS place, 'a' AS name, count(*) AS n FROM messages UNION ALL SELECT 2, 'b', count(*) FROM clicks ORDER BY place",
    ),
    (
        "tagged branches with keys",
        "SELECT 'message' AS kind, message_key AS k, body FROM messages UNION ALL SELECT 'click', event_key, link_url FROM clicks ORDER BY k, kind",
    ),
    (
        "three tagged branches",
        "SELECT 1 AS p, count(*) AS n FROM messages UNION ALL SELECT 2, count(*) FROM clicks UNION ALL SELECT 3, count(*) FROM events ORDER BY p",
    ),
    (
        "branches told apart by their filters",
        "SELECT kind, event_key, status FROM events WHERE kind = 'click' UNION ALL \
     SELECT kind, event_key, status FROM events WHERE kind IN ('reply', 'opt_out') ORDER BY event_key, kind",
    ),
    ("union", "SELECT provider FROM messages UNION SELECT provider FROM clicks ORDER BY provider"),
    (
        "intersect",
        "SELECT provider, account FROM messages INTERSECT SELECT provider, account FROM clicks ORDER BY provider, account",
    ),
    ("except", "SELECT provider FROM messages EXCEPT SELECT provider FROM clicks ORDER BY 1"),
    ("values with a key", "SELECT * FROM (VALUES (1, 'a'), (2, 'a')) AS t(n, s) ORDER BY n"),
    // LIMIT, DISTINCT ON.
    ("limit", "SELECT message_key, body FROM messages ORDER BY sent_at, message_key LIMIT 25 OFFSET 50"),
    ("limit by a parameter", "SELECT message_key, body FROM messages ORDER BY sent_at, message_key LIMIT $n"),
    (
        "limit within",
        "SELECT provider, count(*) FROM (SELECT provider FROM messages ORDER BY sent_at, message_key LIMIT 9) GROUP BY provider ORDER BY provider",
    ),
    (
        "the first row alone",
        "SELECT body, (SELECT body FROM messages ORDER BY sent_at, message_key LIMIT 1) AS first FROM messages ORDER BY body",
    ),
    (
        "distinct on",
        "SELECT DISTINCT ON (recipient) recipient, body FROM messages ORDER BY recipient, sent_at DESC, message_key",
    ),
    (
        "distinct on with limit",
        "SELECT DISTINCT ON (recipient) recipient, body FROM messages ORDER BY recipient, sent_at DESC, message_key LIMIT 3",
    ),
    // Aggregates and windows.
    (
        "collected in order",
        "SELECT provider, array_agg(status ORDER BY status) AS s, string_agg(bucket, ',' ORDER BY bucket) AS b FROM messages GROUP BY provider ORDER BY provider",
    ),
    (
        "first by a key",
        "SELECT recipient, first_value(body ORDER BY sent_at, message_key) AS body FROM messages GROUP BY recipient ORDER BY recipient",
    ),
    (
        "the one value of a group",
        "SELECT message_key, first_value(bucket) AS b FROM messages GROUP BY message_key ORDER BY message_key",
    ),
    (
        "exact aggregates",
        "SELECT count(DISTINCT recipient) AS r, avg(cost) AS a, median(cost) AS m, bool_or(conflict) AS c, bit_or(segments) AS s, \
     percent(count(*) FILTER (WHERE bucket = 'delivered'), count(*)) AS p FROM messages",
    ),
    (
        "numbered by a key",
        "SELECT message_key, row_number() OVER (PARTITION BY recipient ORDER BY sent_at, message_key) AS n FROM messages ORDER BY message_key",
    ),
    (
        "number and partition are a key",
        "SELECT recipient, n, body FROM (SELECT recipient, body, row_number() OVER \
     (PARTITION BY recipient ORDER BY sent_at, message_key) AS n FROM messages) ORDER BY recipient, n",
    ),
    (
        "the last of each",
        "SELECT recipient, body FROM (SELECT recipient, body, row_number() OVER \
     (PARTITION BY recipient ORDER BY sent_at DESC, message_key) AS n FROM messages) WHERE n = 1 ORDER BY recipient",
    ),
    (
        "the last of each by QUALIFY",
        "SELECT recipient, body FROM messages QUALIFY row_number() OVER (PARTITION BY recipient ORDER BY sent_at DESC, message_key) = 1 ORDER BY recipient",
    ),
    ("number over all", "SELECT row_number() OVER (ORDER BY sent_at, message_key) AS n, body FROM messages ORDER BY n"),
    (
        "ranks and running sums of peers",
        "SELECT message_key, rank() OVER (ORDER BY cost) AS r, sum(cost) OVER (ORDER BY sent_at) AS s, \
     count(*) OVER (PARTITION BY bucket) AS c FROM messages ORDER BY message_key",
    ),
    (
        "frame of rows over a key",
        "SELECT day, sum(n) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS week FROM \
     (SELECT date_trunc('day', event_time) AS day, count(*) AS n FROM events GROUP BY 1) ORDER BY day",
    ),
    (
        "before and after over a key",
        "SELECT day, n - lag(n) OVER (ORDER BY day) AS more FROM \
     (SELECT date_trunc('day', event_time) AS day, count(*) AS n FROM events GROUP BY 1) ORDER BY day",
    ),
    (
        "beside each row",
        "SELECT m.message_key, l.n FROM messages AS m LEFT JOIN LATERAL (SELECT count(*) AS n FROM clicks AS c WHERE c.message_key = m.message_key) AS l ON true ORDER BY m.message_key",
    ),
    (
        "a subquery that goes by the row",
        "SELECT m.recipient, (SELECT max(c.link_id) FROM clicks AS c WHERE c.recipient = m.recipient) AS l FROM messages AS m ORDER BY m.recipient",
    ),
    (
        "division",
        "SELECT message_key, segments / 2 AS a, segments * 1.5 AS b, cost / nullif(segments, 0) AS c FROM messages ORDER BY message_key",
    ),
    (
        "local days",
        "SELECT date_bin(INTERVAL '1 day', event_time) AS d, extract(hour FROM event_time) AS h, count(*) FROM events GROUP BY 1, 2 ORDER BY 1, 2",
    ),
    // What else there is.
    (
        "optional parameters",
        "SELECT message_key, bucket FROM messages WHERE ($from IS NULL OR submitted_at >= $from) AND ($to IS NULL OR submitted_at < $to) ORDER BY message_key",
    ),
    (
        "unnested with its key",
        "SELECT message_key, unnest(list_ids) AS list, bucket FROM messages ORDER BY message_key, list",
    ),
    (
        "a series",
        "SELECT s.value, count(m.message_key) AS n FROM generate_series(1, 9) AS s LEFT JOIN messages AS m ON m.segments = s.value GROUP BY s.value ORDER BY s.value",
    ),
    (
        "times in a zone",
        "SELECT message_key, date_trunc('month', sent_at) AS m, sent_at::date AS d FROM messages ORDER BY message_key",
    ),
    (
        "CTE",
        "WITH a AS (SELECT message_key, bucket FROM messages), b AS (SELECT message_key, count(*) AS n FROM clicks GROUP BY message_key) \
     SELECT a.message_key, a.bucket, coalesce(b.n, 0) AS clicks FROM a LEFT JOIN b ON b.message_key = a.message_key ORDER BY clicks DESC, a.message_key",
    ),
    (
        "recursive",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 9) SELECT n FROM r ORDER BY n",
    ),
];

#[tokio::test]
async fn what_is_total_is_allowed() {
    let session = session().await;
    let mut failures = Vec::new();
    for (why, sql) in ALLOWED {
        if let Err(error) = check(&session, sql).await {
            failures.push(format!("{why}: {error}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
