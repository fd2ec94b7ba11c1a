"""WARC files: every HTML response, from any part of a file, past damage.

A `.warc.gz` is a chain of gzip members, as a rule one a record; a part of the file begins with the first
member that begins in it. fastwarc interprets the records; they are framed here, for fastwarc neither tells a
cut record from a whole one nor goes on after damage.
"""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fastwarc.warc import HeaderMap, WarcRecord

from schemas import Kind, Media, RawPage, Reason, Rejection, Source
from schemas.rejection import PAYLOAD_BYTES
from transforms.sources.codings import decoded, known_charset
from transforms.sources.compression import GZIP_MAGIC, GzipMember, decompressed, is_compressed
from transforms.sources.kinds import HEAD_BYTES, foreign_media, kind_of_content
from transforms.sources.storage import CHUNK_BYTES, ReadError, StoredChunks, buffered, file_name
from transforms.sources.values import moment_of, name_of

_RECORD_MAGIC = b"WARC/"
#: Bound of a record's own header, and of the HTTP header in it.
_HEADER_BYTES = 64 * 1024
_CONTENT_LENGTH = re.compile(
    rb"^content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_RESPONSE = re.compile(rb"^warc-type[ \t]*:[ \t]*response[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})

_Results = Iterator[RawPage | Rejection]
#: Says whether a member or record begins at an offset.
_Accept = Callable[[StoredChunks, int], bool]


@dataclass(frozen=True, slots=True)
class _Record:
    """A record: its header, what was read of its block of `length` bytes, where the next record begins."""

    header: bytes
    block: bytes
    length: int
    next: int | None


def read_warc(stored: io.BufferedReader, source: Source, max_page_bytes: int) -> _Results:
    """Reads the records that begin in the source's range of stored bytes.

    A record begins where its gzip member does, so a file that was compressed as a whole is read by its first
    part alone. Content counts, not the name.

    Raises:
        ReadError: The file is empty, or was compressed as a whole and is damaged.
    """
    stored.seek(0)
    magic = stored.read(len(_RECORD_MAGIC))
    if not magic:
        raise ReadError(Reason.EMPTY, "an empty file")
    if magic.startswith(GZIP_MAGIC):
        yield from _read_members(stored, source, max_page_bytes)
    elif not is_compressed(stored):
        yield from _read_plain(stored, source, max_page_bytes)
    elif source.start == 0:
        yield from _read_stream(decompressed(stored), source.uri + "#", source, max_page_bytes)


def _read_members(stored: io.BufferedReader, source: Source, max_page_bytes: int) -> _Results:
    chunks = StoredChunks(stored)
    offset = _find(chunks, source, source.start, GZIP_MAGIC, _is_member) if source.start else 0
    while offset is not None and _is_due(chunks, source, offset, _is_member):
        member = GzipMember(chunks, offset)
        stream = buffered(member)
        try:
            yield from _read_stream(stream, f"{source.uri}#{offset}:", source, max_page_bytes)
            offset = None if chunks.end_at(member.end) else member.end
        except ReadError as error:
            yield Rejection(
                f"{source.uri}#{offset}", "read", error.reason, error.detail, payload=error.payload
            )
            offset = _find(chunks, source, member.start + 1, GZIP_MAGIC, _is_member)


def _read_stream(stream: io.BufferedReader, uri: str, source: Source, max_page_bytes: int) -> _Results:
    """Reads all records of a stream, named by `uri` and offset, the first of a gzip member by `uri` alone."""
    offset = _next_record(stream)
    while offset is not None:
        record = _take_record(stream, max_page_bytes)
        place = f"{uri}{offset}" if offset or uri.endswith("#") else uri.removesuffix(":")
        yield from _read_response(record, place, source, max_page_bytes)
        offset = record.next


