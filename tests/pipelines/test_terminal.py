import io

from rich.console import Console

from pipelines.streaming import FailedTick
from pipelines.terminal import (
    print_failed_tick,
    print_tables,
    print_tick,
    progress_line,
    query,
    summary_lines,
)
from transforms import progress

MANIFEST = {
    "run_id": "r1", "read": 4, "articles": 2, "duplicates": 1, "already_held": 0, "rejects": 1,
    "rejects_by_reason": {"empty": 1}, "articles_by_language": {"de": 2},
    "articles_by_via": {"text": 2}, "articles_by_topic": {},
    "files": [], "timings": {"seconds": 2.5},
}  # fmt: skip


def test_where_nobody_watches_the_summary_is_names_and_values():
    lines = dict(summary_lines(MANIFEST, "out"))
    assert lines["read"] == 4
    assert lines["rejects_by_reason.empty"] == 1
    assert lines["articles_by_language.de"] == 2
    assert lines["dataset"] == "out"


def test_a_person_sees_tables_and_a_query_to_paste():
    screen = io.StringIO()
    print_tables(MANIFEST, "data", Console(file=screen, width=100))
    shown = screen.getvalue()
    assert "2 articles of 4 inputs" in shown
    assert {"language", "came", "rejected"} <= set(shown.split())
    assert query("data") in shown


def test_progress_shows_numbers_and_rate():
    line = progress_line({"read": 3000, "documents": 1200, "rejects": 7}, 2.0).plain
    assert line.split() == ["3,000", "read", "1,200", "articles", "7", "rejected", "1,500/s", "2", "s"]


def test_workers_tell_what_the_terminal_reads(tmp_path, monkeypatch):
    file = tmp_path / "progress"
    monkeypatch.setenv(progress.VARIABLE, str(file))
    progress.tell("read", 3)
    progress.tell("rejects/empty")
    progress.tell("duplicates", 5)
    assert progress.read_marks(file.read_bytes()) == {"read": 3, "documents": 0, "rejects": 1}


def test_nothing_is_told_where_nobody_asked(monkeypatch):
    monkeypatch.delenv(progress.VARIABLE, raising=False)
    monkeypatch.setattr(progress, "_open", lambda path: 1 / 0)
    progress.tell("read")


def test_the_query_names_the_dataset():
    assert "'data/articles/*/*/*.parquet'" in query("data")


def test_a_tick_with_news_is_a_line_and_one_without_is_none(capsys):
    timings = {"finished_at": "2026-11-22T00:30:56+00:00", "seconds": 3.2}
    tick = {**MANIFEST, "feeds": {"changed": 2, "unchanged": 7, "not-due": 1}, "timings": timings}
    print_tick({**tick, "articles": 0, "rejects": 0})
    print_tick(tick)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.split("\t") == [
        "2026-11-22T00:30:56+00:00", "feeds 9", "articles 2", "duplicates 1", "rejects 1", "3.2 s"
    ]  # fmt: skip


def test_a_failed_tick_is_one_line_on_stderr(capsys):
    print_failed_tick(FailedTick(OSError("no\nspace"), 2, 60.0))
    assert capsys.readouterr().err == (
        "newsbeam: a tick failed (2 in a row): no space; the next one in 60 s\n"
    )
