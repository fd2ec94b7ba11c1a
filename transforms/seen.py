"""Seen: the articles of a stream that came before, in the state of the runner.

Within a window duplicates are dropped as in a batch; across windows each article keeps the versions that were
written of it, until nothing was heard of it for `FORGET_AFTER`. What runs before the job hold comes as
elements of its first window, and so before all that is read later.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.coders import PickleCoder
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.transforms.window import GlobalWindows

from transforms.duplicates import ALREADY_HELD, DUPLICATES, KEPT, part, tagged
from transforms.held import HeldVersion
from transforms.staging import RowRef

#: Seconds without a word of an article after which it is forgotten.
FORGET_AFTER = 30 * 86_400
#: Versions of an article that are remembered, the last ones.
MAX_VERSIONS = 64


def remember(
    seen: tuple[HeldVersion, ...], held: Iterable[HeldVersion], new: Iterable[RowRef]
) -> tuple[HeldVersion, ...]:
    """Returns the versions of an article that are known, the last ones last."""
    written = (HeldVersion(version, not ref.from_feed) for ref in new for version in ref.versions)
    return tuple(dict.fromkeys((*seen, *held, *written)))[-MAX_VERSIONS:]


_VERSIONS = ReadModifyWriteStateSpec("versions", PickleCoder())
_SILENCE = TimerSpec("silence", TimeDomain.WATERMARK)
_SEEN, _FORGET = beam.DoFn.StateParam(_VERSIONS), beam.DoFn.TimerParam(_SILENCE)


class _SeenFn(beam.DoFn):
    def process(
        self,
        group: tuple[str, list[RowRef | HeldVersion]],
        timestamp: Any = beam.DoFn.TimestampParam,
        seen: Any = _SEEN,
        forget: Any = _FORGET,
    ) -> Iterator[Any]:
        known: tuple[HeldVersion, ...] = seen.read() or ()
        parts = part(group[1], known)
        held = (member for member in group[1] if isinstance(member, HeldVersion))
        seen.write(remember(known, held, parts[0]))
        forget.set(timestamp + FORGET_AFTER)
        return tagged(*parts)

    @on_timer(_SILENCE)
    def forget(self, seen: Any = _SEEN) -> None:
        seen.clear()


@dataclass
class DropSeen(beam.PTransform[Any, Any]):
    """`RowRef`s in windows to the outputs `kept`, `duplicates` and `already_held`, as `DropDuplicates`.

    The outputs stand in the global window, at the end of the time of the windows that they came from.

    Attributes:
        held: PCollection of identities and `HeldVersion`s, in the first window; None if nothing is held.
    """

    held: Any = None

    def expand(self, refs: Any) -> Any:
        """Returns the three outputs."""
        keyed = refs | "Key by article" >> beam.Map(lambda ref: (ref.identity, ref)).with_output_types(
            tuple[str, RowRef | HeldVersion]
        )
        if self.held is not None:
            keyed = (keyed, self.held) | "Add what is held" >> beam.Flatten()
        return (
            keyed
            | "Group by article" >> beam.GroupByKey()
            | "List"
            >> beam.MapTuple(lambda key, members: (key, list(members))).with_output_types(
                tuple[str, list[RowRef | HeldVersion]]
            )
            | "Across windows" >> beam.WindowInto(GlobalWindows())
            | "Drop what was seen" >> beam.ParDo(_SeenFn()).with_outputs(DUPLICATES, ALREADY_HELD, main=KEPT)
        )
