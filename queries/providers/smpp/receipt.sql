-- feed: smpp/receipt
-- title: SMPP delivery receipts: text lines, or deliver_sm as NDJSON
-- source: https://smpp.org/SMPP_v3_4_Issue1_2.pdf
-- format: smpp
-- columns:
--   id text
--   submit_date text
--   done_date text
--   stat text
--   err text
--   receipted_message_id text
--   message_state text
--   network_error_code text
--   source_addr text
--   destination_addr text
--
-- The optional parameters (TLVs) receipted_message_id, message_state and network_error_code win over the text of the
-- receipt. message_state is a number: it becomes the word the text would have. The dates are the SMSC's local time, to
-- the minute or the second, without a zone: UTC is assumed. `text` is the start of the message, not its body, and
-- `sub`/`dlvrd` count recipients, not parts. A deliver_sm goes from the phone to us: its source is the recipient.
-- Some SMSCs give the id in hexadecimal when the message is submitted and in decimal here: it is kept as it comes.
SELECT
    _line,
    coalesce(nullif(receipted_message_id, ''), nullif(id, '')) AS message_id,
    CASE nullif(message_state, '')
        WHEN '0' THEN 'SCHEDULED'
        WHEN '1' THEN 'ENROUTE'
        WHEN '2' THEN 'DELIVRD'
        WHEN '3' THEN 'EXPIRED'
        WHEN '4' THEN 'DELETED'
        WHEN '5' THEN 'UNDELIV'
        WHEN '6' THEN 'ACCEPTD'
        WHEN '7' THEN 'UNKNOWN'
        WHEN '8' THEN 'REJECTD'
        WHEN '9' THEN 'SKIPPED'
        ELSE coalesce(nullif(message_state, ''), nullif(stat, ''))
    END AS status,
    coalesce(nullif(network_error_code, ''), nullif(err, '')) AS error_code,
    smpp_time(nullif(done_date, '')) AS event_time,
    smpp_time(nullif(submit_date, '')) AS submitted_at,
    nullif(source_addr, '') AS recipient,
    nullif(destination_addr, '') AS sender,
    CASE
        WHEN coalesce(message_state, '') = '' AND coalesce(stat, '') = '' THEN 'neither stat nor message_state is there'
    END AS _reject
FROM raw
