-- feed: kannel/dlr
-- title: Delivery report callbacks (dlr-url)
-- source: https://www.kannel.org/download/kannel-userguide-snapshot/userguide.html
-- format: form
-- columns:
--   uuid text
--   status text
--   answer text
--   ts text
--   to text
--   from text
--
-- The parameters of a dlr-url are the operator's own. These are the names used here, for
--   dlr-url=https://example.com/dlr?uuid=<your message id>&status=%d&answer=%A&ts=%T&to=<recipient>&from=<sender>
-- With other names, copy this file to <store>/providers/kannel/dlr.sql and put them in. Only uuid and status must be.
--
-- `%d` is a set of bits: 1 delivered, 2 failed, 4 buffered, 8 accepted by the SMSC, 16 refused by it; 34 is failed and
-- expired, 66 failed and unknown. `%T` is in seconds since 1970. The reason of a failure stands in the SMSC's answer:
-- the code of a NACK, or the `err` of a receipt.
SELECT
    _line,
    nullif(uuid, '') AS message_id,
    nullif(status, '') AS status,
    coalesce(
        regexp_match(answer, '^NACK/(0x[0-9A-Fa-f]+|[0-9]+)')[1],
        regexp_match(answer, '\berr:([0-9A-Za-z]+)')[1]
    ) AS error_code,
    epoch_time(nullif(ts, '')) AS event_time,
    nullif("to", '') AS recipient,
    nullif("from", '') AS sender,
    CASE WHEN coalesce(status, '') = '' THEN 'status is missing' END AS _reject
FROM raw
