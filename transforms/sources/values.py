"""What rows, feeds and records say, as this program keeps it: JSON, texts, names, moments."""

import json
import math
import re
from datetime import datetime

from transforms.dates import EARLIEST, MAX_DATE_CHARACTERS, parse_moment
from transforms.moments import to_utc

#: A fetch or publication after this year is a mistake; `dates.EARLIEST` is the other bound.
_LAST_YEAR = 2200
#: JSON integers of more digits are in no field of ours, and Python refuses those of thousands.
_MOST_DIGITS = 100
#: Control characters that are no white space, then those that are and Unicode's line ends.
_CONTROL = re.compile("[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_CONTROL_OR_LINE = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]")


def parse_json(text: str) -> object:
    """Returns the value of a JSON text, an integer of more than a hundred digits as infinity.

    Raises:
        ValueError: It is no JSON, or nested too deeply.
    """
    try:
        return json.loads(text, parse_int=_integer)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else math.inf


def text_of(value: object) -> str | None:
    """Returns a string without control characters and lone surrogates, None for what is none or blank.

    JSON has lone surrogates, UTF-8 not.
    """
    if not isinstance(value, str):
        return None
    return _CONTROL.sub("", value.encode("utf-8", "replace").decode()).strip() or None


def name_of(value: object) -> str | None:
    """Returns a string that names something, such as an address: `text_of` it on one line."""
    text = text_of(value)
    return _CONTROL_OR_LINE.sub("", text) if text else None


def id_of(value: object) -> str | None:
    """Returns the name of what a string or an integer names."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else name_of(value)


def moment_of(value: object) -> datetime | None:
    """Returns when something was fetched or published, in UTC; None for no moment or one not to be believed.

    Args:
        value: As in `to_utc`, or a text as in `dates.parse_moment`.
    """
    if isinstance(value, str):
        moment = parse_moment(value) if len(value) <= MAX_DATE_CHARACTERS else None
    else:
        moment = to_utc(value)
    return moment if moment and moment >= EARLIEST and moment.year <= _LAST_YEAR else None
