"""Metadata: what a page says of its article, and how that is joined with what its source says."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from schemas import Metadata
from transforms import authors, dates, jsonld

# Names of <meta> (name, property, itemprop, in lower case), by trust.
_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title", "parsely-title", "sailthru.title")
_SUMMARIES = (
    "og:description",
    "description",
    "twitter:description",
    "dc.description",
    "sailthru.description",
)
_AUTHORS = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
)
_DATES = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "datepublished",
    "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "article.published", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date", "dcterms.date", "pubdate", "publishdate", "publish-date",
    "publication_date", "article:create_at", "date",
)  # fmt: skip
_SITES = ("og:site_name", "application-name", "twitter:site", "al:ios:app_name", "apple-mobile-web-app-title")

_SECTIONS = ("article:section", "og:section", "parsely-section")

#: Between a headline and the name of a site or a section, with white space around it.
_SEPARATOR = re.compile(r"\s+(?:[|•·»«›‹—–\-]|::|//)\s+|\s*[|｜：]\s*")
_MAIN_TIMES = (
    ".//time[@pubdate]|.//time[contains(@itemprop, 'datePublished')]",
    ".//*[contains(@itemprop, 'datePublished')][@datetime or @content]",
    ".//article//header//time[@datetime]|.//header[.//h1]//time[@datetime]",
    ".//article//time[@datetime]|.//main//time[@datetime]",
)
_BYLINES = ".//*[@rel='author' or contains(@itemprop, 'author') or contains(@class, 'byline') or contains(@class, 'author-name')]"


def page_metadata(tree: HtmlElement, url: str | None, latest: datetime | None) -> Metadata:
    """Returns what the page says of its article.

    Title: of Open Graph, the JSON-LD headline, `<h1>` and `<title>`, all without the names of site and section, the one
    on which most agree; `<title>` counts only where nothing else was said. Date: JSON-LD, meta, `<time>`, the URL, what htmldate finds.

    Args:
        tree: The page; not changed.
        url: Its address, base of relative links.
        latest: The fetch; dates more than a day later are passed over.
    """
    nodes = jsonld.article_nodes(tree)
    meta = _meta(tree)
    published_at, published_from = _published(tree, nodes, meta, url, latest)
    bylines = _bylines(tree, nodes, meta)
    return Metadata(
        title=_title(tree, nodes, meta, url),
        summary=jsonld.first(nodes, "description") or next(_contents(meta, _SUMMARIES), None),
        authors=_without_site(authors.clean_authors(bylines), _site_names(nodes, meta, url)),
        published_at=published_at,
        published_from=published_from,
        language=_language(tree, nodes, meta),
        canonical_url=_canonical(tree, meta, url),
        agency=authors.agency_among(bylines),
    )


def merge_metadata(source: Metadata, page: Metadata) -> Metadata:
    """Returns the best of what a source (feed entry, row) and the page itself say, field by field.

    The source's title, summary and authors win: they are the editor's own, without a site's debris. The page's date
    wins unless it names only a day (`html`, `url`) and the source one too: pages keep the first publication, feeds
    often the last change. Language and canonical URL are the page's own; the source fills gaps.
    """
    precise = page.published_at is not None and page.published_from in ("jsonld", "meta")
    dated = page if precise or source.published_at is None else source
    return replace(
        source,
        title=source.title or page.title,
        summary=source.summary or page.summary,
        authors=source.authors or page.authors,
        published_at=dated.published_at,
        published_from=dated.published_from,
        language=page.language or source.language,
        canonical_url=page.canonical_url or source.canonical_url,
        agency=page.agency or source.agency,
    )


def _meta(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = " ".join((element.get("content") or "").split())
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").strip().lower()
            if name and content:
                found.setdefault(name, []).append(content)
    return found


def _contents(meta: dict[str, list[str]], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield from meta.get(name, ())


def _title(
    tree: HtmlElement, nodes: tuple[jsonld.Node, ...], meta: dict[str, list[str]], url: str | None
) -> str | None:
    debris = _debris(nodes, meta, url)

    def cleaned(titles: Iterable[str]) -> list[str]:
        found = (_without_debris(title, debris) for title in titles)
        return [title for title in found if _key(title) and _key(title) not in debris]

    social = cleaned(_contents(meta, _TITLES))[:1]
    structured = cleaned(_headlines(nodes))[:1]
    window = cleaned(map(_text, tree.iterfind(".//head/title")))[:1]
    said = [*social, *structured]
    shown = cleaned(map(_text, tree.iter("h1")))
    # <title> is written for search engines. A page that says another headline anywhere means it.
    own = [title for title in said if window and _differ(title, window[0])]
    own += [title for title in shown if own and _key(title) in map(_key, own)]
    candidates = own or [*said, *shown, *window]
    votes = Counter(map(_key, candidates))
    # max() keeps the first of equals.
    return max(candidates, key=lambda title: votes[_key(title)], default=None)


def _differ(one: str, other: str) -> bool:
    """Whether two titles say different things: neither holds the other, as a shortened one does."""
    return _key(one) not in _key(other) and _key(other) not in _key(one)


def _headlines(nodes: tuple[jsonld.Node, ...]) -> Iterator[str]:
    for node in nodes[:1]:
        yield from jsonld.strings(node.get("headline") or node.get("name"))


def _without_debris(title: str, debris: frozenset[str]) -> str:
    """Returns `title` without the names of the house and the section before or behind it."""
    parts = _SEPARATOR.split(title)
    separators = _SEPARATOR.findall(title)
    while len(parts) > 1 and _is_site(parts[-1], debris):
        parts.pop()
        separators.pop()
    while len(parts) > 1 and _is_site(parts[0], debris):
        parts.pop(0)
        separators.pop(0)
    return " ".join("".join(a + b for a, b in zip(parts, [*separators, ""], strict=True)).split())


def _debris(nodes: tuple[jsonld.Node, ...], meta: dict[str, list[str]], url: str | None) -> frozenset[str]:
    """Returns what may stand beside a headline: the house and the section, as `_key` spells them."""
    sections = [
        *_contents(meta, _SECTIONS),
        *(text for node in nodes for text in jsonld.strings(node.get("articleSection"))),
    ]
    return _site_names(nodes, meta, url) | {_key(section) for section in sections}


def _is_site(part: str, sites: frozenset[str]) -> bool:
    key = _key(part)
    return (
        not key or key in sites or re.fullmatch(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,6}", part.lower()) is not None
    )


def _site_names(
    nodes: tuple[jsonld.Node, ...], meta: dict[str, list[str]], url: str | None
) -> frozenset[str]:
    """Returns the names of the house, as `_key` spells them: `thedailyexample`, `dailyexample`, `dailyexamplecom`."""
    names = [*_contents(meta, _SITES)]
    for node in nodes:
        publisher = node.get("publisher")
        for item in publisher if isinstance(publisher, list) else [publisher]:
            names += jsonld.strings(item.get("name") if isinstance(item, dict) else item)
    host = (urlsplit(url).hostname or "") if url else ""
    labels = host.removeprefix("www.").split(".")
    names += [host, ".".join(labels), labels[0], *(labels[-2:-1])]
    keys = {_key(name) for name in names}
    keys |= {key.removeprefix("the") for key in keys} | {f"the{key}" for key in keys}
    return frozenset(key for key in keys if len(key) > 1)


def _published(
    tree: HtmlElement,
    nodes: tuple[jsonld.Node, ...],
    meta: dict[str, list[str]],
    url: str | None,
    latest: datetime,
) -> tuple[datetime | None, str | None]:
    said = [
        *(
            (text, "jsonld")
            for node in nodes
            for name in ("datePublished", "dateCreated")
            for text in jsonld.strings(node.get(name))
        ),
        *((text, "meta") for text in _contents(meta, _DATES)),
        *((text, "html") for text in _times(tree)),
    ]
    for text, source in said:
        moment = dates.believable(dates.parse_moment(text), latest)
        if moment:
            return moment, source
    in_url = dates.believable(dates.in_url(url), latest) if url else None
    if in_url:
        return in_url, "url"
    visible = dates.believable(dates.visible(tree, url, latest), latest)
    return visible, "html" if visible else None


def _times(tree: HtmlElement) -> Iterator[str]:
    for path in _MAIN_TIMES:
        for element in tree.xpath(path):
            text = element.get("datetime") or element.get("content") or _text(element)
            if text:
                yield text


def _bylines(tree: HtmlElement, nodes: tuple[jsonld.Node, ...], meta: dict[str, list[str]]) -> list[str]:
    structured = [name for node in nodes[:1] for name in _author_names(node.get("author"))]
    declared = [name for name in _contents(meta, _AUTHORS) if not name.startswith(("http:", "https:", "/"))]
    shown = [_text(element) for element in tree.xpath(_BYLINES)]
    for names in (structured, declared, [name for name in shown if len(name) <= 100][:3]):
        if authors.clean_authors(names):
            return names
    return structured + declared


def _author_names(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield from jsonld.strings(item.get("name"))
        else:
            yield from jsonld.strings(item)


def _without_site(names: tuple[str, ...], sites: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in names if _key(name) not in sites)


def _language(tree: HtmlElement, nodes: tuple[jsonld.Node, ...], meta: dict[str, list[str]]) -> str | None:
    return (
        tree.get("lang")
        or jsonld.first(nodes, "inLanguage")
        or next(_contents(meta, ("og:locale", "content-language", "dc.language")), None)
    )


def _canonical(tree: HtmlElement, meta: dict[str, list[str]], url: str | None) -> str | None:
    links = [
        link.get("href")
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    ]
    for address in [*links, *meta.get("og:url", ())]:
        if address and address.strip():
            try:
                return urljoin(url or "", address.strip())
            except ValueError:
                continue
    return None


def _text(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())


def _key(text: str) -> str:
    """Returns the letters and digits of `text` in one case, to compare spellings."""
    return "".join(c for c in text.casefold() if c.isalnum())
