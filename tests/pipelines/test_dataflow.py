"""Jobs for Dataflow: what is checked, what is added, and the job that the service would get; no network."""

import base64
import csv
import hashlib
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from importlib import metadata

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import GoogleCloudOptions, PipelineOptions, SetupOptions
from apache_beam.portability.api.org.apache.beam.model.pipeline.v1.beam_runner_api_pb2 import IsBounded
from apache_beam.portability.common_urns import environments

from pipelines import cli, dataflow, run
from pipelines.beam_options import make_beam_parser
from pipelines.dataflow import DISTRIBUTION, added_flags, is_dataflow, pack_wheel, shipped
from pipelines.ingest import build
from pipelines.options import parse
from pipelines.retag import parse_retag
from pipelines.run import about_run, make_pipeline, run_pipeline
from pipelines.usage import UsageError
from pipelines.watch import build_stream

PLACE = ["--runner", "DataflowRunner", "--project", "my-project", "--region", "europe-west3"]
CALL = ["gs://news-in/crawl", "--output", "gs://news-out/data", *PLACE, "--run-id", "Nightly_1"]
IMAGE = "europe-west3-docker.pkg.dev/my-project/newsbeam/newsbeam:1"


def without(option):
    at = CALL.index(option)
    return CALL[:at] + CALL[at + 2 :]


def instead(old, new):
    return [new if word == old else word for word in CALL]


@pytest.fixture
def is_installed():
    try:
        metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        pytest.skip("newsbeam is not installed here, and a wheel bears its metadata")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (without("--project"), "needs --project"),
        (instead("my-project", "123456789"), "not its number"),
        (without("--region"), "needs --region"),
        (instead("europe-west3", "europe-west3-a"), "a zone is none"),
        (instead("gs://news-out/data", "data"), "--output data: workers on Dataflow see gs://"),
        (instead("gs://news-in/crawl", "crawl"), "INPUT crawl: workers on Dataflow do not see"),
        ([*CALL, "lists/feeds.opml"], "INPUT lists/feeds.opml: workers"),
        ([*CALL, "--temp_location", "gs://x/tmp"], "--temp_location gs://x/tmp: workers"),
        ([*CALL, "--staging_location", "/tmp/x"], "--staging_location /tmp/x: workers"),
        ([*CALL, "--topic-model", "mine.onnx"], "--topic-model mine.onnx: workers"),
        ([*CALL, "--setup_file", "nowhere/setup.py"], "--setup_file nowhere/setup.py: no such file"),
        (
            [*without("--runner"), "--runner=dataflow", "--staging_location", "s3://x"],
            "--staging_location s3://x",
        ),
    ],
)
def test_what_dataflow_cannot_run_is_told_in_one_line(call, says, capsys):
    assert cli.main(["ingest", *call]) == cli.EXIT_USAGE
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_a_local_dataset_is_not_retagged_on_dataflow():
    with pytest.raises(UsageError, match="DATASET data: workers on Dataflow"):
        parse_retag(["data", *PLACE])


def test_dataflow_without_its_client_is_told_how_to_get_it(monkeypatch):
    monkeypatch.setattr(dataflow, "_is_installed", lambda module: False)
    with pytest.raises(UsageError, match=r"pip install .*\[gcp\]"):
        parse(CALL)


def test_feeds_and_stored_files_are_inputs_of_dataflow():
    assert parse(["https://news.example/rss", *CALL]).inputs == (
        "https://news.example/rss",
        "gs://news-in/crawl",
    )


@pytest.mark.parametrize("name", ["DataflowRunner", "dataflow", "apache_beam.runners.DataflowRunner"])
def test_dataflow_is_known_by_all_its_names(name):
    assert is_dataflow(name)
    assert not is_dataflow(name.replace("low", "lo"))


def added(*more):
    options = parse([*CALL, *more])
    return added_flags(make_beam_parser().parse_args(list(options.beam)), options.run, options.output)


def test_name_labels_and_temporary_folder_are_added():
    flags = added()
    assert "--job_name=newsbeam-nightly-1" in flags
    assert "--labels=run-id=nightly_1" in flags
    assert "--temp_location=gs://news-out/data/_state/tmp" in flags
    assert "--no_save_main_session" in flags


def test_what_was_given_is_not_added():
    flags = added("--job_name", "mine", "--temp_location", "gs://tmp-bucket/x", "--save_main_session")
    assert [flag.partition("=")[0] for flag in flags] == ["--labels", "--labels"]


@pytest.mark.usefixtures("is_installed")
def test_a_wheel_of_the_program_is_shipped_unless_an_image_or_a_package_is_named():
    options = PipelineOptions([])
    with shipped(options):
        (wheel,) = options.view_as(SetupOptions).extra_packages
        with zipfile.ZipFile(wheel) as archive:
            assert "pipelines/ingest.py" in archive.namelist()
    for flag in (f"--sdk_container_image={IMAGE}", "--extra_package=dist/newsbeam-0.1.0-py3-none-any.whl"):
        options = PipelineOptions([flag])
        before = options.view_as(SetupOptions).extra_packages
        with shipped(options):
            assert options.view_as(SetupOptions).extra_packages == before


