-- report: error_breakdown
-- title: Error breakdown
-- description: Why messages did not arrive. `percent` is always a share of the undelivered messages in scope: those
--   that failed (soft and hard bounces) and those that were refused (rejected, unsubscribed); `messages_percent` is a
--   share of all outbound messages in scope. A message counts once, by the report that decided its bucket. The meaning
--   is that of the table `status_codes`: of the status together with the error code, else of the code, else of the
--   status.
-- ignores: bots - clicks play no part
-- schedule: daily

-- section: buckets
-- title: Failed and refused
-- description: All four are always there.
-- chart: shares(bucket, messages)
-- columns:
--   bucket - soft_bounce, hard_bounce, rejected or unsubscribed.
--   messages - Undelivered messages in that bucket.
--   percent - Messages as a share of all undelivered.
--   messages_percent - Messages as a share of all outbound messages in scope.
--
SELECT 1

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
--
SELECT 1

-- section: by_reason
-- title: Reasons across providers
-- chart: bars(meaning, messages)
-- columns:
--   meaning - What the table of status codes says.
--   bucket - The bucket it means.
--   providers - How many providers report it.
--   messages - Undelivered messages that ended this way.
--   percent - Messages as a share of all undelivered.
--
SELECT 1

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
--
SELECT 1
