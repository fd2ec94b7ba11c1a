"""Stored files, local and `gs://` alike, through Beam's FileSystems.

Names are `printable` ones, both those that functions take and those that they give.
"""

import io
import os
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from apache_beam.io.filesystem import BeamIOError, CompressionTypes
from apache_beam.io.filesystems import FileSystems

from schemas import Reason

#: Stored bytes read at once.
CHUNK_BYTES = 64 * 1024

# Control characters, line ends, bytes that are no UTF-8 (as in PEP 383), and what would read as an escape.
_UNPRINTABLE = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\udc80-\udcff]|\\\\(?=x[0-9a-f]{2})")
#: What to do where the words of Google Cloud Storage, by status, do not say it.
_MENDING = {401: "log in with `gcloud auth application-default login`", 404: "make the bucket first"}
_ESCAPED = re.compile(r"(?:\\x[0-9a-f]{2})+")


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


def printable(name: str) -> str:
    r"""Returns a path or URI as valid text on one line: bytes that are none as `\xff`."""

    def escape(found: re.Match[str]) -> str:
        return "".join(f"\\x{byte:02x}" for byte in found[0].encode("utf-8", "surrogateescape"))

    return _UNPRINTABLE.sub(escape, name)


def _stored_name(uri: str) -> str:
    """Returns the name that `printable` was given."""

    def unescape(found: re.Match[str]) -> str:
        return bytes.fromhex(found[0].replace("\\x", "")).decode("utf-8", "surrogateescape")

    return _ESCAPED.sub(unescape, uri)


def match(pattern: str) -> tuple[StoredFile, ...]:
    """Returns the files that match `pattern`, in the order of their names.

    `*` stands for anything but a slash, `**` for anything; a pattern without either names one file.

    Raises:
        ReadError: The storage refused or failed.
    """
    is_bare = "://" not in pattern and not pattern.startswith("/")
    here = "./" if is_bare else ""  # Beam needs a folder to start from
    with _storage_errors(pattern):
        found = FileSystems.match([here + _stored_name(pattern)])[0].metadata_list
    files = {StoredFile(printable(file.path.removeprefix(here)), file.size_in_bytes) for file in found}
    return tuple(sorted((file for file in files if not file.uri.endswith("/")), key=lambda file: file.uri))


def find(uri: str) -> StoredFile | None:
    """Returns the file of exactly this name, None if there is none (a folder is none).

    Raises:
        ReadError: The storage refused or failed.
    """
    is_bucket = "://" in uri and "/" not in uri.partition("://")[2]
    with _storage_errors(uri):
        name = _stored_name(uri)
        if uri.endswith("/") or is_bucket or is_folder(uri) or not FileSystems.exists(name):
            return None
        file = FileSystems.get_filesystem(name).metadata(name)
    return StoredFile(uri, file.size_in_bytes)


def is_folder(uri: str) -> bool:
    """Says whether `uri` is a folder; a storage without folders, such as `gs://`, has none."""
    with _storage_errors(uri):
        filesystem = FileSystems.get_filesystem(uri)
        return filesystem.has_dirs() and filesystem.exists(filesystem.join(_stored_name(uri), ""))


def below(folder: str) -> tuple[StoredFile, ...]:
    """Returns the files below the folder of exactly this name, in the order of their names.

    Raises:
        ReadError: The storage refused or failed.
    """
    prefix = "" if folder == "." else folder.rstrip("/") + "/"
    pattern = "".join("?" if char in "[*?" else char for char in prefix)  # patterns have no way of quoting
    return tuple(file for file in match(f"{pattern}**") if file.uri.startswith(prefix))


def is_below(uri: str, folder: str) -> bool:
    """Says whether a file lies below a folder, links in local paths followed."""
    file, top = (path if "://" in path else os.path.realpath(_stored_name(path)) for path in (uri, folder))
    return file.startswith(top.rstrip("/") + "/")


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
        name = _stored_name(uri)
        if os.path.exists(name) and not os.path.isfile(name):  # opening a pipe waits for a writer
            raise ReadError(Reason.UNREADABLE, "no regular file, but a folder, pipe, socket or device")
        stored = FileSystems.open(name, compression_type=CompressionTypes.UNCOMPRESSED)
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
        cause = _cause(error)
        if isinstance(cause, FileNotFoundError) or type(cause).__name__ == "NotFound":
            what = "file or bucket" if "://" in uri else "file"
            raise ReadError(Reason.NOT_FOUND, f"no such {what}: {uri.removesuffix('**')}") from error
        unknown_scheme = "Unable to get filesystem" in str(cause)
        if isinstance(error, OSError) or type(cause).__module__.startswith("google.") or unknown_scheme:
            raise ReadError(Reason.UNREADABLE, f"{type(cause).__name__}: {complaint(error)}") from error
        raise


def complaint(error: BaseException) -> str:
    """Returns what the storage complains of, on one line, without the wrappings of the libraries."""
    cause = _cause(error)
    response = getattr(cause, "response", None)  # errors of Google's libraries, of several kinds, have it
    if response is None:
        return " ".join(str(cause).split()) or type(cause).__name__
    answer = f"{response.status_code} {response.reason}"
    with suppress(ValueError, KeyError, TypeError):
        answer += f": {response.json()['error']['message']}"
    mending = _MENDING.get(response.status_code)
    return f"{answer}; {mending}" if mending else answer


def _cause(error: BaseException) -> BaseException:
    """Returns the first of the errors that Beam's own, for many files at once, is made of."""
    while isinstance(error, BeamIOError) and error.exception_details:
        first = next(iter(error.exception_details.values()))
        if not isinstance(first, BaseException):
            return OSError(f"{first}: {error}")
        error = first
    return error


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

    def end_at(self, offset: int) -> bool:
        """Says whether nothing but padding, zero bytes, comes from `offset` on."""
        if self.at(offset)[:1] not in (b"", b"\0"):
            return False
        return not self.at(offset, CHUNK_BYTES).strip(b"\0")
