-- define: timed_sends
-- title: One row per outbound message in scope, with how long its delivery took
-- columns:
--   * - Every column of `sends`.
--   timing - Of a delivered message, whether its latency is known: `timed`, or why not: `negative`, `imprecise`,
--     `operator_only`, `not_submitted`; NULL where it is not delivered.
--   latency_ms - Milliseconds from submission to delivery, rounded down; NULL unless `timed`.
--
-- The time of delivery is that of the earliest report of it on the whole message; where there are reports on its parts
-- only, that of the last of them. Only reports whose time is exact to the second count. A feed without times has those
-- of receipt; where nothing recorded when a report was received, that is the time of landing and says nothing.
SELECT
    send.*,
    CASE
        WHEN send.bucket <> 'delivered' THEN NULL
        WHEN send.submitted_at IS NULL THEN 'not_submitted'
        WHEN send.level = 'operator' THEN 'operator_only'
        WHEN arrival.arrived_at IS NULL THEN 'imprecise'
        WHEN arrival.arrived_at < send.submitted_at THEN 'negative'
        ELSE 'timed'
    END AS timing,
    CASE
        WHEN send.bucket = 'delivered' AND send.level IS DISTINCT FROM 'operator' AND arrival.arrived_at >= send.submitted_at
            THEN (CAST(arrival.arrived_at AS BIGINT) - CAST(send.submitted_at AS BIGINT)) / 1000
    END AS latency_ms
FROM sends AS send
LEFT JOIN (
    SELECT message_key, coalesce(min(event_time) FILTER (WHERE part_index IS NULL), max(event_time)) AS arrived_at
    FROM events
    WHERE kind = 'status'
      AND status_class(provider, status, error_code, level, provider_final) = 60
      AND (time_precision IN ('us', 'ms', 's') OR (time_precision = 'received' AND received_at <> landed_at))
    GROUP BY message_key
) AS arrival ON arrival.message_key = send.message_key
