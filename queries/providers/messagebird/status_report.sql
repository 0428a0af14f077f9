-- feed: messagebird/status_report
-- title: SMS status report
-- source: https://developers.messagebird.com/api/sms-messaging/#handle-a-status-report
-- format: form
-- columns:
--   id text
--   reference text
--   recipient text
--   status text
--   statusReason text
--   statusErrorCode text
--   statusDatetime text
--   mccmnc text
--   datacoding text
--   messagePartCount text
--   "price[amount]" text
--   "price[currency]" text
--
-- The query string of the GET request. One id can have many recipients, so the message is `id:recipient`.
--
-- A failure has a reason in words and sometimes a code. The list of reasons is complete and that of codes is not, so
-- error_code is the reason: `DLR not received` must not become a bounce. The code is better only where the reason says
-- no more than that it failed, and where it is 103, a STOP. Both are tags as well.
SELECT
    _line,
    concat(id, ':', e164(recipient)) AS message_id,
    status,
    CASE
        WHEN status IN ('scheduled', 'sent', 'buffered', 'delivered') THEN code
        WHEN code = '103' OR reason = 'generic delivery failure' THEN coalesce(code, reason)
        ELSE coalesce(reason, code)
    END AS error_code,
    "statusDatetime" AS event_time,
    recipient,
    carrier,
    CASE datacoding WHEN 'plain' THEN 'gsm7' WHEN 'unicode' THEN 'ucs2' END AS encoding,
    nullif("messagePartCount", '0') AS segments,
    nullif("price[amount]", '') AS cost,
    CASE WHEN "price[amount]" <> '' THEN nullif("price[currency]", '') END AS currency,
    map(
        array_concat(
            CASE WHEN reference <> '' THEN ['reference'] END,
            CASE WHEN reason IS NOT NULL THEN ['status_reason'] END,
            CASE WHEN code IS NOT NULL THEN ['status_error_code'] END
        ),
        array_concat(
            CASE WHEN reference <> '' THEN [reference] END,
            CASE WHEN reason IS NOT NULL THEN [reason] END,
            CASE WHEN code IS NOT NULL THEN [code] END
        )
    ) AS tags,
    CASE
        WHEN coalesce(id, '') = '' THEN 'message_id is missing: no id'
        WHEN coalesce(recipient, '') = '' THEN 'message_id is missing: no recipient'
        WHEN coalesce(status, '') = '' THEN 'no status'
    END AS _reject
FROM (
    SELECT
        *,
        nullif("statusReason", '') AS reason,
        nullif("statusErrorCode", '') AS code,
        CASE
            WHEN regexp_like(mccmnc, '^[0-9]{5,6}$') THEN concat(substr(mccmnc, 1, 3), '-', substr(mccmnc, 4))
            ELSE nullif(mccmnc, '')
        END AS carrier
    FROM raw
)
