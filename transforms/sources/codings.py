"""HTTP content and transfer codings undone, and charset names checked."""

import codecs
import io
import zlib
from collections.abc import Callable, Sequence
from types import MappingProxyType

from fastwarc.stream_io import BrotliReader, ChunkedReader, WarcReader, ZstdReader

_READERS: MappingProxyType[str, Callable[[io.BytesIO], WarcReader]]
_READERS = MappingProxyType({"chunked": ChunkedReader, "br": BrotliReader, "zstd": ZstdReader})


def decoded(body: bytes, codings: Sequence[str], most: int) -> bytes:
    """Returns at most `most` bytes of a body with its codings undone.

    Crawlers that undo a coding often leave its header: a body that is not so coded stays as it is.
    So does one of an unknown coding. Of a body that is cut comes what is there.

    Args:
        body: As transferred.
        codings: Names of RFC 9110, 8.4.1 and RFC 9112, 7.1, in the order in which they were applied.
        most: Bound of the result and of each step on the way, in bytes.
    """
    for coding in reversed(codings):
        body = _undone(coding.lower(), body, most)
    return body


def _undone(coding: str, body: bytes, most: int) -> bytes:
    if coding in ("gzip", "x-gzip", "deflate"):
        return _inflated(body, most)
    if coding not in _READERS:
        return body
    pieces: list[bytes] = []
    left = most
    try:
        reader = _READERS[coding](io.BytesIO(body))
        while left and (piece := reader.read(left)):
            pieces.append(piece)
            left -= len(piece)
    except OSError:
        return b"".join(pieces) or body
    return b"".join(pieces)


def _inflated(body: bytes, most: int) -> bytes:
    """Undoes gzip, zlib and bare deflate data: servers call each of the latter two `deflate`."""
    for window_bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            return zlib.decompressobj(window_bits).decompress(body, most)
        except zlib.error:
            continue
    return body


def known_charset(name: str | None) -> str | None:
    """Returns a declared charset as Python names it, None for one that Python does not know."""
    try:
        return codecs.lookup(name.strip("\"' ")).name if name else None
    except (LookupError, ValueError):
        return None
