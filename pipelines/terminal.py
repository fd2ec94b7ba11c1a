"""Terminal: what a person sees while a run goes on and when it is done; plain lines where nobody watches."""

import os
import re
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.columns import Columns
from rich.console import Console
from rich.live import Live
from rich.table import Column, Table
from rich.text import Text

from pipelines.feeds_check import FeedReport
from pipelines.options import IngestOptions
from pipelines.plan import Plan
from pipelines.streaming import FailedTick
from pipelines.usage import one_line
from schemas import Rejection
from transforms import progress
from transforms.web.polls import Outcome

_REFRESH_SECONDS = 0.25
_TOP_TOPICS = 10
_GROUPS = (
    "feeds",
    "fallbacks_by_reason",
    "rejects_by_reason",
    "articles_by_language",
    "articles_by_via",
    "articles_by_topic",
)
_ASKED = frozenset({Outcome.CHANGED, Outcome.UNCHANGED, Outcome.FAILED})
_COUNTS = ("read", "articles", "duplicates", "already_held", "rejects")


@contextmanager
def watch_progress() -> Iterator[None]:
    """Shows documents read, written and rejected on stderr while the block runs, if that is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    with tempfile.NamedTemporaryFile(prefix="newsbeam-") as file:
        os.environ[progress.VARIABLE] = file.name
        done = threading.Event()
        display = threading.Thread(target=_show_progress, args=(file.name, done), daemon=True)
        display.start()
        try:
            yield
        finally:
            done.set()
            display.join()
            del os.environ[progress.VARIABLE]


def _show_progress(path: str, done: threading.Event) -> None:
    start, counts = time.monotonic(), Counter[str]()
    with (
        open(path, "rb") as file,
        Live(console=Console(stderr=True), transient=True, auto_refresh=False) as live,
    ):
        while not done.wait(_REFRESH_SECONDS):
            counts.update(progress.read_marks(file.read()))
            live.update(progress_line(counts, time.monotonic() - start), refresh=True)


def progress_line(counts: Mapping[str, int], seconds: float) -> Text:
    """Returns one line on how far a run is."""
    line = Text()
    line.append(f"{counts.get('read', 0):,}", "bold").append(" read  ")
    line.append(f"{counts.get('documents', 0):,}", "bold green").append(" articles  ")
    line.append(f"{counts.get('rejects', 0):,}", "bold red").append(" rejected  ")
    return line.append(f"{counts.get('read', 0) / max(seconds, 0.1):,.0f}/s  {seconds:,.0f} s", "dim")


def print_summary(manifest: Mapping[str, Any], output: str) -> None:
    """Prints what a run did: tables on a terminal, else one `name<TAB>value` a line."""
    if sys.stdout.isatty():
        print_tables(manifest, output, Console())
    else:
        for name, value in summary_lines(manifest, output):
            print(f"{name}\t{value}")


def print_tick(manifest: Mapping[str, Any]) -> None:
    """Prints a line on a tick of a stream that found something; one that did not is not worth it."""
    if manifest["articles"] or manifest["rejects"]:
        print(tick_line(manifest), flush=True)


def tick_line(manifest: Mapping[str, Any]) -> str:
    """Returns when a tick ended, and what it did."""
    asked = sum(number for outcome, number in manifest["feeds"].items() if outcome in _ASKED)
    counts = {"feeds": asked, **{name: manifest[name] for name in ("articles", "duplicates", "rejects")}}
    timings = manifest["timings"]
    return "\t".join(
        (
            timings["finished_at"],
            *(f"{name} {count}" for name, count in counts.items()),
            f"{timings['seconds']} s",
        )
    )


def print_failed_tick(tick: FailedTick) -> None:
    """Prints a line on stderr on a tick of a stream that failed, and when the next one comes."""
    count = f" ({tick.in_a_row} in a row)" if tick.in_a_row > 1 else ""
    print(
        f"newsbeam: a tick failed{count}: {one_line(tick.error)}; the next one in {tick.rest:.0f} s",
        file=sys.stderr,
        flush=True,
    )


def print_retag(manifest: Mapping[str, Any], output: str) -> None:
    """Prints what a retag did, one `name<TAB>value` a line."""
    retagged = manifest["retagged"]
    print(f"run_id\t{manifest['run_id']}")
    print(f"taxonomy\t{manifest['versions']['taxonomy']}")
    print(f"runs\t{len(retagged['runs'])}")
    print(f"articles\t{manifest['read']}")
    for topic, number in retagged["articles_by_topic"].items():
        print(f"articles_by_topic.{topic}\t{number}")
    print(f"seconds\t{manifest['timings']['seconds']}")
    print(f"dataset\t{output}")


def summary_lines(manifest: Mapping[str, Any], output: str) -> Iterator[tuple[str, object]]:
    """Yields the summary as names and values."""
    yield "run_id", manifest["run_id"]
    yield from ((name, manifest[name]) for name in _COUNTS)
    for name in _GROUPS:
        yield from ((f"{name}.{key}", number) for key, number in manifest.get(name, {}).items())
    yield "seconds", manifest["timings"]["seconds"]
    yield "dataset", output


def query(output: str) -> str:
    """Returns a DuckDB query over the dataset, to paste into a shell."""
    quoted = output.replace("'", "''")
    sql = (
        "SELECT language, topic, count(*) AS articles "
        f"FROM read_parquet('{quoted}/articles/*/*/*.parquet', hive_partitioning = true), "
        "unnest(topic_ids) AS t(topic) "
        "GROUP BY ALL ORDER BY articles DESC"
    )
    escaped = re.sub(r'(["$`\\])', r"\\\1", sql)
    return f'duckdb -c "{escaped}"'


def print_tables(manifest: Mapping[str, Any], output: str, console: Console) -> None:
    """Prints the summary for a person."""
    console.print(
        Text.assemble(
            (f"{manifest['articles']:,}", "bold green"),
            " articles of ",
            (f"{manifest['read']:,}", "bold"),
            " inputs, ",
            (f"{manifest['duplicates']:,}", "bold"),
            " duplicates, ",
            (f"{manifest['already_held']:,}", "bold"),
            " already held, ",
            (f"{manifest['rejects']:,}", "bold red"),
            f" rejects, in {manifest['timings']['seconds']} s",
        )
    )
    top_topics = dict(list(manifest["articles_by_topic"].items())[:_TOP_TOPICS])
    tables = {
        "language": manifest["articles_by_language"],
        "came as": manifest["articles_by_via"],
        "topic": top_topics,
        "rejected": manifest["rejects_by_reason"],
    }
    console.print(Columns(_table(name, numbers) for name, numbers in tables.items() if numbers))
    console.print(
        Text.assemble(
            f"{len(manifest['files'])} files in ",
            (output, "bold"),
            ", run ",
            (manifest["run_id"], "bold"),
            ". Ask it:" if manifest["articles"] else ".",
        )
    )
    if manifest["articles"]:
        console.print(query(output), style="cyan", soft_wrap=True, highlight=False)


def _table(name: str, numbers: Mapping[str, int]) -> Table:
    unit = Column("inputs" if name == "rejected" else "articles", justify="right")
    table = Table(Column(name, no_wrap=True), unit, box=SIMPLE_HEAD)
    for key, number in numbers.items():
        table.add_row(key, f"{number:,}")
    return table


def print_plan(plan: Plan, options: IngestOptions) -> None:
    """Prints what a run would do, one `name<TAB>value` a line, then the files and feeds to read."""
    print(f"run_id\t{options.run.run_id}")
    print(f"output\t{options.output}")
    print(f"workers\t{options.workers or plan.workers()}")
    print(f"bytes\t{plan.stored_bytes()}")
    for kind, uris in plan.files().items():
        print(f"sources.{kind}\t{len(uris)}")
    for kind, uris in plan.files().items():
        for uri in uris:
            print(f"source\t{kind}\t{uri}")
    print_refused(plan.refused)


def print_feeds(reports: Sequence[FeedReport]) -> None:
    """Prints a line a feed: a table on a terminal, else parted by tabs."""
    columns = ("feed", "kind", "entries", "newest", "interval", "robots", "trouble")
    rows = [
        (
            report.url,
            report.kind or "",
            str(report.entries),
            f"{report.newest:%Y-%m-%d %H:%M}" if report.newest else "",
            f"{report.interval / 60:.0f} min" if report.interval else "",
            report.robots or "",
            report.trouble or "",
        )
        for report in reports
    ]
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            print("\t".join(" ".join(cell.split()) for cell in row))
        return
    table = Table(*columns, box=SIMPLE_HEAD)
    for row in rows:
        table.add_row(*map(Text, row), style="red" if row[-1] else None)
    Console().print(table)


def print_refused(refused: Iterable[Rejection]) -> None:
    """Prints a line on stderr for each INPUT that cannot be read."""
    for rejection in refused:
        print(f"newsbeam: {rejection.source_uri}: {rejection.reason}: {rejection.detail}", file=sys.stderr)
