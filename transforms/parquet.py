"""Write Parquet: references of staged rows to sorted files, still under the hidden prefix.

Which rows go into which file depends on the rows alone: a partition has as many files as its bytes call for,
and a row's identity says which. The same rows give the same bytes on every runner, however often a bundle
is tried. `transforms.commit` moves the files into place.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.pvalue import AsDict

from schemas.table import Table
from transforms.staging import RowRef, read_staged

#: Bytes of rows in memory that one file holds at most, on average; on disk it is well below this.
FILE_BYTES = 128 * 1024 * 1024
#: Rows a row group: enough for statistics to be worth their room, few enough to skip by time.
ROW_GROUP_ROWS = 8192
_ZSTD_LEVEL = 3

#: A partition and the number of a file in it.
Shard = tuple[str, int]


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A finished file that waits to be moved into place.

    Attributes:
        path: Where it lies.
        target: Where it belongs, below the dataset's root.
        rows: Number of rows.
        bytes: Size of the file.
        groups: Rows by value, as (column, value, rows), of the columns that the run's summary counts.
    """

    path: str
    target: str
    rows: int
    bytes: int
    groups: tuple[tuple[str, str, int], ...]


def shard_of(ref: RowRef, partition_bytes: Mapping[str, int]) -> Shard:
    """Returns the file that the row belongs to, given the bytes of all rows of each partition."""
    files = -(-max(partition_bytes[ref.partition], 1) // FILE_BYTES)
    return ref.partition, int(ref.identity[:15], 16) % files


def sort_rows(rows: pa.Table, table: Table) -> pa.Table:
    """Returns the rows in the table's order, nulls last."""
    return rows.sort_by([(name, "ascending") for name in table.order])


def count_groups(rows: pa.Table, partition: str) -> tuple[tuple[str, str, int], ...]:
    """Returns the rows by language, way, topic and reject reason."""
    hive = dict(part.split("=", 1) for part in partition.split("/"))
    groups: Counter[tuple[str, str]] = Counter()
    if "language" in hive:
        groups["language", hive["language"]] = rows.num_rows
    if "via" in rows.schema.names:
        groups.update(("via", via) for via in rows["via"].to_pylist())
    if "topic_ids" in rows.schema.names:
        groups.update(("topic", topic) for topics in rows["topic_ids"].to_pylist() for topic in topics)
    if "reason" in rows.schema.names:
        groups.update(("reason", reason) for reason in rows["reason"].to_pylist())
    return tuple((column, value, number) for (column, value), number in sorted(groups.items()))


def write_parquet(pieces: Iterable[pa.Table], schema: pa.Schema, path: str) -> int:
    """Writes rows, piece after piece, to one file and returns its bytes.

    The same rows give the same bytes where each piece but the last has a multiple of `ROW_GROUP_ROWS`.
    """
    with FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED) as sink:
        with pq.ParquetWriter(sink, schema, compression="zstd", compression_level=_ZSTD_LEVEL) as writer:
            for rows in pieces:
                writer.write_table(rows, row_group_size=ROW_GROUP_ROWS)
        return int(sink.tell())


def write_file(shard: Shard, refs: Iterable[RowRef], table: Table, run_id: str, folder: str) -> WrittenFile:
    """Writes the staged rows of one file into `folder`."""
    return write_rows(read_staged(refs, table), shard, table, run_id, folder)


def write_rows(rows: pa.Table, shard: Shard, table: Table, run_id: str, folder: str) -> WrittenFile:
    """Writes the rows of one file into `folder`, in the table's order."""
    partition, number = shard
    rows = sort_rows(rows, table)
    path = FileSystems.join(folder, f"{table.name}-{uuid.uuid4().hex}.parquet")
    return WrittenFile(
        path=path,
        target=f"{table.name}/{partition}/{run_id}-{number:05d}.parquet",
        rows=rows.num_rows,
        bytes=write_parquet([rows], rows.schema, path),
        groups=count_groups(rows, partition),
    )


@dataclass
class WriteParquet(beam.PTransform[Any, Any]):
    """PCollection of `RowRef` to the `WrittenFile`s that hold their rows.

    Attributes:
        table: What the rows are of.
        run_id: First part of the files' names.
        folder: Hidden folder of the run for files that live as long as the run.
    """

    table: Table
    run_id: str
    folder: str

    def expand(self, refs: Any) -> Any:
        """Returns a PCollection of `WrittenFile`."""
        partition_bytes = (
            refs
            | "Bytes by partition" >> beam.Map(lambda ref: (ref.partition, ref.size))
            | "Sum bytes" >> beam.CombinePerKey(sum)
        )
        return (
            refs
            | "Choose the file"
            >> beam.Map(
                lambda ref, sizes: (shard_of(ref, sizes), ref), sizes=AsDict(partition_bytes)
            ).with_output_types(tuple[Shard, RowRef])
            | "Group by file" >> beam.GroupByKey()
            | "Write the file"
            >> beam.Map(lambda group, *args: write_file(*group, *args), self.table, self.run_id, self.folder)
            # A checkpoint: a retry of what comes after must not write the files again under other names.
            | "Keep the names" >> beam.Reshuffle()
        )
