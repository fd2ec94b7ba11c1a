"""Manifests: where the JSON of each run lies, by which others know that it is done."""

from apache_beam.io.filesystems import FileSystems


def manifest_path(output: str, run_id: str) -> str:
    """Returns where the run's JSON lies."""
    return FileSystems.join(output, "_runs", f"{run_id}.json")


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
