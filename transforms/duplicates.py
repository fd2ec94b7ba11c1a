"""Drop duplicates: of an article a run keeps one row, and one more for each later fetch with another text.

What earlier runs hold is dropped in the same pass.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput

from transforms.held import HeldVersion
from transforms.staging import RowRef
from transforms.steps import count

#: Tags of the outputs with the references that stay, those that were dropped, and those of articles that
#: earlier runs hold.
KEPT = "kept"
DUPLICATES = "duplicates"
ALREADY_HELD = "already_held"


def split_duplicates(refs: Iterable[RowRef]) -> tuple[list[RowRef], list[RowRef]]:
    """Parts the references to rows of one article into those to keep and the others.

    Of rows that were fetched at the same time the one with the lowest rank can stay; it does unless an
    earlier fetch found the same text.
    """
    kept: list[RowRef] = []
    dropped: list[RowRef] = []
    for ref in sorted(refs, key=lambda ref: (ref.fetched_at, ref.rank)):
        same_fetch = bool(kept) and kept[-1].fetched_at == ref.fetched_at
        same_text = any(set(earlier.versions) & set(ref.versions) for earlier in kept)
        (dropped if same_fetch or same_text else kept).append(ref)
    return kept, dropped


def split_held(refs: Iterable[RowRef], versions: Iterable[HeldVersion]) -> tuple[list[RowRef], list[RowRef]]:
    """Parts the references to rows of one article into the new ones and those that earlier runs hold.

    A text is held if another run wrote it before, however long ago, and this one did not. Where a page could
    not be had this time, what the feed says in its place is no news beside the page that is held.
    """
    versions = list(versions)
    own = {held.version for held in versions if held.own}
    texts = {held.version for held in versions} - own
    has_page = any(held.of_page and not held.own for held in versions)
    new: list[RowRef] = []
    old: list[RowRef] = []
    for ref in refs:
        is_old = bool(texts & set(ref.versions)) or (ref.from_feed and has_page)
        is_old = is_old and not own & set(ref.versions)
        (old if is_old else new).append(ref)
    return new, old


def part(
    members: Iterable[RowRef | HeldVersion], known: Iterable[HeldVersion] = ()
) -> tuple[list[RowRef], list[RowRef], list[RowRef]]:
    """Parts what is read and held of one article into the references to keep, duplicates, and held ones.

    Args:
        members: What is read, and what is held.
        known: Further versions that are held.
    """
    refs: list[RowRef] = []
    held = [*known]
    for member in members:
        if isinstance(member, RowRef):
            refs.append(member)
        else:
            held.append(member)
    kept, dropped = split_duplicates(refs)
    new, old = split_held(kept, held)
    return new, dropped, old


def tagged(new: Iterable[RowRef], dropped: Iterable[RowRef], old: Iterable[RowRef]) -> Iterator[Any]:
    """Yields what `part` gave for the three outputs, and counts it."""
    for name, refs in ((None, new), (DUPLICATES, dropped), (ALREADY_HELD, old)):
        for ref in refs:
            count(name or "articles")
            yield TaggedOutput(name, ref) if name else ref


def _split(group: tuple[str, Iterable[RowRef | HeldVersion]]) -> Iterator[Any]:
    return tagged(*part(group[1]))


@dataclass
class DropDuplicates(beam.PTransform[Any, Any]):
    """PCollection of `RowRef` to the outputs `kept` (see `split_duplicates`), `duplicates`, `already_held`.

    Attributes:
        held: PCollection of identities and `HeldVersion`s; None if nothing is held.
    """

    held: Any = None

    def expand(self, refs: Any) -> Any:
        """Returns the three outputs."""
        keyed = refs | "Key by article" >> beam.Map(lambda ref: (ref.identity, ref)).with_output_types(
            tuple[str, RowRef | HeldVersion]
        )
        if self.held:
            keyed = (keyed, self.held) | "Add what is held" >> beam.Flatten()
        return (
            keyed
            | "Group by article" >> beam.GroupByKey()
            | "Keep the first" >> beam.FlatMap(_split).with_outputs(DUPLICATES, ALREADY_HELD, main=KEPT)
        )
