-- feed: twilio/status_callback
-- title: Message status callback
-- source: https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
-- format: form
-- columns:
--   MessageSid text
--   SmsSid text
--   MessageStatus text
--   SmsStatus text
--   ErrorCode text
--   AccountSid text
--   MessagingServiceSid text
--   From text
--   To text
--   ChannelPrefix text
--   RawDlrDoneDate text
--
-- SmsSid and SmsStatus are the older names. Where both are given MessageStatus wins: a body can say
-- `SmsStatus=delivered` beside `MessageStatus=undelivered`.
--
-- The callback has no time of its own, so the event's time is when it was received: capture callbacks in the envelope
-- format to have it. RawDlrDoneDate is the carrier's clock, in minutes and in a zone nobody names; it would put
-- `delivered` hours before or after `sent`, so it is kept as the tag `raw_dlr_done_date` and never used as the time.
SELECT
    _line,
    "AccountSid" AS account,
    coalesce(nullif("MessageSid", ''), "SmsSid") AS message_id,
    coalesce(nullif("MessageStatus", ''), nullif("SmsStatus", '')) AS status,
    nullif("ErrorCode", '') AS error_code,
    "To" AS recipient,
    nullif("From", '') AS sender,
    map(
        array_concat(
            CASE WHEN "MessagingServiceSid" <> '' THEN ['messaging_service_sid'] END,
            CASE WHEN "ChannelPrefix" <> '' THEN ['channel'] END,
            CASE WHEN "RawDlrDoneDate" <> '' THEN ['raw_dlr_done_date'] END
        ),
        array_concat(
            CASE WHEN "MessagingServiceSid" <> '' THEN ["MessagingServiceSid"] END,
            CASE WHEN "ChannelPrefix" <> '' THEN ["ChannelPrefix"] END,
            CASE WHEN "RawDlrDoneDate" <> '' THEN ["RawDlrDoneDate"] END
        )
    ) AS tags,
    CASE
        WHEN coalesce(nullif("MessageStatus", ''), nullif("SmsStatus", '')) IS NULL THEN 'no MessageStatus'
    END AS _reject
FROM raw
