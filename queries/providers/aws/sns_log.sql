-- feed: aws/sns_log
-- title: SNS delivery status log (CloudWatch Logs)
-- source: https://docs.aws.amazon.com/sns/latest/dg/sms_stats_cloudwatch.html
-- format: json
-- columns:
--   notification.messageId text
--   notification.timestamp text
--   delivery.destination text
--   delivery.phoneCarrier text
--   delivery.mcc text
--   delivery.mnc text
--   delivery.numberOfMessageParts text
--   delivery.priceInUSD text
--   delivery.providerResponse text
--   status text
--
-- Publishing to a topic gives all its phone numbers one messageId, so the message is `messageId:destination`.
-- The log has one time, that of the notification, without a zone: it is UTC. The text in providerResponse is the error
-- code: it says why a message failed, and of a success whether the carrier or the phone took it. mcc and mnc are 0
-- where unknown. Mind the account's success sample rate: below 100 % the log lacks deliveries.
SELECT
    _line,
    notification['messageId'] || ':' || e164(delivery['destination']) AS message_id,
    status,
    delivery['providerResponse'] AS error_code,
    CASE
        WHEN status = 'SUCCESS' AND delivery['providerResponse'] LIKE '%accepted by phone carrier%' THEN 'operator'
        WHEN status = 'SUCCESS' AND delivery['providerResponse'] LIKE '%accepted by phone%' THEN 'handset'
    END AS level,
    notification['timestamp'] AS event_time,
    delivery['destination'] AS recipient,
    CASE
        WHEN delivery['mcc'] <> '0' AND delivery['mnc'] <> '0'
        THEN delivery['mcc'] || '-' || CASE WHEN character_length(delivery['mnc']) = 1 THEN '0' ELSE '' END
            || delivery['mnc']
        ELSE nullif(delivery['phoneCarrier'], '')
    END AS carrier,
    delivery['numberOfMessageParts'] AS segments,
    delivery['priceInUSD'] AS cost,
    CASE WHEN delivery['priceInUSD'] IS NOT NULL THEN 'USD' END AS currency
FROM raw
