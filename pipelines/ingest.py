"""Ingest: the whole graph, from INPUTs to a dataset."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam

from pipelines.options import IngestOptions
from schemas import Document, Kind, RawPage, Rejection, Source
from schemas.run import Run
from schemas.table import ARTICLES, FEED_STATES, REJECTS, SITE_PAGES, article_row, reject_row
from transforms.clean import CleanPages
from transforms.commit import FALLBACKS, FEEDS, KNOWN_ENTRIES, Commit, Tally, staging_folder
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
from transforms.web.feed_state import FeedState, read_states, state_row
from transforms.web.feeds import ENTRIES, POLLED, UNASKED
from transforms.web.polls import Polled

#: The outputs of `ReadInputs`: pages by their way, and what goes beside them.
WAYS = FILES, WEB = "files", "web"
STATES, SUPERSEDED, TALLIES = "states", "superseded", "tallies"


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
    found = pipeline | "Read" >> ReadInputs(options, web)
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

    feed_states = (
        found[STATES]
        | "Make state rows" >> beam.Map(state_row, run)
        | "Stage states" >> StageRows(FEED_STATES, staging)
    )

    files = [
        articles[KEPT] | "Write articles" >> WriteParquet(ARTICLES, run.run_id, staging),
        rejects | "Write rejects" >> WriteParquet(REJECTS, run.run_id, staging),
        state | "Write samples" >> WriteParquet(SITE_PAGES, run.run_id, staging),
        feed_states | "Write states" >> WriteParquet(FEED_STATES, run.run_id, staging),
    ] | "All files" >> beam.Flatten()
    read = tuple(pages.values()) | "Count inputs" >> CountAll()
    duplicates = (articles[DUPLICATES],) | "Count duplicates" >> CountAll()
    files | "Commit" >> Commit(
        options.output, run, about, read, duplicates, found[TALLIES], found[SUPERSEDED]
    )


def _tagger(options: IngestOptions) -> Any:
    if options.topic_model is None:
        return TagTopics(options.taxonomy)
    from transforms.topics.model import ModelTopics  # only now: Beam's part for models is slow to load

    return ModelTopics(options.topic_model)


@dataclass
class ReadInputs(beam.PTransform[Any, Any]):
    """The INPUTs to pages and rejections: those of `files` and, where there are any, those of the `web`.

    And what is known of the feeds then (`STATES`), the files of state that this supersedes (`SUPERSEDED`),
    and what the run's JSON tells of feeds and articles (`TALLIES`).
    """

    options: IngestOptions
    web: bool

    def expand(self, pipeline: Any) -> dict[str, Any]:
        """Returns a PCollection a way."""
        options, policy = self.options, self.options.policy
        nothing = {
            name: pipeline | f"No {name}" >> beam.Create([]).with_output_types(kind)
            for name, kind in ((STATES, FeedState), (SUPERSEDED, str), (TALLIES, tuple[Tally, int]))
        }
        if options.limit:
            sample = pipeline | "Read a sample" >> ReadSample(
                options.inputs, options.output, options.limit, policy
            )
            if not self.web:
                return {FILES: sample, **nothing}
            files, entries = sample | "Part files from web" >> _part(_is_of_web)
        else:
            inputs = pipeline | "INPUTs" >> beam.Create(options.inputs)
            sources = inputs | "List sources" >> ListSources(options.output)
            if not self.web:
                return {FILES: sources | "Read files" >> ReadPages(policy.max_page_bytes), **nothing}
            stored, feeds = sources | "Part files from feeds" >> _part(_is_feed_url)
            files = stored | "Read files" >> ReadPages(policy.max_page_bytes)
            polling = feeds | "Poll feeds" >> PollFeeds(options)
            entries = polling.pop(ENTRIES)
            nothing = {**nothing, **polling}
        if options.fetch_articles:
            entries = entries | "Fetch articles" >> FetchArticles(policy)
        fallbacks = entries | "Tell fallbacks" >> beam.FlatMap(fallback)
        told = [nothing[TALLIES], fallbacks] | "All tallies" >> beam.Flatten()
        return {
            **nothing,
            FILES: files,
            WEB: entries,
            TALLIES: told | "Add tallies" >> beam.CombinePerKey(sum),
        }


@dataclass
class PollFeeds(beam.PTransform[Any, Any]):
    """Feeds to their new entries, and to `STATES`, `SUPERSEDED` and `TALLIES`; see `ReadInputs`.

    Without `use_state`, all entries are new and nothing is known of any feed.
    """

    options: IngestOptions

    def expand(self, feeds: Any) -> dict[str, Any]:
        """Returns a PCollection an output."""
        options = self.options
        states = None
        if options.use_state:
            roots = feeds.pipeline | "Dataset" >> beam.Create([options.output])
            stored = roots | "Read states" >> beam.FlatMap(_read_states, options.run) | beam.Reshuffle()
            states = stored | "Take states" >> Only(FeedState)
            superseded = stored | "Take files" >> Only(str)
        polls = feeds | "Fetch feeds" >> FetchFeeds(options.policy, states, options.fetch_articles)
        tallies = polls[POLLED] | "Tell outcomes" >> beam.FlatMap(outcome)
        if states is None:
            return {ENTRIES: polls[ENTRIES], TALLIES: tallies}
        new = polls[POLLED] | "Take new states" >> beam.Map(lambda polled: polled.state)
        known = (new, polls[UNASKED]) | "All states" >> beam.Flatten()
        return {ENTRIES: polls[ENTRIES], TALLIES: tallies, STATES: known, SUPERSEDED: superseded}


def _read_states(output: str, run: Run) -> Iterator[FeedState | str]:
    return read_states(output, run, datetime.now(UTC))


def fallback(page: RawPage | Rejection) -> Iterator[tuple[Tally, int]]:
    """Yields the tally of an entry that stands in for its page."""
    if isinstance(page, RawPage) and page.stands_in_for:
        yield (FALLBACKS, str(page.stands_in_for)), 1


def outcome(polled: Polled) -> Iterator[tuple[Tally, int]]:
    """Yields the tallies of a feed."""
    yield (FEEDS, str(polled.outcome)), 1
    if polled.known_entries:
        yield (FEEDS, KNOWN_ENTRIES), polled.known_entries


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
