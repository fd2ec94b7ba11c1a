"""Held: what earlier runs into the dataset wrote, so that a later one writes only what is new.

Each run keeps, as pairs of 128-bit numbers under `_state/held/`, the articles that it wrote: identity and
content hash. (Which entries of a feed came before is known of the feed; see `feed_state`.) The state of other
runs that are done counts, of whatever date: a run that failed holds nothing, and a run that is done again
writes again what it wrote. Of a run without state (an older version, or its state was deleted) the articles
themselves are read.

A run looks its own keys up (a semi-join, Bernstein and Chiu 1981): the workers read the state in parallel, a
batch at a time, and let through the rows whose key begins as one of the run's does. So memory and shuffle are
bounded by what the run reads, 8 bytes a document, not by what the dataset holds. The state is listed when the
keys are known: what other runs wrote meanwhile counts.
"""

import json
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.pvalue import AsSingleton

from schemas.run import Run, day_of_tick
from schemas.table import ARTICLES, HELD, Row
from transforms.manifests import done_runs
from transforms.staging import RowRef, row_identity

#: Rows of the state that a worker looks at together; some MB.
BATCH_ROWS = 64 * 1024
#: The row that every run keeps, so that a run without articles is told from one without state.
_MARK = bytes(16)


@dataclass(frozen=True, slots=True)
class HeldVersion:
    """A version of an article that earlier runs hold.

    Attributes:
        version: 128 bits in hexadecimal.
        of_page: Whether it is a document's own text, not what a feed says in its place.
        own: Whether the asking run itself wrote it, when it was done before. It does so again, whoever else
            holds it: of two runs that each left a text to the other, none would.
    """

    version: str
    of_page: bool
    own: bool = False


def article_rows(ref: RowRef, run: Run) -> Iterator[Row]:
    """Yields the rows of `HELD` that keep an article which the run writes."""
    for version in ref.versions:
        yield _row(ref.identity, version, not ref.from_feed, run)


def mark_row(run: Run) -> Row:
    """Returns the row of `HELD` that says that the run kept its state."""
    return _row(_MARK.hex(), _MARK.hex(), True, run)


def _row(key: str, version: str, of_page: bool, run: Run) -> Row:
    return {
        "key": bytes.fromhex(key),
        "version": bytes.fromhex(version),
        "of_page": of_page,
        "run_date": run.run_date.isoformat(),
    }


def list_held(output: str, run: Run) -> Iterator[tuple[str, bool]]:
    """Yields the files to read, and whether they are the asking run's own.

    Of each run that is done these are its state, or that of its stream and day where these were merged, or
    its JSON.
    """
    state: dict[str, list[str]] = defaultdict(list)
    (found,) = FileSystems.match([FileSystems.join(output, HELD.name, "run_date=*", "*.parquet")])
    for path in sorted(file.path for file in found.metadata_list):
        state[FileSystems.split(path)[1].rpartition("-")[0]].append(path)
    listed: dict[tuple[str, bool], None] = {}
    for run_id, manifest in done_runs(output).items():
        paths = state.get(run_id) or state.get(day_of_tick(run_id) or "") or [manifest]
        listed |= dict.fromkeys((path, run_id == run.run_id) for path in paths)
    yield from listed


def _list_if_wanted(output: str, prefixes: bytes, run: Run) -> Iterator[tuple[str, bool]]:
    if prefixes:
        yield from list_held(output, run)


def read_held(listed: tuple[str, bool], output: str, prefixes: bytes) -> Iterator[tuple[str, HeldVersion]]:
    """Yields the keys and versions in a file that may be among the wanted ones.

    A file that is gone by now was merged with others of its day, or holds nothing: another run is being done
    again.

    Args:
        listed: From `list_held`.
        output: The dataset's root.
        prefixes: The first 64 bits of each wanted key, sorted, as machine words.

    Raises:
        RuntimeError: The file is damaged.
    """
    if not prefixes:
        return
    wanted = np.frombuffer(prefixes, np.uint64)
    path, own = listed
    for batch in _batches(path, output):
        for row in _matching(batch, wanted):
            yield row["key"].hex(), HeldVersion(row["version"].hex(), row["of_page"], own)


def merged_path(path: str) -> str | None:
    """Returns where the state of a tick lies once it is merged with that of others of its day."""
    folder, name = FileSystems.split(path)
    day = day_of_tick(name.rpartition("-")[0])
    return FileSystems.join(folder, f"{day}-00000.parquet") if day else None


