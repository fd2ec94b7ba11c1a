"""Delay and exactness of `newsbeam ingest --streaming` on Prism, looked at while the job runs.

    python -m benchmarks.bench_watch [--seconds 60] [--feeds 4] [--every 3] [--restart stop|kill]

Serves on loopback feeds that publish an article every few seconds, runs the command with `--poll-interval 5s
--window 5s`, and asks the dataset with DuckDB, twice a second, which articles lie there. Prints how many were
seen while the job ran, and the seconds from an article's publication to its row. With `--restart` the job is
stopped or killed half way and started again. Ends with an error where an article is missing or doubled, or
the counts of a window do not add up. Prism is built with Go where none is named.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb

from benchmarks.runners import build_prism

SENTENCES = (
    "The ferry company said that it would buy two new ships for the northern route. They are built in a "
    "yard on the other side of the sound. The older vessels will be sold as soon as the new ones sail."
)
#: Entries that a feed lists, the last ones.
ENTRIES = 20
INTERVAL = WINDOW = 5


class Site(BaseHTTPRequestHandler):
    """Feeds `/feed/N`, whose articles `/story/N/M` come one after the other."""

    protocol_version = "HTTP/1.1"
    begun = time.time()
    every = 3.0

    @classmethod
    def published_at(cls, path: str) -> float:
        """Returns when an article came, in seconds since 1970."""
        return cls.begun + int(path.rpartition("/")[2]) * cls.every

    def do_GET(self) -> None:
        """Answers."""
        base = f"http://{self.headers['Host']}"
        if self.path.startswith("/feed/"):
            last = int((time.time() - self.begun) / self.every)
            paths = [f"/story/{self.path[6:]}/{n}" for n in range(max(0, last - ENTRIES + 1), last + 1)]
            items = "".join(f"<item><title>{path}</title><link>{base}{path}</link></item>" for path in paths)
            body = f"<rss version='2.0'><channel><title>Paper</title>{items}</channel></rss>"
        elif self.path.startswith("/story/"):
            text = f"<p>{SENTENCES}</p><p>{SENTENCES.replace('ferry', self.path)}</p>"
            body = f"<html lang=en><body><article><h1>{self.path}</h1>{text}</article></body></html>"
        else:
            body = ""
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html" if "<html" in body else "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: object) -> None:
        """Logs nothing."""


def start(urls: list[str], output: str, prism: str) -> subprocess.Popen[bytes]:
    """Returns the command, under way."""
    call = [
        sys.executable,
        "-m",
        "pipelines.cli",
        "ingest",
        *urls,
        "--output",
        output,
        "--allow-private-hosts",
    ]
    call += ["--host-delay", "0", "--streaming", f"--poll-interval={INTERVAL}s", f"--window={WINDOW}s"]
    call += ["--runner=PrismRunner", f"--prism_location={prism}"]
    return subprocess.Popen(call, start_new_session=True)


def read_titles(output: str) -> list[str]:
    """Returns the titles of all rows."""
    query = f"select title from read_parquet('{output}/articles/*/*/*.parquet')"
    return [title for (title,) in duckdb.connect().execute(query).fetchall()]


def look(output: str, until: float, seen: dict[str, float]) -> None:
    """Notes when the row of each article was first found, until a time."""
    while time.time() < until:
        if any(Path(output, "articles").rglob("*.parquet")):
            for title in read_titles(output):
                seen.setdefault(title, time.time())
        time.sleep(0.5)


def stop(job: subprocess.Popen[bytes]) -> None:
    """Stops the command as a service manager does."""
    job.send_signal(signal.SIGTERM)
    if job.wait(timeout=60):
        sys.exit(f"the command ended with {job.returncode}")


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--prism", help="the program")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--feeds", type=int, default=4)
    parser.add_argument("--every", type=float, default=3.0, help="seconds between two articles of a feed")
    parser.add_argument(
        "--restart", choices=["stop", "kill"], help="end the job so half way, and start it again"
    )
    given = parser.parse_args()
    prism = given.prism or build_prism()
    Site.every = given.every
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    urls = [f"http://127.0.0.1:{server.server_port}/feed/{number}" for number in range(given.feeds)]
    seen: dict[str, float] = {}
    starts = []
    with tempfile.TemporaryDirectory(prefix="bench-watch-") as output:
        for end in ([given.restart] if given.restart else []) + ["stop"]:
            starts.append(time.time())
            job = start(urls, output, prism)
            look(output, time.time() + given.seconds / (2 if given.restart else 1), seen)
            if job.poll() is not None:
                sys.exit(f"the job ended with {job.returncode}")
            if end == "stop":
                stop(job)
            else:
                os.killpg(job.pid, signal.SIGKILL)
        report(output, seen, starts)


def report(output: str, seen: dict[str, float], starts: list[float]) -> None:
    """Prints the figures; ends with an error where rows are missing or doubled."""
    titles = read_titles(output)
    runs = [json.loads(path.read_text()) for path in Path(output, "_runs").glob("*.json")]
    for run in runs:
        if run["read"] != sum(run[name] for name in ("articles", "duplicates", "already_held", "rejects")):
            sys.exit(f"{run['run_id']}: its counts do not add up")
    if sum(run["articles"] for run in runs) != len(titles) or len(set(titles)) != len(titles):
        sys.exit(f"{len(titles)} rows, {len(set(titles))} articles, in {len(runs)} windows")
    last = {title.rpartition("/")[0]: 0 for title in titles}
    for title in titles:
        feed, _, number = title.rpartition("/")
        last[feed] = max(last[feed], int(number))
    missing = [
        f"{feed}/{n}"
        for feed, end in last.items()
        for n in range(end + 1)
        if f"{feed}/{n}" not in set(titles)
    ]
    if missing:
        sys.exit(f"{len(missing)} articles are missing, such as {min(missing)}")
    fresh = [  # published while the last job polled
        at - Site.published_at(title)
        for title, at in seen.items()
        if Site.published_at(title) > starts[-1] + 2 * INTERVAL
    ]
    print(
        f"{len(titles)} articles in {len(runs)} windows, none missing or doubled; {len(seen)} seen on the way"
    )
    if fresh:
        median, longest = statistics.median(fresh), max(fresh)
        print(f"from publication to row: median {median:.1f} s, longest {longest:.1f} s")


if __name__ == "__main__":
    main()
