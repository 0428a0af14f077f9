"""Rates, percentages, percentiles, and values as smsql's JSON writes them."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from math import ceil


def quantized(value, digits):
    """Rounded half away from zero, as `round` does (README, `percent`)."""
    with localcontext() as context:
        context.prec = 60
        return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def quotient(part, whole, digits):
    """`part / whole` as an exact decimal; None where either is None or `whole` is 0."""
    if part is None or whole is None or whole == 0:
        return None
    with localcontext() as context:
        context.prec = 60
        return quantized(Decimal(part) / Decimal(whole), digits)


def percent(part, whole, digits=2):
    """`part` as a percentage of `whole` (README, `percent`)."""
    return None if part is None else quotient(part * 100, whole, digits)


def rate(part, whole):
    """The fraction `part / whole` with six digits (README, `rate`)."""
    return quotient(part, whole, 6)


def nearest_rank(values, share):
    """The value at position ceil(share * n) of the sorted values: nearest rank; None where there is none."""
    if not values:
        return None
    return sorted(values)[max(ceil(Decimal(share) * len(values)), 1) - 1]


def micros(span):
    """A timedelta in whole microseconds."""
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def time_text(time):
    """RFC 3339 with as many digits as the time needs: none, three or six."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S")
    if time.microsecond % 1000:
        whole += f".{time.microsecond:06}"
    elif time.microsecond:
        whole += f".{time.microsecond // 1000:03}"
    if str(time.tzinfo) == "UTC":
        return whole + "Z"
    offset = int(time.utcoffset().total_seconds()) // 60
    return f"{whole}{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"


def text(value):
    """A value as smsql's JSON has it, as text; None for null."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def money(value):
    """decimal(18, 8), as `events.cost`."""
    return value if value is None else quantized(value, 8)


def credit(value):
    """decimal(18, 6), as `events.credits`."""
    return value if value is None else quantized(value, 6)


# The 97.5 % quantile of the normal distribution: the z of a two-sided 95 % interval.
Z = Decimal("1.959963984540054235524594430521")


def wilson(part, whole):
    """The Wilson score interval with 95 % confidence, six digits (README, `wilson_lower`); (None, None) of nothing."""
    if not whole:
        return None, None
    with localcontext() as context:
        context.prec = 60
        n, p, zz = Decimal(whole), Decimal(part) / whole, Z * Z
        middle = (p + zz / (2 * n)) / (1 + zz / n)
        half = Z / (1 + zz / n) * (p * (1 - p) / n + zz / (4 * n * n)).sqrt()
        return quantized(middle - half, 6), quantized(middle + half, 6)
