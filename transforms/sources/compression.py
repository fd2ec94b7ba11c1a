"""gzip and zstd undone as streams, bounded in memory; a cut or damaged file never passes for a whole one."""

import io
import zlib
from collections.abc import Iterator

import zstandard

from schemas import Reason
from transforms.sources.storage import ReadError, StoredChunks, buffered

GZIP_MAGIC = b"\x1f\x8b\x08"  # RFC 1952: two magic bytes and the only method in use, deflate
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"  # RFC 8878, 3.1.1

#: Stored zstd bytes decompressed at once: 4 bytes can stand for 128 KiB, so this bounds a bomb to 64 MiB.
_ZSTD_FEED_BYTES = 2048


class _Decompressed(io.RawIOBase):
    """What decompression streams have in common: a position, and reading piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._position = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._piece(len(buffer))
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _piece(self, most: int) -> bytes:
        """Returns 1 to `most` bytes, or none at the end."""
        raise NotImplementedError


class GzipMember(_Decompressed):
    """One member of a gzip file, decompressed; its checksum is verified when its end is read.

    Reading raises ReadError where the member is damaged (CORRUPT) or cut (TRUNCATED).
    """

    def __init__(self, chunks: StoredChunks, offset: int) -> None:
        super().__init__()
        self.start = offset
        self._chunks = chunks
        self._fed = offset
        self._inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)

    @property
    def end(self) -> int:
        """Offset of the first stored byte after the member, once it was read to its end."""
        return self._fed - len(self._inflater.unused_data)

    def _piece(self, most: int) -> bytes:
        while not self._inflater.eof:
            stored = self._inflater.unconsumed_tail
            if not stored:
                stored = self._chunks.at(self._fed)
                self._fed += len(stored)
            try:
                piece = self._inflater.decompress(stored, most)
            except zlib.error as error:
                raise ReadError(Reason.CORRUPT, f"damaged gzip data: {error}") from error
            if piece:
                return piece
            if not stored and not self._inflater.eof:
                raise ReadError(Reason.TRUNCATED, "the gzip data end before their time")
        return b""


class _Gzip(_Decompressed):
    """All members of a gzip file, one after the other; zero bytes after the last are padding."""

    def __init__(self, stored: io.BufferedReader) -> None:
        super().__init__()
        self._chunks = StoredChunks(stored)
        self._member = GzipMember(self._chunks, 0)

    def _piece(self, most: int) -> bytes:
        while not (piece := self._member.read(most)):
            if self._chunks.end_at(self._member.end):
                return b""
            self._member = GzipMember(self._chunks, self._member.end)
        return piece


class _Zstd(_Decompressed):
    """All frames of a zstd file, one after the other."""

    def __init__(self, stored: io.BufferedReader) -> None:
        super().__init__()
        self._stored = stored
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._in_frame = False
        self._ready = memoryview(b"")

    def _piece(self, most: int) -> bytes:
        while not self._ready:
            stored = self._stored.read(_ZSTD_FEED_BYTES)
            if not stored:
                if self._in_frame:
                    raise ReadError(Reason.TRUNCATED, "the zstd data end before their time")
                return b""
            self._ready = memoryview(b"".join(self._decompress(stored)))
        piece, self._ready = bytes(self._ready[:most]), self._ready[most:]
        return piece

    def _decompress(self, stored: bytes) -> Iterator[bytes]:
        while stored:
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            try:
                yield self._frame.decompress(stored)
            except zstandard.ZstdError as error:
                raise ReadError(Reason.CORRUPT, f"damaged zstd data: {error}") from error
            self._in_frame = not self._frame.eof
            stored = self._frame.unused_data if self._frame.eof else b""


def decompressed(stored: io.BufferedReader) -> io.BufferedReader:
    """Returns the content of a stored file from its beginning; gzip and zstd are told by their magic bytes.

    Reading raises ReadError where compressed data are damaged (CORRUPT) or cut (TRUNCATED). Memory is bounded
    whatever the file holds.
    """
    stored.seek(0)
    magic = stored.read(len(ZSTD_MAGIC))
    stored.seek(0)
    if magic.startswith(GZIP_MAGIC):
        return buffered(_Gzip(stored))
    if magic == ZSTD_MAGIC:
        return buffered(_Zstd(stored))
    return stored


def is_compressed(stored: io.BufferedReader) -> bool:
    """Says whether a stored file begins with the magic bytes of gzip or zstd; goes to its beginning."""
    stored.seek(0)
    magic = stored.read(len(ZSTD_MAGIC))
    stored.seek(0)
    return magic.startswith(GZIP_MAGIC) or magic == ZSTD_MAGIC