def read_all_held(listed: tuple[str, bool], output: str, since: date) -> Iterator[tuple[str, HeldVersion]]:
    """Yields all keys and versions in a file, unless its run was before a day.

    Args:
        listed: From `list_held`.
        output: The dataset's root.
        since: The first day that counts.

    Raises:
        RuntimeError: The file is damaged.
    """
    path, own = listed
    day = path.rpartition("run_date=")[2][:10]
    if path.endswith(".parquet") and day < since.isoformat():
        return
    for batch in _batches(path, output):
        for row in batch.to_pylist():
            if row["key"] != _MARK:
                yield row["key"].hex(), HeldVersion(row["version"].hex(), row["of_page"], own)


def _batches(path: str, output: str) -> Iterator[pa.RecordBatch]:
    try:
        if path.endswith(".json"):
            yield from _held_by_articles(path, output)
        else:
            yield from _read(path, HELD.schema.names)
    except Exception as error:
        if FileSystems.exists(path):
            raise RuntimeError(f"cannot read what earlier runs hold, {path}: {error}") from error
        if merged := merged_path(path):
            yield from _batches(merged, output)


def _read(path: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as source:
        yield from pq.ParquetFile(source).iter_batches(BATCH_ROWS, columns=columns)


def _held_by_articles(manifest: str, output: str) -> Iterator[pa.RecordBatch]:
    """Yields rows of `HELD` made from the articles of a run."""
    with FileSystems.open(manifest, compression_type=CompressionTypes.UNCOMPRESSED) as source:
        files = [file["path"] for file in json.loads(source.read())["files"]]
    for file in files:
        if file.startswith(f"{ARTICLES.name}/"):
            path = FileSystems.join(output, *file.split("/"))
            for batch in _read(path, ["article_id", "content_hash", "via"]):
                yield pa.RecordBatch.from_pylist(
                    [
                        {
                            "key": bytes.fromhex(row_identity(row, ARTICLES)),
                            "version": bytes.fromhex(row["content_hash"]),
                            "of_page": row["via"] != "feed",
                        }
                        for row in batch.to_pylist()
                    ],
                    schema=HELD.schema,
                )


def _matching(batch: pa.RecordBatch, wanted: np.ndarray[Any, Any]) -> list[Row]:
    keys = batch.column("key")
    words = np.frombuffer(keys.buffers()[1], ">u8").reshape(-1, 2)[keys.offset : keys.offset + len(keys), 0]
    places = np.searchsorted(wanted, words)
    found = np.flatnonzero(wanted[np.minimum(places, len(wanted) - 1)] == words)
    rows: list[Row] = batch.take(pa.array(found)).to_pylist()
    return rows


class _Prefixes(beam.CombineFn):
    """Keys to the first 64 bits of each, sorted, as machine words: see `read_held`."""

    def create_accumulator(self) -> "array[int]":
        return array("Q")

    def add_input(self, words: "array[int]", key: str) -> "array[int]":
        words.append(int(key[:16], 16))
        return words

    def merge_accumulators(self, accumulators: Iterable["array[int]"]) -> "array[int]":
        merged = array("Q")
        for words in accumulators:
            merged.extend(words)
        return merged

    def extract_output(self, words: "array[int]") -> bytes:
        return np.unique(np.array(words, np.uint64)).tobytes()


@dataclass
class LookUp(beam.PTransform[Any, Any]):
    """Keys, 128 bits in hexadecimal, to those that earlier runs hold, each with a version.

    Beside these, a few others may come whose first 64 bits are the same.

    Attributes:
        output: The dataset's root.
        run: The run that asks.
    """

    output: str
    run: Run

    def expand(self, keys: Any) -> Any:
        """Returns a PCollection of keys and `HeldVersion`s."""
        prefixes = keys | "Take prefixes" >> beam.CombineGlobally(_Prefixes())
        return (
            keys.pipeline
            | "Dataset" >> beam.Create([self.output])
            | "List state" >> beam.FlatMap(_list_if_wanted, AsSingleton(prefixes), self.run)
            | "Spread" >> beam.Reshuffle()
            | "Read state"
            >> beam.FlatMap(read_held, self.output, AsSingleton(prefixes)).with_output_types(
                tuple[str, HeldVersion]
            )
        )
