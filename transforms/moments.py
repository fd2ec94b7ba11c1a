"""Moments: numbers, dates and ISO 8601 as points in time in UTC. Dates in prose: `transforms.dates`."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

#: Epoch numbers from here on are milli-, micro- or nanoseconds: as seconds they lie beyond the year 5000.
_SECONDS_BELOW = 1e11
_NUMBER = re.compile(r"\d{9,19}(?:\.\d+)?")
_DAY, _SECOND = len("20261110"), len("20261110093000")


def to_utc(value: object) -> datetime | None:
    """Returns a point in time in UTC, None for what is none.

    Args:
        value: A datetime, a date, a number (epoch seconds to nanoseconds, or a date in digits: 20261110), or
            a string of ISO 8601 or such a number. Without a zone it is UTC, without a time midnight.
    """
    try:
        moment = _to_datetime(value)
        if moment is None:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):  # dates of other ages, or none at all
        return None


def _to_datetime(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _of_number(float(value))
    if not isinstance(value, str):
        return None
    text = value.strip()
    return _of_number(float(text)) if _NUMBER.fullmatch(text) else datetime.fromisoformat(text)


def _of_number(number: float) -> datetime:
    digits = f"{number:.0f}"
    if len(digits) in (_DAY, _SECOND):  # as an epoch such numbers lie before 1974 or beyond 2286
        return datetime.strptime(digits.ljust(_SECOND, "0"), "%Y%m%d%H%M%S")
    for _ in ("milli", "micro", "nano"):
        if abs(number) >= _SECONDS_BELOW:
            number /= 1000
    return datetime.fromtimestamp(number, UTC)
