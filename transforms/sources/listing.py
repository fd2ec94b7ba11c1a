"""An INPUT of the command line to sources: files, folders, globs, feed lists, and parts of large files."""

import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import apache_beam as beam

from schemas import Kind, Reason, Rejection, Source
from transforms.sources.compression import decompressed
from transforms.sources.feed_lists import parse_feed_list
from transforms.sources.files import read_whole
from transforms.sources.kinds import HEAD_BYTES, has_compressed_name, kind_of_content, kind_of_name
from transforms.sources.parquet_rows import part_row_groups
from transforms.sources.storage import (
    ReadError,
    StoredFile,
    below,
    find,
    is_below,
    is_folder,
    match,
    normalized,
    open_stored,
    printable,
)
from transforms.sources.values import name_of
from transforms.steps import Attempt, Work

#: Stored bytes of a part of a large file: some hundred compressed pages, seconds of work.
PART_BYTES = 8 * 1024 * 1024
#: A feed list of more bytes is none.
_MAX_LIST_BYTES = 64 * 1024 * 1024
#: Files looked into at the same time; what they wait for is the storage.
_LOOKS_AT_ONCE = 16

_GLOB = re.compile(r"[*?\[]")


def list_sources(given: str, leave_out: str | None = None) -> Iterator[Source | Rejection]:
    """Yields the sources of an INPUT of the command line in a stable order.

    Feed lists are expanded, large files parted; what a list names goes before what lies in files.

    Args:
        given: The URL of a feed, or a file, folder or glob, local or `gs://`.
        leave_out: A folder; files below it are no inputs. A run leaves out its own output.
    """
    if given.lower().startswith(("http://", "https://")):
        yield Source(name_of(given) or given, Kind.FEED_URL)
        return
    given = printable(given)
    try:
        files = [
            file for file in _files(given) if not (leave_out and is_below(file.uri, printable(leave_out)))
        ]
    except ReadError as error:
        yield Rejection(given, "list", error.reason, error.detail)
        return
    if not files:
        yield Rejection(given, "list", Reason.NOT_FOUND, "no such file, or nothing below it that can be read")
        return
    with ThreadPoolExecutor(_LOOKS_AT_ONCE) as threads:
        kinds = list(threads.map(_kind, files))
    listed: set[str] = set()
    rest: list[tuple[StoredFile, Kind]] = []
    for file, kind in zip(files, kinds, strict=True):
        if isinstance(kind, Rejection):
            yield kind
        elif kind is Kind.FEED_LIST:
            for source in _feeds(file):
                if isinstance(source, Source):
                    listed.add(source.uri)
                yield source
        else:
            rest.append((file, kind))
    for file, kind in rest:
        if file.uri not in listed:  # a stored feed that a list names bears the list's name for it
            yield from _parts(file, kind)


def _files(given: str) -> tuple[StoredFile, ...]:
    """Returns the files of an INPUT; those whose kind only their content tells only where they were named."""
    if not given:
        return ()
    if file := find(given):
        return (file,)
    given = normalized(given)
    if is_folder(given) or not (glob := _GLOB.search(given)):
        return _told_by_name(_visible(below(given), "" if given == "." else f"{given}/"))
    literal = given[: glob.start()]
    named = tuple(_visible(match(given), literal))
    return _told_by_name({*named, *_visible(match(f"{given}/**"), literal)}) or named


def _told_by_name(files: Iterable[StoredFile]) -> tuple[StoredFile, ...]:
    told = (file for file in files if kind_of_name(file.uri))
    return tuple(sorted(told, key=lambda file: file.uri))


def _visible(files: Iterable[StoredFile], literal: str) -> Iterator[StoredFile]:
    """Yields the files that no dot before a name hides, behind `literal`, which the INPUT spells out."""
    for file in files:
        if "/." not in f"/{file.uri}"[len(literal) :]:
            yield file


def _kind(file: StoredFile) -> Kind | Rejection:
    """Returns the kind of a file; looks into it where the name leaves the choice."""
    kind = kind_of_name(file.uri)
    may_be_opml = kind is Kind.FEED
    if kind and not may_be_opml:
        return kind
    try:
        with open_stored(file.uri) as stored:
            content = kind_of_content(decompressed(stored).read(HEAD_BYTES))
    except ReadError as error:
        if error.reason not in (Reason.TRUNCATED, Reason.CORRUPT):
            return Rejection(file.uri, "list", error.reason, error.detail)
        content = Kind.TEXT
    if may_be_opml and content is not Kind.FEED_LIST:
        return Kind.FEED
    return content


def _feeds(file: StoredFile) -> Iterator[Source | Rejection]:
    try:
        with open_stored(file.uri) as stored:
            body = read_whole(stored, Source(file.uri, Kind.FEED_LIST), _MAX_LIST_BYTES)
        yield from parse_feed_list(body, file.uri)
    except ReadError as error:
        yield Rejection(file.uri, "list", error.reason, error.detail, payload=error.payload)


def _parts(file: StoredFile, kind: Kind) -> Iterator[Source]:
    """Yields a file as a whole or, where parts of it can be read alone and it is large, in parts."""
    parts = [(0, file.size)]
    if file.size > PART_BYTES:
        if kind is Kind.WARC or (kind is Kind.JSONL and not has_compressed_name(file.uri)):
            starts = range(0, file.size, PART_BYTES)
            parts = [(start, min(PART_BYTES, file.size - start)) for start in starts]
        elif kind is Kind.PARQUET:
            parts = _parquet_parts(file)
    ends = [*(start for start, _ in parts[1:]), None]
    for (start, size), end in zip(parts, ends, strict=True):
        yield Source(file.uri, kind, start, end, size)


def _parquet_parts(file: StoredFile) -> list[tuple[int, int]]:
    try:
        with open_stored(file.uri) as stored:
            return part_row_groups(stored, PART_BYTES)
    except ReadError:
        return [(0, file.size)]  # reading it says what is wrong


def _make_lister(leave_out: str | None) -> Work:
    return partial(list_sources, leave_out=leave_out)


@dataclass
class ListSources(beam.PTransform[Any, Any]):
    """INPUTs to sources and rejections, spread over the workers.

    Attributes:
        leave_out: As in `list_sources`.
    """

    leave_out: str | None = None

    def expand(self, inputs: Any) -> Any:
        """Returns a PCollection of sources and rejections."""
        look = Attempt("list", partial(_make_lister, self.leave_out), str, Source)
        return inputs | "Look" >> look | "Spread" >> beam.Reshuffle()
