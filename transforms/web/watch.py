"""WatchFeeds: feeds that are asked again and again, as an unbounded source with explicit watermarks.

Feeds are parted by host, so that one worker alone asks a host. What is known of a part's feeds travels in the
restriction of a splittable DoFn, as in Beam's own `Watch`: each answer is claimed with the state that follows
from it before its entries go on, so that a part that moves to another worker goes on where it was.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam
from apache_beam.coders import PickleCoder
from apache_beam.io.iobase import RestrictionProgress, RestrictionTracker
from apache_beam.io.watermark_estimators import ManualWatermarkEstimator
from apache_beam.transforms.core import RestrictionProvider
from apache_beam.transforms.window import GlobalWindows, TimestampCombiner, TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from schemas import RawPage, Reason, Rejection, Source
from transforms.steps import Only
from transforms.web.address import Network
from transforms.web.feed_state import FeedState, still_known
from transforms.web.feeds import ENTRIES, LEVELS, POLLED, settle_now, too_deep
from transforms.web.fetch import Refusal, host_of
from transforms.web.fetcher import Fetcher
from transforms.web.hosts import gather, shared_fetcher
from transforms.web.policy import FetchPolicy
from transforms.web.polls import Poll, Polled, prepare, request_of

#: Feeds of one part, about: a worker asks its hosts side by side, and its restriction holds their states.
FEEDS_A_PART = 500

#: The feeds of some hosts, and what was known of them when the job began.
Part = tuple[tuple[Source, ...], tuple[FeedState, ...]]
#: What one feed gave, and what became of it.
Answered = tuple[list[RawPage | Rejection], Polled]


@dataclass(frozen=True, slots=True)
class Round:
    """How far a part has come.

    Attributes:
        next_at: When its feeds are looked at next, in seconds since 1970.
        states: What is known of them, by URL.
    """

    next_at: float
    states: dict[str, FeedState]


class RoundTracker(RestrictionTracker):
    """Tracks a part: claims are new states of its feeds, and the time of the next round.

    With the latter goes what is known of feeds, such as sitemaps of a day, that were not asked for long.
    """

    def __init__(self, at: Round) -> None:
        self._round = at
        self._is_done = False

    def current_restriction(self) -> Round:
        """Returns how far the part has come."""
        return self._round

    def try_claim(self, position: FeedState | float) -> bool:
        """Takes a feed's new state or the time of the next round; False where the part was taken away."""
        if self._is_done:
            return False
        if isinstance(position, FeedState):
            states = {**self._round.states, position.url: position}
            self._round = replace(self._round, states=states)
        else:
            known = still_known(self._round.states.values(), datetime.fromtimestamp(position, UTC))
            self._round = Round(position, {state.url: state for state in known})
        return True

    def try_split(self, fraction_of_remainder: float) -> tuple[Round, Round] | None:
        """Leaves what was claimed so far to the one who goes on; a part is never cut in two."""
        if fraction_of_remainder != 0 or self._is_done:
            return None
        self._is_done = True
        return Round(self._round.next_at, {}), self._round

    def check_done(self) -> None:
        """Makes sure that the part was handed on.

        Raises:
            ValueError: It was not.
        """
        if not self._is_done:
            raise ValueError("feeds were left alone for ever")

    def current_progress(self) -> RestrictionProgress:
        """Returns that there is always more to come.

        As a fraction: without, Beam puts the bytes given so far in its place, and cannot be asked to split
        where it has not measured any yet (seen: Prism ends the job).
        """
        return RestrictionProgress(fraction=0.0, remaining=1.0)

    def is_bounded(self) -> bool:
        """Returns that there is no end."""
        return False


class _Parts(RestrictionProvider):
    def initial_restriction(self, part: Part) -> Round:
        return Round(0.0, {state.url: state for state in part[1]})

    def create_tracker(self, restriction: Round) -> RoundTracker:
        return RoundTracker(restriction)

    def restriction_size(self, part: Any, restriction: Round) -> int:
        return 1

    def restriction_coder(self) -> PickleCoder:
        return PickleCoder()

    def truncate(self, part: Any, restriction: Round) -> None:
        """A job that is drained asks no more; what it has read closes its windows."""


def ask_feed(
    source: Source,
    states: dict[str, FeedState],
    asked: dict[str, Source],
    with_pages: bool,
    fetcher: Fetcher,
    level: int = 0,
) -> Iterator[Answered]:
    """Asks for a feed if it is due, and for the sitemaps that it names; yields what came of each.

    Args:
        source: The feed.
        states: What is known of feeds, by URL.
        asked: What is asked this round, by URL; sitemaps that are named are added, others left alone.
        with_pages: Whether the pages behind the entries will be fetched.
        fetcher: Asks.
        level: How many sitemaps named each other on the way to this.
    """
    poll = prepare(Poll(source, states.get(source.uri), with_pages), datetime.now(UTC))
    if isinstance(poll, Polled):
        return
    try:
        answer = fetcher.feed(request_of(poll))
    except Exception as error:  # a bug here must not end a job that runs for months
        answer = Refusal(Reason.FAILED, f"{type(error).__name__}: {error}")
    given: list[RawPage | Rejection] = []
    named: list[Source] = []
    for item in settle_now(poll, answer):
        if isinstance(item, Polled):
            yield given, item
        elif isinstance(item, Source) and level < LEVELS:
            named.append(item)
        else:
            given.append(too_deep(item) if isinstance(item, Source) else item)
    for source in named:
        if asked.setdefault(source.uri, source) is source:  # in one step: other threads do so, too
            yield from ask_feed(source, states, asked, with_pages, fetcher, level + 1)


