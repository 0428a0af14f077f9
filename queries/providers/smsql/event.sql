-- feed: smsql/event
-- title: Any event, in the log's own columns
-- source: smsql
-- format: ndjson, csv, parquet, json
-- columns:
--   provider text
--   account text
--   message_id text
--   direction text
--   kind text
--   status text
--   error_code text
--   provider_final text
--   level text
--   part_index text
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
--   link_id text
--   link_url text
--   user_agent text
--   source_event_id text
--   tags map
--
-- For events that were made canonical elsewhere, and for providers that have no feed yet. Where nothing is said the
-- provider is `smsql`, the kind `status`, and the direction inbound for reply, opt_out and opt_in, otherwise outbound.
-- Statuses keep their own words: a word that `status_codes` does not know shows in `unmapped`. `time` is short for
-- `event_time`. In CSV several `list_ids` are separated by `|`.
SELECT
    _line,
    coalesce(nullif(provider, ''), 'smsql') AS provider,
    nullif(account, '') AS account,
    nullif(message_id, '') AS message_id,
    coalesce(
        nullif(direction, ''),
        CASE WHEN kind IN ('reply', 'opt_out', 'opt_in') THEN 'inbound' ELSE 'outbound' END
    ) AS direction,
    coalesce(nullif(kind, ''), 'status') AS kind,
    nullif(status, '') AS status,
    nullif(error_code, '') AS error_code,
    nullif(provider_final, '') AS provider_final,
    nullif(level, '') AS level,
    nullif(part_index, '') AS part_index,
    nullif(part_count, '') AS part_count,
    nullif(attempt, '') AS attempt,
    coalesce(nullif(event_time, ''), nullif(time, '')) AS event_time,
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
    nullif(link_id, '') AS link_id,
    nullif(link_url, '') AS link_url,
    nullif(user_agent, '') AS user_agent,
    nullif(source_event_id, '') AS source_event_id,
    tags
FROM raw
