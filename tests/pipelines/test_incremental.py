"""Runs one after the other into the same dataset."""

import json
import shutil

import pyarrow.dataset as ds
import pytest

from pipelines.cli import main

STORY = (
    "The harbour of Sandwig froze over on Monday for the first time in eleven years. The ferries stay in "
    "their berths, and the island gets its bread by helicopter. {} The mayor asked all to keep off the ice."
)
COUNTS = ("read", "articles", "duplicates", "already_held", "rejects")


def write(folder, *stories):
    folder.mkdir(exist_ok=True)
    rows = [{"url": f"https://bote.example/{n}", "text": STORY.format(said)} for n, said in stories]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def ingest(inputs, output, run_id, day, *more):
    call = [
        "ingest",
        str(inputs),
        "--output",
        str(output),
        "--run-id",
        run_id,
        "--run-date",
        f"2026-11-{day}",
    ]
    assert main([*call, *more]) == 0
    run = json.loads((output / "_runs" / f"{run_id}.json").read_text())
    return tuple(run[name] for name in COUNTS)


def rows(output):
    table = ds.dataset(output / "articles").to_table(["article_id", "run_id", "fetched_at", "text"])
    return sorted(table.to_pylist(), key=lambda row: (row["article_id"], row["fetched_at"]))


def files(output, run_id):
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob(f"{run_id}-*.parquet")}


@pytest.fixture(scope="module")
def stored_dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    inbox = write(folder / "in", (1, "Nobody was hurt."), (2, "Two men fell in."))
    assert ingest(inbox, folder / "data", "a", 19) == (2, 2, 0, 0, 0)
    return folder / "data"


@pytest.fixture
def output(stored_dataset, tmp_path):
    """A dataset in which run `a` of 19 November wrote that nobody was hurt (1) and two men fell in (2)."""
    return shutil.copytree(stored_dataset, tmp_path / "data")


def test_a_run_writes_what_is_new_and_what_changed(output, tmp_path):
    inbox = write(
        tmp_path / "in",
        (1, "Nobody was hurt."),
        (2, "Two men were saved."),
        (3, "A seal was seen."),
        (1, "Nobody was hurt."),
    )
    assert ingest(inbox, output, "b", 20) == (4, 2, 1, 1, 0)
    assert [row["run_id"] for row in rows(output)].count("a") == 2
    ids = [row["article_id"] for row in rows(output)]
    (changed,) = {identity for identity in ids if ids.count(identity) == 2}
    before, after = (row for row in rows(output) if row["article_id"] == changed)
    assert ("fell in" in before["text"], "were saved" in after["text"]) == (True, True)
    assert before["fetched_at"] < after["fetched_at"]
    assert ingest(inbox, output, "c", 21) == (4, 0, 1, 3, 0)


def test_the_same_run_again_gives_the_same_bytes_its_state_too(tmp_path):
    output = tmp_path / "data"
    inbox = write(tmp_path / "in", (1, "Nobody was hurt."))
    ingest(inbox, output, "a", 18)
    write(inbox, (1, "Nobody was hurt."), (2, "Two men fell in."))
    ingest(inbox, output, "b", 19)
    before = files(output, "a"), files(output, "b")
    assert ingest(inbox, output, "b", 19) == (2, 1, 0, 1, 0)
    write(inbox, (1, "Nobody was hurt."))
    assert ingest(inbox, output, "a", 18) == (1, 1, 0, 0, 0)
    assert (files(output, "a"), files(output, "b")) == before
    assert any("_state/held/run_date=2026-11-19/" in name for name in before[1])


def test_a_day_that_is_made_up_for_later_does_not_repeat_what_came_after_it(output, tmp_path):
    inbox = write(tmp_path / "in", (1, "Nobody was hurt."))
    assert ingest(inbox, output, "early", 18) == (1, 0, 0, 1, 0)


def test_a_run_that_failed_holds_nothing(tmp_path, monkeypatch):
    inbox, output = write(tmp_path / "in", (1, "Nobody was hurt.")), tmp_path / "data"
    with monkeypatch.context() as patch:
        patch.setattr("transforms.commit.write_json", lambda *_: 1 / 0)  # all files are in place by then
        assert main(["ingest", str(inbox), "--output", str(output), "--run-id", "a"]) == 70
    assert list((output / "_state/held").rglob("a-*.parquet"))
    assert ingest(inbox, output, "b", 19) == (1, 1, 0, 0, 0)


def test_no_state_writes_everything_again_and_holds_it(output, tmp_path):
    inbox = write(tmp_path / "in", (1, "Nobody was hurt."))
    assert ingest(inbox, output, "b", 20, "--no-state") == (1, 1, 0, 0, 0)
    shutil.rmtree(output / "_state/held/run_date=2026-11-19")
    (output / "_runs/a.json").unlink()
    assert ingest(inbox, output, "c", 21, "--since-state") == (1, 0, 0, 1, 0)


def test_state_that_was_deleted_is_made_up_for_by_the_articles(output, tmp_path):
    shutil.rmtree(output / "_state")
    inbox = write(tmp_path / "in", (1, "Nobody was hurt."), (2, "Two men were saved."))
    assert ingest(inbox, output, "b", 20) == (2, 1, 0, 1, 0)


def test_templates_found_by_a_later_run_are_no_change(tmp_path):
    inbox, output = tmp_path / "in", tmp_path / "data"
    inbox.mkdir()
    pledge = "Our newsroom lives from readers like you, who pay for what they read every day."

    def page(number):
        said = STORY.format(f"It was day {number} of the frost, and {number} ships waited outside.")
        body = f"<h1>Frost, day {number}</h1><p>{said}</p><p>{said[::-1]}</p><p>{pledge}</p>"
        html = f"<html><body><article>{body}</article></body></html>"
        return json.dumps({"url": f"https://bote.example/frost/{number}", "html": html}) + "\n"

    (inbox / "pages.jsonl").write_text(page(1))
    assert ingest(inbox, output, "a", 18) == (1, 1, 0, 0, 0)
    (inbox / "pages.jsonl").write_text("".join(map(page, range(1, 5))))
    assert ingest(inbox, output, "b", 19) == (4, 3, 0, 1, 0)
    assert [pledge in row["text"] for row in rows(output)].count(True) == 1  # of the first run
