"""JSON lines: one document a line, whatever ends the lines and however the file is encoded."""

import io
import re
from collections.abc import Iterator

from schemas import RawPage, Reason, Rejection, Source
from schemas.rejection import PAYLOAD_BYTES
from transforms.sources.compression import decompressed, is_compressed
from transforms.sources.kinds import HEAD_BYTES, foreign_media
from transforms.sources.markup import UTF16_BOMS, in_ascii
from transforms.sources.rows import page_of_row
from transforms.sources.storage import ReadError
from transforms.sources.values import parse_json

_BOM = b"\xef\xbb\xbf"
#: How a file begins that is JSON, but no JSON lines.
_SPREAD = {
    "a JSON array": re.compile(rb"\s*\[\s*\{"),
    "an object over several lines": re.compile(rb'\s*\{\s*[\r\n]\s*"'),
}


def read_json_lines(
    stored: io.BufferedReader, source: Source, max_page_bytes: int
) -> Iterator[RawPage | Rejection]:
    """Reads the lines that begin in the source's range of bytes; they end in LF, CR LF or CR.

    A file that is compressed or UTF-16 is read by its first part, and its lines are named by their offsets in
    what it holds, in UTF-8.

    Raises:
        ReadError: The file is empty, another kind of file or one JSON array, or compressed data are damaged
            or cut; all whole lines before that were yielded.
    """
    is_whole = is_compressed(stored)
    content = decompressed(stored)
    head = content.peek(HEAD_BYTES)[:HEAD_BYTES]
    is_utf16 = head.startswith(UTF16_BOMS)
    is_whole |= is_utf16
    refusal = _refusal(head)
    if source.start > 0 and (is_whole or refusal):
        return
    if refusal:
        raise refusal
    lines = _Lines(content, is_utf16)
    position = lines.skip_to(source.start)
    is_empty = source.start == 0
    while is_whole or source.end is None or position < source.end:
        line, size = lines.take(max_page_bytes)
        if not size:
            if is_empty:
                raise ReadError(Reason.EMPTY, "no lines")
            return
        uri = f"{source.uri}#{position}"
        position += size
        text = line.removeprefix(_BOM).strip()
        if len(line) <= max_page_bytes and not text:
            continue
        is_empty = False
        if len(line) > max_page_bytes:
            detail = f"a line of over {max_page_bytes} bytes"
            yield Rejection(uri, "read", Reason.TOO_LARGE, detail, payload=line)
        else:
            yield _page_of_line(text, uri, source)


def _refusal(head: bytes) -> ReadError | None:
    """Returns what is wrong with a file that begins with `head`, None for what may be JSON lines."""
    if media := foreign_media(head):
        return ReadError(Reason.UNSUPPORTED_MEDIA, f"{media}, not JSON lines", head)
    for name, pattern in _SPREAD.items():
        if pattern.match(in_ascii(head)):
            return ReadError(Reason.NOT_JSON, f"{name}: write one object a line", head)
    return None


class _Lines:
    """The lines of a stream in UTF-8 or UTF-16, as bytes of UTF-8."""

    def __init__(self, content: io.BufferedReader, is_utf16: bool) -> None:
        self._content = content
        # Latin-1 stands for bytes as they are: it is the wrapper that knows all line ends, and bounds a line.
        decoding, self._encoding = ("utf-16", "utf-8") if is_utf16 else ("latin-1", "latin-1")
        self._text = io.TextIOWrapper(content, decoding, errors="replace", newline="")

    def take(self, most: int) -> tuple[bytes, int]:
        """Returns a line without its end, cut to `most` + 1 bytes, and its full size; 0 is the end."""
        line = self._piece(most + 1)
        size = len(line)
        if size > most and not line.endswith((b"\r", b"\n")):
            size += self._skip()
        return line.rstrip(b"\r\n")[: most + 1], size

    def skip_to(self, start: int) -> int:
        """Goes to the first line that begins at or after byte `start` and returns its offset."""
        if start == 0:
            return 0
        self._content.seek(start - 1)
        return start - 1 + self._skip()

    def _skip(self) -> int:
        """Reads to the end of the line, a piece at a time, and returns the number of bytes."""
        skipped = 0
        while piece := self._piece(PAYLOAD_BYTES):
            skipped += len(piece)
            if piece.endswith((b"\r", b"\n")):
                break
        return skipped

    def _piece(self, most: int) -> bytes:
        return self._text.readline(most).encode(self._encoding)


def _page_of_line(line: bytes, uri: str, source: Source) -> RawPage | Rejection:
    try:
        row = parse_json(line.decode())
    except UnicodeDecodeError as error:
        return Rejection(uri, "read", Reason.UNDECODABLE, str(error), payload=line)
    except ValueError as error:
        return Rejection(uri, "read", Reason.NOT_JSON, str(error), payload=line)
    if not isinstance(row, dict):
        detail = f"a JSON {type(row).__name__}, not an object"
        return Rejection(uri, "read", Reason.NOT_JSON, detail, payload=line)
    return page_of_row(row, uri, source, line)
