-- report: receipt_reconciliation
-- title: Receipt reconciliation
-- description: Whether every message has its receipts, day by day and provider by provider: what is missing, late,
--   repeated, in conflict, or belongs to no message that was submitted. messages = submitted + not_submitted =
--   with_report + missing, and with_report = final + unknown + not_final. `final_percent` and `missing_percent` are
--   shares of the messages of the row. A message stands on the day it was submitted in --tz (of its first event where
--   nothing says so). In `reports` shares are of the reports of the row; in `landings`, which shows every file whatever
--   the common parameters say, `duplicate_percent` is the share of the rows read.
-- ignores: bots - clicks play no part
-- schedule: daily
-- parameters:
--   late_hours integer = 72 - A final receipt later than so many hours after submission is late, and so is a report
--     that came later than so many hours after what it tells of.

-- define: reconciled
-- title: Messages in scope by day and provider, and what their reports say
SELECT
    CAST(date_trunc('day', sent_time) AS DATE) AS day,
    provider,
    sum(units) AS messages,
    coalesce(sum(units) FILTER (WHERE submitted_at IS NOT NULL), 0) AS submitted,
    coalesce(sum(units) FILTER (WHERE submitted_at IS NULL), 0) AS not_submitted,
    coalesce(sum(units) FILTER (WHERE has_report), 0) AS with_report,
    coalesce(sum(units) FILTER (WHERE NOT has_report), 0) AS missing,
    coalesce(sum(units) FILTER (WHERE is_concluded), 0) AS final,
    coalesce(sum(units) FILTER (WHERE has_report AND bucket = 'unknown'), 0) AS unknown,
    coalesce(sum(units) FILTER (WHERE has_report AND NOT is_final), 0) AS not_final,
    coalesce(sum(units) FILTER (
        WHERE is_concluded AND ended_at > submitted_at + arrow_cast($late_hours * 3600000000, 'Duration(Microsecond)')
    ), 0) AS late,
    coalesce(sum(units) FILTER (WHERE conflict), 0) AS conflicts,
    coalesce(sum(units) FILTER (WHERE is_concluded AND sent_at > ended_at), 0) AS out_of_order
FROM (
    SELECT
        *,
        status_at IS NOT NULL AS has_report,
        is_final AND bucket <> 'unknown' AS is_concluded,
        CASE WHEN bucket = 'delivered' THEN delivered_at ELSE status_at END AS ended_at
    FROM sends
)
GROUP BY CAST(date_trunc('day', sent_time) AS DATE), provider

-- section: days
-- title: Days and providers
-- columns:
--   day - The day of submission, in --tz.
--   provider - Who was to deliver.
--   messages - Outbound messages of that day and provider.
--   submitted - Of these, those of which something says when they were submitted.
--   not_submitted - Of these, those nobody is known to have submitted: only reports, clicks or replies tell of them.
--   with_report - Of the messages, those with a status from the provider, of any kind.
--   missing - Of the messages, those without any status from the provider.
--   final - Of those with a report, those whose deciding report is final and says how it ended: delivered, bounced,
--     rejected or unsubscribed.
--   unknown - Of those with a report, those whose deciding report is final, or not understood, and does not say how it
--     ended.
--   not_final - Of those with a report, those with nothing final yet: pending or sent.
--   final_percent - Final as a share of messages.
--   missing_percent - Missing as a share of messages.
--   late - Of those final, those that ended later than `late_hours` after they were submitted. Their end is their first
--     report of delivery, else the report that decided; one without a time counts from when it was received or landed.
--   conflicts - Of the messages, those with a final failure reported after a delivery.
--   out_of_order - Of those final, those whose first report of being sent is dated after their end.
SELECT
    day,
    provider,
    messages,
    submitted,
    not_submitted,
    with_report,
    missing,
    final,
    unknown,
    not_final,
    percent(final, messages) AS final_percent,
    percent(missing, messages) AS missing_percent,
    late,
    conflicts,
    out_of_order
