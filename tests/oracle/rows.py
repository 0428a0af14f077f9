"""Rows of a section, in what order they must come, and the helpers that all reports share."""

from fold import total
from values import credit, percent


class Some:
    """A value of which only its presence can be foretold, such as the moment a file was landed."""


SOME = Some()


class Rows(list):
    """The rows of a section.

    `order` names the columns by which the header sorts them: rows that are equal in these may come in any order among
    themselves, and where it names none the header says nothing about the order. Where the header sorts by what is no
    column, a row has the value as `_order`. Without all that the order is known row by row.
    """

    def __init__(self, rows=(), order=None):
        super().__init__(rows)
        self.order = order

    def places(self):
        """Where each row belongs: rows with equal places may change them."""
        if self.order is None:
            return [row.get("_order", at) for at, row in enumerate(self)]
        return [[row[column] for column in self.order] for row in self]


def grouped(rows, key):
    """Rows by their key, in the order of the first of each."""
    groups = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def units(sends):
    """sum(units) of sends, 0 where there is none."""
    return sum(s.units for s in sends)


def where(sends, *buckets):
    """The sends in one of these buckets."""
    return [s for s in sends if s.bucket in buckets]


def left(sends):
    """The sends that left for the carrier."""
    return [s for s in sends if s.was_sent]


def different(values):
    """How many different values there are; None is none."""
    return len({v for v in values if v is not None})


def listed(values):
    """All different values in order, separated by commas; None where there is none."""
    return ", ".join(sorted({v for v in values if v is not None})) or None


def least(values):
    """The first in order; None where there is none."""
    return min((v for v in values if v is not None), default=None)


def last(values):
    """The greatest; None where there is none."""
    return max((v for v in values if v is not None), default=None)


def segments(sends):
    """Their segments as far as is known; None where none says."""
    known = [s.segments for s in sends if s.segments is not None]
    return sum(known) if known else None


def billed(sends):
    """Their segments, where one of which nothing says how many counts as one."""
    return sum(s.segments or 1 for s in sends)


def credits(sends):
    """Their credits as far as is known; None where none says."""
    return credit(total(s.credits for s in sends))


def link_of(click):
    """A link's id; where the shortener gives none, its address."""
    return click.link_id or click.link_url


def click_campaign(click):
    """The campaign of the message, else of the click (header of counted_clicks)."""
    return (click.message and click.message.campaign_id) or click.event.campaign_id


def share(part, whole, name):
    """The columns `<name>` and `<name>_percent` of a count of sends among others."""
    return {name: part, f"{name}_percent": percent(part, whole)}


def by_text(value):
    """A sort key that puts None last."""
    return (value is None, value or "")
