"""Windows of a stream and their commits; event time by `TestStream`."""

import json
import os
import time
from datetime import UTC, date, datetime

import apache_beam as beam
import pyarrow.dataset as ds
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.test_stream import TestStream
from apache_beam.transforms.window import IntervalWindow, TimestampedValue
from apache_beam.utils.timestamp import Timestamp
from apache_beam.utils.windowed_value import PANE_INFO_UNKNOWN

from schemas import Document, Reason, Rejection
from schemas.run import Run
from schemas.table import ARTICLES, REJECTS, article_row, reject_row
from transforms import windows
from transforms.commit import COUNTS, FEEDS, READ, commit, staging_folder
from transforms.duplicates import ALREADY_HELD, DUPLICATES
from transforms.staging import write_staged
from transforms.web.feed_state import FeedState, read_states, state_files
from transforms.windows import (
    LATENESS,
    CommitPanes,
    InWindows,
    Staged,
    clear_unfinished,
    run_of,
    sweep,
    write_pane,
)

START = datetime(2026, 11, 20, 11, 59, 30, tzinfo=UTC)
STREAM = Run("stream-1", date(2026, 11, 20), "1", "1")
ABOUT = {"inputs": ["https://tide.example/feed"], "run_id": "stream-1"}
MINUTE = 60
STREAMING = PipelineOptions(["--streaming"])  # without, this runner groups as in a batch


@pytest.fixture
def output(tmp_path):
    return str(tmp_path)


def at(seconds):
    return START.timestamp() + seconds


def article(output, name, language="en"):
    document = Document(
        source_uri="https://tide.example/feed",
        via="page",
        text=f"The tide came late, said {name}.",
        text_from="fast",
        url=f"https://tide.example/{name}",
        title=name,
        language=language,
        fetched_at=START,
    )
    folder = staging_folder(output, STREAM.run_id)
    return Staged(ARTICLES.name, write_staged([article_row(document, STREAM)], ARTICLES, folder)[0])


def reject(output, name):
    row = reject_row(Rejection(name, "read", Reason.EMPTY, "nothing", fetched_at=START), STREAM)
    return Staged(REJECTS.name, write_staged([row], REJECTS, staging_folder(output, STREAM.run_id))[0])


def manifests(output):
    folder = os.path.join(output, "_runs")
    return [json.loads(open(os.path.join(folder, name)).read()) for name in sorted(os.listdir(folder))]


def titles(output):
    """Returns run ids and titles of the rows; a file's name begins as its rows' run id."""
    table = ds.dataset(os.path.join(output, "articles"), partitioning="hive").to_table()
    return sorted(zip(table["run_id"].to_pylist(), table["title"].to_pylist(), strict=True))


def list_of_held(output):
    return [name for *_, names in os.walk(os.path.join(output, "_state", "held")) for name in names]


def run(output, stream):
    with TestPipeline(runner="BundleBasedDirectRunner", options=STREAMING) as pipeline:
        pieces = pipeline | stream.advance_watermark_to_infinity() | InWindows(MINUTE, START)
        (pieces,) | CommitPanes(output, STREAM, ABOUT, staging_folder(output, STREAM.run_id))


def stream_of(*events):
    stream = TestStream(coder=beam.coders.PickleCoder())
    for watermark, *timed in events:
        stream = stream.advance_watermark_to(at(watermark))
        if timed:
            stream = stream.add_elements([TimestampedValue(piece, at(seconds)) for seconds, piece in timed])
    return stream


def test_each_window_is_a_run_with_counts_of_its_own(output):
    changed = ((FEEDS, "changed"), 1)
    run(
        output,
        stream_of(
            (1, (1, article(output, "one")), (59, article(output, "two", "de")), (2, changed)),
            (60, (61, reject(output, "three")), (62, ((COUNTS, DUPLICATES), 1))),
            (130,),
        ),
    )
    first, second = manifests(output)
    assert first["run_id"] == "stream-1-20261120T115930Z-0"
    assert first["window"] == {"start": START.isoformat(), "end": "2026-11-20T12:00:30+00:00"}
    assert (first["read"], first["articles"], first["feeds"]) == (2, 2, {"changed": 1})
    assert (second["read"], second["rejects"], second["duplicates"]) == (2, 1, 1)
    assert titles(output) == [(first["run_id"], "one"), (first["run_id"], "two")]
    assert first["inputs"] == ABOUT["inputs"]


def test_what_comes_late_is_written_with_a_run_of_its_own(output):
    run(
        output,
        stream_of(
            (1, (1, article(output, "one"))),
            (2 * MINUTE, (2 * MINUTE + 1, article(output, "two")), (3, article(output, "late"))),
            (3 * MINUTE + 10, (4, article(output, "later"))),
        ),
    )
    base = "stream-1-20261120T115930Z"
    assert [one["run_id"] for one in manifests(output)] == [
        f"{base}-0",
        f"{base}-1",
        f"{base}-2",
        "stream-1-20261120T120130Z-0",
    ]
    assert [title for _, title in titles(output)] == ["one", "late", "later", "two"]
    assert all((one["read"], one["articles"]) == (1, 1) for one in manifests(output))


def test_a_window_without_anything_leaves_nothing(output):
    run(output, stream_of((1, (1, article(output, "one"))), (10 * MINUTE,)))
    assert len(manifests(output)) == 1


def test_what_was_before_the_first_window_stands_in_it(output):
    run(output, stream_of((-600, (-500, article(output, "early"))), (1, (1, article(output, "one")))))
    (only,) = manifests(output)
    assert only["articles"] == 2