def ask_host(
    sources: Iterable[Source],
    states: dict[str, FeedState],
    asked: dict[str, Source],
    with_pages: bool,
    fetcher: Fetcher,
) -> Iterator[Answered]:
    """Asks for those feeds of a host that are due, one after the other; see `ask_feed`."""
    for source in sources:
        yield from ask_feed(source, states, asked, with_pages, fetcher)


_RESTRICTION = beam.DoFn.RestrictionParam(_Parts())
_WATERMARK = beam.DoFn.WatermarkEstimatorParam(ManualWatermarkEstimator.default_provider())


class _WatchFn(beam.DoFn):
    """One round of a part: the feeds that are due."""

    def __init__(self, policy: FetchPolicy, network: Network | None, interval: float, with_pages: bool):
        self._policy = policy
        self._network = network
        self._interval = interval
        self._with_pages = with_pages

    def setup(self) -> None:
        self._fetcher = shared_fetcher(self._policy, self._network)

    @beam.DoFn.unbounded_per_element()
    def process(
        self,
        part: Part,
        tracker: Any = _RESTRICTION,
        watermark: Any = _WATERMARK,
    ) -> Iterator[TimestampedValue[Any]]:
        at, now = tracker.current_restriction(), time.time()
        if now >= at.next_at:
            yield from self._ask_those_due(part, at, tracker, watermark)
            tracker.try_claim(now + self._interval)
        # Some runners take no notice of when they were asked to come back: they find nothing to do then.
        watermark.set_watermark(_not_before(watermark))
        tracker.defer_remainder(Timestamp.of(tracker.current_restriction().next_at))

    def _ask_those_due(
        self, part: Part, at: Round, tracker: Any, watermark: Any
    ) -> Iterator[TimestampedValue[Any]]:
        asked: dict[str, Source] = {}
        hosts: dict[str, list[Source]] = {}
        for source in part[0]:  # lists may name one twice
            if asked.setdefault(source.uri, source) is source:
                hosts.setdefault(host_of(source.uri), []).append(source)
        states = dict(at.states)
        jobs = [ask_host(host, states, asked, self._with_pages, self._fetcher) for host in hosts.values()]
        for given, polled in gather(jobs):
            if not tracker.try_claim(polled.state):
                break  # the part was taken away: what is asked in vain is asked again by whoever goes on
            stamp = _not_before(watermark)
            yield from (TimestampedValue(item, stamp) for item in (*given, polled))


def _not_before(watermark: ManualWatermarkEstimator) -> Timestamp:
    """Returns now, but no time that was over for another worker, whose clock may differ."""
    return max(Timestamp.of(time.time()), watermark.current_watermark() or Timestamp(0))


@dataclass
class WatchFeeds(beam.PTransform[Any, Any]):
    """Asks feeds for new entries for ever.

    From sources of kind `FEED_URL` to `ENTRIES` (pages, `via` is `feed`, and rejections; rejections before it
    pass through) and to `POLLED`, what became of each feed that was asked; each bears the time at which it
    was. Feeds that are not due, by what is known of them, are left alone.

    Attributes:
        policy: Limits and manners.
        interval: Seconds between two looks at which feeds are due.
        parts: Number of parts into which the hosts are divided.
        states: PCollection of `FeedState`; None to know nothing of any feed.
        with_pages: Whether the pages behind the entries will be fetched.
        network: In place of the policy's own.
    """

    policy: FetchPolicy
    interval: float
    parts: int = 1
    states: Any = None
    with_pages: bool = True
    network: Network | None = None

    def expand(self, items: Any) -> dict[str, Any]:
        """Returns a PCollection an output."""
        states = self.states
        if states is None:
            states = items.pipeline | "Know nothing" >> beam.Create([]).with_output_types(FeedState)
        watch = _WatchFn(self.policy, self.network, self.interval, self.with_pages)
        asked = (
            (items | "Take sources" >> Only(Source), states)
            | "Sources and states" >> beam.Flatten()
            | "Key by part" >> beam.Map(_keyed, self.parts).with_output_types(tuple[int, Source | FeedState])
            # A watermark starts from the time that its element bears: a group's would be the end of all time.
            | "Bear the first time"
            >> beam.WindowInto(GlobalWindows(), timestamp_combiner=TimestampCombiner.OUTPUT_AT_EARLIEST)
            | "Group by part" >> beam.GroupByKey()
            | "Take parts with feeds" >> beam.FlatMap(_with_feeds)
            | "As windows were" >> beam.WindowInto(GlobalWindows())
            | "Watch" >> beam.ParDo(watch).with_output_types(RawPage | Rejection | Polled)
        )
        refused = items | "Take rejections" >> Only(Rejection)
        entries = asked | "Take entries" >> Only(RawPage | Rejection)  # type: ignore[arg-type]
        return {
            ENTRIES: (refused, entries) | "Entries and rejections" >> beam.Flatten(),
            POLLED: asked | "Take states" >> Only(Polled),
        }


def part_of(url: str, parts: int) -> int:
    """Returns the number of the part to which the host of `url` belongs."""
    digest = hashlib.blake2b(host_of(url).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % parts


def _keyed(item: Source | FeedState, parts: int) -> tuple[int, Source | FeedState]:
    return part_of(item.uri if isinstance(item, Source) else item.url, parts), item


def _with_feeds(group: tuple[int, Iterable[Source | FeedState]]) -> Iterator[Part]:
    members = list(group[1])
    sources = sorted((member for member in members if isinstance(member, Source)), key=repr)
    if sources:
        yield tuple(sources), tuple(member for member in members if isinstance(member, FeedState))