@pytest.mark.usefixtures("is_installed")
def test_the_wheel_can_be_installed_and_holds_all_that_a_worker_needs(tmp_path):
    wheel = pack_wheel(tmp_path)
    target = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True)
    load = (
        "import pipelines.ingest as i; from pipelines.taxonomies import load_taxonomy; load_taxonomy(None); "
        "from transforms.clean import CleanPages; print(i.__file__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", load],
        cwd=tmp_path,
        env={"PYTHONPATH": str(target)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == str(target / "pipelines" / "ingest.py"), done.stderr
    with zipfile.ZipFile(wheel) as archive:
        (record,) = [name for name in archive.namelist() if name.endswith("RECORD")]
        rows = list(csv.reader(archive.read(record).decode().splitlines()))
        assert {row[0] for row in rows} == set(archive.namelist())
        for name, digest, _ in rows[:-1]:
            binary = hashlib.sha256(archive.read(name)).digest()
            assert digest == f"sha256={base64.urlsafe_b64encode(binary).decode().rstrip('=')}"


@pytest.fixture(scope="module")
def job():
    """The job that the service would get."""
    options = parse([*CALL, "--no_auth", "--dry_run=True", f"--sdk_container_image={IMAGE}"])
    pipeline = make_pipeline(options, workers=1)
    build(pipeline, options, about_run(options), web=True)
    return pipeline.run().job


def test_the_job_has_its_name_labels_image_and_no_main_session(job):
    assert job.proto.name == "newsbeam-nightly-1"
    assert dict(job.proto.labels)["run-id"] == "nightly_1"
    settings = job.options.view_as(GoogleCloudOptions)
    assert settings.temp_location.startswith("gs://news-out/data/_state/tmp/")
    assert not job.options.view_as(SetupOptions).save_main_session
    described = job.proto_pipeline.components.environments.values()
    assert [env.urn for env in described] == [environments.DOCKER.urn] * len(described)
    assert all(IMAGE.encode() in env.payload for env in described)
    staged = [dep.role_payload for env in described for dep in env.dependencies]
    assert not any(b"main_session" in role or b".whl" in role for role in staged)


def test_the_job_holds_the_whole_graph(job):
    names = {step.unique_name.partition("/")[0] for step in job.proto_pipeline.components.transforms.values()}
    assert {"Read", "Read again", "Detect language", "Tag topics", "Write articles", "Commit"} <= names


@pytest.fixture(scope="module")
def stream():
    """The job of a stream that the service would get."""
    feeds = ["https://tide.example/feed", *CALL, "--streaming", "--poll-interval=1m", "--window=2m"]
    feeds.remove("gs://news-in/crawl")
    options = parse([*feeds, "--no_auth", "--dry_run=True", f"--sdk_container_image={IMAGE}"])
    pipeline = make_pipeline(options, workers=1)
    build_stream(pipeline, options, about_run(options), datetime(2026, 11, 20, tzinfo=UTC), feeds=1)
    return pipeline.run().job


def test_a_stream_becomes_a_streaming_job(stream):
    assert stream.proto.type_.name == "JOB_TYPE_STREAMING"
    assert stream.options.view_as(GoogleCloudOptions).enable_streaming_engine
    graph = stream.proto_pipeline.components
    watch = [step for step in graph.transforms.values() if step.unique_name == "Watch feeds/Watch"]
    assert len(watch) == 1
    outputs = {graph.pcollections[name].is_bounded for name in watch[0].outputs.values()}
    assert outputs == {IsBounded.Enum.UNBOUNDED}
    commits = [step for step in graph.transforms.values() if step.unique_name == "Commit/Group by pane"]
    (grouped,) = (graph.pcollections[name] for name in commits[0].inputs.values())
    windowing = graph.windowing_strategies[grouped.windowing_strategy_id]
    assert windowing.window_fn.urn == "beam:window_fn:fixed_windows:v1"
    assert windowing.allowed_lateness == 86_400_000  # milliseconds


class Taken(beam.runners.PipelineRunner):
    """Takes a job and fails whoever waits for it, as a template launch does."""

    def run_pipeline(self, pipeline, options, *more):
        return self

    def wait_until_finish(self):
        raise OSError("there is no job to wait for")


def test_the_launch_of_a_template_does_not_wait_for_a_job():
    options = parse([*CALL, f"--sdk_container_image={IMAGE}", "--template_location=gs://news-out/job"])
    pipeline = beam.Pipeline(runner=Taken(), options=PipelineOptions(list(options.beam)))
    assert run_pipeline(pipeline, options) is None


def test_a_job_that_may_go_on_keeps_its_files(monkeypatch):
    cleared = []
    monkeypatch.setattr(run, "clear_staging", cleared.append)
    options = parse([*CALL, f"--sdk_container_image={IMAGE}"])
    with pytest.raises(OSError, match="no job to wait for"):
        run_pipeline(beam.Pipeline(runner=Taken(), options=PipelineOptions(list(options.beam))), options)
    assert not cleared


def test_a_program_that_is_not_installed_cannot_be_shipped(monkeypatch):
    monkeypatch.setattr(dataflow, "DISTRIBUTION", "newsbeam-that-is-not-there")
    options = parse(CALL)
    with pytest.raises(UsageError, match="newsbeam-that-is-not-there is not installed"):
        run_pipeline(beam.Pipeline(runner=Taken(), options=PipelineOptions([])), options)


def test_what_beam_itself_refuses_is_told_in_one_line():
    options = parse([*CALL, "--no_auth", "--dry_run=True", "--num_workers=5", "--max_num_workers=2"])
    with pytest.raises(UsageError, match=r"--runner DataflowRunner: .*num_workers \(5\)") as caught:
        make_pipeline(options, workers=1)
    assert "\n" not in str(caught.value)