def test_any_pieces_add_up(output):
    pieces = [article(output, "one"), reject(output, "two"), ((COUNTS, ALREADY_HELD), 3), ((COUNTS, READ), 3)]
    _, tallies = write_pane(pieces, STREAM, output)
    assert tallies[COUNTS, READ] == 5


def test_the_last_state_of_a_feed_is_kept(output):
    feed = "https://tide.example/feed"
    states = [
        FeedState(feed, START.replace(minute=minute), START, entries=entries, body_hash="x")
        for minute, entries in ((1, (1,)), (3, (1, 2, 3)), (2, (1, 2)))
    ]
    files, _ = write_pane(states, STREAM, output)
    (known,) = (ds.dataset(file.path).to_table().to_pylist() for file in files if "feeds" in file.target)
    assert [row["entries"] for row in known] == [[1, 2, 3]]


def test_a_window_gathers_the_files_of_feed_states_when_they_are_many(output, monkeypatch):
    monkeypatch.setattr(windows, "MAX_STATE_FILES", 2)
    now = datetime.now(UTC)
    polls = [
        (60 * number + 1, FeedState(f"https://tide.example/{number}", now, now, entries=(number,)))
        for number in range(4)
    ]
    news = (62, article(output, "one"))
    run(output, stream_of((0, news), *((seconds, (seconds, state)) for seconds, state in polls), (300,)))
    held = [one for one in read_states(output, STREAM, now) if isinstance(one, FeedState)]
    assert [state.entries for state in held] == [(0,), (1,), (2,), (3,)]
    assert len(state_files(output)) == 1
    # Of windows in which nothing came nothing stays either, once their states are gathered.
    assert [one["articles"] for one in manifests(output)] == [1, 0]
    assert len(list_of_held(output)) == 2


@pytest.mark.parametrize("killed", ["before its JSON", "after its JSON"])
def test_a_pane_that_gathered_states_and_is_tried_again_keeps_them(output, monkeypatch, killed):
    now = datetime.now(UTC)
    known = [FeedState(f"https://tide.example/{number}", now, now, entries=(number,)) for number in range(4)]
    polls = [(60 * number + 1, known[number]) for number in range(3)]
    run(output, stream_of(*((seconds, (seconds, state)) for seconds, state in polls), (300,)))
    monkeypatch.setattr(windows, "MAX_STATE_FILES", 2)
    pane = windows._CommitFn(output, STREAM, ABOUT, staging_folder(output, STREAM.run_id))
    window = IntervalWindow(Timestamp(at(300)), Timestamp(at(360)))

    def commit_pane():
        (manifest,) = pane.process((0, [known[3]]), window, PANE_INFO_UNKNOWN)
        return manifest

    manifest = commit_pane()
    assert len(state_files(output)) == 1
    if killed == "before its JSON":
        os.remove(manifest)
    commit_pane()
    held = [one for one in read_states(output, STREAM, now) if isinstance(one, FeedState)]
    assert [state.entries for state in held] == [(0,), (1,), (2,), (3,)]


def test_a_pane_that_is_committed_again_gives_the_same(output):
    staged = [article(output, "one"), article(output, "two", "de"), reject(output, "three")]
    pane = run_of(STREAM, START, 0)

    def written():
        files, tallies = write_pane(staged, pane, staging_folder(output, STREAM.run_id))
        commit(files, tallies, output, pane, {**ABOUT, "timings": {"started_at": START.isoformat()}})
        return {
            file["path"]: open(os.path.join(output, file["path"]), "rb").read()
            for one in manifests(output)
            for file in one["files"]
        }

    assert written() == written()


def test_files_that_no_window_needs_are_swept(tmp_path):
    for name, age in (("s-1/new", 10), ("s-1/old", LATENESS + 7200), ("s-2/old", LATENESS + 7200)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (time.time() - age, time.time() - age))
    sweep(str(tmp_path / "s-*"), time.time() - LATENESS)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["new"]


def test_a_pane_sweeps_the_folders_of_jobs_of_its_stream_alone(output):
    old = START.timestamp() - LATENESS - 7200
    for job in ("stream-1-20261101T000000Z", "stream-1-b-20261101T000000Z", "stream-1-nightly"):
        path = os.path.join(staging_folder(output, job), "old")
        os.makedirs(os.path.dirname(path))
        open(path, "w").close()
        os.utime(path, (old, old))
    run(output, stream_of((1, (1, article(output, "one"))), (70,)))
    left = [path for path, _, names in os.walk(os.path.join(output, "_state", "staging")) if "old" in names]
    assert sorted(map(os.path.basename, left)) == ["stream-1-b-20261101T000000Z", "stream-1-nightly"]


def test_runs_of_panes_sort_by_time_and_bear_the_day_of_their_window():
    late = run_of(STREAM, datetime(2026, 11, 21, tzinfo=UTC), 3)
    assert (late.run_id, late.run_date) == ("stream-1-20261121T000000Z-3", date(2026, 11, 21))
    assert run_of(STREAM, START, 0).run_id < late.run_id


def test_what_a_job_that_was_killed_left_in_place_is_cleared(output):
    run(output, stream_of((1, (1, article(output, "one"))), (70, (71, article(output, "two")))))
    first, second = manifests(output)
    os.remove(os.path.join(output, "_runs", f"{second['run_id']}.json"))
    other = Run("stream-1-b", STREAM.run_date, "1", "1")
    assert clear_unfinished(output, other) == []
    assert clear_unfinished(output, STREAM) == [second["run_id"]]
    assert titles(output) == [(first["run_id"], "one")]
    assert not [name for *_, names in os.walk(output) for name in names if second["run_id"] in name]
