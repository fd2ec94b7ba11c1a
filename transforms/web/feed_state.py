"""Feed state: what a dataset remembers of each feed, as files under its `_state/feeds/`.

A run writes the newest that is known of every feed, in files of its own that move into place with its
articles and count from when its JSON is there. So a run that fails leaves the state as it was, and a feed
whose articles were not written is not taken as seen. Of several files, as runs at the same time leave them,
the newest entry of each feed holds; what a run has read it deletes when it is done. Whatever is lost on the
way, the worst is that a feed is read once more.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pyarrow.parquet as pq
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from schemas.run import Run
from schemas.table import FEED_STATES, HELD, Row
from transforms.manifests import is_done
from transforms.web.fetch import NO_VALIDATORS, Validators

#: Feeds that no run has asked for so long are forgotten.
FORGET_AFTER = timedelta(days=90)
#: Their entries go sooner: sitemaps with the day in their names would leave those of three months.
FORGET_ENTRIES_AFTER = timedelta(days=14)
#: Tries to read files that other runs delete meanwhile; what these wrote instead is found the next time.
_MAX_TRIES = 5


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is known of a feed.

    Attributes:
        url: As lists and INPUTs name it.
        polled_at: When it was last asked for, in UTC.
        due_at: When it may be asked for again, in UTC.
        moved_to: Where permanent redirects led.
        validators: Of the version that was last read.
        trusts_304: False once another version came under the same validators.
        body_hash: Of the version that was last read; None where none was.
        read_at: When a version was last received whole, in UTC.
        entries: Digests of the entries that were taken.
        with_pages: Whether the pages behind the entries were fetched.
        changed_at: When another version was last seen, in UTC.
        gap: Usual seconds between two changes.
        declared_interval: Seconds between two looks that the feed asks for.
        failures: Failures in a row.
        missing: Answers 404 in a row.
        off: Why the feed is switched off; None while it is not.
        anew: Whether this run takes all its entries, known or not; never stored.
    """

    url: str
    polled_at: datetime
    due_at: datetime
    moved_to: str | None = None
    validators: Validators = NO_VALIDATORS
    trusts_304: bool = True
    body_hash: str | None = None
    read_at: datetime | None = None
    entries: tuple[int, ...] = ()
    with_pages: bool = True
    changed_at: datetime | None = None
    gap: float | None = None
    declared_interval: float = 0.0
    failures: int = 0
    missing: int = 0
    off: str | None = None
    anew: bool = False


def forget_entries(state: FeedState) -> FeedState:
    """Returns what is known of a feed but what was read in it, which is due at once and taken anew."""
    return replace(
        state,
        due_at=state.polled_at,
        validators=NO_VALIDATORS,
        body_hash=None,
        read_at=None,
        entries=(),
        anew=False,
    )


def leave_for_later(state: FeedState, digests: Iterable[int]) -> FeedState:
    """Returns what is known of a feed but for some entries: they are taken anew when it is next due."""
    left = frozenset(digests)
    kept = tuple(digest for digest in state.entries if digest not in left)
    return replace(state, validators=NO_VALIDATORS, body_hash=None, entries=kept)


def newest(states: Iterable[FeedState]) -> FeedState | None:
    """Returns the state that was written last, None if there is none."""
    return max(states, key=lambda state: (state.polled_at, repr(state)), default=None)


def state_row(state: FeedState, run: Run) -> Row:
    """Returns the row of `FEED_STATES`, partition column included."""
    return {
        "url": state.url,
        "polled_at": state.polled_at,
        "due_at": state.due_at,
        "moved_to": state.moved_to,
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "trusts_304": state.trusts_304,
        "body_hash": state.body_hash,
        "read_at": state.read_at,
        "entries": list(state.entries),
        "with_pages": state.with_pages,
        "changed_at": state.changed_at,
        "gap": state.gap,
        "declared_interval": state.declared_interval,
        "failures": state.failures,
        "missing": state.missing,
        "off": state.off,
        "run_date": run.run_date.isoformat(),
    }


def state_of_row(row: Row) -> FeedState:
    """Returns the state that a row of `FEED_STATES` holds."""
    known = {name: value for name, value in row.items() if name not in {"etag", "last_modified"}}
    validators = Validators(row["etag"], row["last_modified"])
    return FeedState(**{**known, "validators": validators, "entries": tuple(row["entries"])})


def state_files(output: str) -> dict[str, str]:
    """Returns the files of feed states that count, and the run that wrote each.

    Args:
        output: Root of the dataset.
    """
    (files,) = FileSystems.match([FileSystems.join(output, FEED_STATES.name, "*", "*.parquet")])
    written_by = {
        found.path: re.sub(r"-\d{5}\.parquet$", "", FileSystems.split(found.path)[1])
        for found in files.metadata_list
    }
    # Looked for one by one: these are few, the runs of a stream are many.
    committed = {run_id for run_id in set(written_by.values()) if is_done(output, run_id)}
    return {path: run_id for path, run_id in sorted(written_by.items()) if run_id in committed}


def read_states(output: str, run: Run, now: datetime) -> Iterator[FeedState | str]:
    """Yields the newest state of each feed, then the files that they were read from.

    A run that was done before, or tried, and is run again takes anew all that it took then: it replaces its
    own files, so that what it found unchanged would be lost.

    Raises:
        Exception: The storage failed, or a file is damaged.
    """
    files = state_files(output)
    for _ in range(_MAX_TRIES):
        try:
            states = newest_of_files(files)
            break
        except Exception:  # each storage has its own for a file that is gone
            before, files = files, state_files(output)
            if files == before:
                raise
    else:
        raise OSError(f"{output}: its feed states change faster than they can be read")
    again = is_done(output, run.run_id) or _has_files(output, run.run_id)
    for state in still_known(states, now):
        yield replace(state, anew=again)
    yield from files


def still_known(states: Iterable[FeedState], now: datetime) -> Iterator[FeedState]:
    """Yields the states of feeds that were asked for not too long ago; of some without their entries."""
    for state in states:
        if now - state.polled_at >= FORGET_ENTRIES_AFTER:
            state = replace(forget_entries(state), due_at=state.due_at)
        if now - state.polled_at < FORGET_AFTER:
            yield state


def _has_files(output: str, run_id: str) -> bool:
    """Says whether a run left files, as one does that is killed while they move into place."""
    pattern = FileSystems.join(output, HELD.name, "run_date=*", f"{run_id}-*.parquet")
    (found,) = FileSystems.match([pattern])
    names = (FileSystems.split(file.path)[1] for file in found.metadata_list)
    return any(name.rpartition("-")[0] == run_id for name in names)


def newest_of_files(files: Iterable[str]) -> list[FeedState]:
    """Returns the newest state of each feed in some files, by URL.

    Raises:
        Exception: The storage failed, or a file is damaged or gone.
    """
    by_url: dict[str, FeedState] = {}
    for path in files:
        with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as source:
            for row in pq.read_table(source).to_pylist():
                state = state_of_row(row)
                known = by_url.get(state.url)
                by_url[state.url] = newest((state, known)) or state if known else state
    return [by_url[url] for url in sorted(by_url)]
