"""Feeds, stored or fetched, to one page an entry: RSS and Atom by feedparser, JSON Feed, news sitemaps."""

import html
import io
import re
import xml.sax
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import feedparser

from schemas import Media, RawPage, Reason, Rejection, Source
from transforms.agencies import agency_among
from transforms.authors import clean_authors
from transforms.sources.entries import WEB, Entry, entry_page, plain, web_address
from transforms.sources.kinds import HEAD_BYTES, foreign_media
from transforms.sources.markup import utf8_or, without_doctype
from transforms.sources.sitemaps import is_sitemap, is_sitemap_index, sitemap_entries
from transforms.sources.values import id_of, moment_of, name_of, parse_json, text_of
from transforms.titles import key_of

_ROOT_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_JSON_FEED = "jsonfeed.org/version/"
# feedparser takes no more than four letters of a top domain: "x@paper.example (Ann Bo)" is to it
# the address "x@paper.exam" and the name "ple (Ann Bo".
_CUT_ADDRESS = re.compile(r"\.[a-zA-Z]{4}$")
_ADDRESS_REST = re.compile(r"^[a-z]+(?=\s*\(|\s|$)|<[a-z]+>|\([a-z]+$")


def parse_feed(
    body: bytes, source: Source, charset: str | None, fetched_at: datetime | None
) -> Iterator[RawPage | Rejection]:
    """Yields the pages of a feed's entries, and a rejection for each entry that is none. Does no I/O.

    Args:
        body: The feed, content encodings undone.
        source: Where it came from: its URL or path is the base of relative links.
        charset: As the HTTP header says, None if it was silent.
        fetched_at: In UTC; None for a stored feed.
    """

    def refused(reason: Reason, detail: str, payload: bytes = body) -> Rejection:
        return Rejection(source.uri, "read", reason, detail, payload=payload, fetched_at=fetched_at)

    if not body.removeprefix(b"\xef\xbb\xbf").strip():
        yield refused(Reason.EMPTY, "an empty feed")
        return
    if media := foreign_media(body[:HEAD_BYTES]):
        yield refused(Reason.UNSUPPORTED_MEDIA, f"{media}, not a feed")
        return
    try:
        entries, rest = _entries(body, source, charset)
    except ValueError as error:
        yield refused(Reason.NOT_A_FEED, str(error))
        return
    for entry in entries:
        yield entry_page(entry, source, fetched_at)
    if rest:
        yield refused(Reason.TRUNCATED, "the feed ends before its last element is closed", payload=rest)


def _entries(body: bytes, source: Source, charset: str | None) -> tuple[list[Entry], bytes]:
    """Returns the whole entries of a feed and, of one that is cut, what follows the last of them.

    Raises:
        ValueError: It is no feed.
    """
    if body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return _json_entries(body, source), b""
    if is_sitemap(body):
        return sitemap_entries(body, source.uri)
    if is_sitemap_index(body):
        raise ValueError("an index of sitemaps: give its URL as INPUT, so that they can be fetched")
    body = without_doctype(body)
    parsed = feedparser.parse(
        io.BytesIO(body),  # bytes alone would be tried as a file's name
        response_headers={
            "content-type": _content_type(body, charset),
            "content-location": source.uri if source.uri.startswith(WEB) else "",
        },
        resolve_relative_uris=True,
        sanitize_html=True,
    )
    if not parsed.version:
        raise ValueError("neither RSS, Atom nor JSON Feed")
    base = source.uri if source.uri.startswith(WEB) else parsed.feed.get("link") or ""
    language = plain(parsed.feed.get("language"))
    house = _house(parsed.feed.get("title"))
    entries = [_xml_entry(entry, base, language, house) for entry in parsed.entries]
    broken = isinstance(parsed.get("bozo_exception"), xml.sax.SAXException)
    if not broken or _ROOT_END.search(body[-HEAD_BYTES:]):
        return entries, b""
    ends = list(re.finditer(rb"</(?:\w+:)?(?:item|entry)\s*>", body, re.IGNORECASE))
    return entries[: len(ends)], body[ends[-1].end() :] if ends else body


