"""Date lines: when an article was published, as text dumps bear it.

A crumb such as ` date 2020-11 ` names a month and no day. It dates nothing: `published_at` is a moment, and
the first of the month would be an invention that no reader could tell from a real date.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache

from transforms import date_text  # the module, not its names: it reads this package's vocabulary
from transforms.calendar_names import months, weekdays
from transforms.dump import vocabulary

_UPDATED = re.compile(rf"\s*(?:{vocabulary.UPDATED})", re.IGNORECASE)
_PUBLISHED = re.compile(rf"(?<!\w)(?:{vocabulary.PUBLISHED})", re.IGNORECASE)
_CRUMB = re.compile(
    r"(?:(?:date|datum|published|updated|pubdate|publish_date|timestamp)\s*[:=]?\s*"
    r"\d{4}-\d{2}(?:-\d{2}(?:T[0-9:.]{5,15}(?:Z|[+-]\d\d:?\d\d)?)?)?(?:[\s\u00ad\u200b\ufeff]+|$))+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_TIME = re.compile(r"\b\d{1,2}[:h]\d{2}\b|\b\d{1,2} ?[ap]\.?m\b", re.IGNORECASE)
_AGO = re.compile(
    r"\b(?:\d+|an?) (?:sec|min|minute|hour|day|week|month|year)s?(?: ago)?\b|"
    r"\bvor \d+ (?:minute|stunde|tag|woche)|"
    r"\b(?:il y a|hace) \d+|\d+ (?:minuti|ore|giorni) fa|\d+\s?(?:分|時間|日)前|"
    r"\d+\s?(?:分钟|小时|天)前|\d+\s?(?:분|시간|일) ?전",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d{2})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_CJK_DATE = re.compile(r"((?:19|20)\d{2})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?((?:19|20)?\d{2})(?!\d)")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/((?:19|20)?\d{2})(?!\d)")
_DAY_NAMED = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|\.|º)?[ -](?:de |of )?([^\W\d_]{3,})\.?,?[ -](?:de |del )?"
    r"((?:19|20)\d{2})(?!\d)"
)
_NAMED_DAY = re.compile(r"([^\W\d_]{3,})\.? (\d{1,2})(?:st|nd|rd|th)?,? ((?:19|20)\d{2})(?!\d)")
#: A moment of a day lies so near its midnight in UTC, in whatever zone it is.
ZONED_DAY = timedelta(hours=36)
#: Longer lines hold no mere date.
MAX_DATE_LINE_CHARS = 160


@cache
def _vocabulary() -> frozenset[str]:
    """Words a date line is made of."""
    names = {*weekdays(), *months()}
    return vocabulary.DATE_LABELS | {word for name in names for word in _WORD.findall(name)}


def split_crumb(line: str) -> tuple[str, str]:
    """Parts a line from the crumb before it, such as `date 2020-11 `; either may be empty."""
    match = _CRUMB.match(line)
    return (match[0], line[match.end() :]) if match else ("", line)


def date_words(text: str) -> int | None:
    """Returns how many words of a line belong to no date; None where it holds no date or time."""
    if len(text) > MAX_DATE_LINE_CHARS:
        return None
    words = _WORD.findall(text.casefold())
    if not (day_of(text) or _TIME.search(text) or _AGO.search(text) or _is_day_and_month(text, words)):
        return None
    return sum(word not in _vocabulary() for word in words)


def _is_day_and_month(text: str, words: list[str]) -> bool:
    return (
        len(words) <= 3
        and len(_NUMBER.findall(text)) in (1, 2)
        and any(len(word) > 2 and word in months() for word in words)
    )


def is_publication(text: str) -> bool:
    """Whether a line begins by saying that a date of publication follows."""
    return _PUBLISHED.match(text) is not None


def from_publication(text: str) -> str:
    """Returns a line from where it says when it was published: "Updated today, published yesterday"."""
    found = _PUBLISHED.search(text)
    return text[found.start() :] if found else text


def is_labelled(text: str) -> bool:
    """Whether a line begins by saying that a date of publication or of a change follows."""
    return is_publication(text) or is_update(text)


def is_update(text: str) -> bool:
    """Whether a line begins by saying that the date of a change follows."""
    return _UPDATED.match(text) is not None


def moment_of(text: str) -> datetime | None:
    """Returns the moment that a date line or crumb gives in full, in UTC.

    Without a time zone it is UTC, without a time the day's first moment.
    """
    for word in text.split():
        if "T" in word and word[-1:] in "Z0123456789":
            try:
                moment = datetime.fromisoformat(word)
            except ValueError:
                continue
            if moment.tzinfo is not None and 1990 <= moment.year < 2100:
                return moment.astimezone(UTC)
    day = day_of(text)
    if day is None:  # none at all, or one that may be two: 05/06/2024
        return None
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    timed = date_text.read_date(text)
    return timed if timed and abs(timed - midnight) < ZONED_DAY else midnight


def day_of(text: str) -> date | None:
    """Returns the first full and unambiguous date in a short text."""
    for pattern, order in ((_YEAR_FIRST, (1, 3, 4)), (_CJK_DATE, (1, 2, 3)), (_DAY_FIRST, (3, 2, 1))):
        if match := pattern.search(text):
            return _day(*(int(match[group]) for group in order))
    if match := _DAY_NAMED.search(text):
        return _day(int(match[3]), months().get(match[2].casefold(), 0), int(match[1]))
    if match := _NAMED_DAY.search(text):
        return _day(int(match[3]), months().get(match[1].casefold(), 0), int(match[2]))
    if match := _SLASHED.search(text):
        first, second = int(match[1]), int(match[2])
        if first > 12 or first == second:
            return _day(int(match[3]), second, first)
        if second > 12:
            return _day(int(match[3]), first, second)
    return None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None
    return found if 1990 <= found.year < 2100 else None
