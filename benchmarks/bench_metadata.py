"""Quality and cost of what pages say of their articles: title, authors, publication time.

    python -m benchmarks.bench_metadata CORPUS_FOLDER [--repeat 3] [--misses]

CORPUS_FOLDER holds pages.warc.gz, gold.jsonl and score.py, whose ways of comparing titles and times are used.

title      share of pages whose title is gold's, in lower case and without punctuation
published  share of pages whose moment is gold's to the minute; to the UTC day
authors    share of pages whose set of names is gold's, once agencies and the house are taken out of both:
           names that hold a label of the page's host, or that the page itself gives as its site or publisher
named      the same, of pages for which gold names a person
ms         milliseconds a page on one core, all pages of the corpus, the parse not included: the best of
           so many rounds
"""

import argparse
import json
import re
import statistics
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from fastwarc.warc import ArchiveIterator, WarcRecordType
from lxml.html import HtmlElement

from benchmarks.bench_clean import load_scorer, read_pages
from schemas import Metadata
from transforms.agencies import agency_among
from transforms.declared import read_declared
from transforms.html_limits import cap_attributes
from transforms.metadata import page_metadata
from transforms.moments import to_utc
from transforms.page import parse_page
from transforms.titles import house_names, key_of, read_headlines

#: A name of a house as short as this may be a part of anyone's.
SHORT_NAME = 4
#: Labels of hosts that name no house.
COMMON_LABELS = {"www", "com", "news", "blog", "org", "net", "html"}


def read_fetches(corpus: Path) -> dict[str, datetime]:
    """Returns when each page was fetched."""
    with (corpus / "pages.warc.gz").open("rb") as stored:
        records = ArchiveIterator(stored, record_types=WarcRecordType.response)
        dates = {r.headers["WARC-Target-URI"]: to_utc(r.headers["WARC-Date"]) for r in records}
    return {url: date for url, date in dates.items() if date}


def names_of_house(tree: HtmlElement, url: str) -> set[str]:
    """Returns keys of names of the house: what its host is called, what it calls itself."""
    labels = {key_of(label) for label in (urlsplit(url).hostname or "").split(".")}
    return {key for key in labels | house_names(read_declared(tree), url) if len(key) > 2} - COMMON_LABELS


def persons(names: list[str] | tuple[str, ...], house: set[str]) -> set[str]:
    """Returns keys of names without agencies and the house."""
    return {key_of(name) for name in names if not agency_among([name]) and not is_house(name, house)}


def is_house(name: str, house: set[str]) -> bool:
    """Whether a name is the house's, holds one of its words ("MDR Sachsen"), or its name in one word."""
    whole = key_of(name)
    words = {whole, *map(key_of, re.split(r"[\s.-]", name))}
    return bool(words & house) or any(len(key) > SHORT_NAME and key in whole for key in house)


def compare(scorer: ModuleType, gold: dict[str, Any], found: Metadata, house: set[str]) -> dict[str, bool]:
    """Returns which fields of a page are as in gold; those that gold lacks are left out."""
    same = {}
    if gold["title"]:
        same["title"] = scorer.plain(found.title) == scorer.plain(gold["title"])
    if wanted := scorer.moment(gold["published"]):
        got = found.published_at
        same["minute"] = got is not None and abs((wanted - got).total_seconds()) < 60
        same["day"] = got is not None and wanted.date() == got.date()
    if gold["authors"]:
        wanted_names = persons(gold["authors"], house)
        same["authors"] = wanted_names == persons(found.authors, house)
        if wanted_names:
            same["named"] = same["authors"]
    return same


def best_milliseconds(work: Callable[[], object], pages: int, repeat: int) -> float:
    """Returns the milliseconds a page in the fastest round of `work` over so many pages."""
    rounds = []
    for _ in range(repeat):
        start = time.process_time()
        work()
        rounds.append((time.process_time() - start) / pages * 1000)
    return min(rounds)


def main() -> None:
    """Measures and prints one line, and the misses if asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--misses", action="store_true", help="list gold and what was found in its place")
    options = parser.parse_args()
    scorer = load_scorer(options.corpus)
    fetched = read_fetches(options.corpus)
    trees = {
        url: tree
        for url, html in read_pages(options.corpus).items()
        if (tree := parse_page(cap_attributes(html))) is not None
    }

    def read(url: str, tree: HtmlElement) -> Metadata:
        declared = read_declared(tree)
        return page_metadata(tree, declared, read_headlines(tree, declared, url), url, fetched[url])

    def read_all() -> dict[str, Metadata]:
        return {url: read(url, tree) for url, tree in trees.items()}

    found = read_all()
    results: dict[str, list[bool]] = {"title": [], "minute": [], "day": [], "authors": [], "named": []}
    for line in (options.corpus / "gold.jsonl").open(encoding="utf-8"):
        gold = json.loads(line)
        page = found[gold["url"]]
        for field, same in compare(
            scorer, gold, page, names_of_house(trees[gold["url"]], gold["url"])
        ).items():
            results[field].append(same)
            if options.misses and not same:
                name = {"minute": "published", "day": "published", "named": "authors"}.get(field, field)
                got = page.published_at if name == "published" else getattr(page, name)
                print(f"{field:8}{gold['url']}\n        gold  {gold[name]}\n        found {got}")
    shares = "  ".join(
        f"{field} {statistics.mean(same):.4f} of {len(same)}" for field, same in results.items()
    )
    print(f"{shares}  ms {best_milliseconds(read_all, len(trees), options.repeat):.2f}")


if __name__ == "__main__":
    main()
