"""Streams of feeds: ticks that are runs, against a server on loopback."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow.dataset as ds
import pytest

from pipelines import streaming
from pipelines.cli import main
from pipelines.options import parse
from pipelines.plan import Plan
from pipelines.streaming import (
    FailedTick,
    finish_on_signals,
    is_due,
    rest,
    run_stream,
    run_tick,
)
from pipelines.usage import UsageError
from schemas import Kind, Source
from schemas.table import FEED_STATES, HELD
from transforms import commit
from transforms.web.feed_state import FeedState

SENTENCES = (
    "The ferry company said on Thursday that it would buy two new ships for the northern route. "
    "They are to be built in a yard on the other side of the sound and delivered in three years. "
    "The older vessels will be sold, the company said, as soon as the new ones have passed their trials."
)
TOPICS = """
version: "1"
topics:
  tugs:
    label: {en: Tugs}
    definition: {en: Tug boats and their crews.}
    sets: {tug: {en: tug*}}
    signals: [{any: tug, weight: 3}]
    threshold: 1
    examples: {en: [A tug sank.]}
"""
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


def page(name):
    return (
        f"<html lang=en><head><title>Story {name}</title></head><body><article><h1>Story {name}</h1>"
        f"<p>{SENTENCES}</p><p>{SENTENCES.replace('Thursday', f'day {name}')}</p></article></body></html>"
    )


def publish(site, *names, path="/feed.xml"):
    """Has the site serve a feed of these stories, and their pages; returns the feed's URL."""
    items = ""
    for name in names:
        url = site.serve(f"/story/{name}", page(name)).replace("a.test", "127.0.0.1")
        items += f"<item><title>Story {name}</title><link>{url}</link></item>"
    feed = f"<rss version='2.0'><channel><title>Sound Herald</title>{items}</channel></rss>"
    return site.serve(path, feed, media="application/rss+xml").replace("a.test", "127.0.0.1")


@pytest.fixture
def call(tmp_path):
    """From INPUTs to the words of a stream into `data`."""
    (tmp_path / "topics.yaml").write_text(TOPICS)
    more = [
        "--streaming",
        "--poll-interval",
        "1s",
        "--run-id",
        "s",
        "--host-delay",
        "0",
        "--no-site-templates",
    ]

    def words(*inputs):
        places = ["--output", str(tmp_path / "data"), "--topics", str(tmp_path / "topics.yaml")]
        return [*map(str, inputs), *places, *more, "--allow-private-hosts"]

    return words


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def impatient(words):
    """The options of a stream whose feeds are always due."""
    return replace(parse(words), poll_interval=0.0)


def now():
    return datetime.now(UTC)


def titles(data):
    return sorted(ds.dataset(data / "articles").to_table()["title"].to_pylist())


def written(data):
    return sorted(str(path.relative_to(data)) for path in data.rglob("*") if path.is_file())


def in_duckdb(data):
    """The titles that a reader sees who trusts only runs with a JSON."""
    runs = [path.stem for path in (data / "_runs").glob("*.json")]
    if not list((data / "articles").rglob("*.parquet")):
        return set()
    sql = "SELECT title, run_id FROM read_parquet(?, hive_partitioning = true)"
    rows = duckdb.execute(sql, [str(data / "articles/*/*/*.parquet")]).fetchall()
    return {title for title, run_id in rows if run_id in runs}


def wait_until(condition, process):
    end = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, "the process ended"
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)


