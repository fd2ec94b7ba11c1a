import gzip
import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.test_pipeline import TestPipeline

from pipelines.cli import main
from pipelines.ingest import build
from pipelines.options import parse
from pipelines.run import about_run
from pipelines.terminal import query
from schemas.table import ARTICLES, REJECTS
from transforms.language import detect_language

MINE = """
version: "1.0"
topics:
  tugs:
    label: {en: Tugs, de: Schlepper}
    definition: {en: Tug boats and their crews.}
    sets: {tug: {de: schlepper*}}
    signals: [{any: tug, weight: 3}]
    threshold: 1
"""
DATE = ["--run-date", "2026-11-20"]


def ingest(*arguments):
    return main(["ingest", *map(str, arguments), *DATE])


def manifest(output):
    (path,) = (output / "_runs").iterdir()
    return json.loads(path.read_text())


def files(output, table="articles"):
    return {str(path.relative_to(output)): path.read_bytes() for path in (output / table).rglob("*.parquet")}


def rejects(output):
    return ds.dataset(output / "rejects").to_table().to_pylist()


@pytest.fixture(scope="module")
def ingested(stored_inbox, tmp_path_factory):
    """The dataset of run `a` of the inbox; not to be changed."""
    output = tmp_path_factory.mktemp("ingested") / "out"
    assert ingest(stored_inbox, "--output", output, "--run-id", "a") == 0
    return output


def test_every_kind_of_input_becomes_articles(ingested):
    run = manifest(ingested)
    assert (run["read"], run["articles"], run["duplicates"], run["rejects"]) == (10, 10, 0, 0)
    assert run["articles_by_language"] == {"en": 8, "de": 2}
    articles = ds.dataset(ingested / "articles", partitioning="hive").to_table().to_pylist()
    assert Counter(article["via"] for article in articles) == {
        "text": 1, "html": 1, "jsonl": 4, "warc": 3, "feed": 1
    }  # fmt: skip
    (strike,) = (article for article in articles if article["via"] == "text")
    assert strike["topic_ids"] == ["labour-strike"]
    (evidence, *_) = strike["topics"][0]["evidence"]
    assert evidence["start"] == -1 or strike["text"][evidence["start"] : evidence["end"]] == evidence["quote"]
    (page,) = (article for article in articles if article["via"] == "html")
    assert page["canonical_url"] == "https://echo.example/news/pool"
    assert page["published_at"].isoformat() == "2026-11-18T08:30:00+00:00"
    assert "Imprint" not in page["text"]


def test_three_readers_see_the_same_rows_sorted_by_time(ingested):
    glob = f"{ingested}/articles/*/*/*.parquet"
    by_pyarrow = ds.dataset(ingested / "articles", partitioning="hive").to_table()
    by_polars = pl.read_parquet(glob, hive_partitioning=True)
    sql = f"SELECT language, article_id FROM read_parquet('{glob}', hive_partitioning = true)"
    by_duckdb = duckdb.sql(sql).fetchall()
    expected = sorted(
        zip(by_pyarrow["language"].to_pylist(), by_pyarrow["article_id"].to_pylist(), strict=True)
    )
    assert sorted(by_duckdb) == expected
    assert sorted(by_polars.select("language", "article_id").rows()) == expected
    for path in (ingested / "articles").rglob("*.parquet"):
        file = pq.ParquetFile(path)
        assert file.schema_arrow.equals(ARTICLES.schema, check_metadata=True)
        times = [time for time in file.read()["published_at"].to_pylist() if time]
        assert times == sorted(times)


def test_the_queries_in_documentation_and_summary_count_articles(ingested):
    pages = [Path(__file__).parents[2] / name for name in ("README.md", "docs/dataset.md")]
    told = [re.search(r"SELECT .*?;", page.read_text(), re.S)[0] for page in pages]
    told = [sql.replace("'data/", f"'{ingested}/") for sql in told]
    for sql in (*told, shlex.split(query(str(ingested)))[-1]):
        assert ("de", "labour-strike", 1) in duckdb.sql(sql).fetchall()


def test_the_same_command_again_changes_no_byte(stored_inbox, ingested, tmp_path):
    output = shutil.copytree(ingested, tmp_path / "out")
    assert ingest(stored_inbox, "--output", output, "--run-id", "a") == 0
    assert files(output) == files(ingested)
    assert not list((output / "_state" / "staging").iterdir())


@pytest.mark.parametrize("how", ["--workers=2", "--direct_runner_bundle_repeat=1"])
def test_processes_and_repeated_bundles_give_the_same_bytes(how, stored_inbox, ingested, tmp_path):
    ingest(stored_inbox, "--output", tmp_path / "out", "--run-id", "a", how)
    assert files(tmp_path / "out") == files(ingested)


