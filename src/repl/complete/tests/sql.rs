//! Statements.

use super::*;

#[test]
fn columns_of_the_tables_in_scope() {
    first_is_taken(&[
        ("SELECT rec| FROM messages", "SELECT recipient| FROM messages"),
        ("SELECT message_key, rece| FROM messages", "SELECT message_key, received_at| FROM messages"),
        ("SELECT * FROM messages WHERE buck|", "SELECT * FROM messages WHERE bucket|"),
        (
            "SELECT * FROM messages WHERE bucket = 'sent' AND reci|",
            "SELECT * FROM messages WHERE bucket = 'sent' AND recipient|",
        ),
        ("SELECT count(*) FROM messages GROUP BY buck|", "SELECT count(*) FROM messages GROUP BY bucket|"),
        ("SELECT * FROM messages ORDER BY first|", "SELECT * FROM messages ORDER BY first_event_at|"),
        (
            "SELECT bucket FROM messages GROUP BY 1 HAVING sum(co|",
            "SELECT bucket FROM messages GROUP BY 1 HAVING sum(cost|",
        ),
        ("SELECT sum(co|) FROM messages", "SELECT sum(cost|) FROM messages"),
        ("SELECT coalesce(cost, len|", "SELECT coalesce(cost, length(|"),
        ("FROM messages SELECT buck|", "FROM messages SELECT bucket|"),
        ("FROM messages WHERE buck|", "FROM messages WHERE bucket|"),
        ("SELECT CASE WHEN buck| FROM messages", "SELECT CASE WHEN bucket| FROM messages"),
        ("SELECT -co| FROM messages", "SELECT -cost| FROM messages"),
        ("SELECT cost * co| FROM messages", "SELECT cost * cost| FROM messages"),
        ("SELECT cost::text + buck| FROM messages", "SELECT cost::text + bucket| FROM messages"),
        ("select kind from events where kind in (ki|", "select kind from events where kind in (kind|"),
        (
            "SELECT * FROM messages WHERE cost BETWEEN 1 AND co|",
            "SELECT * FROM messages WHERE cost BETWEEN 1 AND cost|",
        ),
        ("SELECT DISTINCT camp| FROM messages", "SELECT DISTINCT campaign_id| FROM messages"),
        ("SELECT * FROM events WHERE time| ", "SELECT * FROM events WHERE event_time| "),
        ("SELECT * EXCLUDE (buck|) FROM messages", "SELECT * EXCLUDE (bucket|) FROM messages"),
        ("EXPLAIN ANALYZE SELECT buck| FROM messages", "EXPLAIN ANALYZE SELECT bucket| FROM messages"),
        // The same letters in another case, in the middle of the name, scattered.
        ("SELECT REC| FROM messages", "SELECT recipient| FROM messages"),
        ("SELECT cipient| FROM messages", "SELECT recipient| FROM messages"),
        ("SELECT msgkey| FROM messages", "SELECT message_key| FROM messages"),
        // A column of the name goes before one that begins with it, and before functions.
        ("SELECT segment| FROM segment_members", "SELECT segment| FROM segment_members"),
        ("SELECT c| FROM campaigns", "SELECT campaign_id| FROM campaigns"),
    ]);
}

