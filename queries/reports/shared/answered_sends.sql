-- define: answered_sends
-- title: One row per outbound message in scope, with whether it was clicked, replied to and opted out of
-- columns:
--   * - Every column of `sends`.
--   was_clicked - Whether it has a click that counts.
--   was_replied - Whether a reply answers it.
--   was_opted_out - Whether an opt-out answers it.
SELECT
    send.*,
    click.message_key IS NOT NULL AS was_clicked,
    coalesce(answer.was_replied, false) AS was_replied,
    coalesce(answer.was_opted_out, false) AS was_opted_out
FROM sends AS send
LEFT JOIN message_clicks AS click ON click.message_key = send.message_key
LEFT JOIN (
    SELECT message_key, bool_or(kind = 'reply') AS was_replied, bool_or(kind = 'opt_out') AS was_opted_out
    FROM answers
    GROUP BY message_key
) AS answer ON answer.message_key = send.message_key
