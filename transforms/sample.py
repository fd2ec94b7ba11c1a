"""ReadSample: the first documents of the INPUTs, and no byte more than they need."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import apache_beam as beam

from schemas import Kind, RawPage, Rejection, Source
from transforms.sources import list_sources, read_source
from transforms.steps import attempt, count
from transforms.web import FetchPolicy
from transforms.web.feeds import read_web
from transforms.web.fetcher import Fetcher


def read_sample(
    inputs: tuple[str, ...], leave_out: str, limit: int, policy: FetchPolicy
) -> Iterator[RawPage | Rejection]:
    """Yields the first `limit` documents and rejections, in the order of the INPUTs."""
    fetcher = Fetcher(policy)

    def pages_of(source: Source) -> Iterator[RawPage | Rejection]:
        if source.kind is Kind.FEED_URL:
            return read_web(source, fetcher.feed)
        return read_source(source, policy.max_page_bytes)

    sources = chain.from_iterable(list_sources(given, leave_out) for given in inputs)
    found = (
        [source] if isinstance(source, Rejection) else attempt(pages_of, source, "read") for source in sources
    )
    return islice(chain.from_iterable(found), limit)


@dataclass
class ReadSample(beam.PTransform[Any, Any]):
    """The first documents, read by one worker one after the other, then spread.

    Attributes:
        inputs: INPUTs of the command.
        leave_out: Folder whose files are no inputs.
        limit: Documents to read at most.
        policy: How to fetch feeds; `max_page_bytes` bounds stored pages too.
    """

    inputs: tuple[str, ...]
    leave_out: str
    limit: int
    policy: FetchPolicy

    def expand(self, pipeline: Any) -> Any:
        """Returns a PCollection of pages and rejections."""
        return (
            pipeline
            | "Once" >> beam.Create([self.inputs])
            | "Read" >> beam.FlatMap(_read_counted, self.leave_out, self.limit, self.policy)
            | "Spread" >> beam.Reshuffle()
        )


def _read_counted(
    inputs: Any, leave_out: str, limit: int, policy: FetchPolicy
) -> Iterator[RawPage | Rejection]:
    for page in read_sample(inputs, leave_out, limit, policy):
        if isinstance(page, Rejection):
            count(f"rejects/{page.reason}")
        yield page
