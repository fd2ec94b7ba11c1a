import json
from datetime import date
from pathlib import Path

import pytest

from schemas.run import Run
from transforms.commit import CountsDoNotAddUpError, commit, delete_folder, stale_files, summarise
from transforms.parquet import WrittenFile

RUN = Run("r1", date(2026, 11, 20), "1.0", "t1")
ABOUT = {"run_id": "r1", "timings": {"started_at": "2026-11-20T00:00:00+00:00"}}
DE = "articles/fetched_date=2026-11-20/language=de"
ONE = (("language", "de", 1), ("topic", "antitrust", 1))


@pytest.fixture
def output(tmp_path):
    (tmp_path / "_state/staging/r1").mkdir(parents=True)
    return tmp_path


def staged(output, name, target, rows=1, groups=ONE):
    path = output / "_state/staging/r1" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(name.encode())
    return WrittenFile(str(path), target, rows, len(name), groups)


def told(read, duplicates, already_held=0):
    counts = {"read": read, "duplicates": duplicates, "already_held": already_held}
    return {("counts", name): number for name, number in counts.items()}


def test_files_move_into_place_and_the_json_says_so(output):
    files = [
        staged(output, "x", f"{DE}/r1-00000.parquet"),
        staged(
            output, "y", "rejects/fetched_date=2026-11-20/r1-00000.parquet", groups=(("reason", "empty", 1),)
        ),
    ]
    path = commit(files, told(3, 1), str(output), RUN, ABOUT)
    manifest = json.loads((output / "_runs" / "r1.json").read_text())
    assert path == str(output / "_runs" / "r1.json")
    assert (output / DE / "r1-00000.parquet").read_bytes() == b"x"
    assert not (output / "_state/staging/r1").exists()
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
    (output / "_state/staging/r1/x").rename(output / DE / "r1-00000.parquet")
    commit(files, told(2, 0), str(output), RUN, ABOUT)
    assert sorted(path.name for path in (output / DE).iterdir()) == ["r1-00000.parquet", "r1-00001.parquet"]


def test_a_lost_file_is_an_error_and_leaves_no_json(output):
    lost = WrittenFile(str(output / "_state/staging/r1/gone"), f"{DE}/r1-00000.parquet", 1, 1, ONE)
    with pytest.raises(OSError, match="Rename operation failed"):
        commit([lost], told(1, 0), str(output), RUN, ABOUT)
    assert not (output / "_runs").exists()


def test_counts_that_do_not_add_up_move_nothing(output):
    files = [staged(output, "x", f"{DE}/r1-00000.parquet")]
    with pytest.raises(CountsDoNotAddUpError, match="do not add up"):
        commit(files, told(2, 0), str(output), RUN, ABOUT)
    assert not (output / "articles").exists()


def test_a_run_replaces_its_own_files_and_no_others(output):
    folder = output / DE
    folder.mkdir(parents=True)
    for name in ("r1-00000.parquet", "r1-00001.parquet", "r1-b-00001.parquet", "r2-00001.parquet"):
        (folder / name).write_bytes(b"old")
    commit([staged(output, "x", f"{DE}/r1-00000.parquet")], told(1, 0), str(output), RUN, ABOUT)
    assert sorted(path.name for path in folder.iterdir()) == [
        "r1-00000.parquet",
        "r1-b-00001.parquet",
        "r2-00001.parquet",
    ]
    assert (folder / "r1-00000.parquet").read_bytes() == b"x"


def test_rejects_of_an_earlier_try_go_too(output):
    old = output / "rejects/fetched_date=2026-11-19/r1-00000.parquet"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    commit([staged(output, "x", f"{DE}/r1-00000.parquet")], told(1, 0), str(output), RUN, ABOUT)
    assert not old.exists()


def test_a_tick_does_not_list_the_dataset(output, monkeypatch):
    monkeypatch.setattr("transforms.commit.stale_files", lambda *_: 1 / 0)
    tick = Run("s-20261120T120000.250Z", date(2026, 11, 20), "1.0", "t1")
    (output / "_state/staging" / tick.run_id).mkdir()
    assert Path(commit([], {}, str(output), tick, ABOUT)).exists()