def test_rests_grow_when_ticks_keep_failing_and_have_an_end():
    assert [rest(60, failures) for failures in (0, 1, 3, 4, 5, 50)] == [60, 60, 60, 120, 240, 3600]
    assert rest(7200, 9) == 7200


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--limit", "5"], "--limit"),
        (["--max-reject-share", "0.5"], "--max-reject-share"),
        (["--no-state"], "--no-state"),
        (["--run-date", "2026-11-20"], "--run-date"),
        (["--run-id", "x" * 90], "75 characters"),
        (["--window", "2m"], "--window"),
        (["page.html"], "page.html is none"),
        (["https://press.example/rss"], "say there who asks"),
    ],
)
def test_what_cannot_be_a_stream_is_refused_in_one_line(more, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("page.html").write_text(page("one"))
    assert main(["ingest", "http://127.0.0.1/rss", *more, "--output", "out", "--streaming"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line
    assert not Path("out").exists()


def test_a_stream_is_named_by_its_inputs_alone_and_polls_every_five_minutes():
    more = ["--output", "out", "--streaming"]
    options = parse(["http://127.0.0.1/a", "http://127.0.0.1/b", *more])
    assert options.run.run_id == parse(["http://127.0.0.1/b", "http://127.0.0.1/a", *more]).run.run_id
    assert re.fullmatch("stream-[0-9a-f]{8}", options.run.run_id)
    assert options.poll_interval == 300.0


def test_a_feed_is_due_by_the_interval_of_its_list_or_the_streams_whatever_was_learnt():
    options = parse(["http://127.0.0.1/a", "--output", "out", "--streaming"])
    feed = Source("http://127.0.0.1/a", Kind.FEED_URL)
    known = FeedState(feed.uri, polled_at=NOON, due_at=NOON + timedelta(hours=12))
    for source, minutes, expected in (
        (feed, 1, False),
        (feed, 5, True),
        (replace(feed, poll_interval=3600.0), 5, False),
        (replace(feed, poll_interval=3600.0), 60, True),
    ):
        plan = Plan((source,), ())
        assert is_due(plan, [known], options, NOON + timedelta(minutes=minutes)) is expected
        assert is_due(plan, [replace(known, failures=1)], options, NOON + timedelta(hours=2)) is False
    assert is_due(Plan((feed,), ()), [], options, NOON)


def test_rows_show_while_it_runs_and_a_signal_lets_the_tick_finish(site, call, data):
    feed = publish(site, "one")
    command = [sys.executable, "-m", "pipelines.cli", "ingest", *call(feed)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: in_duckdb(data) == {"Story one"}, process)
        publish(site, "two", "one")
        wait_until(lambda: in_duckdb(data) == {"Story one", "Story two"}, process)
        publish(site, "three", "two", "one")
        wait_until(lambda: "/story/three" in site.paths(), process)  # in the midst of a tick
        process.send_signal(signal.SIGTERM)
        out, error = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0
    assert error.splitlines() == [
        "newsbeam: finishes this tick; again to stop at once",
        "newsbeam: stopped; the same command again goes on from here",
    ]
    assert [line.split("\t")[1:3] for line in out.splitlines()] == [["feeds 1", "articles 1"]] * 3
    (state,) = ds.dataset(data / FEED_STATES.name).to_table().to_pylist()
    assert state["due_at"] - state["polled_at"] == timedelta(seconds=0.9)  # of --poll-interval, a bit early
    asked = len(site.requests)
    assert run_tick(impatient(call(feed)), now(), set())["feeds"] == {"unchanged": 1}
    assert site.paths()[asked:] == ["/feed.xml"]
    assert titles(data) == ["Story one", "Story three", "Story two"]
    assert not list((data / "_state/staging").iterdir())


#: Runs the command, and stands still in the midst of a commit: all files are in place, the JSON is not.
STALLED = """
import sys, time, pathlib
import transforms.commit
from pipelines.cli import main
def stall(*_):
    pathlib.Path(sys.argv[1]).touch()
    time.sleep(600)
transforms.commit.write_json = stall
main(["ingest", *sys.argv[2:]])
"""


def test_what_a_kill_in_the_midst_of_a_commit_left_is_made_up_for(site, call, data, tmp_path):
    feed, mark = publish(site, "one", "two"), tmp_path / "mark"
    words = call(feed)
    process = subprocess.Popen([sys.executable, "-c", STALLED, str(mark), *words], cwd=ROOT)
    try:
        wait_until(mark.exists, process)
    finally:
        process.kill()
        process.wait()
    assert titles(data) == ["Story one", "Story two"]  # in place, and of no run
    (data / "_state/staging/other-20261122T120000.250Z").mkdir()
    (data / "_state/staging/other-20261122T120000.250Z/x").touch()
    tick = run_tick(impatient(words), now(), set())
    assert tick["articles"] == 2
    assert titles(data) == ["Story one", "Story two"]
    assert {name.partition("Z")[0] for name in os.listdir(data / "_runs")} == {tick["run_id"].rstrip("Z")}
    assert os.listdir(data / "_state/staging") == ["other-20261122T120000.250Z"]  # of another stream


def test_a_failing_tick_is_told_and_the_next_makes_up_for_it(site, call, data, monkeypatch):
    options, rests = impatient(call(publish(site, "one"))), []
    monkeypatch.setattr(streaming.Stop, "sleep", lambda _, seconds: rests.append(seconds))
    write, errors = commit.write_json, [OSError("no space left on device")]

    def write_or_fail(*arguments):
        if errors:
            raise errors.pop()
        write(*arguments)

    monkeypatch.setattr(commit, "write_json", write_or_fail)
    failed, done = islice(run_stream(options), 2)
    assert isinstance(failed, FailedTick)
    assert "no space left on device" in str(failed.error)
    assert (failed.in_a_row, done["articles"]) == (1, 1)
    assert titles(data) == ["Story one"]
    assert [path.stem for path in (data / "_runs").iterdir()] == [done["run_id"]]


def test_a_feed_that_fails_rests_and_one_that_is_listed_later_is_asked(
    site, call, data, tmp_path, monkeypatch
):
    feeds = [publish(site, "one"), publish(site, "two", path="/new.xml")]
    site.serve("/feed.xml", status=503)
    (tmp_path / "my.feeds.csv").write_text(f"url,id\n,lost\n{feeds[0]},a\n")
    options, told = impatient(call(tmp_path / "my.feeds.csv")), set()
    first = run_tick(options, now(), told)
    assert first["feeds"] == {"failed": 1}
    assert first["rejects_by_reason"] == {"http-status": 1, "missing-field": 1}
    before = written(data)
    assert run_tick(options, now(), told) is None
    assert written(data) == before
    publish(site, "one")
    (tmp_path / "my.feeds.csv").write_text(f"url,id\n,lost\n{feeds[0]},a\n{feeds[1]},b\n")

    class AnHourLater(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(hours=1)

    monkeypatch.setattr("transforms.web.feeds.datetime", AnHourLater)
    later = run_tick(options, AnHourLater.now(UTC), told)
    assert (later["feeds"], later["rejects"]) == ({"changed": 2}, 0)
    assert titles(data) == ["Story one", "Story two"]
    (tmp_path / "my.feeds.csv").write_text("url\nstored.xml\n")
    (tmp_path / "stored.xml").write_text("<rss/>")
    with pytest.raises(UsageError, match=r"stored\.xml is none"):
        run_tick(options, now(), told)


def test_ticks_without_news_leave_nothing_but_what_is_known_of_the_feeds(site, call, data):
    options = impatient(call(publish(site, "one")))
    first, second = run_tick(options, now(), set()), run_tick(options, now(), set())
    assert second["feeds"] == {"unchanged": 1}
    publish(site, "two", "one")
    third = run_tick(options, now(), set())
    assert (third["articles"], third["already_held"]) == (1, 1)
    assert sorted(os.listdir(data / "_runs")) == [f"{run['run_id']}.json" for run in (first, third)]
    assert third["options"]["beam"] == ["--streaming"]
    states = [name for name in written(data) if name.startswith(FEED_STATES.name)]
    assert [Path(name).name for name in states] == [f"{third['run_id']}-00000.parquet"]


def test_state_that_cannot_be_merged_holds_no_tick_up(site, call, data):
    day = data / HELD.name / "run_date=2026-11-20"
    day.mkdir(parents=True)
    (day / "s-20261120T120000.000Z-00000.parquet").write_bytes(b"damaged")  # of a tick that was never done
    assert run_tick(impatient(call(publish(site, "one"))), now(), set())["articles"] == 1


def test_a_second_signal_ends_a_tick_at_once(monkeypatch, capfd):
    ended = []
    monkeypatch.setattr(os, "_exit", ended.append)
    with finish_on_signals() as stop:
        stop.in_tick = True
        os.kill(os.getpid(), signal.SIGINT)
        assert (stop.asked, ended) == (True, [])
        os.kill(os.getpid(), signal.SIGTERM)
        assert ended == [128 + signal.SIGTERM]
    assert "again to stop at once" in capfd.readouterr().err


def test_between_ticks_a_signal_ends_the_wait():
    with finish_on_signals() as stop:
        before = time.monotonic()
        os.kill(os.getpid(), signal.SIGTERM)
        stop.sleep(60)
        assert time.monotonic() - before < 30
