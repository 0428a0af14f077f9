-- feed: twilio/message_export
-- title: Message log exported from the console
-- source: https://www.twilio.com/docs/messaging/api/message-resource
-- format: csv
-- columns:
--   From text
--   To text
--   Body text
--   Status text
--   SentDate text
--   NumSegments text
--   ErrorCode text
--   AccountSid text
--   Sid text
--   Direction text
--   Price text
--   PriceUnit text
--
-- One row per message as it stood when it was exported: the last status, and as the only time when it was sent. So
-- event_time is the sending time for whatever status the row has; feeds that report each status have better times.
-- Twilio documents the fields but not the file; columns are found by name, so the older order is read as well.
--
-- Price is what the account pays, written as a negative number; it is empty until Twilio has settled it.
-- An inbound row is a reply, and a reply has no delivery status.
SELECT
    _line,
    "AccountSid" AS account,
    "Sid" AS message_id,
    CASE WHEN "Direction" LIKE 'inbound%' THEN 'inbound' ELSE 'outbound' END AS direction,
    CASE WHEN "Direction" LIKE 'inbound%' THEN 'reply' ELSE 'status' END AS kind,
    CASE WHEN "Direction" LIKE 'inbound%' THEN NULL ELSE nullif("Status", '') END AS status,
    nullif(nullif("ErrorCode", ''), '0') AS error_code,
    nullif("SentDate", '') AS event_time,
    nullif("SentDate", '') AS submitted_at,
    "To" AS recipient,
    nullif("From", '') AS sender,
    nullif("Body", '') AS body,
    nullif(nullif("NumSegments", ''), '0') AS segments,
    nullif(ltrim("Price", '-'), '') AS cost,
    CASE WHEN "Price" <> '' THEN upper(nullif("PriceUnit", '')) END AS currency,
    CASE
        WHEN "Direction" NOT LIKE 'inbound%' AND coalesce("Status", '') = '' THEN 'no Status'
    END AS _reject
FROM raw
