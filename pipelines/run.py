"""Run: the graph on the runner that was asked for, from the checks before to the run's JSON after."""

import json
import platform
import shlex
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam
import pyarrow.parquet as pq
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.transforms.environments import SubprocessSDKEnvironment

from pipelines.ingest import build
from pipelines.options import LOCAL_RUNNER, IngestOptions, UsageError, one_line
from pipelines.plan import Plan
from schemas.table import REJECTS, SCHEMA_VERSION
from transforms.commit import manifest_path, staging_folder

#: Stages at which an input is refused before anything is known of what it holds.
READING_STAGES = ("list", "read", "fetch")


def check_output(options: IngestOptions) -> None:
    """Makes sure that the dataset can be written, and clears what a killed try of this run left.

    Raises:
        UsageError: It cannot.
    """
    probe = FileSystems.join(staging_folder(options.output, options.run.run_id), "probe")
    try:
        clear_staging(options)
        with FileSystems.create(probe, compression_type=CompressionTypes.UNCOMPRESSED) as file:
            file.write(b"newsbeam")
        FileSystems.delete([probe])
    except Exception as error:
        hint = "; gs:// needs `pip install 'newsbeam[gcp]'`" if options.output.startswith("gs://") else ""
        raise UsageError(f"--output: cannot write to {options.output}: {one_line(error)}{hint}") from None


def clear_staging(options: IngestOptions) -> None:
    """Deletes the hidden folder of the run, if there is one."""
    staging = staging_folder(options.output, options.run.run_id)
    if FileSystems.exists(staging):
        FileSystems.delete([staging])


def about_run(options: IngestOptions) -> dict[str, Any]:
    """Returns what the run's JSON says beside the counts."""
    return {
        "run_id": options.run.run_id,
        "run_date": options.run.run_date.isoformat(),
        "inputs": list(options.inputs),
        "options": {**dict(options.given), "beam": list(options.beam)},
        "versions": {
            "newsbeam": options.run.pipeline_version,
            "schema": SCHEMA_VERSION,
            "taxonomy": options.run.taxonomy_version,
            "apache_beam": beam.__version__,
            "python": platform.python_version(),
        },
        "timings": {"started_at": datetime.now(UTC).isoformat(timespec="seconds")},
    }


def make_pipeline(options: IngestOptions, workers: int) -> beam.Pipeline:
    """Returns an empty pipeline on the runner that was asked for, by default in so many local processes."""
    flags = list(options.beam)
    if PipelineOptions(flags).view_as(StandardOptions).runner not in (None, LOCAL_RUNNER):
        return beam.Pipeline(options=PipelineOptions(flags))
    if workers == 1:
        return beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions(flags))
    module = "apache_beam.runners.worker.sdk_worker_main" if options.verbose else "pipelines.worker"
    environment = SubprocessSDKEnvironment.from_command_string(f"{shlex.quote(sys.executable)} -m {module}")
    flags.append(f"--direct_num_workers={workers}")
    return beam.Pipeline(runner=FnApiRunner(default_environment=environment), options=PipelineOptions(flags))


def run_ingest(options: IngestOptions, plan: Plan) -> Mapping[str, Any] | None:
    """Runs the pipeline and waits for its end.

    Args:
        options: What to read, where to write, how.
        plan: What lies behind the INPUTs; decides the shape of the graph and the local processes.

    Returns:
        The run's JSON; None where the runner only took the job and does not wait (a template).

    Raises:
        RuntimeError: The pipeline failed.
    """
    pipeline = make_pipeline(options, options.workers or plan.workers())
    build(pipeline, options, about_run(options), web=plan.has_feed_urls())
    try:
        result = pipeline.run()
        if result is None:
            return None
        result.wait_until_finish()
    except BaseException:
        clear_staging(options)
        raise
    return read_manifest(options.output, options.run.run_id)


def refused_inputs(manifest: Mapping[str, Any], options: IngestOptions) -> list[str]:
    """Returns a line for each INPUT that could not be read at all."""
    lines = []
    for file in manifest["files"]:
        if file["path"].startswith(f"{REJECTS.name}/"):
            path = FileSystems.join(options.output, *file["path"].split("/"))
            with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as source:
                rows = pq.read_table(source, columns=["source_uri", "stage", "reason", "detail"]).to_pylist()
            lines += [
                f"{row['source_uri']}: {row['reason']}: {row['detail']}"
                for row in rows
                if row["source_uri"] in options.inputs and row["stage"] in READING_STAGES
            ]
    return lines


def read_manifest(output: str, run_id: str) -> Mapping[str, Any] | None:
    """Returns the JSON of a run; None where there is none."""
    path = manifest_path(output, run_id)
    if not FileSystems.exists(path):
        return None
    with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as file:
        manifest: dict[str, Any] = json.loads(file.read())
    return manifest
