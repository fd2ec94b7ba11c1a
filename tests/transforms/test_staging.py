from dataclasses import replace
from datetime import UTC, date, datetime

import apache_beam as beam
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.util import assert_that

from schemas import Document, Evidence, Topic
from schemas.run import Run
from schemas.table import ARTICLES, article_row
from transforms import staging
from transforms.staging import StageRows, read_staged, row_identity, row_rank, write_staged

RUN = Run("r1", date(2026, 11, 20), "1.0", "t1")
DOCUMENT = Document(
    source_uri="a.txt",
    via="text",
    text="Der Hafen bleibt geschlossen.",
    text_from="dump",
    url="https://kurier.example/hafen",
    authors=("Ada Lund",),
    language="de",
    published_at=datetime(2026, 11, 19, 8, 30, tzinfo=UTC),
    topics=(Topic("labour-strike", 0.5, (Evidence(4, 9, "Hafen"),)),),
)
ROWS = [article_row(replace(DOCUMENT, text=f"Text {n}", language=["de", "en"][n % 2]), RUN) for n in range(5)]


def test_rows_come_back_as_they_were_staged(tmp_path):
    refs = write_staged(ROWS, ARTICLES, str(tmp_path))
    back = read_staged([refs[3], refs[0]], ARTICLES).to_pylist()
    wanted = [{name: row[name] for name in ARTICLES.schema.names} for row in (ROWS[0], ROWS[3])]
    assert sorted(back, key=lambda row: row["text"]) == wanted


def test_refs_stand_in_the_order_of_the_rows_and_name_their_partition(tmp_path):
    refs = write_staged(ROWS, ARTICLES, str(tmp_path))
    assert [ref.partition.rsplit("=", 1)[1] for ref in refs] == ["de", "en", "de", "en", "de"]
    assert [ref.identity for ref in refs] == [row_identity(row, ARTICLES) for row in ROWS]


def test_versions_of_an_article_share_an_identity():
    page = replace(DOCUMENT, source_uri="b.txt", title="Another title", text="Der Hafen ist offen.")
    other = replace(DOCUMENT, url="https://kurier.example/werft")
    one, two, three = (row_identity(article_row(d, RUN), ARTICLES) for d in (DOCUMENT, page, other))
    assert one == two != three


def test_a_page_ranks_before_a_feeds_entry_and_long_before_short():
    page = replace(DOCUMENT, via="page", text="Kurz.")
    entry = replace(DOCUMENT, via="feed", text="Lang. " * 40)
    longer = replace(DOCUMENT, via="page", text="Länger als kurz.")
    ranked = sorted([entry, page, longer], key=lambda document: row_rank(article_row(document, RUN)))
    assert ranked == [longer, page, entry]


def test_no_two_different_rows_have_the_same_rank():
    one, two = article_row(DOCUMENT, RUN), article_row(replace(DOCUMENT, source_id="list"), RUN)
    assert row_rank(one) != row_rank(two)
    assert row_rank(one) == row_rank(dict(reversed(one.items())))


def test_a_full_buffer_is_flushed_within_a_bundle(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "FLUSH_BYTES", 1)
    with TestPipeline(runner="FnApiRunner") as pipeline:
        refs = pipeline | beam.Create(ROWS) | StageRows(ARTICLES, str(tmp_path))
        assert_that(refs, lambda found: _check(found, len(ROWS)))


def test_all_rows_of_a_bundle_are_staged(tmp_path):
    with TestPipeline(runner="FnApiRunner") as pipeline:
        refs = pipeline | beam.Create(ROWS) | StageRows(ARTICLES, str(tmp_path))
        assert_that(refs, lambda found: _check(found, 1))


def _check(refs, files):
    assert len(refs) == len(ROWS)
    assert len({ref.file for ref in refs}) == files
    assert read_staged(refs, ARTICLES).num_rows == len(ROWS)
