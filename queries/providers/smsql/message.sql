-- feed: smsql/message
-- title: Messages as handed over: who sent what to whom, for which campaign
-- source: smsql
-- format: ndjson, csv, parquet, json
-- columns:
--   provider text
--   account text
--   message_id text
--   direction text
--   part_count text
--   attempt text
--   event_time text
--   time text
--   time_zone_assumed text
--   submitted_at text
--   received_at text
--   recipient text
--   sender text
--   country text
--   carrier text
--   campaign_id text
--   list_ids list
--   user text
--   body text
--   encoding text
--   segments text
--   credits text
--   cost text
--   currency text
--   source_event_id text
--   tags map
--
-- What a CRM knows of a message and no receipt says: its campaign, lists, user and body. Give `provider`, `account`
-- and `message_id` exactly as the provider's own feed has them (see there: some use `id:recipient`), or the message and
-- its receipts do not meet. Without a provider it is `smsql`.
-- Such a row has no status: it never moves the delivery state. An inbound message (`direction` inbound) is a reply.
-- The time is `event_time` or its short name `time`, otherwise `submitted_at`. In CSV several `list_ids` are
-- separated by `|`.
SELECT
    _line,
    coalesce(nullif(provider, ''), 'smsql') AS provider,
    nullif(account, '') AS account,
    nullif(message_id, '') AS message_id,
    coalesce(nullif(direction, ''), 'outbound') AS direction,
    CASE WHEN direction = 'inbound' THEN 'reply' ELSE 'status' END AS kind,
    nullif(part_count, '') AS part_count,
    nullif(attempt, '') AS attempt,
    coalesce(nullif(event_time, ''), nullif(time, ''), nullif(submitted_at, '')) AS event_time,
    nullif(time_zone_assumed, '') AS time_zone_assumed,
    nullif(submitted_at, '') AS submitted_at,
    coalesce(nullif(received_at, ''), _received_at) AS received_at,
    nullif(recipient, '') AS recipient,
    nullif(sender, '') AS sender,
    nullif(country, '') AS country,
    nullif(carrier, '') AS carrier,
    nullif(campaign_id, '') AS campaign_id,
    list_ids,
    nullif("user", '') AS "user",
    nullif(body, '') AS body,
    nullif(encoding, '') AS encoding,
    nullif(segments, '') AS segments,
    nullif(credits, '') AS credits,
    nullif(cost, '') AS cost,
    nullif(currency, '') AS currency,
    nullif(source_event_id, '') AS source_event_id,
    tags
FROM raw
