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
    reply.message_key IS NOT NULL AS was_replied,
    opt_out.message_key IS NOT NULL AS was_opted_out
FROM sends AS send
LEFT JOIN message_clicks AS click ON click.message_key = send.message_key
LEFT JOIN (SELECT message_key FROM replies GROUP BY message_key) AS reply ON reply.message_key = send.message_key
LEFT JOIN (SELECT message_key FROM opt_outs GROUP BY message_key) AS opt_out ON opt_out.message_key = send.message_key
