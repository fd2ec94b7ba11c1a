"""Metadata: what a page says of its article, and how that is joined with what its source says."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain
from urllib.parse import urljoin

from lxml.html import HtmlElement

from schemas import Metadata
from transforms import dates
from transforms.bylines import page_bylines
from transforms.declared import Declared
from transforms.titles import page_title, text_of
from transforms.urls import is_believable_canonical

# Names of <meta> elements, by trust.
_SUMMARIES = (
    "og:description",
    "description",
    "twitter:description",
    "dc.description",
    "sailthru.description",
)
_DATES = (
    "article:published_time", "og:article:published_time", "og:published_time", "article:published",
    "article.published", "datepublished", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime",
    "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date", "dcterms.date", "pubdate",
    "publishdate", "publish-date", "publication_date", "article:create_at", "date",
)  # fmt: skip
_LANGUAGES = ("og:locale", "content-language", "dc.language")

_MAIN_TIMES = (
    ".//time[@pubdate]|.//time[contains(@itemprop, 'datePublished')]",
    ".//*[contains(@itemprop, 'datePublished')][@datetime or @content]",
    ".//article//header//time[@datetime]|.//header[.//h1]//time[@datetime]",
    ".//article//time[@datetime]|.//main//time[@datetime]",
)


def page_metadata(tree: HtmlElement, declared: Declared, url: str | None, latest: datetime) -> Metadata:
    """Returns what the page says of its article.

    The date is the first that can be read and believed of JSON-LD, meta, `<time>`, the URL, and what htmldate
    finds in the text. For the title see `transforms.titles`.

    Args:
        tree: The page; not changed.
        declared: What it declares.
        url: Its address, base of relative links.
        latest: The fetch; dates more than a day later are passed over.
    """
    published_at, published_from = _published(tree, declared, url, latest)
    authors, agency = page_bylines(tree, declared, url)
    return Metadata(
        title=page_title(tree, declared, url),
        summary=next(chain(declared.properties("description"), declared.contents(*_SUMMARIES)), None),
        authors=authors,
        published_at=published_at,
        published_from=published_from,
        language=_language(tree, declared),
        canonical_url=_canonical(tree, declared, url),
        agency=agency,
    )


def merge_metadata(source: Metadata, page: Metadata) -> Metadata:
    """Returns the best of what a source (feed entry, row) and the page itself say, field by field.

    The source's title, summary and authors win: they are the editors' own, without a site's debris. The
    page's date wins if JSON-LD or meta give it, or if the source has none: pages keep the first publication,
    feeds often the last change. Canonical URL and agency are the page's own. Each fills the other's gaps. The
    language stays the source's: it and the page's are evidence side by side.
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
        canonical_url=page.canonical_url or source.canonical_url,
        agency=page.agency or source.agency,
    )


def _published(
    tree: HtmlElement, declared: Declared, url: str | None, latest: datetime
) -> tuple[datetime | None, str | None]:
    said = {
        "jsonld": declared.properties("datePublished", "dateCreated"),
        "meta": declared.contents(*_DATES),
        "html": _times(tree),
    }
    for source, texts in said.items():
        for moment in map(dates.parse_moment, texts):
            if dates.is_believable(moment, latest):
                return moment, source
    if url and dates.is_believable(moment := dates.in_url(url), latest):
        return moment, "url"
    if dates.is_believable(moment := dates.visible(tree, url, latest), latest):
        return moment, "html"
    return None, None


def _times(tree: HtmlElement) -> Iterator[str]:
    for path in _MAIN_TIMES:
        for element in tree.xpath(path):
            yield element.get("datetime") or element.get("content") or text_of(element)


def _language(tree: HtmlElement, declared: Declared) -> str | None:
    own: str | None = tree.get("lang")
    return own or next(chain(declared.properties("inLanguage"), declared.contents(*_LANGUAGES)), None)


def _canonical(tree: HtmlElement, declared: Declared, url: str | None) -> str | None:
    links = (
        link.get("href") or ""
        for link in tree.iter("link")
        if "canonical" in (link.get("rel") or "").lower().split()
    )
    for address in map(str.strip, (*links, *declared.contents("og:url"))):
        try:
            whole = urljoin(url or "", address)
        except ValueError:  # brackets without an IPv6 address between them
            continue
        if address and is_believable_canonical(whole, url):
            return whole
    return None
