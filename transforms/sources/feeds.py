"""Feeds, stored or fetched, to one page an entry: RSS and Atom by feedparser, JSON Feed here."""

import hashlib
import html
import io
import re
import xml.sax
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import feedparser
from resiliparse.extract.html2text import extract_plain_text

from schemas import Media, Metadata, RawPage, Reason, Rejection, Source
from transforms.agencies import agency_among
from transforms.authors import clean_authors
from transforms.sources.kinds import HEAD_BYTES, foreign_media
from transforms.sources.values import id_of, moment_of, name_of, parse_json, text_of
from transforms.titles import key_of

_WEB = ("http://", "https://")
_ROOT_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_TAG_OR_REFERENCE = re.compile(r"<[a-zA-Z/!]|&#?\w+;")
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_JSON_FEED = "jsonfeed.org/version/"
# feedparser takes no more than four letters of a top domain: "x@paper.example (Ann Bo)" is to it
# the address "x@paper.exam" and the name "ple (Ann Bo".
_CUT_ADDRESS = re.compile(r"\.[a-zA-Z]{4}$")
_ADDRESS_REST = re.compile(r"^[a-z]+(?=\s*\(|\s|$)|<[a-z]+>|\([a-z]+$")
_ELEMENT = re.compile(rb"<\w")


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a feed says of one article; `text` is HTML or, where `media` says so, text."""

    id: str | None
    link: str | None
    text: str
    media: Media
    title: str | None
    summary: str | None
    authors: tuple[str, ...]
    agency: str | None
    published_at: datetime | None
    language: str | None


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

    def refused(reason: Reason, detail: str, uri: str = source.uri, payload: bytes = body) -> Rejection:
        return Rejection(uri, "read", reason, detail, payload=payload, fetched_at=fetched_at)

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
        text = entry.text.encode("utf-8", "replace")
        key = entry.id or entry.link or hashlib.blake2b(text, digest_size=8).hexdigest()
        uri = f"{source.uri}#{key}"
        if not entry.link and not entry.text.strip():
            yield refused(
                Reason.MISSING_FIELD, "an entry with neither link nor text", uri, (entry.title or "").encode()
            )
            continue
        yield RawPage(
            source_uri=uri,
            via="feed",
            body=text,
            media=entry.media,
            charset="utf-8",
            url=entry.link,
            source_id=source.source_id or source.uri,
            fetched_at=fetched_at,
            metadata=Metadata(
                title=entry.title,
                summary=entry.summary,
                authors=entry.authors,
                published_at=entry.published_at,
                published_from="feed" if entry.published_at else None,
                language=entry.language or source.language,
                agency=entry.agency,
            ),
        )
    if rest:
        yield refused(Reason.TRUNCATED, "the feed ends before its last element is closed", payload=rest)


def _entries(body: bytes, source: Source, charset: str | None) -> tuple[list[_Entry], bytes]:
    """Returns the whole entries of a feed and, of one that is cut, what follows the last of them.

    Raises:
        ValueError: It is no feed.
    """
    if body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return _json_entries(body), b""
    body = _without_doctype(body)
    parsed = feedparser.parse(
        io.BytesIO(body),  # bytes alone would be tried as a file's name
        response_headers={
            "content-type": _content_type(body, charset),
            "content-location": source.uri if source.uri.startswith(_WEB) else "",
        },
        resolve_relative_uris=True,
        sanitize_html=True,
    )
    if not parsed.version:
        raise ValueError("neither RSS, Atom nor JSON Feed")
    base = source.uri if source.uri.startswith(_WEB) else parsed.feed.get("link") or ""
    language = _plain(parsed.feed.get("language"))
    house = _house(parsed.feed.get("title"))
    entries = [_xml_entry(entry, base, language, house) for entry in parsed.entries]
    broken = isinstance(parsed.get("bozo_exception"), xml.sax.SAXException)
    if not broken or _ROOT_END.search(body[-HEAD_BYTES:]):
        return entries, b""
    ends = list(re.finditer(rb"</(?:\w+:)?(?:item|entry)\s*>", body, re.IGNORECASE))
    return entries[: len(ends)], body[ends[-1].end() :] if ends else body


def _without_doctype(body: bytes) -> bytes:
    """Returns the feed, UTF-16 as UTF-8, without its document type, which could only declare entities."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        body = body.decode("utf-16", "replace").encode()
    root = _ELEMENT.search(body)
    doctype = _DOCTYPE.search(body, 0, root.start()) if root else None
    return body[: doctype.start()] + body[root.start() :] if root and doctype else body


