from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from schemas import Document, Evidence, Reason, Rejection, Topic
from schemas.run import Run, default_run_id
from schemas.table import ARTICLES, REJECTS, article_row, reject_row, word_count

RUN = Run("r1", date(2026, 11, 20), "1.0", "t1")
DOCUMENT = Document(
    source_uri="a.txt",
    via="text",
    text="Die Werft streikt.",
    text_from="dump",
    language="de",
    topics=(Topic("labour-strike", 0.5, (Evidence(10, 17, "streikt"),)),),
)


def test_a_row_has_every_column_and_no_other():
    row = article_row(DOCUMENT, RUN)
    assert set(row) == {*ARTICLES.schema.names, *ARTICLES.partitions, "whole_hash"}
    assert pa.Table.from_pylist([row], schema=ARTICLES.schema).num_rows == 1
    reject = reject_row(Rejection("a", "read", Reason.EMPTY, ""), RUN)
    assert set(reject) == {*REJECTS.schema.names, *REJECTS.partitions}


def test_a_row_without_fetch_time_takes_the_run_date():
    row = article_row(DOCUMENT, RUN)
    assert row["fetched_at"] == datetime(2026, 11, 20, tzinfo=UTC)
    assert row["fetched_date"] == "2026-11-20"


def test_topics_keep_their_evidence():
    row = article_row(DOCUMENT, RUN)
    assert row["topics"] == [
        {"id": "labour-strike", "score": 0.5, "evidence": [{"start": 10, "end": 17, "quote": "streikt"}]}
    ]
    assert row["topic_ids"] == ["labour-strike"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It's a state-of-the-art ship", 4),
        ("東京で会議", 5),
        ("서울에서 회의", 2),
        ("", 0),
        ("– … 12,5 %", 2),
    ],
)
def test_words(text, words):
    assert word_count(text) == words


def test_the_run_id_depends_on_date_and_inputs_alone():
    one = default_run_id(date(2026, 11, 20), ["a", "b"])
    assert one == default_run_id(date(2026, 11, 20), ["b", "a", "a"])
    assert one != default_run_id(date(2026, 11, 21), ["a", "b"])
    assert one != default_run_id(date(2026, 11, 20), ["a"])


@pytest.mark.parametrize("run_id", ["", "a/b", "..", "a b", "x" * 101, "_hidden"])
def test_a_run_id_that_is_no_file_name_is_refused(run_id):
    with pytest.raises(ValueError, match="run id"):
        Run(run_id, date(2026, 11, 20), "1.0", "t1")
