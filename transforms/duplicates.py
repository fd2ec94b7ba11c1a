"""Drop duplicates: of an article a run keeps one row, and one more for each later fetch with another text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput

from transforms.staging import RowRef
from transforms.steps import count

#: Tags of the outputs with the references that stay and those that were dropped.
KEPT = "kept"
DUPLICATES = "duplicates"


def split_duplicates(refs: Iterable[RowRef]) -> tuple[list[RowRef], list[RowRef]]:
    """Parts the references to rows of one article into those to keep and the others.

    Of rows that were fetched at the same time the one with the lowest rank can stay; it does unless an
    earlier fetch found the same text.
    """
    kept: list[RowRef] = []
    dropped: list[RowRef] = []
    for ref in sorted(refs, key=lambda ref: (ref.fetched_at, ref.rank)):
        same_fetch = bool(kept) and kept[-1].fetched_at == ref.fetched_at
        same_text = any(earlier.version == ref.version for earlier in kept)
        (dropped if same_fetch or same_text else kept).append(ref)
    return kept, dropped


def _split(group: tuple[str, Iterable[RowRef]]) -> Iterator[Any]:
    kept, dropped = split_duplicates(group[1])
    count("articles", len(kept))
    yield from kept
    if dropped:
        count("duplicates", len(dropped))
    for ref in dropped:
        yield TaggedOutput(DUPLICATES, ref)


@dataclass
class DropDuplicates(beam.PTransform[Any, Any]):
    """PCollection of `RowRef` to the outputs `kept` (see `split_duplicates`) and `duplicates`."""

    def expand(self, refs: Any) -> Any:
        """Returns the two outputs."""
        return (
            refs
            | "Key by article"
            >> beam.WithKeys(lambda ref: ref.identity).with_output_types(tuple[str, RowRef])
            | "Group by article" >> beam.GroupByKey()
            | "Keep the first" >> beam.FlatMap(_split).with_outputs(DUPLICATES, main=KEPT)
        )
