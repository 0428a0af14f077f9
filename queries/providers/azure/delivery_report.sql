-- feed: azure/delivery_report
-- title: Communication Services over Event Grid: SMSDeliveryReportReceived and SMSReceived
-- source: https://learn.microsoft.com/en-us/azure/event-grid/communication-services-telephony-sms-events
-- format: json
-- columns:
--   topic text
--   source text
--   eventType text
--   type text
--   data.messageId text
--   data.from text
--   data.to text
--   data.deliveryStatus text
--   data.deliveryStatusDetails text
--   data.receivedTimestamp text
--   data.deliveryAttempts[].segmentsSucceeded text
--   data.deliveryAttempts[].segmentsFailed text
--   data.message text
--   data.segmentCount text
--   data.Tag text
--   data.tag text
--
-- Event Grid's own schema (eventType, topic) and CloudEvents (type, source) are read alike. deliveryStatusDetails is
-- free text: where it holds one of the documented four-digit codes, that is the error code, otherwise the text itself;
-- "No error." is none. 5002 (the carrier gives no receipts) comes as Failed and means unknown.
-- The event's id repeats the message's, so it cannot tell two reports apart and is not used.
-- Toll-free numbers: the platform acts on STOP and START itself. `account` is the communication service.
SELECT
    _line,
    regexp_replace(coalesce(topic, source), '^.*/', '') AS account,
    data['messageId'] AS message_id,
    CASE WHEN is_inbound THEN 'inbound' ELSE 'outbound' END AS direction,
    CASE
        WHEN NOT is_inbound THEN 'status'
        WHEN to_toll_free AND upper(trim(data['message'])) = 'STOP' THEN 'opt_out'
        WHEN to_toll_free AND upper(trim(data['message'])) IN ('START', 'UNSTOP') THEN 'opt_in'
        ELSE 'reply'
    END AS kind,
    data['deliveryStatus'] AS status,
    CASE
        WHEN lower(trim(data['deliveryStatusDetails'])) NOT IN ('', 'no error.', 'no error')
        THEN coalesce(
            regexp_match(data['deliveryStatusDetails'], '\b([2459][0-9]{3})\b')[1],
            data['deliveryStatusDetails']
        )
    END AS error_code,
    data['receivedTimestamp'] AS event_time,
    data['to'] AS recipient,
    data['from'] AS sender,
    data['message'] AS body,
    coalesce(
        data['segmentCount'],
        CAST(
            TRY_CAST(array_element(data['deliveryAttempts'], -1)['segmentsSucceeded'] AS INT)
                + TRY_CAST(array_element(data['deliveryAttempts'], -1)['segmentsFailed'] AS INT)
            AS TEXT
        )
    ) AS segments,
    CASE WHEN coalesce(data['Tag'], data['tag']) <> '' THEN map(['tag'], [coalesce(data['Tag'], data['tag'])]) END
        AS tags,
    CASE
        WHEN event_type IS NULL THEN 'eventType is missing'
        WHEN event_type NOT IN
            ('Microsoft.Communication.SMSDeliveryReportReceived', 'Microsoft.Communication.SMSReceived')
        THEN 'not an SMS event: eventType is ' || event_type
    END AS _reject
FROM (
    SELECT
        *,
        coalesce("eventType", type) AS event_type,
        coalesce(coalesce("eventType", type) = 'Microsoft.Communication.SMSReceived', false) AS is_inbound,
        coalesce(regexp_like(e164(data['to']), '^\+18(00|33|44|55|66|77|88)[0-9]{7}$'), false) AS to_toll_free
    FROM raw
)
