"""The options of `newsbeam ingest`, seen in what a process writes that has the job's graph alone."""

import json
from itertools import pairwise

import pytest
from skl2onnx import to_onnx
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from benchmarks.compare_runners import PAGES, TEMPLATE, read_rows, write_dump
from benchmarks.runners import run_dataflow_graph
from pipelines.options import make_parser
from transforms.language import Detector
from transforms.language.detect import detect_language

#: Options that concern the command alone, not the job.
OF_THE_COMMAND = {"--dry-run", "--help", "--json", "--max-reject-share", "--verbose", "--workers"}
#: Of a stream, whose graph is another; see test_watch.
OF_STREAMS = {"--poll-interval", "--window"}
#: Says what is the default.
DEFAULTS = {"--since-state"}
STORED = {
    "--run-id": "r1",
    "--run-date": "2026-11-20",
    "--topics": "+{folder}/mine.yaml",
    "--extractor": "trafilatura",
    "--language-detector": "langdetect",
    "--max-page-bytes": "2K",
    "--no-site-templates": None,
    "--limit": "9",
}
WEB = {
    "--run-id": "r1",
    "--topic-model": "{folder}/model.onnx",
    "--allow-private-hosts": None,
    "--user-agent": "Tester/1.0",
    "--host-delay": "1500ms",
    "--fetch-timeout": "1s",
    "--no-fetch": None,
    "--no-state": None,
}
TAXONOMY = """version: '1.0'
topics:
  pools: {label: {en: Pools}, definition: {en: Pools.}, sets: {pool: {en: pool}},
    signals: [{any: pool, weight: 3}], threshold: 1}
"""
FEED = (
    "<rss version='2.0'><channel><title>Sound Herald</title><item><title>Ferry to return</title>"
    "<link>https://herald.example/ferry</link><description>The ferry will return to the northern route on "
    "Friday, the company said.</description></item></channel></rss>"
)


def run_job(options, inputs, folder):
    """Returns the rows that the job writes, and the JSON of its run."""
    words = [word.format(folder=folder) for pair in options.items() for word in pair if word]
    run_dataflow_graph([*inputs, *words], str(folder / "data"))
    rows = {name: [json.loads(row) for row in rows] for name, rows in read_rows(str(folder / "data")).items()}
    return rows, json.loads((folder / "data" / "_runs" / "r1.json").read_text())


def test_no_option_is_left_out():
    names = {action.option_strings[-1] for action in make_parser()._actions if action.option_strings}
    assert names == {*STORED, *WEB, "--output", *OF_THE_COMMAND, *OF_STREAMS, *DEFAULTS}


def test_options_for_stored_files_reach_the_job(tmp_path):
    write_dump(tmp_path / "echo.jsonl")
    (tmp_path / "mine.yaml").write_text(TAXONOMY)
    page = f"<html><body><article><h1>News</h1><p>{'The harbour stays shut, they said. ' * 20}</p></article>"
    for name, body in {"a": page, "b": f"{page}<!-- {'x' * 2000} -->", "c": page, "d": page}.items():
        (tmp_path / f"{name}.html").write_text(body)
    inputs = [str(tmp_path / "echo.jsonl"), str(tmp_path)]
    rows, run = run_job(STORED, inputs, tmp_path)
    assert run["read"] == int(STORED["--limit"])
    assert run["rejects_by_reason"] == {"too-large": 1}
    articles = rows["articles"]
    assert {row["fetched_date"] for row in articles} == {STORED["--run-date"]}
    assert {row["text_from"] for row in articles} == {"dump", "trafilatura"}
    pools = [row for row in articles if row["url"]]
    assert len(pools) == PAGES
    for row in pools:
        assert TEMPLATE in row["text"]
        assert "pools" in row["topic_ids"]
        told = detect_language(row["text"], detector=Detector.LANGDETECT)
        assert row["language_confidence"] == pytest.approx(told[1], abs=1e-6)
        assert row["language_confidence"] != pytest.approx(detect_language(row["text"])[1], abs=1e-6)


def test_options_for_the_web_reach_the_job(site, tmp_path):
    (tmp_path / "model.onnx").write_bytes(train())
    urls = [site.serve(f"/{name}.xml", FEED, media="application/rss+xml") for name in ("a", "b")]
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n" + FEED.encode()
    urls.append(site.drip("/slow.xml", answer, seconds=8.0))
    rows, run = run_job(WEB, [url.replace("a.test", "127.0.0.1") for url in urls], tmp_path)
    assert run["rejects_by_reason"] == {"fetch-failed": 1}
    assert {request.headers["User-Agent"] for request in site.requests} == {WEB["--user-agent"]}
    assert set(site.paths()) == {"/a.xml", "/b.xml", "/slow.xml"}
    assert min(after.at - before.at for before, after in pairwise(site.requests)) >= 1.5
    assert {tuple(row["topic_ids"]) for row in rows["articles"]} == {("ferry",)}
    assert rows["_state/feeds"] == []


def train():
    """Returns a classifier that finds ferries."""
    words = TfidfVectorizer(token_pattern="[a-zA-Z]+", lowercase=False)
    fitted = make_pipeline(words, LogisticRegression(C=100)).fit(["The ferry", "No news"], [0, 1])
    model = to_onnx(
        fitted,
        initial_types=[("text", StringTensorType([None, 1]))],
        options={"zipmap": False},
        target_opset=18,
    )
    entry = model.metadata_props.add()
    entry.key, entry.value = "topics", json.dumps(["ferry", None])
    return model.SerializeToString()
