"""Published: when a page says that its article was first published."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import chain, islice

from htmldate import find_date
from lxml.html import HtmlElement

from transforms.dates import MAX_DATE_CHARACTERS, in_url, is_believable, parse_moment
from transforms.declared import Declared
from transforms.dump.dates import date_words, is_labelled
from transforms.moments import to_utc
from transforms.titles import text_of

#: Sources by trust.
TRUST = ("jsonld", "meta", "html", "url")
#: A day, in whatever zone, as seen from its midnight in UTC.
DAY_BEGINS, DAY_ENDS = timedelta(hours=-14), timedelta(hours=36)
#: So many sources of the same day outweigh one that says another.
AGREEING_SOURCES = 2
#: So many dates of a kind are looked at.
MAX_SHOWN_DATES = 40
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
_DIGIT = re.compile(r"\d")
_LINES = frozenset(("p", "span", "time", "li", "small", "em", "dd", "div"))


@dataclass(frozen=True, slots=True)
class Publication:
    """A moment of publication.

    Attributes:
        at: In UTC; midnight, there or in its own zone, of a mere day.
        source: As in `Metadata.published_from`.
        is_day: Whether no time of the day was given.
    """

    at: datetime
    source: str
    is_day: bool


def page_publication(
    tree: HtmlElement, declared: Declared, url: str | None, latest: datetime
) -> Publication | None:
    """Returns when an article was published, None where the page does not say.

    The first that can be read and believed of JSON-LD, meta elements, `<time>`, the address, what htmldate
    finds in the text and lines that begin with "Published". Two exceptions: a day on which two others agree
    outweighs one that no other knows; and a mere day takes its time from the first that gives one for it,
    scripts and shown dates included.

    Args:
        tree: The page; not changed.
        declared: What it declares.
        url: Its address.
        latest: The fetch; dates more than a day later are passed over.
    """
    said = islice(_said(declared, url), MAX_SHOWN_DATES)
    found = [one for one in said if is_believable(one.at, latest)]
    sources = {said.source for said in found}
    if len(sources) < 2 or not all(_near(found[0], said) for said in found) or found[0].is_day:
        times = islice(_read(_times(tree), "html"), MAX_SHOWN_DATES)  # a ticker has thousands
        found += [said for said in times if is_believable(said.at, latest)]
        found.sort(key=lambda said: TRUST.index(said.source))
    best = _agreed(found) or _visible(tree, url, latest)
    if best is None or not best.is_day:
        return best
    finer = (said for said in chain(found, _shown(tree), _in_scripts(tree)) if not said.is_day)
    return next((said for said in finer if _same_day(best, said) and is_believable(said.at, latest)), best)


def _said(declared: Declared, url: str | None) -> Iterator[Publication]:
    published = list(_read(declared.properties("datePublished"), "jsonld"))
    yield from published or _read(declared.properties("dateCreated"), "jsonld")
    yield from _read(declared.contents(*_META), "meta")
    if url and (day := in_url(url)):
        yield Publication(day, "url", is_day=True)


def _read(texts: Iterator[str], source: str) -> Iterator[Publication]:
    for text in texts:
        if moment := parse_moment(text):
            is_day = moment.time() == time() or _MIDNIGHT.search(text) is not None
            yield Publication(moment, source, is_day)


def _agreed(found: list[Publication]) -> Publication | None:
    """Returns the first, or the first of a day that more sources name where no other source names its day."""

    def sources(one: Publication) -> int:
        return len({other.source for other in found if _near(one, other)})

    if not found or sources(found[0]) > 1:
        return found[0] if found else None
    return next((said for said in found if sources(said) >= AGREEING_SOURCES), found[0])


def _same_day(day: Publication, other: Publication) -> bool:
    return DAY_BEGINS <= other.at - day.at < DAY_ENDS


def _near(one: Publication, other: Publication) -> bool:
    return abs(one.at - other.at) < DAY_ENDS


def _times(tree: HtmlElement) -> Iterator[str]:
    """Yields what `<time>` and its like say: marked ones first, then those of the head, then others."""
    times = list(tree.iter("time"))
    marked = [
        one for one in times if one.get("pubdate") is not None or "datePublished" in one.get("itemprop", "")
    ]
    marked += tree.xpath(".//*[contains(@itemprop, 'datePublished')][@datetime or @content]")
    within = [one for one in times if one.get("datetime") and _is_within(one, "article", "main", "header")]
    heads = [one for one in within if _is_within(one, "header")]
    for element in dict.fromkeys((*marked, *heads, *within)):
        yield element.get("datetime") or element.get("content") or text_of(element)


def _is_within(element: HtmlElement, *tags: str) -> bool:
    return next(element.iterancestors(*tags), None) is not None


def _visible(tree: HtmlElement, url: str | None, latest: datetime) -> Publication | None:
    # Not htmldate's extensive search: of a month in a script or a link it makes the month's first day.
    found = find_date(
        tree,
        url=url,
        original_date=True,
        extensive_search=False,
        deferred_url_extractor=True,
        max_date=latest.replace(tzinfo=None),
    )
    if day := to_utc(found):
        return Publication(day, "html", is_day=True)
    below = filter(_is_date, _texts(_below_headline(tree)))
    labelled = filter(is_labelled, _texts(tree.iter(*_LINES)))
    return next(
        (said for said in _read(chain(below, labelled), "html") if is_believable(said.at, latest)), None
    )


def _is_date(text: str) -> bool:
    other = date_words(text)
    return other is not None and other <= OTHER_WORDS


def _below_headline(tree: HtmlElement) -> Iterator[HtmlElement]:
    for headline in islice(tree.iter("h1"), 1):
        yield from headline.xpath(f"following::*[position() <= {ELEMENTS_BELOW_HEADLINE}]")


def _shown(tree: HtmlElement) -> Iterator[Publication]:
    return islice(_read(_texts(tree.iter(*_LINES)), "html"), MAX_SHOWN_DATES)


def _texts(elements: Iterable[HtmlElement]) -> Iterator[str]:
    """Yields the texts of those elements that may show a date, each once: short, with four digits or more."""
    seen: set[str] = set()
    for element in elements:
        if len(element) > LINE_ELEMENTS:
            continue
        glued = element.text_content().strip()  # several times faster than `itertext`
        if len(glued) > 2 * MAX_DATE_CHARACTERS or len(_DIGIT.findall(glued)) < DATE_DIGITS:
            continue
        text = " ".join(" ".join(element.itertext()).split())
        if 8 <= len(text) <= MAX_DATE_CHARACTERS and text not in seen:
            seen.add(text)
            yield text


def _in_scripts(tree: HtmlElement) -> Iterator[Publication]:
    texts = (match[1] for script in tree.iter("script") for match in _STATE.finditer(script.text or ""))
    return _read(texts, "html")
