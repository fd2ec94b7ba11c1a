"""Parquet: one document a row; a value that is broken costs no row but its own, and a row no other."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from types import MappingProxyType

import pyarrow as pa
import pyarrow.parquet as pq

from schemas import RawPage, Reason, Rejection, Source
from transforms.sources.rows import FIELDS, page_of_row
from transforms.sources.storage import ReadError

#: Rows decoded at once; a row can hold a whole page.
_BATCH_ROWS = 64
#: What pyarrow raises on damaged files.
_BROKEN = (pa.ArrowException, OSError, UnicodeDecodeError)
_MAGIC = b"PAR1"  # at the beginning and at the end
_LEAST_BYTES = 12  # both, and the footer's length
_TEXT_TYPES = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_EPOCH = datetime(1970, 1, 1)
_UNITS_A_SECOND = MappingProxyType({"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9})


def read_parquet(
    stored: io.BufferedReader, source: Source, max_page_bytes: int
) -> Iterator[RawPage | Rejection]:
    """Reads the row groups of the source's range, only the columns that README names, a few rows at once.

    Raises:
        ReadError: It is no Parquet file, or is cut.
    """
    file = _open(stored)
    columns = [name for name in FIELDS if name in file.schema_arrow.names]
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
                    yield _page_of_row(row, uri, source, max_page_bytes)
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
    file = _open(stored)
    parts = [(0, 0)]
    for group in range(file.num_row_groups):
        described = file.metadata.row_group(group)
        size = sum(described.column(column).total_compressed_size for column in range(described.num_columns))
        if parts[-1][1] >= bytes_each:
            parts.append((group, size))
        else:
            parts[-1] = (parts[-1][0], parts[-1][1] + size)
    return parts


def _open(stored: io.BufferedReader) -> pq.ParquetFile:
    size = stored.seek(0, io.SEEK_END)
    stored.seek(0)
    head = stored.read(len(_MAGIC))
    if not head:
        raise ReadError(Reason.EMPTY, "an empty file")
    try:
        return pq.ParquetFile(pa.PythonFile(stored, mode="r"), pre_buffer=False)
    except _BROKEN as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        stored.seek(-min(len(_MAGIC), size), io.SEEK_END)
        cut = head == _MAGIC and (size < _LEAST_BYTES or stored.read() != _MAGIC)
        raise ReadError(Reason.TRUNCATED if cut else Reason.CORRUPT, f"no Parquet file: {error}") from error


def _rows(batch: pa.RecordBatch) -> Iterator[dict[str, object]]:
    names = batch.schema.names
    for row in zip(*map(_values, batch.columns), strict=True):
        yield dict(zip(names, row, strict=True))


def _values(column: pa.Array) -> list[object]:
    """Returns the values of a column, strings as bytes: one may be no UTF-8."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type):
        # Python has neither nanoseconds nor all years, pyarrow not all time zones.
        units = _UNITS_A_SECOND[column.type.unit]
        return [_moment(count, units) for count in column.cast(pa.int64()).to_pylist()]
    if any(is_text(column.type) for is_text in _TEXT_TYPES):
        column = column.cast(pa.large_binary())
    try:
        values: list[object] = column.to_pylist()
    except (ValueError, ArithmeticError):
        return [_value(scalar) for scalar in column]
    return values


def _moment(count: int | None, units_a_second: int) -> datetime | None:
    """Returns the moment in UTC, without a zone, None for one of another age."""
    try:
        return None if count is None else _EPOCH + timedelta(microseconds=count * 10**6 // units_a_second)
    except OverflowError:
        return None


def _value(scalar: pa.Scalar) -> object:
    """Returns a value, None for one that Python has not: a day after the year 9999, a list of no UTF-8."""
    try:
        return scalar.as_py()
    except (ValueError, ArithmeticError):
        return None


def _page_of_row(
    row: dict[str, object], uri: str, source: Source, max_page_bytes: int
) -> RawPage | Rejection:
    body = row.get("text") or row.get("html") or b""
    payload = body if isinstance(body, bytes) else b""
    if len(payload) > max_page_bytes:
        return Rejection(uri, "read", Reason.TOO_LARGE, f"{len(payload)} bytes", payload=payload)
    try:
        decoded = {name: _decoded(value) for name, value in row.items()}
    except UnicodeDecodeError as error:
        return Rejection(uri, "read", Reason.UNDECODABLE, str(error), payload=payload)
    return page_of_row(decoded, uri, source, payload)


def _decoded(value: object) -> object:
    if isinstance(value, list):
        return [item.decode("utf-8", "replace") if isinstance(item, bytes) else item for item in value]
    return value.decode() if isinstance(value, bytes) else value
