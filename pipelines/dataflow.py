"""Dataflow: what a job needs beside what its user says, and what is checked before it is submitted."""

import argparse
import base64
import hashlib
import importlib.util
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from apache_beam.options.pipeline_options import PipelineOptions, SetupOptions, WorkerOptions

from schemas.run import Run

DISTRIBUTION = "newsbeam"
PACKAGES = ("pipelines", "schemas", "transforms")

# https://cloud.google.com/storage/docs/buckets#naming, https://cloud.google.com/resource-manager/docs
_GCS = re.compile(r"gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](/.*)?")
_PROJECT = re.compile(r"(?:[a-z][a-z0-9.-]*:)?[a-z][a-z0-9-]{4,28}[a-z0-9]")
_REGION = re.compile(r"[a-z]+-[a-z]+[0-9]{1,2}")
_LABEL_LENGTH = 63


def is_dataflow(runner: str | None) -> bool:
    """Says whether `--runner` names Dataflow, in any of the ways in which Beam takes it."""
    return (runner or "").rpartition(".")[2].lower().removesuffix("runner") == "dataflow"


def complaint(
    beam: argparse.Namespace, inputs: Iterable[str], places: Mapping[str, str | None]
) -> str | None:
    """Returns what stands in the way of a job on Dataflow, on one line; None if nothing does.

    Args:
        beam: Beam's options, parsed.
        inputs: INPUTs that workers will read.
        places: What else workers will read or write, by option; None: it was not given.
    """
    if not _is_installed("google.cloud.dataflow"):
        return f"--runner {beam.runner} needs `pip install '.[gcp]'`"
    if not beam.project:
        return f"--runner {beam.runner} needs --project: the id of a Google Cloud project"
    if not _PROJECT.fullmatch(beam.project):
        return f"--project {beam.project}: take the project's id, not its number or its name"
    if not beam.region:
        return f"--runner {beam.runner} needs --region: where the workers stand, such as europe-west3"
    if not _REGION.fullmatch(beam.region):
        return f"--region {beam.region}: take a region, such as europe-west3; a zone is none"
    if beam.setup_file and not Path(beam.setup_file).is_file():
        return f"--setup_file {beam.setup_file}: no such file"
    for option, place in {
        **places,
        "--temp_location": beam.temp_location,
        "--staging_location": beam.staging_location,
    }.items():
        if place is not None and not _GCS.fullmatch(place):
            return f"{option} {place}: workers on Dataflow see gs://bucket/… alone"
    for given in inputs:
        if not _GCS.fullmatch(given) and not given.startswith(("http://", "https://")):
            return f"INPUT {given}: workers on Dataflow do not see this machine's files; copy it to gs://bucket/…"
    return None


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package that it lies in
        return False


def added_flags(beam: argparse.Namespace, run: Run, output: str) -> list[str]:
    """Returns Beam's flags that a job on Dataflow needs beside those that were given.

    Its name follows from the run id: Dataflow takes no second job of a name while the first goes on, so a
    run is never doubled. Temporary files lie in the dataset's own folder for such.
    """
    flags = [
        f"--labels={DISTRIBUTION}={_label(run.pipeline_version)}",
        f"--labels=run-id={_label(run.run_id)}",
    ]
    if beam.save_main_session is None:  # Beam's default is to pickle `__main__`, which holds nothing here
        flags.append("--no_save_main_session")
    if beam.streaming and not beam.enable_streaming_engine:
        flags.append("--enable_streaming_engine")  # state and windows in the service, not on workers' disks
    if not beam.job_name:
        name = re.sub("[^a-z0-9]+", "-", f"{DISTRIBUTION}-{run.run_id}".lower())
        flags.append(f"--job_name={name[:_LABEL_LENGTH].strip('-')}")
    if not beam.temp_location:
        flags.append(f"--temp_location={output}/_state/tmp")
    return flags


def _label(text: str) -> str:
    """Returns a value that a label of Google Cloud may have."""
    return re.sub("[^a-z0-9_-]", "-", text.lower())[:_LABEL_LENGTH]


@contextmanager
def shipped(options: PipelineOptions) -> Iterator[None]:
    """Gives workers the program while a job is submitted: as it runs here, unless an image was named.

    Raises:
        PackageNotFoundError: There is nothing to give, the program is not installed.
    """
    setup = options.view_as(SetupOptions)
    image = options.view_as(WorkerOptions).sdk_container_image
    given = [Path(package).name for package in setup.extra_packages or ()]
    if image or setup.setup_file or any(name.startswith(f"{DISTRIBUTION}-") for name in given):
        yield
        return
    with tempfile.TemporaryDirectory() as folder:
        setup.extra_packages = [*(setup.extra_packages or ()), str(pack_wheel(Path(folder)))]
        yield


def pack_wheel(folder: Path) -> Path:
    """Writes a wheel of the program as it runs here to a folder and returns its path.

    Unlike a build it needs neither a checkout nor a build tool, and takes what an editable install changed.
    The layout is that of https://packaging.python.org/en/latest/specifications/binary-distribution-format.

    Raises:
        PackageNotFoundError: The program is not installed.
    """
    installed = metadata.distribution(DISTRIBUTION)
    info = f"{DISTRIBUTION}-{installed.version}.dist-info"
    root = Path(__file__).parent.parent
    paths = [path for name in PACKAGES for path in sorted((root / name).rglob("*")) if path.is_file()]
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths if path.suffix != ".pyc"}
    for name in ("METADATA", "entry_points.txt"):
        files[f"{info}/{name}"] = (installed.read_text(name) or "").encode()
    wheel = f"Wheel-Version: 1.0\nGenerator: {DISTRIBUTION}\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/WHEEL"] = wheel.encode()
    record = [f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in files.items()]
    files[f"{info}/RECORD"] = "".join([*record, f"{info}/RECORD,,\n"]).encode()
    target = folder / f"{DISTRIBUTION}-{installed.version}-py3-none-any.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