def _read_plain(stored: io.BufferedReader, source: Source, max_page_bytes: int) -> _Results:
    chunks = StoredChunks(stored)
    offset = _find(chunks, source, source.start, _RECORD_MAGIC, _is_record) if source.start else 0
    while offset is not None and _is_due(chunks, source, offset, _is_record):
        here, place = offset, f"{source.uri}#{offset}"
        try:
            stored.seek(here)
            record = _take_record(stored, max_page_bytes)
            yield from _read_response(record, place, source, max_page_bytes)
            offset = record.next
        except ReadError as error:
            yield Rejection(place, "read", error.reason, error.detail, payload=error.payload)
            offset = _find(chunks, source, here + 1, _RECORD_MAGIC, _is_record)


def _is_due(chunks: StoredChunks, source: Source, offset: int, accept: _Accept) -> bool:
    """Says whether the part has to read what begins at `offset`.

    Beyond its end that is what the next part, which looks for a place to begin, would not accept: were it
    left to that part, damage there would go unseen.
    """
    return _begins_in(source, offset) or not accept(chunks, offset)


def _begins_in(source: Source, offset: int) -> bool:
    return source.end is None or offset < source.end


def _find(
    chunks: StoredChunks,
    source: Source,
    offset: int,
    magic: bytes,
    accept: _Accept,
) -> int | None:
    """Returns the first offset from `offset` on, in the source's range, that has `magic` and is accepted."""
    while _begins_in(source, offset):
        chunk = chunks.at(offset, len(magic))
        if len(chunk) < len(magic):
            return None
        found = chunk.find(magic)
        if found < 0:
            offset += len(chunk) - len(magic) + 1
        elif _begins_in(source, offset + found) and accept(chunks, offset + found):
            return offset + found
        else:
            offset += found + 1
    return None


def _is_member(chunks: StoredChunks, offset: int) -> bool:
    try:
        return buffered(GzipMember(chunks, offset)).read(len(_RECORD_MAGIC)) == _RECORD_MAGIC
    except ReadError:
        return False


def _is_record(chunks: StoredChunks, offset: int) -> bool:
    """Says whether a record of an uncompressed file begins at `offset`, and not only a text that quotes one.

    It begins a line, has the fields it must, and is followed by a record or by the end of the file.
    """
    if offset and chunks.at(offset - 1)[:1] != b"\n":
        return False
    start = chunks.at(offset, _HEADER_BYTES)
    end = _BLANK_LINE.search(start)
    header = start[: end.end()] if end else b""
    length = _CONTENT_LENGTH.search(header)
    if not length or not header.startswith(_RECORD_MAGIC) or b"warc-type" not in header.lower():
        return False
    after = chunks.at(offset + len(header) + int(length[1]), 4 + len(_RECORD_MAGIC))[: 4 + len(_RECORD_MAGIC)]
    rest = after.lstrip(b"\r\n")
    return rest.startswith(_RECORD_MAGIC) or not rest


def _next_record(stream: io.BufferedReader) -> int | None:
    """Goes over the blank lines after a record and returns where the next begins, None at the end."""
    while ahead := stream.peek(4)[:4]:
        blank = len(ahead) - len(ahead.lstrip(b"\r\n"))
        stream.read(blank)
        if blank < len(ahead):
            return stream.tell()
    return None


def _take_record(stream: io.BufferedReader, max_page_bytes: int) -> _Record:
    """Reads a record and goes to its end; of one too large or no HTML response keeps only the beginning."""
    header = _take_header(stream)
    declared = _CONTENT_LENGTH.search(header)
    if not declared:
        raise ReadError(Reason.CORRUPT, "a WARC record without Content-Length", header)
    length = int(declared[1])
    block = b""
    if _RESPONSE.search(header):
        block = stream.read(min(length, _HEADER_BYTES))
        if len(block) < length <= max_page_bytes + _HEADER_BYTES and _may_be_html(header, block):
            block += stream.read(length - len(block))
    rest = length - len(block)
    while rest and (skipped := len(stream.read(min(rest, CHUNK_BYTES)))):
        rest -= skipped
    if rest:
        raise ReadError(Reason.TRUNCATED, f"{rest} of {length} bytes of a record are missing", header + block)
    following = _next_record(stream)  # of a gzip member: reads its end and so verifies its checksum
    if following is not None and not stream.peek(1).startswith(_RECORD_MAGIC[:1]):
        raise ReadError(
            Reason.CORRUPT, "a record is followed by neither a record nor the end", header + block
        )
    return _Record(header, block, length, following)


