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

from pipelines.run import read_manifest
from schemas.run import Run
from schemas.table import ARTICLES, REJECTS, SITE_PAGES
from transforms.commit import delete_folder, manifest_path, staging_folder, stale_files
from transforms.parquet import write_parquet
from transforms.templates import PageBlocks, Sample, merge_samples
from transforms.web.feed_state import state_files

#: Folders of the files that a tick has which found anything.
_NEWS = tuple(f"{table.name}/" for table in (ARTICLES, REJECTS, SITE_PAGES))
_TIME_OF_TICK = r"\d{8}T\d{6}\.\d{3}Z"


def tick_of(stream: Run, at: datetime) -> Run:
    """Returns the run that a tick of a stream is; ids sort by time.

    Raises:
        ValueError: The id would be too long.
    """
    moment = f"{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03}Z"
    return replace(stream, run_id=f"{stream.run_id}-{moment}", run_date=at.date())


def is_tick(run_id: str, stream: Run) -> bool:
    """Says whether a run is a tick of a stream."""
    return re.fullmatch(f"{re.escape(stream.run_id)}-{_TIME_OF_TICK}", run_id) is not None


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
        if not FileSystems.exists(manifest_path(output, run_id)):
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
        manifest = read_manifest(output, run_id) if is_tick(run_id, stream) else None
        if manifest is None or run_id in needed:
            continue
        files = [file["path"] for file in manifest["files"]]
        if any(path.startswith(_NEWS) for path in files):
            continue
        paths = (FileSystems.join(output, *path.split("/")) for path in files)
        FileSystems.delete([*filter(FileSystems.exists, paths), manifest_path(output, run_id)])


def merge_days(output: str, stream: Run, tick: Run) -> None:
    """Merges the samples of sites that ticks of each earlier day left, so that later ones read a file a day.

    Raises:
        OSError: The storage failed.
    """
    (found,) = FileSystems.match([FileSystems.join(output, SITE_PAGES.name, "run_date=*", "*.parquet")])
    files: dict[str, list[str]] = defaultdict(list)
    for file in found.metadata_list:
        folder, name = FileSystems.split(file.path)
        if is_tick(name.rpartition("-")[0], stream):
            files[folder].append(file.path)
    for folder, paths in files.items():
        day = FileSystems.split(folder)[1].removeprefix("run_date=")
        if day < tick.run_date.isoformat() and len(paths) > 1:
            *others, last = sorted(paths)
            draft = FileSystems.join(staging_folder(output, tick.run_id), f"{SITE_PAGES.name}.parquet")
            write_parquet([_merged(paths)], SITE_PAGES.schema, draft)
            FileSystems.rename([draft], [last])
            FileSystems.delete(others)  # where this fails, they are merged once more the next time


def _merged(paths: Iterable[str]) -> pa.Table:
    samples: dict[str, list[Sample]] = defaultdict(list)
    for path in paths:
        with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as source:
            for row in pq.read_table(source).to_pylist():
                samples[row["domain"]].append((PageBlocks(row["key"], tuple(row["blocks"])),))
    rows = [
        {"domain": domain, "key": page.key, "blocks": list(page.blocks)}
        for domain in sorted(samples)
        for page in merge_samples(samples[domain])
    ]
    return pa.Table.from_pylist(rows, schema=SITE_PAGES.schema)
