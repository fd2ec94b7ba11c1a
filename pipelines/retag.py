"""The command `newsbeam retag`: other topics for the articles of a dataset, as a run of its own."""

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems

from pipelines.beam_options import check_beam, check_dataflow, part_arguments, unknown_option
from pipelines.options import dataset_root, taxonomy_of
from pipelines.plan import workers_for
from pipelines.run import about_run, make_pipeline, run_pipeline
from pipelines.usage import Parser, UsageError, one_line
from pipelines.values import day, positive
from schemas.run import Run, pipeline_version
from schemas.taxonomy import Taxonomy
from transforms.commit import staging_folder
from transforms.manifests import read_manifest
from transforms.retag import RetagFiles
from transforms.retag_commit import CommitRetag, listed_files

#: Stored bytes that a core retags in a second; rough, for the choice of processes alone.
_BYTES_A_SECOND = 1_500_000


@dataclass(frozen=True, slots=True)
class RetagOptions:
    """What `newsbeam retag` was asked to do.

    Attributes:
        output: Root of the dataset, without a slash at its end.
        run: Id, date and versions of the run.
        taxonomy: The topics to look for.
        workers: Local processes; None to choose by the size of the dataset.
        json: Print the run's JSON in place of the summary.
        verbose: Show what the engine logs.
        beam: Beam's own options, as given.
        given: The options of this program as given, for the run's JSON.
    """

    output: str
    run: Run
    taxonomy: Taxonomy
    workers: int | None
    json: bool
    verbose: bool
    beam: tuple[str, ...]
    given: tuple[tuple[str, str], ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The dataset itself."""
        return (self.output,)


def make_retag_parser() -> argparse.ArgumentParser:
    """Returns the parser of what stands behind `newsbeam retag`."""
    parser = Parser(
        prog="newsbeam retag",
        description="Gives the articles of a dataset other topics. Beam's own options pass through.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("dataset", metavar="DATASET", help="its root: a local folder or gs://bucket/prefix")
    add("--topics", metavar="FILE", help="as for `newsbeam ingest`")
    add("--run-id", metavar="ID", help="names the run (default: from date and taxonomy)")
    add("--run-date", type=day, metavar="YYYY-MM-DD", help="the schedule's date (default: today, UTC)")
    add("--workers", type=positive, metavar="N", help="local processes (default: by the size)")
    add("--json", action="store_true", help="print the run's JSON in place of the summary")
    add("--verbose", action="store_true", help="show what the engine logs")
    return parser


def parse_retag(arguments: Sequence[str]) -> RetagOptions:
    """Reads and checks what stands behind `newsbeam retag`.

    Raises:
        UsageError: The call is wrong.
        SystemExit: `--help` was asked for.
    """
    ours, beam_flags = part_arguments(arguments)
    parser = make_retag_parser()
    parsed, unknown = parser.parse_known_intermixed_args(ours)
    if unknown:
        raise UsageError(unknown_option(unknown[0], parser))
    check_beam(beam_flags, parsed.workers)
    check_dataflow(beam_flags, (), {"DATASET": parsed.dataset})
    taxonomy = taxonomy_of(parsed.topics)
    run_date = parsed.run_date or datetime.now(UTC).date()
    digest = hashlib.blake2b(taxonomy.version.encode(), digest_size=4).hexdigest()
    run_id = f"{run_date:%Y%m%d}-retag-{digest}" if parsed.run_id is None else parsed.run_id
    try:
        run = Run(run_id, run_date, pipeline_version(), taxonomy.version)
    except ValueError as error:
        raise UsageError(str(error)) from None
    given = {"dataset": parsed.dataset, "topics": parsed.topics, "workers": parsed.workers}
    return RetagOptions(
        output=dataset_root(parsed.dataset),
        run=run,
        taxonomy=taxonomy,
        workers=parsed.workers,
        json=parsed.json,
        verbose=parsed.verbose,
        beam=tuple(beam_flags),
        given=tuple((name, str(value)) for name, value in sorted(given.items()) if value is not None),
    )


def find_files(options: RetagOptions) -> tuple[str, ...]:
    """Returns the files of articles of all runs of the dataset, as paths below its root.

    Raises:
        UsageError: There is no dataset, or files of it are gone, or the run id is that of a run that wrote
            articles.
    """
    try:
        runs = listed_files(options.output)
    except Exception as error:
        raise UsageError(f"DATASET {options.output}: cannot read its runs: {one_line(error)}") from None
    if not runs:
        raise UsageError(f"DATASET {options.output}: there are no runs with articles under its _runs/")
    manifest = read_manifest(options.output, options.run.run_id)
    if options.run.run_id in runs or (manifest is not None and "retagged" not in manifest):
        raise UsageError(f"--run-id {options.run.run_id}: it names a run that wrote articles; take another")
    files = tuple(path for paths in runs.values() for path in paths)
    for path in files:
        if not FileSystems.exists(FileSystems.join(options.output, *path.split("/"))):
            raise UsageError(
                f"DATASET {options.output}: {path} is in _runs/, but gone: repeat the run it is of"
            )
    return files


def build_retag(
    pipeline: beam.Pipeline, options: RetagOptions, files: Sequence[str], about: Mapping[str, Any]
) -> None:
    """Adds the graph of `newsbeam retag` to a pipeline.

    Args:
        pipeline: Without steps.
        options: What to do.
        files: As `find_files` returns them.
        about: What the run's JSON says beside the counts.
    """
    staging = staging_folder(options.output, options.run.run_id)
    (
        pipeline
        | "Files" >> beam.Create(list(files))
        | "Retag files" >> RetagFiles(options.output, staging, options.taxonomy)
        | "Commit" >> CommitRetag(options.output, options.run, about)
    )


def run_retag(options: RetagOptions, files: Sequence[str]) -> Mapping[str, Any] | None:
    """Runs the pipeline and waits for its end.

    Returns:
        The run's JSON; None where the runner only took the job and does not wait.

    Raises:
        RuntimeError: The pipeline failed.
    """
    pipeline = make_pipeline(options, options.workers or _workers(options, files))
    build_retag(pipeline, options, files, about_run(options))
    return run_pipeline(pipeline, options)


def _workers(options: RetagOptions, files: Sequence[str]) -> int:
    paths = [FileSystems.join(options.output, *file.split("/")) for file in files]
    stored = sum(found.size_in_bytes for match in FileSystems.match(paths) for found in match.metadata_list)
    return workers_for(stored / _BYTES_A_SECOND)
