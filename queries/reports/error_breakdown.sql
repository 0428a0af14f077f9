-- report: error_breakdown
-- title: Error breakdown
-- description: Why messages did not arrive. `percent` is always a share of the undelivered messages in scope: those
--   that failed (soft and hard bounces) and those that were refused (rejected, unsubscribed); `messages_percent` is a
--   share of all outbound messages in scope. A message counts once, by the report that decided its bucket. The meaning
--   is that of the table `status_codes`: of the status together with the error code, else of the code, else of the
--   status.
-- ignores: bots - clicks play no part
-- schedule: daily

-- define: endings
-- title: Messages in scope counted by the report that decided
SELECT provider, status, error_code, bucket, sum(units) AS messages
FROM sends
GROUP BY provider, status, error_code, bucket

-- define: failures
-- title: What failed or was refused, with its meaning
--
-- As the fold looks it up: the pair first; else a code that is a failure, or says nothing; else the status.
SELECT
    ending.provider,
    ending.status,
    ending.error_code,
    ending.bucket,
    coalesce(
        pair.meaning,
        CASE
            WHEN code.bucket IN ('soft_bounce', 'hard_bounce', 'rejected', 'unsubscribed', 'unknown') THEN code.meaning
        END,
        word.meaning
    ) AS meaning,
    ending.messages
FROM (
    SELECT *
    FROM endings
    WHERE bucket IN ('soft_bounce', 'hard_bounce', 'rejected', 'unsubscribed')
) AS ending
LEFT JOIN meanings AS pair
    ON pair.provider = lower(ending.provider)
    AND pair.term = 'status/error_code:' || lower(trim(ending.status || '/' || ending.error_code))
LEFT JOIN meanings AS code
    ON code.provider = lower(ending.provider) AND code.term = 'error_code:' || lower(trim(ending.error_code))
LEFT JOIN meanings AS word
    ON word.provider = lower(ending.provider) AND word.term = 'status:' || lower(trim(ending.status))

-- section: buckets
-- title: Failed and refused
-- description: All four are always there.
-- chart: shares(bucket, messages)
-- columns:
--   bucket - soft_bounce, hard_bounce, rejected or unsubscribed.
--   messages - Undelivered messages in that bucket.
--   percent - Messages as a share of all undelivered.
--   messages_percent - Messages as a share of all outbound messages in scope.
SELECT
    CASE place
        WHEN 1 THEN 'soft_bounce'
        WHEN 2 THEN 'hard_bounce'
        WHEN 3 THEN 'rejected'
        ELSE 'unsubscribed'
    END AS bucket,
    messages,
    percent(messages, sum(messages) OVER ()) AS percent,
    percent(messages, whole) AS messages_percent
FROM (
    SELECT
        place,
        sum(messages) FILTER (WHERE ended = place) AS messages,
        sum(messages) AS whole
    FROM (
        SELECT
            CASE bucket
                WHEN 'soft_bounce' THEN 1
                WHEN 'hard_bounce' THEN 2
                WHEN 'rejected' THEN 3
                WHEN 'unsubscribed' THEN 4
                ELSE 0
            END AS ended,
            sum(messages) AS messages
        FROM endings
        GROUP BY 1
        UNION ALL
        SELECT column1, 0 FROM (VALUES (1), (2), (3), (4))
    )
    CROSS JOIN (SELECT column1 AS place FROM (VALUES (1), (2), (3), (4)))
    GROUP BY place
)
ORDER BY place

-- section: errors
-- title: Errors by provider
-- columns:
--   provider - Who reported it.
--   status - The status that decided, verbatim.
--   error_code - The error code it came with, verbatim; NULL where it had none.
--   bucket - The bucket it means.
--   meaning - What the table of status codes says of it.
--   messages - Undelivered messages that ended this way.
--   percent - Messages as a share of all undelivered.
--   provider_percent - Messages as a share of the undelivered of this provider.
SELECT
    provider,
    status,
    error_code,
    bucket,
    meaning,
    messages,
    percent(messages, sum(messages) OVER ()) AS percent,
    percent(messages, sum(messages) OVER (PARTITION BY provider)) AS provider_percent
FROM (
    SELECT provider, status, error_code, bucket, meaning, sum(messages) AS messages
    FROM failures
    GROUP BY provider, status, error_code, bucket, meaning
)
ORDER BY messages DESC, provider, status, error_code, bucket, meaning

-- section: by_reason
-- title: Reasons across providers
-- chart: bars(meaning, messages)
-- columns:
--   meaning - What the table of status codes says.
--   bucket - The bucket it means.
--   providers - How many providers report it.
--   messages - Undelivered messages that ended this way.
--   percent - Messages as a share of all undelivered.
SELECT meaning, bucket, providers, messages, percent(messages, sum(messages) OVER ()) AS percent
FROM (
    SELECT meaning, bucket, count(DISTINCT provider) AS providers, sum(messages) AS messages
    FROM failures
    GROUP BY meaning, bucket
)
ORDER BY messages DESC, meaning, bucket

-- section: unmapped
-- title: Statuses and error codes the table does not know
-- description: A status that is not known makes its message `unknown`. An error code that is not known leaves a failure
--   with the meaning of its status; codes beside other statuses do not matter. Add rows to the store's
--   status_codes.csv.
-- columns:
--   provider - Who reported it.
--   field - What is not known: `status` or `error_code`.
--   status - The status, verbatim.
--   error_code - The error code it came with, verbatim.
--   reports - How many reports on messages in scope say so.
--   messages - How many messages in scope have such a report.
--   first_seen_at - When the first of them happened.
--   last_seen_at - When the last of them happened.
SELECT
    provider,
    field,
    status,
    error_code,
    sum(reports) AS reports,
    sum(units) AS messages,
    min(first_seen_at) AS first_seen_at,
    max(last_seen_at) AS last_seen_at
FROM (
    SELECT
        report.provider,
        CASE WHEN report.is_known THEN 'error_code' ELSE 'status' END AS field,
        report.status,
        report.error_code,
        send.message_key,
        send.units,
        count(*) AS reports,
        min(report.event_time) AS first_seen_at,
        max(report.event_time) AS last_seen_at
    FROM (
        SELECT *, status_is_known(provider, status, error_code) AS is_known
        FROM events
        WHERE kind = 'status'
          AND status IS NOT NULL
          AND (NOT status_is_known(provider, status, error_code)
            OR (error_code <> ''
              AND status_bucket(provider, status, error_code)
                IN ('soft_bounce', 'hard_bounce', 'rejected', 'unsubscribed')))
    ) AS report
    JOIN sends AS send ON send.message_key = report.message_key
    LEFT JOIN meanings AS pair
        ON pair.provider = lower(report.provider)
        AND pair.term = 'status/error_code:' || lower(trim(report.status || '/' || report.error_code))
    LEFT JOIN meanings AS code
        ON code.provider = lower(report.provider) AND code.term = 'error_code:' || lower(trim(report.error_code))
    WHERE NOT report.is_known OR coalesce(pair.term, code.term) IS NULL
    GROUP BY report.provider, report.is_known, report.status, report.error_code, send.message_key, send.units
)
GROUP BY provider, field, status, error_code
ORDER BY messages DESC, provider, field, status, error_code
