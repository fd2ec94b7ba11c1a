"""An INPUT of the command line to sources: files, folders, globs, feed lists, and parts of large files."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from schemas import Kind, Reason, Rejection, Source
from transforms.sources.feed_lists import parse_feed_list
from transforms.sources.files import read_whole
from transforms.sources.kinds import HEAD_BYTES, has_compressed_name, kind_of_content, kind_of_name
from transforms.sources.rows import row_groups
from transforms.sources.storage import ReadError, StoredFile, decompressed, find, match, open_stored

#: Stored bytes of a part of a large file: some hundred compressed pages, seconds of work.
PART_BYTES = 8 * 1024 * 1024
#: A feed list of more bytes is none.
_MAX_LIST_BYTES = 64 * 1024 * 1024
#: Files looked into at the same time; what they wait for is the storage.
_LOOKS_AT_ONCE = 16

_GLOB = re.compile(r"[*?\[]")


def list_sources(input: str) -> Iterator[Source | Rejection]:  # noqa: A002 - the contract's name
    """Yields the sources of an INPUT of the command line, sorted by name, feed lists expanded, large files in parts.

    Args:
        input: The URL of a feed, or a file, folder or glob, local or `gs://`.
    """
    if input.lower().startswith(("http://", "https://")):
        yield Source(input, Kind.FEED_URL)
        return
    try:
        files = _files(input)
    except ReadError as error:
        yield Rejection(input, "list", error.reason, error.detail)
        return
    if not files:
        yield Rejection(input, "list", Reason.NOT_FOUND, "no such file, or nothing below it that can be read")
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


def _files(input: str) -> tuple[StoredFile, ...]:  # noqa: A002
    """Returns the files of an INPUT; those whose kind only their content tells only where they were named."""
    if file := find(input):
        return (file,)
    if not _GLOB.search(input):
        return tuple(file for file in _below(input) if kind_of_name(file.uri))
    named = match(input)
    below = _below(input) if not input.endswith("/") else ()
    files = sorted({*named, *below}, key=lambda file: file.uri)
    return tuple(file for file in files if kind_of_name(file.uri)) or named


def _below(folder: str) -> tuple[StoredFile, ...]:
    """Returns the files below a folder, or the folders that a glob matches, without hidden ones."""
    folder = folder.rstrip("/") or "/"
    pattern = f"{folder.rstrip('/')}/**"
    depth = folder.count("/") + 1
    hidden = re.compile(r"(?:^|/)\.")
    return tuple(file for file in match(pattern) if not hidden.search("/".join(file.uri.split("/")[depth:])))


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
    starts = [0]
    if file.size > PART_BYTES:
        if kind is Kind.WARC or (kind is Kind.JSONL and not has_compressed_name(file.uri)):
            starts = list(range(0, file.size, PART_BYTES))
        elif kind is Kind.PARQUET:
            starts = _row_group_starts(file)
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        yield Source(file.uri, kind, start, end)


def _row_group_starts(file: StoredFile) -> list[int]:
    try:
        with open_stored(file.uri) as stored:
            return row_groups(stored, PART_BYTES)
    except ReadError:
        return [0]  # reading it says what is wrong
