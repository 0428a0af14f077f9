-- feed: smsql/click
-- title: Clicks on tracked links, from a link shortener or web server
-- source: smsql
-- format: ndjson, csv, parquet, json
-- columns:
--   provider text
--   account text
--   message_id text
--   event_time text
--   time text
--   time_zone_assumed text
--   received_at text
--   recipient text
--   campaign_id text
--   list_ids list
--   link_id text
--   link_url text
--   user_agent text
--   source_event_id text
--   tags map
--
-- One row per request of a tracked link, bots and all: who is a bot is decided in reports, from `user_agent`.
-- `message_id` says whose link it was, with `provider` and `account` as in the provider's own feed. `time` is short for
-- `event_time`. Give `source_event_id` where the shortener has one: without it two clicks of one link by one message in
-- the same instant count as one.
SELECT
    _line,
    coalesce(nullif(provider, ''), 'smsql') AS provider,
    nullif(account, '') AS account,
    nullif(message_id, '') AS message_id,
    'click' AS kind,
    coalesce(nullif(event_time, ''), nullif(time, '')) AS event_time,
    nullif(time_zone_assumed, '') AS time_zone_assumed,
    coalesce(nullif(received_at, ''), _received_at) AS received_at,
    nullif(recipient, '') AS recipient,
    nullif(campaign_id, '') AS campaign_id,
    list_ids,
    nullif(link_id, '') AS link_id,
    nullif(link_url, '') AS link_url,
    nullif(user_agent, '') AS user_agent,
    nullif(source_event_id, '') AS source_event_id,
    tags,
    CASE
        WHEN nullif(link_id, '') IS NULL AND nullif(link_url, '') IS NULL THEN 'neither link_id nor link_url is there'
    END AS _reject
FROM raw
