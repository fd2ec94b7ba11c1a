"""Memory and time of `newsbeam ingest --streaming` over many ticks, each with a new article.

    python -m benchmarks.bench_streaming [--ticks 1000] [--topics FILE]

Serves on loopback a feed that has one more entry at every look, runs tick after tick without a rest, and
prints for some of them the seconds (of the clock, of the CPU), the memory of the process (MiB, now and at
its peak), its threads and open files, and the files of the dataset. Ends with an error where an article is
missing or doubled. Linux only, for /proc.
"""

import argparse
import gc
import logging
import os
import random
import sys
import tempfile
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow.dataset as ds

from pipelines.options import parse
from pipelines.streaming import run_tick

WORDS = "harbour ferry council market river season ticket bridge school winter parcel engine garden".split()
#: Entries of the feed; each look finds the last so many.
ENTRIES = 3


class Site(BaseHTTPRequestHandler):
    """A feed and its articles."""

    looks = 0

    def do_GET(self) -> None:
        """Answers."""
        base = f"http://{self.headers['Host']}/article"
        if self.path == "/feed":
            Site.looks += 1
            numbers = range(max(0, Site.looks - ENTRIES), Site.looks)
            items = "".join(f"<item><title>{n}</title><link>{base}/{n}</link></item>" for n in numbers)
            self._answer(200, f"<rss version='2.0'><channel><title>Paper</title>{items}</channel></rss>")
        elif self.path.startswith("/article/"):
            chance = random.Random(self.path)
            text = "".join(f"<p>{' '.join(chance.choices(WORDS, k=60)).capitalize()}.</p>" for _ in range(5))
            self._answer(
                200, f"<html lang=en><body><article><h1>{self.path}</h1>{text}</article></body></html>"
            )
        else:
            self._answer(404, "")

    def _answer(self, status: int, body: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if "<html" in body else "application/rss+xml")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Logs nothing."""


def memory(name: str) -> int:
    """Returns a figure of the process in MiB: VmRSS or VmHWM."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(name))


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ticks", type=int, default=1000)
    parser.add_argument("--topics", help="a taxonomy in place of the one that ships; a small one is faster")
    args = parser.parse_args()
    logging.basicConfig(level=logging.CRITICAL)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    more = ["--topics", args.topics] if args.topics else []
    with tempfile.TemporaryDirectory(prefix="bench-streaming-") as output:
        call = [f"http://127.0.0.1:{server.server_port}/feed", "--output", output, "--host-delay", "0", *more]
        options = replace(parse([*call, "--streaming", "--allow-private-hosts"]), poll_interval=0.0)
        for number in range(1, args.ticks + 1):
            wall, cpu = time.perf_counter(), time.process_time()
            run_tick(options, datetime.now(UTC), set())
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            if number == 1:  # as the command does
                gc.collect()
                gc.freeze()
            if number in (1, 2, 5, 10, 25) or number % 50 == 0:
                files = sum(len(names) for _, _, names in os.walk(output))
                print(
                    f"tick {number}: {wall:.1f} s, CPU {cpu:.1f} s, memory {memory('VmRSS')} MiB, peak "
                    f"{memory('VmHWM')} MiB, {threading.active_count()} threads, "
                    f"{len(os.listdir('/proc/self/fd'))} open files, {files} files in the dataset",
                    flush=True,
                )
        urls = ds.dataset(Path(output, "articles")).to_table()["url"].to_pylist()
        if sorted(urls) != sorted(set(urls)) or len(urls) != args.ticks:
            sys.exit(f"{len(urls)} articles, {len(set(urls))} of them distinct, of {args.ticks}")


if __name__ == "__main__":
    main()
