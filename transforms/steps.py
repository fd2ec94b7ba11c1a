"""Attempt: the one way in which a step turns elements into others or into rejections, and counts it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam

from schemas import Document, RawPage, Reason, Rejection, Source, refuse

#: Namespace of this program's Beam counters.
COUNTERS = "newsbeam"
#: Tag of the output with the rejections.
REJECTS = "rejects"
#: Tag of the output with what passed.
PASSED = "passed"

type_of_item = RawPage | Document | Source

#: What a step does with one element: none, one or many results, rejections among them.
Work = Callable[[Any], Iterable[Any]]


def count(name: str, number: int = 1) -> None:
    """Adds to the Beam counter `name` of this program."""
    beam.metrics.Metrics.counter(COUNTERS, name).inc(number)


class _AttemptFn(beam.DoFn):
    def __init__(self, stage: str, make_work: Callable[[], Work]) -> None:
        self._stage = stage
        self._make_work = make_work

    def setup(self) -> None:
        self._work = self._make_work()

    def process(self, element: Any) -> Iterator[Any]:
        for result in self._guarded(element):
            if isinstance(result, Rejection):
                count(f"rejects/{result.reason}")
                yield beam.pvalue.TaggedOutput(REJECTS, result)
            else:
                yield result

    def _guarded(self, element: Any) -> Iterator[Any]:
        try:
            yield from self._work(element)
        except Exception as error:  # one bad document must not end a run of a million
            yield refuse(element, self._stage, Reason.FAILED, f"{type(error).__name__}: {error}")


@dataclass
class Attempt(beam.PTransform):
    """Applies a step to each element; what it refuses, or fails on, goes to the output `rejects`.

    Attributes:
        stage: The step's name in `Rejection.stage`.
        make_work: Called once per worker (`DoFn.setup`), so that models and automata are built there;
            returns the step itself, a function of one element to its results.
    """

    stage: str
    make_work: Callable[[], Work]

    def expand(self, pcoll: Any) -> Any:
        """Returns the outputs `passed` and `rejects`."""
        return pcoll | beam.ParDo(_AttemptFn(self.stage, self.make_work)).with_outputs(REJECTS, main=PASSED)
