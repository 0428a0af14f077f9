-- feed: plivo/status_callback
-- title: Message status callback
-- source: https://www.plivo.com/docs/messaging/api/message/message-status-callbacks
-- format: form
-- columns:
--   MessageUUID text
--   ParentMessageUUID text
--   PartInfo text
--   Status text
--   status text
--   ErrorCode text
--   To text
--   From text
--   Units text
--   TotalAmount text
--   MCC text
--   MNC text
--   MessageTime text
--   QueuedTime text
--   SentTime text
--   DeliveryReportTime text
--   PowerpackUUID text
--
-- Older accounts get one callback per part of a long message: MessageUUID is then the part's, PartInfo is `2 of 3` and
-- ParentMessageUUID is the message's. Newer ones get one per message, and the parent is the message itself.
--
-- Each status has its own time. They have no zone; they are read as UTC. A callback that repeats the times of earlier
-- steps must not take one of them for its own, so only the time that belongs to the status is used.
-- The amount is charged in the account's currency, which the callback does not name.
SELECT
    _line,
    coalesce(nullif("ParentMessageUUID", ''), "MessageUUID") AS message_id,
    coalesce(nullif("Status", ''), nullif(status, '')) AS status,
    nullif("ErrorCode", '') AS error_code,
    CASE WHEN regexp_like("PartInfo", '^[0-9]+ of [0-9]+$') THEN split_part("PartInfo", ' of ', 1) END AS part_index,
    CASE WHEN regexp_like("PartInfo", '^[0-9]+ of [0-9]+$') THEN split_part("PartInfo", ' of ', 2) END AS part_count,
    CASE lower(coalesce(nullif("Status", ''), status))
        WHEN 'queued' THEN nullif("QueuedTime", '')
        WHEN 'sent' THEN nullif("SentTime", '')
        WHEN 'delivered' THEN nullif("DeliveryReportTime", '')
        WHEN 'undelivered' THEN nullif("DeliveryReportTime", '')
    END AS event_time,
    nullif("MessageTime", '') AS submitted_at,
    "To" AS recipient,
    nullif("From", '') AS sender,
    nullif(concat_ws('-', nullif("MCC", ''), nullif("MNC", '')), '') AS carrier,
    nullif(nullif("Units", ''), '0') AS segments,
    nullif("TotalAmount", '') AS cost,
    CASE WHEN "PowerpackUUID" <> '' THEN map(['powerpack_uuid'], ["PowerpackUUID"]) END AS tags,
    CASE WHEN coalesce(nullif("Status", ''), nullif(status, '')) IS NULL THEN 'no Status' END AS _reject
FROM raw
