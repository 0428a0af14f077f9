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
    provider,
    account,
    message_id,
    coalesce(direction, CASE WHEN kind IN ('reply', 'opt_out', 'opt_in') THEN 'inbound' END) AS direction,
    kind,
    status,
    error_code,
    provider_final,
    level,
    part_index,
    part_count,
    attempt,
    coalesce(event_time, time) AS event_time,
    time_zone_assumed,
    submitted_at,
    received_at,
    recipient,
    sender,
    country,
    carrier,
    campaign_id,
    list_ids,
    "user",
    body,
    encoding,
    segments,
    credits,
    cost,
    currency,
    link_id,
    link_url,
    user_agent,
    source_event_id,
    tags
FROM raw
