"""Speed and memory of `newsbeam ingest` on pages of a WARC, repeated, beside a bare loop of trafilatura.

    python -m benchmarks.bench_ingest CORPUS.warc.gz [--pages 5000] [--workers 1 4]

Prints, for each way: pages a second, CPU milliseconds a page, and the peak memory of all its processes
together (Linux only: read from /proc; memory that processes share counts for each). Times are of whole
processes, start included. Compare within one run alone.
"""

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType

BARE_LOOP = """
import sys
import trafilatura
from fastwarc.warc import ArchiveIterator, WarcRecordType
for record in ArchiveIterator(open(sys.argv[1], "rb"), record_types=WarcRecordType.response):
    trafilatura.extract(record.reader.read(), include_comments=False)
"""


def repeat_pages(warc: Path, pages: int, target: Path) -> None:
    """Writes `pages` responses to `target`, those of `warc` again and again under new URLs."""
    with warc.open("rb") as stored:
        responses = ArchiveIterator(stored, parse_http=False, record_types=WarcRecordType.response)
        records = [(record.headers.asdict(), record.reader.read()) for record in responses]
    with target.open("wb") as sink:
        for number in range(pages):
            headers, body = records[number % len(records)]
            mark = "&" if "?" in headers["WARC-Target-URI"] else "?"
            headers = {**headers, "WARC-Target-URI": f"{headers['WARC-Target-URI']}{mark}copy={number}"}
            head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            sink.write(gzip.compress(f"WARC/1.1\r\n{head}\r\n".encode() + body + b"\r\n\r\n", 1))


def measure(command: list[str]) -> tuple[float, float, float]:
    """Runs a command; returns wall seconds, CPU seconds, and peak MiB of it and its children together."""
    before, start = os.times(), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            peak[0] = max(peak[0], _tree_memory(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    status = process.wait()
    done.set()
    watcher.join()
    if status:
        sys.exit(f"{command} ended with {status}")
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - start, cpu, peak[0]


def _tree_memory(root: int) -> float:
    parents, sizes = defaultdict(list), {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat[1])].append(int(folder.name))
        sizes[int(folder.name)] = int(stat[21]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    total, todo = 0.0, [root]
    while todo:
        process = todo.pop()
        total += sizes.get(process, 0.0)
        todo += parents[process]
    return total


def main() -> None:
    """Measures each way in turn and prints a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("warc", type=Path)
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, os.cpu_count() or 1])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        many = Path(folder) / "many.warc.gz"
        repeat_pages(options.warc, options.pages, many)
        print(f"{options.pages} pages, {many.stat().st_size / 2**20:.0f} MiB, {os.cpu_count()} cores")
        ways = {"trafilatura, bare loop": [sys.executable, "-c", BARE_LOOP, str(many)]}
        for workers in options.workers:
            call = [sys.executable, "-m", "pipelines.cli", "ingest", str(many), "--workers", str(workers)]
            ways[f"newsbeam, {workers} process(es)"] = [*call, "--output", f"{folder}/out-{workers}"]
        print(f"{'':28}{'pages/s':>9}{'CPU ms/page':>13}{'peak MiB':>10}")
        for name, command in ways.items():
            wall, cpu, peak = measure(command)
            figures = f"{options.pages / wall:9.1f}{cpu / options.pages * 1000:13.1f}{peak:10.0f}"
            print(f"{name:28}{figures}", flush=True)


if __name__ == "__main__":
    main()
