"""Times as feeds and rows write them, to UTC."""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

#: Epoch numbers from here on are milliseconds: as seconds they would lie beyond the year 5000.
_MILLISECONDS_FROM = 1e11
_EPOCH_NUMBER = re.compile(r"\d{9,13}(?:\.\d+)?")
_ZONE_APART = re.compile(r"(?<=\d)\s+(?=[+-]\d\d:?\d\d$|Z$)")
_ZONE_NAMED = re.compile(r"\s*(?:UTC|GMT)$", re.IGNORECASE)
_MONTH = re.compile(r"\d{4}-\d\d")


def to_utc(value: object) -> datetime | None:
    """Returns a point in time in UTC, None for what is none.

    Args:
        value: A datetime or date, epoch seconds or milliseconds, or a string of ISO 8601, RFC 2822 or such a
            number. Without a zone it is taken as UTC, without a time as midnight.
    """
    try:
        moment = _to_datetime(value)
        if moment is None:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):  # dates of other ages, or none at all
        return None


def _to_datetime(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value / 1000 if abs(value) >= _MILLISECONDS_FROM else value, UTC)
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.strip()
    if _EPOCH_NUMBER.fullmatch(text):
        return _to_datetime(float(text))
    iso = _ZONE_APART.sub("", _ZONE_NAMED.sub("Z", text))
    if _MONTH.fullmatch(iso):
        iso += "-01"
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        return parsedate_to_datetime(text)
