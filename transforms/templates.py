"""Site templates: a block that stands word for word on several pages of one site is no part of the articles.

A block counts once for each different body beside which it stands (the longest other block of a page), so
that copies of one article, under other addresses or fetched again the next day, say nothing. Of each site a
bounded sample of pages is looked at: those whose addresses have the smallest hashes (bottom-k sampling, Cohen
and Kaplan 2007), the same pages whatever the order in which they come, also when samples of several workers
and of earlier runs are merged.
"""

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import apache_beam as beam
import pyarrow.parquet as pq
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.pvalue import AsDict

from schemas import Document, Reason, Rejection, refuse
from schemas.block import Block, DropReason, Judged
from schemas.identity import content_hash, normalised
from schemas.run import Run
from schemas.table import SITE_PAGES, Row, word_count
from transforms.held import merged_path
from transforms.steps import Attempt, Only

#: Pages of a site that are looked at.
SAMPLE_PAGES = 32
#: Different page bodies beside which a block must stand to be taken for a template.
LEAST_BODIES = 3
#: A block of fewer words (a subheading, a short answer) may well be written again and again;
SHORT_WORDS = 5
#: it must stand beside this share of all bodies.
SHORT_SHARE = 0.5


#: The earlier days whose samples join those of a run.
EARLIER_DAYS = 7


@dataclass(frozen=True, slots=True, order=True)
class PageBlocks:
    """The blocks of a page, as signed 64-bit hashes.

    Attributes:
        key: Of the address; decides whether the page is in the sample.
        blocks: Of all blocks, the longest first, each once.
    """

    key: int
    blocks: tuple[int, ...]


Sample = tuple[PageBlocks, ...]


