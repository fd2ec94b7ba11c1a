"""README and docs/: their calls can be made, their links lead somewhere, their columns are the schema's."""

import re
import shlex
from pathlib import Path

import pytest

from pipelines.options import parse
from schemas.table import ARTICLES, REJECTS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXTS = {page.relative_to(ROOT): page.read_text() for page in PAGES}
SHELL = "\n".join(block for text in TEXTS.values() for block in re.findall(r"```sh\n(.*?)```", text, re.S))
EXAMPLE = re.search(r"```yaml\n(.*?)```", TEXTS[Path("docs/topics.md")], re.S)[1]
CALLS = re.findall(r"(?m)^newsbeam ingest .*$", SHELL.replace("\\\n", " "))


@pytest.mark.parametrize("call", sorted({call for call in CALLS if "…" not in call}))
def test_calls_are_understood(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(EXAMPLE)
    assert parse(shlex.split(call, comments=True)[2:]).inputs


def headings(text):
    return {re.sub(r"[^a-z]+", "-", line.lower()) for line in re.findall(r"(?m)^#+ (.*)$", text)}


@pytest.mark.parametrize("page", TEXTS, ids=str)
def test_links_lead_to_files_and_headings(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[page]):
        if not target.startswith("https://"):
            file, _, heading = target.partition("#")
            linked = (ROOT / page.parent / file).resolve() if file else ROOT / page
            assert linked.exists(), target
            assert not heading or heading in headings(linked.read_text()), target


@pytest.mark.parametrize("table", [ARTICLES, REJECTS], ids=lambda table: table.name)
def test_the_columns_are_those_of_the_schema(table):
    section = re.search(rf"(?ms)^## {table.name}\n(.*?)^## ", TEXTS[Path("docs/dataset.md")])[1]
    cells = re.findall(r"(?m)^\| (`[^|]*`) \|", section)
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert named - set(table.partitions) == set(table.schema.names)
