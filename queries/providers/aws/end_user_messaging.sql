-- feed: aws/end_user_messaging
-- title: End User Messaging SMS: event destinations and two-way messages
-- source: https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html
-- format: json
-- columns:
--   eventType text
--   eventTimestamp text
--   isFinal text
--   messageId text
--   originationPhoneNumber text
--   destinationPhoneNumber text
--   isoCountryCode text
--   mcc text
--   mnc text
--   carrierName text
--   messageRequestTimestamp text
--   messageEncoding text
--   totalMessageParts text
--   totalMessagePrice text
--   totalCarrierFee text
--   context map
--   inboundMessageId text
--   originationNumber text
--   destinationNumber text
--   messageBody text
--
-- TEXT_SUCCESSFUL is final where the carrier gives no receipts (isFinal true: delivered, on the operator's word) and
-- otherwise a step before TEXT_DELIVERED (isFinal false: sent). The cost is price and carrier fee together, in dollars.
-- `eventTimestamp` is in milliseconds since 1970; seconds are read too. `context` is the sender's own: it becomes tags.
-- Two-way messages come on another topic, in another shape and without a time; both shapes may share a file. AWS acts
-- on its opt-out words itself unless the number's opt-outs are self-managed.
-- Both are read as AWS writes them: let the SNS subscription deliver raw messages, or unpack its envelope first.
SELECT
    _line,
    coalesce("inboundMessageId", "messageId") AS message_id,
    CASE WHEN is_inbound THEN 'inbound' ELSE 'outbound' END AS direction,
    CASE
        WHEN NOT is_inbound THEN 'status'
        WHEN upper(trim("messageBody")) IN
            ('ARRET', 'CANCEL', 'END', 'OPT-OUT', 'OPTOUT', 'QUIT', 'REMOVE', 'STOP', 'TD', 'UNSUBSCRIBE')
        THEN 'opt_out'
        ELSE 'reply'
    END AS kind,
    "eventType" AS status,
    "isFinal" AS provider_final,
    CASE
        WHEN "eventType" IN ('TEXT_SUCCESSFUL', 'MEDIA_SUCCESSFUL') THEN 'operator'
        WHEN "eventType" IN ('TEXT_DELIVERED', 'MEDIA_DELIVERED') THEN 'handset'
    END AS level,
    epoch_time("eventTimestamp") AS event_time,
    epoch_time("messageRequestTimestamp") AS submitted_at,
    coalesce("destinationPhoneNumber", "destinationNumber") AS recipient,
    coalesce("originationPhoneNumber", "originationNumber") AS sender,
    "isoCountryCode" AS country,
    CASE WHEN mcc IS NOT NULL AND mnc IS NOT NULL THEN mcc || '-' || mnc ELSE "carrierName" END AS carrier,
    "messageBody" AS body,
    CASE upper("messageEncoding") WHEN 'GSM' THEN 'gsm7' WHEN 'UNICODE' THEN 'ucs2' ELSE "messageEncoding" END
        AS encoding,
    "totalMessageParts" AS segments,
    -- What is not a number goes on as it is, so that the record is refused for its cost and not landed without one.
    CASE
        WHEN "totalCarrierFee" IS NULL OR TRY_CAST("totalMessagePrice" AS DECIMAL(18, 8)) IS NULL
        THEN "totalMessagePrice"
        WHEN TRY_CAST("totalCarrierFee" AS DECIMAL(18, 8)) IS NULL THEN "totalCarrierFee"
        ELSE CAST(
            TRY_CAST("totalMessagePrice" AS DECIMAL(18, 8)) + TRY_CAST("totalCarrierFee" AS DECIMAL(18, 8)) AS TEXT
        )
    END AS cost,
    CASE WHEN "totalMessagePrice" IS NOT NULL THEN 'USD' END AS currency,
    context AS tags,
    CASE
        WHEN NOT is_inbound AND "eventType" IS NULL THEN 'neither eventType nor inboundMessageId is there'
        WHEN "eventType" LIKE 'VOICE\_%' THEN 'a voice event, not a text message: eventType is ' || "eventType"
    END AS _reject
FROM (SELECT *, "inboundMessageId" IS NOT NULL AS is_inbound FROM raw)
