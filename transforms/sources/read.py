"""ReadPages: every source but a feed's URL to its pages, each in the manner of its kind."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import apache_beam as beam

from schemas import Kind, RawPage, Rejection, Source
from transforms.sources.feeds import parse_feed
from transforms.sources.files import read_file, read_whole
from transforms.sources.json_lines import read_json_lines
from transforms.sources.parquet_rows import read_parquet
from transforms.sources.storage import ReadError, open_stored
from transforms.sources.warc import read_warc
from transforms.steps import Attempt, Work


def _read_feed(
    stored: io.BufferedReader, source: Source, max_page_bytes: int
) -> Iterator[RawPage | Rejection]:
    yield from parse_feed(read_whole(stored, source, max_page_bytes), source, charset=None, fetched_at=None)


_READERS: MappingProxyType[Kind, Callable[[io.BufferedReader, Source, int], Iterator[RawPage | Rejection]]]
_READERS = MappingProxyType(
    {
        Kind.FEED: _read_feed,
        Kind.WARC: read_warc,
        Kind.HTML: read_file,
        Kind.TEXT: read_file,
        Kind.JSONL: read_json_lines,
        Kind.PARQUET: read_parquet,
    }
)


def read_source(source: Source, max_page_bytes: int) -> Iterator[RawPage | Rejection]:
    """Yields the pages of a source and a rejection for each input in it that cannot be read.

    Streams: of a WARC or JSON lines file never more than one document is in memory.

    Args:
        source: Of any kind but FEED_URL and FEED_LIST.
        max_page_bytes: Documents of more bytes are refused.
    """
    try:
        with open_stored(source.uri) as stored:
            yield from _READERS[source.kind](stored, source, max_page_bytes)
    except ReadError as error:
        yield Rejection(source.uri, "read", error.reason, error.detail, payload=error.payload)


def _make_reader(max_page_bytes: int) -> Work:
    return partial(read_source, max_page_bytes=max_page_bytes)


@dataclass
class ReadPages(beam.PTransform[Any, Any]):
    """Source to RawPage; rejections pass.

    Attributes:
        max_page_bytes: Documents of more bytes are refused.
    """

    max_page_bytes: int

    def expand(self, sources: Any) -> Any:
        """Reads each source."""
        return sources | Attempt("read", partial(_make_reader, self.max_page_bytes), Source, RawPage)
