-- feed: firetext/delivery_report
-- title: Delivery receipt callback
-- source: https://www.firetext.co.uk/docs
-- format: form
-- region: GB
-- columns:
--   mobile text
--   status text
--   code text
--   time text
--   reference text
--
-- `reference` is the id the sender gave the message. Status 0 is delivered, 1 failed, 2 pending; `code` says why and
-- may come with any of them. `time` is UK local time unless it has an offset.
SELECT
    _line,
    nullif(reference, '') AS message_id,
    nullif(status, '') AS status,
    nullif(code, '') AS error_code,
    nullif(time, '') AS event_time,
    'Europe/London' AS time_zone_assumed,
    mobile AS recipient,
    CASE WHEN coalesce(status, '') = '' THEN 'status is missing' END AS _reject
FROM raw
