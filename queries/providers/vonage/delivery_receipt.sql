-- feed: vonage/delivery_receipt
-- title: SMS API delivery receipt
-- source: https://developer.vonage.com/en/messaging/sms/guides/delivery-receipts
-- format: form, json
-- columns:
--   messageId text
--   msisdn text
--   to text
--   status text
--   "err-code" text
--   "network-code" text
--   price text
--   scts text
--   "message-timestamp" text
--   "api-key" text
--   "client-ref" text
--
-- Names are seen from Vonage: `msisdn` is the recipient and `to` the sender of the message.
--
-- Of the two times, `message-timestamp` is Vonage's clock: UTC, in seconds, when the receipt was pushed. `scts` is the
-- carrier's: minutes, no zone, documented as UTC and yet an hour off in the documentation's own sample. So the first is
-- the event's time and the second only stands in where the first is missing.
--
-- Each part of a long message has its own messageId and its own receipt, and a receipt does not say which parts belong
-- together: parts are counted as messages. `price` is in the account's currency, which the receipt does not name.
SELECT
    _line,
    nullif("api-key", '') AS account,
    "messageId" AS message_id,
    nullif(status, '') AS status,
    nullif("err-code", '') AS error_code,
    coalesce(nullif("message-timestamp", ''), smpp_time(nullif(scts, ''))) AS event_time,
    msisdn AS recipient,
    nullif("to", '') AS sender,
    CASE
        WHEN regexp_like("network-code", '^[0-9]{5,6}$')
            THEN concat(substr("network-code", 1, 3), '-', substr("network-code", 4))
        ELSE nullif("network-code", '')
    END AS carrier,
    nullif(price, '') AS cost,
    CASE WHEN "client-ref" <> '' THEN map(['client_ref'], ["client-ref"]) END AS tags,
    CASE WHEN coalesce(status, '') = '' THEN 'no status' END AS _reject
FROM raw
