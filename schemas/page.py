"""RawPage: an input document before anything was decided about it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Media(StrEnum):
    """What the body of a page is."""

    HTML = "html"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What someone (a feed entry, a row, the page itself) says of an article. None and () mean: nothing.

    Attributes:
        title: The headline.
        summary: Lead or teaser.
        authors: Names of persons.
        published_at: In UTC.
        published_from: Who said so: `jsonld`, `meta`, `feed`, `html`, `url`, `text` or `row`.
        language: As declared, not normalised.
        canonical_url: As declared, absolute.
        agency: News agency credited, in lower case (`dpa`, `reuters`).
    """

    title: str | None = None
    summary: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_from: str | None = None
    language: str | None = None
    canonical_url: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """By what the state of a feed knows an entry.

    Attributes:
        feed: URL of the feed as listed.
        digest: 63 bits that change when what the feed says of the entry does.
    """

    feed: str
    digest: int


@dataclass(frozen=True, slots=True)
class RawPage:
    """An input document as bytes, and where they came from.

    Attributes:
        source_uri: File and record (`x.warc.gz#12345`) or the URL of the feed.
        via: `feed`, `page`, `warc`, `html`, `text`, `jsonl` or `parquet`.
        body: As stored or received, content encodings undone.
        media: What `body` is.
        charset: As declared by the transport (HTTP header; always `utf-8` for JSON), None if it was silent.
        url: The document's address as given.
        source_id: The feed or dump it came through.
        fetched_at: In UTC; None where the input bears none.
        metadata: What the source, not the body, says of the article.
        entry: By what its feed's state knows it; None for what is no feed's entry.
        stands_in_for: Of a feed's entry whose page could not be had, or not be used: why (a `Reason`).
    """

    source_uri: str
    via: str
    body: bytes
    media: Media
    charset: str | None = None
    url: str | None = None
    source_id: str | None = None
    fetched_at: datetime | None = None
    metadata: Metadata = Metadata()
    entry: FeedEntry | None = None
    stands_in_for: str | None = None
