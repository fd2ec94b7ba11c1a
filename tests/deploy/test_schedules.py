"""What systemd, cron and Kubernetes call is a call that the program understands."""

import configparser
import re
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from pipelines.beam_options import make_beam_parser
from pipelines.options import parse

DEPLOY = Path(__file__).parents[2] / "deploy"
SYSTEMD = DEPLOY / "systemd"
FLINK = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "flink.yaml").read_text()))
SCHEMAS = yaml.safe_load((Path(__file__).parent / "schemas.yaml").read_text())


def unit(name):
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str
    parser.read_string((SYSTEMD / name).read_text())
    return parser


@pytest.mark.parametrize("name", ["newsbeam.service", "newsbeam-stream.service"])
def test_the_service_calls_newsbeam_with_options_that_exist(name):
    service = unit(name)["Service"]
    program, command, *arguments = shlex.split(service["ExecStart"])
    assert (Path(program).name, command) == ("newsbeam", "ingest")
    options = parse(arguments)
    assert options.inputs == ("/etc/newsbeam/feeds.opml",)
    assert options.output.startswith(service["ReadWritePaths"])
    assert (options.poll_interval is not None) == ("stream" in name)


def test_the_timer_starts_the_service_of_its_name():
    timer = unit("newsbeam.timer")
    assert timer["Timer"]["OnCalendar"].endswith("UTC")
    assert timer["Install"]["WantedBy"] == "timers.target"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze on this machine")
def test_systemd_finds_no_fault_in_the_units(tmp_path):
    program = tmp_path / "newsbeam"
    program.touch(stat.S_IRWXU)
    for source in SYSTEMD.iterdir():
        text = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={program}", source.read_text())
        (tmp_path / source.name).write_text(text)
    units = [tmp_path / source.name for source in SYSTEMD.iterdir()]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_cron_makes_the_same_call_as_systemd():
    line = (DEPLOY / "cron" / "newsbeam").read_text().splitlines()[-1]
    assert re.match(r"\d+ \d+ \* \* \* newsbeam flock ", line)
    assert "%" not in line  # cron would end the line there
    assert line.endswith(unit("newsbeam.service")["Service"]["ExecStart"])


@pytest.mark.parametrize("resource", FLINK, ids=lambda resource: resource["kind"])
def test_kubernetes_resources_follow_their_schemas(resource):
    Draft202012Validator(SCHEMAS[resource["kind"]]).validate(resource)


def by_kind(kind):
    (resource,) = [resource for resource in FLINK if resource["kind"] == kind]
    return resource


def test_the_submitting_job_fits_the_cluster():
    cluster = by_kind("FlinkDeployment")
    (workers,) = cluster["spec"]["taskManager"]["podTemplate"]["spec"]["containers"]
    (submit,) = by_kind("CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    assert workers["image"] == submit["image"]
    assert submit["command"] == ["newsbeam"]
    command, *arguments = submit["args"]
    assert command == "ingest"
    beam = make_beam_parser().parse_args(list(parse(arguments).beam))
    assert beam.flink_master == f"{cluster['metadata']['name']}-rest:8081"
    assert cluster["spec"]["flinkVersion"] == f"v{beam.flink_version.replace('.', '_')}"
    assert cluster["spec"]["image"].startswith(f"flink:{beam.flink_version}.")
    assert beam.environment_config == f"localhost:{workers['ports'][0]['containerPort']}"
    slots = int(cluster["spec"]["flinkConfiguration"]["taskmanager.numberOfTaskSlots"])
    assert beam.parallelism == slots * cluster["spec"]["taskManager"]["replicas"]
    assert slots == int(workers["resources"]["requests"]["cpu"])  # one Python process a slot


def test_all_who_read_and_write_see_the_same_volume():
    claim = by_kind("PersistentVolumeClaim")["metadata"]["name"]
    cluster = by_kind("FlinkDeployment")["spec"]
    job = by_kind("CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    for pod in (cluster["podTemplate"]["spec"], job):
        (volume,) = pod["volumes"]
        assert volume["persistentVolumeClaim"]["claimName"] == claim
    containers = [
        *cluster["podTemplate"]["spec"]["containers"],
        *cluster["taskManager"]["podTemplate"]["spec"]["containers"],
        *job["containers"],
    ]
    assert {mount["mountPath"] for one in containers for mount in one["volumeMounts"]} == {"/data"}
    options = parse(job["containers"][0]["args"][1:])
    assert all(place.startswith("/data/") for place in (*options.inputs, options.output))
