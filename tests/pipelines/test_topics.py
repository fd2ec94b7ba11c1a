import pytest

from pipelines.cli import main

TUGS = """\
version: "7"
topics:
  tugs:
    label: {en: Tugs, de: Schlepper}
    definition: {en: Tug boats and their crews.}
    sets: {tug: {en: tug*}}
    signals: [{any: tug, weight: 3}]
    threshold: 1
    examples: {en: [A tug sank.]}
"""


@pytest.fixture
def mine(tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text(TUGS)
    return file


def test_the_shipped_taxonomy_has_no_mistakes(capsys):
    assert main(["topics", "check"]) == 0
    assert "0 mistakes" in capsys.readouterr().out


def test_a_good_taxonomy_passes_alone_and_on_top(mine, capsys):
    assert main(["topics", "check", str(mine)]) == 0
    assert "1 topics, 1 examples, 0 mistakes, 0 pieces of advice" in capsys.readouterr().out
    assert main(["topics", "check", f"+{mine}"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "mine.yaml" not in line] == lines[-1:]


def test_mistakes_are_listed_and_the_status_is_1(mine, capsys):
    mine.write_text(TUGS.replace("A tug sank", "A barge sank"))
    assert main(["topics", "check", str(mine)]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{mine}:9: topic tugs: the example has not the topic")
    assert "1 mistakes" in last
    mine.write_text(TUGS.replace("any: tug", "any: tag").replace("threshold: 1", "threshold: no"))
    assert main(["topics", "check", str(mine)]) == 1
    assert [line.split(": ")[0] for line in capsys.readouterr().out.splitlines()] == [
        f"{mine}:7",
        f"{mine}:8",
    ]


def test_a_folder_is_one_taxonomy(mine, tmp_path, capsys):
    (tmp_path / "more.yaml").write_text(TUGS.split("\n", 1)[1].replace("tugs:", "boats:"))
    assert main(["topics", "list", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "boats\tTugs\tTug boats and their crews.",
        "tugs\tTugs\tTug boats and their crews.",
    ]


def test_topics_are_listed_below_their_themes(capsys):
    assert main(["topics", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    themes = [line.split("\t")[0] for line in lines if not line.startswith(" ")]
    assert themes == sorted(themes)
    media = lines.index(next(line for line in lines if line.startswith("media\t")))
    assert lines[media + 1].startswith("  content-moderation\tContent moderation\t")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (["check", "nowhere.yaml"], "cannot read nowhere.yaml"),
        (["check", "a", "b"], "unrecognized arguments: b"),
        (["chek"], "invalid choice: 'chek'"),
        ([], "COMMAND"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(call, says, capsys):
    assert main(["topics", *call]) == 2
    out, err = capsys.readouterr()
    assert says in err
    assert out == ""
    assert err.count("\n") == 1
