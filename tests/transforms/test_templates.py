import random
from dataclasses import replace
from datetime import date

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.util import assert_that, equal_to

from schemas import Document, Reason, Rejection
from schemas.block import DropReason
from schemas.run import Run
from schemas.table import SITE_PAGES
from transforms.templates import (
    SAMPLE_PAGES,
    DropTemplates,
    SampleSites,
    block_hash,
    drop_templates,
    find_templates,
    judge_blocks,
    merge_samples,
    page_blocks,
    read_earlier,
    sample_rows,
)

PLEDGE = "Our newsroom lives from readers like you, who pay for what they read."
RUN = Run("r1", date(2026, 11, 20), "1.0", "t1")


def page(number, *blocks, site="kurier.example"):
    body = f"Article number {number} says at some length what no other says, on page {number}."
    return Document(
        source_uri=f"{number}.html",
        via="html",
        text="\n".join([body, *blocks]),
        text_from="test",
        url=f"https://{site}/{number}",
        domain=site,
    )


def templates_of(*documents):
    return find_templates(merge_samples((page_blocks(document),) for document in documents))


def test_a_block_on_three_different_pages_is_a_template_and_goes():
    pages = [page(n, PLEDGE) for n in range(3)]
    templates = templates_of(*pages)
    assert templates == {block_hash(PLEDGE): 1.0}
    dropped = drop_templates(pages[0], templates)
    assert dropped.text == page(0).text
    assert dropped.boilerplate_share == pytest.approx(1 - len(dropped.text) / len(pages[0].text))


def test_a_template_has_its_reason():
    judged = judge_blocks("Ours alone.\n" + PLEDGE, {block_hash(PLEDGE): 0.75})
    assert [(one.score, one.reason) for one in judged] == [(1.0, None), (0.25, DropReason.REPEATED_ON_SITE)]


def test_two_pages_are_no_proof_and_a_page_alone_loses_nothing():
    assert templates_of(page(1, PLEDGE), page(2, PLEDGE)) == {}
    assert drop_templates(page(1, PLEDGE), {}) == page(1, PLEDGE)


def test_a_template_longer_than_the_articles_is_found_and_so_are_those_beside_it():
    long, short = f"{PLEDGE} {PLEDGE} {PLEDGE}", "Follow us wherever you like to read the news."
    templates = templates_of(*(page(n, long, short) for n in range(4)))
    assert set(templates) == {block_hash(long), block_hash(short)}


def test_copies_of_an_article_say_nothing():
    copies = [replace(page(1, PLEDGE), url=f"https://kurier.example/copy-{n}") for n in range(9)]
    assert templates_of(*copies) == {}


def test_a_short_subheading_stays_unless_most_pages_bear_it():
    heading = "The background"
    few = [page(n, heading) if n < 3 else page(n) for n in range(10)]
    most = [page(n, heading) if n < 8 else page(n) for n in range(10)]
    assert heading in drop_templates(few[0], templates_of(*few)).text
    assert heading not in drop_templates(most[0], templates_of(*most)).text


def test_case_and_space_do_not_tell_blocks_apart():
    pages = [page(1, PLEDGE), page(2, PLEDGE.upper()), page(3, PLEDGE.replace(" ", "  "))]
    assert block_hash(PLEDGE) in templates_of(*pages)


def test_a_page_of_templates_alone_is_no_article():
    stub = replace(page(9), text=PLEDGE)
    outcome = drop_templates(stub, templates_of(*(page(n, PLEDGE) for n in range(3))))
    assert isinstance(outcome, Rejection)
    assert outcome.reason is Reason.NO_ARTICLE


def test_samples_merge_to_the_same_whatever_the_order():
    pages = [page_blocks(page(n, PLEDGE)) for n in range(200)]
    whole = merge_samples((one,) for one in pages)
    assert len(whole) == SAMPLE_PAGES
    random.Random(1).shuffle(pages)
    parts = [merge_samples((one,) for one in pages[start::7]) for start in range(7)]
    assert merge_samples(parts) == whole


def test_earlier_days_are_read_and_other_days_are_not(tmp_path):
    def keep(day, number):
        run = Run(f"run-{day}", date.fromisoformat(day), "1.0", "t1")
        rows = list(sample_rows(("kurier.example", (page_blocks(page(number)),)), run))
        folder = tmp_path / SITE_PAGES.name / f"run_date={day}"
        folder.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows, schema=SITE_PAGES.schema), folder / "x-00000.parquet")

    for number, day in enumerate(["2026-10-01", *(f"2026-11-{n}" for n in range(10, 22))]):
        keep(day, number)
    pages = {blocks for _, (blocks,) in read_earlier(str(tmp_path), RUN)}
    assert pages == {page_blocks(page(number)) for number in range(4, 11)}  # 13 to 19 November
    assert list(read_earlier(str(tmp_path / "nowhere"), RUN)) == []


def test_the_steps_together(tmp_path):
    elsewhere = page(7, PLEDGE, site="other.example")
    refused = Rejection("x", "read", Reason.EMPTY, "")
    with TestPipeline(runner="FnApiRunner") as pipeline:
        pages = [page(n, PLEDGE) for n in range(3)]
        outcomes = pipeline | beam.Create([*pages, elsewhere, refused]).with_output_types(
            Document | Rejection
        )
        samples = (outcomes,) | SampleSites()
        dropped = outcomes | DropTemplates(samples, str(tmp_path), RUN)
        texts = dropped | beam.Map(lambda o: o.text if isinstance(o, Document) else str(o.reason))
        assert_that(texts, equal_to([*(page(n).text for n in range(3)), elsewhere.text, "empty"]))
