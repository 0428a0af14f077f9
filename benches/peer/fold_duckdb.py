"""The report of benches/fold.rs in DuckDB: prints wall seconds, processor seconds and peak megabytes.

Usage: fold_duckdb.py DIRECTORY THREADS [FORMULATION]
"""

import os
import resource
import sys
import time

import duckdb

directory, threads = sys.argv[1], int(sys.argv[2])
formulation = sys.argv[3] if len(sys.argv) > 3 else "packed"

db = duckdb.connect(config={"threads": threads})
db.execute("SET enable_progress_bar = false")
db.execute(f"""CREATE TABLE classes AS SELECT * FROM read_csv('{directory}/classes.csv', all_varchar = false,
    types = {{'provider': 'VARCHAR', 'status': 'VARCHAR', 'error_code': 'VARCHAR', 'level': 'VARCHAR',
              'provider_final': 'BOOLEAN', 'class': 'UTINYINT', 'bucket': 'VARCHAR'}})""")
events = f"read_parquet('{directory}/events-*.parquet')"

COUNTS = """
SELECT campaign_id, count(*) AS messages,
    count(*) FILTER (class = 0 OR class = 10) AS pending,
    count(*) FILTER (class = 20) AS sent,
    count(*) FILTER (class = 41 OR class = 60) AS delivered,
    count(*) FILTER (class = 40) AS soft_bounces,
    count(*) FILTER (class = 50) AS hard_bounces,
    count(*) FILTER (class = 51) AS rejected,
    count(*) FILTER (class = 52) AS unsubscribed,
    count(*) FILTER (class = 30) AS unknown,
    count(*) FILTER (clicked) AS clicked,
    count(*) FILTER (replied) AS replied
FROM folded GROUP BY campaign_id ORDER BY campaign_id NULLS LAST
"""

# The class of a report as an expression: nested CASE over the words of the table, codes only where they refine.
def class_case():
    rows = db.execute("SELECT provider, status, error_code, level, provider_final, class FROM classes").fetchall()
    known = {row[:5]: row[5] for row in rows}
    by_provider = {}
    for provider, status, code, level, final, cls in rows:
        by_provider.setdefault(provider, {}).setdefault(status, []).append((code, level, final, cls))
    out = "CASE provider "
    for provider, statuses in by_provider.items():
        out += f"WHEN '{provider}' THEN CASE status "
        for status, combos in statuses.items():
            plain = known[(provider, status, None, None, None)]
            branch = str(plain)
            if plain == 60:
                branch = "CASE WHEN provider_final = false THEN 20 WHEN level = 'operator' THEN 41 ELSE 60 END"
            codes = {code: cls for code, level, final, cls in combos if code and level is None and final is None and cls != plain}
            if codes:
                branch = "CASE error_code " + " ".join(f"WHEN '{c}' THEN {v}" for c, v in codes.items()) + f" ELSE {plain} END"
            out += f"WHEN '{status}' THEN {branch} "
        out += "ELSE 30 END "
    return out + "ELSE 30 END"

# One integer that orders the reports as the fold does, as far as this report can tell: rank, time, class. Reports of
# the same rank and time differ in nothing that is counted here (the rows are compared with the other engine's).
PACK = "(class // 10)::BIGINT * 2305843009213693952 // 4 + epoch_us(event_time) * 8 + (class % 10)"

def packed(source):
    # rank: 3 bits, time: 51 bits (to the year 2041), class variant: 3 bits
    return f"""WITH folded AS (
        SELECT any_value(campaign_id) AS campaign_id,
            coalesce(max(CASE WHEN kind = 'status' THEN ((class // 10)::BIGINT << 54) | (epoch_us(event_time) << 3) | (class % 10)::BIGINT END), 0) AS top,
            ((top >> 54) * 10 + (top & 7)) AS class,
            bool_or(kind = 'click') AS clicked, bool_or(kind = 'reply') AS replied
        FROM {source} WHERE message_key IS NOT NULL GROUP BY message_key)
    """ + COUNTS

case_source = f"(SELECT *, {class_case()} AS class FROM {events})"
join_source = f"""(SELECT e.*, c.class FROM {events} e LEFT JOIN classes c
    ON c.provider = e.provider AND c.status = e.status AND c.error_code IS NOT DISTINCT FROM e.error_code
    AND c.level IS NOT DISTINCT FROM e.level AND c.provider_final IS NOT DISTINCT FROM e.provider_final)"""

def whole(source, how):
    return f"""WITH folded AS (
        SELECT {'arg_max(campaign_id, event_time)'} AS campaign_id,
            coalesce({how}, 0) AS class,
            bool_or(kind = 'click') AS clicked, bool_or(kind = 'reply') AS replied
        FROM {source} WHERE message_key IS NOT NULL GROUP BY message_key)
    """ + COUNTS

queries = {
    "packed": packed(case_source),
    "packed_join": packed(join_source),
    # All that decides a winner, as one value that DuckDB compares field by field.
    "arg_max": whole(case_source, "arg_max(class, (class // 10, event_time, received_at, status, coalesce(error_code, ''))) FILTER (kind = 'status')"),
    "arg_max_packed": whole(case_source, "arg_max(class, ((class // 10)::BIGINT << 54) | epoch_us(event_time)) FILTER (kind = 'status')"),
}

def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime

before, start = cpu(), time.perf_counter()
result = db.execute(queries[formulation]).fetchall()
wall, used = time.perf_counter() - start, cpu() - before

with open(os.environ.get("FOLD_ROWS", f"{directory}/duckdb.csv"), "w") as out:
    out.write(",".join(column[0] for column in db.description) + "\n")
    for row in result:
        out.write(",".join("" if value is None else str(value) for value in row) + "\n")
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM:")).split()[1]
print(wall, used, int(peak) / 1024)
