import json
from datetime import date

import pytest

from schemas.run import Run
from transforms.commit import CountsDoNotAddUpError, commit, stale_files, summarise
from transforms.parquet import WrittenFile

RUN = Run("r1", date(2026, 11, 20), "1.0", "t1")
ABOUT = {"run_id": "r1", "timings": {"started_at": "2026-11-20T00:00:00+00:00"}}
DE = "articles/fetched_date=2026-11-20/language=de"
ONE = (("language", "de", 1), ("topic", "antitrust", 1))


@pytest.fixture
def output(tmp_path):
    (tmp_path / "_staging" / "r1").mkdir(parents=True)
    return tmp_path


def staged(output, name, target, rows=1, groups=ONE):
    path = output / "_staging" / "r1" / name
    path.write_bytes(name.encode())
    return WrittenFile(str(path), target, rows, len(name), groups)


def test_files_move_into_place_and_the_json_says_so(output):
    files = [
        staged(output, "x", f"{DE}/r1-00000.parquet"),
        staged(
            output, "y", "rejects/fetched_date=2026-11-20/r1-00000.parquet", groups=(("reason", "empty", 1),)
        ),
    ]
    path = commit(files, read=3, duplicates=1, output=str(output), run=RUN, about=ABOUT)
    manifest = json.loads((output / "_runs" / "r1.json").read_text())
    assert path == str(output / "_runs" / "r1.json")
    assert (output / DE / "r1-00000.parquet").read_bytes() == b"x"
    assert not (output / "_staging" / "r1").exists()
    assert (manifest["read"], manifest["articles"], manifest["duplicates"], manifest["rejects"]) == (
        3,
        1,
        1,
        1,
    )
    assert manifest["rejects_by_reason"] == {"empty": 1}
    assert manifest["articles_by_language"] == {"de": 1}
    assert manifest["articles_by_topic"] == {"antitrust": 1}
    assert [file["path"] for file in manifest["files"]] == sorted(file.target for file in files)


def test_a_second_try_after_half_the_moves_ends_well(output):
    files = [staged(output, name, f"{DE}/r1-0000{n}.parquet") for n, name in enumerate("xy")]
    (output / DE).mkdir(parents=True)
    (output / "_staging/r1/x").rename(output / DE / "r1-00000.parquet")
    commit(files, read=2, duplicates=0, output=str(output), run=RUN, about=ABOUT)
    assert sorted(path.name for path in (output / DE).iterdir()) == ["r1-00000.parquet", "r1-00001.parquet"]


def test_a_lost_file_is_an_error_and_leaves_no_json(output):
    lost = WrittenFile(str(output / "_staging/r1/gone"), f"{DE}/r1-00000.parquet", 1, 1, ONE)
    with pytest.raises(OSError, match="Rename operation failed"):
        commit([lost], read=1, duplicates=0, output=str(output), run=RUN, about=ABOUT)
    assert not (output / "_runs").exists()


def test_counts_that_do_not_add_up_move_nothing(output):
    files = [staged(output, "x", f"{DE}/r1-00000.parquet")]
    with pytest.raises(CountsDoNotAddUpError, match="do not add up"):
        commit(files, read=2, duplicates=0, output=str(output), run=RUN, about=ABOUT)
    assert not (output / "articles").exists()


def test_a_run_replaces_its_own_files_and_no_others(output):
    folder = output / DE
    folder.mkdir(parents=True)
    for name in ("r1-00000.parquet", "r1-00001.parquet", "r1-b-00001.parquet", "r2-00001.parquet"):
        (folder / name).write_bytes(b"old")
    commit([staged(output, "x", f"{DE}/r1-00000.parquet")], 1, 0, str(output), RUN, ABOUT)
    assert sorted(path.name for path in folder.iterdir()) == [
        "r1-00000.parquet",
        "r1-b-00001.parquet",
        "r2-00001.parquet",
    ]
    assert (folder / "r1-00000.parquet").read_bytes() == b"x"


def test_stale_files_are_those_of_the_run_alone(output):
    assert stale_files(str(output), "r1", []) == []


def test_summary_of_no_files():
    assert summarise([], 0, 0)["articles"] == 0
