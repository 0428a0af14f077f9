-- feed: sinch/delivery_report
-- title: Delivery reports, per recipient or per batch
-- source: https://developers.sinch.com/docs/sms/api-reference/sms/tag/Delivery-reports/
-- format: json, ndjson
-- columns:
--   type text
--   batch_id text
--   client_reference text
--   recipient text
--   code text
--   status text
--   at text
--   operator_status_at text
--   applied_originator text
--   encoding text
--   number_of_message_parts text
--   operator text
--   statuses[].code text
--   statuses[].status text
--   statuses[].count text
--   statuses[].recipients list
--
-- A batch is one id for many recipients, so the message is `batch_id:recipient` in every report.
--
-- A report per recipient has two times: `at` is Sinch's clock, `operator_status_at` the carrier's. The first is the
-- event's time, as it is the one that orders the reports of a message among themselves. A batch report has no time.
-- Asked for as a summary it has only counts: nobody can say whose they are, so it is refused; ask for `full` reports.
--
-- 401 can stand beside `Failed`, and 0 beside anything: the status decides.
SELECT
    _line,
    concat(batch_id, ':', e164(recipient)) AS message_id,
    status,
    code AS error_code,
    coalesce("at", operator_status_at) AS event_time,
    recipient,
    nullif(applied_originator, '') AS sender,
    CASE
        WHEN regexp_like(operator, '^[0-9]{5,6}$') THEN concat(substr(operator, 1, 3), '-', substr(operator, 4))
        ELSE nullif(operator, '')
    END AS carrier,
    CASE upper(encoding) WHEN 'GSM' THEN 'gsm7' WHEN 'UNICODE' THEN 'ucs2' END AS encoding,
    nullif(number_of_message_parts, '0') AS segments,
    CASE WHEN client_reference <> '' THEN map(['client_reference'], [client_reference]) END AS tags,
    CASE
        WHEN coalesce(batch_id, '') = '' THEN 'message_id is missing: no batch_id'
        WHEN coalesce(recipient, '') = '' THEN 'message_id is missing: no recipient'
        WHEN coalesce(status, '') = '' THEN 'no status'
    END AS _reject
FROM raw
WHERE type LIKE 'recipient_delivery_report_%' OR (type IS NULL AND statuses IS NULL)

UNION ALL

SELECT
    _line,
    concat(batch_id, ':', e164(recipient)) AS message_id,
    s['status'] AS status,
    s['code'] AS error_code,
    NULL AS event_time,
    recipient,
    NULL AS sender,
    NULL AS carrier,
    NULL AS encoding,
    NULL AS segments,
    CASE WHEN client_reference <> '' THEN map(['client_reference'], [client_reference]) END AS tags,
    CASE
        WHEN coalesce(batch_id, '') = '' THEN 'message_id is missing: no batch_id'
        WHEN coalesce(s['status'], '') = '' THEN 'no status'
    END AS _reject
FROM (
    SELECT _line, batch_id, client_reference, s, unnest(s['recipients']) AS recipient
    FROM (
        SELECT _line, batch_id, client_reference, unnest(statuses) AS s
        FROM raw
        WHERE type LIKE 'delivery_report_%' OR (type IS NULL AND statuses IS NOT NULL)
    )
)

UNION ALL

SELECT
    _line,
    NULL AS message_id,
    NULL AS status,
    NULL AS error_code,
    NULL AS event_time,
    NULL AS recipient,
    NULL AS sender,
    NULL AS carrier,
    NULL AS encoding,
    NULL AS segments,
    NULL AS tags,
    concat('summary report: names no recipient of ', s['count'], ' x ', s['status']) AS _reject
FROM (
    SELECT _line, unnest(statuses) AS s
    FROM raw
    WHERE type LIKE 'delivery_report_%' OR (type IS NULL AND statuses IS NOT NULL)
)
WHERE coalesce(cardinality(s['recipients']), 0) = 0

UNION ALL

SELECT
    _line,
    NULL AS message_id,
    NULL AS status,
    NULL AS error_code,
    NULL AS event_time,
    NULL AS recipient,
    NULL AS sender,
    NULL AS carrier,
    NULL AS encoding,
    NULL AS segments,
    NULL AS tags,
    concat('type ', type, ' is not a delivery report') AS _reject
FROM raw
WHERE type NOT LIKE 'recipient_delivery_report_%' AND type NOT LIKE 'delivery_report_%'