FROM (
    SELECT
        day,
        provider,
        sum(messages) AS messages,
        sum(submitted) AS submitted,
        sum(not_submitted) AS not_submitted,
        sum(with_report) AS with_report,
        sum(missing) AS missing,
        sum(final) AS final,
        sum(unknown) AS unknown,
        sum(not_final) AS not_final,
        sum(late) AS late,
        sum(conflicts) AS conflicts,
        sum(out_of_order) AS out_of_order
    FROM reconciled
    GROUP BY day, provider
)
ORDER BY day, provider

-- section: providers
-- title: Providers
-- chart: bars(provider, final_percent, missing_percent)
-- columns:
--   provider - Who was to deliver.
--   messages - Outbound messages of that provider.
--   submitted - Of these, those of which something says when they were submitted.
--   not_submitted - Of these, those nobody is known to have submitted: only reports, clicks or replies tell of them.
--   with_report - Of the messages, those with a status from the provider, of any kind.
--   missing - Of the messages, those without any status from the provider.
--   final - Of those with a report, those whose deciding report is final and says how it ended: delivered, bounced,
--     rejected or unsubscribed.
--   unknown - Of those with a report, those whose deciding report is final, or not understood, and does not say how it
--     ended.
--   not_final - Of those with a report, those with nothing final yet: pending or sent.
--   final_percent - Final as a share of messages.
--   missing_percent - Missing as a share of messages.
--   late - Of those final, those that ended later than `late_hours` after they were submitted. Their end is their first
--     report of delivery, else the report that decided; one without a time counts from when it was received or landed.
--   conflicts - Of the messages, those with a final failure reported after a delivery.
--   out_of_order - Of those final, those whose first report of being sent is dated after their end.
SELECT
    provider,
    messages,
    submitted,
    not_submitted,
    with_report,
    missing,
    final,
    unknown,
    not_final,
    percent(final, messages) AS final_percent,
    percent(missing, messages) AS missing_percent,
    late,
    conflicts,
    out_of_order
FROM (
    SELECT
        provider,
        sum(messages) AS messages,
        sum(submitted) AS submitted,
        sum(not_submitted) AS not_submitted,
        sum(with_report) AS with_report,
        sum(missing) AS missing,
        sum(final) AS final,
        sum(unknown) AS unknown,
        sum(not_final) AS not_final,
        sum(late) AS late,
        sum(conflicts) AS conflicts,
        sum(out_of_order) AS out_of_order
    FROM reconciled
    GROUP BY provider
)
ORDER BY provider

-- section: total
-- title: All messages
-- columns:
--   messages - Outbound messages in scope.
--   submitted - Of these, those of which something says when they were submitted.
--   not_submitted - Of these, those nobody is known to have submitted: only reports, clicks or replies tell of them.
--   with_report - Of the messages, those with a status from the provider, of any kind.
--   missing - Of the messages, those without any status from the provider.
--   final - Of those with a report, those whose deciding report is final and says how it ended: delivered, bounced,
--     rejected or unsubscribed.
--   unknown - Of those with a report, those whose deciding report is final, or not understood, and does not say how it
--     ended.
--   not_final - Of those with a report, those with nothing final yet: pending or sent.
--   final_percent - Final as a share of messages.
--   missing_percent - Missing as a share of messages.
--   late - Of those final, those that ended later than `late_hours` after they were submitted. Their end is their first
--     report of delivery, else the report that decided; one without a time counts from when it was received or landed.
--   conflicts - Of the messages, those with a final failure reported after a delivery.
--   out_of_order - Of those final, those whose first report of being sent is dated after their end.
SELECT
    messages,
    submitted,
    not_submitted,
    with_report,
    missing,
    final,
    unknown,
    not_final,
    percent(final, messages) AS final_percent,
    percent(missing, messages) AS missing_percent,
    late,
    conflicts,
    out_of_order
FROM (
    SELECT
        coalesce(sum(messages), 0) AS messages,
        coalesce(sum(submitted), 0) AS submitted,
        coalesce(sum(not_submitted), 0) AS not_submitted,
        coalesce(sum(with_report), 0) AS with_report,
        coalesce(sum(missing), 0) AS missing,
        coalesce(sum(final), 0) AS final,
        coalesce(sum(unknown), 0) AS unknown,
        coalesce(sum(not_final), 0) AS not_final,
        coalesce(sum(late), 0) AS late,
        coalesce(sum(conflicts), 0) AS conflicts,
        coalesce(sum(out_of_order), 0) AS out_of_order
    FROM reconciled
)
ORDER BY messages

