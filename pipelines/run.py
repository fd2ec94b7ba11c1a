"""Run: the graph on the runner that was asked for, from the checks before to the run's JSON after."""

import os
import platform
import shlex
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError
from typing import Any, NoReturn, Protocol

import apache_beam as beam
import pyarrow.parquet as pq
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import GoogleCloudOptions, PipelineOptions, StandardOptions
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner
from apache_beam.runners.runner import PipelineState
from apache_beam.transforms.environments import SubprocessSDKEnvironment

from pipelines.beam_options import LOCAL_RUNNER, make_beam_parser
from pipelines.dataflow import added_flags, is_dataflow, shipped
from pipelines.ingest import build
from pipelines.options import IngestOptions
from pipelines.plan import Plan
from pipelines.processes import watch_workers
from pipelines.usage import UsageError, one_line
from schemas import Reason, Rejection
from schemas.run import Run
from schemas.table import REJECTS, SCHEMA_VERSION
from transforms.commit import delete_folder, staging_folder
from transforms.manifests import read_manifest
from transforms.sources.storage import complaint

#: Stages at which an input is refused before anything is known of what it holds.
READING_STAGES = ("list", "read", "fetch")


class RunOptions(Protocol):
    """What every command that runs a pipeline was asked to do; see `pipelines.options.IngestOptions`."""

    @property
    def inputs(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def output(self) -> str: ...  # noqa: D102
    @property
    def run(self) -> Run: ...  # noqa: D102
    @property
    def verbose(self) -> bool: ...  # noqa: D102
    @property
    def beam(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def given(self) -> tuple[tuple[str, str], ...]: ...  # noqa: D102


def check_output(options: RunOptions) -> None:
    """Makes sure that the dataset can be written, and clears what a killed try of this run left.

    Raises:
        UsageError: It cannot.
    """
    try:
        clear_staging(options)
        probe = FileSystems.join(staging_folder(options.output, options.run.run_id), "probe")
        with FileSystems.create(probe, compression_type=CompressionTypes.UNCOMPRESSED) as file:
            file.write(b"newsbeam")
        FileSystems.delete([probe])
    except Exception as error:
        raise UsageError(f"--output: cannot write to {options.output}: {complaint(error)}") from None


def clear_staging(options: RunOptions) -> None:
    """Deletes the hidden folder of the run, if there is one."""
    delete_folder(staging_folder(options.output, options.run.run_id))


@contextmanager
def stop_on_signals(options: RunOptions) -> Iterator[None]:
    """Ends the program with one line on SIGINT and SIGTERM, exit status 128 and the signal's number.

    At once: the engine's threads and processes would take their time. The dataset is left as it was, unless
    files were being moved into place; the same run again replaces these. A job on Dataflow goes on.
    """
    goes_on = is_dataflow(runner_of(options))

    def stop(number: int, _: Any) -> NoReturn:
        if goes_on:
            end_at_once("waits no longer; a job that was submitted goes on", 128 + number)
        end_at_once("stopped; the same command again starts anew", 128 + number, options)

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def end_at_once(why: str, status: int, options: RunOptions | None = None) -> NoReturn:
    """Ends the program with one line and without the engine's leave; clears what the run staged, if given."""
    os.write(2, b"\x1b[?25h\n" if os.isatty(2) else b"")  # the cursor that the progress display hid
    os.write(2, f"newsbeam: {why}\n".encode())
    if options is not None:
        with suppress(Exception):
            clear_staging(options)
    os._exit(status)


def about_run(options: RunOptions) -> dict[str, Any]:
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


def runner_of(options: RunOptions) -> str | None:
    """Returns the runner that was asked for; None: none was."""
    runner: str | None = PipelineOptions(list(options.beam)).view_as(StandardOptions).runner
    return runner


def make_pipeline(options: RunOptions, workers: int) -> beam.Pipeline:
    """Returns an empty pipeline on the runner that was asked for, by default in so many local processes.

    Raises:
        UsageError: Beam's options do not go together.
    """
    flags, runner = list(options.beam), runner_of(options)
    if is_dataflow(runner):
        flags += added_flags(make_beam_parser().parse_args(flags), options.run, options.output)
    if runner not in (None, LOCAL_RUNNER):
        try:
            return beam.Pipeline(options=PipelineOptions(flags))
        except ValueError as error:  # Beam's own checks, which know its options together
            raise UsageError(f"--runner {runner}: {one_line(error)}") from None
    if workers == 1:
        return beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions(flags))
    module = "apache_beam.runners.worker.sdk_worker_main" if options.verbose else "pipelines.worker"
    environment = SubprocessSDKEnvironment.from_command_string(
        f"exec {shlex.quote(sys.executable)} -m {module}"
    )
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
    build(pipeline, options, about_run(options), web=bool(plan.feed_urls()))
    return run_pipeline(pipeline, options)


def run_pipeline(
    pipeline: beam.Pipeline, options: RunOptions, *, clear: bool = True
) -> Mapping[str, Any] | None:
    """Runs a pipeline that ends in a commit, and waits for its end.

    Args:
        pipeline: Complete.
        options: Of the command.
        clear: Whether the hidden folder of a run that failed goes at once.

    Returns:
        The run's JSON; None where the runner only took the job and does not wait (a template).

    Raises:
        RuntimeError: The pipeline failed.
        UsageError: Workers on Dataflow cannot be given the program.
    """
    on_dataflow = is_dataflow(runner_of(options))
    give_up = partial(end_at_once, status=os.EX_SOFTWARE, options=options if clear else None)
    try:
        with shipped(pipeline.options) if on_dataflow else watch_workers(give_up):
            result = pipeline.run()
        if result is None or pipeline.options.view_as(GoogleCloudOptions).template_location:
            return None
        state = result.wait_until_finish()
        if state != PipelineState.DONE:
            raise RuntimeError(f"the runner ended with {state}")
    except PackageNotFoundError as error:
        raise UsageError(
            f"{error.name} is not installed: `pip install .`, or name --sdk_container_image"
        ) from None
    except BaseException:
        if clear and not on_dataflow:  # there a job may go on that this program could not wait for
            clear_staging(options)
        raise
    return read_manifest(options.output, options.run.run_id)


def refused_inputs(manifest: Mapping[str, Any], options: IngestOptions) -> list[Rejection]:
    """Returns the rejections of INPUTs that could not be read at all."""
    refused = []
    for file in manifest["files"]:
        if file["path"].startswith(f"{REJECTS.name}/"):
            path = FileSystems.join(options.output, *file["path"].split("/"))
            with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as source:
                rows = pq.read_table(source, columns=["source_uri", "stage", "reason", "detail"]).to_pylist()
            refused += [
                Rejection(row["source_uri"], row["stage"], Reason(row["reason"]), row["detail"])
                for row in rows
                if row["source_uri"] in options.inputs and row["stage"] in READING_STAGES
            ]
    return refused
