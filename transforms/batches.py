"""InBatches: elements go through a function many at a time, as many as memory should hold."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.utils.windowed_value import WindowedValue


class _BatchFn(beam.DoFn):
    """Collects elements of one window and hands them over when they are enough or their bundle ends."""

    def __init__(
        self, work: Callable[[list[Any]], Iterable[Any]], size_of: Callable[[Any], int], most_bytes: int
    ) -> None:
        self._work = work
        self._size_of = size_of
        self._most_bytes = most_bytes

    def start_bundle(self) -> None:
        self._batch: list[Any] = []
        self._bytes = 0
        self._time: tuple[Any, Any] | None = None

    def process(
        self, element: Any, timestamp: Any = beam.DoFn.TimestampParam, window: Any = beam.DoFn.WindowParam
    ) -> Iterator[WindowedValue]:
        if self._time and self._time[1] != window:
            yield from self._hand_over()
        self._time = self._time or (timestamp, window)
        self._batch.append(element)
        self._bytes += self._size_of(element)
        if self._bytes >= self._most_bytes:
            yield from self._hand_over()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        yield from self._hand_over()

    def _hand_over(self) -> Iterator[WindowedValue]:
        if self._time:
            timestamp, window = self._time
            for result in self._work(self._batch):
                yield WindowedValue(result, timestamp, (window,))
        self.start_bundle()


@dataclass
class InBatches(beam.PTransform[Any, Any]):
    """Applies a function to lists of elements that stood in one bundle and window.

    Results bear the time of the first element of their batch.

    Attributes:
        work: From a list, never empty, to results.
        size_of: Bytes of an element.
        most_bytes: A batch is handed over when it reaches this size.
        gives: Type of the results.
    """

    work: Callable[[list[Any]], Iterable[Any]]
    size_of: Callable[[Any], int]
    most_bytes: int
    gives: type

    def expand(self, elements: Any) -> Any:
        """Returns a PCollection of results."""
        batch = _BatchFn(self.work, self.size_of, self.most_bytes)
        return elements | beam.ParDo(batch).with_output_types(self.gives)
