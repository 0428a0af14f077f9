-- feed: smsmode/callback
-- title: HTTP API callbacks: delivery report and reply
-- source: https://www.smsmode.com/pdf/fiche-api-http.pdf
-- format: form
-- region: FR
-- columns:
--   numero text
--   date_reception text
--   statut text
--   smsID text
--   refClient text
--   mcc_mnc text
--   emetteur text
--   message text
--   responseID text
--
-- One smsID covers all recipients of a sending, so the message is `smsID:recipient`, here and in
-- smsmode/delivery_report. Times are French local time: `2025-03-04 09:52:17` in reports, `04032025-095217` in replies.
-- In a reply `numero` is the number it was sent to and `emetteur` the person who sent it; smsID is that of the message
-- answered.
SELECT
    _line,
    "smsID" || ':' || e164(CASE WHEN is_reply THEN emetteur ELSE numero END) AS message_id,
    CASE WHEN is_reply THEN 'inbound' ELSE 'outbound' END AS direction,
    CASE WHEN is_reply THEN 'reply' ELSE 'status' END AS kind,
    CASE WHEN NOT is_reply THEN statut END AS status,
    CASE
        WHEN regexp_like(date_reception, '^[0-9]{8}-[0-9]{6}$')
        THEN substr(date_reception, 5, 4) || '-' || substr(date_reception, 3, 2) || '-' || substr(date_reception, 1, 2)
            || ' ' || substr(date_reception, 10, 2) || ':' || substr(date_reception, 12, 2) || ':'
            || substr(date_reception, 14, 2)
        ELSE nullif(date_reception, '')
    END AS event_time,
    'Europe/Paris' AS time_zone_assumed,
    numero AS recipient,
    nullif(emetteur, '') AS sender,
    CASE
        WHEN regexp_like(mcc_mnc, '^[0-9]{5,6}$') THEN substr(mcc_mnc, 1, 3) || '-' || substr(mcc_mnc, 4)
        ELSE nullif(mcc_mnc, '')
    END AS carrier,
    CASE WHEN is_reply THEN message END AS body,
    nullif("responseID", '') AS source_event_id,
    CASE WHEN "refClient" <> '' THEN map(['refClient'], ["refClient"]) END AS tags
FROM (SELECT *, coalesce("responseID", '') <> '' OR message IS NOT NULL AS is_reply FROM raw)
