"""Ticks: the runs of a stream, how they are named, and how little is kept of so many."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from schemas.run import Run, day_of_tick, tick_id
from schemas.table import HELD, SITE_PAGES
from transforms.commit import delete_folder, staging_folder, stale_files
from transforms.held import merged_path
from transforms.manifests import drop_if_idle, is_done
from transforms.parquet import write_parquet
from transforms.templates import PageBlocks, Sample, merge_samples
from transforms.web.feed_state import state_files


def tick_of(stream: Run, at: datetime) -> Run:
    """Returns the run that a tick of a stream is; ids sort by time.

    Raises:
        ValueError: The id would be too long.
    """
    return replace(stream, run_id=tick_id(stream.run_id, at), run_date=at.date())


def is_tick(run_id: str, stream: Run) -> bool:
    """Says whether a run is a tick of a stream."""
    day = day_of_tick(run_id)
    return day is not None and day[: -len("-20261122")] == stream.run_id


def clear_unfinished(output: str, stream: Run) -> list[str]:
    """Deletes what ticks left that did not come to their end, files in place included; returns their ids.

    Each is known by its hidden folder, which goes last in a tick, and here.

    Raises:
        OSError: The storage failed.
    """
    pattern = FileSystems.join(staging_folder(output, f"{stream.run_id}-*"), "**")
    (found,) = FileSystems.match([pattern])
    folder = re.escape(staging_folder(output, "").rstrip("/\\"))
    names = (re.match(rf"{folder}[/\\]([^/\\]+)", file.path) for file in found.metadata_list)
    ticks = sorted({name[1] for name in names if name and is_tick(name[1], stream)})
    for run_id in ticks:
        if not is_done(output, run_id):
            stale = stale_files(output, run_id, ())
            if stale:
                FileSystems.delete(stale)
        delete_folder(staging_folder(output, run_id))
    return ticks


def drop_idle(output: str, stream: Run, run_ids: Iterable[str]) -> None:
    """Deletes ticks that found nothing new, once a later one holds what they knew of the feeds.

    Raises:
        OSError: The storage failed.
    """
    needed = set(state_files(output).values())
    for run_id in run_ids:
        if is_tick(run_id, stream) and run_id not in needed:
            drop_if_idle(output, run_id)


def merge_days(output: str, stream: Run, tick: Run) -> None:
    """Merges what ticks of each earlier day left as state, so that later ones read a file a day and table.

    Raises:
        OSError: The storage failed.
    """
    for table, merged in ((SITE_PAGES, _merged_samples), (HELD, _each_row_once)):
        (found,) = FileSystems.match([FileSystems.join(output, table.name, "run_date=*", "*.parquet")])
        days: dict[str, list[str]] = defaultdict(list)
        for path in sorted(file.path for file in found.metadata_list):
            folder, name = FileSystems.split(path)
            is_earlier = folder[-len("2026-11-22") :] < tick.run_date.isoformat()
            if is_earlier and (day := merged_path(path)) and is_tick(name.rpartition("-")[0], stream):
                days[day].append(path)
        for day, paths in days.items():
            draft = FileSystems.join(staging_folder(output, tick.run_id), f"{table.name}.parquet")
            before = [day] if FileSystems.exists(day) else []
            write_parquet([merged(list(map(_read, [*before, *paths])))], table.schema, draft)
            FileSystems.rename([draft], [day])
            FileSystems.delete(paths)  # where this fails, they are merged once more the next time


def _read(path: str) -> pa.Table:
    with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as source:
        return pq.read_table(source)


def _each_row_once(tables: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables).group_by(HELD.schema.names, use_threads=False).aggregate([])


def _merged_samples(tables: list[pa.Table]) -> pa.Table:
    samples: dict[str, list[Sample]] = defaultdict(list)
    for table in tables:
        for row in table.to_pylist():
            samples[row["domain"]].append((PageBlocks(row["key"], tuple(row["blocks"])),))
    rows = [
        {"domain": domain, "key": page.key, "blocks": list(page.blocks)}
        for domain in sorted(samples)
        for page in merge_samples(samples[domain])
    ]
    return pa.Table.from_pylist(rows, schema=SITE_PAGES.schema)
