"""Ingest: the whole graph, from INPUTs to a dataset."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import apache_beam as beam

from pipelines.options import IngestOptions
from schemas import Document, Kind, Rejection, Source
from schemas.table import ARTICLES, REJECTS, article_row, reject_row
from transforms.clean import CleanPages
from transforms.commit import Commit, staging_folder
from transforms.duplicates import DUPLICATES, KEPT, DropDuplicates
from transforms.language import DetectLanguage
from transforms.parquet import WriteParquet
from transforms.sources import ListSources, ReadPages, ReadSample
from transforms.staging import StageRows
from transforms.steps import CountAll, counted
from transforms.topics import TagTopics
from transforms.web import FetchArticles, FetchFeeds


def build(pipeline: beam.Pipeline, options: IngestOptions, about: Mapping[str, Any]) -> None:
    """Adds the graph of `newsbeam ingest` to a pipeline.

    Args:
        pipeline: Without steps.
        options: What to read, where to write, how.
        about: What the run's JSON says beside the counts; see `transforms.commit.commit`.
    """
    run, staging = options.run, staging_folder(options.output, options.run.run_id)
    stored, polled = pipeline | "Read" >> ReadInputs(options)
    ways = {"stored": stored, "polled": polled}

    refs = {name: pages | f"Make articles, {name}" >> MakeArticles(options) for name, pages in ways.items()}
    articles = [outputs["articles"] for outputs in refs.values()] | "All articles" >> beam.Flatten()
    rejects = [outputs["rejects"] for outputs in refs.values()] | "All rejects" >> beam.Flatten()

    unique = articles | "Drop duplicates" >> DropDuplicates()
    files = [
        unique[KEPT] | "Write articles" >> WriteParquet(ARTICLES, run.run_id, staging),
        rejects | "Write rejects" >> WriteParquet(REJECTS, run.run_id, staging),
    ] | "All files" >> beam.Flatten()

    read = (stored, polled) | "Count inputs" >> CountAll()
    duplicates = (unique[DUPLICATES],) | "Count duplicates" >> CountAll()
    files | "Commit" >> Commit(options.output, run, about, read, duplicates)


@dataclass
class ReadInputs(beam.PTransform):
    """The INPUTs to two PCollections of pages and rejections: those of stored files, those of the web."""

    options: IngestOptions

    def expand(self, pipeline: Any) -> Any:
        """Returns the two PCollections."""
        options = self.options
        policy = options.policy
        if options.limit:
            sample = pipeline | "Read a sample" >> ReadSample(options.inputs, policy, options.limit)
            stored, polled = sample | "Part files from feeds" >> beam.Partition(_is_of_web, 2)
        else:
            sources = pipeline | "List" >> ListSources(options.inputs)
            files, feeds = sources | "Part files from feeds" >> beam.Partition(_is_feed_url, 2)
            stored = files | "Read files" >> ReadPages(policy.max_page_bytes)
            polled = feeds | "Fetch feeds" >> FetchFeeds(policy)
        if options.fetch_articles:
            polled = polled | "Fetch articles" >> FetchArticles(policy)
        return stored, polled


@dataclass
class MakeArticles(beam.PTransform):
    """Pages and rejections to the references of their staged rows, `articles` and `rejects`."""

    options: IngestOptions

    def expand(self, pages: Any) -> dict[str, Any]:
        """Returns the two PCollections by name."""
        run, staging = self.options.run, staging_folder(self.options.output, self.options.run.run_id)
        outcomes = (
            pages
            | "Count inputs" >> beam.Map(counted, "read")
            | "Clean text" >> CleanPages(run.run_date)
            | "Detect language" >> DetectLanguage()
            | "Tag topics" >> TagTopics(self.options.taxonomy)
        )
        return {
            "articles": outcomes
            | "Take documents" >> beam.Filter(lambda outcome: isinstance(outcome, Document))
            | "Make article rows" >> beam.Map(article_row, run)
            | "Stage articles" >> StageRows(ARTICLES, staging),
            "rejects": outcomes
            | "Take rejections" >> beam.Filter(lambda outcome: isinstance(outcome, Rejection))
            | "Make reject rows" >> beam.Map(reject_row, run)
            | "Stage rejects" >> StageRows(REJECTS, staging),
        }


def _is_feed_url(source: Source | Rejection, _: int) -> int:
    return int(isinstance(source, Source) and source.kind is Kind.FEED_URL)


def _is_of_web(page: RawPage | Rejection, _: int) -> int:
    return int(isinstance(page, RawPage) and page.via == "feed" and is_url(page.source_uri))
