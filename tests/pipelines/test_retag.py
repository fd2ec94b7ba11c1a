import json
from collections import Counter

import pyarrow.dataset as ds
import pytest

from pipelines.cli import main
from transforms import retag_commit

MINE = """
version: "1.0"
topics:
  tugs:
    label: {en: Tugs, de: Schlepper}
    definition: {en: Tug boats and their crews.}
    sets: {tug: {de: schlepper*, en: pool}}
    signals: [{any: tug, weight: 3}]
    threshold: 1
"""
DATE = ["--run-date", "2026-11-20"]


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(MINE)
    return str(file)


@pytest.fixture
def dataset(inbox, tmp_path):
    """A dataset of two runs with the topics that ship."""
    output = tmp_path / "out"
    ingest(inbox / "streik.txt", output)
    ingest(inbox / "rows.jsonl", output)
    return output


def ingest(source, output, *more):
    assert main(["ingest", str(source), "--output", str(output), *DATE, *more]) == 0


def retag(dataset, *more):
    return main(["retag", str(dataset), *DATE, *more])


def files(output):
    paths = sorted((output / "articles").rglob("*.parquet"))
    return {str(path.relative_to(output)): path.read_bytes() for path in paths}


def manifests(output):
    return {path.stem: json.loads(path.read_text()) for path in (output / "_runs").iterdir()}


def test_retagged_is_as_if_ingested_so(inbox, dataset, tmp_path, mine):
    other = tmp_path / "other"
    ingest(inbox / "streik.txt", other, "--topics", mine)
    ingest(inbox / "rows.jsonl", other, "--topics", mine)
    before = files(dataset)
    assert retag(dataset, "--topics", mine) == 0
    assert files(dataset) == files(other) != before
    own = manifests(dataset)
    for run_id, manifest in manifests(other).items():
        for key in ("articles_by_topic", "files", "articles", "articles_by_language"):
            assert own[run_id][key] == manifest[key]
        assert own[run_id]["versions"] == manifest["versions"]
    (run,) = [manifest for manifest in own.values() if "retagged" in manifest]
    assert run["read"] == run["already_held"] == 4
    assert run["retagged"]["articles_by_topic"] == {"tugs": 4}
    assert sum(manifest["articles"] for manifest in own.values()) == 4


def test_again_changes_no_byte_however_it_runs(dataset, mine):
    assert retag(dataset, "--topics", mine) == 0
    before = files(dataset)
    assert retag(dataset, "--topics", mine, "--workers", "2") == 0
    assert retag(dataset, "--topics", mine, "--direct_runner_bundle_repeat=1") == 0
    assert files(dataset) == before
    assert len(manifests(dataset)) == 3
    assert not list((dataset / "_state" / "staging").iterdir())
    assert not list((dataset / "_state" / "withheld").iterdir())


def test_a_retag_that_dies_half_way_shows_no_run_and_is_finished_by_the_next(
    dataset, mine, monkeypatch, capsys
):
    before = files(dataset)
    ids = Counter(ds.dataset(dataset / "articles").to_table()["article_id"].to_pylist())

    def move_one(moved, output):
        retag_commit_move(list(moved)[:1], output)
        raise OSError("the disk is gone")

    retag_commit_move = retag_commit.move_into_place
    with monkeypatch.context() as patch:
        patch.setattr(retag_commit, "move_into_place", move_one)
        assert retag(dataset, "--topics", mine) == 70
    capsys.readouterr()
    assert manifests(dataset) == {}
    assert sum(before[name] != content for name, content in files(dataset).items()) == 1
    assert Counter(ds.dataset(dataset / "articles").to_table()["article_id"].to_pylist()) == ids
    assert retag(dataset, "--topics", mine) == 0
    assert len(manifests(dataset)) == 3
    assert {"tugs"} == {t for m in manifests(dataset).values() for t in m["articles_by_topic"]}


def test_an_ingest_again_replaces_what_was_retagged(inbox, dataset, mine):
    before = files(dataset)
    retag(dataset, "--topics", mine)
    ingest(inbox / "streik.txt", dataset)
    ingest(inbox / "rows.jsonl", dataset)
    assert files(dataset) == before


def test_files_of_no_listed_run_are_left_alone(dataset, mine):
    (name, content) = files(dataset).popitem()
    stray = dataset / name.replace("00000.parquet", "00099.parquet")
    stray.write_bytes(content)
    assert retag(dataset, "--topics", mine) == 0
    assert stray.read_bytes() == content


def test_a_wrong_call_is_told_in_one_line(dataset, tmp_path, capsys):
    run_id = next(iter(manifests(dataset)))
    for call, says in (
        ([str(tmp_path / "none")], "there are no runs"),
        ([str(dataset), "--run-id", run_id], "names a run that wrote articles"),
        ([str(dataset), "--topic", "x"], "did you mean --topics"),
        ([str(dataset), "--topics", "no.yaml"], "cannot read no.yaml"),
    ):
        capsys.readouterr()
        assert main(["retag", *call]) == 2
        err = capsys.readouterr().err
        assert says in err
        assert err.count("\n") == 1
    assert len(manifests(dataset)) == 2
