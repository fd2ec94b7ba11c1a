import pytest

from transforms.language.opinions import SURE, by_langdetect, by_py3langid, langdetect_languages

GERMAN = "Der Stadtrat hat am Dienstag die Sanierung der alten Brücke beschlossen."


@pytest.mark.parametrize("opinion", [by_py3langid, by_langdetect])
def test_opinions_are_probabilities(opinion) -> None:
    found = opinion(GERMAN)
    assert max(found, key=found.get) == "de"
    assert 0.9 < sum(found.values()) <= 1 + 1e-6


def test_what_py3langid_is_sure_of_comes_alone() -> None:
    (probability,) = by_py3langid(GERMAN).values()
    assert probability >= SURE
    doubted = by_py3langid("Nová škola v centru")
    assert len(doubted) > 1
    assert max(doubted.values()) < SURE


def test_labels_become_codes() -> None:
    assert "zh" in by_langdetect("市议会星期二批准了旧桥的维修计划。工程将于明年春天开始。")
    assert {"zh", "no", "tl"} <= langdetect_languages()
    assert not any("-" in name for name in langdetect_languages())
    both = by_py3langid(
        "Kommunestyret vedtok tysdag at den gamle brua skal vølast, og arbeidet tek til i vår."
    )
    assert both["no"] > 0.7
    assert "nn" not in both


def test_langdetect_says_nothing_where_it_knows_no_letter() -> None:
    assert by_langdetect("12345 §§§ ᚠᚢᚦ") == {}


def test_capitals_are_read_too() -> None:
    found = by_langdetect(GERMAN.upper())
    assert max(found, key=found.get) == "de"
