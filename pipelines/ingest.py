"""Ingest: the whole graph, from INPUTs to a dataset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import apache_beam as beam

from pipelines.options import IngestOptions
from pipelines.polling import STATES, SUPERSEDED, TALLIES, LeaveForLater, PollFeeds, fallback
from schemas import Document, Kind, RawPage, Rejection, Source
from schemas.table import ARTICLES, FEED_STATES, HELD, REJECTS, SITE_PAGES, article_row, reject_row
from transforms.clean import CleanPages
from transforms.commit import COUNTS, READ, Commit, Tell, staging_folder
from transforms.duplicates import ALREADY_HELD, DUPLICATES, KEPT, DropDuplicates
from transforms.held import LookUp, article_rows, mark_row
from transforms.language import DetectLanguage
from transforms.parquet import WriteParquet
from transforms.sample import ReadSample
from transforms.sources import ListSources, ReadPages
from transforms.spill import ReadSpilled, Spill
from transforms.staging import StageRows
from transforms.steps import Only, counted
from transforms.templates import DropTemplates, SampleSites, sample_rows
from transforms.topics import TagTopics
from transforms.web import FetchArticles
from transforms.web.articles import FETCHED, LOST
from transforms.web.feed_state import state_row
from transforms.web.feeds import ENTRIES

#: The ways of pages.
WAYS = FILES, WEB = "files", "web"


def build(
    pipeline: beam.Pipeline,
    options: IngestOptions,
    about: Mapping[str, Any],
    *,
    web: bool,
    listed: Sequence[Source | Rejection] | None = None,
) -> None:
    """Adds the graph of `newsbeam ingest` to a pipeline.

    Args:
        pipeline: Without steps.
        options: What to read, where to write, how.
        about: What the run's JSON says beside the counts; see `transforms.commit.commit`.
        web: Whether INPUTs name feeds to fetch. Pages of the web take a way of their own until they are
            clean and spilled: a runner would keep the raw pages that it joins in memory.
        listed: What lies behind the INPUTs, where that is known; None: the run lists it.
    """
    run, staging = options.run, staging_folder(options.output, options.run.run_id)
    found = pipeline | "Read" >> ReadInputs(options, web, listed)
    pages = {name: found[name] for name in WAYS if name in found}
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
    outcomes = enrich(outcomes, options)
    staged = stage_articles(outcomes, options)
    identities = staged | "Take identities" >> beam.Map(lambda ref: ref.identity)
    held = identities | "Look up" >> LookUp(options.output, run) if options.use_state else None
    articles = staged | "Drop duplicates" >> DropDuplicates(held)
    rejects = stage_rejects(outcomes, options)
    site_pages = (
        samples
        | "Make sample rows" >> beam.FlatMap(sample_rows, run)
        | "Stage samples" >> StageRows(SITE_PAGES, staging)
    )

    to_hold = (
        (
            pipeline | "Mark" >> beam.Create([mark_row(run)]),
            articles[KEPT] | "Hold articles" >> beam.FlatMap(article_rows, run),
        )
        | "All to hold" >> beam.Flatten()
        | "Stage what is held" >> StageRows(HELD, staging)
    )

    files = [
        articles[KEPT] | "Write articles" >> WriteParquet(ARTICLES, run.run_id, staging),
        rejects | "Write rejects" >> WriteParquet(REJECTS, run.run_id, staging),
        site_pages | "Write samples" >> WriteParquet(SITE_PAGES, run.run_id, staging),
        to_hold | "Write what is held" >> WriteParquet(HELD, run.run_id, staging),
    ]
    if STATES in found:
        feeds = (
            found[STATES]
            | "Make state rows" >> beam.Map(state_row, run)
            | "Stage states" >> StageRows(FEED_STATES, staging)
        )
        files.append(feeds | "Write states" >> WriteParquet(FEED_STATES, run.run_id, staging))
    told = [
        *(way | f"Tell inputs, {name}" >> Tell((COUNTS, READ)) for name, way in pages.items()),
        articles[DUPLICATES] | "Tell duplicates" >> Tell((COUNTS, DUPLICATES)),
        articles[ALREADY_HELD] | "Tell what is held" >> Tell((COUNTS, ALREADY_HELD)),
    ]
    if WEB in pages:
        told.append(pages[WEB] | "Tell fallbacks" >> beam.FlatMap(fallback))
    if TALLIES in found:
        told.append(found[TALLIES])
    commit = Commit(options.output, run, about, tuple(told), found.get(SUPERSEDED))
    files | "All files" >> beam.Flatten() | "Commit" >> commit


def enrich(outcomes: Any, options: IngestOptions) -> Any:
    """Returns the outcomes with language and topics."""
    return outcomes | "Detect language" >> DetectLanguage(options.detector) | "Tag topics" >> _tagger(options)


def stage_articles(outcomes: Any, options: IngestOptions) -> Any:
    """Returns the references of the documents among outcomes, staged as rows of `ARTICLES`."""
    return (
        outcomes
        | "Take documents" >> Only(Document)
        | "Count documents" >> beam.Map(counted, "documents")
        | "Make article rows" >> beam.Map(article_row, options.run)
        | "Stage articles" >> StageRows(ARTICLES, staging_folder(options.output, options.run.run_id))
    )


def stage_rejects(outcomes: Any, options: IngestOptions) -> Any:
    """Returns the references of the rejections among outcomes, staged as rows of `REJECTS`."""
    return (
        outcomes
        | "Take rejections" >> Only(Rejection)
        | "Make reject rows" >> beam.Map(reject_row, options.run)
        | "Stage rejects" >> StageRows(REJECTS, staging_folder(options.output, options.run.run_id))
    )


def _tagger(options: IngestOptions) -> Any:
    if options.topic_model is None:
        return TagTopics(options.taxonomy)
    from transforms.topics.model import ModelTopics  # only now: Beam's part for models is slow to load

    return ModelTopics(options.topic_model)


@dataclass
class ReadInputs(beam.PTransform[Any, Any]):
    """The INPUTs to pages and rejections: those of `files` and, where there are any, those of the `web`.

    Beside them where feeds are polled: what `PollFeeds` gives.
    """

    options: IngestOptions
    web: bool
    listed: Sequence[Source | Rejection] | None = None

    def expand(self, pipeline: Any) -> Any:
        """Returns PCollections by the name of the way."""
        options, policy = self.options, self.options.policy
        beside: dict[str, Any] = {}
        if options.limit:
            sample = pipeline | "Read a sample" >> ReadSample(
                options.inputs, options.output, options.limit, policy
            )
            if not self.web:
                return {FILES: sample}
            files, entries = sample | "Part files from web" >> _part(_is_of_web)
        else:
            if self.listed is None:
                inputs = pipeline | "INPUTs" >> beam.Create(options.inputs)
                sources = inputs | "List sources" >> ListSources(options.output)
            else:
                sources = pipeline | "Sources" >> beam.Create(self.listed)
            if not self.web:
                return {FILES: sources | "Read files" >> ReadPages(policy.max_page_bytes)}
            stored, feeds = sources | "Part files from feeds" >> _part(_is_feed_url)
            files = stored | "Read files" >> ReadPages(policy.max_page_bytes)
            beside = feeds | "Poll feeds" >> PollFeeds(options)
            entries = beside.pop(ENTRIES)
        if options.fetch_articles:
            fetched = entries | "Fetch articles" >> FetchArticles(policy)
            entries = fetched[FETCHED]
            if STATES in beside:
                beside[STATES] = beside[STATES] | "Leave for later" >> LeaveForLater(fetched[LOST])
        return {**beside, FILES: files, WEB: entries}


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