def block_hash(text: str) -> int:
    """Returns 64 bits that do not depend on case, white space or Unicode form of `text`."""
    digest = hashlib.blake2b(normalised(text).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def page_blocks(document: Document) -> PageBlocks:
    """Returns the blocks of a document, its paragraphs."""
    blocks = sorted(document.text.split("\n"), key=len, reverse=True)
    return PageBlocks(
        key=block_hash(document.canonical_url or document.url or document.source_uri),
        blocks=tuple(dict.fromkeys(block_hash(block) for block in blocks)),
    )


def site_and_page(document: Document) -> Iterator[tuple[str, Sample]]:
    """Yields the site of a document and a sample of this page alone; nothing where the site is not known."""
    if document.domain:
        yield document.domain, (page_blocks(document),)


def merge_samples(samples: Iterable[Sample]) -> Sample:
    """Returns the sample of all pages that the given ones are samples of."""
    return tuple(heapq.nsmallest(SAMPLE_PAGES, set(chain.from_iterable(samples))))


def find_templates(pages: Iterable[PageBlocks]) -> dict[int, float]:
    """Returns the blocks that stand beside enough different bodies, and the share of all bodies they do.

    A template may be longer than a short article, so the search is repeated with the bodies that are left
    when the templates found are taken away.
    """
    pages = list(pages)
    templates: dict[int, float] = {}
    while True:
        known = len(templates)
        templates |= _templates_beside(pages, templates)
        if len(templates) == known:
            return templates


def _templates_beside(pages: list[PageBlocks], known: Mapping[int, float]) -> dict[int, float]:
    bodies: dict[int, set[int]] = defaultdict(set)
    every: set[int] = set()
    for page in pages:
        own = [block for block in page.blocks if block not in known][:2]
        for block in page.blocks:
            bodies[block].update([body for body in own if body != block][:1])
        every.update(own[:1])
    return {
        block: len(beside) / len(every) for block, beside in bodies.items() if len(beside) >= LEAST_BODIES
    }


def judge_blocks(text: str, templates: Mapping[int, float]) -> list[Judged]:
    """Returns the blocks of an article's text with the reason of those that are templates of its site."""
    shares = [(block, templates.get(block_hash(block), 0.0)) for block in text.split("\n")]
    return [
        Judged(
            Block(block, "line"),
            1 - share,
            DropReason.REPEATED_ON_SITE if _is_template(block, share) else None,
        )
        for block, share in shares
    ]


def drop_templates(document: Document, templates: Mapping[int, float]) -> Document | Rejection:
    """Returns the document without the blocks that are templates of its site."""
    blocks = judge_blocks(document.text, templates)
    kept = [one.block.text for one in blocks if one.reason is None]
    if not kept:
        return refuse(
            document, "templates", Reason.NO_ARTICLE, "all of its text stands on other pages of the site"
        )
    if len(kept) == len(blocks):
        return document
    text = "\n".join(kept)
    still_kept = (1 - document.boilerplate_share) * len(text) / len(document.text)
    return replace(
        document, text=text, boilerplate_share=1 - still_kept, whole_hash=content_hash(document.text)
    )


def _is_template(block: str, share: float) -> bool:
    return share >= SHORT_SHARE or (share > 0 and word_count(block) >= SHORT_WORDS)


def sample_rows(site: tuple[str, Sample], run: Run) -> Iterator[Row]:
    """Yields the rows of `SITE_PAGES` that keep the sample of a site for later runs."""
    domain, sample = site
    for page in sample:
        row = {"domain": domain, "key": page.key, "blocks": list(page.blocks)}
        yield {**row, "run_date": run.run_date.isoformat()}


def read_earlier(output: str, run: Run) -> Iterator[tuple[str, Sample]]:
    """Yields the pages that runs of the last earlier days looked at, by site.

    Runs of the same day say nothing to each other, so that a run gives the same when it is run again.
    """
    (found,) = FileSystems.match([FileSystems.join(output, SITE_PAGES.name, "run_date=*", "*.parquet")])
    paths = {file.path: file.path.split("run_date=")[-1][:10] for file in found.metadata_list}
    days = sorted(day for day in set(paths.values()) if day < run.run_date.isoformat())[-EARLIER_DAYS:]
    for path in sorted(path for path, day in paths.items() if day in days):
        for row in _read_rows(path):
            yield row["domain"], (PageBlocks(row["key"], tuple(row["blocks"])),)


def _read_rows(path: str) -> list[Row]:
    """Returns the rows of a file; of one that is gone by now those of the file that it was merged into."""
    try:
        with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as source:
            rows: list[Row] = pq.read_table(source).to_pylist()
            return rows
    except Exception:
        if FileSystems.exists(path):
            raise
    merged = merged_path(path)
    return _read_rows(merged) if merged else []


@dataclass
class SampleSites(beam.PTransform[Any, Any]):
    """PCollections of outcomes to one of the sites that they come from and the samples of these."""

    def expand(self, ways: Any) -> Any:
        """Returns a PCollection of domains and samples."""
        pages = [
            outcomes
            | f"Take documents {number}" >> Only(Document)
            | f"Hash blocks {number}" >> beam.FlatMap(site_and_page)
            for number, outcomes in enumerate(ways)
        ]
        # Combined once: where each way was combined too, Prism gave an empty side input.
        return pages | "All pages" >> beam.Flatten() | "Sample pages" >> beam.CombinePerKey(merge_samples)


@dataclass
class DropTemplates(beam.PTransform[Any, Any]):
    """Outcomes to outcomes without the blocks that are templates of their sites.

    Attributes:
        samples: PCollection of domains and samples, of this run.
        output: Root of the dataset; under its `_state/` lie the samples of earlier runs.
        run: The run.
    """

    samples: Any
    output: str
    run: Run

    def expand(self, outcomes: Any) -> Any:
        """Returns a PCollection of documents and rejections."""
        roots = outcomes.pipeline | "Dataset" >> beam.Create([self.output])
        earlier = roots | "Read earlier samples" >> beam.FlatMap(read_earlier, self.run)
        templates = (
            (self.samples, earlier)
            | "All samples" >> beam.Flatten()
            | "Merge samples" >> beam.CombinePerKey(merge_samples)
            | "Find templates" >> beam.MapTuple(lambda domain, sample: (domain, find_templates(sample)))
            | "Take sites with templates" >> beam.Filter(lambda site: bool(site[1]))
        )
        drop = Attempt("templates", lambda: _drop, Document, Document, (AsDict(templates),))
        return outcomes | "Drop blocks" >> drop


def _drop(document: Document, sites: Mapping[str, Mapping[int, float]]) -> Iterator[Document | Rejection]:
    yield drop_templates(document, sites.get(document.domain or "", {}))
