import json
import os
import shutil
from collections import Counter
from contextlib import suppress

import pyarrow.dataset as ds
import pytest

from pipelines.cli import main
from pipelines.retag import find_files, parse_retag
from pipelines.run import about_run
from transforms import retag_commit
from transforms.commit import staging_folder
from transforms.retag import retag_file
from transforms.topics import TopicMatcher

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


@pytest.fixture(scope="module")
def stored_dataset(stored_inbox, tmp_path_factory):
    output = tmp_path_factory.mktemp("dataset") / "out"
    ingest(stored_inbox / "streik.txt", output)
    ingest(stored_inbox / "rows.jsonl", output)
    return output


@pytest.fixture
def dataset(stored_dataset, tmp_path):
    """A dataset of two runs with the topics that ship."""
    return shutil.copytree(stored_dataset, tmp_path / "out")


def ingest(source, output, *more):
    assert main(["ingest", str(source), "--output", str(output), *DATE, *more]) == 0


def retag(dataset, *more):
    return main(["retag", str(dataset), *DATE, *more])


def files(output):
    paths = sorted((output / "articles").rglob("*.parquet"))
    return {str(path.relative_to(output)): path.read_bytes() for path in paths}


def manifests(output):
    return {path.stem: json.loads(path.read_text()) for path in (output / "_runs").iterdir()}


def test_retagged_is_as_if_ingested_so(stored_inbox, dataset, tmp_path, mine):
    other = tmp_path / "other"
    ingest(stored_inbox / "streik.txt", other, "--topics", mine)
    ingest(stored_inbox / "rows.jsonl", other, "--topics", mine)
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


def test_wherever_a_retag_is_killed_no_listed_run_is_mixed_and_the_next_finishes_it(
    dataset, mine, tmp_path, monkeypatch
):
    before = files(dataset)
    done = tmp_path / "done"
    shutil.copytree(dataset, done)
    assert retag(done, "--topics", mine) == 0
    after, ids = files(done), Counter(ds.dataset(done / "articles").to_table()["article_id"].to_pylist())
    counts = {run: (manifest["articles"], manifest["files"]) for run, manifest in manifests(done).items()}

    class Killed(BaseException):
        """Not to be caught, like a signal."""

    for step in range(1, 99):
        torn = tmp_path / f"torn{step}"
        shutil.copytree(dataset, torn)
        dies = Dying(step, Killed)
        with monkeypatch.context() as patch:
            for name in ("rename", "remove", "rmdir", "makedirs"):
                patch.setattr(os, name, dies.wrap(getattr(os, name)))
            with suppress(Killed):
                retag_files(torn, mine, dies)
                break
        found = files(torn)
        assert Counter(ds.dataset(torn / "articles").to_table()["article_id"].to_pylist()) == ids
        for manifest in manifests(torn).values():
            listed = {f["path"]: f["bytes"] for f in manifest["files"] if f["path"] in found}
            assert all(len(found[path]) == size for path, size in listed.items())
            assert len({found[path] == after[path] for path in listed}) <= 1
        retag_files(torn, mine, Dying(0, Killed))
        assert files(torn) == after != before
        assert {run: (m["articles"], m["files"]) for run, m in manifests(torn).items()} == counts
    assert step > 8


class Dying:
    """Functions that change the disk, until the step at which the program dies; armed within the commit."""

    def __init__(self, step, error):
        self.left, self.error, self.armed = step, error, False

    def wrap(self, function):
        def change(*args, **kwargs):
            self.left -= self.armed
            if self.armed and self.left == 0:
                raise self.error
            return function(*args, **kwargs)

        return change


def retag_files(dataset, mine, dies):
    """Retags without an engine, which would take the death for a failure and try again."""
    options = parse_retag([str(dataset), "--topics", mine, *DATE])
    matcher = TopicMatcher(options.taxonomy)
    folder = staging_folder(options.output, options.run.run_id)
    written = [
        retag_file(file, options.output, folder, matcher, options.taxonomy.version)
        for file in find_files(options)
    ]
    dies.armed = True
    retag_commit.commit_retag(written, options.output, options.run, about_run(options))


def test_an_ingest_again_replaces_what_was_retagged(stored_inbox, dataset, mine):
    before = files(dataset)
    retag(dataset, "--topics", mine)
    ingest(stored_inbox / "streik.txt", dataset)
    ingest(stored_inbox / "rows.jsonl", dataset)
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
    (dataset / next(iter(files(dataset)))).unlink()
    assert main(["retag", str(dataset)]) == 2
    assert "is in _runs/, but gone" in capsys.readouterr().err
