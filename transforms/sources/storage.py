"""Stored files through Beam's FileSystems (local and `gs://` alike), and decompression that sees a cut."""

import io
import posixpath
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import zstandard
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from schemas import Reason

GZIP_MAGIC = b"\x1f\x8b\x08"  # RFC 1952: two magic bytes and the only method in use, deflate
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"  # RFC 8878, 3.1.1

#: Stored bytes read at once.
CHUNK_BYTES = 64 * 1024
#: Stored zstd bytes decompressed at once: 4 bytes can stand for 128 KiB, so this bounds a bomb to 64 MiB.
_ZSTD_FEED_BYTES = 2048


class ReadError(Exception):
    """An input that cannot be read, or cannot be read any further.

    Attributes:
        reason: Why.
        detail: One line for a person.
        payload: What was read of it.
    """

    def __init__(self, reason: Reason, detail: str, payload: bytes = b"") -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.payload = payload


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in storage and its size in bytes."""

    uri: str
    size: int


def match(pattern: str) -> tuple[StoredFile, ...]:
    """Returns the files that match `pattern`, in the order of their names.

    `*` stands for anything but a slash, `**` for anything; a pattern without either names one file.

    Raises:
        ReadError: The storage refused or failed.
    """
    here = (
        "" if "://" in pattern or pattern.startswith("/") else "./"
    )  # Beam looks for a folder to start from
    with _storage_errors(pattern):
        found = FileSystems.match([here + pattern])[0].metadata_list
    files = {StoredFile(file.path.removeprefix(here), file.size_in_bytes) for file in found}
    return tuple(sorted((file for file in files if not file.uri.endswith("/")), key=lambda file: file.uri))


def find(uri: str) -> StoredFile | None:
    """Returns the file of exactly this name, None if there is none (a folder is none).

    Raises:
        ReadError: The storage refused or failed.
    """
    is_bucket = "://" in uri and "/" not in uri.partition("://")[2]
    with _storage_errors(uri):
        if uri.endswith("/") or is_bucket or is_folder(uri) or not FileSystems.exists(uri):
            return None
        file = FileSystems.get_filesystem(uri).metadata(uri)
    return StoredFile(uri, file.size_in_bytes)


def is_folder(uri: str) -> bool:
    """Says whether `uri` is a folder; a storage without folders, such as `gs://`, has none."""
    with _storage_errors(uri):
        filesystem = FileSystems.get_filesystem(uri)
        return filesystem.has_dirs() and filesystem.exists(filesystem.join(uri, ""))


def below(folder: str) -> tuple[StoredFile, ...]:
    """Returns the files below the folder of exactly this name, in the order of their names.

    Raises:
        ReadError: The storage refused or failed.
    """
    prefix = "" if folder == "." else folder.rstrip("/") + "/"
    pattern = "".join("?" if char in "[*?" else char for char in prefix)  # patterns have no way of quoting
    return tuple(file for file in match(f"{pattern}**") if file.uri.startswith(prefix))


def resolve(base: str, address: str) -> str:
    """Returns the path `address` as seen from the folder in which the file `base` lies."""
    if "://" in address or address.startswith("/"):
        return address
    return normalized(posixpath.join(base.rpartition("/")[0], address))


def normalized(uri: str) -> str:
    """Returns a path or URI without `.` and `..` and without a slash at its end."""
    scheme, separator, path = uri.rpartition("://")
    return scheme + separator + posixpath.normpath(path)


def file_name(uri: str) -> str:
    """Returns the last part of a path or URI."""
    return uri.rstrip("/").rpartition("/")[2]


@contextmanager
def open_stored(uri: str) -> Iterator[io.BufferedReader]:
    """Opens a file for reading, seekable, its bytes as they are stored.

    Raises:
        ReadError: It is not there, or the storage refused or failed, now or during a read.
    """
    with _storage_errors(uri):
        stored = FileSystems.open(uri, compression_type=CompressionTypes.UNCOMPRESSED)
        if not isinstance(stored, io.BufferedReader):
            stored = buffered(stored)
        with stored:
            yield stored


@contextmanager
def _storage_errors(uri: str) -> Iterator[None]:
    """Turns what the storage throws, of many kinds, into ReadError; errors of this program pass."""
    try:
        yield
    except Exception as error:
        if isinstance(error, FileNotFoundError) or type(error).__name__ == "NotFound":
            raise ReadError(Reason.NOT_FOUND, f"no such file: {uri}") from error
        unknown_scheme = "Unable to get filesystem" in str(error)
        if isinstance(error, OSError) or type(error).__module__.startswith("google.") or unknown_scheme:
            raise ReadError(Reason.UNREADABLE, f"{type(error).__name__}: {error}") from error
        raise


def buffered(raw: Any) -> io.BufferedReader:
    """Returns a buffer of `CHUNK_BYTES` over a raw stream."""
    return io.BufferedReader(raw, CHUNK_BYTES)


class StoredChunks:
    """Bytes of a stored file from any offset on, read in chunks of which the last is kept."""

    def __init__(self, stored: io.BufferedReader) -> None:
        self._stored = stored
        self._chunk = b""
        self._offset = 0

    def at(self, offset: int, least: int = 1) -> bytes:
        """Returns bytes from `offset` on: `least` or more, fewer only at the end of the file."""
        within = offset - self._offset
        if not 0 <= within <= len(self._chunk) - least:
            self._stored.seek(offset)
            self._chunk, self._offset, within = self._stored.read(max(CHUNK_BYTES, least)), offset, 0
        return self._chunk[within:]


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
            rest = self._chunks.at(self._member.end)
            if not rest.strip(b"\0"):
                return b""
            if not rest.startswith(GZIP_MAGIC[:1]):
                raise ReadError(Reason.CORRUPT, "bytes after the gzip data that are none")
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