def _content_type(body: bytes, charset: str | None) -> str:
    """Returns the content type for feedparser to decode by."""
    charset = utf8_or(body, charset)
    return f"application/xml; charset={charset}" if charset else "application/xml"


def _xml_entry(entry: Mapping[str, Any], base: str, language: str | None, house: frozenset[str]) -> Entry:
    contents = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    texts = [_as_html(content) for content in contents if content.get("value")]
    link = entry.get("feedburner_origlink") or entry.get("link")
    bylines = _bylines(entry)
    return Entry(
        id=name_of(entry.get("id")),
        link=web_address(base, link),
        text=max(texts, key=len, default=""),
        media=Media.HTML,
        title=plain(entry.get("title")),
        summary=plain(entry.get("summary")),
        authors=clean_authors(bylines, house),
        agency=agency_among(bylines),
        published_at=_published(entry),
        # Asking for one that is not there makes feedparser warn and give another.
        updated=name_of(entry["updated"]) if "updated" in entry else None,
        language=next((content["language"] for content in contents if content.get("language")), None)
        or language,
    )


def _as_html(content: Mapping[str, Any]) -> str:
    value: str = content["value"]
    return html.escape(value, quote=False) if content.get("type") == "text/plain" else value


def _bylines(entry: Mapping[str, Any]) -> list[str]:
    """Returns who wrote an entry as the feed puts it, addresses and all."""
    names: list[str] = []
    whole = entry.get("author") or ""  # the last of `authors`, unparted
    for author in entry.get("authors", ()):
        name, address = author.get("name") or "", author.get("email") or ""
        if address and address in whole:
            name = whole
        elif _CUT_ADDRESS.search(address):
            name = _ADDRESS_REST.sub("", name)
        names.append(name)
    return [text for name in dict.fromkeys(names) if (text := plain(html.escape(name)))]


def _house(title: object) -> frozenset[str]:
    return frozenset((key_of(name),)) if (name := plain(title)) else frozenset()


def _published(entry: Mapping[str, Any]) -> datetime | None:
    for name in ("published", "updated", "created"):
        # feedparser's own parsing takes 9 PM for 9 AM.
        if name in entry and (moment := moment_of(entry[name])):
            return moment
    return None


def _json_entries(body: bytes, source: Source) -> list[Entry]:
    """Reads a JSON Feed, https://www.jsonfeed.org/version/1.1/ and the one before it.

    Raises:
        ValueError: It is none.
    """
    feed = parse_json(body.decode("utf-8-sig"))
    if not isinstance(feed, dict) or _JSON_FEED not in str(feed.get("version")):
        raise ValueError("JSON, but no JSON Feed")
    items = feed.get("items")
    if not isinstance(items, list):
        raise ValueError("a JSON Feed without items")
    base = text_of(feed.get("home_page_url")) or source.uri
    house = _house(feed.get("title"))
    return [_json_entry(item if isinstance(item, dict) else {}, base, feed, house) for item in items]


def _json_entry(item: Mapping[str, Any], base: str, feed: Mapping[str, Any], house: frozenset[str]) -> Entry:
    content, text = text_of(item.get("content_html")), text_of(item.get("content_text"))
    bylines = _json_bylines(item) or _json_bylines(feed)
    link = web_address(base, item.get("url") or item.get("external_url"))
    return Entry(
        id=id_of(item.get("id")),
        link=link
        or web_address("", item.get("id")),  # best "the full URL of the resource", says the standard
        text=content or text or text_of(item.get("summary")) or "",
        media=Media.HTML if content else Media.TEXT,
        title=plain(item.get("title")),
        summary=plain(item.get("summary")),
        authors=clean_authors(bylines, house),
        agency=agency_among(bylines),
        published_at=moment_of(item.get("date_published")) or moment_of(item.get("date_modified")),
        updated=name_of(item.get("date_modified")),
        language=text_of(item.get("language")) or text_of(feed.get("language")),
    )


def _json_bylines(of: Mapping[str, Any]) -> list[str]:
    """Returns the names of the `authors` (version 1.1), or of the `author` (1.0), of an item or a feed."""
    authors = of.get("authors") or [of.get("author")]
    people = [author for author in authors if isinstance(author, dict)] if isinstance(authors, list) else []
    return [name for author in people if (name := plain(author.get("name")))]
