"""What `make runners` calls equal."""

from pathlib import Path

import pytest

from benchmarks import compare_runners
from benchmarks.compare_runners import difference, read_rows
from pipelines.cli import main

DUMPS = Path(__file__).parent.parent / "examples" / "dumps"


def test_two_runs_of_the_same_input_are_equal_but_for_their_names(tmp_path):
    for name in ("a", "b"):
        call = ["ingest", str(DUMPS), "--output", str(tmp_path / name), "--run-date", "2026-11-20"]
        assert main([*call, "--run-id", name]) == 0
    ours, theirs = read_rows(str(tmp_path / "a")), read_rows(str(tmp_path / "b"))
    assert len(ours["articles"]) == 4
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
        (lambda inputs, output: tell(compare_runners.NotHereError("no go")), True, "skipped: no go"),
    ],
)
def test_other_rows_and_failed_runs_do_not_agree(monkeypatch, capsys, second, agrees, says):
    found = iter([{"articles": ["{}"], "rejects": []}, {"articles": [], "rejects": []}])
    monkeypatch.setattr(compare_runners, "ways", lambda _: {"first": lambda *_: None, "second": second})
    monkeypatch.setattr(compare_runners, "read_rows", lambda _: next(found))
    assert compare_runners.compare([], compare_runners.Tools(None, None, "")) is agrees
    first, other = capsys.readouterr().out.splitlines()
    assert "equal" in first
    assert says in other


def tell(error):
    raise error
