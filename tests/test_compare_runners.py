"""What `make runners` calls equal."""

import json

import pytest

from benchmarks import compare_runners
from benchmarks.compare_runners import PAGES, TEMPLATE, compare, difference, read_rows, run_twice, write_dump
from benchmarks.feed_site import feed_site
from benchmarks.runners import NotHereError, Tools
from pipelines.cli import main


def run_here(arguments, output):
    assert main(["ingest", *arguments, "--output", output]) == 0


def test_two_datasets_of_the_same_inputs_are_equal_and_the_second_run_finds_one_new_story(tmp_path):
    dump = tmp_path / "echo.jsonl"
    write_dump(dump)
    with feed_site() as site:
        for name in ("a", "b"):
            run_twice(run_here, [str(dump)], site, str(tmp_path / name))
    ours, theirs = read_rows(str(tmp_path / "a")), read_rows(str(tmp_path / "b"))
    assert len(ours["articles"]) == PAGES + 3
    assert TEMPLATE not in "".join(ours["articles"])
    assert [json.loads(counts)["already_held"] for counts in ours["_runs"]] == [0, 2]
    assert len(ours["_state/feeds"]) == 1
    assert difference(ours, theirs) is None


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ({"articles": ['{"url": "u", "title": "A"}'], "rejects": []}, None),
        ({"articles": ['{"url": "u", "title": "B"}'], "rejects": []}, "articles: title of u"),
        ({"articles": ['{"url": "u"}'], "rejects": []}, "articles: title of u"),
        ({"articles": [], "rejects": []}, "articles: 0 rows, not 1"),
        ({"articles": ['{"url": "u", "title": "A"}'], "rejects": ["{}"]}, "rejects: 1 rows, not 0"),
    ],
)
def test_a_difference_is_told_with_its_columns(rows, says):
    assert difference({"articles": ['{"url": "u", "title": "A"}'], "rejects": []}, rows) == says


@pytest.mark.parametrize(
    ("second", "agrees", "says"),
    [
        (lambda inputs, output: None, False, "articles: 0 rows, not 1"),
        (lambda inputs, output: tell(RuntimeError("exit status 70")), False, "failed: exit status 70"),
        (lambda inputs, output: tell(NotHereError("no go")), True, "skipped: no go"),
    ],
)
def test_other_rows_and_failed_runs_do_not_agree(monkeypatch, capsys, second, agrees, says):
    found = iter([{"articles": ["{}"], "rejects": []}, {"articles": [], "rejects": []}])
    monkeypatch.setattr(compare_runners, "ways", lambda _: {"first": lambda *_: None, "second": second})
    monkeypatch.setattr(compare_runners, "read_rows", lambda _: next(found))
    assert compare([], Tools(None, None, "")) is agrees
    _, first, other = capsys.readouterr().out.splitlines()
    assert "equal" in first
    assert says in other


def tell(error):
    raise error
