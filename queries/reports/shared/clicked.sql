-- define: clicked
-- title: One row per message in scope with a click that counts
-- columns:
--   message_key - The message's identity.
--   clicks - How many clicks on its links count.
--   first_clicked_at - When the first of them happened.
SELECT message_key, count(*) AS clicks, min(clicked_at) AS first_clicked_at
FROM counted_clicks
WHERE message_key IS NOT NULL
GROUP BY message_key
