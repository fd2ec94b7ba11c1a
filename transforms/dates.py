"""Dates: moments of publication in what people and machines write, in UTC."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from htmldate import find_date
from lxml.html import HtmlElement

from transforms.date_text import read_date
from transforms.dump.dates import day_of, is_labelled
from transforms.moments import to_utc

#: A moment this long after the fetch is a mistake of the page (a time zone's worth is none).
TOLERANCE = timedelta(days=1)
#: A longer text is no date.
MAX_DATE_CHARACTERS = 80
#: Nothing on the web is older.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

_MONTH = re.compile(r"\d{4}(?:-\d\d)?")
# /2024/05/17/, /2024-05-17-, /20240517/
_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)([/_-]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")


def parse_moment(text: str) -> datetime | None:
    """Returns the moment that `text` names, in UTC; None where it names no full day.

    ISO 8601, RFC 2822, Unix time, and what `transforms.date_text` reads. Without a zone, UTC; without a time,
    midnight.
    """
    text = text.strip()[: MAX_DATE_CHARACTERS * 2]
    if _MONTH.fullmatch(text):
        return None
    # RFC 2822 readers take "10:30 PM" for the morning, hence only what begins with a year goes to `to_utc`.
    moment = to_utc(text) if text[:4].isdecimal() else None
    if moment is None and 8 <= len(text) <= MAX_DATE_CHARACTERS:
        moment = read_date(text)
    return moment if moment and moment >= EARLIEST else None


def in_url(url: str) -> datetime | None:
    """Returns midnight UTC of the day in the path of `url`: `/2024/05/17/`, `/2024-05-17-`, `/20240517`."""
    match = _URL_DAY.search(re.sub(r"^\w+://[^/]*", "", url).partition("?")[0])
    return to_utc("-".join(match.group(1, 3, 4))) if match else None


def visible(tree: HtmlElement, url: str | None, latest: datetime) -> datetime | None:
    """Returns midnight UTC of the day that a page shows.

    Found by htmldate, else in the first line that begins with "published on" or the like, in any language of
    `transforms.dump.dates`.
    """
    # Not htmldate's extensive search: of a month in a script or a link it makes the month's first day.
    found = find_date(
        tree,
        url=url,
        original_date=True,
        extensive_search=False,
        deferred_url_extractor=True,
        max_date=latest.replace(tzinfo=None),
    )
    return to_utc(found or next(filter(None, map(day_of, _date_lines(tree))), None))


def _date_lines(tree: HtmlElement) -> Iterator[str]:
    for element in tree.iter("p", "span", "time", "li", "small", "em", "dd"):
        text = " ".join("".join(element.itertext()).split())
        if len(text) <= MAX_DATE_CHARACTERS and is_labelled(text):
            yield text


def is_believable(moment: datetime | None, latest: datetime) -> bool:
    """Whether there is a moment from `EARLIEST` to `TOLERANCE` after `latest`, the fetch."""
    return moment is not None and EARLIEST <= moment <= latest + TOLERANCE
