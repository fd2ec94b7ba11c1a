"""Sitemaps: those of news to entries; index files and robots.txt to the sitemaps that they name.

https://www.sitemaps.org/protocol.html and, for what `news:news` holds,
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap: the articles of two days.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import lxml.etree as etree
from protego import Protego

from schemas import Kind, Reason, Rejection, Source
from transforms.sources.entries import Entry, plain, web_address
from transforms.sources.kinds import HEAD_BYTES
from transforms.sources.markup import utf8_or, without_doctype, xml_root
from transforms.sources.values import moment_of, name_of

#: A news sitemap that did not change for longer holds no news; one day more than two for tardy servers.
RECENT = timedelta(days=3)
#: Sitemaps of one index or robots.txt that are followed.
MAX_SITEMAPS = 100

#: The address of a sitemap and when it changed.
_Named = tuple[str | None, datetime | None]

# A parser would drop `&b` of `?a=1&b=2`; in a CDATA section it stands rightly.
_STRAY_AMPERSAND = re.compile(rb"(<!\[CDATA\[.*?(?:\]\]>|\Z))|&(?!#?\w+;)", re.DOTALL)
_OF_NEWS = re.compile(r"news(?!letter)")
_URL = re.compile(rb"<(?:\w+:)?url[\s>]", re.IGNORECASE)
_URL_END = re.compile(rb"</(?:\w+:)?url\s*>", re.IGNORECASE)
_ROOT_END = re.compile(rb"</(?:\w+:)?urlset\s*>", re.IGNORECASE)


def is_sitemap(body: bytes) -> bool:
    """Whether the root element of `body` says that it is a sitemap."""
    return xml_root(body[:HEAD_BYTES]) == b"urlset"


def is_sitemap_index(body: bytes) -> bool:
    """Whether the root element of `body` says that it is an index of sitemaps."""
    return xml_root(body[:HEAD_BYTES]) == b"sitemapindex"


def sitemap_entries(body: bytes, base: str) -> tuple[list[Entry], bytes]:
    """Returns the whole entries of a news sitemap and, of one that is cut, what follows the last of them.

    Args:
        body: The sitemap.
        base: Its address, of which relative links are seen.

    Raises:
        ValueError: It has URLs, but none of them is news, or none can be read.
    """
    body = without_doctype(body)
    urls = [(_entry(url, base), url.find("{*}news") is not None) for url in _elements(body, "url")]
    if not _ROOT_END.search(body[-HEAD_BYTES:]):
        ends = list(_URL_END.finditer(body))
        urls, rest = urls[: len(ends)], body[ends[-1].end() :] if ends else body
    else:
        rest = b""
    entries = [entry for entry, is_news in urls if is_news]
    if not entries and (urls or _URL.search(body)):
        raise ValueError("a sitemap without news that can be read")
    return entries, rest


def named_sitemaps(body: bytes, source: Source, fetched_at: datetime) -> Iterator[Source | Rejection] | None:
    """Returns the sitemaps that an index or a robots.txt names, as feeds; None if `body` is neither.

    Of an index those are left out that say that they did not change for longer than `RECENT`. Where the paths
    of some say that they are of news, these alone are taken: the others are archives, pictures, sections.

    Args:
        body: As fetched, content encodings undone.
        source: Where it came from; its name, language and interval go on to what it names.
        fetched_at: In UTC.
    """
    if urlsplit(source.uri).path.lower().endswith("/robots.txt"):
        named: list[_Named] = [
            (address, None) for address in Protego.parse(body.decode("utf-8-sig", "replace")).sitemaps
        ]
    elif is_sitemap_index(body):
        named = [
            (_text(item, "loc"), moment_of(_text(item, "lastmod"))) for item in _elements(body, "sitemap")
        ]
    else:
        return None
    return _followed(named, source, fetched_at)


def _followed(named: list[_Named], source: Source, fetched_at: datetime) -> Iterator[Source | Rejection]:
    if not named:
        yield Rejection(source.uri, "read", Reason.NOT_A_FEED, "it names no sitemap", fetched_at=fetched_at)
    recent = [address for address, changed in named if not changed or changed > fetched_at - RECENT]
    links = list(dict.fromkeys(link for address in recent if (link := web_address(source.uri, address))))
    links = [link for link in links if _OF_NEWS.search(urlsplit(link).path.lower())] or links
    for link in links[:MAX_SITEMAPS]:
        name = source.source_id or source.uri
        yield replace(source, uri=link, kind=Kind.FEED_URL, source_id=name)
    if len(links) > MAX_SITEMAPS:
        detail = f"{len(links)} sitemaps, of which the first {MAX_SITEMAPS} were followed"
        yield Rejection(source.uri, "read", Reason.TOO_LARGE, detail, fetched_at=fetched_at)


def _elements(body: bytes, name: str) -> Iterator[Any]:
    """Yields the elements of that name, one after the other; each is emptied before the next comes.

    What is not well-formed is read as far as it can be. No entity is expanded, nothing else is loaded.
    """
    body = _STRAY_AMPERSAND.sub(lambda found: found[1] or b"&amp;", without_doctype(body))
    elements = etree.iterparse(
        io.BytesIO(body),
        encoding="utf-8" if body.isascii() else utf8_or(body, None),
        tag=f"{{*}}{name}",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for _, element in elements:
            yield element
            element.clear()
    except etree.XMLSyntaxError:  # nothing in it is XML
        return


def _entry(url: Any, base: str) -> Entry:
    published = moment_of(_text(url, "news/{*}publication_date"))
    return Entry(
        link=web_address(base, _text(url, "loc")),
        title=plain(_text(url, "news/{*}title")),
        published_at=published or moment_of(_text(url, "lastmod")),
        updated=_text(url, "lastmod"),
        language=_text(url, "news/{*}publication/{*}language"),
    )


def _text(element: Any, path: str) -> str | None:
    found = element.find(f"{{*}}{path}")
    return name_of("".join(found.itertext())) if found is not None else None
