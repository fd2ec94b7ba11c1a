from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.run import Run
from schemas.table import FEED_STATES
from transforms.web import feed_state
from transforms.web.feed_state import FeedState, forget_entries, read_states, state_row
from transforms.web.fetch import Validators

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
RUN = Run("r9", date(2026, 11, 21), "1.0", "t1")
STATE = FeedState(
    url="https://tiden.example/rss",
    polled_at=NOW,
    due_at=NOW + timedelta(hours=1),
    moved_to="https://tiden.example/feed",
    validators=Validators('"v1"', "Fri, 20 Nov 2026 06:00:00 GMT"),
    trusts_304=False,
    body_hash="00ff",
    read_at=NOW,
    entries=(1, 2**63 - 1),
    with_pages=False,
    changed_at=NOW,
    gap=60.0,
    declared_interval=3600.0,
    failures=2,
    missing=1,
    off="410 Gone",
)


def at(hour: int, url: str = "https://tiden.example/rss") -> FeedState:
    return FeedState(url, NOW + timedelta(hours=hour), NOW + timedelta(hours=hour + 1), entries=(7,))


def write(output: Path, run_id: str, *states: FeedState, done: bool = True) -> str:
    run = Run(run_id, date(2026, 11, 21), "1.0", "t1")
    path = output / FEED_STATES.name / "run_date=2026-11-21" / f"{run_id}-00000.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [state_row(state, run) for state in states]
    pq.write_table(pa.Table.from_pylist(rows, schema=FEED_STATES.schema), path)
    if done:
        (output / "_runs").mkdir(exist_ok=True)
        (output / "_runs" / f"{run_id}.json").write_text("{}")
    return str(path)


def read(output: Path, run: Run = RUN) -> tuple[list[FeedState], list[str]]:
    found = list(read_states(str(output), run, NOW + timedelta(hours=9)))
    states = [item for item in found if isinstance(item, FeedState)]
    return states, [item for item in found if isinstance(item, str)]


def test_a_state_survives_the_table(tmp_path: Path) -> None:
    path = write(tmp_path, "r1", STATE)
    assert read(tmp_path) == ([STATE], [path])


def test_nothing_is_known_at_first(tmp_path: Path) -> None:
    assert read(tmp_path) == ([], [])


def test_of_several_files_the_newest_entry_of_each_feed_holds(tmp_path: Path) -> None:
    other = "https://deich.example/rss"
    paths = [
        write(tmp_path, "r1", at(1), at(3, other)),
        write(tmp_path, "r2", at(2), at(1, other)),
        write(tmp_path, "r3", at(0)),
    ]
    assert read(tmp_path) == ([at(3, other), at(2)], paths)


def test_a_run_without_its_json_has_seen_nothing(tmp_path: Path) -> None:
    done = write(tmp_path, "r1", at(1))
    write(tmp_path, "r1-b", at(2), done=False)
    assert read(tmp_path) == ([at(1)], [done])


def test_a_run_whose_json_a_retag_withholds_is_done(tmp_path: Path) -> None:
    done = write(tmp_path, "r1", at(1))
    (tmp_path / "_state/withheld").mkdir()
    (tmp_path / "_runs/r1.json").rename(tmp_path / "_state/withheld/r1.json")
    assert read(tmp_path) == ([at(1)], [done])


def test_a_run_that_is_run_again_takes_all_anew(tmp_path: Path) -> None:
    write(tmp_path, "r9", STATE)
    (known,), _ = read(tmp_path)
    assert known == replace(STATE, anew=True)
    state = forget_entries(known)
    assert (state.entries, state.body_hash, state.validators) == ((), None, Validators())
    assert state.due_at <= NOW
    assert state.moved_to == STATE.moved_to


def test_feeds_that_nobody_asks_for_are_forgotten(tmp_path: Path) -> None:
    earlier = at(-24 * 15, "https://idle.example/rss")
    write(tmp_path, "r1", at(0), at(-24 * 91, "https://old.example/rss"), earlier)
    assert read(tmp_path)[0] == [replace(earlier, entries=()), at(0)]


def test_a_file_that_another_run_replaces_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(tmp_path, "r1", at(1))
    second = Path(write(tmp_path, "r2", at(2), done=False))
    (tmp_path / "_runs" / "r2.json").write_text("{}")
    found, listings = feed_state.state_files, [0]

    def list_and_replace(output: str) -> dict[str, str]:
        files = found(output)
        listings[0] += 1
        if listings[0] == 1:
            Path(first).unlink()
        return files

    monkeypatch.setattr(feed_state, "state_files", list_and_replace)
    assert read(tmp_path) == ([at(2)], [str(second)])


def test_a_file_that_cannot_be_read_fails_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "r1", at(1))
    files = feed_state.state_files(str(tmp_path))
    Path(path).unlink()
    monkeypatch.setattr(feed_state, "state_files", lambda output: files)
    with pytest.raises(OSError, match="r1-00000"):
        read(tmp_path)
