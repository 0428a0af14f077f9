-- define: sends
-- title: One row per outbound message in scope
-- parameters:
--   from timestamp - Messages submitted at or after this moment.
--   to timestamp - Messages submitted before this moment.
--   campaign text - Messages of this campaign.
--     values: SELECT campaign_id FROM campaigns ORDER BY campaign_id
--   provider text - Messages sent through this provider.
--     values: SELECT DISTINCT provider FROM messages WHERE direction = 'outbound' ORDER BY provider
--   account text - Messages sent from this account, project or service of a provider.
--     values: SELECT DISTINCT account FROM messages WHERE direction = 'outbound' AND account IS NOT NULL ORDER BY account
--   list text - Messages whose recipient was addressed through this list.
--     values: SELECT DISTINCT unnest(list_ids) AS list_id FROM messages WHERE direction = 'outbound' ORDER BY list_id
--   segment text - Messages to the recipients of this segment.
--     values: SELECT name FROM segments ORDER BY name
--   count text = messages (messages | segments) - Count each message once, or as often as it has billed segments.
-- columns:
--   * - Every column of `messages`.
--   sent_time - When it was submitted; where no report says so, when its first event happened. --from and --to cut on it.
--   units - What it counts for: 1, or with --count segments how many segments it has.
--   was_sent - Whether it left for the carrier: all buckets but `pending`, `rejected` and `unsubscribed`.
--   has_failed - Whether it ended in a soft or a hard bounce.
--
-- A message of which nothing says how many segments it has counts as one segment.
SELECT
    m.*,
    coalesce(m.submitted_at, m.first_event_at) AS sent_time,
    CASE WHEN $count = 'segments' THEN coalesce(m.segments, m.parts, 1) ELSE 1 END AS units,
    m.bucket IN ('sent', 'delivered', 'soft_bounce', 'hard_bounce', 'unknown') AS was_sent,
    m.bucket IN ('soft_bounce', 'hard_bounce') AS has_failed
FROM messages AS m
WHERE m.direction = 'outbound'
  AND ($from IS NULL OR coalesce(m.submitted_at, m.first_event_at) >= $from)
  AND ($to IS NULL OR coalesce(m.submitted_at, m.first_event_at) < $to)
  AND ($campaign IS NULL OR m.campaign_id = $campaign)
  AND ($provider IS NULL OR m.provider = $provider)
  AND ($account IS NULL OR m.account = $account)
  AND ($list IS NULL OR array_has(m.list_ids, $list))
  AND ($segment IS NULL OR m.recipient IN (SELECT recipient FROM segment_members WHERE segment = $segment))
