"""Agencies: which news agency an article came from, as its text and its bylines credit it."""

import html
import re
from collections.abc import Iterable
from itertools import chain

from transforms.dump.attribution import (
    agency_in,
    agency_of_dateline,
    agency_of_source,
    without_signature,
    without_source,
)
from transforms.dump.vocabulary import AGENCIES

#: Lines at either end of a text in which credits stand.
CREDIT_LINES = 4

_AGENCY_OF = {alias: agency for agency, aliases in AGENCIES.items() for alias in aliases}
_BYLINE_BREAK = re.compile(
    r"[,;/|()\n]|\s-\s|\b(?:und|and|et|y|e|og|och|mit|with|via|avec|con|com|med|met)\b"
)

# "ANN BO Associated Press": names of one word would be too likely a person's.
_FULL_NAMES = "|".join(re.escape(alias) for alias in _AGENCY_OF if " " in alias)
_BEHIND_NAME = re.compile(rf"(?<=\w)\s+(?:of\s+)?(?=(?:{_FULL_NAMES})(?!\w))", re.IGNORECASE)


def find_agency(text: str) -> str | None:
    """Returns the news agency that an article's text credits, None where it credits none.

    Only in the places of credits: datelines, signatures ("ak/Reuters"), "(dpa)" behind a last sentence,
    "Quelle: dpa". An agency that is a subject ("Reuters reported") is no credit.
    """
    lines = text.split("\n")
    datelines = map(agency_of_dateline, lines[:CREDIT_LINES])
    signatures = map(agency_in, reversed(lines[-CREDIT_LINES:]))
    sources = map(agency_of_source, lines[:CREDIT_LINES])
    return next(filter(None, chain(datelines, signatures, sources)), None)


def without_credits(text: str) -> str:
    """Returns an article's text without the credits of agencies that `find_agency` reads.

    The signature at its very end, on a line of its own or in brackets behind the last sentence, and "Quelle:
    dpa" behind one of the first lines. Datelines stay, they are part of the sentence; so does a text that is
    a credit and nothing else.
    """
    *lines, last = text.split("\n")
    head = map(without_source, lines[:CREDIT_LINES])
    return "\n".join(filter(None, (*head, *lines[CREDIT_LINES:], without_signature(last)))) or text


def agency_among(names: Iterable[str]) -> str | None:
    """Returns the first news agency among bylines: "dpa", "AFP, MANILA", "Max Muster/dpa"."""
    bylines = (apart_from_agency(html.unescape(name)) for name in names)
    parts = (part for byline in bylines for part in _BYLINE_BREAK.split(byline))
    return next(filter(None, map(agency_named, parts)), None)


def apart_from_agency(byline: str) -> str:
    """Returns `byline` with a line break where the full name of an agency follows that of a person."""
    return _BEHIND_NAME.sub("\n", byline)


def agency_named(name: str) -> str | None:
    """Returns the agency of that name, in lower case; names of two letters count in capitals alone."""
    name = name.strip(" .*")
    return _AGENCY_OF.get(name.casefold()) if len(name) > 2 or name.isupper() else None
