"""Input, dataset, state and rejects in Google Cloud Storage, through an emulator in a process of its own."""

import http.client
import io
import json
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.cli import main
from pipelines.ticks import clear_unfinished, merge_days, tick_of
from schemas.run import Run
from schemas.table import HELD
from transforms.commit import delete_folder
from transforms.web import feed_state

storage = pytest.importorskip("google.cloud.storage", reason="needs apache-beam[gcp]")
pytest.importorskip("apache_beam.io.gcp.gcsfilesystem", reason="needs apache-beam[gcp]")
pytest.importorskip("gcp_storage_emulator", reason="needs gcp-storage-emulator")

DATE = ["--run-date", "2026-11-20"]
FEED = (
    "<rss version='2.0'><channel><title>Sound Herald</title><item><title>Ferry to return</title>"
    "<link>https://herald.example/ferry</link><description>The ferry will return to the northern route on "
    "Friday, the company said. It had been in dock since a storm in September.</description></item>"
    "</channel></rss>"
)
#: Buckets that are there but refuse: everything, or what is written.
FORBIDDEN, FULL = "forbidden", "full"


class Front(BaseHTTPRequestHandler):
    """Stands before the emulator: refuses some buckets, counts requests by kind."""

    protocol_version = "HTTP/1.1"

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = request_kind(self.command, self.path)
        self.server.counts[kind] += 1
        bucket = re.search(r"/b/([^/?]+)", self.path)
        if bucket and (bucket[1] == FORBIDDEN or (bucket[1] == FULL and kind == "upload")):
            says = "no access" if bucket[1] == FORBIDDEN else "the quota of the bucket is used up"
            error = {"error": {"code": 403, "message": says, "errors": [{"message": says}]}}
            return self.answer(403, json.dumps(error).encode(), [("Content-Type", "application/json")])
        emulator = http.client.HTTPConnection("localhost", self.server.emulator)
        emulator.request(self.command, self.path, body, dict(self.headers))
        given = emulator.getresponse()
        content = given.read()
        dropped = {"content-length", "transfer-encoding", "connection", "date", "server"}
        headers = [(name, value) for name, value in given.getheaders() if name.lower() not in dropped]
        return self.answer(given.status, content, headers)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any  # noqa: N815 # the library's names

    def log_message(self, *_):
        pass


def request_kind(method, path):
    if path.startswith("/batch"):
        return "batch"
    if path.startswith("/upload"):
        return "upload"
    if "/o?" in path:
        return "list"
    return "download" if "alt=media" in path else "look" if method == "GET" else method