-- section: reports
-- title: Reports as they came
-- description: One row per provider and status. Counts reports (events with a status), never segments. The same report
--   delivered twice is one event; see `landings` for those.
-- columns:
--   provider - Who reported it.
--   status - The status, verbatim.
--   error_code - The error code it came with, verbatim.
--   bucket - The bucket it means.
--   reports - Different reports with it on messages in scope.
--   messages - How many messages have one (segments with --count segments).
--   repeated - Reports beyond the first with the same status and error code on the same message, and the same part of
--     it: at another time, or with another detail.
--   repeated_percent - Repeated as a share of reports.
--   received_late - Reports known to have been received later than `late_hours` after what they tell of; where nothing
--     recorded when a report was received, its landing tells nothing of that.
--   landed_late - Reports landed later than `late_hours` after what they tell of.
SELECT
    provider,
    status,
    error_code,
    status_bucket(provider, status, error_code) AS bucket,
    reports,
    messages,
    repeated,
    percent(repeated, reports) AS repeated_percent,
    received_late,
    landed_late
FROM (
    SELECT
        provider,
        status,
        error_code,
        sum(reports) AS reports,
        sum(units) AS messages,
        sum(reports - different) AS repeated,
        sum(received_late) AS received_late,
        sum(landed_late) AS landed_late
    FROM (
        SELECT
            report.provider,
            report.status,
            report.error_code,
            send.message_key,
            send.units,
            count(*) AS reports,
            count(DISTINCT coalesce(report.part_index, 0)) AS different,
            count(*) FILTER (
                WHERE report.received_at <> report.landed_at AND report.received_at > report.late_from
            ) AS received_late,
            count(*) FILTER (WHERE report.landed_at > report.late_from) AS landed_late
        FROM (
            SELECT *, event_time + arrow_cast($late_hours * 3600000000, 'Duration(Microsecond)') AS late_from
            FROM events
            WHERE kind = 'status' AND status IS NOT NULL
        ) AS report
        JOIN sends AS send ON send.message_key = report.message_key
        GROUP BY report.provider, report.status, report.error_code, send.message_key, send.units
    )
    GROUP BY provider, status, error_code
)
ORDER BY provider, reports DESC, status, error_code

-- section: landings
-- title: Files as they were landed
-- columns:
--   landed_at - When the file was landed.
--   feed - The feed it was read with: `provider/api`.
--   source_name - The name the file was landed under.
--   rows_read - Rows the feed made of the file.
--   rows_landed - Events that were new.
--   rows_duplicate - Events that were known already: the same report twice.
--   duplicate_percent - Duplicates as a share of rows read.
--   rows_rejected - Records refused.
--   landing_id - The landing's identity.
SELECT
    landed_at,
    feed,
    source_name,
    rows_read,
    rows_landed,
    rows_duplicate,
    percent(rows_duplicate, rows_read) AS duplicate_percent,
    rows_rejected,
    landing_id
FROM landings
ORDER BY landed_at, feed, source_name, rows_read, rows_landed, rows_duplicate, rows_rejected, landing_id

-- section: missing
-- title: Messages without any status
-- columns:
--   submitted_at - When it was submitted; NULL where nothing says so.
--   provider - Who was to deliver it.
--   recipient - To whom it went.
--   campaign_id - The campaign of the message.
--   message_id - The provider's id of the message.
--   message_key - The message's identity.
SELECT submitted_at, provider, recipient, campaign_id, message_id, message_key
FROM sends
WHERE status_at IS NULL
ORDER BY submitted_at DESC, message_key

-- section: not_submitted
-- title: Receipts of messages nobody submitted
-- columns:
--   first_event_at - When the first thing known of it happened.
--   provider - Who reported it.
--   recipient - To whom it went.
--   bucket - What became of it.
--   status - The deciding report's status, verbatim.
--   message_id - The provider's id of the message.
--   message_key - The message's identity.
SELECT first_event_at, provider, recipient, bucket, status, message_id, message_key
FROM sends
WHERE submitted_at IS NULL
ORDER BY first_event_at DESC, message_key
