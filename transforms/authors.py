"""Authors: the names of persons in bylines, whatever else stands there."""

import html
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from transforms.agencies import agency_named, apart_from_agency
from transforms.calendar_names import months, weekdays
from transforms.titles import key_of

#: Longer, or of more words, is no name.
MAX_NAME_CHARACTERS, MAX_NAME_WORDS = 60, 6
#: A byline of more characters is a text; more bylines are no article's.
MAX_BYLINE_CHARACTERS, MAX_BYLINES = 300, 100

_CONTACT = re.compile(r"\S+@\S+|(?:https?://|www\.)\S+|(?<!\w)@\w+|\((?!\s*(?:Jr|Sr)\b)[^)]*\)|\[[^\]]*\]")
#: "x@paper.example (Ann Bo)", as RSS has it.
_ADDRESSED = re.compile(r"(?:mailto:)?[^\s@<>()]+@[^\s@<>()]+\s*\(([^()]*)\)?")
_PREFIX = re.compile(
    r"(?:[^\W\d_]+ ){0,3}by\b\s*:?\s*(?=\S)"
    r"|(?:(?:eine?|text|interview|gastbeitrag|kommentar|analyse|protokoll|aufgezeichnet|bericht)\s+){0,3}von\b:?\s+"
    r"|(?:vom|par|por|di|da|door|av|af|(?:skrevet|tekst) av|geschreven door|escrito por|una? \w+ de)\b:?\s+"
    r"|(?:te[xk]t|texte|te[xs]to|autor(?:in|en|es|a)?|auteure?s?|autore|authors?|interview|redaktion|story"
    r"|zusammengestellt|reporting|written|words|текст|авторы?|yazan|文|作者|記者|记者|取材・文)\s*[:：/]\s*",
    re.IGNORECASE,
)
_BREAK = re.compile(
    r"(?:\s*(?:[,;|/•·+&\n、，；]|(?<=[^\W\d_]{3})\.\s|\s[-–—]\s"
    r"|(?<!\S)(?:und|and|et|og|och|en|ve|mit|with|sowie|für|for|(?-i:[yei]|и|і))\s)\s*)+",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\s+(?:in|aus|at|à)\s+\S.*$")
#: What an article's maker is: it may stand before or behind the name.
_JOB = re.compile(
    r"\b(?:(?:chief|senior|deputy|managing|associate|contributing|special|foreign|national|political|business"
    r"|freelance|guest|former|staff|sports?|leitende[rn]?|freie[rn]?|stellvertretende[rn]?) )*"
    r"(?:editor(?: in chief)?|\w*reporter(?:in|s)?|writers?|correspondents?|\w*korrespondent(?:in)?"
    r"|columnists?|journalist(?:in|a|e|s)?|contributors?|\w*redakteur(?:in)?|redaktør|gastautor(?:in)?"
    r"|volont[äa]r(?:in)?|kolumnist(?:in)?|corresponsal|redactora?|periodista|photographer|fotograf(?:in)?)\b",
    re.IGNORECASE,
)
_REPORTER = re.compile(r"(?<=\S)\s*(?:기자|특파원|記者|记者|特派員|編集委員)$")
#: Words of desks and houses: whatever bears one is no name of a person.
_DESK = re.compile(
    r"\b(?:\w*redaktion\w*|r[ée]daction|redacci[óo]n|redazione|redactie|redakcja|редакция|editors|editorial|staff"
    r"|news\w*|\w*desk|online\w*|team|admin\w*|\w+admin|agentur\w*|agency|agencias?|press|presse|media|medien"
    r"|digital|tv|radio|chef\w*|leiter(?:in)?|authors?|autor|unknown|anonymous|user|null|none|undefined"
    r"|nachrichten\w*|zeitung|magazin\w*|verlag|gmbh|ltd|inc|llc|corp|company|services?|foundation|institute?"
    r"|university|universität|ministerium|newspaper|times|tribune|herald|gazette|daily|weekly|podcast"
    r"|published|updated|posted|veröffentlicht|aktualisiert|share|follow|about|sobre|über|e-?mail|facebook|twitter"
    r"|instagram|whatsapp|fotos?|photos?|bild(?:er)?|grafik|video|illustrations?)\b"
    r"|新聞|通信社|編集部|编辑部|뉴스|신문|일보",
    re.IGNORECASE,
)
_LAST_DOT = re.compile(r"(?<!\b[JS]r)(?<!\b[A-Z])[. ]+$")
_ARTICLE = re.compile(r"(?:the|der|die|das|les|los|las)\s", re.IGNORECASE)
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}", re.IGNORECASE)
_PARTICLES = frozenset(
    (
        "abu af al av bin bint da dalla das de degli dei del della dello den der des di do dos du e el ibn la"
        " las le lo los of ten ter van vom von y zu zum zur"
    ).split()
)
#: Numerals and what else is written in capitals within a name.
_CAPITALS = re.compile(r"[IVX]+|[^AEIOUYÄÖÜÅÆØ]{1,3}|\w\.?(?:\w\.)*")


