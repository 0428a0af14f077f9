-- feed: twilio/event_streams
-- title: Event Streams: messages, replies, clicks
-- source: https://www.twilio.com/docs/events/event-types
-- format: json, ndjson
-- columns:
--   id text
--   type text
--   time text
--   data.messageSid text
--   data.message_sid text
--   data.accountSid text
--   data.account_sid text
--   data.messagingServiceSid text
--   data.messaging_service_sid text
--   data.messageStatus text
--   data.errorCode text
--   data.timestamp text
--   data.from text
--   data.to text
--   data.body text
--   data.numberOfSegments text
--   data.numSegments text
--   data.mcc text
--   data.mnc text
--   data.rawDlrDoneDate text
--   data.toCountry text
--   data.optOutType text
--   data.tags map
--   data.link text
--   data.shortened_link text
--   data.click_time text
--   data.user_agent text
--
-- CloudEvents, one per record or in the arrays the webhook sink posts. Delivery is at least once: the CloudEvent id is
-- the event's own id. Message events write their fields in camel case, link events with underscores.
--
-- A reply is no delivery state, so it has no status. One that Twilio recognised as a stop or start word (optOutType)
-- is an opt-out or opt-in.
--
-- Every message has short links of its own, so a short link names a message and not a link of the campaign: it is the
-- tag `short_link`, and the address behind it tells links apart. `numberOfSegments` is 0 until a sender is chosen.
SELECT
    _line,
    id AS source_event_id,
    coalesce(data['accountSid'], data['account_sid']) AS account,
    coalesce(data['messageSid'], data['message_sid']) AS message_id,
    CASE WHEN type LIKE 'com.twilio.messaging.inbound-message.%' THEN 'inbound' ELSE 'outbound' END AS direction,
    CASE
        WHEN type LIKE '%.link-clicked' THEN 'click'
        WHEN type LIKE 'com.twilio.messaging.message.%' THEN 'status'
        WHEN upper(data['optOutType']) = 'STOP' THEN 'opt_out'
        WHEN upper(data['optOutType']) = 'START' THEN 'opt_in'
        ELSE 'reply'
    END AS kind,
    CASE WHEN type LIKE 'com.twilio.messaging.message.%' THEN data['messageStatus'] END AS status,
    nullif(data['errorCode'], '') AS error_code,
    coalesce(data['timestamp'], data['click_time'], time) AS event_time,
    data['to'] AS recipient,
    data['from'] AS sender,
    nullif(data['toCountry'], '') AS country,
    nullif(concat_ws('-', nullif(data['mcc'], ''), nullif(data['mnc'], '')), '') AS carrier,
    data['body'] AS body,
    nullif(coalesce(data['numberOfSegments'], data['numSegments']), '0') AS segments,
    data['link'] AS link_url,
    data['user_agent'] AS user_agent,
    map(
        array_concat(
            map_keys(data['tags']),
            CASE WHEN coalesce(data['messagingServiceSid'], data['messaging_service_sid'], '') <> ''
                THEN ['messaging_service_sid'] END,
            CASE WHEN data['rawDlrDoneDate'] <> '' THEN ['raw_dlr_done_date'] END,
            CASE WHEN data['shortened_link'] <> '' THEN ['short_link'] END
        ),
        array_concat(
            map_values(data['tags']),
            CASE WHEN coalesce(data['messagingServiceSid'], data['messaging_service_sid'], '') <> ''
                THEN [coalesce(data['messagingServiceSid'], data['messaging_service_sid'])] END,
            CASE WHEN data['rawDlrDoneDate'] <> '' THEN [data['rawDlrDoneDate']] END,
            CASE WHEN data['shortened_link'] <> '' THEN [data['shortened_link']] END
        )
    ) AS tags,
    CASE
        WHEN type IS NULL THEN 'no CloudEvent type'
        WHEN type LIKE 'com.twilio.messaging.message.%' AND coalesce(data['messageStatus'], '') = ''
            THEN 'no messageStatus'
        WHEN type NOT LIKE 'com.twilio.messaging.message.%'
            AND type NOT IN (
                'com.twilio.messaging.inbound-message.received',
                'com.twilio.daptbt.link-shortening.link-clicked'
            )
            THEN concat('event type ', type, ' is not of a message, a reply or a click')
    END AS _reject
FROM raw
