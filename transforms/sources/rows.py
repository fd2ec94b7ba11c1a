"""JSON lines and Parquet: one document a row, with `url` and `text` or `html`."""

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from schemas import Media, Metadata, RawPage, Reason, Rejection, Source
from schemas.rejection import PAYLOAD_BYTES
from transforms.sources.compression import decompressed, is_compressed
from transforms.sources.kinds import foreign_media
from transforms.sources.storage import ReadError, file_name
from transforms.sources.times import to_utc

_COLUMNS = (
    "url",
    "text",
    "html",
    "title",
    "summary",
    "authors",
    "language",
    "published_at",
    "fetched_at",
    "source_id",
)
#: Rows decoded at once; a row can hold a whole page.
_BATCH_ROWS = 64
#: What pyarrow raises on damaged files.
_BROKEN = (pa.ArrowException, OSError, UnicodeDecodeError)
_PARQUET_MAGIC = b"PAR1"  # at the beginning and at the end
_PARQUET_LEAST_BYTES = 12  # both, and the footer's length
_BOM = b"\xef\xbb\xbf"


def read_json_lines(
    stored: io.BufferedReader, source: Source, max_page_bytes: int
) -> Iterator[RawPage | Rejection]:
    """Reads the lines that begin in the source's range of bytes; a compressed file is read by its first part.

    Raises:
        ReadError: Compressed data are damaged or cut; all whole lines before that were yielded.
    """
    compressed = is_compressed(stored)
    if compressed and source.start > 0:
        return
    lines = decompressed(stored)
    position = _first_line(lines, source.start)
    while compressed or source.end is None or position < source.end:
        line = lines.readline(max_page_bytes + 1)
        if not line:
            if position == 0:
                raise ReadError(Reason.EMPTY, "no lines")
            return
        if position == 0 and (media := foreign_media(line)):
            raise ReadError(Reason.UNSUPPORTED_MEDIA, f"{media}, not JSON lines", line)
        uri = f"{source.uri}#{position}"
        text = line.removeprefix(_BOM) if position == 0 else line
        position += len(line)
        if len(line) > max_page_bytes and not line.endswith(b"\n"):
            position += _skip_line(lines)
            yield Rejection(
                uri, "read", Reason.TOO_LARGE, f"a line of over {max_page_bytes} bytes", payload=line
            )
        elif text.strip():
            yield _page_of_line(text, uri, source)


def _first_line(lines: io.BufferedReader, start: int) -> int:
    """Goes to the first line that begins at or after `start` and returns its offset."""
    if start == 0:
        return 0
    lines.seek(start - 1)
    return start - 1 + _skip_line(lines)


def _skip_line(lines: io.BufferedReader) -> int:
    """Reads to the end of the line, a piece at a time, and returns the number of bytes."""
    skipped = 0
    while piece := lines.readline(PAYLOAD_BYTES):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped


def _page_of_line(line: bytes, uri: str, source: Source) -> RawPage | Rejection:
    try:
        row = json.loads(line.decode())
    except UnicodeDecodeError as error:
        return Rejection(uri, "read", Reason.UNDECODABLE, str(error), payload=line)
    except (ValueError, RecursionError) as error:
        return Rejection(uri, "read", Reason.NOT_JSON, str(error), payload=line)
    if not isinstance(row, dict):
        return Rejection(
            uri, "read", Reason.NOT_JSON, f"a JSON {type(row).__name__}, not an object", payload=line
        )
    return page_of_row(row, uri, source, line)


def read_parquet(
    stored: io.BufferedReader, source: Source, max_page_bytes: int
) -> Iterator[RawPage | Rejection]:
    """Reads the row groups of the source's range, only the columns of the contract, a few rows at once.

    Raises:
        ReadError: It is no Parquet file, or is cut.
    """
    file = _open_parquet(stored)
    columns = [name for name in _COLUMNS if name in file.schema_arrow.names]
    if not {"text", "html"} & set(columns):
        if source.start == 0:
            yield Rejection(source.uri, "read", Reason.MISSING_FIELD, "no column `text` or `html`")
        return
    groups = range(source.start, file.num_row_groups if source.end is None else source.end)
    number = sum(file.metadata.row_group(group).num_rows for group in range(source.start))
    for group in groups:
        next_group = number + file.metadata.row_group(group).num_rows
        try:
            for batch in file.iter_batches(_BATCH_ROWS, [group], columns):
                for row in _rows(batch):
                    uri = f"{source.uri}#{number}"
                    number += 1
                    yield _page_of_parquet_row(row, uri, source, max_page_bytes)
        except _BROKEN as error:
            if isinstance(error, OSError) and error.errno is not None:  # the storage failed, not the format
                raise
            detail = f"row group {group} from row {number} on: {error}"
            yield Rejection(f"{source.uri}#{number}", "read", Reason.CORRUPT, detail)
        number = next_group


