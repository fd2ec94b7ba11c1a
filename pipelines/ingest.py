"""Ingest: the whole graph, from INPUTs to a dataset."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import apache_beam as beam

from pipelines.options import IngestOptions
from schemas import Document, Kind, RawPage, Rejection, Source
from schemas.table import ARTICLES, REJECTS, SITE_PAGES, article_row, reject_row
from transforms.clean import CleanPages
from transforms.commit import Commit, staging_folder
from transforms.duplicates import DUPLICATES, KEPT, DropDuplicates
from transforms.language import DetectLanguage
from transforms.parquet import WriteParquet
from transforms.sample import ReadSample
from transforms.sources import ListSources, ReadPages
from transforms.spill import ReadSpilled, Spill
from transforms.staging import StageRows
from transforms.steps import CountAll, Only, counted
from transforms.templates import DropTemplates, SampleSites, sample_rows
from transforms.topics import TagTopics
from transforms.web import FetchArticles, FetchFeeds


def build(pipeline: beam.Pipeline, options: IngestOptions, about: Mapping[str, Any], *, web: bool) -> None:
    """Adds the graph of `newsbeam ingest` to a pipeline.

    Args:
        pipeline: Without steps.
        options: What to read, where to write, how.
        about: What the run's JSON says beside the counts; see `transforms.commit.commit`.
        web: Whether INPUTs name feeds to fetch. Pages of the web take a way of their own until they are
            clean and spilled: a runner would keep the raw pages that it joins in memory.
    """
    run, staging = options.run, staging_folder(options.output, options.run.run_id)
    pages = pipeline | "Read" >> ReadInputs(options, web)
    cleaned = {
        name: way
        | f"Count inputs, {name}" >> beam.Map(counted, "read")
        | f"Clean text, {name}" >> CleanPages(run.run_date, options.extractor)
        for name, way in pages.items()
    }

    spilled = [way | f"Spill, {name}" >> Spill(staging) for name, way in cleaned.items()]
    outcomes = spilled | "All spilled" >> beam.Flatten() | "Read again" >> ReadSpilled(Document | Rejection)
    samples = tuple(cleaned.values()) | "Sample sites" >> SampleSites()
    if options.site_templates:
        outcomes = outcomes | "Drop site templates" >> DropTemplates(samples, options.output, run)
    outcomes = (
        outcomes | "Detect language" >> DetectLanguage(options.detector) | "Tag topics" >> _tagger(options)
    )
    articles = (
        outcomes
        | "Take documents" >> Only(Document)
        | "Count documents" >> beam.Map(counted, "documents")
        | "Make article rows" >> beam.Map(article_row, run)
        | "Stage articles" >> StageRows(ARTICLES, staging)
        | "Drop duplicates" >> DropDuplicates()
    )
    rejects = (
        outcomes
        | "Take rejections" >> Only(Rejection)
        | "Make reject rows" >> beam.Map(reject_row, run)
        | "Stage rejects" >> StageRows(REJECTS, staging)
    )
    state = (
        samples
        | "Make sample rows" >> beam.FlatMap(sample_rows, run)
        | "Stage samples" >> StageRows(SITE_PAGES, staging)
    )

    files = [
        articles[KEPT] | "Write articles" >> WriteParquet(ARTICLES, run.run_id, staging),
        rejects | "Write rejects" >> WriteParquet(REJECTS, run.run_id, staging),
        state | "Write samples" >> WriteParquet(SITE_PAGES, run.run_id, staging),
    ] | "All files" >> beam.Flatten()
    read = tuple(pages.values()) | "Count inputs" >> CountAll()
    duplicates = (articles[DUPLICATES],) | "Count duplicates" >> CountAll()
    files | "Commit" >> Commit(options.output, run, about, read, duplicates)


def _tagger(options: IngestOptions) -> Any:
    if options.topic_model is None:
        return TagTopics(options.taxonomy)
    from transforms.topics.model import ModelTopics  # only now: Beam's part for models is slow to load

    return ModelTopics(options.topic_model)


@dataclass
class ReadInputs(beam.PTransform[Any, Any]):
    """The INPUTs to pages and rejections: those of `files` and, where there are any, those of the `web`."""

    options: IngestOptions
    web: bool

    def expand(self, pipeline: Any) -> dict[str, Any]:
        """Returns a PCollection a way."""
        options, policy = self.options, self.options.policy
        if options.limit:
            sample = pipeline | "Read a sample" >> ReadSample(
                options.inputs, options.output, options.limit, policy
            )
            if not self.web:
                return {"files": sample}
            files, entries = sample | "Part files from web" >> _part(_is_of_web)
        else:
            inputs = pipeline | "INPUTs" >> beam.Create(options.inputs)
            sources = inputs | "List sources" >> ListSources(options.output)
            if not self.web:
                return {"files": sources | "Read files" >> ReadPages(policy.max_page_bytes)}
            stored, feeds = sources | "Part files from feeds" >> _part(_is_feed_url)
            files = stored | "Read files" >> ReadPages(policy.max_page_bytes)
            entries = feeds | "Fetch feeds" >> FetchFeeds(policy)
        if options.fetch_articles:
            entries = entries | "Fetch articles" >> FetchArticles(policy)
        return {"files": files, "web": entries}


def _part(by: Callable[[Any, int], int]) -> Any:
    return beam.Partition(by, 2)  # type: ignore[arg-type] # Beam's hint leaves functions out


def _is_feed_url(source: Source | Rejection, _: int) -> int:
    return int(isinstance(source, Source) and source.kind is Kind.FEED_URL)


def _is_of_web(page: RawPage | Rejection, _: int) -> int:
    return int(
        isinstance(page, RawPage)
        and page.via == "feed"
        and page.source_uri.startswith(("http://", "https://"))
    )
