"""Watch: the graph of a stream, on runners that stream. Between its two ends are the steps of a batch.

Templates of sites stay in the text: they show in many pages, and here each is written soon after it is read.
"""

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import apache_beam as beam
from apache_beam.runners.runner import PipelineState

from pipelines.dataflow import is_dataflow, shipped
from pipelines.ingest import enrich, stage_articles, stage_rejects
from pipelines.options import IngestOptions
from pipelines.plan import Plan
from pipelines.polling import fallback, outcome, paced
from pipelines.run import about_run, make_pipeline, runner_of
from pipelines.streaming import finish_on_signals
from schemas.run import Run
from schemas.table import ARTICLES, REJECTS
from transforms.clean import CleanPages
from transforms.commit import COUNTS, Tell, delete_folder, staging_folder
from transforms.duplicates import ALREADY_HELD, DUPLICATES, KEPT
from transforms.held import list_held, read_all_held
from transforms.seen import FORGET_AFTER, DropSeen
from transforms.sources import ListSources
from transforms.staging import RowRef
from transforms.steps import Only, counted
from transforms.web import FetchArticles
from transforms.web.articles import FETCHED
from transforms.web.feed_state import FeedState, read_states
from transforms.web.feeds import ENTRIES, POLLED
from transforms.web.watch import FEEDS_A_PART, WatchFeeds
from transforms.windows import CommitPanes, InWindows, Staged, clear_unfinished


def build_stream(
    pipeline: beam.Pipeline, options: IngestOptions, about: Mapping[str, Any], start: datetime, feeds: int
) -> None:
    """Adds the graph of `newsbeam ingest --streaming` to a pipeline.

    What earlier runs know comes as elements of the first window, so that nothing is read before it is known.

    Args:
        pipeline: Without steps.
        options: What to read, where to write, how; with a `poll_interval`.
        about: What the JSONs say beside the counts; see `transforms.commit.commit`.
        start: When the first window begins, in UTC.
        feeds: Number of feeds, about.
    """
    run, interval = options.run, options.poll_interval or 0.0
    job = replace(options, run=job_of(run, start))
    windows = InWindows(options.window, start)
    roots = pipeline | "Dataset" >> beam.Create([options.output])
    stored = roots | "Read states" >> beam.FlatMap(read_states, run, start) | beam.Reshuffle()
    states = stored | "Take states" >> Only(FeedState)
    held = (
        roots
        | "List what is held" >> beam.FlatMap(list_held, run)
        | "Spread" >> beam.Reshuffle()
        | "Read what is held"
        >> beam.FlatMap(read_all_held, options.output, (start - timedelta(seconds=FORGET_AFTER)).date())
        | "Hold in the first window" >> windows
    )

    sources = (
        pipeline
        | "INPUTs" >> beam.Create(options.inputs)
        | "List sources" >> ListSources(options.output)
        | "Pace" >> beam.Map(paced, interval)
    )
    parts = math.ceil(feeds / FEEDS_A_PART)
    watched = sources | "Watch feeds" >> WatchFeeds(
        options.policy, interval, parts, states, options.fetch_articles
    )
    entries = watched[ENTRIES]
    polled = watched[POLLED] | "Feeds in windows" >> windows
    pieces = [
        states | "Known in the first window" >> windows,
        stored | "Take files" >> Only(str) | "Superseded in the first window" >> windows,
        polled | "Take new states" >> beam.Map(lambda polled: polled.state),
        polled | "Tell outcomes" >> beam.FlatMap(outcome),
    ]
    if options.fetch_articles:
        entries = (entries | "Fetch articles" >> FetchArticles(options.policy))[FETCHED]
    # Only now: Prism cannot decode what a Reshuffle within windows ships.
    entries = entries | "Entries in windows" >> windows
    pieces.append(entries | "Tell fallbacks" >> beam.FlatMap(fallback))
    outcomes = (
        entries
        | "Count inputs" >> beam.Map(counted, "read")
        | "Clean text" >> CleanPages(run.run_date, options.extractor)
    )
    outcomes = enrich(outcomes, options)
    rejects = stage_rejects(outcomes, job)
    known = stage_articles(outcomes, job) | "Drop duplicates" >> DropSeen(held)
    new, duplicates, old = (
        known[name] | f"Window of what is {name}" >> windows for name in (KEPT, DUPLICATES, ALREADY_HELD)
    )
    pieces += [
        new | "Articles of panes" >> beam.Map(_staged, ARTICLES.name),
        rejects | "Rejects of panes" >> beam.Map(_staged, REJECTS.name),
        duplicates | "Tell duplicates" >> Tell((COUNTS, DUPLICATES)),
        old | "Tell what is held" >> Tell((COUNTS, ALREADY_HELD)),
    ]
    tuple(pieces) | "Commit" >> CommitPanes(
        options.output, run, about, staging_folder(options.output, job.run.run_id)
    )


def _staged(ref: RowRef, table: str) -> Staged:
    return Staged(table, ref)


def job_of(stream: Run, start: datetime) -> Run:
    """Returns the run in whose hidden folder a job keeps its files: no other job of the stream clears it."""
    return replace(stream, run_id=f"{stream.run_id}-{start:%Y%m%dT%H%M%S}Z")


def run_watch(options: IngestOptions, plan: Plan) -> bool:
    """Runs a stream until a signal comes, or hands it over to a service on which it goes on.

    Returns:
        Whether a signal came; else it goes on.

    Raises:
        RuntimeError: The runner gave up.
        UsageError: Workers on Dataflow cannot be given the program.
    """
    start = datetime.now(UTC)
    pipeline = make_pipeline(options, workers=1)
    build_stream(pipeline, options, about_run(options), start, len(plan.feed_urls()))
    if is_dataflow(runner_of(options)):
        with shipped(pipeline.options):
            pipeline.run()
        return False
    clear_unfinished(options.output, options.run)
    result = pipeline.run()
    with finish_on_signals() as stop:  # only now: Beam has set handlers of its own, which end its servers
        while not stop.asked and not PipelineState.is_terminal(result.state):
            stop.sleep(1.0)
        if not stop.asked:
            raise RuntimeError(f"the runner ended with {result.state}")
        with suppress(Exception):  # Ctrl-C has reached a runner that was started here, too, and ended it
            result.cancel()
    delete_folder(staging_folder(options.output, job_of(options.run, start).run_id))
    return True
