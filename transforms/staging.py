"""Stage rows: full rows go to temporary files at once, so that only small references are shuffled.

Runners keep or ship every value of a GroupByKey whole; the in-process one in memory. A reference is some
hundred bytes where a row is some thousand. Staged files lie under a hidden prefix, one Arrow IPC file a
flush, one record batch a partition; a retried bundle leaves files that no reference names.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from schemas.table import Row, Table
from transforms.batches import InBatches

#: Bytes of rows that a worker holds before it writes them.
FLUSH_BYTES = 16 * 1024 * 1024
#: Bytes that a row takes beside its strings; only the relation between rows matters.
_ROW_OVERHEAD = 256


@dataclass(frozen=True, slots=True)
class RowRef:
    """Where a staged row lies, and what is known of it without reading it.

    Attributes:
        identity: 128 bits in hexadecimal; an article's rows share them.
        versions: Of an article: its content hashes, of the text and of the text with its site's templates.
        from_feed: Whether an article's text is what a feed says, not its page.
        fetched_at: ISO 8601 in UTC.
        rank: Of several rows of one article and fetch time the one that sorts first stays.
        partition: Hive path, `fetched_date=2026-11-20/language=de`.
        size: Estimated bytes of the row in memory.
        file: The staged file.
        batch: Number of its record batch.
        row: Number of the row in the batch.
    """

    identity: str
    versions: tuple[str, ...]
    from_feed: bool
    fetched_at: str
    rank: str
    partition: str
    size: int
    file: str
    batch: int
    row: int


def row_identity(row: Row, table: Table) -> str:
    """Returns the digest of the columns that say which rows belong together."""
    return _digest([row[name] for name in table.identity])


def row_rank(row: Row) -> str:
    """Returns a text that sorts first for the row to keep: a page before a feed's entry, long before short.

    A digest of the whole row decides last, so that the choice never depends on the order of reading.
    """
    from_feed = row.get("via") == "feed"
    return f"{from_feed:d} {2**40 - len(row.get('text') or ''):013d} {_digest(sorted(row.items()))}"


def _digest(value: Any) -> str:
    return hashlib.blake2b(repr(value).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def partition_path(row: Row, table: Table) -> str:
    """Returns the hive path of the row's partition."""
    return "/".join(f"{name}={row[name]}" for name in table.partitions)


def row_size(value: Any) -> int:
    """Returns the bytes of the strings in a row or part of one, plus a share for the rest of the row."""
    if isinstance(value, dict):
        return _ROW_OVERHEAD + sum(row_size(part) for part in value.values())
    if isinstance(value, list):
        return sum(row_size(part) for part in value)
    return len(value) if isinstance(value, str | bytes) else 0


def write_staged(rows: Sequence[Row], table: Table, folder: str) -> list[RowRef]:
    """Writes rows to a new file in `folder` and returns their references, in the order of the rows."""
    file = FileSystems.join(folder, f"{table.name}-{uuid.uuid4().hex}.arrow")
    members: dict[str, list[Row]] = {}
    places: list[tuple[str, int]] = []
    for row in rows:
        partition = partition_path(row, table)
        batch = members.setdefault(partition, [])
        places.append((partition, len(batch)))
        batch.append(row)
    with (
        FileSystems.create(file, compression_type=CompressionTypes.UNCOMPRESSED) as sink,
        pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer,
    ):
        for batch in members.values():
            writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=table.schema))
    numbers = {partition: number for number, partition in enumerate(members)}
    return [
        RowRef(
            identity=row_identity(row, table),
            versions=tuple(row[name] for name in ("content_hash", "whole_hash") if row.get(name)),
            from_feed=row.get("via") == "feed",
            fetched_at=str(row.get("fetched_at", "")),
            rank=row_rank(row),
            partition=partition,
            size=row_size(row),
            file=file,
            batch=numbers[partition],
            row=number,
        )
        for row, (partition, number) in zip(rows, places, strict=True)
    ]


def read_staged(refs: Iterable[RowRef], table: Table) -> pa.Table:
    """Returns the rows that `refs` name, in no particular order; each file is opened once."""
    wanted: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for ref in refs:
        wanted[ref.file][ref.batch].append(ref.row)
    batches = []
    for file, rows_by_batch in wanted.items():
        with FileSystems.open(file, compression_type=CompressionTypes.UNCOMPRESSED) as source:
            reader = pa.ipc.open_file(source)
            batches += [reader.get_batch(batch).take(pa.array(rows)) for batch, rows in rows_by_batch.items()]
    return pa.Table.from_batches(batches, schema=table.schema)


@dataclass
class StageRows(beam.PTransform[Any, Any]):
    """PCollection of rows to the references of their staged copies.

    Attributes:
        table: What the rows are of.
        folder: Hidden folder of the run for files that live as long as the run.
    """

    table: Table
    folder: str

    def expand(self, rows: Any) -> Any:
        """Returns a PCollection of `RowRef`."""
        write = partial(write_staged, table=self.table, folder=self.folder)
        return rows | "Write temporary files" >> InBatches(write, row_size, FLUSH_BYTES, RowRef)
