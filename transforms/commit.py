"""Commit: the finished files of a run move into place together, its JSON last.

The whole commit is one element in one worker, so it happens after all files are written and can be tried
again: a file that is already in place is left there. Readers that trust only runs with a JSON under `_runs/`
never see half a run.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.pvalue import AsDict, AsList

from schemas.run import Run, day_of_tick
from schemas.table import ARTICLES, REJECTS, TABLES, Table
from transforms.duplicates import ALREADY_HELD, DUPLICATES
from transforms.manifests import manifest_path, withheld_path
from transforms.parquet import WrittenFile

#: A group of the run's JSON and a value in it.
Tally = tuple[str, str]
#: What the files do not tell: how many inputs were read, dropped as duplicates, held by earlier runs.
COUNTS, READ = "counts", "read"
#: Feeds by what became of them.
FEEDS = "feeds"
#: Entries that stand in for their pages, by the reason why these could not be had.
FALLBACKS = "fallbacks_by_reason"


class CountsDoNotAddUpError(RuntimeError):
    """An input was lost or counted twice; the run must not be trusted."""


def staging_folder(output: str, run_id: str) -> str:
    """Returns the hidden folder for files that live as long as the run."""
    return FileSystems.join(output, "_state", "staging", run_id)


def delete_folder(folder: str) -> None:
    """Deletes a folder, if it is there, and all below it; storages without folders have files alone."""
    if not FileSystems.get_filesystem(folder).has_dirs():
        FileSystems.delete([f"{folder}/"])  # all names that begin so, many a request
    elif FileSystems.exists(folder):
        FileSystems.delete([folder])


def make_folder(folder: str) -> None:
    """Makes a folder where there is none; storages without folders need none."""
    if FileSystems.get_filesystem(folder).has_dirs() and not FileSystems.exists(folder):
        FileSystems.mkdirs(folder)


def summarise(files: Iterable[WrittenFile], tallies: Mapping[Tally, int]) -> dict[str, Any]:
    """Returns the counts of a run.

    Raises:
        CountsDoNotAddUpError: What was read is not what was written, dropped and refused.
    """
    rows: Counter[str] = Counter()
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    files = sorted(files, key=lambda file: file.target)
    for file in files:
        rows[file.target.split("/", 1)[0]] += file.rows
        for column, value, number in file.groups:
            groups[column][value] += number
    for (name, value), number in tallies.items():
        groups[name][value] += number
    counts = {
        READ: groups[COUNTS][READ],
        "articles": rows[ARTICLES.name],
        DUPLICATES: groups[COUNTS][DUPLICATES],
        ALREADY_HELD: groups[COUNTS][ALREADY_HELD],
        "rejects": rows[REJECTS.name],
    }
    if 2 * counts[READ] != sum(counts.values()):
        raise CountsDoNotAddUpError(f"the counts of the run do not add up: {counts}")
    return {
        **counts,
        "rejects_by_reason": by_number(groups["reason"]),
        "articles_by_language": by_number(groups["language"]),
        "articles_by_via": by_number(groups["via"]),
        "articles_by_topic": by_number(groups["topic"]),
        FEEDS: by_number(groups[FEEDS]),
        FALLBACKS: by_number(groups[FALLBACKS]),
        "files": [{"path": file.target, "rows": file.rows, "bytes": file.bytes} for file in files],
    }


def by_number(counter: Counter[str]) -> dict[str, int]:
    """Returns a counter with the highest numbers first."""
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def move_into_place(files: Iterable[WrittenFile], output: str) -> None:
    """Moves each file to its target; one that was moved before is left there.

    Raises:
        OSError: A file is neither where it was written nor where it belongs.
    """
    moves = [(file.path, FileSystems.join(output, *file.target.split("/"))) for file in files]
    waiting = _listed({path.rpartition("/")[0] for path, _ in moves})
    moves = [
        (path, target)
        for path, target in moves
        if path in waiting or FileSystems.exists(path) or not FileSystems.exists(target)
    ]
    for folder in {FileSystems.split(target)[0] for _, target in moves}:
        make_folder(folder)
    if moves:
        paths, targets = zip(*moves, strict=True)
        FileSystems.rename(list(paths), list(targets))


def _listed(folders: Iterable[str]) -> set[str]:
    """Returns the files in folders; to ask for each by its name would take a request a file."""
    matches = FileSystems.match([FileSystems.join(folder, "*") for folder in folders])
    return {file.path for match in matches for file in match.metadata_list}


def stale_files(output: str, run_id: str, targets: Iterable[str]) -> list[str]:
    """Returns the files that an earlier try of the run left and this one did not write."""
    own = re.compile(rf"{re.escape(run_id)}-\d{{5}}\.parquet")
    current = {FileSystems.join(output, *target.split("/")) for target in targets}
    stale = []
    for table in TABLES:
        for match in FileSystems.match([_pattern(output, table, run_id)]):
            names = [found.path for found in match.metadata_list]
            stale += [
                name for name in names if own.fullmatch(FileSystems.split(name)[1]) and name not in current
            ]
    return sorted(stale)


def _pattern(output: str, table: Table, run_id: str) -> str:
    return FileSystems.join(output, table.name, *["*"] * len(table.partitions), f"{run_id}-*.parquet")


def commit(
    files: Iterable[WrittenFile],
    tallies: Mapping[Tally, int],
    output: str,
    run: Run,
    about: Mapping[str, Any],
    superseded: Iterable[str] = (),
) -> str:
    """Moves the files of a run into place, writes its JSON and clears its hidden folder.

    Args:
        files: All files of the run.
        tallies: Counts by group and value; those of `COUNTS` and the rows of the files must add up.
        output: The dataset's root.
        run: The run.
        about: What the JSON says beside the counts: `run_id`, `inputs`, `options`, `versions`, and `timings`
            with `started_at` in ISO 8601.
        superseded: Files of state that this run has read and written anew; deleted when all is done.

    Returns:
        Where the JSON lies.

    Raises:
        CountsDoNotAddUpError: See `summarise`; nothing was moved then.
        OSError: The storage failed.
    """
    files = list(files)
    summary = summarise(files, tallies)
    manifest = manifest_path(output, run.run_id)
    before = [path for path in (manifest, withheld_path(output, run.run_id)) if FileSystems.exists(path)]
    if before:
        FileSystems.delete(before)
    move_into_place(files, output)
    # A tick has an id of its own each time; to look for files of it would be to list the whole dataset.
    is_tick = day_of_tick(run.run_id) is not None
    stale = [] if is_tick else stale_files(output, run.run_id, [file.target for file in files])
    if stale:
        FileSystems.delete(stale)
    staging = staging_folder(output, run.run_id)
    write_json(manifest, {**about, **summary, "timings": finished(about["timings"])}, staging)
    current = {FileSystems.join(output, *file.target.split("/")) for file in files}
    _delete_if_there(path for path in superseded if path not in current)
    delete_folder(staging)
    return manifest


def _delete_if_there(paths: Iterable[str]) -> None:
    """Deletes files that another run may delete at the same time."""
    for path in paths:
        with suppress(OSError):
            FileSystems.delete([path])


def finished(timings: Mapping[str, str]) -> dict[str, Any]:
    """Returns timings that have `started_at` with `finished_at`, now, and the seconds between."""
    start, now = datetime.fromisoformat(timings["started_at"]), datetime.now(UTC)
    seconds = round((now - start).total_seconds(), 1)
    return {**timings, "finished_at": now.isoformat(timespec="seconds"), "seconds": seconds}


def write_json(path: str, value: Mapping[str, Any], staging: str) -> None:
    """Writes a JSON file whole or not at all: first to the hidden folder of the run, then into place."""
    draft = FileSystems.join(staging, "run.json")
    with FileSystems.create(draft, compression_type=CompressionTypes.UNCOMPRESSED) as sink:
        sink.write(json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n")
    make_folder(FileSystems.split(path)[0])
    FileSystems.rename([draft], [path])


@dataclass
class Tell(beam.PTransform[Any, Any]):
    """Elements to one tally: how many there are.

    Attributes:
        tally: What they are counted as.
    """

    tally: Tally

    def expand(self, items: Any) -> Any:
        """Returns a PCollection of tallies and numbers."""
        tally = self.tally
        return items | "Count" >> beam.Map(lambda _: (tally, 1)).with_output_types(tuple[Tally, int])


@dataclass
class Commit(beam.PTransform[Any, Any]):
    """PCollection of `WrittenFile` to one element: the path of the run's JSON.

    Attributes:
        output: The dataset's root.
        run: The run.
        about: See `commit`.
        tallies: PCollections of groups and values, and how often they came; see `commit`.
        superseded: PCollection of paths, see `commit`; None for none.
    """

    output: str
    run: Run
    about: Mapping[str, Any]
    tallies: tuple[Any, ...]
    superseded: Any = None

    def expand(self, files: Any) -> Any:
        """Returns a PCollection of one path."""
        tallies = self.tallies | "All tallies" >> beam.Flatten() | "Add up" >> beam.CombinePerKey(sum)
        more = {} if self.superseded is None else {"superseded": AsList(self.superseded)}
        return (
            files.pipeline
            | "Once" >> beam.Create([self.output])
            | "Move into place"
            >> beam.Map(_commit, AsList(files), AsDict(tallies), self.run, self.about, **more)
        )


def _commit(
    output: str,
    files: list[WrittenFile],
    tallies: Mapping[Tally, int],
    run: Run,
    about: Any,
    superseded: Iterable[str] = (),
) -> str:
    return commit(files, tallies, output, run, about, superseded)
