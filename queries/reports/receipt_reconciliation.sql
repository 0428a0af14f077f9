-- report: receipt_reconciliation
-- title: Receipt reconciliation
-- description: Whether every message has its receipts, day by day and provider by provider: what is missing, late, repeated, in
--   conflict, or belongs to no message that was submitted. messages = submitted + not_submitted = with_report + missing, and
--   with_report = final + unknown + not_final. `final_percent` and `missing_percent` are shares of the messages of the
--   row. A message stands on the day it was submitted in --tz (of its first event where nothing says so). In `reports`
--   shares are of the reports of the row; in `landings`, which shows every file whatever the common parameters
--   say, `duplicate_percent` is the share of the rows read.
-- ignores: bots - clicks play no part
-- schedule: daily
-- parameters:
--   late_hours integer = 72 - A final receipt later than so many hours after submission is late, and so is a report that came
--     later than so many hours after what it tells of.

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
--   unknown - Of those with a report, those whose deciding report is final, or not understood, and does not say how it ended.
--   not_final - Of those with a report, those with nothing final yet: pending or sent.
--   final_percent - Final as a share of messages.
--   missing_percent - Missing as a share of messages.
--   late - Of those final, those that ended later than `late_hours` after they were submitted.
--   conflicts - Of the messages, those with a final failure reported after a delivery.
--   out_of_order - Of those final, those with a report of being sent dated after their end.
--
SELECT 1

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
--   unknown - Of those with a report, those whose deciding report is final, or not understood, and does not say how it ended.
--   not_final - Of those with a report, those with nothing final yet: pending or sent.
--   final_percent - Final as a share of messages.
--   missing_percent - Missing as a share of messages.
--   late - Of those final, those that ended later than `late_hours` after they were submitted.
--   conflicts - Of the messages, those with a final failure reported after a delivery.
--   out_of_order - Of those final, those with a report of being sent dated after their end.
--
SELECT 1

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
--   unknown - Of those with a report, those whose deciding report is final, or not understood, and does not say how it ended.
--   not_final - Of those with a report, those with nothing final yet: pending or sent.
--   final_percent - Final as a share of messages.
--   missing_percent - Missing as a share of messages.
--   late - Of those final, those that ended later than `late_hours` after they were submitted.
--   conflicts - Of the messages, those with a final failure reported after a delivery.
--   out_of_order - Of those final, those with a report of being sent dated after their end.
--
SELECT 1

-- section: reports
-- title: Reports as they came
-- description: One row per provider and status. Counts reports (events with a status), never segments. The same report delivered twice is
--   one event; see `landings` for those.
-- columns:
--   provider - Who reported it.
--   status - The status, verbatim.
--   error_code - The error code it came with, verbatim.
--   bucket - The bucket it means.
--   reports - Different reports with it on messages in scope.
--   messages - How many messages have one (segments with --count segments).
--   repeated - Reports beyond the first with the same status and error code on the same message or part: at another
--     time, or with another detail.
--   repeated_percent - Repeated as a share of reports.
--   received_late - Reports received later than `late_hours` after what they tell of.
--   landed_late - Reports landed later than `late_hours` after what they tell of; those received late are among them.
--
SELECT 1

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
--
SELECT 1

-- section: missing
-- title: Messages without any status
-- columns:
--   submitted_at - When it was submitted; NULL where nothing says so.
--   provider - Who was to deliver it.
--   recipient - To whom it went.
--   campaign_id - The campaign of the message.
--   message_id - The provider's id of the message.
--   message_key - The message's identity.
--
SELECT 1

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
--
SELECT 1