def test_a_run_leaves_other_runs_alone_and_drops_what_it_no_longer_writes(stored_inbox, ingested, tmp_path):
    output = shutil.copytree(ingested, tmp_path / "out")
    ingest(stored_inbox, "--output", output, "--run-id", "b", "--no-state")
    ingest(stored_inbox / "streik.txt", "--output", output, "--run-id", "a", "--no-state")
    names = {tuple(path.split("/")[2:]) for path in files(output)}
    runs = {
        ("language=de", "a-00000.parquet"),
        ("language=de", "b-00000.parquet"),
        ("language=en", "b-00000.parquet"),
    }
    assert names == runs


def test_what_comes_twice_is_written_once(inbox, tmp_path):
    output = tmp_path / "out"
    (inbox / "again.jsonl").write_bytes((inbox / "rows.jsonl").read_bytes())
    assert ingest(inbox, "--output", output) == 0
    run = manifest(output)
    assert (run["read"], run["articles"], run["duplicates"]) == (13, 10, 3)


@pytest.fixture(scope="module")
def damaged(stored_inbox, tmp_path_factory):
    """The inbox, and beside what is in it what cannot be read."""
    inbox = shutil.copytree(stored_inbox, tmp_path_factory.mktemp("damaged") / "inbox")
    (inbox / "empty.html").write_bytes(b"")
    (inbox / "cut.txt.gz").write_bytes(gzip.compress(b"Ein Satz, der nicht endet. " * 500)[:60])
    crawl = (inbox / "crawl.warc.gz").read_bytes()
    (inbox / "half.warc.gz").write_bytes(crawl[: len(crawl) // 2])
    (inbox / "nothing.rss").write_bytes(b"")
    (inbox / "huge.html").write_bytes(b"<p>" + b"x" * 50_000_000)
    (inbox / "bytes.txt").write_bytes(b"Gr\xc3\xbc\xc3\x9fe aus \xc3\x28\xff\xfe\x80 der Stadt \xe2\x82" * 40)
    (inbox / "line.jsonl").write_text('{"url": "https://echo.example/x", "text": \n')
    (inbox / "report.html").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <<>> endobj\n")
    return inbox


def test_damaged_inputs_are_rejects_and_good_ones_beside_them_are_written(damaged, tmp_path):
    output = tmp_path / "out"
    assert ingest(damaged, "--output", output, "--max-reject-share", "0.9") == 0
    run = manifest(output)
    reasons = {row["source_uri"].rsplit("/", 1)[1].split("#")[0]: row["reason"] for row in rejects(output)}
    assert reasons == {
        "empty.html": "empty",
        "cut.txt.gz": "truncated",
        "half.warc.gz": "truncated",
        "nothing.rss": "empty",
        "huge.html": "too-large",
        "bytes.txt": "undecodable",
        "line.jsonl": "not-json",
        "report.html": "unsupported-media",
    }
    assert run["articles"] == 10
    assert run["duplicates"] == 1  # the page before the cut is also in the whole file
    assert run["read"] == 19
    assert all(len(row["payload"]) <= 65536 for row in rejects(output))
    for path in (output / "rejects").rglob("*.parquet"):
        assert pq.ParquetFile(path).schema_arrow.equals(REJECTS.schema, check_metadata=True)


def test_counters_agree_with_the_json(damaged, tmp_path):
    options = parse([str(damaged), "--output", str(tmp_path / "out"), *DATE])
    with TestPipeline(runner="FnApiRunner", options=PipelineOptions([])) as pipeline:
        build(pipeline, options, about_run(options), web=False)
    counters = {c.key.metric.name: c.committed for c in pipeline.result.metrics().query()["counters"]}
    run = manifest(tmp_path / "out")
    assert counters["read"] == run["read"]
    assert counters["articles"] == run["articles"]
    assert counters["duplicates"] == run["duplicates"]
    by_reason = {n.split("/")[1]: c for n, c in counters.items() if n.startswith("rejects/")}
    assert by_reason == run["rejects_by_reason"]


def test_topics_of_ones_own(inbox, tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(MINE)
    ingest(inbox / "streik.txt", "--output", tmp_path / "a", "--topics", mine)
    ingest(inbox / "streik.txt", "--output", tmp_path / "b", "--topics", f"+{mine}")
    assert manifest(tmp_path / "a")["articles_by_topic"] == {"tugs": 1}
    assert manifest(tmp_path / "b")["articles_by_topic"] == {"labour-strike": 1, "tugs": 1}
    assert (
        manifest(tmp_path / "a")["versions"]["taxonomy"] != manifest(tmp_path / "b")["versions"]["taxonomy"]
    )


def test_a_dataset_inside_its_input_is_not_read(inbox, ingested):
    output = shutil.copytree(ingested, inbox / "data")
    ingest(inbox, "--output", output, "--run-id", "b")
    assert json.loads((output / "_runs/b.json").read_text())["read"] == 10


def test_where_nothing_can_be_read_the_dataset_is_left_as_it_was(ingested, tmp_path, capsys):
    output = shutil.copytree(ingested, tmp_path / "out")
    (tmp_path / "unmounted").mkdir()
    assert ingest(tmp_path / "unmounted", "--output", output, "--run-id", "a") == 1
    assert files(output) == files(ingested)
    assert "unmounted: not-found" in capsys.readouterr().err


def test_an_interrupt_ends_with_one_line_and_leaves_nothing(inbox, tmp_path):
    output = tmp_path / "out"
    call = [sys.executable, "-m", "pipelines.cli", "ingest", str(inbox), "--output", str(output)]
    process = subprocess.Popen(call, stderr=subprocess.PIPE, text=True)
    while not (output / "_state/staging").is_dir():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.splitlines() == ["newsbeam: stopped; the same command again starts anew"]
    assert not list((output / "_state/staging").iterdir())
    assert not (output / "articles").exists()


def test_a_missing_input_is_a_reject_and_tells_the_scheduler(inbox, tmp_path, capsys):
    output = tmp_path / "out"
    assert ingest(inbox / "streik.txt", tmp_path / "gone.txt", "--output", output) == 1
    assert manifest(output)["rejects_by_reason"] == {"not-found": 1}
    assert manifest(output)["articles"] == 1
    assert "gone.txt: not-found" in capsys.readouterr().err


def test_too_many_rejects_tell_the_scheduler(damaged, tmp_path):
    assert ingest(damaged, "--output", tmp_path / "out", "--max-reject-share", "0.1") == 1


def test_a_sample_reads_the_first_documents_alone(inbox, tmp_path):
    output = tmp_path / "out"
    ingest(inbox / "rows.jsonl", inbox, "--output", output, "--limit", "2")
    run = manifest(output)
    assert (run["read"], run["articles"]) == (2, 2)


def test_a_dry_run_writes_nothing(inbox, tmp_path, capsys):
    assert ingest(inbox, "--output", tmp_path / "out", "--dry-run") == 0
    assert not (tmp_path / "out").exists()
    assert "sources.warc\t1" in capsys.readouterr().out


def test_the_json_on_demand(inbox, tmp_path, capsys):
    ingest(inbox / "streik.txt", "--output", tmp_path / "out", "--json")
    assert json.loads(capsys.readouterr().out) == manifest(tmp_path / "out")


def test_a_wrong_call_is_one_line_and_exit_2(inbox, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert ingest(inbox, "--output", tmp_path / "file" / "out") == 2
    assert ingest(inbox) == 2
    assert main(["digest"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["newsbeam"] * 3
    assert "cannot write to" in lines[0]
    assert "--output" in lines[1]
    assert "newsbeam ingest" in lines[2]


def test_a_run_that_fails_leaves_the_dataset_as_it_was(stored_inbox, ingested, tmp_path, monkeypatch):
    output = shutil.copytree(ingested, tmp_path / "out")
    monkeypatch.setattr("transforms.parquet.pq.ParquetWriter", lambda *_, **__: 1 / 0)
    assert ingest(stored_inbox, "--output", output, "--run-id", "a") == 70
    assert files(output) == files(ingested)
    assert manifest(output)["articles"] == 10


def test_one_article_by_many_addresses_is_one_row(inbox, tmp_path):
    page = (
        (inbox / "pool.html")
        .read_text()
        .replace('<link rel="canonical" href="https://echo.example/news/pool">', "")
    )
    addresses = [
        "https://www.echo.example/news/pool-stays-open",
        "http://www.echo.example/news/pool-stays-open",
        "https://www.echo.example/news/pool-stays-open/?utm_source=feed&fbclid=x",
        "https://www.echo.example/news/pool-stays-open/amp?amp_js_v=0.1#top",
        "https://amp.echo.example/news/pool-stays-open",
        "https://m.echo.example/news/pool-stays-open?PHPSESSID=0123456789abcdef0123",
        "https://www-echo-example.cdn.ampproject.org/c/s/www.echo.example/news/pool-stays-open/amp",
        "https://echo.example/other-address?id=4711",
    ]
    pages = [page] * 7 + [page.replace("<head>", f'<head><link rel="canonical" href="{addresses[0]}">')]
    assert page != (inbox / "pool.html").read_text()
    rows = [{"url": url, "html": html} for url, html in zip(addresses, pages, strict=True)]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    output = tmp_path / "out"
    assert ingest(file, "--output", output) == 0
    run = manifest(output)
    assert (run["read"], run["articles"], run["duplicates"]) == (8, 1, 7)


def test_the_language_detector_is_the_one_asked_for(tmp_path):
    text = (
        "Umkhandlu wedolobha uvumile ngoLwesibili ukuthi kulungiswe ibhuloho elidala. Umsebenzi uzoqala "
        "masinyane futhi uzothatha iminyaka emibili, kusho imeya emva komhlangano nabahlali bendawo."
    )
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"url": "https://echo.example/1", "text": text}))
    assert detect_language(text)[0] == "zu"  # by the other one
    assert ingest(file, "--output", tmp_path / "out", "--language-detector", "langdetect") == 0
    run = manifest(tmp_path / "out")
    assert "zu" not in run["articles_by_language"]
    assert run["options"]["language_detector"] == "langdetect"
