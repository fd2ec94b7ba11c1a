"""The same rows on every runner: one corpus through each of Beam's runners that this machine can run.

    python -m benchmarks.compare_runners INPUT... [--prism FILE] [--flink-jar FILE] [--flink-master HOST:PORT]

Prints a line for each runner: whether its dataset is equal to that of Beam's local runner in one process (all
tables, all columns but `run_id`, and the counts of the run's JSON), and the seconds of the whole command. A
runner that cannot be had is named with the reason. Exit status 1 where rows differ or a run failed.

Prism is built with Go at Beam's version and kept in the user's cache; Flink's job server comes by Maven.
Dataflow's graph is the one that would be submitted, its steps run in this process.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow.dataset as ds
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipelines.ingest import build
from pipelines.options import parse
from pipelines.run import about_run
from schemas.table import TABLES

ROOT = Path(__file__).resolve().parent.parent
BEAM = beam.__version__
PRISM = "github.com/apache/beam/sdks/v2/go/cmd/prism"
FLINK_JOB_SERVER = "org.apache.beam:beam-runners-flink-1.20-job-server"
MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
RUN = ("--run-date", "2026-11-20", "--run-id", "compared")
#: Seconds after which a run is taken to hang.
MOST_SECONDS = 900
_COUNTS = ("read", "articles", "duplicates", "already_held", "rejects", "rejects_by_reason")

#: Reads INPUTs, writes a dataset to a folder.
Way = Callable[[Sequence[str], str], None]


class NotHereError(Exception):
    """A runner that this machine cannot run; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What runners need beside Beam for Python.

    Attributes:
        prism: The program; None: to be built.
        flink_jar: Beam's job server for Flink; None: to be fetched.
        flink_master: Address of a Flink cluster; `[local]` for one inside the job server.
    """

    prism: str | None
    flink_jar: str | None
    flink_master: str


def read_rows(dataset: str) -> dict[str, list[str]]:
    """Returns the rows of each table as JSON without `run_id`, sorted, and the counts under `_runs`."""
    rows: dict[str, list[str]] = {}
    for table in TABLES:
        root = Path(dataset, table.name)
        found = ds.dataset(root, partitioning="hive").to_table().to_pylist() if root.is_dir() else []
        rows[table.name] = sorted(_json({**row, "run_id": None}) for row in found)
    (path,) = Path(dataset, "_runs").glob("*.json")
    manifest = json.loads(path.read_text())
    rows["_runs"] = [_json({name: manifest[name] for name in _COUNTS})]
    return rows


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, default=repr)


def difference(expected: Mapping[str, Sequence[str]], rows: Mapping[str, Sequence[str]]) -> str | None:
    """Returns one line on what tells two results of `read_rows` apart; None where nothing does."""
    for table, wanted in expected.items():
        if len(rows[table]) != len(wanted):
            return f"{table}: {len(rows[table])} rows, not {len(wanted)}"
        for ours, theirs in zip(map(json.loads, rows[table]), map(json.loads, wanted), strict=True):
            columns = [name for name in theirs if ours.get(name) != theirs[name]]
            if columns:
                return f"{table}: {', '.join(columns)} of {theirs.get('url') or theirs.get('source_uri')}"
    return None


def run_command(flags: Sequence[str], inputs: Sequence[str], output: str) -> None:
    """Runs `newsbeam ingest` as a user does.

    Raises:
        RuntimeError: It ended with another exit status than 0, or not at all.
    """
    command = [sys.executable, "-m", "pipelines.cli", "ingest", *inputs, "--output", output, *RUN, *flags]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=MOST_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"no end after {MOST_SECONDS} s") from None
    if done.returncode:
        raise RuntimeError(f"exit status {done.returncode}\n{done.stderr[-3000:]}")


def run_dataflow_graph(inputs: Sequence[str], output: str) -> None:
    """Runs, in this process, the graph that Dataflow would be given.

    Raises:
        NotHereError: Beam's part for Google Cloud is not installed.
    """
    try:
        from apache_beam.runners.dataflow import DataflowRunner
        from apache_beam.runners.dataflow.internal import apiclient  # noqa: F401 # the part that may be missing
    except ImportError:
        raise NotHereError("pip install 'newsbeam[gcp]'") from None
    options = parse([*inputs, "--output", output, *RUN])
    bucket = "gs://not-used"
    flags = ["--project=not-used", "--region=europe-west3", f"--temp_location={bucket}/tmp", "--no_auth"]
    pipeline = beam.Pipeline(DataflowRunner(), PipelineOptions([*flags, "--dry_run=True"]))
    build(pipeline, options, about_run(options), web=False)
    graph = pipeline.run().job.proto_pipeline
    for environment in graph.components.environments.values():
        environment.urn, environment.payload = "beam:env:embedded_python:v1", b""
    FnApiRunner().run_via_runner_api(graph, PipelineOptions([])).wait_until_finish()


def run_prism(tools: Tools, flags: Sequence[str], inputs: Sequence[str], output: str) -> None:
    """Runs the command on Prism, its workers in the command's own process unless `flags` say otherwise."""
    run_command([*flags, f"--prism_location={tools.prism or build_prism()}"], inputs, output)


