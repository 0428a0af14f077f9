-- feed: mmg/delivery_report
-- title: Delivery report callback
-- source: https://github.com/alphagov/notifications-api/blob/main/app/notifications/notifications_sms_callback.py
-- format: json
-- region: GB
-- columns:
--   CID text
--   MSISDN text
--   status text
--   substatus text
--   deliverytime text
--
-- MMG has no public documentation; this is what GOV.UK Notify receives from it. CID is the id the sender gave the
-- message, `reference` MMG's own: the message is keyed by CID. Status is the group and substatus the id of Infobip's
-- vocabulary. `deliverytime` is UK local time unless it has an offset.
SELECT
    _line,
    nullif("CID", '') AS message_id,
    nullif(status, '') AS status,
    nullif(substatus, '') AS error_code,
    nullif(deliverytime, '') AS event_time,
    'Europe/London' AS time_zone_assumed,
    "MSISDN" AS recipient,
    CASE WHEN coalesce(status, '') = '' THEN 'status is missing' END AS _reject
FROM raw
