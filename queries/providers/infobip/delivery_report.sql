-- feed: infobip/delivery_report
-- title: SMS delivery reports, pushed or pulled
-- source: https://www.infobip.com/docs/api/channels/sms
-- format: json, ndjson
-- columns:
--   results[].messageId text
--   results[].bulkId text
--   results[].to text
--   results[].from text
--   results[].sender text
--   results[].sentAt text
--   results[].doneAt text
--   results[].smsCount text
--   results[].messageCount text
--   results[].mccMnc text
--   results[].callbackData text
--   results[].campaignReferenceId text
--   results[].entityId text
--   results[].applicationId text
--   results[].platform.entityId text
--   results[].platform.applicationId text
--   results[].price.pricePerMessage text
--   results[].price.currency text
--   results[].status.groupName text
--   results[].status.id text
--   results[].status.name text
--   results[].error.id text
--   results[].error.name text
--
-- A status has a group (DELIVERED), a number (5) and a name (DELIVERED_TO_HANDSET). The name says most, and the group
-- misleads: DELIVERED_TO_OPERATOR is in the group DELIVERED and is not final. So the status is the name, else the
-- group, else the number, and the error is the name, else the number. `permanent` is not read: it tells that the same
-- message would fail again, which is true of spam as of a dead number.
--
-- `pricePerMessage` is the price of one part, so the cost is that times the number of parts.
SELECT
    _line,
    r['messageId'] AS message_id,
    status,
    coalesce(nullif(r['error']['name'], ''), nullif(r['error']['id'], '')) AS error_code,
    CASE status WHEN 'DELIVERED_TO_OPERATOR' THEN 'operator' WHEN 'DELIVERED_TO_HANDSET' THEN 'handset' END AS level,
    nullif(r['doneAt'], '') AS event_time,
    nullif(r['sentAt'], '') AS submitted_at,
    r['to'] AS recipient,
    coalesce(nullif(r['from'], ''), nullif(r['sender'], '')) AS sender,
    CASE
        WHEN regexp_like(r['mccMnc'], '^[0-9]{5,6}$')
            THEN concat(substr(r['mccMnc'], 1, 3), '-', substr(r['mccMnc'], 4))
        ELSE nullif(nullif(r['mccMnc'], ''), 'null')
    END AS carrier,
    nullif(r['campaignReferenceId'], '') AS campaign_id,
    nullif(parts, '0') AS segments,
    coalesce(
        CAST(try_cast(price AS DECIMAL(18, 8)) * greatest(coalesce(try_cast(parts AS INT), 1), 1) AS TEXT),
        price
    ) AS cost,
    CASE WHEN price IS NOT NULL THEN nullif(r['price']['currency'], '') END AS currency,
    map(
        array_concat(
            CASE WHEN r['bulkId'] <> '' THEN ['bulk_id'] END,
            CASE WHEN r['callbackData'] <> '' THEN ['callback_data'] END,
            CASE WHEN entity IS NOT NULL THEN ['entity_id'] END,
            CASE WHEN application IS NOT NULL THEN ['application_id'] END
        ),
        array_concat(
            CASE WHEN r['bulkId'] <> '' THEN [r['bulkId']] END,
            CASE WHEN r['callbackData'] <> '' THEN [r['callbackData']] END,
            CASE WHEN entity IS NOT NULL THEN [entity] END,
            CASE WHEN application IS NOT NULL THEN [application] END
        )
    ) AS tags,
    CASE WHEN status IS NULL THEN 'no status' END AS _reject
FROM (
    SELECT
        _line,
        r,
        coalesce(
            nullif(r['status']['name'], ''),
            nullif(r['status']['groupName'], ''),
            nullif(r['status']['id'], '')
        ) AS status,
        coalesce(nullif(r['smsCount'], ''), nullif(r['messageCount'], '')) AS parts,
        nullif(r['price']['pricePerMessage'], '') AS price,
        coalesce(nullif(r['entityId'], ''), nullif(r['platform']['entityId'], '')) AS entity,
        coalesce(nullif(r['applicationId'], ''), nullif(r['platform']['applicationId'], '')) AS application
    FROM (SELECT _line, unnest(results) AS r FROM raw)
)
