"""Date text: dates as people and feeds write them, in any language, as moments in UTC.

dateutil reads English alone, takes "GMT+9" for nine hours west of Greenwich and refuses a line that holds
more than a date. Hence a text is spelt anew first: names of months in English, zones as offsets, times with a
colon.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from dateutil import parser
from dateutil.zoneinfo import get_zonefile_instance

from transforms.calendar_names import months, weekdays
from transforms.dump.vocabulary import DATE_LABELS

_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: Offsets in hours → abbreviations that news sites use for them; RFC 822 defines but few.
_OFFSETS = {
    0: "UTC GMT UT WET", 1: "BST WEST CET MEZ WAT", 2: "CEST MESZ EET SAST CAT", 3: "EEST MSK EAT TRT",
    4: "GST", 5: "PKT", 5.5: "IST", 7: "ICT WIB", 8: "HKT SGT MYT AWST", 9: "JST KST", 9.5: "ACST",
    10: "AEST", 11: "AEDT", 12: "NZST", 13: "NZDT", -2.5: "NDT", -3: "BRT ART ADT", -4: "AST EDT",
    -5: "EST CDT", -6: "CST MDT", -7: "MST PDT", -8: "PST AKDT", -9: "AKST", -10: "HST",
}  # fmt: skip
_SECONDS = {name: round(hours * 3600) for hours, names in _OFFSETS.items() for name in names.split()}
#: Those that stand for winter and summer alike.
_PLACES = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}
_ZONES = (*_SECONDS, *_PLACES)
_KEPT = frozenset((*map(str.lower, _ZONES), "z", "t", "am", "pm"))

_LABELS = DATE_LABELS - {"st", "nd", "rd", "th"} | {"klo", "lúc"}
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?![\d:])")

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_CJK_DAY = re.compile(r"(\d{4})\s*[年년.]\s*(\d{1,2})\s*[月월.]\s*(\d{1,2})(?:\s*[日일]|\.(?!\d)|(?=\s|$))")
_CJK_TIME = re.compile(r"(\d{1,2})\s*[時时시点點]\s*(?:(\d{1,2})\s*[分분])?(?:\s*\d{1,2}\s*[秒초])?")
_CJK_HALF = re.compile(r"(午前|上午|오전|午後|下午|오후)\s*(\d{1,2}:\d{2}(?::\d{2})?)")
_AFTERNOON = frozenset(("午後", "下午", "오후"))
_HALF = re.compile(r"(?<=\d)\s*([ap])\.?\s?m\b\.?", re.IGNORECASE)
_ZONE_IN_BRACKETS = re.compile(
    rf"[(\[]\s*((?:GMT|UTC)\s*[+-]\d{{1,2}}(?::?\d\d)?|{'|'.join(_ZONES)})\s*[)\]]"
)
_OFFSET = re.compile(
    r"(:\d{2}(?:\.\d+)?|(?<![A-Za-z])(?:GMT|UTC|UT))\s*([+−-])(\d{1,2})(?::?(\d{2}))?(?![\d:])(?:\s+[A-Z]{2,5}\b)?"
)
_HOURS = re.compile(r"(?<![\d:.])(\d{1,2})\s?h(?:eures?|rs?)?\s?(\d{2})?(?![\w:])", re.IGNORECASE)
# A dot parts hours and minutes only beside a word that says so.
_DOTTED_TIME = re.compile(
    r"(?:(?<=\bkl)|(?<=\bkl\.)|(?<=\bklo)|(?<=\bore)|(?<=\bum)|(?<=\bat)|(?<=\bsaat)|(?<=\bgodz\.)|(?<=\bà))\s+(\d{1,2})\.(\d{2})(?![.\d])"
    r"|(?<![.\d])(\d{1,2})\.(\d{2})(?=\s?(?:uhr|am|pm)\b)",
    re.IGNORECASE,
)
_LEAP_SECOND = re.compile(r"(:\d{2}):60\b")
_WORD = re.compile(r"[^\W\d_][^\s\d,;:/|()<>+\-–—·•]*")
_NOISE = re.compile(r"[|·•–—]|(?<=\s)[-,./](?=\s)|(?<=\d)\.(?=\s+[A-Z])")

_MONTH = f"(?:{'|'.join(_MONTHS[1:])})"
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[ap]m)?(?:\s*(?:Z|[+-]\d{2}:\d{2}|[A-Z]{2,4})\b)?"
_IN_LINE = re.compile(
    rf"(?<![\d.:/-])(?:(?P<before>{_TIME})[\s,]{{1,4}})?"
    r"(?P<day>\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}(?P<mark>[-/.])\d{1,2}(?P=mark)(?:\d{4}|\d{2})"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?[\s-]+{_MONTH}[\s,-]+\d{{4}}|{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?[\s,]+\d{{4}})"
    rf"(?:[\sT,.]{{1,4}}(?:[^\W\d_]{{1,4}}\s)?(?P<after>{_TIME}))?(?![\d/])"
)
_SLASHED = re.compile(r"(?<![\d/])\d{1,2}/\d{1,2}/\d{2,4}(?![\d/])")
_AMERICAN = re.compile(r"\d ?[ap]m\b", re.IGNORECASE)
# Two fillers for what a string leaves open: where the results differ, the string named no full day.
_FILLERS = (datetime(1996, 2, 3), datetime(2004, 5, 6))


def read_date(text: str) -> datetime | None:
    """Returns the first moment that a short text names, in UTC; None where it names no full day.

    Of two readings that of `readings` which is likelier.
    """
    return next(readings(text), None)


def readings(text: str) -> Iterator[datetime]:
    """Yields the first moment that a short text names, in UTC, and what it is by another order of numbers.

    "4/3/2025" may be the 4th of March, which comes first, or the 3rd of April, which does so beside "AM" or
    "PM": most who write both are American. Other numbers have the day before the month, unless only the other
    way gives a day. Without a zone it is UTC: a text does not say where it was written. Without a time it is
    midnight.
    """
    spelt = _respelt(text)
    is_american = _AMERICAN.search(spelt) is not None
    orders = (not is_american, is_american) if _SLASHED.search(spelt) else (True,)
    found = (_first_of(spelt, day_first) for day_first in orders)
    yield from dict.fromkeys(moment for moment in found if moment)


def _first_of(spelt: str, day_first: bool) -> datetime | None:
    if moment := _exact(spelt, day_first):
        return moment
    found = _IN_LINE.search(spelt)
    if not found:
        return None
    time = found["after"] or found["before"] or ""
    return _exact(f"{found['day']} {time}", day_first) or _exact(found["day"], day_first)


def _respelt(text: str) -> str:
    """Returns a date as dateutil reads it, in whatever language it was written."""
    text = "".join(str(int(c)) if c.isdecimal() else c for c in unicodedata.normalize("NFKC", text))
    text = _BRACKETS.sub(" ", _ZONE_IN_BRACKETS.sub(r"\1", text))
    text = _CJK_DAY.sub(r"\1-\2-\3 ", text)
    text = _CJK_TIME.sub(lambda match: f"{match[1]}:{match[2] or '00'}", text)
    text = _CJK_HALF.sub(lambda match: f"{match[2]} {'pm' if match[1] in _AFTERNOON else 'am'}", text)
    text = _HALF.sub(r" \1m ", text)
    text = _DOTTED_TIME.sub(lambda match: f" {match[1] or match[3]}:{match[2] or match[4]}", text)
    text = _HOURS.sub(lambda match: f"{match[1]}:{match[2] or '00'}", text)
    text = _OFFSET.sub(_as_offset, text)
    text = _LEAP_SECOND.sub(r"\1:59", text)
    text = _in_english(text)
    return " ".join(_NOISE.sub(" ", text).split()).strip(" ,.")


def _as_offset(match: re.Match[str]) -> str:
    time = match[1] if match[1].startswith(":") else ""
    return f"{time} {'+' if match[2] == '+' else '-'}{match[3]:0>2}:{match[4] or '00'} "


def _in_english(text: str) -> str:
    """Returns `text` with months in English, without days of the week and other words of date lines."""
    bare = [word.casefold().rstrip(".") for word in _WORD.findall(text)]
    named = sum(months().get(word, 0) > 0 for word in bare)

    def english(match: re.Match[str]) -> str:
        nonlocal named
        word = match[0].casefold().rstrip(".")
        number = months().get(word, 0)
        if number and (named == 1 or word not in weekdays()):  # "mar." is Tuesday, and March
            return _MONTHS[number]
        named -= number > 0
        if word in _KEPT:
            return match[0].rstrip(".")
        return " " if number or word in weekdays() or word in _LABELS else match[0]

    return _WORD.sub(english, text)


def _exact(text: str, day_first: bool) -> datetime | None:
    """Returns the moment that a text is, and nothing but that."""
    day_first = day_first and not text[:4].isdecimal()
    try:
        first: datetime = parser.parse(text, default=_FILLERS[0], dayfirst=day_first, tzinfos=_zone)
        second = parser.parse(text, default=_FILLERS[1], dayfirst=day_first, tzinfos=_zone)
        years = _YEAR.findall(text)
        if first != second or (years and str(first.year) not in years):
            return None
        return first.replace(tzinfo=UTC) if first.tzinfo is None else first.astimezone(UTC)
    except (ValueError, OverflowError, TypeError):  # TypeError: of a time alone with an odd zone
        return None


def _zone(name: str | None, seconds: int | None) -> int | tzinfo | None:
    if seconds is not None or name is None:
        return seconds
    if name in _PLACES:
        place: tzinfo | None = get_zonefile_instance().get(_PLACES[name])
        return place
    return _SECONDS.get(name.upper(), 0)
