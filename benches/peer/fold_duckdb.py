"""The report of benches/fold.rs in DuckDB: prints wall seconds, processor seconds and peak megabytes of the query.

Usage: fold_duckdb.py FILES.txt CLASSES.csv ROWS.csv THREADS

The fastest formulation found packs what decides a winner into one integer: rank, time, variant. That leaves out the
ties which reception time, status and code decide, any campaign of a message stands for its latest, and clicks are seen,
not counted: on these events the rows are the same, which the bench checks. Slower or no faster were a CASE instead of
the join with the classes, one set of bits instead of two bool_or, and verdicts as rows of the fold instead of a join.
The parts of long messages go a way of their own, as in src/session/aggregates/parts.rs.
"""

import resource
import sys
import time

import duckdb

files, classes, rows, threads = sys.argv[1:5]

db = duckdb.connect(config={"threads": int(threads)})
db.execute("SET enable_progress_bar = false")
db.execute(f"""CREATE TABLE classes AS SELECT * FROM read_csv('{classes}', header = true,
    columns = {{'provider': 'VARCHAR', 'status': 'VARCHAR', 'error_code': 'VARCHAR', 'level': 'VARCHAR',
                'provider_final': 'BOOLEAN', 'class': 'UTINYINT'}})""")
events = f"read_parquet({open(files).read().split()})"

# The class of a row's status, by the words that are part of it.
CLASSES = """LEFT JOIN classes c ON c.provider = e.provider AND c.status = e.status
    AND c.error_code IS NOT DISTINCT FROM e.error_code AND c.level IS NOT DISTINCT FROM e.level
    AND c.provider_final IS NOT DISTINCT FROM e.provider_final"""


def packed(cls):
    """Rank in the high bits, then 51 bits of microseconds, then the variant: the greatest wins."""
    return f"((({cls}) // 10)::BIGINT << 54) | (epoch_us(event_time) << 3) | (({cls}) % 10)::BIGINT"


# 1 stands for a fact other than a status: of an outbound message that makes it pending.
WHOLE = "CASE WHEN e.kind = 'status' AND c.class IS NOT NULL THEN c.class WHEN e.direction = 'outbound' THEN 1 END"

# The few messages with receipts by part: the winner of each part, then the verdict of all.
PARTS = f"""
    part AS (
        SELECT message_key, part_index, max({packed("class")}) AS winner, max(part_count) AS part_count
        FROM (SELECT e.*, c.class FROM {events} e {CLASSES}
              WHERE e.message_key IS NOT NULL AND e.part_index IS NOT NULL AND e.kind = 'status'
                AND c.class IS NOT NULL)
        GROUP BY message_key, part_index),
    part_class AS (SELECT *, (winner >> 54) * 10 + (winner & 7) AS class FROM part),
    verdict AS (
        SELECT message_key, CASE
            WHEN bool_or(class // 10 = 5) THEN max(winner) FILTER (class // 10 = 5)
            WHEN bool_or(class = 40) THEN max(winner) FILTER (class = 40)
            WHEN bool_and(class IN (41, 60)) AND count(*) >= max(greatest(part_count, part_index))
                THEN coalesce(max(winner) FILTER (class = 41), max(winner) FILTER (class = 60))
            WHEN bool_or(class = 30) THEN max(winner) FILTER (class = 30)
            WHEN bool_or(class = 10) THEN max(winner) FILTER (class = 10)
            ELSE 2::BIGINT << 54
            END AS winner
        FROM part_class GROUP BY message_key)"""

REPORT = """
    SELECT campaign_id, count(*) AS messages,
        count(*) FILTER (class = 1 OR class = 10) AS pending,
        count(*) FILTER (class = 20) AS sent,
        count(*) FILTER (class = 41 OR class = 60) AS delivered,
        count(*) FILTER (class = 40) AS soft_bounces,
        count(*) FILTER (class = 50) AS hard_bounces,
        count(*) FILTER (class = 51) AS rejected,
        count(*) FILTER (class = 52) AS unsubscribed,
        count(*) FILTER (class = 30) AS unknown,
        count(*) FILTER (clicked) AS clicked,
        count(*) FILTER (replied) AS replied
    FROM decided GROUP BY campaign_id ORDER BY campaign_id NULLS LAST"""

# Both ways are joined once each message is one row.
QUERY = f"""WITH {PARTS},
    whole AS (
        SELECT message_key, any_value(campaign_id) AS campaign_id,
            max({packed(WHOLE)}) FILTER (e.part_index IS NULL) AS winner,
            bool_or(kind = 'click') AS clicked, bool_or(kind = 'reply') AS replied
        FROM {events} e {CLASSES} WHERE message_key IS NOT NULL GROUP BY message_key),
    won AS (SELECT whole.*, greatest(whole.winner, verdict.winner) AS packed
        FROM whole LEFT JOIN verdict USING (message_key)),
    decided AS (SELECT *, (packed >> 54) * 10 + (packed & 7) AS class FROM won)
    {REPORT}"""


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


before, start = cpu(), time.perf_counter()
result = db.execute(QUERY).fetchall()
wall, used = time.perf_counter() - start, cpu() - before

with open(rows, "w") as out:
    out.write(",".join(column[0] for column in db.description) + "\n")
    for row in result:
        out.write(",".join("" if value is None else str(value) for value in row) + "\n")
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:")).split()[1]
print(wall, used, int(peak) / 1024)
