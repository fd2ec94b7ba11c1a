"""Commit of a retag: its files take the places of the old ones, and the JSON of their runs follows.

While they do, the JSON of these runs is withheld, under `_state/`, so that whoever trusts only runs that are
listed never sees some of the files with old topics and some with new ones.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.pvalue import AsList

from schemas.run import Run
from schemas.table import ARTICLES
from transforms.commit import (
    by_number,
    delete_folder,
    finished,
    make_folder,
    move_into_place,
    staging_folder,
    write_json,
)
from transforms.manifests import manifest_path, withheld_folder, withheld_path
from transforms.parquet import WrittenFile


def listed_files(dataset: str) -> dict[str, list[str]]:
    """Returns by run the files of `articles` that its JSON lists, one that a killed retag withheld too."""
    files: dict[str, list[str]] = {}
    for folder in (withheld_folder(dataset), FileSystems.join(dataset, "_runs")):
        for match in FileSystems.match([FileSystems.join(folder, "*.json")]):
            for found in match.metadata_list:
                manifest = _read_json(found.path)
                paths = [file["path"] for file in manifest["files"]]
                articles = [path for path in paths if path.startswith(f"{ARTICLES.name}/")]
                files[manifest["run_id"]] = articles
    return {run_id: paths for run_id, paths in sorted(files.items()) if paths}


def commit_retag(files: Iterable[WrittenFile], dataset: str, run: Run, about: Mapping[str, Any]) -> str:
    """Puts retagged files in the places of the old ones and writes the JSON of the run, and of theirs.

    Can be tried again wherever it stopped.

    Args:
        files: All files of the run.
        dataset: The dataset's root.
        run: The run.
        about: As for `transforms.commit.commit`.

    Returns:
        Where the JSON of the run lies.
    """
    by_path = {file.target: file for file in files}
    own = manifest_path(dataset, run.run_id)
    if FileSystems.exists(own):
        FileSystems.delete([own])
    runs = [run_id for run_id, paths in listed_files(dataset).items() if by_path.keys() & set(paths)]
    for run_id in runs:
        _withhold(dataset, run_id)
    move_into_place(by_path.values(), dataset)
    staging = staging_folder(dataset, run.run_id)
    for run_id in runs:
        manifest = _updated(_read_json(withheld_path(dataset, run_id)), by_path, run)
        write_json(manifest_path(dataset, run_id), manifest, staging)
        FileSystems.delete([withheld_path(dataset, run_id)])
    rows = sum(file.rows for file in by_path.values())
    topics = _by_topic(by_path.values())
    summary = {
        "read": rows,
        "articles": 0,  # none is new
        "duplicates": 0,
        "already_held": rows,
        "rejects": 0,
        "rejects_by_reason": {},
        "articles_by_language": {},
        "articles_by_via": {},
        "articles_by_topic": {},
        "files": [],
        "retagged": {"runs": runs, "files": len(by_path), "articles_by_topic": topics},
    }
    write_json(own, {**about, **summary, "timings": finished(about["timings"])}, staging)
    delete_folder(staging)
    return own


def _updated(manifest: dict[str, Any], by_path: Mapping[str, WrittenFile], run: Run) -> dict[str, Any]:
    """Returns the JSON of a run as it is after its files were retagged."""
    own = [by_path[file["path"]] for file in manifest["files"] if file["path"] in by_path]
    sizes = {file.target: file.bytes for file in own}
    return {
        **manifest,
        "articles_by_topic": _by_topic(own),
        "files": [{**file, "bytes": sizes.get(file["path"], file["bytes"])} for file in manifest["files"]],
        "versions": {**manifest["versions"], "taxonomy": run.taxonomy_version},
        "retagged_by": run.run_id,
    }


def _by_topic(files: Iterable[WrittenFile]) -> dict[str, int]:
    topics: Counter[str] = Counter()
    for file in files:
        for column, value, number in file.groups:
            if column == "topic":
                topics[value] += number
    return by_number(topics)


def _withhold(dataset: str, run_id: str) -> None:
    """Takes the JSON of a run out of `_runs/`; a newer one replaces what was withheld before."""
    manifest, withheld = manifest_path(dataset, run_id), withheld_path(dataset, run_id)
    if not FileSystems.exists(manifest):
        return
    if FileSystems.exists(withheld):
        FileSystems.delete([withheld])
    make_folder(withheld_folder(dataset))
    FileSystems.rename([manifest], [withheld])


def _read_json(path: str) -> dict[str, Any]:
    with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as file:
        value: dict[str, Any] = json.loads(file.read())
    return value


@dataclass
class CommitRetag(beam.PTransform[Any, Any]):
    """PCollection of `WrittenFile` to one element: the path of the run's JSON.

    Attributes:
        dataset: The dataset's root.
        run: The run.
        about: See `commit_retag`.
    """

    dataset: str
    run: Run
    about: Mapping[str, Any]

    def expand(self, files: Any) -> Any:
        """Returns a PCollection of one path."""
        once = files.pipeline | "Once" >> beam.Create([self.dataset])
        return once | "Take the places" >> beam.Map(_commit, AsList(files), self.run, self.about)


def _commit(dataset: str, files: list[WrittenFile], run: Run, about: Any) -> str:
    return commit_retag(files, dataset, run, about)