def clean_authors(bylines: Iterable[str], house: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Returns names of persons from bylines, each once, in order.

    "By", e-mail addresses, handles, brackets, places, job titles, agencies and names of desks and of the
    house go; several names in one string are parted, "Bo, Ann" is turned. A single word is a name only where
    no name has two.

    Args:
        bylines: As pages and feeds give them.
        house: Names of the house as `titles.key_of` spells them.
    """
    found: dict[str, str] = {}
    for byline in islice(bylines, MAX_BYLINES):
        for name in _names(byline[:MAX_BYLINE_CHARACTERS]):
            if _is_name(name) and not _is_house(name, house):
                found.setdefault(name.casefold(), _in_title_case(name))
    names = tuple(found.values())
    full = tuple(name for name in names if " " in name or not _has_case(name))
    return full or tuple(name for name in names if not name[0].islower())


def _names(byline: str) -> Iterator[str]:
    text = _CONTACT.sub(" ", _ADDRESSED.sub(r"\1", html.unescape(byline))).strip()
    if turned := _turned(text):
        yield turned
        return
    parts = _BREAK.split(apart_from_agency(text))
    for part in parts:
        name = " ".join(part.split())
        while (prefix := _PREFIX.match(name)) and prefix.end():
            name = name[prefix.end() :]
        name = _REPORTER.sub("", _PLACE.sub("", _undated(name)))
        if job := _JOB.search(name):
            name = max(name[: job.start()], name[job.end() :], key=len)
            if " " not in name.strip():
                continue
        name = _LAST_DOT.sub("", name.strip(" ,:;-–—*\"'“”„()").lstrip("."))
        if len(parts) == 1 or " " in name or not _has_case(name):  # else a place, an honour, a section
            yield name


def _undated(name: str) -> str:
    """Returns `name` up to the date that follows it: "Ann Bo May 5", "Ann Bo Monday"."""
    words = name.split()
    digits = next((index for index, word in enumerate(words) if any(map(str.isdecimal, word))), len(words))
    words, is_cut = words[:digits], digits < len(words)
    while len(words) > 1 and _is_calendar(words[-1].casefold().rstrip(".,"), is_cut):
        words.pop()
    return " ".join(words)


def _is_calendar(word: str, before_number: bool) -> bool:
    """Whether a word names a day of the week in full or, before a number, a month: May is a name, too."""
    return (word in weekdays() and len(word) > 4) or (before_number and months().get(word, 0) > 0)


def _turned(text: str) -> str | None:
    """Returns "Ann Bo" of "Bo, Ann"."""
    last, _, first = (part.strip() for part in text.partition(","))
    parts = (first, last)
    if not all(part.replace("-", "").isalpha() and part.istitle() and _is_name(part) for part in parts):
        return None
    return f"{first} {last}"


def _is_name(name: str) -> bool:
    if not (3 if _has_case(name) else 2) <= len(name) <= MAX_NAME_CHARACTERS:
        return False
    words = name.split()
    if agency_named(name) or (words[0].isupper() and agency_named(words[0])) or len(words) > MAX_NAME_WORDS:
        return False
    if _DESK.search(name) or _HOST.fullmatch(name) or _ARTICLE.match(name):
        return False
    if any(c.isdigit() or c in "_/<>{}=#@?!:%" for c in name):
        return False
    return name.islower() or all(_may_be_of_name(word) for word in words)


def _may_be_of_name(word: str) -> bool:
    """Whether a word begins with a capital or with a particle: "von", "al-Amin", "d'Arco"."""
    return not word[0].islower() or re.split(r"[-'’]", word)[0] in (*_PARTICLES, "d", "l")


def _is_house(name: str, house: frozenset[str]) -> bool:
    """Whether `name` is one of the house, begins with its initials ("BBC Sport"), or is one's beginning."""
    first, key = name.split()[0], key_of(name)
    if key in house or (first.isupper() and key_of(first) in house):
        return True
    return " " not in name and len(key) > 3 and any(of_house.startswith(key) for of_house in house)


def _has_case(name: str) -> bool:
    return name.upper() != name.lower()


def _in_title_case(name: str) -> str:
    """Returns a name all in capitals in title case, unless its spelling is not plain: `MACDONALD`, `IŞIK`."""
    words = name.split()
    if (
        len(words) < 2
        or not name.isupper()
        or any(word.startswith("MAC") for word in words)
        or ("I" in name and set("İŞĞ") & set(name))
    ):
        return name
    return " ".join(_titled(word, position) for position, word in enumerate(words))


def _titled(word: str, position: int) -> str:
    if position and len(word) > 1 and word.lower() in _PARTICLES:
        return word.lower()
    if _CAPITALS.fullmatch(word):
        return word
    titled = re.sub(r"[^\W_]+", lambda match: match[0].capitalize(), word)
    return re.sub(r"\bMc(\w)", lambda match: "Mc" + match[1].upper(), titled)