def test_a_run_id_is_no_pattern(output):
    run = Run("r.1", date(2026, 11, 20), "1.0", "t1")
    (output / DE).mkdir(parents=True)
    for name in ("r.1-00001.parquet", "rx1-00001.parquet"):
        (output / DE / name).write_bytes(b"old")
    assert stale_files(str(output), run.run_id, []) == [str(output / DE / "r.1-00001.parquet")]


def test_while_files_move_no_json_of_the_run_is_there(output, monkeypatch):
    commit([staged(output, "x", f"{DE}/r1-00000.parquet")], told(1, 0), str(output), RUN, ABOUT)
    withheld = output / "_state/withheld/r1.json"  # by a retag that was killed
    withheld.parent.mkdir()
    withheld.touch()
    monkeypatch.setattr("transforms.commit.move_into_place", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        commit([staged(output, "x", f"{DE}/r1-00000.parquet")], told(1, 0), str(output), RUN, ABOUT)
    assert not (output / "_runs" / "r1.json").exists()
    assert not withheld.exists()


def test_more_written_than_read_is_an_error_too(output):
    with pytest.raises(CountsDoNotAddUpError):
        summarise([staged(output, "x", f"{DE}/r1-00000.parquet")], {})


def test_summary_of_no_files():
    assert summarise([], {})["articles"] == 0


def test_the_json_lists_the_most_frequent_first_and_how_long_it_took(output):
    groups = (("topic", "antitrust", 1), ("topic", "layoffs", 3), ("topic", "climate-policy", 1))
    path = commit(
        [staged(output, "x", f"{DE}/r1-00000.parquet", 3, groups)], told(3, 0), str(output), RUN, ABOUT
    )
    manifest = json.loads(Path(path).read_text())
    assert list(manifest["articles_by_topic"]) == ["layoffs", "antitrust", "climate-policy"]
    assert manifest["timings"]["seconds"] > 0


def test_a_folder_goes_with_all_that_is_in_it(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/c").write_text("x")
    delete_folder(str(tmp_path / "a"))
    delete_folder(str(tmp_path / "a"))
    assert not (tmp_path / "a").exists()


def test_what_was_told_of_beside_the_files_is_in_the_json(output):
    tallies = {**told(6, 0, 5), ("feeds", "changed"): 2, ("fallbacks_by_reason", "robots"): 1}
    summary = summarise([staged(output, "x", f"{DE}/r1-00000.parquet")], tallies)
    assert (summary["read"], summary["articles"], summary["already_held"]) == (6, 1, 5)
    assert (summary["feeds"], summary["fallbacks_by_reason"]) == ({"changed": 2}, {"robots": 1})


def test_what_is_superseded_goes_when_all_is_done_and_never_what_was_just_written(output, monkeypatch):
    own, old = "_state/feeds/run_date=2026-11-20/r1-00000.parquet", output / "_state/feeds/old.parquet"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    superseded = [str(old), str(output / own), str(output / "_state/feeds/gone.parquet")]
    files = [staged(output, "s", own)]
    with monkeypatch.context() as patched:
        patched.setattr("transforms.commit.write_json", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            commit(files, told(0, 0), str(output), RUN, ABOUT, superseded=superseded)
    assert old.exists()
    commit([staged(output, "s", own)], told(0, 0), str(output), RUN, ABOUT, superseded=superseded)
    assert not old.exists()
    assert (output / own).exists()


@pytest.mark.parametrize("here", ["here", "odd[1] name"])
def test_another_run_replaces_files_below_a_relative_path_too(tmp_path, monkeypatch, here):
    (tmp_path / here).mkdir()
    monkeypatch.chdir(tmp_path / here)
    for output in (Path("out"), Path("../out")):
        for content in ("old", "new"):
            files = [staged(output, content, f"{DE}/r1-00000.parquet")]
            commit(files, told(1, 0), str(output), RUN, ABOUT)
        assert (output / DE / "r1-00000.parquet").read_bytes() == b"new"
