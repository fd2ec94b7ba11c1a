"""The image: pins, users, what is copied and installed; the template's parameters; the launcher."""

import fnmatch
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from packaging.requirements import Requirement

from pipelines.options import make_parser, parse
from pipelines.usage import UsageError

ROOT = Path(__file__).parents[2]
IMAGE = ROOT / "deploy" / "image"
LOCK = dict(re.findall(r"(?m)^([a-z0-9._-]+)==(\S+)", (IMAGE / "requirements.lock").read_text()))
TEMPLATE = json.loads((IMAGE / "template.json").read_text())
PARAMETERS = {parameter["name"]: parameter for parameter in TEMPLATE["parameters"]}
#: Options of the command at a terminal: where and until when it runs, what it prints and its status tells.
AT_A_TERMINAL = {"help", "dry_run", "workers", "max_reject_share", "json", "verbose"}
DATAFLOW = ["--runner=DataflowRunner", "--project=my-project", "--region=europe-west3"]


def instructions():
    """The Dockerfile's instructions as (stage, keyword, rest)."""
    text = re.sub(r"\\\n", "", (IMAGE / "Dockerfile").read_text())
    stage, found = "", []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            keyword, rest = line.split(maxsplit=1)
            if keyword == "FROM":
                stage = rest.rpartition(" AS ")[2]
            found.append((stage, keyword, rest))
    return found


STEPS = instructions()
STAGES = {stage: rest.partition(" AS ")[0] for stage, keyword, rest in STEPS if keyword == "FROM"}


def test_base_images_are_pinned_to_one_release_each_of_beam_and_python():
    bases = [base for base in STAGES.values() if base not in STAGES]
    for base in bases:
        assert re.search(r":\d[\w.-]*\d[\w.-]*$|@sha256:[0-9a-f]{64}$", base), base
    assert STAGES["beam"].endswith(f":{LOCK['apache-beam']}")
    pythons = {re.search(r"python:?(3\.?\d+)", base)[1].replace(".", "") for base in bases}
    assert pythons == {"311"}


def last(stage, keyword):
    return [rest for name, key, rest in STEPS if (name, key) == (stage, keyword)][-1]


def test_the_command_has_a_user_and_the_default_target_is_beams_worker():
    assert last("command", "USER") == "newsbeam"
    assert json.loads(last("command", "ENTRYPOINT")) == ["newsbeam"]
    assert list(STAGES)[-1] == "worker"
    assert json.loads(last("worker", "ENTRYPOINT")) == ["/opt/apache/beam/boot"]
    launched = re.search(r"FLEX_TEMPLATE_PYTHON_PY_FILE=(\S+)", last("worker", "ENV"))[1]
    assert f"deploy/image/launch.py {launched}" in [rest for _, key, rest in STEPS if key == "COPY"]


def copied(stage):
    """Sources that a stage copies from the build context, and where to."""
    for name, keyword, rest in STEPS:
        if (name, keyword) == (stage, "COPY") and not rest.startswith("--from="):
            *sources, target = rest.split()
            yield from ((source, target) for source in sources)


def test_what_is_copied_is_there_and_no_ignore_file_keeps_it_out():
    docker = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    gcloud = [
        line[2:].rstrip("/") for line in (ROOT / ".gcloudignore").read_text().splitlines() if line[0] == "!"
    ]
    sources = [source for stage in STAGES for source, _ in copied(stage)]
    assert "pipelines" in sources
    for source in sources:
        assert (ROOT / source).exists()
        for kept in (docker, gcloud):
            assert any(fnmatch.fnmatch(source, name) or source.startswith(f"{name}/") for name in kept), (
                source
            )
    for _, keyword, rest in STEPS:
        if keyword == "COPY" and (origin := re.match(r"--from=(\S+)", rest)):
            assert origin[1] in STAGES


def test_the_lock_of_the_image_holds_what_the_program_needs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"]
    needed = [
        *project["project"]["dependencies"],
        *extras["gcp"],
        *extras["model"],
        *project["build-system"]["requires"],
    ]
    for requirement in map(Requirement, needed):
        assert requirement.specifier.contains(LOCK[requirement.name]), requirement
    assert "--require-hashes -r requirements.lock" in next(rest for _, key, rest in STEPS if key == "RUN")


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """A folder with what the image's build installs from what it copies, and the launcher."""
    context, target = tmp_path_factory.mktemp("context"), tmp_path_factory.mktemp("image")
    for source, _ in copied("build"):
        place = context / Path(source).name
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, place)
    python, *install = shlex.split(last("build", "RUN").partition(" && ")[0])
    assert python == "python"
    pip = [sys.executable, *install, "--quiet", "--no-index", "--target", str(target)]
    subprocess.run(pip, cwd=context, check=True)
    for source, _ in copied("worker"):
        shutil.copy(ROOT / source, target)
    return target


