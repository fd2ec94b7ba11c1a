"""Files that hold one document: an HTML page, a text."""

import io
from collections.abc import Iterator

from schemas import Kind, Media, RawPage, Reason, Rejection, Source
from transforms.sources.compression import decompressed, is_compressed
from transforms.sources.kinds import HEAD_BYTES, foreign_media, has_compressed_name
from transforms.sources.storage import CHUNK_BYTES, ReadError


def read_file(
    stored: io.BufferedReader, source: Source, max_page_bytes: int
) -> Iterator[RawPage | Rejection]:
    """Yields the one page, or the one rejection, of an HTML or text file.

    Raises:
        ReadError: Compressed data are damaged or cut.
    """
    body = read_whole(stored, source, max_page_bytes)
    if has_compressed_name(source.uri) and not is_compressed(stored) and b"\0" in body[:HEAD_BYTES]:
        raise ReadError(Reason.CORRUPT, "named as compressed, but neither gzip nor zstd nor text", body)
    yield RawPage(
        source_uri=source.uri,
        via=source.kind.value,
        body=body,
        media=Media.HTML if source.kind is Kind.HTML else Media.TEXT,
        source_id=source.source_id,
    )


def read_whole(stored: io.BufferedReader, source: Source, max_page_bytes: int) -> bytes:
    """Returns the decompressed content of a file of at most `max_page_bytes`.

    Raises:
        ReadError: It is larger, empty, of a kind that is not read (a PDF, an image), damaged or cut; the
            payload is what was read.
    """
    stream = decompressed(stored)
    pieces: list[bytes] = []
    size = 0
    try:
        while size <= max_page_bytes and (piece := stream.read1(min(CHUNK_BYTES, max_page_bytes + 1 - size))):
            pieces.append(piece)
            size += len(piece)
    except ReadError as error:
        raise ReadError(error.reason, error.detail, b"".join(pieces)) from error
    body = b"".join(pieces)
    if size > max_page_bytes:
        raise ReadError(Reason.TOO_LARGE, f"over {max_page_bytes} bytes", body)
    if media := foreign_media(body[:HEAD_BYTES]):
        raise ReadError(Reason.UNSUPPORTED_MEDIA, f"{media}, not {source.kind.value}", body)
    if not body.removeprefix(b"\xef\xbb\xbf").strip():
        raise ReadError(Reason.EMPTY, "an empty file", body)
    return body
