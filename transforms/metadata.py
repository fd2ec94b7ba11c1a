"""Metadata: what a page says of its article, and how that is joined with what its source says."""

from dataclasses import replace
from datetime import datetime
from itertools import chain
from urllib.parse import urljoin

from lxml.html import HtmlElement

from schemas import Metadata
from transforms.bylines import page_bylines
from transforms.declared import Declared
from transforms.published import page_publication
from transforms.titles import Headlines, page_title, without_site
from transforms.urls import is_believable_canonical

# Names of <meta> elements, by trust.
_SUMMARIES = (
    "og:description",
    "description",
    "twitter:description",
    "dc.description",
    "sailthru.description",
)
_LANGUAGES = ("og:locale", "content-language", "dc.language")


def page_metadata(
    tree: HtmlElement, declared: Declared, headlines: Headlines, url: str | None, latest: datetime
) -> Metadata:
    """Returns what the page says of its article.

    For the choice among what it says see `page_title`, `page_bylines` and `page_publication`.

    Args:
        tree: The page; not changed.
        declared: What it declares.
        headlines: What it gives as its headline.
        url: Its address, base of relative links.
        latest: The fetch; dates more than a day later are passed over.
    """
    published = page_publication(tree, declared, url, latest)
    authors, agency = page_bylines(tree, declared, url)
    return Metadata(
        title=page_title(tree, headlines, url),
        summary=next(chain(declared.properties("description"), declared.contents(*_SUMMARIES)), None),
        authors=authors,
        published_at=published.at if published else None,
        published_from=published.source if published else None,
        language=_language(tree, declared),
        canonical_url=_canonical(tree, declared, url),
        agency=agency,
    )


def merge_metadata(source: Metadata, page: Metadata) -> Metadata:
    """Returns the best of what a source (feed entry, row) and the page itself say, field by field.

    The source's title, summary and authors win: they are the editors' own; but of a title with the name of
    the site behind it the page's headline is left. The page's date wins if JSON-LD or meta give it, or if the
    source has none: pages keep the first publication, feeds often the last change. Canonical URL and agency
    are the page's own. Each fills the other's gaps. The language stays the source's: what the page declares
    is weighed beside it.
    """
    precise = page.published_at is not None and page.published_from in ("jsonld", "meta")
    dated = page if precise or source.published_at is None else source
    return replace(
        source,
        title=without_site(source.title, page.title) if source.title else page.title,
        summary=source.summary or page.summary,
        authors=source.authors or page.authors,
        published_at=dated.published_at,
        published_from=dated.published_from,
        canonical_url=page.canonical_url or source.canonical_url,
        agency=page.agency or source.agency,
    )


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
