"""Authors and agencies: who wrote it, by name; and which news agency it came from."""

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
_BYLINE_BREAK = re.compile(r"[,;/|()]|\s-\s|\b(?:und|and)\b")
_SPLIT = re.compile(r"\s*(?:[,;|/•·\n、]|\s(?:und|and|et|y|e|og|och|en|i|ve|&|mit|with)\s)\s*", re.IGNORECASE)
_PREFIX = re.compile(
    r"^(?:(?:by|von|vom|par|por|di|da|door|av|af|text|autor(?:in)?|author|interview|redaktion"
    r"|(?:written|reporting|words|story) by|eine? \w+ von|text von)\s*:?\s+)+",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"\S+@\S+|https?://\S+|@\w+|\((?!.*\b(?:Jr|Sr)\b)[^)]*\)|\[[^\]]*\]")
#: Words of desks, houses and job titles: whatever bears one is no name of a person.
_ROLE = re.compile(
    r"\b(?:redaktion\w*|redaktør|r[ée]daction|redacci[óo]n|redazione|redactie|redaktionen|editors?|editorial|staff"
    r"|news(?:room|desk)?|desk|online\w*|team|admin(?:istrator)?|agentur\w*|agency|press|presse|media|digital|tv"
    r"|reporter(?:in)?|correspondent|korrespondent(?:in)?|journalist(?:in)?|writer|contributor|volont\w+|chef\w*"
    r"|leiter(?:in)?|gastautor(?:in)?|author|unknown|anonymous|nachrichten\w*|zeitung|magazin\w*)\b",
    re.IGNORECASE,
)


def clean_authors(names: Iterable[str]) -> tuple[str, ...]:
    """Returns names of persons from bylines, each once, in order.

    "By", e-mail addresses, brackets, job titles, agencies and names of desks go; several names in one string
    are parted.
    """
    found: dict[str, str] = {}
    for byline in names:
        for part in _SPLIT.split(_CONTACT.sub(" ", html.unescape(byline))):
            name = _PREFIX.sub("", " ".join(part.split())).strip(" .,:;-–—*\"'")
            if _is_name(name):
                found.setdefault(name.casefold(), name)
    return tuple(found.values())


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
    parts = (part for byline in names for part in _BYLINE_BREAK.split(html.unescape(byline)))
    return next(filter(None, map(_agency_of, parts)), None)


def _agency_of(name: str) -> str | None:
    name = name.strip(" .*")
    return _AGENCY_OF.get(name.casefold()) if len(name) > 2 or name.isupper() else None


def _is_name(name: str) -> bool:
    if not 2 < len(name) <= 60 or _agency_of(name) or _ROLE.search(name):
        return False
    return not any(c.isdigit() or c in "_/<>{}=" for c in name) and len(name.split()) <= 6
