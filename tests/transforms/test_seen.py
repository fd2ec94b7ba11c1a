"""Articles of a stream that came before; event time by `TestStream`, on the runner whose timers are right."""

from datetime import UTC, datetime

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.test_stream import TestStream
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.transforms.window import TimestampedValue

from transforms.duplicates import ALREADY_HELD, DUPLICATES, KEPT
from transforms.held import HeldVersion
from transforms.seen import FORGET_AFTER, MAX_VERSIONS, DropSeen, remember
from transforms.staging import RowRef
from transforms.windows import InWindows

START = datetime(2026, 11, 20, tzinfo=UTC)
MINUTE = 60
STREAMING = PipelineOptions(["--streaming"])  # without, this runner groups as in a batch


def at(seconds):
    return START.timestamp() + seconds


def ref(identity, version, rank="0", from_feed=False):
    return RowRef(
        identity, (version,), from_feed, "2026-11-20", rank, "p", 1, f"{identity}{version}{rank}", 0, 0
    )


def check(events, expected, held=()):
    """Sends references, one a minute window or so, and compares what became of each, by staged file."""
    stream = TestStream(coder=beam.coders.PickleCoder())
    for seconds, found in events:
        stream = stream.advance_watermark_to(at(seconds))
        if found:
            stream = stream.add_elements([TimestampedValue(one, at(seconds)) for one in found])
    stream = stream.advance_watermark_to_infinity()
    with TestPipeline(runner="BundleBasedDirectRunner", options=STREAMING) as pipeline:
        windows = InWindows(MINUTE, START)
        known = pipeline | "What is held" >> beam.Create(held) | "In the first" >> windows
        refs = (
            pipeline | stream | beam.Map(lambda one: one).with_output_types(RowRef) | "In windows" >> windows
        )
        parts = refs | DropSeen(known)
        told = [
            parts[name] | f"Tell {name}" >> beam.Map(lambda one, name: (one.file, name), name)
            for name in (KEPT, DUPLICATES, ALREADY_HELD)
        ]
        assert_that(told | beam.Flatten(), equal_to(expected))


def test_an_article_of_an_earlier_window_is_held_and_a_new_text_of_it_is_kept():
    events = [
        (0, [ref("a", "1")]),
        (2 * MINUTE, [ref("a", "1", "x")]),
        (4 * MINUTE, [ref("a", "2"), ref("b", "1")]),
    ]
    check(events, [("a10", KEPT), ("a1x", ALREADY_HELD), ("a20", KEPT), ("b10", KEPT)])


def test_of_one_window_the_best_row_is_kept_as_in_a_batch():
    check([(0, [ref("a", "1", "9"), ref("a", "2", "3")])], [("a23", KEPT), ("a19", DUPLICATES)])


def test_what_a_feed_says_is_no_news_beside_the_page_that_came_before():
    events = [(0, [ref("a", "1")]), (2 * MINUTE, [ref("a", "2", from_feed=True)])]
    check(events, [("a10", KEPT), ("a20", ALREADY_HELD)])


def test_an_article_is_forgotten_when_nothing_was_heard_of_it_for_long():
    heard = FORGET_AFTER - 2 * MINUTE
    ranks = ("0", 0), ("x", heard), ("y", 2 * heard), ("z", 4 * heard)
    events = [event for rank, s in ranks for event in ((s, [ref("a", "1", rank)]), (s + MINUTE, []))]
    check(events, [("a10", KEPT), ("a1x", ALREADY_HELD), ("a1y", ALREADY_HELD), ("a1z", KEPT)])


def test_what_earlier_runs_hold_is_known_from_the_first_window_on():
    held = [("a", HeldVersion("1", of_page=True)), ("b", HeldVersion("1", of_page=True))]
    events = [(0, [ref("a", "1")]), (3 * MINUTE, [ref("b", "1"), ref("c", "1")])]
    check(events, [("a10", ALREADY_HELD), ("b10", ALREADY_HELD), ("c10", KEPT)], held)


def test_the_last_versions_are_remembered():
    seen = remember(
        (), [HeldVersion("0", of_page=True)], [ref("a", str(n)) for n in range(1, MAX_VERSIONS + 1)]
    )
    assert [held.version for held in seen] == [str(n) for n in range(1, MAX_VERSIONS + 1)]
    assert remember(seen, [], [ref("a", "1")]) == seen
