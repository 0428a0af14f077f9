-- define: explained_sends
-- title: One row per outbound message in scope, with what its status means
-- columns:
--   * - Every column of `sends`.
--   reason - What status and error code mean, as the status table says; NULL where it does not know the status.
--
-- The table is asked as the engine asks it: the pair of status and code first, then the code where the status says no
-- more than that it failed, then the status.
SELECT
    send.*,
    coalesce(
        pair.meaning,
        CASE
            WHEN status.bucket IN ('soft_bounce', 'hard_bounce', 'rejected', 'unsubscribed')
                AND code.bucket IN ('soft_bounce', 'hard_bounce', 'rejected', 'unsubscribed', 'unknown')
                THEN code.meaning
        END,
        status.meaning
    ) AS reason
FROM sends AS send
LEFT JOIN meanings AS pair
    ON pair.provider = lower(send.provider)
    AND pair.term = 'status/error_code:' || lower(trim(send.status || '/' || send.error_code))
LEFT JOIN meanings AS code
    ON code.provider = lower(send.provider) AND code.term = 'error_code:' || lower(trim(send.error_code))
LEFT JOIN meanings AS status
    ON status.provider = lower(send.provider) AND status.term = 'status:' || lower(trim(send.status))
