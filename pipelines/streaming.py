"""Streaming: a loop of bounded runs over the same graph, with what is known of the feeds as its ledger.

No runner of Beam that runs in this process streams. So each tick is a run of its own, with an id, files and a
JSON as any other has; what it did not finish the next one takes up. A tick looks first whether a feed is due
and costs nothing where none is.
"""

import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pipelines.beam_options import LOCAL_RUNNER
from pipelines.ingest import build
from pipelines.options import IngestOptions
from pipelines.plan import Plan, make_plan
from pipelines.polling import paced
from pipelines.run import about_run, clear_staging, make_pipeline, run_pipeline, runner_of
from pipelines.ticks import clear_unfinished, drop_idle, merge_days, tick_of
from pipelines.usage import UsageError
from pipelines.web_options import check_contact
from schemas import Kind, Rejection
from transforms.web.feed_state import FeedState, read_states, state_files
from transforms.web.polls import Poll, prepare

#: Runners that stream: a stream is one job, see `pipelines.watch`; elsewhere each tick is a bounded run.
STREAMING_RUNNERS = frozenset({"dataflow", "flink", "portable", "prism"})
#: Ticks that may fail in a row before the rests between them grow, twice as long each.
PATIENCE = 3
#: Longest rest that failures lead to, in seconds.
MAX_REST = 3600.0
#: Seconds between two looks at whether the loop was asked to end.
_NAP = 0.2


@dataclass(frozen=True, slots=True)
class FailedTick:
    """A tick that failed; what it read counts as unseen.

    Attributes:
        error: Why.
        in_a_row: How many have failed, this one included.
        rest: Seconds until the next one.
    """

    error: Exception
    in_a_row: int
    rest: float


def is_loop(options: IngestOptions) -> bool:
    """Says whether a stream is a loop of runs, because its runner does not stream."""
    name = (runner_of(options) or LOCAL_RUNNER).rpartition(".")[2].lower().removesuffix("runner")
    return name not in STREAMING_RUNNERS


def check_stream(options: IngestOptions, plan: Plan) -> None:
    """Makes sure that the INPUTs can be polled, by the runner that was asked for.

    Raises:
        UsageError: They cannot.
    """
    if not options.use_state:
        raise UsageError("--streaming goes by what the dataset knows of its feeds: leave --no-state out")
    if options.limit:
        raise UsageError("--streaming has no end: leave --limit out")
    if options.max_reject_share < 1:
        raise UsageError("--streaming has no exit status of its own: leave --max-reject-share out")
    if "run_date" in dict(options.given):
        raise UsageError("--streaming gives each tick its own day: leave --run-date out")
    if "window" in dict(options.given) and is_loop(options):
        raise UsageError("--window is for runners that stream: leave it out, or add --runner PrismRunner")
    try:
        tick_of(options.run, datetime.now(UTC))
    except ValueError:
        raise UsageError(
            f"--run-id {options.run.run_id}: with --streaming take 75 characters at most"
        ) from None
    if not plan.sources and not plan.refused:
        raise UsageError("--streaming polls feeds: the INPUTs name none")
    _check_feeds(options, plan)


def _check_feeds(options: IngestOptions, plan: Plan) -> None:
    """Makes sure that all that is to be read are feeds that may be asked."""
    for source in plan.sources:
        if source.kind is not Kind.FEED_URL:
            raise UsageError(
                f"--streaming polls feeds on the web; {source.uri} is none: ingest it without --streaming"
            )
    check_contact(options.policy.user_agent, plan.feed_urls())


def rest(interval: float, failures: int) -> float:
    """Returns the seconds between two ticks after so many failures in a row."""
    grown = interval * 2.0 ** min(max(0, failures - PATIENCE), 32)
    return max(interval, min(grown, MAX_REST))


def is_due(plan: Plan, states: Iterable[FeedState], options: IngestOptions, now: datetime) -> bool:
    """Says whether any feed is to be asked."""
    known = {state.url: state for state in states}
    for source in plan.sources:
        feed = paced(source, options.poll_interval or 0.0)
        if isinstance(prepare(Poll(feed, known.get(feed.uri), options.fetch_articles), now), Poll):
            return True
    return False


def run_tick(options: IngestOptions, now: datetime, told: set[Rejection]) -> Mapping[str, Any] | None:
    """Asks the feeds that are due, and writes what is new.

    Args:
        options: Of the stream.
        now: When the tick begins, in UTC.
        told: What cannot be read in lists of feeds, as of the last tick, so that it is written once; changed.

    Returns:
        The JSON of the tick; None: there was nothing to do.

    Raises:
        UsageError: Lists of feeds hold now what cannot be polled.
        Exception: The tick failed.
    """
    stream, output = options.run, options.output
    clear_unfinished(output, stream)
    plan = make_plan(options.inputs, output)
    _check_feeds(options, plan)
    run = tick_of(stream, now)
    known = [state for state in read_states(output, run, now) if isinstance(state, FeedState)]
    refused = [refusal for refusal in plan.refused if refusal not in told]
    if not refused and not is_due(plan, known, options, now):
        return None
    with suppress(Exception):  # the next tick tries again; feeds do not wait
        merge_days(output, stream, run)
    before = set(state_files(output).values())
    beam = tuple(flag for flag in options.beam if flag != "--streaming")  # the tick itself is bounded
    tick = replace(options, run=run, beam=beam)
    pipeline = make_pipeline(tick, options.workers or 1)
    about = about_run(replace(options, run=run))
    build(pipeline, tick, about, web=True, listed=[*plan.sources, *refused])
    manifest = run_pipeline(pipeline, tick, clear=False)
    told.clear()
    told.update(plan.refused)
    with suppress(Exception):  # the tick is done; what stays is some small files
        drop_idle(output, stream, before)
    return manifest


@dataclass(slots=True)
class Stop:
    """Whether the loop was asked to end, and whether it is in the midst of a tick."""

    asked: bool = False
    in_tick: bool = False

    def sleep(self, seconds: float) -> None:
        """Waits, no longer than until the loop is asked to end."""
        end = time.monotonic() + seconds
        while not self.asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, _NAP))


@contextmanager
def finish_on_signals() -> Iterator[Stop]:
    """Notes the first SIGINT or SIGTERM; a second one during a tick ends the program at once.

    What a tick that was cut off has read counts as unseen, and what it left the next start clears.
    """
    stop = Stop()

    def note(number: int, _: Any) -> None:
        if stop.asked and stop.in_tick:
            os.write(2, b"newsbeam: stopped in the midst of a tick; the same command again makes up for it\n")
            os._exit(128 + number)
        stop.asked = True
        if stop.in_tick:
            os.write(2, b"newsbeam: finishes this tick; again to stop at once\n")

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_stream(options: IngestOptions) -> Iterator[Mapping[str, Any] | FailedTick]:
    """Runs ticks until a signal comes; yields the JSON of each that asked feeds, and what failed.

    A tick begins `poll_interval` after the last one has ended, so that no feed is asked more often.

    Raises:
        UsageError: Lists of feeds hold now what cannot be polled.
    """
    interval, failures, told = options.poll_interval or 0.0, 0, set[Rejection]()
    clear_staging(options)  # of the try whether the dataset can be written
    with finish_on_signals() as stop:
        while not stop.asked:
            stop.in_tick = True
            try:
                manifest = run_tick(options, datetime.now(UTC), told)
            except UsageError:
                raise
            except Exception as error:
                failures += 1
                yield FailedTick(error, failures, rest(interval, failures))
            else:
                failures = 0
                if manifest:
                    yield manifest
            stop.in_tick = False
            stop.sleep(rest(interval, failures))