def _content_type(body: bytes, charset: str | None) -> str:
    """Returns the content type for feedparser to decode by; what is UTF-8 is that whatever is declared."""
    if not body.isascii():
        try:
            body.decode()
            charset = "utf-8"
        except UnicodeDecodeError:
            pass
    return f"application/xml; charset={charset}" if charset else "application/xml"


def _xml_entry(entry: Mapping[str, Any], base: str, language: str | None, house: frozenset[str]) -> _Entry:
    contents = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    texts = [_as_html(content) for content in contents if content.get("value")]
    link = entry.get("feedburner_origlink") or entry.get("link")
    bylines = _bylines(entry)
    return _Entry(
        id=name_of(entry.get("id")),
        link=_web_address(base, link),
        text=max(texts, key=len, default=""),
        media=Media.HTML,
        title=_plain(entry.get("title")),
        summary=_plain(entry.get("summary")),
        authors=clean_authors(bylines, house),
        agency=agency_among(bylines),
        published_at=_published(entry),
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
    return [plain for name in dict.fromkeys(names) if (plain := _plain(html.escape(name)))]


def _house(title: object) -> frozenset[str]:
    return frozenset((key_of(name),)) if (name := _plain(title)) else frozenset()


def _published(entry: Mapping[str, Any]) -> datetime | None:
    for name in ("published", "updated", "created"):
        # Asking for one that is not there makes feedparser warn. Its own parsing takes 9 PM for 9 AM.
        if name in entry and (moment := moment_of(entry[name])):
            return moment
    return None


def _json_entries(body: bytes) -> list[_Entry]:
    """Reads a JSON Feed, https://www.jsonfeed.org/version/1.1/.

    Raises:
        ValueError: It is none.
    """
    feed = parse_json(body.decode("utf-8-sig"))
    if not isinstance(feed, dict) or _JSON_FEED not in str(feed.get("version")):
        raise ValueError("JSON, but no JSON Feed")
    items = feed.get("items")
    if not isinstance(items, list):
        raise ValueError("a JSON Feed without items")
    base = text_of(feed.get("home_page_url")) or ""
    house = _house(feed.get("title"))
    return [_json_entry(item if isinstance(item, dict) else {}, base, feed, house) for item in items]


def _json_entry(item: Mapping[str, Any], base: str, feed: Mapping[str, Any], house: frozenset[str]) -> _Entry:
    content, text = text_of(item.get("content_html")), text_of(item.get("content_text"))
    authors = item.get("authors") or [item.get("author")]
    people = [author for author in authors if isinstance(author, dict)] if isinstance(authors, list) else []
    bylines = [name for author in people if (name := _plain(author.get("name")))]
    return _Entry(
        id=id_of(item.get("id")),
        link=_web_address(base, item.get("url") or item.get("external_url")),
        text=content or text or text_of(item.get("summary")) or "",
        media=Media.HTML if content else Media.TEXT,
        title=_plain(item.get("title")),
        summary=_plain(item.get("summary")),
        authors=clean_authors(bylines, house),
        agency=agency_among(bylines),
        published_at=moment_of(item.get("date_published")) or moment_of(item.get("date_modified")),
        language=text_of(item.get("language")) or text_of(feed.get("language")),
    )


def _plain(value: object) -> str | None:
    """Returns a text without markup and references, on one line."""
    text = text_of(value)
    if text and _TAG_OR_REFERENCE.search(text):
        text = extract_plain_text(text, preserve_formatting=False)
    return " ".join(text.split()) or None if text else None


def _web_address(base: str, link: object) -> str | None:
    """Returns `link` as seen from `base`, None for what is no web address."""
    name = name_of(link)
    try:
        address = urljoin(base, name) if name else ""
    except ValueError:  # a malformed host, such as "http://[x"
        return None
    return address if address.startswith(_WEB) else None
