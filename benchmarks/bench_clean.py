"""Quality and cost of cleaning, side by side: this program's extractor, trafilatura, and text dumps.

    python -m benchmarks.bench_clean CORPUS_FOLDER [--repeat 3]

CORPUS_FOLDER holds pages.warc.gz, text.jsonl, gold.jsonl and score.py. Milliseconds are of one core, parsing
included, of each input the best of so many rounds; compare within one run alone. The quality of the learned
extractor is that on pages that it was trained on: `training/` prints it for sites that it had not seen.
"""

import argparse
import importlib.util
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import trafilatura
from fastwarc.warc import ArchiveIterator, WarcRecordType

from schemas import Media
from transforms.blocks import extract_article
from transforms.charset import decode
from transforms.dump import clean_dump
from transforms.html_limits import cap_attributes

Text = Callable[[str], str]
FAST, LIBRARY = "pages, fast", "pages, trafilatura"


def load_scorer(corpus: Path) -> ModuleType:
    """Returns the corpus' own scorer."""
    spec = importlib.util.spec_from_file_location("score", corpus / "score.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_pages(corpus: Path) -> dict[str, str]:
    """Returns the HTML of each page by its URL."""
    with (corpus / "pages.warc.gz").open("rb") as stored:
        records = ArchiveIterator(stored, record_types=WarcRecordType.response)
        return {r.headers["WARC-Target-URI"]: decode(r.reader.read(), None, Media.HTML) for r in records}


def read_rows(file: Path) -> dict[str, str]:
    """Returns the text of each row by its URL."""
    with file.open(encoding="utf-8") as lines:
        return {row["url"]: row["text"] for row in map(json.loads, lines)}


def best_milliseconds(clean: Text, inputs: list[str], repeat: int) -> float:
    """Returns the milliseconds for one input on average, of each the fastest of so many rounds."""
    best = [float("inf")] * len(inputs)
    for _ in range(repeat):
        for index, text in enumerate(inputs):
            start = time.process_time()
            clean(text)
            best[index] = min(best[index], time.process_time() - start)
    return statistics.mean(best) * 1000


def extract_by_library(html: str) -> str:
    """Returns what trafilatura takes for the article, by the settings of `--extractor trafilatura`."""
    return trafilatura.extract(html, include_comments=False, favor_precision=True) or ""


def main() -> None:
    """Measures each way in turn and prints a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    prf = load_scorer(options.corpus).prf
    gold = read_rows(options.corpus / "gold.jsonl")
    pages, dumps = read_pages(options.corpus), read_rows(options.corpus / "text.jsonl")
    ways: list[tuple[str, dict[str, str], Text]] = [
        (FAST, pages, lambda html: extract_article(cap_attributes(html)).text),
        (LIBRARY, pages, extract_by_library),
        ("text as it is", dumps, str),
        ("text, cleaned", dumps, lambda text: clean_dump(text).text),
    ]
    cost: dict[str, float] = {}
    print(f"{'':20}{'precision':>10}{'recall':>8}{'F1':>8}{'ms':>8}")
    for name, inputs, clean in ways:
        scores = [prf(gold[url], clean(inputs[url])) for url in gold]
        precision, recall, f1 = map(statistics.mean, zip(*scores, strict=True))
        cost[name] = best_milliseconds(clean, list(inputs.values()), options.repeat)
        print(f"{name:20}{precision:10.4f}{recall:8.4f}{f1:8.4f}{cost[name]:8.2f}", flush=True)
    print(f"milliseconds, {FAST} / {LIBRARY}: {cost[FAST] / cost[LIBRARY]:.2f}")


if __name__ == "__main__":
    main()
