"""Run: what all rows of one run share."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib import metadata

_TICK = re.compile(r"(?P<day>.+-\d{8})T\d{6}\.\d{3}Z")
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the pipeline.

    Attributes:
        run_id: Names the run's files; letters, digits, `.`, `_` and `-`.
        run_date: The schedule's date, the fetch date of documents that bear none.
        pipeline_version: The version of this program.
        taxonomy_version: The version of the topics in use.
    """

    run_id: str
    run_date: date
    pipeline_version: str
    taxonomy_version: str

    def __post_init__(self) -> None:
        """Refuses a run id that could not stand in a file name."""
        if not _RUN_ID.fullmatch(self.run_id):
            raise ValueError(f"run id {self.run_id!r}: take 1 to 100 letters, digits, '.', '_' or '-'")

    @property
    def started_on(self) -> datetime:
        """Midnight UTC of the run date."""
        return datetime.combine(self.run_date, time(), UTC)


def default_run_id(run_date: date, inputs: Iterable[str], limit: int | None = None) -> str:
    """Returns a run id that is the same for the same date, limit and inputs, whatever their order."""
    return f"{run_date:%Y%m%d}-{_digest([*sorted(set(inputs)), *([f'limit={limit}'] if limit else [])])}"


def default_stream_id(inputs: Iterable[str]) -> str:
    """Returns the name of a stream, the same for the same inputs on every day, whatever their order."""
    return f"stream-{_digest(sorted(set(inputs)))}"


def tick_id(stream_id: str, at: datetime) -> str:
    """Returns the id of the run of a stream that begins at `at`, in UTC; ids sort by time."""
    return f"{stream_id}-{at:%Y%m%dT%H%M%S}.{at.microsecond // 1000:03}Z"


def day_of_tick(run_id: str) -> str | None:
    """Returns the name under which the state of the ticks of a stream and day may lie; None for others."""
    tick = _TICK.fullmatch(run_id)
    return tick["day"] if tick else None


def _digest(parts: Iterable[str]) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=4).hexdigest()


def pipeline_version() -> str:
    """Returns the version of the installed program, `0+unknown` in a bare checkout."""
    try:
        return metadata.version("newsbeam")
    except metadata.PackageNotFoundError:
        return "0+unknown"