def free_port():
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """The server before an emulator with a bucket `news`, named to Google's libraries by the environment."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "gcp_storage_emulator",
        "start",
        "--port",
        str(port),
        "--in-memory",
        "-q",
    ]
    emulator = subprocess.Popen([*command, "--default-bucket", "news"])
    server = ThreadingHTTPServer(("localhost", 0), Front)
    server.emulator, server.counts = port, Counter()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://localhost:{server.server_port}"
    account = {  # of a person, with a token that does not run out: nobody is asked for another
        "type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r",
        "token": "t", "expiry": "2100-01-01T00:00:00Z",
    }  # fmt: skip
    file = tmp_path_factory.mktemp("account") / "account.json"
    file.write_text(json.dumps(account))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STORAGE_EMULATOR_HOST", address)
        patch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
        patch.setenv("GOOGLE_CLOUD_PROJECT", "test")
        try:
            for _ in range(200):
                try:
                    socket.create_connection(("localhost", port)).close()
                    break
                except OSError:
                    assert emulator.poll() is None
                    time.sleep(0.05)
            storage.Client().create_bucket(FULL)
            yield server
        finally:
            server.shutdown()
            emulator.terminate()
            emulator.wait()


@pytest.fixture
def bucket(front):
    """The bucket, emptied."""
    bucket = storage.Client().bucket("news")
    for blob in list(bucket.list_blobs()):
        blob.delete()
    front.counts.clear()
    return bucket


@pytest.fixture
def mixed(inbox):
    """Ten good documents and two that are refused."""
    (inbox / "empty.html").write_bytes(b"")
    (inbox / "line.jsonl").write_text('{"url": "https://echo.example/x", "text": \n')
    return inbox


def upload(bucket, folder, prefix):
    for path in folder.rglob("*"):
        bucket.blob(f"{prefix}/{path.relative_to(folder)}").upload_from_filename(path)


def ingest(*arguments):
    return main(["ingest", *map(str, arguments), *DATE])


def objects(bucket, prefix):
    blobs = bucket.list_blobs(prefix=f"{prefix}/")
    return {blob.name.removeprefix(f"{prefix}/"): blob.download_as_bytes() for blob in blobs}


def tables(stored):
    return {name: content for name, content in stored.items() if name.endswith(".parquet")}


def rows(stored, table):
    """The rows of a table without where they were read and by which call."""
    found = [row for name in stored if name.startswith(table) for row in read(stored[name])]
    for row in found:
        row["run_id"] = None
        for name in {"source_uri", "source_id"} & row.keys():
            row[name] = row[name] and row[name].rpartition("/")[2]
    return sorted(found, key=repr)


def read(content):
    return pq.read_table(io.BytesIO(content)).to_pylist()


def test_the_bucket_holds_what_a_disk_would(bucket, mixed, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert ingest(mixed, "--output", tmp_path / "local") == 0
    upload(bucket, mixed, "in")
    assert ingest("gs://news/in", "--output", "gs://news/data", "--run-id", "r") == 0
    stored = objects(bucket, "data")
    local = {
        str(path.relative_to(tmp_path / "local")): path.read_bytes()
        for path in (tmp_path / "local").rglob("*.parquet")
    }
    assert rows(stored, "articles") == rows(local, "articles")
    assert rows(stored, "rejects") == rows(local, "rejects")
    run = json.loads(stored.pop("_runs/r.json"))
    assert (run["read"], run["articles"], run["rejects"]) == (12, 10, 2)
    assert {file["path"]: file["bytes"] for file in run["files"]} == {
        name: len(content) for name, content in stored.items()
    }
    assert "_state/site_pages/run_date=2026-11-20/r-00000.parquet" in stored
    assert not list((tmp_path / "here").iterdir())


def test_another_try_in_processes_gives_the_same_bytes_and_one_of_less_drops_the_rest(bucket, mixed):
    upload(bucket, mixed, "in")
    assert ingest("gs://news/in", "--output", "gs://news/data", "--run-id", "r") == 0
    before = tables(objects(bucket, "data"))
    assert ingest("gs://news/in", "--output", "gs://news/data", "--run-id", "r", "--workers", 2) == 0
    assert tables(objects(bucket, "data")) == before
    assert ingest("gs://news/in/*.txt", "--output", "gs://news/data", "--run-id", "r") == 0
    articles = {name for name in objects(bucket, "data") if name.startswith("articles")}
    assert articles == {"articles/fetched_date=2026-11-20/language=de/r-00000.parquet"}


def test_a_dataset_in_a_bucket_gets_other_topics(bucket, inbox, tmp_path):
    upload(bucket, inbox, "in")
    ingest("gs://news/in", "--output", "gs://news/data", "--run-id", "r")
    (tmp_path / "mine.yaml").write_text(
        "version: '1.0'\ntopics:\n  pools: {label: {en: Pools}, definition: {en: Pools.}, "
        "sets: {pool: {en: swimming pool}}, signals: [{any: pool, weight: 3}], threshold: 1}\n"
    )
    assert main(["retag", "gs://news/data", "--topics", str(tmp_path / "mine.yaml"), *DATE]) == 0
    tagged = [topic for row in rows(objects(bucket, "data"), "articles") for topic in row["topic_ids"]]
    assert Counter(tagged) == {"pools": 8}


def test_feeds_are_remembered_in_the_bucket(bucket, site):
    url = site.serve("/feed.xml", FEED, media="application/rss+xml").replace("a.test", "127.0.0.1")
    gently = ["--allow-private-hosts", "--host-delay", "0s", "--no-fetch"]
    for run_id in ("r1", "r2"):
        assert ingest(url, "--output", "gs://news/data", "--run-id", run_id, *gently) == 0
    stored = objects(bucket, "data")
    first, second = (json.loads(stored[f"_runs/{run_id}.json"]) for run_id in ("r1", "r2"))
    assert (first["articles"], first["feeds"]) == (1, {"changed": 1})
    assert (second["read"], second["feeds"]) == (0, {"unchanged": 1})
    assert [name for name in stored if name.startswith("_state/feeds")] == [
        "_state/feeds/run_date=2026-11-20/r2-00000.parquet"
    ]


def test_states_that_another_run_replaces_meanwhile_are_listed_again(bucket, site, monkeypatch):
    url = site.serve("/feed.xml", FEED, media="application/rss+xml").replace("a.test", "127.0.0.1")
    more = ["--allow-private-hosts", "--host-delay", "0s", "--no-fetch", "--run-id"]
    assert ingest(url, "--output", "gs://news/data", *more, "r1") == 0
    found, gone = feed_state.state_files, ["gs://news/data/_state/feeds/run_date=2026-11-20/r0-00000.parquet"]
    listings = [lambda output: dict.fromkeys(gone, "r0"), found]
    monkeypatch.setattr(feed_state, "state_files", lambda output: listings.pop(0)(output))
    now = datetime(2026, 11, 20, tzinfo=UTC)
    state, _ = feed_state.read_states("gs://news/data", Run("r2", now.date(), "1.0", "t1"), now)
    assert state.url == url


def test_ticks_of_a_stream_are_cleared_and_merged_in_the_bucket(bucket):
    stream = Run("s", date(2026, 11, 20), "1.0", "t1")
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    row = pa.table({"key": [bytes(16)], "version": [bytes(16)], "of_page": [True]}, HELD.schema)
    content = io.BytesIO()
    pq.write_table(row, content)
    ticks = [tick_of(stream, noon + timedelta(minutes=minute)).run_id for minute in range(3)]
    for tick in ticks:
        blob = bucket.blob(f"data/{HELD.name}/run_date=2026-11-20/{tick}-00000.parquet")
        blob.upload_from_string(content.getvalue())
    for tick in ticks[:2]:
        bucket.blob(f"data/_runs/{tick}.json").upload_from_string("{}")
    for tick in ticks[1:]:
        bucket.blob(f"data/_state/staging/{tick}/x.arrow").upload_from_string(b"x")
    assert clear_unfinished("gs://news/data", stream) == ticks[1:]
    merge_days("gs://news/data", stream, tick_of(stream, noon + timedelta(days=1)))
    assert sorted(objects(bucket, "data")) == [
        "_runs/s-20261120T120000.000Z.json",
        "_runs/s-20261120T120100.000Z.json",
        "_state/held/run_date=2026-11-20/s-20261120-00000.parquet",
    ]


def test_a_folder_of_many_files_is_listed_and_cleared_by_the_hundred(front, bucket, capsys):
    for number in range(150):
        bucket.blob(f"many/{number}.html").upload_from_string("<p>A page.</p>")
    bucket.blob("many2/0.html").upload_from_string("<p>A page.</p>")
    front.counts.clear()
    assert ingest("gs://news/many", "--output", "gs://news/data", "--dry-run") == 0
    assert "sources.html\t150" in capsys.readouterr().out
    assert (front.counts["list"], front.counts["download"]) == (1, 0)
    delete_folder("gs://news/many")
    assert front.counts["batch"] == 2
    assert front.counts["look"] < 40
    assert [blob.name for blob in bucket.list_blobs()] == ["many2/0.html"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing", "404 Not Found.*; make the bucket first"),
        (FORBIDDEN, "403 Forbidden: no access"),
        (FULL, "403 Forbidden: the quota of the bucket is used up"),
    ],
)
def test_a_bucket_that_cannot_be_written_is_one_line_before_any_work(
    front, bucket, inbox, capsys, name, says
):
    upload(bucket, inbox, "in")
    front.counts.clear()
    assert ingest("gs://news/in/*.html", "--output", f"gs://{name}/data") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert re.fullmatch(f"newsbeam: --output: cannot write to gs://{name}/data: {says}", line)
    assert front.counts["download"] == 0


@pytest.mark.parametrize(
    ("name", "says"),
    [("missing", "not-found: no such file or bucket"), (FORBIDDEN, "unreadable: Forbidden: 403 Forbidden")],
)
def test_a_bucket_that_cannot_be_read_is_one_line(bucket, capsys, name, says):
    assert ingest(f"gs://{name}/in", "--output", "gs://news/data") == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"newsbeam: gs://{name}/in: {says}")


@pytest.mark.parametrize("name", ["missing", FORBIDDEN])
def test_a_dataset_that_cannot_be_read_is_not_retagged(bucket, capsys, name):
    assert main(["retag", f"gs://{name}/data"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("newsbeam: ")
    assert f"gs://{name}/data" in line