def _take_header(stream: io.BufferedReader) -> bytes:
    header = b""
    while not header.endswith((b"\n\r\n", b"\n\n")):
        line = stream.readline(_HEADER_BYTES)
        if not line:
            raise ReadError(Reason.TRUNCATED, "the file ends in a WARC header", header)
        header += line
        if not header.startswith(_RECORD_MAGIC) or len(header) > _HEADER_BYTES:
            raise ReadError(Reason.CORRUPT, "no WARC header where one must be", header)
    return header


def _parse(header: bytes, block: bytes) -> WarcRecord | None:
    """Returns the record with its HTTP header parsed, None if it is not HTTP.

    Raises:
        ReadError: The HTTP header is broken.
    """
    try:
        record = WarcRecord.from_bytes(header + block)
        if not record.is_http:
            return None
        record.parse_http(auto_decode="none", max_header_len=_HEADER_BYTES, quirks_mode=True)
    except OSError as error:
        raise ReadError(Reason.CORRUPT, f"a broken HTTP header: {error}", block) from error
    return record


def _may_be_html(header: bytes, block: bytes) -> bool:
    try:
        record = _parse(header, block)
    except ReadError:
        return False
    return record is not None and (record.http_content_type or "text/html").lower() in _HTML_TYPES


def _read_response(record: _Record, uri: str, source: Source, max_page_bytes: int) -> _Results:
    """Reads the page of an HTML response; other records are not inputs and yield nothing."""
    if not record.block:
        return
    try:
        head = record.block[:_HEADER_BYTES]
        parsed = _parse(record.header, head)
    except ReadError as error:
        yield Rejection(uri, "read", error.reason, error.detail, payload=error.payload)
        return
    if parsed is None or parsed.http_headers is None or parsed.reader is None:
        return
    content_type = parsed.http_content_type
    if content_type and content_type.lower() not in _HTML_TYPES:
        return
    stored = record.block[len(head) - len(parsed.reader.read()) :]
    body = decoded(stored, _codings(parsed.http_headers), max_page_bytes + 1)
    if not content_type and kind_of_content(body[:HEAD_BYTES]) is not Kind.HTML:
        return
    url = name_of((parsed.headers.get("WARC-Target-URI") or "").strip().strip("<>"))
    fetched_at = moment_of(_full_date((parsed.headers.get("WARC-Date") or "").strip()))
    status = parsed.http_headers.status_code
    reason = detail = None
    if status != 200:
        reason, detail = Reason.HTTP_STATUS, f"answered with {parsed.http_headers.status_line}"
    elif len(record.block) < record.length or len(body) > max_page_bytes:
        reason, detail = Reason.TOO_LARGE, f"over {max_page_bytes} bytes"
    elif not body.strip():
        reason, detail = Reason.EMPTY, "an empty page"
    elif media := foreign_media(body[:HEAD_BYTES]):
        reason, detail = Reason.UNSUPPORTED_MEDIA, f"{media} sent as HTML"
    if reason:
        yield Rejection(uri, "read", reason, detail or "", url, body[:PAYLOAD_BYTES], fetched_at)
        return
    yield RawPage(
        source_uri=uri,
        via=Kind.WARC.value,
        body=body,
        media=Media.HTML,
        charset=known_charset(parsed.http_charset),
        url=url,
        source_id=source.source_id or file_name(source.uri),
        fetched_at=fetched_at,
    )


def _full_date(text: str) -> str:
    """Returns a date, of one that names a year or month alone (WARC/1.1, 5.4) the first day."""
    return text + {len("2026"): "-01-01", len("2026-11"): "-01"}.get(len(text), "")


def _codings(headers: HeaderMap) -> list[str]:
    """Returns the codings of a response in the order in which they were applied."""
    names = f"{headers.get('Content-Encoding') or ''},{headers.get('Transfer-Encoding') or ''}"
    return [name.strip() for name in names.split(",")]
