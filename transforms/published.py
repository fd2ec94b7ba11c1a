"""Published: when a page says that its article was first published."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import chain, islice

from htmldate import find_date
from lxml.html import HtmlElement

from transforms.dates import MAX_DATE_CHARACTERS, in_url, is_believable, possible_moments
from transforms.declared import Declared
from transforms.dump.dates import date_words, from_publication, is_publication, is_update
from transforms.titles import text_of

#: Sources by trust.
TRUST = ("jsonld", "meta", "html", "url")
#: A day, in whatever zone, as seen from its midnight in UTC.
DAY_BEGINS, DAY_ENDS = timedelta(hours=-14), timedelta(hours=36)
#: Offsets of zones are multiples of the second.
MAX_OFFSET, ZONE_STEP = timedelta(hours=14), timedelta(minutes=15)
#: So many sources of the same day outweigh one that says another.
AGREEING_SOURCES = 2
#: So many texts of a kind are read in search of a date, and so many dates looked at: a ticker has thousands.
MAX_TEXTS, MAX_DATES = 400, 40
#: A line within so many elements of the headline dates the article if it holds a date and no more than so
#: many words: a name, a place.
ELEMENTS_BELOW_HEADLINE, OTHER_WORDS = 40, 4
#: An element of more parts is no line.
LINE_ELEMENTS = 5
#: A full date has so many at least: 1.2.24.
DATE_DIGITS = 4

# Names of <meta> elements, by trust.
_META = (
    "article:published_time", "og:article:published_time", "og:published_time", "article:published",
    "article.published", "datepublished", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime",
    "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date", "dcterms.date", "pubdate",
    "publishdate", "publish-date", "publication_date", "article:create_at", "date",
)  # fmt: skip
_MIDNIGHT = re.compile(r"[T\s]0?0:00(?::00)?(?:\.0+)?(?![\d:])")
# The state that scripts hand over: "publishedAt":"2024-05-17T08:30:00Z"
_STATE = re.compile(
    r"""["'](?:date_?|first_?)?publi(?:shed|cation|sh)_?(?:at|on|date|time|timestamp)?["']\s*:\s*["']([^"']{16,40})["']""",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*")
_UPDATE_MARK = re.compile("updat|modif")
_DIGIT = re.compile(r"\d")
_LINES = frozenset(("p", "span", "time", "li", "small", "em", "dd", "div"))


@dataclass(frozen=True, slots=True)
class Publication:
    """A moment of publication.

    Attributes:
        at: In UTC; midnight, there or in its own zone, of a mere day.
        source: As in `Metadata.published_from`.
        is_day: Whether no time of the day was given.
        is_local: Whether there is a time without a zone, taken for UTC.
    """

    at: datetime
    source: str
    is_day: bool
    is_local: bool = False


def page_publication(
    tree: HtmlElement, declared: Declared, url: str | None, latest: datetime
) -> Publication | None:
    """Returns when an article was first published, None where the page does not say.

    The first that can be read and believed of JSON-LD, meta elements, `<time>`, the address, lines that begin
    with "Published", what htmldate finds in the text, other lines below the headline. Three exceptions: a day
    on which two others agree outweighs one that no other knows; a mere day takes its time from the first that
    gives one for it, scripts and shown dates included; and a time without a zone yields to the same with one.

    Args:
        tree: The page; not changed.
        declared: What it declares.
        url: Its address.
        latest: The fetch; dates more than a day later are passed over.
    """
    found = [one for one in _said(declared, url) if is_believable(one.at, latest)]
    sources = {said.source for said in found}
    if len(sources) < 2 or not all(_near(found[0], said) for said in found) or found[0].is_day:
        found += [said for said in _read(_times(tree), "html") if is_believable(said.at, latest)]
        found.sort(key=lambda said: TRUST.index(said.source))
    best = _agreed(found) or _visible(tree, url, latest)
    if best and best.is_day:
        shown = chain(_shown(_below_headline(tree)), _shown(tree.iter(*_LINES)))
        finer = (said for said in chain(found, shown, _in_scripts(tree)) if not said.is_day)
        near = (said for said in finer if _same_day(best, said) and is_believable(said.at, latest))
        best = next(near, best)
    return _zoned(best, found) if best and best.is_local else best


def _said(declared: Declared, url: str | None) -> Iterator[Publication]:
    published = list(_read(declared.properties("datePublished"), "jsonld"))
    yield from published or _read(declared.properties("dateCreated"), "jsonld")
    yield from _read(declared.contents(*_META), "meta")
    if url and (day := in_url(url)):
        yield Publication(day, "url", is_day=True)


def _read(texts: Iterable[str], source: str) -> Iterator[Publication]:
    read = ((text, moment) for text in islice(texts, MAX_TEXTS) for moment in possible_moments(text))
    for text, moment in islice(read, MAX_DATES):
        is_day = moment.time() == time() or _MIDNIGHT.search(text) is not None
        yield Publication(moment, source, is_day, not is_day and _LOCAL.fullmatch(text) is not None)


def _agreed(found: list[Publication]) -> Publication | None:
    """Returns the first, or the first of a day that more sources name where no other source names its day."""

    def sources(one: Publication) -> int:
        return len({other.source for other in found if _near(one, other)})

    if not found or sources(found[0]) > 1:
        return found[0] if found else None
    return next((said for said in found if sources(said) >= AGREEING_SOURCES), found[0])


def _same_day(day: Publication, other: Publication) -> bool:
    return DAY_BEGINS <= other.at - day.at < DAY_ENDS


def _zoned(local: Publication, found: list[Publication]) -> Publication:
    """Returns the first that is `local` with a zone: what lies between them is an offset that zones have."""
    for other in found:
        offset = abs(other.at.replace(second=0, microsecond=0) - local.at.replace(second=0, microsecond=0))
        is_exact = not (other.is_local or other.is_day)
        if is_exact and offset <= MAX_OFFSET and offset % ZONE_STEP == timedelta():
            return other if offset else local
    return local


def _near(one: Publication, other: Publication) -> bool:
    return abs(one.at - other.at) < DAY_ENDS


def _times(tree: HtmlElement) -> Iterator[str]:
    """Yields what `<time>` and its like say.

    Marked ones first, then those of the head, of the article, below the headline; those of updates last.
    """
    times = list(tree.iter("time"))
    marked = [
        one for one in times if one.get("pubdate") is not None or "datePublished" in one.get("itemprop", "")
    ]
    marked += tree.xpath(".//*[contains(@itemprop, 'datePublished')][@datetime or @content]")
    within = [one for one in times if one.get("datetime") and _is_within(one, "article", "main", "header")]
    heads = [one for one in within if _is_within(one, "header")]
    below = [one for one in _below_headline(tree) if one.tag == "time" and one.get("datetime")]
    for element in sorted(dict.fromkeys((*marked, *heads, *within, *below)), key=_is_of_update):
        yield element.get("datetime") or element.get("content") or text_of(element)


def _is_of_update(time: HtmlElement) -> bool:
    """Whether a `<time>` is marked as that of a change or stands behind a word that says so."""
    marks = f"{time.get('itemprop', '')} {time.get('class', '')}".lower()
    if _UPDATE_MARK.search(marks):
        return "publi" not in marks  # themes mark a date that is both so
    before = time.getprevious()
    label = time.getparent().text if before is None else (before.tail or "").strip() or text_of(before)
    return is_update(label or "")


def _is_within(element: HtmlElement, *tags: str) -> bool:
    return next(element.iterancestors(*tags), None) is not None


def _visible(tree: HtmlElement, url: str | None, latest: datetime) -> Publication | None:
    lines = list(_texts(tree.iter(*_LINES)))
    below = filter(_is_date, _texts(_below_headline(tree)))
    # Not htmldate's extensive search: of a month in a script or a link it makes the month's first day.
    found = find_date(
        tree,
        url=url,
        original_date=True,
        extensive_search=False,
        deferred_url_extractor=True,
        max_date=latest.replace(tzinfo=None),
    )
    by_htmldate = (found,) if found else ()
    texts = chain(
        filter(is_publication, lines), by_htmldate, sorted(below, key=is_update), filter(is_update, lines)
    )
    return next((said for said in _read(texts, "html") if is_believable(said.at, latest)), None)


def _is_date(text: str) -> bool:
    other = date_words(text)
    return other is not None and other <= OTHER_WORDS


def _below_headline(tree: HtmlElement) -> Iterator[HtmlElement]:
    for headline in islice(tree.iter("h1"), 1):
        yield from headline.xpath(f"following::*[position() <= {ELEMENTS_BELOW_HEADLINE}]")


def _shown(elements: Iterable[HtmlElement]) -> Iterator[Publication]:
    return _read(_texts(elements), "html")


def _texts(elements: Iterable[HtmlElement]) -> Iterator[str]:
    """Yields the texts of those elements that may show a date, each once: short, with four digits or more."""
    seen: set[str] = set()
    for element in elements:
        if len(element) > LINE_ELEMENTS:
            continue
        glued = element.text_content().strip()  # several times faster than `itertext`
        if len(glued) > 2 * MAX_DATE_CHARACTERS or len(_DIGIT.findall(glued)) < DATE_DIGITS:
            continue
        text = from_publication(" ".join(" ".join(element.itertext()).split()))
        if 8 <= len(text) <= MAX_DATE_CHARACTERS and text not in seen:
            seen.add(text)
            yield text


def _in_scripts(tree: HtmlElement) -> Iterator[Publication]:
    texts = (match[1] for script in tree.iter("script") for match in _STATE.finditer(script.text or ""))
    return _read(texts, "html")
