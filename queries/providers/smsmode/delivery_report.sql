-- feed: smsmode/delivery_report
-- title: Delivery reports fetched by the HTTP API (compteRendu)
-- source: https://www.smsmode.com/pdf/fiche-api-http.pdf
-- format: lines
-- region: FR
--
-- The answer to a request for one smsID: `33639980001 11 | 33639980002 0`, all recipients on a line or one on each.
-- It names neither the message nor a time. Land it with `--batch <smsID>`: the message is then `smsID:recipient`, as
-- in smsmode/callback, and the time is that of receipt. Without --batch every receipt is refused.
SELECT
    _line,
    _batch || ':' || e164(field[1]) AS message_id,
    field[2] AS status,
    field[1] AS recipient,
    CASE
        WHEN _batch IS NULL
        THEN 'the receipt does not name its message: land the file with --batch and the smsID it was asked for'
        WHEN field IS NULL THEN 'not a receipt (NUMBER STATUS): ' || receipt
    END AS _reject
FROM (
    SELECT _line, _batch, receipt, regexp_match(receipt, '^\s*(\+?[0-9]+)\s+([0-9]+)\s*$') AS field
    FROM (SELECT _line, _batch, unnest(string_to_array(line, '|')) AS receipt FROM raw)
    WHERE trim(receipt) <> ''
)
