"""Drop duplicates: of the same text of the same article one row stays."""

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


def split_duplicates(refs: Iterable[RowRef]) -> tuple[RowRef, list[RowRef]]:
    """Returns the reference to keep, the one with the lowest rank, and the others."""
    kept, *dropped = sorted(refs, key=lambda ref: (ref.rank, ref.partition, ref.file, ref.batch, ref.row))
    return kept, dropped


def _split(group: tuple[str, Iterable[RowRef]]) -> Iterator[Any]:
    kept, dropped = split_duplicates(group[1])
    count("articles")
    yield kept
    if dropped:
        count("duplicates", len(dropped))
    for ref in dropped:
        yield TaggedOutput(DUPLICATES, ref)


@dataclass
class DropDuplicates(beam.PTransform[Any, Any]):
    """PCollection of `RowRef` to the outputs `kept` (one of each identity) and `duplicates`."""

    def expand(self, refs: Any) -> Any:
        """Returns the two outputs."""
        return (
            refs
            | "Key by identity"
            >> beam.WithKeys(lambda ref: ref.identity).with_output_types(tuple[str, RowRef])
            | "Group the same" >> beam.GroupByKey()
            | "Keep the first" >> beam.FlatMap(_split).with_outputs(DUPLICATES, main=KEPT)
        )
