"""Attribution: who wrote an article, which agency sent it, and who made its pictures."""

import re

from transforms.dump import vocabulary
from transforms.dump.vocabulary import AGENCIES
from transforms.writing import SENTENCE_END

_ALIASES = {alias: agency for agency, aliases in AGENCIES.items() for alias in aliases}
_START, _END = r"(?<![^\W\d_])", r"(?![^\W\d_])"

_PICTURE_LINE = re.compile(
    rf"(?:{vocabulary.PICTURE})\s?(?:\[m\]\s?)?[:：©/=|]\s*\S.{{0,160}}", re.IGNORECASE
)
_PICTURE_TAIL = re.compile(
    rf"{_START}(?:{vocabulary.PICTURE_AT_END})\s?[:：©]\s?[^.:]{{2,80}}\.?$", re.IGNORECASE
)
_SOURCE_LINE = re.compile(rf"(?:{vocabulary.SOURCE})\s?[:：=]\s*\S.{{0,80}}", re.IGNORECASE)
_SUPPLIER_TAIL = re.compile(rf"{_START}(?:{vocabulary.SUPPLIER_AT_END})(?:/[\w .]{{0,40}})?$", re.IGNORECASE)
_NAME_SLASH_SUPPLIER = re.compile(
    r"(?:^|\s)[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3} ?[/|] ?"
    rf"(?:{vocabulary.SUPPLIER_AFTER_SLASH})(?:[ /][\w ]{{0,30}})?$"
)
_BRACKETS_AT_END = re.compile(r"[(（\[]([^()（）\[\]]{2,100})[)）\]]\.?$")
_CREDIT = re.compile(
    rf"{_START}(?:{vocabulary.SUPPLIER}|{vocabulary.CREDIT_WORD}){_END}|{vocabulary.CREDIT_SIGN}",
    re.IGNORECASE,
)
#: Of writer and editors: "(jx)", "jx/ih/ab".
_INITIALS = re.compile(r"[(\[][a-z]{2,4}(?:/[a-z]{2,4})*[)\]]|[a-z]{2,4}(?:/[a-z]{2,4})+")

_SIGNED = r"([\w.-]{1,20}(?: [\w.-]{1,15}){0,2}(?:\s?[/,;|]\s?[\w.-]{1,20}(?: [\w.-]{1,15})?){0,4})"
_SIGNATURE = re.compile(rf"[(\[（]?{_SIGNED}[)\]）]?\.?")
#: Behind a whole sentence: in "… der Deutschen Presse-Agentur (dpa)." the brackets are part of it.
_SIGNATURE_AT_END = re.compile(rf"(?<=[.!?…。！？।۔\"”“»«’)])\s*[(\[（]{_SIGNED}[)\]）]\.?$")
_NAMED_SOURCE_AT_END = re.compile(
    rf"\s*{_START}(?:{vocabulary.SOURCE})\s?[:：=]\s*([^.:()]{{2,40}})\.?$", re.IGNORECASE
)
_SOURCE_AT_END = re.compile(
    rf"{_START}(?:{vocabulary.SOURCE}|mit material von|with|via)\s?[:：=]?\s+([^.:()]{{2,40}})\.?$",
    re.IGNORECASE,
)
_DATELINE = re.compile(r".{0,60}?[(（]([^()（）]{2,30})[)）]\s*(?:[-–—:]|\s)")
_PART_BREAK = re.compile(r"\s?[/,;|]\s?|\s+")

_BYLINE = re.compile(rf"(?:{vocabulary.BY})(?:\s?[:：|]\s?|\s+)(\S.{{1,110}})", re.IGNORECASE)
_BY_ALONE = re.compile(rf"(?:{vocabulary.BY_ALONE})\s?[:：,\-–—|]?\s*", re.IGNORECASE)
_NAME_BREAK = re.compile(r"\s*(?:[,;|/•·&+]|\b(?:and|und|et|y|og|och|en)\b| e | i | и | ve |、)\s*")
_AFTER_NAMES = re.compile(
    r"\s*(?:[|•·–—(@]|\s-\s|\d|\b(?:updated|published|for|in|aus)\b).*$", re.IGNORECASE | re.DOTALL
)
_NAME_WORD = r"(?:[A-ZÀ-ÞĀ-ŽА-ЯЁ][\w.'’-]*|van|von|de|der|den|da|di|dos|del|la|le|el|al|bin|zu|af)"
_NAME = re.compile(rf"{_NAME_WORD}(?:\s{_NAME_WORD}){{1,4}}")
#: A credit's "for", "und", "von der" are fewer than a sentence's words without a capital.
SENTENCE_SMALL_WORDS = 4
#: Words without a capital, or of a script that has none.
_SMALL_WORD = re.compile(r"(?<![\w'’.-])[^\W\d_A-ZÀ-ÞĀ-ŽΑ-ΩА-ЯЁ][^\W\d_]*(?!\w)|[\u3040-\u30ff]{2,}")
_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")


