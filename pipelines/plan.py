"""Plan: what a run would read, and how many local processes that is worth."""

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from schemas import Kind, Rejection, Source
from transforms.sources import list_sources

#: Seconds of work on one core above which several processes pay: starting them takes some ten seconds.
_WORTH_SECONDS = 45
#: Stored bytes that a core turns into articles in a second; rough, for this choice alone.
_BYTES_A_SECOND = {Kind.WARC: 2_000_000, Kind.HTML: 10_000_000}
_BYTES_OF_TEXT_A_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What lies behind the INPUTs.

    Attributes:
        sources: Files, parts of large files, and feeds, in the order of the INPUTs.
        refused: INPUTs and lists that cannot be read.
    """

    sources: tuple[Source, ...]
    refused: tuple[Rejection, ...]

    def files(self) -> dict[Kind, list[str]]:
        """Returns the files and feeds by kind, one that is read in parts once."""
        files: dict[Kind, dict[str, None]] = defaultdict(dict)
        for source in self.sources:
            files[source.kind][source.uri] = None
        return {kind: list(uris) for kind, uris in sorted(files.items())}

    def feed_urls(self) -> list[str]:
        """Returns what is to be fetched from the web."""
        return [source.uri for source in self.sources if source.kind is Kind.FEED_URL]

    def stored_bytes(self) -> int:
        """Returns the bytes to read from storage."""
        return sum(source.size for source in self.sources)

    def workers(self) -> int:
        """Returns the local processes that the work is worth: one, or one a core."""
        return workers_for(
            sum(
                source.size / _BYTES_A_SECOND.get(source.kind, _BYTES_OF_TEXT_A_SECOND)
                for source in self.sources
            )
        )


def workers_for(seconds: float) -> int:
    """Returns the local processes that so many seconds of work on one core are worth: one, or one a core."""
    return (os.cpu_count() or 1) if seconds > _WORTH_SECONDS else 1


def make_plan(inputs: Iterable[str], leave_out: str) -> Plan:
    """Lists what lies behind the INPUTs; nothing is read but feed lists and first bytes.

    Args:
        inputs: INPUTs of the command.
        leave_out: Folder whose files are no inputs: the dataset that is written.
    """
    found = [item for given in inputs for item in list_sources(given, leave_out)]
    return Plan(
        sources=tuple(item for item in found if isinstance(item, Source)),
        refused=tuple(item for item in found if isinstance(item, Rejection)),
    )
