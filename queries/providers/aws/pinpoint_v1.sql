-- feed: aws/pinpoint_v1
-- title: Pinpoint event stream (Kinesis, Firehose to S3)
-- source: https://docs.aws.amazon.com/pinpoint/latest/developerguide/event-streams-data-sms.html
-- format: json
-- columns:
--   event_type text
--   event_timestamp text
--   application.app_id text
--   attributes.message_id text
--   attributes.record_status text
--   attributes.origination_phone_number text
--   attributes.destination_phone_number text
--   attributes.iso_country_code text
--   attributes.mcc_mnc text
--   attributes.number_of_message_parts text
--   attributes.campaign_id text
--   attributes.message_body text
--   metrics.price_in_millicents_usd text
--
-- The price is in thousandths of a US cent and becomes dollars exactly. SUCCESSFUL is the carrier's word,
-- DELIVERED the device's; BUFFERED events are never final. After 72 hours without a receipt AWS itself writes UNKNOWN.
-- An opt-out names the numbers as the message that was answered had them, so its sender is the destination.
-- The stream mixes SMS with e-mail, campaign and app events: those are refused. `account` is the Pinpoint project.
SELECT
    _line,
    application['app_id'] AS account,
    attributes['message_id'] AS message_id,
    CASE WHEN event_type IN ('_SMS.OPTOUT', '_SMS.RECEIVED') THEN 'inbound' ELSE 'outbound' END AS direction,
    CASE event_type WHEN '_SMS.OPTOUT' THEN 'opt_out' WHEN '_SMS.RECEIVED' THEN 'reply' ELSE 'status' END AS kind,
    CASE
        WHEN event_type NOT IN ('_SMS.OPTOUT', '_SMS.RECEIVED') THEN coalesce(attributes['record_status'], event_type)
    END AS status,
    CASE WHEN event_type = '_SMS.BUFFERED' THEN 'false' END AS provider_final,
    CASE
        WHEN event_type = '_SMS.SUCCESS' AND attributes['record_status'] = 'SUCCESSFUL' THEN 'operator'
        WHEN event_type = '_SMS.SUCCESS' AND attributes['record_status'] = 'DELIVERED' THEN 'handset'
    END AS level,
    epoch_time(event_timestamp) AS event_time,
    CASE
        WHEN event_type = '_SMS.OPTOUT' THEN attributes['origination_phone_number']
        ELSE attributes['destination_phone_number']
    END AS recipient,
    CASE
        WHEN event_type = '_SMS.OPTOUT' THEN attributes['destination_phone_number']
        ELSE attributes['origination_phone_number']
    END AS sender,
    attributes['iso_country_code'] AS country,
    CASE
        WHEN regexp_like(attributes['mcc_mnc'], '^[0-9]{5,6}$')
        THEN substr(attributes['mcc_mnc'], 1, 3) || '-' || substr(attributes['mcc_mnc'], 4)
        ELSE attributes['mcc_mnc']
    END AS carrier,
    attributes['campaign_id'] AS campaign_id,
    attributes['message_body'] AS body,
    attributes['number_of_message_parts'] AS segments,
    -- What is not a number goes on as it is, so that the record is refused for its cost and not landed without one.
    coalesce(
        CAST(TRY_CAST(metrics['price_in_millicents_usd'] AS DECIMAL(20, 5)) * CAST('0.00001' AS DECIMAL(6, 5)) AS TEXT),
        metrics['price_in_millicents_usd']
    ) AS cost,
    CASE WHEN metrics['price_in_millicents_usd'] IS NOT NULL THEN 'USD' END AS currency,
    CASE
        WHEN event_type IS NULL OR event_type NOT LIKE '\_SMS.%'
        THEN 'not an SMS event: event_type is ' || coalesce(event_type, 'missing')
    END AS _reject
FROM raw