def part_row_groups(stored: io.BufferedReader, bytes_each: int) -> list[tuple[int, int]]:
    """Parts a Parquet file: first row group and stored bytes of each part, about `bytes_each` of them.

    Raises:
        ReadError: It is no Parquet file, or is cut.
    """
    file = _open_parquet(stored)
    parts = [(0, 0)]
    for group in range(file.num_row_groups):
        described = file.metadata.row_group(group)
        size = sum(described.column(column).total_compressed_size for column in range(described.num_columns))
        if parts[-1][1] >= bytes_each:
            parts.append((group, size))
        else:
            parts[-1] = (parts[-1][0], parts[-1][1] + size)
    return parts


def _open_parquet(stored: io.BufferedReader) -> pq.ParquetFile:
    size = stored.seek(0, io.SEEK_END)
    stored.seek(0)
    head = stored.read(len(_PARQUET_MAGIC))
    if not head:
        raise ReadError(Reason.EMPTY, "an empty file")
    try:
        return pq.ParquetFile(pa.PythonFile(stored, mode="r"), pre_buffer=False)
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        stored.seek(-min(len(_PARQUET_MAGIC), size), io.SEEK_END)
        cut = head == _PARQUET_MAGIC and (size < _PARQUET_LEAST_BYTES or stored.read() != _PARQUET_MAGIC)
        raise ReadError(Reason.TRUNCATED if cut else Reason.CORRUPT, f"no Parquet file: {error}") from error


def _rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """Returns the rows of a batch, strings as bytes: one that is not UTF-8 must not cost its neighbours."""
    arrays = []
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        arrays.append(column.cast(pa.large_binary()) if is_text else column)
    rows: list[dict[str, Any]] = pa.RecordBatch.from_arrays(arrays, names=batch.schema.names).to_pylist()
    return rows


def _page_of_parquet_row(
    row: dict[str, Any], uri: str, source: Source, max_page_bytes: int
) -> RawPage | Rejection:
    body = row.get("text") or row.get("html") or b""
    payload = body if isinstance(body, bytes) else b""
    if len(payload) > max_page_bytes:
        return Rejection(uri, "read", Reason.TOO_LARGE, f"{len(payload)} bytes", payload=payload)
    try:
        decoded = {name: value.decode() if isinstance(value, bytes) else value for name, value in row.items()}
    except UnicodeDecodeError as error:
        return Rejection(uri, "read", Reason.UNDECODABLE, str(error), payload=payload)
    return page_of_row(decoded, uri, source, payload)


def page_of_row(row: Mapping[str, object], uri: str, source: Source, payload: bytes) -> RawPage | Rejection:
    """Returns the page that a row of a dump holds; `text` goes before `html`.

    Args:
        row: Fields by name. Those of a wrong type count as absent.
        uri: File and record.
        source: Where the row lies.
        payload: What to keep of the row if it is refused.
    """
    url = _text(row.get("url"))
    text, html = row.get("text"), row.get("html")
    bodies = [body for body in (text, html) if isinstance(body, str)]
    if not bodies:
        return Rejection(uri, "read", Reason.MISSING_FIELD, "a row without `text` or `html`", url, payload)
    body = next((body for body in bodies if body.strip()), None)
    if body is None:
        return Rejection(uri, "read", Reason.EMPTY, "a row whose text is empty", url, payload)
    published_at = to_utc(row.get("published_at"))
    return RawPage(
        source_uri=uri,
        via=source.kind.value,
        body=body.encode("utf-8", "replace"),
        media=Media.TEXT if body is text else Media.HTML,
        charset="utf-8",
        url=url,
        source_id=_text(row.get("source_id")) or source.source_id or file_name(source.uri),
        fetched_at=to_utc(row.get("fetched_at")),
        metadata=Metadata(
            title=_text(row.get("title")),
            summary=_text(row.get("summary")),
            authors=_texts(row.get("authors")),
            published_at=published_at,
            published_from="row" if published_at else None,
            language=_text(row.get("language")) or source.language,
        ),
    )


def _text(value: object) -> str | None:
    """Returns a string without lone surrogates (JSON has them, UTF-8 not), None for what is none or blank."""
    if not isinstance(value, str):
        return None
    return value.encode("utf-8", "replace").decode().strip() or None


def _texts(value: object) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    decoded = (item.decode("utf-8", "replace") if isinstance(item, bytes) else item for item in items)
    return tuple(text for item in decoded if (text := _text(item)))
