"""Attempt: the one way in which a step turns elements into others or into rejections, and counts it.

A rejection flows on through the later steps, which leave it alone, and becomes a row at the end. So the graph
stays one chain that runners fuse: no step has a side output that would have to be kept somewhere.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.metrics.metric import Metrics

from schemas import Reason, Rejection, refuse
from transforms.progress import tell

#: Namespace of this program's Beam counters.
COUNTERS = "newsbeam"

#: What a step does with one element: none, one or many results, rejections among them.
Work = Callable[..., Iterable[Any]]


def count(name: str, number: int = 1) -> None:
    """Adds to the Beam counter `name` of this program."""
    Metrics.counter(COUNTERS, name).inc(number)
    tell(name, number)


def counted(item: Any, name: str) -> Any:
    """Returns the item after adding it to the Beam counter `name`."""
    count(name)
    return item


def attempt(work: Work, item: Any, stage: str, *sides: Any) -> Iterator[Any]:
    """Yields the results of `work(item, *sides)`; an exception becomes a `Rejection` behind them."""
    try:
        yield from work(item, *sides)
    except Exception as error:  # one bad document must not end a run of a million
        yield refuse(item, stage, Reason.FAILED, f"{type(error).__name__}: {error}")


class _AttemptFn(beam.DoFn):
    def __init__(self, stage: str, make_work: Callable[[], Work]) -> None:
        self._stage = stage
        self._make_work = make_work

    def setup(self) -> None:
        self._work = self._make_work()

    def process(self, item: Any, *sides: Any) -> Iterator[Any]:
        if isinstance(item, Rejection):
            yield item
            return
        for result in attempt(self._work, item, self._stage, *sides):
            if isinstance(result, Rejection):
                count(f"rejects/{result.reason}")
            yield result


@dataclass
class Attempt(beam.PTransform[Any, Any]):
    """Applies a step to each element that was not rejected before.

    Attributes:
        stage: The step's name in `Rejection.stage`.
        make_work: Called once per worker (`DoFn.setup`), so that models and automata are built there;
            returns the step itself, a function of one element to its results.
        takes: Type of the elements, beside `Rejection`.
        gives: Type of the results, beside `Rejection`.
        sides: Side inputs, further arguments of the step.
    """

    stage: str
    make_work: Callable[[], Work]
    takes: type
    gives: Any
    sides: tuple[Any, ...] = ()

    def expand(self, items: Any) -> Any:
        """Returns a PCollection of results and rejections."""
        step = beam.ParDo(_AttemptFn(self.stage, self.make_work), *self.sides)
        return items | step.with_input_types(self.takes | Rejection).with_output_types(self.gives | Rejection)


@dataclass
class Only(beam.PTransform[Any, Any]):
    """Elements of one type alone.

    Attributes:
        kind: The type.
    """

    kind: type

    def expand(self, items: Any) -> Any:
        """Returns a PCollection of that type."""
        kind = self.kind
        take = beam.FlatMap(lambda item: [item] if isinstance(item, kind) else [])
        return items | take.with_output_types(kind)