#[test]
fn columns_of_joined_tables() {
    first_is_taken(&[
        ("SELECT m.rec| FROM messages m", "SELECT m.recipient| FROM messages m"),
        ("SELECT m.| FROM messages AS m", "SELECT m.message_key| FROM messages AS m"),
        ("SELECT messages.buck| FROM messages", "SELECT messages.bucket| FROM messages"),
        ("SELECT messages.buck|", "SELECT messages.bucket|"),
        (
            "SELECT * FROM messages m JOIN clicks c ON m.message_key = c.mess|",
            "SELECT * FROM messages m JOIN clicks c ON m.message_key = c.message_key|",
        ),
        (
            "SELECT link| FROM messages JOIN clicks USING (message_key)",
            "SELECT link_id| FROM messages JOIN clicks USING (message_key)",
        ),
        ("SELECT * FROM messages m JOIN clicks c ON link|", "SELECT * FROM messages m JOIN clicks c ON link_id|"),
        ("SELECT * FROM messages, clicks WHERE link|", "SELECT * FROM messages, clicks WHERE link_id|"),
        ("SELECT * FROM messages JOIN clicks USING (|", "SELECT * FROM messages JOIN clicks USING (message_key|"),
        // A name that both have needs its table.
        (
            "SELECT messa| FROM messages m JOIN clicks c USING (message_key)",
            "SELECT m.message_key| FROM messages m JOIN clicks c USING (message_key)",
        ),
        (
            "SELECT clicks.| FROM messages m JOIN clicks USING (message_key)",
            "SELECT clicks.event_key| FROM messages m JOIN clicks USING (message_key)",
        ),
        ("SELECT M.rec| FROM messages m", "SELECT M.recipient| FROM messages m"),
        ("SELECT \"M\".rec| FROM messages \"M\"", "SELECT \"M\".recipient| FROM messages \"M\""),
        (
            "SELECT * FROM (messages m JOIN clicks c USING (message_key)) WHERE link|",
            "SELECT * FROM (messages m JOIN clicks c USING (message_key)) WHERE link_id|",
        ),
        ("SELECT * FROM segment('vip') v WHERE v.re|", "SELECT * FROM segment('vip') v WHERE v.recipient|"),
        ("SELECT * FROM messages me WHERE m|", "SELECT * FROM messages me WHERE message_key|"),
        ("SELECT * FROM messages mess WHERE mess|", "SELECT * FROM messages mess WHERE mess.|"),
    ]);
    let both = offered("SELECT messa| FROM messages m JOIN clicks c ON true");
    assert_eq!([both[0].value.as_str(), both[1].value.as_str()], ["m.message_key", "c.message_key"]);
    assert_eq!(names("SELECT c.| FROM messages m, campaigns c"), ["campaign_id", "group_id", "title"]);
}

