"""Speed and manners of `newsbeam ingest` over many feeds, from a server on a loopback address a host.

    python -m benchmarks.bench_feeds [--feeds 1000] [--entries 20] [--hosts 200] [--host-delay 0] [--kill]

Serves feeds whose articles lie on the feed's own host, ingests them, and checks that each article was written
once, that no host saw two requests closer than the delay, and that a second run fetches no article. With
`--kill` the first run is killed (SIGKILL) when half of the articles were asked for, and started again. Prints
the articles a second, the longest queue of a host, and the peak memory of the largest process. Linux only:
elsewhere 127.0.0.1 is the only address of the loopback.
"""

import argparse
import asyncio
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pyarrow.dataset as ds

WORDS = (
    "harbour ferry council market river season ticket bridge school winter parcel engine garden museum "
    "captain island library workshop orchestra factory meadow station village lantern committee forecast"
).split()


class Server:
    """Feeds and articles at `127.1.x.y`; remembers when each host was asked."""

    def __init__(self, feeds: int, entries: int, hosts: int) -> None:
        self.hosts = [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(hosts)]
        self.feeds, self.entries, self.port = feeds, entries, 0
        self.asked: dict[str, list[float]] = defaultdict(list)
        self.paths: Counter[str] = Counter()
        self.half = threading.Event()
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True).start()
        ready.wait()

    def feed_urls(self) -> list[str]:
        """Returns the addresses of all feeds."""
        return [f"http://{self._host(feed)}:{self.port}/feed/{feed}" for feed in range(self.feeds)]

    def _host(self, feed: int) -> str:
        return self.hosts[feed % len(self.hosts)]

    async def _serve(self, ready: threading.Event) -> None:
        first = await asyncio.start_server(self._answer, self.hosts[0], 0, backlog=1024)
        self.port = first.sockets[0].getsockname()[1]
        others = await asyncio.start_server(self._answer, self.hosts[1:], self.port, backlog=1024)
        ready.set()
        async with first, others:
            await asyncio.gather(first.serve_forever(), others.serve_forever())

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at = time.monotonic()
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):  # the run was killed
            writer.close()
            return
        path = head.split(b" ", 2)[1].decode()
        self.asked[writer.get_extra_info("sockname")[0]].append(at)
        _, kind, *numbers = path.split("/")
        self.paths[kind] += 1
        if self.paths["article"] * 2 >= self.feeds * self.entries:
            self.half.set()
        media, body = "text/plain", ""
        if kind == "feed":
            media, body = "application/rss+xml", self._feed(int(numbers[0]))
        elif kind == "article":
            media, body = "text/html; charset=utf-8", page(path)
        data = body.encode()
        headers = f"Content-Type: {media}\r\nContent-Length: {len(data)}\r\n\r\n"
        writer.write(f"HTTP/1.1 200 OK\r\n{headers}".encode() + data)
        with suppress(ConnectionError):
            await writer.drain()
        writer.close()

    def _feed(self, feed: int) -> str:
        base = f"http://{self._host(feed)}:{self.port}/article/{feed}"
        items = "".join(
            f"<item><title>Story {feed}-{entry}</title><link>{base}/{entry}</link>"
            f"<description>In short.</description></item>"
            for entry in range(self.entries)
        )
        return f"<rss version='2.0'><channel><title>Paper {feed}</title>{items}</channel></rss>"


def page(path: str) -> str:
    """Returns an article of some 2 KB that no other shares a paragraph with."""
    chance = random.Random(path)
    paragraphs = [
        " ".join(
            f"{' '.join(chance.choices(WORDS, k=14)).capitalize()} {chance.randrange(10**6)}."
            for _ in range(4)
        )
        for _ in range(5)
    ]
    title = f"Story {path}"
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title></head>"
        f"<body><nav><a href=/>Home</a></nav><article><h1>{title}</h1>{text}</article></body></html>"
    )


def start(run_id: str, feeds: Path, output: Path, more: list[str]) -> "subprocess.Popen[bytes]":
    """Starts a run."""
    command = [sys.executable, "-m", "pipelines.cli", "ingest", str(feeds), "--output", str(output)]
    options = ["--run-id", run_id, "--allow-private-hosts", "--json", *more]
    return subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)


def finish(process: "subprocess.Popen[bytes]") -> float:
    """Waits for a run; returns the peak MiB of its largest process."""
    peak, status = 0.0, Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        try:
            found = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
            peak = max([peak, *(int(line.split()[1]) / 1024 for line in found)])
        except OSError:
            pass
        time.sleep(0.2)
    if process.returncode:
        sys.exit(f"the run failed with {process.returncode}")
    return peak


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser()
    for name, default in (("feeds", 1000), ("entries", 20), ("hosts", 200)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--host-delay", type=float, default=0.0, help="seconds")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--kill", action="store_true")
    args = parser.parse_args()
    server = Server(args.feeds, args.entries, args.hosts)
    more = ["--host-delay", str(args.host_delay), "--workers", str(args.workers)]
    with tempfile.TemporaryDirectory(prefix="bench-feeds-") as folder:
        feeds, output = Path(folder, "all.feeds.csv"), Path(folder, "data")
        feeds.write_text("\n".join(["url", *server.feed_urls()]) + "\n")
        if args.kill:
            process = start("first", feeds, output, more)
            server.half.wait()
            process.send_signal(signal.SIGKILL)
            process.wait()
            written = len(list((output / "articles").rglob("*.parquet")))
            print(f"killed after {server.paths['article']} articles, {written} files of articles in place")
            server.paths.clear()
            server.asked.clear()
        began = time.perf_counter()
        peak = finish(start("first", feeds, output, more))
        seconds = time.perf_counter() - began
        rows = ds.dataset(output / "articles").to_table(columns=["url", "via"])
        wanted, urls = args.feeds * args.entries, rows["url"].to_pylist()
        gaps = [after - before for times in server.asked.values() for before, after in pairwise(times)]
        print(
            f"articles {len(urls)} of {wanted}, distinct {len(set(urls))}, via {set(rows['via'].to_pylist())}"
        )
        print(f"{seconds:.1f} s, {len(urls) / seconds:.0f} articles/s, peak {peak:.0f} MiB")
        print(f"longest queue of a host: {max(map(len, server.asked.values()))} requests")
        print(
            f"shortest rest between two requests to a host: {min(gaps):.3f} s, asked for {args.host_delay} s"
        )
        server.paths.clear()
        began = time.perf_counter()
        finish(start("second", feeds, output, more))
        second = json.loads((output / "_runs" / "second.json").read_text())
        seconds = time.perf_counter() - began
        print(f"second run: {seconds:.1f} s, requests {dict(server.paths)}, {second['feeds']}")
        missing = wanted - len(set(urls))
        if missing or len(urls) != wanted or server.paths["article"] or min(gaps) < args.host_delay:
            sys.exit("not as it should be")


if __name__ == "__main__":
    main()
