-- feed: smsql/campaign
-- title: What was done with a campaign: created, scheduled, sent, suspended
-- source: smsql
-- format: ndjson, csv, parquet, json
-- columns:
--   provider text
--   account text
--   campaign_id text
--   action text
--   status text
--   event_time text
--   time text
--   time_zone_assumed text
--   received_at text
--   user text
--   sender text
--   name text
--   list_ids list
--   body text
--   segments text
--   credits text
--   cost text
--   currency text
--   country text
--   source_event_id text
--   tags map
--
-- One row per action, in the sender's own words; `action` is the event's status. The campaign's name goes to
-- tags['name'] (a `name` that tags have already is kept). In a campaign of several blasts each blast has an id of its
-- own, and its tags say what it belongs to. `time` is short for `event_time`. In CSV several `list_ids` are separated
-- by `|`.
SELECT
    _line,
    coalesce(nullif(provider, ''), 'smsql') AS provider,
    nullif(account, '') AS account,
    'campaign' AS kind,
    coalesce(nullif(action, ''), nullif(status, '')) AS status,
    coalesce(nullif(event_time, ''), nullif(time, '')) AS event_time,
    nullif(time_zone_assumed, '') AS time_zone_assumed,
    coalesce(nullif(received_at, ''), _received_at) AS received_at,
    nullif(sender, '') AS sender,
    nullif(country, '') AS country,
    nullif(campaign_id, '') AS campaign_id,
    list_ids,
    nullif("user", '') AS "user",
    nullif(body, '') AS body,
    nullif(segments, '') AS segments,
    nullif(credits, '') AS credits,
    nullif(cost, '') AS cost,
    nullif(currency, '') AS currency,
    nullif(source_event_id, '') AS source_event_id,
    CASE
        WHEN nullif(name, '') IS NULL OR array_has(map_keys(tags), 'name') THEN tags
        WHEN tags IS NULL THEN map(['name'], [name])
        ELSE map(array_append(map_keys(tags), 'name'), array_append(map_values(tags), name))
    END AS tags,
    CASE
        WHEN nullif(campaign_id, '') IS NULL THEN 'campaign_id is missing'
        WHEN coalesce(nullif(action, ''), nullif(status, '')) IS NULL THEN 'action is missing'
    END AS _reject
FROM raw