#[test]
fn columns_of_subqueries_and_ctes() {
    first_is_taken(&[
        (
            "SELECT tot| FROM (SELECT sum(cost) AS total FROM messages) t",
            "SELECT total| FROM (SELECT sum(cost) AS total FROM messages) t",
        ),
        (
            "SELECT t.tot| FROM (SELECT sum(cost) total FROM messages) t",
            "SELECT t.total| FROM (SELECT sum(cost) total FROM messages) t",
        ),
        ("SELECT t.buck| FROM (SELECT * FROM messages) AS t", "SELECT t.bucket| FROM (SELECT * FROM messages) AS t"),
        ("SELECT * FROM (SELECT buck| FROM messages) t", "SELECT * FROM (SELECT bucket| FROM messages) t"),
        (
            "WITH daily AS (SELECT bucket, count(*) AS n FROM messages) SELECT daily.| FROM daily",
            "WITH daily AS (SELECT bucket, count(*) AS n FROM messages) SELECT daily.bucket| FROM daily",
        ),
        (
            "WITH daily (day, n) AS (SELECT 1, 2) SELECT da| FROM daily",
            "WITH daily (day, n) AS (SELECT 1, 2) SELECT day| FROM daily",
        ),
        (
            "WITH a AS (SELECT link_id AS l FROM clicks), b AS (SELECT * FROM a) SELECT b.| FROM b",
            "WITH a AS (SELECT link_id AS l FROM clicks), b AS (SELECT * FROM a) SELECT b.l| FROM b",
        ),
        ("WITH a AS (SELECT buck| FROM messages) SELECT 1", "WITH a AS (SELECT bucket| FROM messages) SELECT 1"),
        (
            "SELECT * FROM messages WHERE message_key IN (SELECT mess| FROM clicks)",
            "SELECT * FROM messages WHERE message_key IN (SELECT message_key| FROM clicks)",
        ),
        // The query around a subquery is seen from it, behind its own tables.
        (
            "SELECT * FROM campaigns WHERE EXISTS (SELECT 1 FROM clicks WHERE group|",
            "SELECT * FROM campaigns WHERE EXISTS (SELECT 1 FROM clicks WHERE group_id|",
        ),
        (
            "SELECT * FROM messages m WHERE EXISTS (SELECT 1 FROM clicks c WHERE c.message_key = m.mess|)",
            "SELECT * FROM messages m WHERE EXISTS (SELECT 1 FROM clicks c WHERE c.message_key = m.message_key|)",
        ),
        ("SELECT column2| FROM (VALUES (1, 'a')) v", "SELECT column2| FROM (VALUES (1, 'a')) v"),
        (
            "SELECT v.le| FROM (VALUES (1, 'a')) v(number, letter)",
            "SELECT v.letter| FROM (VALUES (1, 'a')) v(number, letter)",
        ),
        (
            "SELECT t.| FROM (SELECT * EXCLUDE (event_key, message_key) FROM clicks) t",
            "SELECT t.link_id| FROM (SELECT * EXCLUDE (event_key, message_key) FROM clicks) t",
        ),
        (
            "SELECT count(*) AS how_many FROM messages ORDER BY how|",
            "SELECT count(*) AS how_many FROM messages ORDER BY how_many|",
        ),
        ("SELECT cost AS price FROM messages GROUP BY pri|", "SELECT cost AS price FROM messages GROUP BY price|"),
        (
            "SELECT kind FROM events UNION ALL SELECT buck| FROM messages",
            "SELECT kind FROM events UNION ALL SELECT bucket| FROM messages",
        ),
        (
            "SELECT kin| FROM events UNION ALL SELECT bucket FROM messages",
            "SELECT kind| FROM events UNION ALL SELECT bucket FROM messages",
        ),
        (
            "SELECT x.| FROM (SELECT u.* FROM (SELECT title FROM campaigns) u) x",
            "SELECT x.title| FROM (SELECT u.* FROM (SELECT title FROM campaigns) u) x",
        ),
    ]);
    let columns = names("SELECT | FROM (SELECT bucket, cost AS price FROM messages) t");
    assert_eq!(columns[..2], ["bucket", "price"]);
    assert!(!columns.contains(&"recipient".to_owned()), "{columns:?}");
    // The tables of the query around are not seen in a subquery of FROM, nor in a CTE.
    assert!(!names("SELECT * FROM campaigns, (SELECT | FROM clicks) t").contains(&"group_id".to_owned()));
    assert!(!names("WITH a AS (SELECT | FROM clicks) SELECT * FROM campaigns").contains(&"group_id".to_owned()));
}

#[test]
fn tables_after_from() {
    first_is_taken(&[
        ("SELECT * FROM mes|", "SELECT * FROM messages|"),
        ("SELECT * FROM mes| WHERE bucket = 'sent'", "SELECT * FROM messages| WHERE bucket = 'sent'"),
        ("SELECT * FROM messages JOIN cl|", "SELECT * FROM messages JOIN clicks|"),
        ("SELECT * FROM messages, cl|", "SELECT * FROM messages, clicks|"),
        ("SELECT * FROM messages LEFT JOIN cam|", "SELECT * FROM messages LEFT JOIN campaigns|"),
        ("FROM mes|", "FROM messages|"),
        ("DESCRIBE ev|", "DESCRIBE events|"),
        ("UPDATE ev|", "UPDATE events|"),
        ("SHOW COLUMNS FROM ev|", "SHOW COLUMNS FROM events|"),
        ("SELECT * FROM (SELECT * FROM ev|", "SELECT * FROM (SELECT * FROM events|"),
        ("SELECT * FROM (mes|", "SELECT * FROM (messages|"),
        (
            "SELECT * FROM messages WHERE message_key IN (SELECT message_key FROM cl|)",
            "SELECT * FROM messages WHERE message_key IN (SELECT message_key FROM clicks|)",
        ),
        ("WITH daily AS (SELECT 1) SELECT * FROM da|", "WITH daily AS (SELECT 1) SELECT * FROM daily|"),
        ("WITH daily AS (SELECT 1) SELECT * FROM |", "WITH daily AS (SELECT 1) SELECT * FROM daily|"),
        ("SELECT * FROM segment| WHERE true", "SELECT * FROM segment(| WHERE true"),
        ("SELECT * FROM MES|", "SELECT * FROM messages|"),
        // Names that are not plain go into quotes.
        ("SELECT * FROM my|", "SELECT * FROM \"My Table\"|"),
        ("SELECT * FROM \"My|", "SELECT * FROM \"My Table\"|"),
        ("SELECT \"My Table\".gr| FROM \"My Table\"", "SELECT \"My Table\".\"größe\"| FROM \"My Table\""),
        ("SELECT ord| FROM \"My Table\"", "SELECT \"order\"| FROM \"My Table\""),
        ("SELECT \"Odd| FROM messages", "SELECT \"Odd Name\"| FROM messages"),
        ("SELECT odd| FROM messages", "SELECT \"Odd Name\"| FROM messages"),
    ]);
    let tables = ["My Table", "campaigns", "clicks", "events", "messages", "segment", "segment_members", "segments"];
    for text in ["SELECT * FROM |", "SELECT 1; SELECT * FROM |;", "SELECT * FROM messages JOIN |", "FROM clicks, |"] {
        let mut found: Vec<String> =
            offered(text).iter().map(|s| s.value.trim_matches(['"', '(']).to_owned()).collect();
        found.sort();
        assert_eq!(found, tables, "{text}");
    }
    // No CTE that is defined behind the place, and not itself.
    let found = names("WITH a AS (SELECT 1), b AS (SELECT * FROM |), c AS (SELECT 2) SELECT 1");
    assert!(found.contains(&"a".to_owned()) && !found.contains(&"b".to_owned()) && !found.contains(&"c".to_owned()));
}

