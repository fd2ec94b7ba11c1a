"""Source: one unit of reading work."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a source holds."""

    FEED_URL = "feed-url"
    FEED_LIST = "feed-list"
    FEED = "feed"
    WARC = "warc"
    HTML = "html"
    TEXT = "text"
    JSONL = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Source:
    """A feed to fetch, a file to read, or a part of a large file.

    Attributes:
        uri: Local path, URI known to Beam's FileSystems, or the URL of a feed.
        kind: How to read it.
        start: Where the part begins: bytes of the stored file (WARC, JSON lines), row groups (Parquet).
        end: Where the part ends, exclusive, in the same unit; None for the end of the file. A record
            belongs to the part in which it begins.
        size: Stored bytes of the file or part; 0 where unknown.
        source_id: The name that a feed list gave it.
        language: The language that a feed list gave it, a hint only.
        poll_interval: Seconds between two looks at a feed, as its list says; None to learn them.
    """

    uri: str
    kind: Kind
    start: int = 0
    end: int | None = None
    size: int = 0
    source_id: str | None = None
    language: str | None = None
    poll_interval: float | None = None