def is_credit(text: str) -> bool:
    """Whether a line does nothing but name the maker or source of a picture or of the text."""
    if len(text) > 220:
        return False
    words = len(text.split())
    if text.startswith("©") or _INITIALS.fullmatch(text):
        return True
    if _PICTURE_LINE.fullmatch(text) or _SOURCE_LINE.fullmatch(text):
        return words <= 18 and not _is_sentence(text)
    signature = _SIGNATURE.fullmatch(text)
    if signature and _agency_among(signature[1]):
        return True
    return words <= 8 and _ends_with_supplier(text)


def _ends_with_supplier(text: str) -> bool:
    slashed = "/" in text or "|" in text  # they are rare, and the search is slow
    return bool((slashed and _NAME_SLASH_SUPPLIER.search(text)) or _SUPPLIER_TAIL.search(text))


def _is_sentence(text: str) -> bool:
    """Whether what follows "Foto:" is a sentence: credits are names, in capitals and with no full stop."""
    return SENTENCE_END.search(text) is not None and len(_SMALL_WORD.findall(text)) >= SENTENCE_SMALL_WORDS


def is_caption(text: str) -> bool:
    """Whether a line ends by crediting a picture, as captions do."""
    if len(text) > 500:
        return False
    picture = _PICTURE_TAIL.search(text) if any(sign in text for sign in ":：©") else None
    if picture and _is_sentence(picture[0]):
        return False
    if picture or _ends_with_supplier(text):
        return True
    brackets = _BRACKETS_AT_END.search(text)
    if not brackets:
        return False
    if _agency_of(
        brackets[1]
    ):  # "… said on Monday. (Reuters)" ends an article, "A man in Paris (Reuters)" is a caption
        return not text[: brackets.start()].rstrip().endswith((".", "!", "?", "”", '"', "»", "。"))
    return _CREDIT.search(brackets[1]) is not None and not _INITIALS.fullmatch(brackets[0])


def agency_in(text: str) -> str | None:
    """Returns the agency that a line credits: as a signature, in brackets or as a source at its end."""
    tail = text[-80:]
    signature = _SIGNATURE.fullmatch(text) if len(text) <= 80 else None
    for found in (signature, _BRACKETS_AT_END.search(tail), _SOURCE_AT_END.search(tail)):
        if found and (agency := _agency_among(found[1])):
            return agency
    return None


def agency_of_source(text: str) -> str | None:
    """Returns the agency that a line names as a source at its end: `… auf der Brücke. Quelle: dpa`."""
    found = _NAMED_SOURCE_AT_END.search(text[-80:])
    return _agency_among(found[1]) if found else None


def without_source(text: str) -> str:
    """Returns a line without the agency that `agency_of_source` finds in it."""
    return _cut(_NAMED_SOURCE_AT_END, text)


def without_signature(text: str) -> str:
    """Returns a line without an agency's signature or source at its end: nothing of `ak/Reuters`, say.

    In brackets behind a sentence, `… sagte sie. (afp/er)`, the signature alone goes.
    """
    signature = _SIGNATURE.fullmatch(text) if len(text) <= 80 else None
    return "" if signature and _agency_among(signature[1]) else _cut(_SIGNATURE_AT_END, without_source(text))


def _cut(credit: re.Pattern[str], text: str) -> str:
    found = credit.search(text, max(0, len(text) - 100))
    return text[: found.start()].rstrip() if found and _agency_among(found[1]) else text


def agency_of_dateline(text: str) -> str | None:
    """Returns the agency of an opening such as `PARIS (Reuters) - …`."""
    dateline = _DATELINE.match(text[:120])
    return _agency_among(dateline[1]) if dateline else None


def _agency_among(text: str) -> str | None:
    return next((agency for part in (text, *_PART_BREAK.split(text)) if (agency := _agency_of(part))), None)


def _agency_of(name: str) -> str | None:
    name = name.strip(" .,-–—")
    return _ALIASES.get(name.casefold()) if len(name) > 2 or name.isupper() or not name.isascii() else None


def is_bare_byline(text: str) -> bool:
    """Whether a line is a byline's first word alone: `By`, `Von`."""
    return len(text) <= 20 and _BY_ALONE.fullmatch(text) is not None


def opens_byline(text: str) -> bool:
    """Whether a short line begins like a byline, whoever it names: `By Regan`, `Von dpa, jse`."""
    return len(text) <= 60 and len(text.split()) <= 5 and _BYLINE.fullmatch(text) is not None


def authors_in(text: str) -> tuple[str, ...]:
    """Returns the names in a byline such as `By Ann Ash and Bo Birch, Daily News`; none in other lines."""
    byline = _BYLINE.fullmatch(text) if len(text) <= 130 else None
    return names_in(byline[1]) if byline else ()


def names_in(text: str) -> tuple[str, ...]:
    """Returns the names of persons that a line begins with."""
    names: list[str] = []
    for part in _NAME_BREAK.split(_AFTER_NAMES.sub("", text)):
        name = part.strip(" .,:")
        if not _NAME.fullmatch(name) or _CAPITALS.search(name):  # "CNN Business" is no person
            break
        names.append(name)
    return tuple(dict.fromkeys(names))


def is_name(text: str) -> bool:
    """Whether a line is one or more names of persons and nothing else."""
    if len(text) > 100 or text.isupper():
        return False
    return all(_NAME.fullmatch(part.strip()) for part in _NAME_BREAK.split(text))
