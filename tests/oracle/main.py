"""The oracle's answer to a report over the demo: `python3 tests/oracle/main.py REPORT [--campaign X ...]`.

Prints `{"section": [{"column": "value", ..., "_order": place}, ...], ...}`: every value as the text that smsql's JSON
has for it, null where it has null, and true where it has some value that cannot be foretold. The rows are in the order
the report's header documents; rows with an equal `_order` may change places.
"""

import argparse
import importlib
import json

from rows import SOME, Rows
from scope import Options, Scope
from values import text

# Which module computes which report; each has a function of the report's name that takes a Scope.
MODULES = {
    "campaign_overview": "overview",
    "campaign_report": "campaign",
    "conversations": "messages",
    "cost_and_credits": "errors",
    "daily_summary": "days",
    "delivery_by_carrier": "delivery",
    "delivery_by_country": "delivery",
    "delivery_latency": "delivery",
    "error_breakdown": "errors",
    "hourly_timeline": "days",
    "link_tracking": "messages",
    "message_report": "messages",
    "opt_out_violations": "optouts",
    "provider_comparison": "delivery",
    "receipt_reconciliation": "receipts",
    "reception_statistics": "statuses",
    "status_summary": "statuses",
    "suppression_list": "optouts",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", choices=sorted(MODULES))
    parser.add_argument("--from", dest="since")
    parser.add_argument("--to", dest="until")
    for name in ("campaign", "provider", "account", "list"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--bots", default="exclude", choices=("exclude", "include"))
    parser.add_argument("--count", default="messages", choices=("messages", "segments"))
    parser.add_argument("--tz", default="UTC")
    parser.add_argument("-p", "--param", action="append", default=[], metavar="NAME=VALUE",
                        help="a parameter of the report's own")
    return parser.parse_args()


def main():
    given = vars(arguments())
    report, own = given.pop("report"), dict(one.split("=", 1) for one in given.pop("param"))
    scope = Scope(Options(own=own, **given))
    module = importlib.import_module(MODULES[report])
    sections = getattr(module, report)(scope)
    shown = {name: list(rows(scope, section)) for name, section in sections.items()}
    print(json.dumps(shown, ensure_ascii=False, indent=1))


def rows(scope, section):
    """The rows of a section as texts, each with its place."""
    section = section if isinstance(section, Rows) else Rows(section)
    for row, place in zip(section, section.places()):
        place = [cell(scope, part) for part in place] if isinstance(place, list) else cell(scope, place)
        yield {name: cell(scope, value) for name, value in row.items() if name != "_order"} | {"_order": place}


def cell(scope, value):
    return True if value is SOME else text(scope.shown(value))


if __name__ == "__main__":
    main()
