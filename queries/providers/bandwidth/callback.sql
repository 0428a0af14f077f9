-- feed: bandwidth/callback
-- title: Messaging callbacks: message-sending, message-delivered, message-failed, message-read, message-received
-- source: https://dev.bandwidth.com/docs/messaging/webhooks
-- format: json
-- columns:
--   type text
--   time text
--   eventTime text
--   to text
--   errorCode text
--   carrierName text
--   message.id text
--   message.time text
--   message.direction text
--   message.from text
--   message.text text
--   message.applicationId text
--   message.segmentCount text
--   message.tag text
--
-- A callback is an array; group messages are reported once per recipient (`to`), so the message is `id:recipient`.
-- From a toll-free number `message-delivered` means that the device has it; from any other number that the carrier
-- took it, which a later failure may still overrule. 9902 (no receipt came in time) is unknown, not a failure.
-- `message.time` is when the message was created, `eventTime` when it was read (message-read only). Toll-free networks
-- act on STOP and UNSTOP themselves.
-- `account` is the application.
SELECT
    _line,
    message['applicationId'] AS account,
    message['id'] || ':' || e164("to") AS message_id,
    CASE WHEN is_inbound THEN 'inbound' ELSE 'outbound' END AS direction,
    CASE
        WHEN NOT is_inbound THEN 'status'
        WHEN to_toll_free AND upper(trim(message['text'])) = 'STOP' THEN 'opt_out'
        WHEN to_toll_free AND upper(trim(message['text'])) = 'UNSTOP' THEN 'opt_in'
        ELSE 'reply'
    END AS kind,
    CASE WHEN NOT is_inbound THEN type END AS status,
    CASE WHEN NOT is_inbound THEN "errorCode" END AS error_code,
    CASE
        WHEN type = 'message-delivered' AND from_toll_free THEN 'handset'
        WHEN type = 'message-delivered' THEN 'operator'
    END AS level,
    coalesce("eventTime", time) AS event_time,
    CASE WHEN NOT is_inbound THEN message['time'] END AS submitted_at,
    "to" AS recipient,
    message['from'] AS sender,
    nullif("carrierName", '') AS carrier,
    nullif(message['text'], '') AS body,
    message['segmentCount'] AS segments,
    CASE WHEN message['tag'] <> '' THEN map(['tag'], [message['tag']]) END AS tags,
    CASE WHEN type IS NULL THEN 'type is missing' END AS _reject
FROM (
    SELECT
        *,
        coalesce(message['direction'] = 'in' OR type = 'message-received', false) AS is_inbound,
        coalesce(regexp_like(e164(message['from']), '^\+18(00|33|44|55|66|77|88)[0-9]{7}$'), false) AS from_toll_free,
        coalesce(regexp_like(e164("to"), '^\+18(00|33|44|55|66|77|88)[0-9]{7}$'), false) AS to_toll_free
    FROM raw
)
