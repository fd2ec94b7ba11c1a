"""ReadSample: the first documents of the INPUTs, and no byte more than they need."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import apache_beam as beam

from schemas import Kind, RawPage, Rejection, Source
from transforms.sources import list_sources, read_source
from transforms.steps import Attempt, Work
from transforms.web import FetchPolicy, fetch_feed


def read_sample(
    inputs: tuple[str, ...], limit: int, max_page_bytes: int, policy: FetchPolicy
) -> Iterator[RawPage | Rejection]:
    """Yields the first `limit` documents and rejections, in the order of the INPUTs."""
    sources = (source for given in inputs for source in list_sources(given))
    pages = (page for source in sources for page in _pages(source, max_page_bytes, policy))
    return islice(pages, limit)


def _pages(
    source: Source | Rejection, max_page_bytes: int, policy: FetchPolicy
) -> Iterator[RawPage | Rejection]:
    if isinstance(source, Rejection):
        yield source
    elif source.kind is Kind.FEED_URL:
        yield from fetch_feed(source, policy)
    else:
        yield from read_source(source, max_page_bytes)


def _make_sampler(inputs: tuple[str, ...], max_page_bytes: int, policy: FetchPolicy) -> Work:
    return lambda limit: read_sample(inputs, limit, max_page_bytes, policy)


@dataclass
class ReadSample(beam.PTransform[Any, Any]):
    """The first documents, read by one worker one after the other, then spread.

    Attributes:
        inputs: INPUTs of the command.
        limit: Documents to read at most.
        policy: How to fetch feeds; `max_page_bytes` bounds stored pages too.
    """

    inputs: tuple[str, ...]
    limit: int
    policy: FetchPolicy

    def expand(self, pipeline: Any) -> Any:
        """Returns a PCollection of pages and rejections."""
        make = partial(_make_sampler, self.inputs, self.policy.max_page_bytes, self.policy)
        return (
            pipeline
            | "How many" >> beam.Create([self.limit])
            | "Read" >> Attempt("read", make, int, RawPage)
            | "Spread" >> beam.Reshuffle()
        )