def run_prism_elsewhere(tools: Tools, inputs: Sequence[str], output: str) -> None:
    """Runs the command on Prism with workers that are processes of their own, in another folder."""
    prism = tools.prism or build_prism()
    with worker_pool() as address:
        flags = ["--runner=PrismRunner", "--environment_type=EXTERNAL", f"--environment_config={address}"]
        run_prism(Tools(prism, None, ""), flags, inputs, output)


@contextmanager
def worker_pool() -> Iterator[str]:
    """Runs Beam's pool of workers, which knows of the program only what is installed; yields its address."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    module = "apache_beam.runners.worker.worker_pool_main"
    paths = {"PATH": Path(sys.executable).parent, "PYTHONPATH": ROOT}  # it starts its workers as `python`
    environment = {name: f"{path}{os.pathsep}{os.environ.get(name, '')}" for name, path in paths.items()}
    with tempfile.TemporaryDirectory() as folder:
        pool = subprocess.Popen(
            [sys.executable, "-m", module, f"--service_port={port}"],
            cwd=folder,
            env={**os.environ, **environment},
            stderr=subprocess.DEVNULL,
        )
        try:
            yield f"localhost:{port}"
        finally:
            pool.terminate()
            pool.wait()


def run_flink(tools: Tools, inputs: Sequence[str], output: str) -> None:
    """Runs the command on Flink, two tasks side by side.

    Raises:
        NotHereError: Java or Beam's job server is missing.
    """
    if not shutil.which("java"):
        raise NotHereError("no java")
    flags = ["--runner=FlinkRunner", "--environment_type=LOOPBACK", "--parallelism=2"]
    jar = tools.flink_jar or fetch_job_server()
    run_command(
        [*flags, f"--flink_master={tools.flink_master}", f"--flink_job_server_jar={jar}"], inputs, output
    )


def cache_folder() -> Path:
    """Returns the folder, made where it is not, for tools of Beam's version."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "newsbeam" / f"beam-{BEAM}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def build_prism() -> str:
    """Returns Prism of Beam's version, built if it was not before.

    Raises:
        NotHereError: There is no Go, or it cannot build it.
    """
    program = cache_folder() / "prism"
    if not program.exists():
        if not shutil.which("go"):
            raise NotHereError("no go")
        _fetch(["go", "install", f"{PRISM}@v{BEAM}"], {"GOBIN": str(program.parent)})
    return str(program)


def fetch_job_server() -> str:
    """Returns Beam's job server for Flink, of Beam's version.

    Raises:
        NotHereError: There is no Maven, or it cannot find it.
    """
    folder, name = cache_folder(), FLINK_JOB_SERVER.partition(":")[2]
    jar = folder / f"{name}-{BEAM}.jar"
    if not jar.exists():
        if not shutil.which("mvn"):
            raise NotHereError("no mvn")
        artifact = f"-Dartifact={FLINK_JOB_SERVER}:{BEAM}"
        _fetch(["mvn", "--batch-mode", "--quiet", MAVEN_COPY, artifact, f"-DoutputDirectory={folder}"], {})
    return str(jar)


def _fetch(command: Sequence[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode:
        wanted = next(word for word in command if BEAM in word)
        raise NotHereError(f"{command[0]} has no {wanted.removeprefix('-Dartifact=')}")


def ways(tools: Tools) -> dict[str, Way]:
    """Returns the runners by name; the first is the one that the others must agree with."""
    return {
        "FnApiRunner": partial(run_command, ["--workers=1"]),
        "FnApiRunner, 2 processes": partial(run_command, ["--workers=2"]),
        "PrismRunner": partial(run_prism, tools, ["--runner=PrismRunner"]),
        "PrismRunner, external worker": partial(run_prism_elsewhere, tools),
        "DirectRunner": partial(run_prism, tools, ["--runner=DirectRunner"]),
        "FlinkRunner": partial(run_flink, tools),
        "DataflowRunner, its graph": run_dataflow_graph,
    }


def compare(inputs: Sequence[str], tools: Tools) -> bool:
    """Prints a line for each runner; returns whether all that ran agree."""
    agreed, expected = True, None
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, way) in enumerate(ways(tools).items()):
            output = f"{folder}/{number}"
            start = time.perf_counter()
            try:
                way(inputs, output)
                seconds, rows = time.perf_counter() - start, read_rows(output)
                expected = expected or rows
                differs = difference(expected, rows)
                result = f"{seconds:6.1f} s  {differs or 'equal'}"
                result += f"  ({len(rows['articles'])} articles, {len(rows['rejects'])} rejects)"
                agreed = agreed and differs is None
            except NotHereError as missing:
                result = f"skipped: {missing}"
            except RuntimeError as error:
                result, agreed = f"failed: {error}", False
            print(f"{name:30}{result}", flush=True)
    return agreed


def main() -> None:
    """Reads the command line, compares, exits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("inputs", nargs="+", metavar="INPUT")
    parser.add_argument("--prism", metavar="FILE", help="the program, in place of one built with Go")
    parser.add_argument(
        "--flink-jar", metavar="FILE", help="Beam's job server for Flink, in place of Maven's"
    )
    parser.add_argument(
        "--flink-master", default="[local]", metavar="HOST:PORT", help="(default: %(default)s)"
    )
    given = parser.parse_args()
    inputs = [os.path.abspath(path) for path in given.inputs]
    sys.exit(not compare(inputs, Tools(given.prism, given.flink_jar, given.flink_master)))


if __name__ == "__main__":
    main()
