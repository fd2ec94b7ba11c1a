"""Windows: the time of a stream in pieces, each of which is written and committed as a run of its own.

A window closes when the watermark says that nothing earlier is to come; what comes all the same makes a pane
of its own, with files and a JSON of its own. All that belongs to a pane is one group of references in one
worker, so that its counts add up and its commit, which can be tried again, is whole. Nothing here holds for
the batch, whose windows have no end; files, commit and their formats are the same.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam
import pyarrow as pa
from apache_beam.io.filesystems import FileSystems
from apache_beam.transforms.trigger import AccumulationMode, AfterCount, AfterWatermark
from apache_beam.transforms.window import FixedWindows, IntervalWindow, TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from schemas.run import Run
from schemas.table import ARTICLES, FEED_STATES, HELD, REJECTS, TABLES, Row, Table
from transforms.commit import COUNTS, READ, Tally, commit, staging_folder, stale_files
from transforms.duplicates import ALREADY_HELD, DUPLICATES
from transforms.held import article_rows, mark_row
from transforms.manifests import done_runs, drop_if_idle
from transforms.parquet import Shard, WrittenFile, shard_of, write_rows
from transforms.staging import RowRef, partition_path, read_staged
from transforms.web.feed_state import FeedState, newest, newest_of_files, read_states, state_row

#: How long after its end a window still takes what comes late, in seconds. The source of feeds never is.
LATENESS = 86_400
#: Files of feed states above which a pane gathers them all in its own: each window leaves one.
MAX_STATE_FILES = 100
#: How much longer files that wait under the hidden prefix are kept, in seconds.
_GRACE = 3_600


@dataclass(frozen=True, slots=True)
class Staged:
    """A staged row, of `ARTICLES` or `REJECTS`, and the name of its table."""

    table: str
    ref: RowRef


#: What a pane consists of: rows, counts, what is known of feeds, and files of state that this supersedes.
#: Each row and each duplicate stands for one input, so that the counts of any pieces add up.
Piece = Staged | tuple[Tally, int] | FeedState | str


@dataclass
class InWindows(beam.PTransform[Any, Any]):
    """Elements to the same in windows; what came before the first window, or at no time, stands in that.

    As windows are aligned to the start of their job, they are never those of an earlier one.

    Attributes:
        seconds: Length of a window.
        start: When the first one begins, in UTC.
    """

    seconds: float
    start: datetime

    def expand(self, elements: Any) -> Any:
        """Returns a PCollection of the same elements."""
        start = Timestamp.from_utc_datetime(self.start)
        return (
            elements
            | "From the start on" >> beam.Map(_not_before, start)
            | "Window"
            >> beam.WindowInto(
                FixedWindows(self.seconds, offset=float(start) % self.seconds),
                trigger=AfterWatermark(late=AfterCount(1)),
                accumulation_mode=AccumulationMode.DISCARDING,
                allowed_lateness=LATENESS,
            )
        )


def _not_before(element: Any, start: Timestamp, timestamp: Any = beam.DoFn.TimestampParam) -> Any:
    return TimestampedValue(element, max(start, timestamp))


def run_of(stream: Run, start: datetime, pane: int) -> Run:
    """Returns the run that a pane is; ids sort by time.

    Args:
        stream: Of the job.
        start: Of the window, in UTC.
        pane: 0 for what came in time, then counting.

    Raises:
        ValueError: The id would be too long.
    """
    return replace(stream, run_id=f"{stream.run_id}-{start:%Y%m%dT%H%M%S}Z-{pane}", run_date=start.date())


def panes_of(names: Iterable[str], stream: Run) -> set[str]:
    """Returns the ids of the panes of a stream among the runs whose files have these names."""
    own = re.compile(rf"({re.escape(stream.run_id)}-\d{{8}}T\d{{6}}Z-\d+)-\d{{5}}\.parquet")
    return {found[1] for name in names if (found := own.fullmatch(name))}


def clear_unfinished(output: str, stream: Run) -> list[str]:
    """Deletes the files in place of panes that did not come to their JSON; returns their run ids.

    Only while no job of the stream runs.

    Raises:
        OSError: The storage failed.
    """
    patterns = [
        FileSystems.join(output, table.name, *["*"] * len(table.partitions), f"{stream.run_id}-*.parquet")
        for table in TABLES
    ]
    names = (
        FileSystems.split(file.path)[1]
        for match in FileSystems.match(patterns)
        for file in match.metadata_list
    )
    unfinished = sorted(panes_of(names, stream) - done_runs(output).keys())  # one by one they are too many
    for run_id in unfinished:
        FileSystems.delete(stale_files(output, run_id, ()))
    return unfinished


def write_pane(pieces: Iterable[Piece], run: Run, folder: str) -> tuple[list[WrittenFile], Counter[Tally]]:
    """Writes the files of a pane to `folder`; returns them and its counts."""
    staged: dict[str, list[RowRef]] = defaultdict(list)
    tallies: Counter[Tally] = Counter()
    states: dict[str, FeedState] = {}
    for piece in pieces:
        if isinstance(piece, Staged):
            staged[piece.table].append(piece.ref)
        elif isinstance(piece, FeedState):
            states[piece.url] = newest((piece, states.get(piece.url, piece))) or piece
        elif isinstance(piece, tuple):
            tallies[piece[0]] += piece[1]
    written = sum(map(len, staged.values()))
    tallies[COUNTS, READ] = written + tallies[COUNTS, DUPLICATES] + tallies[COUNTS, ALREADY_HELD]
    files = [
        _write(read_staged(refs, table), shard, table, run, folder)
        for table in (ARTICLES, REJECTS)
        for shard, refs in _shards(staged[table.name])
    ]
    held = [row for ref in staged[ARTICLES.name] for row in article_rows(ref, run)]
    for table, rows in (
        (FEED_STATES, [state_row(state, run) for state in states.values()]),
        (HELD, [mark_row(run), *held]),
    ):
        files += [
            _write(pa.Table.from_pylist(members, schema=table.schema), (partition, 0), table, run, folder)
            for partition, members in _partitions(rows, table)
        ]
    return files, tallies


def _shards(refs: Iterable[RowRef]) -> Iterator[tuple[Shard, list[RowRef]]]:
    partition_bytes: Counter[str] = Counter()
    for ref in refs:
        partition_bytes[ref.partition] += ref.size
    shards: dict[Shard, list[RowRef]] = defaultdict(list)
    for ref in refs:
        shards[shard_of(ref, partition_bytes)].append(ref)
    yield from sorted(shards.items())


def _partitions(rows: Iterable[Row], table: Table) -> Iterator[tuple[str, list[Row]]]:
    partitions: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        partitions[partition_path(row, table)].append(row)
    yield from sorted(partitions.items())


def _write(rows: pa.Table, shard: Shard, table: Table, run: Run, folder: str) -> WrittenFile:
    """Writes a file whose rows bear the pane's run id in place of the stream's."""
    if "run_id" in rows.schema.names:
        place = rows.schema.get_field_index("run_id")
        rows = rows.set_column(place, rows.schema.field(place), pa.array([run.run_id] * len(rows)))
    return write_rows(rows, shard, table, run.run_id, folder)


def gathered_states(output: str, run: Run) -> list[Piece]:
    """Returns all that the dataset knows of feeds, and the files that say so, if these have become many.

    Of a pane that is tried again also what it gathered before: whence it had that, it may have deleted.

    Raises:
        OSError: The storage failed.
    """
    (found,) = FileSystems.match([FileSystems.join(output, FEED_STATES.name, "*", "*.parquet")])
    paths = [file.path for file in found.metadata_list]
    own = [path for path in paths if FileSystems.split(path)[1].startswith(f"{run.run_id}-")]
    gathered: list[Piece] = [*newest_of_files(own)]
    if len(paths) > MAX_STATE_FILES:
        gathered += read_states(output, run, datetime.now(UTC))
    return gathered


def sweep(folders: str, before: float) -> None:
    """Deletes the files in folders that were written before a time in seconds since 1970.

    Args:
        folders: A pattern that they match.
        before: The time.
    """
    (found,) = FileSystems.match([FileSystems.join(folders, "*")])
    old = [file.path for file in found.metadata_list if file.last_updated_in_seconds < before]
    if old:
        FileSystems.delete(old)


class _CommitFn(beam.DoFn):
    def __init__(self, output: str, stream: Run, about: Mapping[str, Any], folder: str) -> None:
        self._output = output
        self._stream = stream
        self._about = about
        self._folder = folder

    def process(
        self,
        group: tuple[int, Iterable[Piece]],
        window: Any = beam.DoFn.WindowParam,
        pane: Any = beam.DoFn.PaneInfoParam,
    ) -> Iterator[str]:
        start = datetime.fromtimestamp(float(window.start), UTC)
        run = run_of(self._stream, start, max(pane.index, 0))
        pieces: list[Piece] = [*group[1], *gathered_states(self._output, run)]
        files, tallies = write_pane(pieces, run, self._folder)
        about = {**self._about, **about_pane(run, window)}
        superseded = [piece for piece in pieces if isinstance(piece, str)]
        yield commit(files, tallies, self._output, run, about, superseded)
        with suppress(Exception):  # the pane is done; what stays is some small files
            self._clear(superseded, run, float(window.start))

    def _clear(self, superseded: Iterable[str], run: Run, start: float) -> None:
        names = (FileSystems.split(path)[1] for path in superseded)
        for run_id in panes_of(names, self._stream) - {run.run_id}:
            drop_if_idle(self._output, run_id)
        # A file is written after its window began: what is older belongs to windows that take nothing more.
        jobs = f"{self._stream.run_id}-{'[0-9]' * 8}T*"  # no other run whose id begins as the stream's
        sweep(staging_folder(self._output, jobs), start - LATENESS - _GRACE)


def about_pane(run: Run, window: IntervalWindow) -> dict[str, Any]:
    """Returns what the JSON of a pane says of it, beside what it says of the job."""
    start, end = (datetime.fromtimestamp(float(at), UTC) for at in (window.start, window.end))
    return {
        "run_id": run.run_id,
        "run_date": run.run_date.isoformat(),
        "window": {"start": start.isoformat(), "end": end.isoformat()},
        "timings": {"started_at": start.isoformat(timespec="seconds")},
    }


@dataclass
class CommitPanes(beam.PTransform[Any, Any]):
    """PCollections of `Piece`s in windows to the paths of the JSON of their panes.

    Attributes:
        output: The dataset's root.
        stream: The run that the panes are parts of.
        about: What the JSONs say beside the counts; see `transforms.commit.commit`.
        folder: Hidden folder for files that wait to be moved into place.
    """

    output: str
    stream: Run
    about: Mapping[str, Any]
    folder: str

    def expand(self, pieces: Any) -> Any:
        """Returns a PCollection of paths."""
        return (
            pieces
            | "All pieces" >> beam.Flatten()
            | "Key by nothing" >> beam.Map(lambda piece: (0, piece)).with_output_types(tuple[int, Piece])
            | "Group by pane" >> beam.GroupByKey()
            | "Move into place" >> beam.ParDo(_CommitFn(self.output, self.stream, self.about, self.folder))
        )
