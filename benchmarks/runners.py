"""Beam's runners: how `newsbeam ingest` is run on each, and how what they need beside Beam is had.

Prism is built with Go at Beam's version and kept in the user's cache; Flink's job server comes by Maven.
Dataflow's graph is the one that would be submitted, its steps run here.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import apache_beam as beam

from benchmarks.dataflow_graph import FLAGS, ROOT, graph_of, replay
from pipelines.options import parse

BEAM = beam.__version__
PRISM = "github.com/apache/beam/sdks/v2/go/cmd/prism"
FLINK_JOB_SERVER = "org.apache.beam:beam-runners-flink-1.20-job-server"
MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
#: Seconds after which a run, and what fetches a tool, is taken to hang.
MOST_SECONDS, MOST_SECONDS_TO_FETCH = 900, 300

#: Runs `newsbeam ingest` with arguments into a dataset.
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


def run_command(flags: Sequence[str], arguments: Sequence[str], output: str) -> None:
    """Runs `newsbeam ingest` as a user does.

    Raises:
        RuntimeError: It ended with another exit status than 0, or not at all.
    """
    command = [sys.executable, "-m", "pipelines.cli", "ingest", *arguments, "--output", output, *flags]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, errors="replace", timeout=MOST_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"no end after {MOST_SECONDS} s") from None
    if done.returncode:
        raise RuntimeError(f"exit status {done.returncode}\n{done.stderr[-3000:]}")


def run_dataflow_graph(arguments: Sequence[str], output: str) -> None:
    """Makes the graph that Dataflow would be given, and runs it in a process of its own.

    Raises:
        NotHereError: Beam's part for Google Cloud is not installed.
        RuntimeError: The graph failed, or did not end.
    """
    try:
        from apache_beam.runners.dataflow.internal import apiclient  # noqa: F401 # the part that may be missing
    except ImportError:
        raise NotHereError("pip install '.[gcp]'") from None
    options = parse([*arguments, "--output", output])  # without the runner: that one refuses local paths
    flags = (*FLAGS, "--temp_location=gs://not-used/tmp")
    try:
        replay(graph_of(replace(options, beam=flags)), MOST_SECONDS)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"no end after {MOST_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"exit status {error.returncode}\n{error.stderr[-3000:]}") from None


def run_prism(tools: Tools, flags: Sequence[str], arguments: Sequence[str], output: str) -> None:
    """Runs the command on Prism, its workers in the command's own process unless `flags` say otherwise."""
    run_command([*flags, f"--prism_location={tools.prism or build_prism()}"], arguments, output)


def run_prism_elsewhere(tools: Tools, arguments: Sequence[str], output: str) -> None:
    """Runs the command on Prism with workers that are processes of their own, in another folder."""
    prism = tools.prism or build_prism()
    with worker_pool() as address:
        flags = ["--runner=PrismRunner", "--environment_type=EXTERNAL", f"--environment_config={address}"]
        run_prism(replace(tools, prism=prism), flags, arguments, output)


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


def run_flink(tools: Tools, arguments: Sequence[str], output: str) -> None:
    """Runs the command on Flink, two tasks side by side.

    Raises:
        NotHereError: Java or Beam's job server is missing.
    """
    if not shutil.which("java"):
        raise NotHereError("no java")
    flags = ["--runner=FlinkRunner", "--environment_type=LOOPBACK", "--parallelism=2"]
    jar = tools.flink_jar or fetch_job_server()
    run_command(
        [*flags, f"--flink_master={tools.flink_master}", f"--flink_job_server_jar={jar}"], arguments, output
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
        wanted = f"{PRISM}@v{BEAM}"
        _fetch(wanted, ["go", "install", wanted], {"GOBIN": str(program.parent)})
    return str(program)


def fetch_job_server() -> str:
    """Returns Beam's job server for Flink, of Beam's version.

    Raises:
        NotHereError: There is no Maven, or it cannot find it.
    """
    folder, name = cache_folder(), FLINK_JOB_SERVER.partition(":")[2]
    jar = folder / f"{name}-{BEAM}.jar"
    if not jar.exists():
        wanted = f"{FLINK_JOB_SERVER}:{BEAM}"
        maven = ["mvn", "--batch-mode", "--quiet", MAVEN_COPY]
        _fetch(wanted, [*maven, f"-Dartifact={wanted}", f"-DoutputDirectory={folder}"], {})
    return str(jar)


def _fetch(wanted: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
    if not shutil.which(command[0]):
        raise NotHereError(f"no {command[0]}")
    environment = {**os.environ, **environment}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=MOST_SECONDS_TO_FETCH)
    except subprocess.TimeoutExpired:
        raise NotHereError(f"{command[0]} did not get {wanted} in {MOST_SECONDS_TO_FETCH} s") from None
    if done.returncode:
        raise NotHereError(f"{command[0]} has no {wanted}")
