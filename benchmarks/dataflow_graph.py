"""The graph that Dataflow would be given, and its steps run here.

    python -m benchmarks.dataflow_graph FILE

Runs the graph in FILE, a `Pipeline` of Beam's `beam_runner_api.proto`, in this process. What the graph does
not hold is not there for it: the options that it was made from are unknown to this process.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability.api import beam_runner_api_pb2
from apache_beam.runners.portability.fn_api_runner.fn_runner import FnApiRunner

from pipelines.ingest import build
from pipelines.options import IngestOptions
from pipelines.plan import make_plan
from pipelines.run import about_run, make_pipeline

ROOT = Path(__file__).resolve().parent.parent
#: Beam's options for a job that is translated and goes nowhere.
FLAGS = (
    "--runner=DataflowRunner",
    "--project=not-used",
    "--region=europe-west3",
    "--sdk_container_image=not-used",
    "--no_auth",
    "--dry_run=True",
)


def graph_of(options: IngestOptions) -> bytes:
    """Returns the graph of a job for Dataflow, serialised; `options` have `FLAGS` among Beam's."""
    plan = make_plan(options.inputs, options.output)
    pipeline = make_pipeline(options, workers=1)
    build(pipeline, options, about_run(options), web=bool(plan.feed_urls()))
    graph: bytes = pipeline.run().job.proto_pipeline.SerializeToString()  # type: ignore[attr-defined]
    return graph


def replay(graph: bytes, seconds: float) -> None:
    """Runs a graph in a process of its own.

    Raises:
        CalledProcessError: It failed.
        TimeoutExpired: It did not end within so many seconds.
    """
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(graph)
        command = [sys.executable, "-m", "benchmarks.dataflow_graph", file.name]
        subprocess.run(
            command, cwd=ROOT, check=True, capture_output=True, text=True, errors="replace", timeout=seconds
        )


def main(arguments: Sequence[str]) -> None:
    """Runs the graph in a file."""
    (path,) = arguments
    graph = beam_runner_api_pb2.Pipeline.FromString(Path(path).read_bytes())
    for environment in graph.components.environments.values():
        environment.urn, environment.payload = "beam:env:embedded_python:v1", b""
    result = FnApiRunner().run_via_runner_api(graph, PipelineOptions([]))
    result.wait_until_finish()


if __name__ == "__main__":
    main(sys.argv[1:])