#[test]
fn functions_with_their_signature() {
    first_is_taken(&[
        ("SELECT coun| FROM messages", "SELECT count(| FROM messages"),
        ("SELECT coun|(*) FROM messages", "SELECT count|(*) FROM messages"),
        ("SELECT row_n| FROM messages", "SELECT row_number()| FROM messages"),
        ("SELECT char_l| FROM messages", "SELECT char_length(| FROM messages"),
        ("SELECT * FROM messages WHERE regexp| ", "SELECT * FROM messages WHERE regexp_like(| "),
    ]);
    let percent = &offered("SELECT perc|")[0];
    assert_eq!(percent.description.as_deref(), Some("percent(part, whole) - Part of a whole."));
    let recipient = &offered("SELECT reci| FROM messages")[0];
    assert_eq!(recipient.description.as_deref(), Some("text - The number it went to."));
    let cost = &offered("SELECT cos| FROM messages")[0];
    assert_eq!(cost.description.as_deref(), Some("decimal(18, 8)"));
    // Aggregates are no conditions, table functions no values.
    assert!(!names("SELECT * FROM messages WHERE |").iter().any(|name| name.starts_with("count")));
    assert!(names("SELECT * FROM messages ORDER BY |").iter().any(|name| name == "count("));
    assert!(!names("SELECT | FROM messages").iter().any(|name| name.starts_with("segment")));
}

