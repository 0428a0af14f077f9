-- define: replies
-- title: One row per reply to a message in scope
-- columns:
--   event_key - The reply's identity.
--   replied_at - When it came.
--   recipient - Who it came from: the recipient of the message.
--   body - Its text.
--   message_key - The message it answers.
--   campaign_id - The campaign of that message.
--
-- Which message a reply answers, `answers` says.
SELECT
    answer.event_key,
    answer.answered_at AS replied_at,
    answer.recipient,
    answer.body,
    answer.message_key,
    send.campaign_id
FROM answers AS answer
JOIN sends AS send ON send.message_key = answer.message_key
WHERE answer.kind = 'reply'
