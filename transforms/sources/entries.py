"""Entries: what a feed or a sitemap says of one article, to a page."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from resiliparse.extract.html2text import extract_plain_text

from schemas import FeedEntry, Media, Metadata, RawPage, Reason, Rejection, Source
from schemas.identity import normalised
from transforms.sources.values import name_of, text_of

#: What the addresses of articles begin with.
WEB = ("http://", "https://")
_TAG = re.compile(r"<[^>]*>")
_TAG_OR_REFERENCE = re.compile(r"<[a-zA-Z/!]|&#?\w+;")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says of one article.

    Attributes:
        id: As the feed names it.
        link: Absolute address.
        text: HTML or, where `media` says so, text.
        published_at: In UTC.
        updated: When it was changed, as written.
    """

    id: str | None = None
    link: str | None = None
    text: str = ""
    media: Media = Media.HTML
    title: str | None = None
    summary: str | None = None
    authors: tuple[str, ...] = ()
    agency: str | None = None
    published_at: datetime | None = None
    updated: str | None = None
    language: str | None = None


def entry_digest(uri: str, entry: Entry) -> int:
    """Returns 63 bits that change when the link, the title, the words or the times of an entry do.

    Its tags say nothing: addresses of pictures and counters may differ each time a feed is asked for.

    Args:
        uri: Of the entry, see `RawPage.source_uri`.
        entry: The entry.
    """
    words = normalised(_TAG.sub(" ", entry.text))
    return digest_of(uri, entry.link, entry.title, entry.published_at, entry.updated, words)


def digest_of(*said: object) -> int:
    """Returns 63 bits of what is said."""
    whole = hashlib.blake2b(repr(said).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(whole, "big") >> 1


def entry_page(entry: Entry, source: Source, fetched_at: datetime | None) -> RawPage | Rejection:
    """Returns the page that an entry is, a rejection where it has neither link nor text.

    Args:
        entry: The entry.
        source: The feed.
        fetched_at: When the feed was fetched, in UTC; None for a stored one.
    """
    text = entry.text.encode("utf-8", "replace")
    key = entry.id or entry.link or hashlib.blake2b(text, digest_size=8).hexdigest()
    uri = f"{source.uri}#{key}"
    if not entry.link and not entry.text.strip():
        detail, payload = "an entry with neither link nor text", (entry.title or "").encode()
        return Rejection(uri, "read", Reason.MISSING_FIELD, detail, payload=payload, fetched_at=fetched_at)
    return RawPage(
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
        entry=FeedEntry(source.uri, entry_digest(uri, entry)),
    )


def plain(value: object) -> str | None:
    """Returns a text without markup and references, on one line."""
    text = text_of(value)
    if text and _TAG_OR_REFERENCE.search(text):
        text = extract_plain_text(text, preserve_formatting=False)
    return " ".join(text.split()) or None if text else None


def web_address(base: str, link: object) -> str | None:
    """Returns `link` as seen from `base`, None for what is no web address."""
    name = name_of(link)
    try:
        address = urljoin(base, name) if name else ""
    except ValueError:  # a malformed host, such as "http://[x"
        return None
    return address if address.startswith(WEB) else None
