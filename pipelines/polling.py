"""Polling: feeds to their new entries, with what the dataset knows of them and what the run tells of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import apache_beam as beam

from pipelines.options import IngestOptions
from schemas import RawPage, Rejection, Source
from schemas.run import Run
from transforms.commit import COUNTS, FALLBACKS, FEEDS, READ, Tally
from transforms.duplicates import ALREADY_HELD
from transforms.steps import Only
from transforms.web import FetchFeeds
from transforms.web.feed_state import FeedState, leave_for_later, read_states
from transforms.web.feeds import ENTRIES, POLLED, UNASKED
from transforms.web.polls import Polled

F = TypeVar("F", bound=Source | Rejection)

#: Outputs of `PollFeeds` beside `ENTRIES`.
STATES, SUPERSEDED, TALLIES = "states", "superseded", "tallies"


@dataclass
class PollFeeds(beam.PTransform[Any, Any]):
    """Feeds to their new `ENTRIES` and to what the run tells of them (`TALLIES`).

    With `use_state` also to what is known of all feeds then (`STATES`), and the files from which it was read
    (`SUPERSEDED`). Without, all entries are new and nothing is known of any feed.

    Attributes:
        options: What to read, where to write, how.
    """

    options: IngestOptions

    def expand(self, feeds: Any) -> dict[str, Any]:
        """Returns a PCollection an output."""
        options = self.options
        states = None
        if options.use_state:
            roots = feeds.pipeline | "Dataset" >> beam.Create([options.output])
            stored = roots | "Read states" >> beam.FlatMap(_read_states, options.run) | beam.Reshuffle()
            states = stored | "Take states" >> Only(FeedState)
            superseded = stored | "Take files" >> Only(str)
        if options.poll_interval is not None:
            feeds = feeds | "Pace" >> beam.Map(paced, options.poll_interval)
        polls = feeds | "Fetch feeds" >> FetchFeeds(options.policy, states, options.fetch_articles)
        tallies = polls[POLLED] | "Tell outcomes" >> beam.FlatMap(outcome)
        if states is None:
            return {ENTRIES: polls[ENTRIES], TALLIES: tallies}
        new = polls[POLLED] | "Take new states" >> beam.Map(lambda polled: polled.state)
        known = (new, polls[UNASKED]) | "All states" >> beam.Flatten()
        return {ENTRIES: polls[ENTRIES], TALLIES: tallies, STATES: known, SUPERSEDED: superseded}


@dataclass
class LeaveForLater(beam.PTransform[Any, Any]):
    """States of feeds to the same, but for the entries whose page was lost and may be had later.

    Attributes:
        lost: PCollection of `FeedEntry`.
    """

    lost: Any

    def expand(self, states: Any) -> Any:
        """Returns a PCollection of states."""
        return (
            {
                "states": states | "Key states" >> beam.WithKeys(lambda state: state.url),
                "lost": self.lost | "Key the lost" >> beam.Map(lambda entry: (entry.feed, entry.digest)),
            }
            | "Join" >> beam.CoGroupByKey()
            | "Leave the lost" >> beam.FlatMap(_without_lost)
        )


def _without_lost(group: tuple[str, Any]) -> Iterator[FeedState]:
    _, found = group
    lost = list(found["lost"])
    for state in found["states"]:
        yield leave_for_later(state, lost) if lost else state


def paced(feed: F, interval: float) -> F:
    """Returns a feed of a stream: asked again after `interval` seconds, unless its list says otherwise."""
    if isinstance(feed, Source) and feed.poll_interval is None:
        return replace(feed, poll_interval=interval)
    return feed


def _read_states(output: str, run: Run) -> Iterator[FeedState | str]:
    return read_states(output, run, datetime.now(UTC))


def fallback(page: RawPage | Rejection) -> Iterator[tuple[Tally, int]]:
    """Yields the tally of an entry that stands in for its page."""
    if isinstance(page, RawPage) and page.stands_in_for:
        yield (FALLBACKS, str(page.stands_in_for)), 1


def outcome(polled: Polled) -> Iterator[tuple[Tally, int]]:
    """Yields the tallies of a feed."""
    yield (FEEDS, str(polled.outcome)), 1
    if polled.known_entries:
        yield (COUNTS, READ), polled.known_entries
        yield (COUNTS, ALREADY_HELD), polled.known_entries
