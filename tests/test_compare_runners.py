"""What `make runners` calls equal."""

from pathlib import Path

import pytest

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
