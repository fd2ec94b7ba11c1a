"""Dates: moments of publication in what people and machines write, in UTC."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from transforms.calendar_names import months
from transforms.date_text import readings
from transforms.moments import to_utc

#: A moment this long after the fetch is a mistake of the page (a time zone's worth is none).
TOLERANCE = timedelta(days=1)
#: A longer text is no date.
MAX_DATE_CHARACTERS = 80
#: Nothing on the web is older.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

_MONTH = re.compile(r"\d{4}(?:-\d\d)?")
# /2024/05/17/, /2024-05-17-, /20240517/, -20240517083000-
_URL_DAY = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([/_-]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[0-5]\d{5})?(?!\d)"
)
# /2024/may/17/
_URL_NAMED_DAY = re.compile(r"/((?:19|20)\d\d)/([a-z]{3,9})/(\d{1,2})/")


def parse_moment(text: str) -> datetime | None:
    """Returns the moment that `text` names, in UTC; None where it names no full day.

    ISO 8601, RFC 2822, Unix time, and what `transforms.date_text` reads. Without a zone, UTC; without a time,
    midnight.
    """
    return next(possible_moments(text), None)


def possible_moments(text: str) -> Iterator[datetime]:
    """Yields the moment that `text` names, see `parse_moment`, and what else it may be: 4/3/2025."""
    text = text.strip()[: MAX_DATE_CHARACTERS * 2]
    if _MONTH.fullmatch(text):
        return
    # RFC 2822 readers take "10:30 PM" for the morning, hence only what begins with a year goes to `to_utc`.
    exact = to_utc(text) if text[:4].isdecimal() else None
    is_date = exact is None and 8 <= len(text) <= MAX_DATE_CHARACTERS
    found = readings(text) if is_date else filter(None, (exact,))
    yield from (moment for moment in found if moment >= EARLIEST)


def in_url(url: str) -> datetime | None:
    """Returns midnight UTC of the day in the path of `url`: `/2024/05/17/`, `-20240517`, `/2024/may/17/`."""
    path = re.sub(r"^\w+://[^/]*", "", url).partition("?")[0]
    if day := _URL_DAY.search(path):
        return to_utc("-".join(day.group(1, 3, 4)))
    named = _URL_NAMED_DAY.search(path.lower())
    return to_utc(f"{named[1]}-{months().get(named[2], 0):02}-{named[3]:0>2}") if named else None


def is_believable(moment: datetime | None, latest: datetime) -> bool:
    """Whether there is a moment from `EARLIEST` to `TOLERANCE` after `latest`, the fetch."""
    return moment is not None and EARLIEST <= moment <= latest + TOLERANCE
