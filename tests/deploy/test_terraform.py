"""Terraform: it parses, its references resolve, roles are narrow; the workflow launches the template."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import hcl2
import pytest
import yaml

from pipelines.options import parse

DEPLOY = Path(__file__).parents[2] / "deploy"
FOLDER = DEPLOY / "terraform"
TEXTS = {path.name: path.read_text() for path in sorted(FOLDER.glob("*.tf"))}
WORKFLOW = (FOLDER / "nightly.yaml.tftpl").read_text()


def unquoted(value):
    """python-hcl2 keeps the quotes of strings and block labels."""
    match value:
        case str():
            return value[1:-1] if value[:1] == value[-1:] == '"' else value
        case dict():
            return {unquoted(key): unquoted(item) for key, item in value.items()}
        case list():
            return [unquoted(item) for item in value]
    return value


def blocks(kind):
    """Blocks of a kind as (labels, body), whatever file they stand in."""
    found = []
    for text in TEXTS.values():
        for block in unquoted(hcl2.loads(text)).get(kind, []):
            labels = []
            while kind != "locals" and len(block) == 1 and len(labels) < (2 if kind == "resource" else 1):
                ((label, block),) = block.items()
                labels.append(label)
            found.append((".".join(labels), block))
    return found


RESOURCES = dict(blocks("resource"))
VARIABLES = dict(blocks("variable"))
LOCALS = {name for _, body in blocks("locals") for name in body if not name.startswith("__")}
CODE = "\n".join(re.sub(r"(?m)^\s*#.*$", "", text) for text in TEXTS.values())


def test_every_reference_resolves_and_nothing_is_unused():
    assert set(re.findall(r"\bvar\.(\w+)", CODE)) == set(VARIABLES)
    assert set(re.findall(r"\blocal\.(\w+)", CODE)) == LOCALS
    referred = {".".join(found) for found in re.findall(r"\b(google_\w+)\.(\w+)", CODE)}
    assert referred <= set(RESOURCES)
    assert len(RESOURCES) == len(re.findall(r'(?m)^resource "', CODE))


def test_every_variable_says_what_it_is_and_of_what_type():
    assert all({"description", "type"} <= set(body) for body in VARIABLES.values())


@pytest.mark.skipif(not shutil.which("terraform"), reason="no terraform on this machine")
def test_terraform_finds_its_own_format():
    done = subprocess.run(
        ["terraform", "fmt", "-check", str(FOLDER)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_buckets_are_closed_and_tidy_up():
    buckets = {name: body for name, body in RESOURCES.items() if name.startswith("google_storage_bucket.")}
    assert len(buckets) == 2
    for body in buckets.values():
        assert body["uniform_bucket_level_access"] is True
        assert body["public_access_prevention"] == "enforced"
        assert body["lifecycle_rule"]
    deleted = [
        prefix
        for body in buckets.values()
        for rule in body["lifecycle_rule"]
        if rule["action"][0]["type"] == "Delete"
        for prefix in rule["condition"][0]["matches_prefix"]
    ]
    assert not any("articles" in prefix or "rejects" in prefix for prefix in deleted)
    assert all(re.search(r"/(staging|tmp)/$|scratch\}/$", prefix) for prefix in deleted)


def test_roles_are_narrow():
    """A project-wide role is one of these; everything else is given on one bucket, registry or account."""
    everywhere = {body["role"] for name, body in RESOURCES.items() if name.startswith("google_project_iam")}
    assert everywhere == {"roles/dataflow.worker", "${each.key}"}
    each = RESOURCES["google_project_iam_member.schedule_launches"]["for_each"]
    assert set(re.findall(r"roles/[\w.]+", str(each))) == {
        "roles/dataflow.developer",
        "roles/logging.logWriter",
        "roles/workflows.invoker",
    }
    assert not re.search(r"roles/(owner|editor|viewer|storage\.admin)\b", CODE)


def test_the_alert_watches_the_workflow_that_the_schedule_starts():
    assert "google_workflows_workflow.nightly.id" in str(RESOURCES["google_cloud_scheduler_job.nightly"])
    alert = str(RESOURCES["google_monitoring_alert_policy.nightly"])
    assert "google_workflows_workflow.nightly.name" in alert
    assert "google_monitoring_notification_channel.email" in alert


VALUES = {
    "project": "my-project",
    "region": "europe-west3",
    "template": "gs://my-project-newsbeam-work/templates/newsbeam.json",
    "image": "europe-west3-docker.pkg.dev/my-project/newsbeam/newsbeam:0.1.0",
    "inputs": "gs://news-in/crawl https://news.example/rss",
    "output": "gs://my-project-newsbeam-data/data",
    "bucket": "my-project-newsbeam-data",
    "dataset": "data",
    "temp": "gs://my-project-newsbeam-work/tmp",
    "worker": "worker@my-project.iam.gserviceaccount.com",
    "machine_type": "n2-standard-4",
    "max_workers": "10",
    "max_hours": "12",
}


def rendered():
    """The workflow as Terraform's templatefile gives it."""
    text = re.sub(r"(?<!\$)\$\{(\w+)\}", lambda found: VALUES[found[1]], WORKFLOW)
    return yaml.safe_load(text.replace("$${", "${"))["main"]


