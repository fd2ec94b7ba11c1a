"""The same rows on every runner: one corpus through each of Beam's runners that this machine can run.

    python -m benchmarks.compare_runners INPUT... [--prism FILE] [--flink-jar FILE] [--flink-master HOST:PORT]

Each runner reads the INPUTs, texts of a site with a template, and a feed into one dataset, and then the feed
alone, which has a new entry. Prints a line for each: the seconds of both commands, how much they wrote, and
whether the dataset is equal to that of the first, Beam's local runner in one process: all tables, all
columns but `run_id` and the time of fetches, and the counts of the runs. A runner that cannot be had is named
with the reason. Exit status 1 where rows differ or a run failed.
"""

import argparse
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from benchmarks.feed_site import FeedSite, feed_site
from benchmarks.runners import NotHereError, Tools, Way, ways
from schemas.table import ARTICLES, REJECTS, TABLES

RUN = ("--run-date", "2026-11-20", "--allow-private-hosts", "--host-delay", "0s")
#: Stories in the feed when it is read with the other INPUTs, and when it is read once more.
STORIES = (2, 3)
#: The block that stands on all pages of a site, and the pages.
TEMPLATE = "The Valley Echo is read by all who live between the old bridge and the upper mill."
PAGES = 6
_LINE = "{:30}{:>8}{:>10}{:>9}  {}"
_COUNTS = ("read", "articles", "duplicates", "already_held", "rejects", "rejects_by_reason", "feeds")


def read_rows(dataset: str) -> dict[str, list[str]]:
    """Returns the rows of each table as JSON, sorted, and the counts under `_runs`.

    Left out are `run_id` and, of what came from the web, the time of the fetch.
    """
    rows: dict[str, list[str]] = {}
    for table in TABLES:
        root = Path(dataset, table.name)
        found = ds.dataset(root, partitioning="hive").to_table().to_pylist() if root.is_dir() else []
        rows[table.name] = sorted(_json({**row, "run_id": None, **_times(row)}) for row in found)
    manifests = [json.loads(path.read_text()) for path in sorted(Path(dataset, "_runs").glob("*.json"))]
    rows["_runs"] = [_json({name: manifest[name] for name in _COUNTS}) for manifest in manifests]
    return rows


def _times(row: Mapping[str, Any]) -> dict[str, None]:
    """Returns the columns of a row that bear the time at which it was fetched or asked for, as unknown."""
    if "polled_at" in row:
        return dict.fromkeys(["polled_at", "due_at", "read_at", "changed_at", "gap"])
    is_of_web = str(row.get("source_uri")).startswith("http://")
    return dict.fromkeys(["fetched_at", "fetched_date"]) if is_of_web else {}


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, default=repr)


def difference(expected: Mapping[str, Sequence[str]], rows: Mapping[str, Sequence[str]]) -> str | None:
    """Returns one line on what tells two results of `read_rows` apart; None where nothing does."""
    for table, wanted in expected.items():
        if len(rows[table]) != len(wanted):
            return f"{table}: {len(rows[table])} rows, not {len(wanted)}"
        for ours, theirs in zip(map(json.loads, rows[table]), map(json.loads, wanted), strict=True):
            columns = [name for name in theirs if ours.get(name) != theirs[name]]
            if columns:
                return f"{table}: {', '.join(columns)} of {theirs.get('url') or theirs.get('source_uri')}"
    return None


def write_dump(path: Path) -> None:
    """Writes texts of one site, on all of which a block stands, to a JSON Lines file."""
    with path.open("w") as file:
        for number in range(PAGES):
            text = (
                f"The council voted on Tuesday to keep pool {number} open for another season.\n{TEMPLATE}\n"
                f"Repairs would cost less than the {number + 2} firms asked for had feared in spring."
            )
            url, title = f"https://echo.example/{number}", f"Pool {number} stays open"
            file.write(json.dumps({"url": url, "title": title, "text": text}) + "\n")


def run_twice(way: Way, inputs: Sequence[str], site: FeedSite, output: str) -> float:
    """Reads INPUTs and a feed into a dataset, then the feed once more; returns the seconds of both."""
    seconds = 0.0
    for number, (also, stories) in enumerate(zip((inputs, ()), STORIES, strict=True), 1):
        site.publish(stories)
        start = time.perf_counter()
        way([*also, site.url, "--run-id", f"compared-{number}", *RUN], output)
        seconds += time.perf_counter() - start
    return seconds


def compare(inputs: Sequence[str], tools: Tools) -> bool:
    """Prints a line for each runner; returns whether all that ran agree."""
    agreed, expected = True, None
    told: tuple[str, ...]
    print(_LINE.format("runner", "seconds", "articles", "rejects", "rows"), flush=True)
    with tempfile.TemporaryDirectory() as folder, feed_site() as site:
        dump = Path(folder, "echo.jsonl")
        write_dump(dump)
        for number, (name, way) in enumerate(ways(tools).items()):
            output = f"{folder}/{number}"
            try:
                seconds = run_twice(way, [*inputs, str(dump)], site, output)
                rows = read_rows(output)
                expected = expected or rows
                differs = difference(expected, rows)
                agreed = agreed and differs is None
                sizes = [str(len(rows[table.name])) for table in (ARTICLES, REJECTS)]
                told = f"{seconds:.1f}", *sizes, differs or "equal"
            except NotHereError as missing:
                told = *"---", f"skipped: {missing}"
            except RuntimeError as error:
                told, agreed = (*"---", f"failed: {error}"), False
            print(_LINE.format(name, *told), flush=True)
    return agreed


def main() -> None:
    """Reads the command line, compares, exits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("inputs", nargs="+", metavar="INPUT")
    parser.add_argument("--prism", metavar="FILE", help="the program, in place of one built with Go")
    parser.add_argument(
        "--flink-jar", metavar="FILE", help="Beam's job server for Flink, in place of Maven's"
    )
    parser.add_argument(
        "--flink-master", default="[local]", metavar="HOST:PORT", help="(default: %(default)s)"
    )
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)  # of Beam, which translates Dataflow's graph in this process
    inputs = [os.path.abspath(path) for path in given.inputs]
    sys.exit(not compare(inputs, Tools(given.prism, given.flink_jar, given.flink_master)))


if __name__ == "__main__":
    main()
