"""The report of benches/fold.rs in DuckDB: prints wall seconds, processor seconds and peak megabytes.

Usage: fold_duckdb.py DIRECTORY THREADS [FORMULATION]

The default is the fastest of the formulations below. It packs what decides a winner into one integer (rank, time, variant)
and so leaves out the ties that reception time, status and code decide; reports that tie on these events count alike, and
the bench compares the rows. `arg_max` is the one that decides as the view does.
"""

import os
import resource
import sys
import time

import duckdb

directory, threads = sys.argv[1], int(sys.argv[2])
formulation = sys.argv[3] if len(sys.argv) > 3 else "packed_join"

db = duckdb.connect(config={"threads": threads})
db.execute("SET enable_progress_bar = false")
db.execute(f"""CREATE TABLE classes AS SELECT * FROM read_csv('{directory}/classes.csv',
    types = {{'provider': 'VARCHAR', 'status': 'VARCHAR', 'error_code': 'VARCHAR', 'level': 'VARCHAR',
              'provider_final': 'BOOLEAN', 'class': 'UTINYINT', 'bucket': 'VARCHAR'}})""")
events = f"read_parquet('{directory}/events-*.parquet')"


def class_case():
    """The class of a report as nested CASE over the words of the table; codes and levels only where they matter."""
    rows = db.execute("SELECT provider, status, error_code, level, provider_final, class FROM classes").fetchall()
    known = {row[:5]: row[5] for row in rows}
    providers = {}
    for provider, status, code, level, final, cls in rows:
        providers.setdefault(provider, {}).setdefault(status, []).append((code, level, final, cls))
    text = "CASE provider "
    for provider, statuses in providers.items():
        text += f"WHEN '{provider}' THEN CASE status "
        for status, combinations in statuses.items():
            plain = known[(provider, status, None, None, None)]
            codes = {
                code: cls
                for code, level, final, cls in combinations
                if code and level is None and final is None and cls != plain
            }
            if plain == 60:
                branch = "CASE WHEN provider_final = false THEN 20 WHEN level = 'operator' THEN 41 ELSE 60 END"
            elif codes:
                whens = " ".join(f"WHEN '{code}' THEN {cls}" for code, cls in codes.items())
                branch = f"CASE error_code {whens} ELSE {plain} END"
            else:
                branch = str(plain)
            text += f"WHEN '{status}' THEN {branch} "
        text += "ELSE 30 END "
    return text + "ELSE 30 END"


case_source = f"(SELECT *, {class_case()} AS class FROM {events})"
join_source = f"""(SELECT e.*, c.class FROM {events} e LEFT JOIN classes c
    ON c.provider = e.provider AND c.status = e.status AND c.error_code IS NOT DISTINCT FROM e.error_code
    AND c.level IS NOT DISTINCT FROM e.level AND c.provider_final IS NOT DISTINCT FROM e.provider_final)"""

# Rank in the high bits, then 51 bits of microseconds, then the variant.
PACKED = "((class // 10)::BIGINT << 54) | (epoch_us(event_time) << 3) | (class % 10)::BIGINT"


def report(source, winner, class_of_winner):
    return f"""WITH folded AS (
        SELECT any_value(campaign_id) AS campaign_id,
            {winner} AS winner,
            coalesce({class_of_winner}, 0) AS class,
            bool_or(kind = 'click') AS clicked,
            bool_or(kind = 'reply') AS replied
        FROM {source} WHERE message_key IS NOT NULL GROUP BY message_key)
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
    FROM folded GROUP BY campaign_id ORDER BY campaign_id NULLS LAST"""


def by_packing(source):
    return report(source, f"max({PACKED}) FILTER (kind = 'status')", "(winner >> 54) * 10 + (winner & 7)")


def by_arg_max(order):
    return report(case_source, f"arg_max(class, {order}) FILTER (kind = 'status')", "winner")


queries = {
    "packed": by_packing(case_source),
    "packed_join": by_packing(join_source),
    "arg_max": by_arg_max("(class // 10, event_time, received_at, status, coalesce(error_code, ''))"),
    "arg_max_packed": by_arg_max("((class // 10)::BIGINT << 54) | epoch_us(event_time)"),
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