def run_in(image, *words):
    environment = {**os.environ, "PYTHONPATH": str(image)}
    return subprocess.run(
        [sys.executable, *words],
        cwd=image.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def files_of(folder):
    return {
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"
    }


def test_what_the_build_copies_can_be_installed_and_runs(image):
    for package in ("schemas", "transforms", "pipelines"):
        assert files_of(image / package) == files_of(ROOT / package)
    done = run_in(image, str(image / "bin" / "newsbeam"), "topics", "check")
    assert done.returncode == 0, done.stderr


def test_the_launcher_in_the_image_calls_the_program(image):
    done = run_in(image, str(image / "launch.py"), "--inputs=gs://news-in/x", "--output=data", *DATAFLOW)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("newsbeam: --output data: workers on Dataflow")


@pytest.fixture(scope="module")
def launch():
    spec = importlib.util.spec_from_file_location("launch", IMAGE / "launch.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_parameters_become_words_of_the_command(launch):
    given = [
        "--inputs=gs://news-in/a https://news.example/rss",
        "--output=gs://news-out/data",
        "--run_date=2026-11-20",
        "--run_id=",
        "--no_fetch=true",
        "--no_site_templates=false",
        "--host_delay=2s",
        *DATAFLOW,
    ]
    options = parse(launch.call(given))
    assert options.inputs == ("gs://news-in/a", "https://news.example/rss")
    assert options.run.run_date.isoformat() == "2026-11-20"
    assert (options.fetch_articles, options.site_templates, options.policy.host_delay) == (False, True, 2.0)
    assert list(options.beam) == DATAFLOW
    with pytest.raises(ValueError, match="no_fetch: write true or false"):
        launch.call(["--no_fetch=yes"])


def test_a_stream_is_launched_by_a_parameter(launch):
    given = [
        "--inputs=https://news.example/rss",
        "--output=gs://news-out/data",
        "--poll_interval=1m",
        *DATAFLOW,
    ]
    options = parse(launch.call([*given, "--streaming=true", "--window=2m"]))
    assert (options.poll_interval, options.window, "--streaming" in options.beam) == (60.0, 120.0, True)
    assert parse(launch.call([*given[:2], "--streaming=false", *DATAFLOW])).poll_interval is None


def test_the_template_has_a_parameter_for_every_option_and_no_other():
    actions = {action.dest: action for action in make_parser()._actions}
    assert set(PARAMETERS) == (set(actions) | {"streaming"}) - AT_A_TERMINAL
    required = {name for name, action in actions.items() if action.required}
    assert {name for name, parameter in PARAMETERS.items() if not parameter.get("isOptional")} == required


def test_the_template_has_the_form_that_dataflow_reads():
    one = {"name", "label", "helpText", "isOptional", "regexes"}
    for parameter in TEMPLATE["parameters"]:
        assert one - {"isOptional"} <= set(parameter) <= one
        assert parameter["helpText"].endswith(".")


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("inputs", "gs://news-in/crawl https://news.example/rss", "crawl/x.warc.gz"),
        ("output", "gs://news-out/data", "data"),
        ("run_date", "2026-11-20", "20.11.2026"),
        ("run_id", "nightly-2026-11-20", "a/b"),
        ("topics", "", "mine.yaml"),
        ("topic_model", "", "mine.onnx"),
        ("extractor", "trafilatura", "goose"),
        ("language_detector", "langdetect", "cld2"),
        ("no_site_templates", "true", "yes"),
        ("no_fetch", "false", "1"),
        ("allow_private_hosts", "true", "on"),
        ("user_agent", "newsroom/1.0 (+https://news.example/bot)", "a\nb"),
        ("host_delay", "500ms", "soon"),
        ("max_page_bytes", "10M", "ten"),
        ("fetch_timeout", "30", "30 s x"),
        ("limit", "100", "0"),
        ("streaming", "true", "yes"),
        ("poll_interval", "5m", "often"),
        ("window", "5m", "wide"),
    ],
)
def test_what_a_parameter_takes_is_what_the_program_takes(launch, name, good, bad):
    (expression,) = PARAMETERS[name]["regexes"]
    call = {"inputs": "gs://news-in/x", "output": "gs://news-out/data"}
    if name in {"poll_interval", "window"}:
        call["streaming"] = "true"
    assert re.fullmatch(expression, good)
    parse(launch.call([*(f"--{key}={value}" for key, value in {**call, name: good}.items()), *DATAFLOW]))
    assert not re.fullmatch(expression, bad)
    with pytest.raises((UsageError, ValueError)):
        parse(launch.call([*(f"--{key}={value}" for key, value in {**call, name: bad}.items()), *DATAFLOW]))


@pytest.mark.parametrize("name", ["extractor", "language_detector"])
def test_a_choice_offers_what_the_program_offers(name):
    (action,) = [action for action in make_parser()._actions if action.dest == name]
    (expression,) = PARAMETERS[name]["regexes"]
    assert set(expression.strip("^$()?").split("|")) == set(action.choices)


def test_cloud_build_builds_this_image_and_this_template():
    build = yaml.safe_load((ROOT / "deploy" / "cloudbuild.yaml").read_text())
    schema = yaml.safe_load((Path(__file__).parent / "schemas.yaml").read_text())["Build"]
    Draft202012Validator(schema).validate(build)
    words = [word for step in build["steps"] for word in step["args"]]
    files = [word.rpartition("=")[2] for word in words if "deploy/" in word]
    assert set(files) == {"deploy/image/Dockerfile", "deploy/image/template.json"}
    used = set(re.findall(r"\$\{(_[A-Z]+)\}", json.dumps(build)))
    assert used == set(build["substitutions"])
    assert build["images"] == [word for word in words if word == "${_IMAGE}"][:1]