def test_terraform_gives_the_workflow_all_that_it_asks_for_and_no_more():
    given = RESOURCES["google_workflows_workflow.nightly"]["source_contents"]
    names = set(re.findall(r"(\w+)\s*[=:]", given.partition("{path.module}")[2].partition(",")[2]))
    assert names == set(VALUES) == set(re.findall(r"(?<!\$)\$\{(\w+)\}", WORKFLOW))


def steps():
    return {name: body for step in rendered()["steps"] for name, body in step.items()}


def test_the_workflow_launches_the_template_with_the_date_of_the_run():
    launch = steps()["launch"]["args"]["body"]["launchParameter"]
    template = json.loads((DEPLOY / "image" / "template.json").read_text())
    regexes = {parameter["name"]: parameter["regexes"][0] for parameter in template["parameters"]}
    filled = {"${date}": "2026-11-20", "${run}": "nightly-2026-11-20"}
    parameters = {name: filled.get(value, value) for name, value in launch["parameters"].items()}
    assert set(parameters) == {"inputs", "output", "run_date", "run_id"}
    assert all(re.fullmatch(regexes[name], value) for name, value in parameters.items())
    environment = launch["environment"]
    assert environment["sdkContainerImage"] == VALUES["image"]
    assert environment["serviceAccountEmail"] == VALUES["worker"]
    call = [*parameters["inputs"].split(), "--output", parameters["output"], "--run-id", parameters["run_id"]]
    assert parse(call).run.run_id == "nightly-2026-11-20"


def test_the_workflow_fails_where_the_run_fails_hangs_or_finds_nothing():
    found = steps()
    raised = [case for step in ("judge", "judge_counts") for case in found[step]["switch"] if "raise" in case]
    asked = " ".join(case["condition"] for case in raised)
    assert all(
        word in asked for word in ("JOB_STATE_FAILED", "JOB_STATE_CANCELLED", "deadline", "articles == 0")
    )
    jumps = [case["next"] for case in found["judge"]["switch"] if "next" in case] + [found["judge"]["next"]]
    assert set(jumps) == {"read_counts", "wait"} <= set(found)
    counted = found["read_counts"]["args"]["url"]
    assert counted.endswith('text.url_encode("data/_runs/" + run + ".json")}')


def test_workflow_variables_are_set_before_they_are_used():
    known, used = {"request"}, []
    for body in steps().values():
        expressions = re.findall(r"\$\{(.*?)\}(?=[\"',}]|$)", json.dumps(body).replace('\\"', "'"))
        words = {
            word for text in expressions for word in re.findall(r"[a-z_][\w.]*", re.sub("'[^']*'", "", text))
        }
        own = {name for entry in body.get("assign", []) for name in entry}
        used += [word.split(".")[0] for word in words if word.split(".")[0] not in known | own]
        known |= own | ({body["result"]} if "result" in body else set())
    functions = {"default", "map", "text", "time", "sys", "json", "string", "in"}
    assert set(used) <= functions, set(used) - functions


def test_the_table_has_the_partitions_of_the_dataset():
    table = RESOURCES["google_bigquery_table.articles"]["external_data_configuration"][0]
    assert table["source_format"] == "PARQUET"
    prefix = table["hive_partitioning_options"][0]["source_uri_prefix"]
    assert prefix == "${local.output}/articles/{fetched_date:DATE}/{language:STRING}"
