-- define: opt_outs
-- title: One row per opt-out to a message in scope
-- columns:
--   event_key - The opt-out's identity.
--   opted_out_at - When it came.
--   recipient - Who it came from: the recipient of the message.
--   body - Its text.
--   via - `keyword` or `link`.
--   message_key - The message it answers.
--   campaign_id - The campaign of that message.
--
-- Which message an opt-out answers, `answers` says.
SELECT
    answer.event_key,
    answer.answered_at AS opted_out_at,
    answer.recipient,
    answer.body,
    answer.via,
    answer.message_key,
    send.campaign_id
FROM answers AS answer
JOIN sends AS send ON send.message_key = answer.message_key
WHERE answer.kind = 'opt_out'