#[test]
fn keywords_that_can_follow() {
    first_is_taken(&[
        ("se|", "select |"),
        ("SE|", "SELECT |"),
        ("Sel|", "SELECT |"),
        ("wi|", "with |"),
        ("SELECT * fr|", "SELECT * from |"),
        ("SELECT recipient FR|", "SELECT recipient FROM |"),
        ("SELECT recipient |", "SELECT recipient FROM |"),
        ("select recipient |", "select recipient from |"),
        ("SELECT * FROM messages wh|", "SELECT * FROM messages where |"),
        ("SELECT * FROM messages |", "SELECT * FROM messages WHERE |"),
        ("SELECT * FROM messages m ORD|", "SELECT * FROM messages m ORDER BY |"),
        ("SELECT * FROM messages GROUP |", "SELECT * FROM messages GROUP BY |"),
        ("SELECT * FROM messages GROUP b|", "SELECT * FROM messages GROUP by |"),
        ("SELECT * FROM messages LEFT |", "SELECT * FROM messages LEFT JOIN |"),
        ("SELECT * FROM messages JOIN clicks |", "SELECT * FROM messages JOIN clicks ON |"),
        ("SELECT * FROM messages JOIN clicks c US|", "SELECT * FROM messages JOIN clicks c USING (|"),
        ("SELECT * FROM messages WHERE bucket = 'sent' |", "SELECT * FROM messages WHERE bucket = 'sent' AND |"),
        ("SELECT * FROM messages WHERE bucket = 'sent' gr|", "SELECT * FROM messages WHERE bucket = 'sent' group by |"),
        ("SELECT * FROM messages WHERE bucket IS NO|", "SELECT * FROM messages WHERE bucket IS NOT NULL |"),
        (
            "SELECT * FROM messages WHERE bucket NOT IN ('a') AN|",
            "SELECT * FROM messages WHERE bucket NOT IN ('a') AND |",
        ),
        ("SELECT * FROM messages ORDER BY cost DE|", "SELECT * FROM messages ORDER BY cost DESC |"),
        (
            "SELECT * FROM messages ORDER BY cost DESC NULLS |",
            "SELECT * FROM messages ORDER BY cost DESC NULLS FIRST |",
        ),
        ("SELECT * FROM messages ORDER BY cost LIM|", "SELECT * FROM messages ORDER BY cost LIMIT |"),
        ("SELECT CASE WHEN cost > 1 TH|", "SELECT CASE WHEN cost > 1 THEN |"),
        ("SELECT CASE WHEN cost > 1 THEN 2 EN|", "SELECT CASE WHEN cost > 1 THEN 2 END |"),
        ("SELECT count(*) OV|", "SELECT count(*) OVER (|"),
        ("SELECT sum(cost) OVER (PART|", "SELECT sum(cost) OVER (PARTITION BY |"),
        (
            "SELECT sum(cost) OVER (PARTITION BY buck| ORDER BY cost) FROM messages",
            "SELECT sum(cost) OVER (PARTITION BY bucket| ORDER BY cost) FROM messages",
        ),
        ("SELECT 1 UNI|", "SELECT 1 UNION ALL |"),
        ("SELECT 1 UNION ALL SEL|", "SELECT 1 UNION ALL SELECT |"),
        ("SELECT cost::dou| FROM messages", "SELECT cost::double| FROM messages"),
        ("SELECT CAST(cost AS big|) FROM messages", "SELECT CAST(cost AS bigint|) FROM messages"),
        ("SELECT extract(ye|", "SELECT extract(year|"),
        ("EXPLAIN ANA|", "EXPLAIN ANALYZE |"),
        ("EXPLAIN SEL|", "EXPLAIN SELECT |"),
        ("SHOW TAB|", "SHOW TABLES |"),
        ("WITH a AS (SEL|", "WITH a AS (SELECT |"),
        ("WITH a AS (SELECT 1) SEL|", "WITH a AS (SELECT 1) SELECT |"),
        ("SELECT 1; se|", "SELECT 1; select |"),
        ("SELECT * FROM messages WHERE message_key IN (SEL|", "SELECT * FROM messages WHERE message_key IN (SELECT |"),
        ("SELECT * FROM messages WHERE cost IS DISTINCT |", "SELECT * FROM messages WHERE cost IS DISTINCT FROM |"),
        ("CREATE VI|", "CREATE VIEW |"),
        ("CREATE VIEW v |", "CREATE VIEW v AS |"),
        ("CREATE VIEW v AS SEL|", "CREATE VIEW v AS SELECT |"),
        ("DROP VIEW ev|", "DROP VIEW events|"),
    ]);
}

#[test]
fn parameters_and_segments() {
    first_is_taken(&[
        ("SELECT * FROM messages WHERE cost > $|", "SELECT * FROM messages WHERE cost > $day|"),
        ("SELECT * FROM messages LIMIT $li|", "SELECT * FROM messages LIMIT $limit_rows|"),
        ("SELECT * FROM segment('|", "SELECT * FROM segment('clicked_not_bought'|"),
        ("SELECT * FROM segment('v|')", "SELECT * FROM segment('vip|')"),
        ("SELECT * FROM SEGMENT('v|') WHERE true", "SELECT * FROM SEGMENT('vip|') WHERE true"),
        (
            "SELECT date_trunc('mon|', received_at) FROM messages",
            "SELECT date_trunc('month|', received_at) FROM messages",
        ),
    ]);
}
