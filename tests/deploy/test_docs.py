"""docs/deploy.md: its sums are right."""

import re
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text()
UNITS = {"": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "million": 1e6, "h": 3600, "ms": 1e-3}


def amount(text):
    number, _, unit = text.replace(",", "").strip().partition(" ")
    return float(number) * UNITS[unit]


def test_the_table_of_loads_follows_from_the_measured_figures():
    cpu = amount(re.search(r"CPU a page \| .*?, (\d+ ms) in four", TEXT)[1])
    article = amount(re.search(r"dataset \| ([\d.]+ KB) an article", TEXT)[1])
    staged = amount(re.search(r"goes on \| ([\d.]+ KB) a page", TEXT)[1])
    table = TEXT.partition("| | pages | input |")[2].partition("\n\n")[0].splitlines()[2:]
    assert len(table) == 3
    for line in table:
        _, _, pages, _, seconds, cores, day, year, disk, _ = line.split("|")
        pages = amount(pages)
        assert amount(seconds) == pytest.approx(pages * cpu, rel=0.2)
        assert float(cores) >= amount(seconds) / amount("6 h") * 0.99
        assert amount(day) == pytest.approx(pages * article, rel=0.03)
        assert amount(year) == pytest.approx(pages * article * 365, rel=0.03)
        assert amount(disk) == pytest.approx(pages * staged, rel=0.03)
