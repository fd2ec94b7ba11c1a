"""Manifests: where the JSON of each run lies, by which others know that it is done."""

import json
from collections.abc import Mapping
from typing import Any

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from schemas.table import ARTICLES, REJECTS, SITE_PAGES

#: Folders of the files that a run has which found anything.
_NEWS = tuple(f"{table.name}/" for table in (ARTICLES, REJECTS, SITE_PAGES))


def manifest_path(output: str, run_id: str) -> str:
    """Returns where the run's JSON lies."""
    return FileSystems.join(output, "_runs", f"{run_id}.json")


def read_manifest(output: str, run_id: str) -> Mapping[str, Any] | None:
    """Returns the JSON of a run; None where there is none."""
    path = manifest_path(output, run_id)
    if not FileSystems.exists(path):
        return None
    with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as file:
        manifest: dict[str, Any] = json.loads(file.read())
    return manifest


def drop_if_idle(output: str, run_id: str) -> None:
    """Deletes a run that found nothing new, once others hold what it knew of the feeds.

    Raises:
        OSError: The storage failed.
    """
    manifest = read_manifest(output, run_id)
    files = [file["path"] for file in manifest["files"]] if manifest else []
    if manifest is None or any(path.startswith(_NEWS) for path in files):
        return
    paths = (FileSystems.join(output, *path.split("/")) for path in files)
    FileSystems.delete([*filter(FileSystems.exists, paths), manifest_path(output, run_id)])


def withheld_folder(output: str) -> str:
    """Returns the hidden folder for the JSON of runs whose files a retag is replacing."""
    return FileSystems.join(output, "_state", "withheld")


def withheld_path(output: str, run_id: str) -> str:
    """Returns where the run's JSON lies while a retag withholds it, or where a killed one left it."""
    return FileSystems.join(withheld_folder(output), f"{run_id}.json")


def is_done(output: str, run_id: str) -> bool:
    """Says whether a run is done, withheld or not."""
    manifest = manifest_path(output, run_id)
    return any(  # looked for once more where it belongs: a retag may put it back just now
        FileSystems.exists(path) for path in (manifest, withheld_path(output, run_id), manifest)
    )


def done_runs(output: str) -> dict[str, str]:
    """Returns all runs that are done, and where the JSON of each lies."""
    runs = FileSystems.join(output, "_runs")
    found: dict[str, str] = {}
    for folder in (withheld_folder(output), runs, withheld_folder(output)):  # a retag may move some just now
        (match,) = FileSystems.match([FileSystems.join(folder, "*.json")])
        for file in match.metadata_list:
            found[FileSystems.split(file.path)[1].removesuffix(".json")] = file.path
    return dict(sorted(found.items()))
