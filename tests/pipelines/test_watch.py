"""The graph of a stream from what its feeds give to its files; event time by `TestStream`."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apache_beam as beam
import pyarrow.dataset as ds
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.test_stream import TestStream
from apache_beam.transforms.window import TimestampedValue

from pipelines import watch
from pipelines.options import parse
from pipelines.run import about_run
from pipelines.streaming import is_loop
from pipelines.watch import build_stream
from schemas import Media, Metadata, RawPage, Reason, Rejection
from transforms.steps import Only
from transforms.web.feed_state import FeedState, read_states
from transforms.web.feeds import ENTRIES, POLLED
from transforms.web.polls import Outcome, Polled

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
FEEDS = A, B = "http://127.0.0.1/a", "http://127.0.0.1/b"
SENTENCES = (
    "The ferry company said on Thursday that it would buy two new ships for the northern route. They are "
    "built in a yard on the other side of the sound and delivered in three years, the company said."
)


def entry(feed, name, said=""):
    body = f"{SENTENCES} The {name} is one of them, and its crew of twelve is to stay. {said}"
    title = Metadata(title=f"Story {name}")
    url = f"https://herald.example/{name}"
    return RawPage(feed, "feed", body.encode(), Media.TEXT, "utf-8", url, fetched_at=START, metadata=title)


def polled(feed, seconds, known=0):
    at = START + timedelta(seconds=seconds)
    return Polled(Outcome.CHANGED, FeedState(feed, at, at, entries=(seconds,)), known)


@pytest.fixture
def given(tmp_path, monkeypatch):
    """Runs the graph over what feeds give; returns the JSONs and the rows."""

    def run(*events, start=START):
        options = parse(
            [*FEEDS, "--output", str(tmp_path), "--streaming", "--window=1m", "--no-fetch", "--run-id=s"]
        )
        stream = TestStream(coder=beam.coders.PickleCoder())
        for watermark, *timed in events:
            stream = stream.advance_watermark_to(start.timestamp() + watermark)
            if timed:
                stream = stream.add_elements(
                    [TimestampedValue(item, start.timestamp() + seconds) for seconds, item in timed]
                )

        class Given(beam.PTransform):
            def expand(self, sources):
                items = sources.pipeline | stream.advance_watermark_to_infinity()
                return {
                    ENTRIES: items | "Entries" >> Only(RawPage | Rejection),
                    POLLED: items | "Polled" >> Only(Polled),
                }

        monkeypatch.setattr(watch, "WatchFeeds", lambda *_: Given())
        pipeline = TestPipeline(runner="BundleBasedDirectRunner", options=PipelineOptions(["--streaming"]))
        build_stream(pipeline, options, about_run(options), start, feeds=len(FEEDS))
        pipeline.run().wait_until_finish()
        runs = [json.loads(path.read_text()) for path in sorted((tmp_path / "_runs").iterdir())]
        table = ds.dataset(tmp_path / "articles", partitioning="hive").to_table()
        rows = zip(table["run_id"].to_pylist(), table["title"].to_pylist(), strict=True)
        return options, runs, sorted(rows)

    return run


def test_windows_of_a_stream_are_runs_and_late_articles_are_written_too(given):
    options, runs, rows = given(
        (1, (2, entry(A, "one")), (2, polled(A, 2)), (3, Rejection(B, "fetch", Reason.HTTP_STATUS, "500"))),
        (61, (62, entry(B, "one")), (63, entry(B, "two")), (63, polled(B, 63, known=4))),
        (125, (20, entry(A, "late"))),
        (185,),
    )
    first, late, second = runs
    assert [one["run_id"] for one in runs] == [
        "s-20261120T120000Z-0",
        "s-20261120T120000Z-1",
        "s-20261120T120100Z-0",
    ]
    assert (first["read"], first["articles"], first["rejects"]) == (2, 1, 1)
    assert (second["read"], second["articles"], second["already_held"]) == (
        6,
        1,
        5,
    )  # the first, and four known
    assert second["feeds"] == {"changed": 1}
    assert (late["read"], late["articles"]) == (1, 1)
    assert rows == [
        (first["run_id"], "Story one"),
        (late["run_id"], "Story late"),
        (second["run_id"], "Story two"),
    ]
    known = [one for one in read_states(options.output, options.run, START) if isinstance(one, FeedState)]
    assert [(state.url, state.entries) for state in known] == [(A, (2,)), (B, (63,))]


def test_a_stream_goes_on_from_what_an_earlier_job_wrote(given):
    given((1, (2, entry(A, "one")), (2, polled(A, 2))), (70,))
    again, changed = entry(A, "one"), entry(A, "one", "A third ship was ordered on Friday, the company said.")
    options, runs, rows = given(
        (10, (12, again), (70, changed), (71, polled(B, 71))), (130,), start=START + timedelta(hours=1)
    )
    assert [(one["articles"], one["already_held"]) for one in runs] == [(1, 0), (0, 1), (1, 0)]
    assert rows == [(runs[0]["run_id"], "Story one"), (runs[2]["run_id"], "Story one")]
    known = [one for one in read_states(options.output, options.run, START) if isinstance(one, FeedState)]
    assert [state.url for state in known] == [A, B]
    files = [file["path"] for file in runs[0]["files"] if "feeds" in file["path"]]
    assert not (Path(options.output) / files[0]).exists()  # the first window of the second job holds it all


@pytest.mark.parametrize(
    ("runner", "loops"),
    [
        (None, True),
        ("FnApiRunner", True),
        ("direct", True),
        ("PrismRunner", False),
        ("flink", False),
        ("apache_beam.runners.DataflowRunner", False),
    ],
)
def test_the_runner_decides_whether_a_stream_is_a_loop_or_a_job(runner, loops):
    options = parse([A, "--output", "out", "--streaming"])
    assert is_loop(replace(options, beam=(f"--runner={runner}",) if runner else ())) is loops
